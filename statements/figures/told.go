package figures

import (
	"slices"
	"supportledger/ledger"
)

// A note whose amount is a figure of the statement is filled in by Total, from the final figures, and left out where it
// does not hold. Whoever collects a statement says which notes there may be; Total decides, and Foots checks. So a note
// cannot be printed with an amount of an earlier state of the figures, nor a rounding of nothing.

// told is what a note says in the end: with its figure, and whether it holds.
func (s *GrantStatement) told(n Note) (Note, bool) {
	switch n.Code {
	case NoteRounding:
		n.Amount = s.InBase(s.Rounding)
		return n, !s.Rounding.IsZero()
	case NotePrefinanced:
		return n, s.Closing.Sign() < 0
	case NoteCarriedOn:
		n.Amount = s.Money(s.Closing)
		return n, s.Closing.Sign() > 0 && !s.Ended()
	case NoteUnspentAtEnd:
		n.Amount = s.Money(s.Closing)
		return n, s.Closing.Sign() > 0 && s.Ended()
	case NoteCorrections, NoteAfterPeriod:
		return n, !n.Amount.IsZero()
	}
	return n, true
}

// Ended reports whether the period of the grant is over with the statement's.
func (s *GrantStatement) Ended() bool {
	return s.GrantPeriod.To != "" && s.Period.To >= s.GrantPeriod.To
}

// told is like that of a [GrantStatement].
func (s *FundStatement) told(n Note) (Note, bool) {
	switch n.Code {
	case NoteDeductible:
		n.Amount = s.Money(s.Received)
		return n, s.Received.Sign() > 0
	case NoteCorrections:
		return n, !n.Amount.IsZero()
	}
	return n, true
}

// toldNotes are the notes that hold, with their figures.
func toldNotes(notes []Note, told func(Note) (Note, bool)) []Note {
	var kept []Note
	for _, n := range notes {
		if n, holds := told(n); holds {
			kept = append(kept, n)
		}
	}
	return kept
}

// notesHold checks that every note holds and names the figure as it is.
func notesHold(c *sums, notes []Note, told func(Note) (Note, bool)) {
	for _, n := range notes {
		right, holds := told(n)
		if !holds {
			c.refuse("the note %s does not hold", n.Code)
		} else if n.Amount.Currency != "" {
			c.equal("the note "+string(n.Code)+" and its figure", right.Amount, n.Amount)
		}
	}
}

// Returned is what was given back in the period, as a positive amount; given is the rest of the receipts.
func (s *FundStatement) Returned() ledger.Money {
	back := ledger.Zero(s.Base)
	for _, r := range s.Receipts {
		if r.Kind == GiftReturned {
			back = back.Sub(s.Money(r.Amount))
		}
	}
	return back
}

// NotYetSpent is what was received on a grant and is not income yet, as a positive amount; nothing for other funds.
func (s *FundStatement) NotYetSpent() ledger.Money {
	i := slices.IndexFunc(s.Parts, func(p Part) bool { return p.Kind == NotYetSpent })
	if i < 0 {
		return ledger.Zero(s.Base)
	}
	return s.Money(s.Parts[i].Amount.Neg())
}
