package banknumbers

import (
	"errors"
	"strings"
)

// Fault says what is wrong with a number and what a right one looks like. It never repeats the number, which is
// personal.
type Fault struct {
	// Code is iban_malformed, iban_country, iban_length, iban_check, bic_malformed, danish_account, nuban_malformed,
	// nuban_check, cvr_malformed, cvr_check, card_malformed, card_type, card_length, card_check, creditor_malformed,
	// reference_check or reference_letters.
	Code string
	Hint string
}

func (f *Fault) Error() string { return "banknumbers: " + f.Code + ": " + f.Hint }

// Unwrap makes errors.Is(err, ErrNumber) true.
func (f *Fault) Unwrap() error { return ErrNumber }

// ErrNumber is what every [Fault] is.
var ErrNumber = errors.New("banknumbers: the number is not one")

// compact drops the spaces and hyphens that people put into numbers, and takes capitals.
func compact(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, s))
}

// only reports whether s is made of the given classes of ASCII characters: digits, and capitals where letters is set.
func only(s string, letters bool) bool {
	for _, r := range s {
		if digit := r >= '0' && r <= '9'; !digit && (!letters || r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != ""
}

// weighted is the sum of the digits times their weights, which repeat.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i]-'0') * weights[i%len(weights)]
	}
	return sum
}
