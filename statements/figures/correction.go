package figures

import (
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// What a later version says of the one that it replaces: why there is one, and what its totals were.

// total is one of the four totals of a statement with the note that tells what it was.
type total struct {
	code   NoteCode
	amount ledger.Money
}

func totalsOf(v Value) (all []total, whole bool) {
	switch s := v.(type) {
	case *GrantStatement:
		for i, d := range []decimal.Decimal{s.Opening, s.Received, s.Spent, s.Closing} {
			all = append(all, total{wasCodes[i], s.Money(d)})
		}
		return all, s.Whole
	case *FundStatement:
		for i, d := range []decimal.Decimal{s.Opening, s.Received, s.Spent, s.Closing} {
			all = append(all, total{wasCodes[i], s.Money(d)})
		}
		return all, s.Whole
	}
	return nil, false
}

var wasCodes = []NoteCode{NoteWasOpening, NoteWasReceived, NoteWasSpent, NoteWasClosing}

// Correct adds to a statement what it says of the issued one that it replaces. The totals are the reader's by right, so
// what they were is too. Entries are never changed: where a total differs, entries were made since.
func Correct(v, replaced Value, called string) {
	was, wholeWas := totalsOf(replaced)
	is, wholeIs := totalsOf(v)
	notes := []Note{{Code: NoteReplacedWords, Text: called}}
	for i := range is {
		if wholeWas == wholeIs && was[i].amount.Currency == is[i].amount.Currency &&
			!was[i].amount.Amount.Equal(is[i].amount.Amount) {
			notes[0].Code = NoteReplacedFigures
			notes = append(notes, Note{Code: is[i].code, Amount: was[i].amount, Text: called})
		}
	}
	switch s := v.(type) {
	case *GrantStatement:
		s.Notes = append(s.Notes, notes...)
	case *FundStatement:
		s.Notes = append(s.Notes, notes...)
	}
}
