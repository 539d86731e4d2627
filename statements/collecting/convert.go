package collecting

import (
	"context"
	"fmt"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
)

// converted sums cost by category in the currency of the report, as the grant's policy converts it: what was spent in
// the period at the period's own rates, and what was spent before as it was reported then (RULES 18). A figure is
// rounded once.
func (c collector) converted(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	now, err := c.converter(ctx, tx, c.period)
	if err != nil {
		return err
	}
	inPeriod, err := c.convert(s, now, c.sums, c.period)
	if err != nil {
		return err
	}
	before, err := c.convertedBefore(ctx, tx, s)
	if err != nil {
		return err
	}
	for _, spent := range []map[string]decimal.Decimal{before, inPeriod} {
		for category, amount := range spent {
			l := c.line(s, category)
			l.ToDate = l.ToDate.Add(amount)
			s.ToDate.Spent = s.ToDate.Spent.Add(amount)
		}
	}
	for category, amount := range inPeriod {
		l := c.line(s, category)
		l.InPeriod = l.InPeriod.Add(amount)
	}
	for _, amount := range before {
		s.Opening = s.Opening.Sub(amount)
	}
	return nil
}

// converter converts the cost of a period as the grant's policy says.
func (c collector) converter(ctx context.Context, tx *store.Tx, in figures.Period) (rates.Converter, error) {
	return rates.NewConverter(ctx, tx, c.grant.Conversion(c.from.Book.Base, ledger.Span{From: in.From, To: in.To}))
}

// convert sums the costs of some days by category and puts down the rates that it took.
func (c collector) convert(s *figures.GrantStatement, at rates.Converter, sums []ledger.Sum,
	in figures.Period) (map[string]decimal.Decimal, error) {
	spent := map[string][]rates.Spent{}
	for _, sum := range sums {
		a := c.accounts[sum.Account]
		difference := a.Number == ledger.CurrencyGains || a.Number == ledger.CurrencyLosses
		if sum.Date < in.From || sum.Date > in.To || !a.IsCost() && !difference || sum.Category == ledger.Revaluation {
			continue
		}
		spent[a.Category()] = append(spent[a.Category()], rates.Spent{On: sum.Date, Original: sum.Amount, Base: sum.Base})
	}
	out := map[string]decimal.Decimal{}
	for category, parts := range spent {
		m, err := at.Convert(parts...)
		if err != nil {
			return nil, err
		}
		out[category] = m.Amount
	}
	if len(out) > 0 {
		for _, a := range at.Applied() {
			shown := figures.AppliedRate{Source: string(a.Source), From: a.From, To: a.To, Value: a.Value, Num: a.Num,
				Den: a.Den, Days: a.Days}
			for _, id := range a.Of {
				shown.IDs = append(shown.IDs, string(id))
			}
			s.Applied = append(s.Applied, shown)
		}
	}
	return out, nil
}

// convertedBefore is what was spent before the period, by category: as the statement said that was issued up to the day
// before, with what the books learned of those days since, at the rates of that statement's period. Where none was
// issued, all of it is converted as one earlier period.
func (c collector) convertedBefore(ctx context.Context, tx *store.Tx,
	s *figures.GrantStatement) (map[string]decimal.Decimal, error) {
	earlier := figures.Period{From: c.start(), To: c.period.From.AddDays(-1)}
	if earlier.To < earlier.From {
		return nil, nil
	}
	sums, out := c.sums, map[string]decimal.Decimal{}
	issued, err := c.from.Reported.LastReport(ctx, tx, c.grant.Code, earlier.To)
	if err != nil {
		return nil, err
	}
	if issued != nil {
		last, ok := issued.Value.(*figures.GrantStatement)
		if !ok {
			return nil, fmt.Errorf("statements: %T is no report on a grant", issued.Value)
		}
		for _, l := range last.Lines {
			out[c.categoryOf(l)] = out[c.categoryOf(l)].Add(l.ToDate)
		}
		read, err := c.from.Book.Activity(ctx, tx, c.grant.Fund(), ledger.Span{To: earlier.To, Through: issued.CutOff})
		if err != nil {
			return nil, err
		}
		sums, earlier.From = without(sums, read, earlier.To), last.Period.From
		for i, sum := range sums {
			sums[i].Date = max(sum.Date, earlier.From)
		}
	}
	if !c.anyCost(sums, earlier) {
		return out, nil
	}
	then, err := c.converter(ctx, tx, earlier)
	if err != nil {
		return nil, err
	}
	more, err := c.convert(s, then, sums, earlier)
	for category, amount := range more {
		out[category] = out[category].Add(amount)
	}
	return out, err
}

func (c collector) anyCost(sums []ledger.Sum, in figures.Period) bool {
	for _, sum := range sums {
		if sum.Date >= in.From && sum.Date <= in.To && c.accounts[sum.Account].IsCost() && !sum.Base.IsZero() {
			return true
		}
	}
	return false
}

// categoryOf is the cost category behind a line.
func (c collector) categoryOf(l figures.Line) string {
	switch l.Kind {
	case figures.TransferFees:
		return c.accounts[ledger.TransferFees].Category()
	case figures.CurrencyDifferences:
		return c.accounts[ledger.CurrencyLosses].Category()
	case figures.IndirectCosts:
		return c.accounts[ledger.IndirectCosts].Category()
	case figures.Programme:
	}
	return l.Key
}

// without is all less what was read before, up to a day: what the books have learned of those days since.
func without(all, read []ledger.Sum, to ledger.Date) []ledger.Sum {
	var out []ledger.Sum
	for _, sum := range all {
		if sum.Date <= to {
			out = append(out, sum)
		}
	}
	for _, sum := range read {
		sum.Amount, sum.Base = sum.Amount.Neg(), sum.Base.Neg()
		out = append(out, sum)
	}
	return out
}
