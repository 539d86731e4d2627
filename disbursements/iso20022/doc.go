// Package iso20022 speaks to banks in files: payments out as pain.001.001.09, statements in as camt.053 and camt.054
// (versions 02 to 13), as MT940, or as the CSV that a bank's web site gives.
//
// Files leave and enter as streams, so ten thousand payments take as much memory as ten. What leaves is checked
// twice: each payment against rules that the schema does not know (charges, addresses, characters, words that would
// tell a bank clerk whom we support), and the finished file by [Recount], which reads it with nothing of the writer's
// and adds it up again. What enters is hostile until shown otherwise: sizes are bounded, encodings stated, balances
// must chain, and the names in it are not read, for a statement of ours knows its payments by reference and amount.
//
// Nothing here knows a database, a payee or a disbursement.
package iso20022

import (
	"errors"
	"fmt"
)

// ErrFile is what every [Fault] is.
var ErrFile = errors.New("iso20022: the file is not as it must be")

// Fault says what is wrong with a file or a payment in it, and what to do.
type Fault struct {
	Where string // "payment P-2026-0007", "line 12", "statement 2"; "" is the file
	Code  string // such as charset, address, discreet, balance_chain
	Hint  string
}

func (f *Fault) Error() string {
	if f.Where == "" {
		return fmt.Sprintf("iso20022: %s: %s", f.Code, f.Hint)
	}
	return fmt.Sprintf("iso20022: %s: %s: %s", f.Where, f.Code, f.Hint)
}

// Unwrap makes errors.Is(err, ErrFile) true.
func (f *Fault) Unwrap() error { return ErrFile }
