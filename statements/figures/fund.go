package figures

import (
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// FundStatement is the statement of what one donor gave ([DonorAnnual]) or of a whole fund ([FundReport]), complete and
// without I/O, in base currency. It hangs on
//
//	opening + received − spent = closing
//
// where received is net of what was given back. To a donor, spent is what her gifts paid for: gifts to one purpose are
// used in the order in which they came. To a reader of a fund, closing is also where the money is.
type FundStatement struct {
	Kind     Kind
	Number   string // S-2026-0001; "" while it is a draft
	Version  int
	Replaces string // "S-2026-0001 version 1", which this one corrects

	Organisation Organisation
	Subject      string             // code of the donor or fund
	Name         Name               // of an institution or fund; a person is known by the code alone
	Restriction  ledger.Restriction // of a fund
	Period       Period             // both days included
	Base         ledger.Currency    // of every amount
	Whole        bool               // amounts are whole units
	PreparedOn   ledger.Date
	CutOff       string

	Opening  decimal.Decimal
	Received decimal.Decimal // by Total: sum of Receipts
	Spent    decimal.Decimal // by Total: sum of Lines
	Closing  decimal.Decimal // by Total
	ToDate   FundToDate
	Used     decimal.NullDecimal // by Total: percent of all that was received up to the end of the period

	Receipts []Receipt // gifts and what was given back, by date; of a fund by kind of income
	Lines    []Line    // what the money was used for
	Purposes []Purpose // of a donor: each fund that she gave to
	Parts    []Part    // of a fund: where closing is

	InKind []InKind // of a fund in the period; part of Receipts and of Lines

	Commitments decimal.NullDecimal
	Notes       []Note
}

// FundToDate holds totals since the first day of the books.
type FundToDate struct {
	Received decimal.Decimal
	Spent    decimal.Decimal // by Total: sum of Lines
}

// Purpose is a donor's money in one fund.
type Purpose struct {
	Fund                              string
	Name                              Name
	Opening, Received, Spent, Closing decimal.Decimal
}

// Draft reports whether the statement has not been issued.
func (s FundStatement) Draft() bool { return s.Number == "" }

// Total derives the fields marked "by Total".
func (s *FundStatement) Total() {
	s.Received = Sum(s.Receipts, func(r Receipt) decimal.Decimal { return r.Amount })
	s.Spent = Sum(s.Lines, func(l Line) decimal.Decimal { return l.InPeriod })
	s.ToDate.Spent = Sum(s.Lines, func(l Line) decimal.Decimal { return l.ToDate })
	s.Closing = s.Opening.Add(s.Received).Sub(s.Spent)
	s.Used = percentOf(s.ToDate.Spent, s.ToDate.Received)
	for i := range s.Lines {
		s.Lines[i].Share = percentOf(s.Lines[i].InPeriod, s.Spent)
	}
	s.Notes = toldNotes(s.Notes, s.told)
}

// Empty reports whether there is nothing to tell: no money before, no gift, no use, nothing left.
func (s *FundStatement) Empty() bool {
	return s.Opening.IsZero() && s.Closing.IsZero() && len(s.Receipts) == 0 && s.Spent.IsZero()
}

// Money is an amount in base currency.
func (s *FundStatement) Money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: d, Currency: s.Base}
}

// Foots checks that the statement adds up. The error joins a [*Difference] or [*Malformed] for each rule that is
// broken.
func (s *FundStatement) Foots() error {
	c := sums{}
	c.equal("received and the receipts", s.Money(s.Received),
		s.Money(Sum(s.Receipts, func(r Receipt) decimal.Decimal { return r.Amount })))
	c.equal("spent and the lines", s.Money(s.Spent),
		s.Money(Sum(s.Lines, func(l Line) decimal.Decimal { return l.InPeriod })))
	c.equal("spent to date and the lines", s.Money(s.ToDate.Spent),
		s.Money(Sum(s.Lines, func(l Line) decimal.Decimal { return l.ToDate })))
	c.equal("closing and opening + received − spent", s.Money(s.Closing), s.Money(s.Opening.Add(s.Received).Sub(s.Spent)))
	c.equal("closing and the totals to date", s.Money(s.Closing), s.Money(s.ToDate.Received.Sub(s.ToDate.Spent)))
	if s.Kind == DonorAnnual {
		s.purposesFoot(&c)
	} else {
		c.equal("closing and its parts", s.Money(s.Closing),
			s.Money(Sum(s.Parts, func(p Part) decimal.Decimal { return p.Amount })))
	}
	if s.Subject == "" || s.Base == "" || s.Organisation.Name == "" || s.Kind != DonorAnnual && s.Kind != FundReport {
		c.refuse("a statement names its kind, its organisation, its subject and its currency")
	}
	if s.Period.From == "" || s.Period.To < s.Period.From {
		c.refuse("the period %s – %s is none", s.Period.From, s.Period.To)
	}
	notesHold(&c, s.Notes, s.told)
	return c.err()
}

func (s *FundStatement) purposesFoot(c *sums) {
	var total Purpose
	for _, p := range s.Purposes {
		c.equal("closing of purpose "+p.Fund, s.Money(p.Closing), s.Money(p.Opening.Add(p.Received).Sub(p.Spent)))
		if p.Closing.Sign() < 0 && !s.Whole {
			c.refuse("more was used of purpose %s than was given: %s", p.Fund, s.Money(p.Closing))
		}
		total.Opening, total.Received = total.Opening.Add(p.Opening), total.Received.Add(p.Received)
		total.Spent, total.Closing = total.Spent.Add(p.Spent), total.Closing.Add(p.Closing)
	}
	c.equal("opening and the purposes", s.Money(s.Opening), s.Money(total.Opening))
	c.equal("received and the purposes", s.Money(s.Received), s.Money(total.Received))
	c.equal("spent and the purposes", s.Money(s.Spent), s.Money(total.Spent))
	c.equal("closing and the purposes", s.Money(s.Closing), s.Money(total.Closing))
}
