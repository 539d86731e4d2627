package figures

import (
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

var hundred = decimal.NewFromInt(100)

// percentDigits is how many decimals a printed percentage has.
const percentDigits = 1

// Total derives the fields marked "by Total" from the others. It takes nothing from the books: that the derived closing
// is really there is for [GrantStatement.Foots] to say.
func (s *GrantStatement) Total() {
	s.Received = Sum(s.Receipts, func(r Receipt) decimal.Decimal { return r.Amount })
	s.Spent = Sum(s.Lines, func(l Line) decimal.Decimal { return l.InPeriod })
	s.ToDate.Spent = Sum(s.Lines, func(l Line) decimal.Decimal { return l.ToDate })
	s.Closing = s.balance()
	s.GrantUsed = percentOf(s.ToDate.Spent, s.Granted)
	s.TimeUsed = s.timeUsed()
	for i := range s.Lines {
		s.Lines[i].Share = percentOf(s.Lines[i].InPeriod, s.Spent)
	}
	s.totalBudget()
	s.totalForecast()
	if s.Indirect != nil {
		s.Indirect.InPeriod = s.Indirect.ToDate.Sub(s.Indirect.Before)
	}
	s.ClosingBase = Sum(s.Parts, func(p Part) decimal.Decimal { return p.Amount })
	if s.Currency == s.Base {
		s.ClosingAtRate = s.Closing
	}
	s.Rounding = s.ClosingBase.Sub(s.ClosingAtRate)
	if s.Deferred != nil && s.Converts() {
		s.MethodDifference = s.Deferred.Amount.Sub(s.Closing)
	}
	s.Notes = toldNotes(s.Notes, s.told)
}

// balance is the left side of the one equation.
func (s *GrantStatement) balance() decimal.Decimal {
	return s.Opening.Add(s.Received).Add(s.Interest).Sub(s.Spent).Sub(s.Refunded)
}

// balanceToDate is the same since the start of the grant, when the opening was nothing.
func (s *GrantStatement) balanceToDate() decimal.Decimal {
	return s.ToDate.Received.Add(s.ToDate.Interest).Sub(s.ToDate.Spent).Sub(s.ToDate.Refunded)
}

func (s *GrantStatement) totalBudget() {
	total := BudgetFigures{InPeriod: s.Spent, ToDate: s.ToDate.Spent}
	for i := range s.Budget {
		b := &s.Budget[i]
		of := s.LinesOf(b.No)
		b.InPeriod = Sum(of, func(l Line) decimal.Decimal { return l.InPeriod })
		b.ToDate = Sum(of, func(l Line) decimal.Decimal { return l.ToDate })
		b.compare()
		total.Budget = total.Budget.Add(b.Budget)
	}
	if len(s.Budget) == 0 {
		s.BudgetTotal = BudgetFigures{}
		return
	}
	total.compare()
	s.BudgetTotal = total
}

// compared is the figures with variance and percentages.
func (f BudgetFigures) compared() BudgetFigures {
	f.compare()
	return f
}

// compare fills variance and percentages from budget and what was spent to date.
func (f *BudgetFigures) compare() {
	f.Variance = f.Budget.Sub(f.ToDate)
	f.VarianceOf = percentOf(f.Variance, f.Budget)
	f.UsedPercent = percentOf(f.ToDate, f.Budget)
}

// LinesOf are the lines on a line of the budget; "" gives those that the budget does not name.
func (s *GrantStatement) LinesOf(no string) []Line {
	var of []Line
	for _, l := range s.Lines {
		if l.BudgetLine == no {
			of = append(of, l)
		}
	}
	return of
}

// timeUsed is the percentage of the grant period that has passed when the statement's period ends, between 0 and 100.
func (s *GrantStatement) timeUsed() decimal.NullDecimal {
	if s.GrantPeriod.From == "" || s.GrantPeriod.To == "" {
		return decimal.NullDecimal{}
	}
	all := s.GrantPeriod.days()
	passed := min(max(Period{s.GrantPeriod.From, s.Period.To}.days(), 0), all)
	return percentOf(decimal.NewFromInt(passed), decimal.NewFromInt(all))
}

// percentOf is 100·part/whole, rounded once (RULES 1); nothing when the whole is not positive.
func percentOf(part, whole decimal.Decimal) decimal.NullDecimal {
	if whole.Sign() <= 0 {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(part.Mul(hundred).DivRound(whole, percentDigits))
}

// Sum adds up an amount of each of some rows.
func Sum[T any](of []T, amount func(T) decimal.Decimal) decimal.Decimal {
	total := decimal.Zero
	for _, x := range of {
		total = total.Add(amount(x))
	}
	return total
}

// Money is an amount in the currency of the grant.
func (s *GrantStatement) Money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: d, Currency: s.Currency}
}

// InBase is an amount in base currency.
func (s *GrantStatement) InBase(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: d, Currency: s.Base}
}

// exactDigits is to how many decimals a division by a rate is carried, before the sum is rounded once.
const exactDigits = 24

// Exact is an amount at a rate in the rate's other currency, not rounded: a rate that is quoted the other way divides.
// It is nothing where the rate is not of that currency.
func Exact(m ledger.Money, at ledger.Rate) decimal.Decimal {
	switch m.Currency {
	case at.Den:
		return m.Amount.Mul(at.Value)
	case at.Num:
		return m.Amount.DivRound(at.Value, exactDigits)
	}
	return decimal.Zero
}
