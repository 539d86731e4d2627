package access

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

// A password that heads the lists of leaked ones is tried first by whoever tries. There are no rules of composition:
// they make passwords worse (NIST SP 800-63B §5.1.1.2). What is refused is a common word or phrase, alone, doubled,
// with digits and signs around it or letters written as digits; a run of the keyboard or of the alphabet; a few signs
// again and again; and one that is made of the handle.

// commonWords are the beginnings of such passwords, in small letters, one a line.
//
//go:embed common.txt
var commonText string

var commonWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		words[word] = true
	}
	return words
})

// runs are what fingers do on a keyboard, and children with the alphabet.
const runs = "abcdefghijklmnopqrstuvwxyzæøå abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertyuiopå qwertzuiop " +
	"asdfghjklæø zxcvbnm 1qaz2wsx3edc4rfv5tgb6yhn7ujm 1q2w3e4r5t6y7u8i9o0p qazwsxedcrfvtgbyhnujm"

// guessable reports whether a password is one that whoever guesses tries early.
func guessable(handle, plain string) bool {
	text := strings.ToLower(plain)
	if distinct(text) < 5 {
		return true
	}
	handle = strings.ToLower(handle)
	bare := unleet.Replace(trimmed(text))
	for _, read := range []string{text, unleet.Replace(text), bare, shouted.Replace(bare)} {
		letters := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, read)
		for _, part := range []string{read, trimmed(read), letters} {
			if part = unit(part); part == handle || commonWords()[part] || madeOfCommon(part, handle) {
				return true
			}
		}
	}
	return isRun(text)
}

// trimmed is a text without the digits and signs around it.
func trimmed(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// unleet reads digits and signs as the letters that they stand for.
var (
	unleet  = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s")
	shouted = strings.NewReplacer("!", "i")
)

// unit is what a text repeats: "password" for "passwordpassword".
func unit(text string) string {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n == 0 && strings.Repeat(text[:n], len(text)/n) == text {
			return text[:n]
		}
	}
	return text
}

// madeOfCommon reports whether a text is two common words, or one and the handle, and nothing else.
func madeOfCommon(text, handle string) bool {
	common := func(s string) bool { return commonWords()[s] || s != "" && s == handle }
	for n := 3; n+3 <= len(text); n++ {
		if common(text[:n]) && common(text[n:]) {
			return true
		}
	}
	return false
}

// isRun reports whether a text is made of runs of four signs or more, there or back.
func isRun(text string) bool {
	back := reversed(runs)
	for rest := text; rest != ""; {
		n := len(rest)
		for n >= 4 && !strings.Contains(runs, rest[:n]) && !strings.Contains(back, rest[:n]) {
			n--
		}
		if n < 4 {
			return len(rest) < 3 && len(rest) < len(text)
		}
		rest = rest[n:]
	}
	return true
}

func reversed(text string) string {
	runes := []rune(text)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

func distinct(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}
