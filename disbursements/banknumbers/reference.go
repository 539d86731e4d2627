package banknumbers

import (
	"fmt"
	"regexp"
	"strings"
)

// Card is the line at the foot of a Danish bill, such as +71<000000000012344+80000001<: the type of the card, what the
// creditor knows the bill by, and the creditor's number, which is where the money goes.
type Card struct {
	Type     string // 71, 73 or 75
	ID       string // "" of 73
	Creditor string
}

// String is the line as it stands on the bill.
func (c Card) String() string { return "+" + c.Type + "<" + c.ID + "+" + c.Creditor + "<" }

// cardIDs is how many digits the id of a card has, the last of which checks the others.
var cardIDs = map[string]int{"71": 15, "73": 0, "75": 16}

var (
	cardLine     = regexp.MustCompile(`^[+>]?([0-9]{2})<([0-9]*)\+([0-9]+)<?$`)
	looksAsCard  = regexp.MustCompile(`^[+>]?[0-9]{2}<|^\+[0-9]{2}`)
	anISO11649   = regexp.MustCompile(`^RF[0-9]{2}[A-Z0-9]{1,21}$`)
	looksISO     = regexp.MustCompile(`^RF[0-9]{2}[A-Z0-9]*$`)
	aCreditorNo  = regexp.MustCompile(`^[0-9]{8}$`)
	errCardShape = &Fault{"card_malformed", "the whole line of the bill, such as +71<15 digits+8 digits<"}
)

// IsCard reports whether somebody means the line of a bill.
func IsCard(s string) bool { return looksAsCard.MatchString(compactLine(s)) }

// ParseCard checks the line of a bill: its type, how many digits it has, and the last digit of the id, which is that of
// the sum by tens (modulus 10, weights 1 and 2). Errors are *[Fault].
func ParseCard(s string) (Card, error) {
	found := cardLine.FindStringSubmatch(compactLine(s))
	if found == nil {
		return Card{}, errCardShape
	}
	c := Card{found[1], found[2], found[3]}
	digits, known := cardIDs[c.Type]
	switch {
	case !known:
		return Card{}, &Fault{"card_type", "cards of type 71, 73 and 75 are paid; ask the payee for an account for others"}
	case len(c.ID) != digits:
		return Card{}, &Fault{"card_length", fmt.Sprintf("the id of a card +%s has %d digits, this has %d", c.Type, digits,
			len(c.ID))}
	case c.ID != "" && !sumsToTen(c.ID):
		return Card{}, &Fault{"card_check", "a digit of the card's id is wrong; compare it with the bill"}
	}
	var err error
	c.Creditor, err = Creditor(c.Creditor)
	return c, err
}

// Creditor checks the number by which Danish bills name who is paid: eight digits. There is no check digit that we have
// seen in writing, which is why a second person verifies it as any account. Errors are *[Fault].
func Creditor(s string) (string, error) {
	if n := compact(s); aCreditorNo.MatchString(n) {
		return n, nil
	}
	return "", &Fault{"creditor_malformed", "a creditor's number has eight digits, the last of the bill's line"}
}

// IsISO11649 reports whether somebody means a creditor's reference of ISO 11649, which begins with RF.
func IsISO11649(s string) bool { return looksISO.MatchString(compact(s)) }

// ISO11649 checks a creditor's reference (RF, two check digits, up to 21 letters and digits; modulo 97) and gives it
// without spaces. Errors are *[Fault].
func ISO11649(s string) (string, error) {
	n := compact(s)
	if !anISO11649.MatchString(n) || modulo97(n[4:]+n[:4]) != 1 {
		return "", &Fault{"reference_check", "a character of the reference is wrong; compare it with the bill"}
	}
	return n, nil
}

// compactLine drops the spaces that people put into a line.
func compactLine(s string) string { return strings.Join(strings.Fields(s), "") }

// sumsToTen reports whether the digits, each second from the right doubled and its digits added, make whole tens.
func sumsToTen(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
