package iso20022

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

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
	Advice   bool     // it tells of lines before the statement does: camt.054

	day ledger.Date // of the statement, for lines without one
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
	Batches   []string    // files of payments, and parts of them, that were booked as this one sum
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
	Joined     string       // the text without the cuts of the bank; "" where there are none
	References []string     // what stands in a place for references
	Batches    []string     // as [Line.Batches]
	Payer      string       // the account on the other side; sealed when kept, never shown
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
	return &Fault{where, "balance_chain",
		fmt.Sprintf("the lines make %s, the file says %s: %s are missing or too many; export the whole period again",
			computed, stated, stated.Sub(computed).Abs())}
}

// Follows holds a statement against the one before it on the same account: where both say a balance, the first must
// open with what the other closed with. Errors are *[Fault].
func (s Statement) Follows(before Statement) error {
	if s.Opening == nil || before.Closing == nil || s.Account != before.Account ||
		s.Opening.Amount.Cmp(before.Closing.Amount) == 0 {
		return nil
	}
	return broken("the opening balance", before.Closing.Amount, s.Opening.Amount)
}

// dated gives the lines without a date that of the statement: of its closing balance, or of its span.
func (s *Statement) dated() error {
	day := s.day
	if s.Closing != nil && s.Closing.On != "" {
		day = s.Closing.On
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.BookedOn == "" {
			l.BookedOn = day
		}
		if l.BookedOn == "" && !l.Pending {
			return &Fault{fmt.Sprintf("line %d", l.Number), "date", "a booked line has no date, and neither has its statement"}
		}
	}
	return nil
}

// OneAccount makes one statement of those of an account, in the order of their balances or days, and adds it up. With
// no account named, the file speaks of one. What the file says of others is not added up. Errors are *[Fault].
func OneAccount(all []Statement, account string) (Statement, error) {
	named := compactAccount(account)
	var own []Statement
	for _, s := range all {
		if named == "" || compactAccount(s.Account) == named {
			own = append(own, s)
		}
	}
	switch {
	case len(all) == 0:
		return Statement{}, &Fault{"", "empty", "the file has no statement"}
	case len(own) == 0:
		return Statement{}, &Fault{"", "account", "the file has no statement of that account"}
	}
	for _, s := range own {
		if compactAccount(s.Account) != compactAccount(own[0].Account) || s.Currency != own[0].Currency {
			return Statement{}, &Fault{"", "accounts", "the file speaks of several accounts; name the one with bank_account"}
		}
		if err := s.Chain(); err != nil {
			return Statement{}, err
		}
	}
	own = inOrder(own)
	joined := own[0]
	for i, next := range own[1:] {
		if err := next.Follows(own[i]); err != nil {
			return Statement{}, err
		}
		joined.Lines = append(joined.Lines, next.Lines...)
		if next.Closing != nil {
			joined.Closing = next.Closing
		}
	}
	return joined, joined.Chain()
}

// compactAccount is an account's number without the spaces that people put into it.
func compactAccount(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

// inOrder puts statements of one account in the order in which each follows the one before: that of the file, the
// other way round, or by their days.
func inOrder(of []Statement) []Statement {
	turned := slices.Clone(of)
	slices.Reverse(turned)
	byDay := slices.Clone(of)
	slices.SortStableFunc(byDay, func(a, b Statement) int { return cmp.Compare(a.lastDay(), b.lastDay()) })
	for _, order := range [][]Statement{of, turned, byDay} {
		if follow(order) {
			return order
		}
	}
	return byDay
}

// follow reports whether each statement follows the one before, by balance and by day.
func follow(order []Statement) bool {
	for i := 1; i < len(order); i++ {
		if order[i].Follows(order[i-1]) != nil || order[i].lastDay() < order[i-1].lastDay() {
			return false
		}
	}
	return true
}

// lastDay is the last day that a statement speaks of.
func (s Statement) lastDay() ledger.Date {
	last := s.day
	if s.Closing != nil && s.Closing.On != "" {
		return s.Closing.On
	}
	for _, l := range s.Lines {
		last = max(last, l.BookedOn)
	}
	return last
}
