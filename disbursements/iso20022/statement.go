package iso20022

import (
	"fmt"

	"supportledger/ledger"
)

// What a file from outside may have, so that one file cannot take all memory.
const (
	MaxFileBytes = 32 << 20
	MaxLines     = 100_000
)

// Statement is what a bank says happened on one account.
type Statement struct {
	ID       string // the bank's; "" in CSV
	Account  string // IBAN or the bank's own number; "" where the file does not say
	Currency ledger.Currency
	Opening  *Balance // booked, before the first line; nil where the file does not say
	Closing  *Balance // booked, after the last line
	Lines    []Line   // in the order of booking, oldest first where the file has balances
}

// Balance is what an account held at the end of a day, negative when overdrawn.
type Balance struct {
	Amount ledger.Money
	On     ledger.Date
}

// Line is one movement. Who was on the other side is not read.
type Line struct {
	Number    int           // in the file, from 1
	Amount    ledger.Money  // positive for money in
	Balance   *ledger.Money // after this line, in files that say so
	BookedOn  ledger.Date
	ValueOn   ledger.Date // "" where the file does not say
	Pending   bool        // announced, not booked: part of no balance, and evidence of nothing
	Reversal  bool        // takes an earlier booking back
	Reference string      // the bank's own, "" where there is none
	Code      string      // what kind of movement, in the bank's words
	Text      string      // what the payer or the bank wrote; may say who somebody is, so it is sealed when kept
	Parts     []Detail    // payments that were booked as one line; empty in CSV
}

// Detail is one payment within a line.
type Detail struct {
	EndToEndID string // that we gave it
	UETR       string
	Amount     ledger.Money // positive for money in; zero where the file does not say
	Charges    ledger.Money // kept by banks, positive; zero for none
	Return     string       // reason code of a payment that came back, such as AC01; "" for others
	Text       string       // as [Line.Text]
}

// Chain adds a statement up: opening and booked lines must make the closing balance, and each balance beside a line
// what was before it and the line. A statement without balances proves nothing and passes. Errors are *[Fault].
func (s Statement) Chain() error {
	var at *ledger.Money
	if s.Opening != nil {
		at = &s.Opening.Amount
	}
	for _, l := range s.Lines {
		if l.Pending {
			continue
		}
		if at != nil {
			sum := at.Add(l.Amount)
			at = &sum
		}
		if l.Balance == nil {
			continue
		}
		if at != nil && at.Cmp(*l.Balance) != 0 {
			return broken(fmt.Sprintf("line %d", l.Number), *at, *l.Balance)
		}
		at = l.Balance
	}
	if at != nil && s.Closing != nil && at.Cmp(s.Closing.Amount) != 0 {
		return broken("the closing balance", *at, s.Closing.Amount)
	}
	return nil
}

func broken(where string, computed, stated ledger.Money) error {
	return &Fault{where, "balance_chain", fmt.Sprintf("the lines make %s, the file says %s: %s are missing or too many; export the whole period again",
		computed, stated, stated.Sub(computed).Abs())}
}

// Follows holds a statement against the one before it on the same account: where both say a balance, the first must
// open with what the other closed with. Errors are *[Fault].
func (s Statement) Follows(before Statement) error {
	if s.Opening == nil || before.Closing == nil || s.Account != before.Account || s.Opening.Amount.Cmp(before.Closing.Amount) == 0 {
		return nil
	}
	return broken("the opening balance", before.Closing.Amount, s.Opening.Amount)
}
