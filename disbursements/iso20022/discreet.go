package iso20022

import (
	"strings"
	"unicode"
)

// telling are the stems of words that must not be sent out: they would let a bank clerk, a landlord who shares an
// account, or whoever reads a receipt over a shoulder know what the payee is helped with. Danish, English, and the
// words that partners use. Matched at the start of a word, without regard to case.
var telling = []string{
	"traffick", "menneskehandel", "handlet", "victim", "offer", "survivor", "overlev", "prostitu", "brothel", "bordel",
	"sexarb", "sex work",
	"witch", "heks", "juju", "voodoo", "asyl", "refugee", "flygtning", "deport", "udvis", "repatri", "hjemrejse",
	"reintegr",
	"therap", "terapi", "psych", "psyk", "trauma", "counsel", "hiv", "abort", "gynae", "gynæk", "rape", "voldt",
	"violence", "vold",
	"crisis", "krise", "shelter", "krisecenter", "safe house", "rescue", "exploit", "udnyt", "slavery", "slaveri",
	"legal aid", "retshj", "lawsuit", "police", "politi", "court", "retssag", "beneficiar", "modtager", "stipend",
}

// Telling gives the first word in s that would tell whom or what we support, or "".
func Telling(s string) string {
	text := " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r)
	}), " ") + " "
	for _, stem := range telling {
		if at := strings.Index(text, " "+stem); at >= 0 {
			word, _, _ := strings.Cut(text[at+1+len(stem):], " ")
			return stem + word
		}
	}
	return ""
}

// Plain reports whether every bank in SEPA and SWIFT takes a text as it is (EPC217-08), with no space at either end,
// and no spreadsheet takes it for a formula.
func Plain(s string) bool {
	return latin.MatchString(s) && strings.TrimSpace(s) == s && (s == "" || !strings.ContainsAny(s[:1], "+-"))
}

// plainLetters are the letters that banks do not take across borders, as people write them without them.
var plainLetters = strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "Æ", "Ae", "Ø", "Oe", "Å", "Aa", "ä", "ae",
	"ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "ë", "e", "É", "E",
	"á", "a", "à", "a", "â", "a", "ã", "a", "í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o",
	"ú", "u", "ù", "u", "û", "u", "ç", "c", "Ç", "C", "ñ", "n", "Ñ", "N", "ł", "l", "Ł", "L", "ś", "s", "š", "s", "Š", "S",
	"ž", "z", "ź", "z", "ż", "z", "Ž", "Z", "č", "c", "ć", "c", "Č", "C", "đ", "d", "ð", "d", "þ", "th", "ı", "i",
	"ş", "s", "ğ", "g", "ą", "a", "ę", "e", "ń", "n", "ý", "y", "&", "+", "–", "-", "—", "-", "’", "'", "´", "'", "`", "'",
	"“", "'", "”", "'", "\"", "'", "\u00a0", " ", "_", "-", ";", ",", "/", "/", "#", "", "*", "", "@", "(at)")

// Transliterated is a text in letters that every bank takes: what to send instead of one that is not [Plain]. Letters
// without a spelling in them are left out.
func Transliterated(s string) string {
	out := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !latin.MatchString(string(r)) {
			return -1
		}
		return r
	}, plainLetters.Replace(s))
	return strings.TrimLeft(strings.Join(strings.Fields(out), " "), "+-")
}
