package figures

import (
	"slices"

	"github.com/shopspring/decimal"
)

// InWholeUnits is a copy of a statement in whole units of its currency.
func InWholeUnits(v Value) Value {
	switch s := v.(type) {
	case *GrantStatement:
		whole := s.InWholeUnits()
		return &whole
	case *FundStatement:
		whole := s.InWholeUnits()
		return &whole
	}
	return v
}

// InWholeUnits rounds every amount of the report's currency to whole units so that it still foots: opening and closing
// are rounded by themselves, so that this closing is the next opening; between them, and within every sum, the rest
// goes to the largest remainders, so that no figure is more than one unit off (RULES 1). Figures of the books stay
// exact.
func (s *GrantStatement) InWholeUnits() GrantStatement {
	w := *s
	w.Whole = true
	w.Receipts, w.Lines, w.Budget, w.Notes = slices.Clone(s.Receipts), slices.Clone(s.Lines), slices.Clone(s.Budget),
		slices.Clone(s.Notes)
	w.Granted, w.Opening = unit(s.Granted), unit(s.Opening)
	closing := unit(s.Closing)
	terms := apportioned(closing.Sub(w.Opening), s.Received, s.Interest, s.Spent.Neg(), s.Refunded.Neg())
	w.Interest, w.Refunded = terms[1], terms[3].Neg()
	toDate := apportioned(closing, s.ToDate.Received, s.ToDate.Interest, s.ToDate.Spent.Neg(), s.ToDate.Refunded.Neg())
	w.ToDate = ToDate{Received: toDate[0], Interest: toDate[1], Refunded: toDate[3].Neg()}
	spread(w.Receipts, terms[0], func(r *Receipt) *decimal.Decimal { return &r.Amount })
	spread(w.Lines, terms[2].Neg(), func(l *Line) *decimal.Decimal { return &l.InPeriod })
	spread(w.Lines, toDate[2].Neg(), func(l *Line) *decimal.Decimal { return &l.ToDate })
	spread(w.Budget, unit(Sum(s.Budget, func(b BudgetLine) decimal.Decimal { return b.Budget })),
		func(b *BudgetLine) *decimal.Decimal { return &b.Budget })
	if s.Currency == s.Base {
		w.Parts = slices.Clone(s.Parts)
		spread(w.Parts, closing, func(p *Part) *decimal.Decimal { return &p.Amount })
	}
	if s.Deferred != nil {
		d := Deferred{Amount: closing, Base: s.Deferred.Base}
		if s.Converts() {
			d.Amount = s.Deferred.Amount // the books' own figure
		}
		if s.Currency == s.Base {
			d.Base = closing
		}
		w.Deferred = &d
	}
	w.Forecast = s.Forecast.inWholeUnits()
	w.Notes = append(w.Notes, Note{Code: NoteWhole})
	w.Total()
	return w
}

// InWholeUnits is like that of a [GrantStatement].
func (s *FundStatement) InWholeUnits() FundStatement {
	w := *s
	w.Whole = true
	w.Receipts, w.Lines, w.Parts = slices.Clone(s.Receipts), slices.Clone(s.Lines), slices.Clone(s.Parts)
	w.Purposes, w.Notes = slices.Clone(s.Purposes), append(slices.Clone(s.Notes), Note{Code: NoteWhole})
	w.Opening = unit(s.Opening)
	closing := unit(s.Closing)
	terms := apportioned(closing.Sub(w.Opening), s.Received, s.Spent.Neg())
	toDate := apportioned(closing, s.ToDate.Received, s.ToDate.Spent.Neg())
	w.ToDate.Received = toDate[0]
	spread(w.Receipts, terms[0], func(r *Receipt) *decimal.Decimal { return &r.Amount })
	spread(w.Lines, terms[1].Neg(), func(l *Line) *decimal.Decimal { return &l.InPeriod })
	spread(w.Lines, toDate[1].Neg(), func(l *Line) *decimal.Decimal { return &l.ToDate })
	if len(w.Parts) > 0 {
		spread(w.Parts, closing, func(p *Part) *decimal.Decimal { return &p.Amount })
	}
	spread(w.Purposes, w.Opening, func(p *Purpose) *decimal.Decimal { return &p.Opening })
	spread(w.Purposes, terms[0], func(p *Purpose) *decimal.Decimal { return &p.Received })
	spread(w.Purposes, terms[1].Neg(), func(p *Purpose) *decimal.Decimal { return &p.Spent })
	for i, p := range w.Purposes {
		w.Purposes[i].Closing = p.Opening.Add(p.Received).Sub(p.Spent)
	}
	w.Total()
	return w
}

// unit rounds to whole units, halves up on the number line, so that amounts a whole number apart stay so.
func unit(d decimal.Decimal) decimal.Decimal { return d.Add(decimal.New(5, -1)).Floor() }

// apportioned rounds terms to whole units that sum to a total: each down, then the missing units to the largest
// remainders, the first of equals first. The total is within one unit of the terms' sum.
func apportioned(total decimal.Decimal, terms ...decimal.Decimal) []decimal.Decimal {
	parts, order := make([]decimal.Decimal, len(terms)), make([]int, len(terms))
	missing := total
	for i, t := range terms {
		parts[i], order[i] = t.Floor(), i
		missing = missing.Sub(parts[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return terms[b].Sub(parts[b]).Cmp(terms[a].Sub(parts[a])) })
	for _, i := range order {
		if missing.Sign() <= 0 {
			break
		}
		parts[i], missing = parts[i].Add(one), missing.Sub(one)
	}
	return parts
}

var one = decimal.NewFromInt(1)

// spread apportions a total over a field of rows.
func spread[T any](rows []T, total decimal.Decimal, field func(*T) *decimal.Decimal) {
	terms := make([]decimal.Decimal, len(rows))
	for i := range rows {
		terms[i] = *field(&rows[i])
	}
	for i, part := range apportioned(total, terms...) {
		*field(&rows[i]) = part
	}
}
