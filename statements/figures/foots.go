package figures

import (
	"errors"
	"fmt"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// ErrDoesNotFoot is returned for a statement whose figures do not add up; [*Difference] and [*Malformed] say which.
var ErrDoesNotFoot = errors.New("statements: figures do not add up")

// Difference names two figures of a statement that must be equal and are not.
type Difference struct {
	What      string // the rule that is broken, in words: "closing and its parts"
	Want, Got ledger.Money
}

// Off is Got − Want.
func (d *Difference) Off() ledger.Money { return d.Got.Sub(d.Want) }

func (d *Difference) Error() string {
	return fmt.Sprintf("statements: %s: %s and %s %s, off by %s", d.What, d.Want, d.Got, d.Want.Currency, d.Off())
}

// Unwrap makes errors.Is(err, ErrDoesNotFoot) true.
func (d *Difference) Unwrap() error { return ErrDoesNotFoot }

// Malformed is a field that no statement may have.
type Malformed struct{ Why string }

func (m *Malformed) Error() string { return "statements: " + m.Why }

// Unwrap makes errors.Is(err, ErrDoesNotFoot) true.
func (m *Malformed) Unwrap() error { return ErrDoesNotFoot }

// Foots checks that the statement adds up, every sum by itself: the equation of the period, the same since the start of
// the grant, the parts of the closing balance, account 2100, the budget, the indirect costs. The error joins a
// [*Difference] or [*Malformed] for each rule that is broken.
func (s *GrantStatement) Foots() error {
	c := checker{s: s}
	c.equation()
	c.parts()
	c.budget()
	c.indirect()
	c.forecast()
	c.shape()
	notesHold(&c.sums, s.Notes, s.told)
	return c.err()
}

// checker gathers what is wrong with one grant statement.
type checker struct {
	s *GrantStatement
	sums
}

// sums gathers what does not add up.
type sums struct{ broken []error }

func (c *sums) err() error { return errors.Join(c.broken...) }

func (c *sums) equal(what string, want, got ledger.Money) {
	if !want.Amount.Equal(got.Amount) {
		c.broken = append(c.broken, &Difference{what, want, got})
	}
}

func (c *sums) refuse(format string, args ...any) {
	c.broken = append(c.broken, &Malformed{fmt.Sprintf(format, args...)})
}

func (c *checker) equation() {
	s := c.s
	c.equal("received and the receipts", s.Money(s.Received),
		s.Money(Sum(s.Receipts, func(r Receipt) decimal.Decimal { return r.Amount })))
	c.equal("spent and the lines", s.Money(s.Spent),
		s.Money(Sum(s.Lines, func(l Line) decimal.Decimal { return l.InPeriod })))
	c.equal("spent to date and the lines", s.Money(s.ToDate.Spent),
		s.Money(Sum(s.Lines, func(l Line) decimal.Decimal { return l.ToDate })))
	c.equal("closing and opening + received + interest − spent − refunded", s.Money(s.Closing), s.Money(s.balance()))
	c.equal("closing and the totals since the start of the grant", s.Money(s.Closing), s.Money(s.balanceToDate()))
}

func (c *checker) parts() {
	s := c.s
	parts := Sum(s.Parts, func(p Part) decimal.Decimal { return p.Amount })
	if s.Currency == s.Base {
		c.equal("closing and its parts", s.Money(s.Closing), s.InBase(parts))
		c.equal("rounding without a second currency", ledger.Zero(s.Base), s.InBase(s.Rounding))
	}
	c.equal("closing in the books and its parts", s.InBase(s.ClosingBase), s.InBase(parts))
	c.equal("rounding and closing in the books − closing at rate", s.InBase(s.Rounding),
		s.InBase(s.ClosingBase.Sub(s.ClosingAtRate)))
	if d := s.Deferred; d != nil {
		c.equal("closing and the balance of deferred grants", s.Money(s.Closing), s.Money(d.Amount.Sub(s.MethodDifference)))
		c.equal("parts of closing and deferred grants in the books", s.InBase(parts), s.InBase(d.Base))
	}
	if !s.MethodDifference.IsZero() && !s.Converts() {
		c.refuse("a difference of rate methods of %s %s in a statement that does not convert", s.Money(s.MethodDifference),
			s.Currency)
	}
	if limit := s.roundingLimit(); s.Rounding.Abs().GreaterThan(limit) {
		c.refuse("rounding of %s %s is more than %d conversions can leave (%s)", s.InBase(s.Rounding), s.Base, s.Conversions,
			s.InBase(limit))
	}
}

// roundingLimit is what the rounding can be at most: half a minor unit of the grant's currency at the highest rate of
// its receipts for every amount that was converted, and one for the closing balance itself.
func (s *GrantStatement) roundingLimit() decimal.Decimal {
	if s.Currency == s.Base {
		return decimal.Zero
	}
	highest := decimal.NewFromInt(1)
	for _, r := range s.Rates {
		if r.Use == ForReceipt && r.Rate.Joins(s.Base, s.Currency) {
			highest = decimal.Max(highest, Exact(s.Money(decimal.NewFromInt(1)), r.Rate))
		}
	}
	half := decimal.New(5, -s.Currency.Digits()-1)
	return half.Mul(highest).Mul(decimal.NewFromInt(int64(s.Conversions) + 1))
}

func (c *checker) budget() {
	s := c.s
	known := map[string]bool{"": true}
	for _, b := range s.Budget {
		if known[b.No] {
			c.refuse("budget line %q stands twice or has no number", b.No)
		}
		known[b.No] = true
		of := s.LinesOf(b.No)
		c.equal("budget line "+b.No+" and its costs in the period", s.Money(b.InPeriod),
			s.Money(Sum(of, func(l Line) decimal.Decimal { return l.InPeriod })))
		c.equal("budget line "+b.No+" and its costs to date", s.Money(b.ToDate),
			s.Money(Sum(of, func(l Line) decimal.Decimal { return l.ToDate })))
		c.equal("variance of budget line "+b.No, s.Money(b.Budget.Sub(b.ToDate)), s.Money(b.Variance))
	}
	for _, l := range s.Lines {
		if !known[l.BudgetLine] {
			c.refuse("cost %s is on budget line %q, which the budget does not have", l.Key, l.BudgetLine)
		}
	}
	if len(s.Budget) > 0 {
		c.equal("total of the budget", s.Money(Sum(s.Budget, func(b BudgetLine) decimal.Decimal { return b.Budget })),
			s.Money(s.BudgetTotal.Budget))
		c.equal("spent and the total beside the budget", s.Money(s.Spent), s.Money(s.BudgetTotal.InPeriod))
	}
}

// indirect checks the calculation against the line; only where both are in one currency, since a converted line is a
// sum of rounded charges.
func (c *checker) indirect() {
	s := c.s
	var inPeriod, toDate decimal.Decimal
	for _, l := range s.Lines {
		if l.Kind == IndirectCosts {
			inPeriod, toDate = inPeriod.Add(l.InPeriod), toDate.Add(l.ToDate)
		}
	}
	if s.Whole && s.Indirect != nil && inPeriod.Sub(s.Indirect.InPeriod).Abs().LessThan(one) &&
		toDate.Sub(s.Indirect.ToDate).Abs().LessThan(one) {
		return // the calculation stays exact, its line is in whole units
	}
	i := s.Indirect
	if i == nil {
		if !toDate.IsZero() {
			c.refuse("indirect costs of %s %s without their calculation", s.Money(toDate), s.Currency)
		}
		return
	}
	if len(i.Steps) > 0 {
		charge := Sum(i.Steps, func(p IndirectStep) decimal.Decimal { return p.Base.Mul(p.Rate) }).Shift(-2)
		c.equal("indirect costs to date and rate × base", s.InBase(i.ToDate), ledger.Round(charge, s.Base))
	}
	c.equal("indirect costs in the period and to date − before", s.InBase(i.InPeriod), s.InBase(i.ToDate.Sub(i.Before)))
	if s.Currency == s.Base {
		c.equal("indirect costs in the period and their line", s.InBase(i.InPeriod), s.InBase(inPeriod))
		c.equal("indirect costs to date and their line", s.InBase(i.ToDate), s.InBase(toDate))
	}
}

func (c *checker) shape() {
	s := c.s
	if s.Grant == "" || s.Currency == "" || s.Base == "" || s.Organisation.Name == "" {
		c.refuse("a statement names its organisation, its grant and both currencies")
	}
	if s.Period.From == "" || s.Period.To < s.Period.From {
		c.refuse("the period %s – %s is none", s.Period.From, s.Period.To)
	}
	for _, r := range s.Receipts {
		if r.Date < s.Period.From || r.Date > s.Period.To {
			c.refuse("receipt of %s is outside the period", r.Date)
		}
	}
	for _, d := range s.amounts() {
		if !d.Amount.Equal(d.Amount.Truncate(d.Currency.Digits())) {
			c.refuse("%s has more decimals than %s", d.Amount, d.Currency)
		}
	}
}

// amounts are all amounts that came from the books.
func (s *GrantStatement) amounts() []ledger.Money {
	all := []ledger.Money{s.Money(s.Granted), s.Money(s.Opening), s.Money(s.Interest), s.Money(s.Refunded),
		s.InBase(s.ClosingAtRate)}
	for _, r := range s.Receipts {
		all = append(all, s.Money(r.Amount), s.InBase(r.Base))
	}
	for _, l := range s.Lines {
		all = append(all, s.Money(l.InPeriod), s.Money(l.ToDate))
	}
	for _, b := range s.Budget {
		all = append(all, s.Money(b.Budget))
	}
	for _, p := range s.Parts {
		all = append(all, s.InBase(p.Amount))
		if p.Quantity.Currency != "" {
			all = append(all, p.Quantity)
		}
	}
	return all
}
