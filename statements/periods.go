package statements

import (
	"errors"
	"fmt"
	"slices"
	"supportledger/ledger"
	"supportledger/statements/collecting"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
)

// What is wrong with the period of a statement.
var (
	ErrPeriodRefused = errors.New("statements: a statement of this period may not leave the organisation")
)

// PeriodFault is why a statement of a period may not leave the organisation.
type PeriodFault string

// The faults: those of [disclosure.Grain], two that need a calendar, and one that needs amounts.
const (
	NotWholeMonths PeriodFault = "not_whole_months"
	InFuture       PeriodFault = "not_over_yet"
	TellsPurpose   PeriodFault = "tells_a_purpose" // beside a category that was shown over longer
)

// PeriodRefused says why, what is allowed near it, and what was released before.
type PeriodRefused struct {
	Fault    PeriodFault
	Least    int // months
	Apart    int // months
	Near     []figures.Period
	Released []figures.Period
}

func (e *PeriodRefused) Error() string { return fmt.Sprintf("%v: %s", ErrPeriodRefused, e.Fault) }

// Unwrap makes errors.Is(err, ErrPeriodRefused) true.
func (e *PeriodRefused) Unwrap() error { return ErrPeriodRefused }

// inTime refuses a period that is too fine, or that cuts what was released too finely: [PeriodRefused].
func (p *plan) inTime(v figures.Value, grain disclosure.Grain, today ledger.Date) error {
	h := v.Head()
	t := disclosure.Times{ToDates: h.Kind == figures.DonorAnnual}
	if g, ok := v.(*figures.GrantStatement); ok && !g.GrantPeriod.IsZero() {
		t.Whole = spanOf(g.GrantPeriod)
	}
	for _, r := range p.released {
		t.Cuts = append(t.Cuts, spanOf(r).From, spanOf(r).After)
	}
	for _, x := range p.spent {
		if m := monthOf(x.Date); x.Person != "" && !slices.Contains(t.Spent, m) {
			t.Spent = append(t.Spent, m)
		}
	}
	wanted := spanOf(h.Period)
	fault := PeriodFault(grain.Check(wanted, t))
	ended := t.Whole.After != 0 && wanted.After >= t.Whole.After
	first := !slices.ContainsFunc(p.spent,
		func(x collecting.Spending) bool { return x.Person != "" && x.Date < h.Period.From })
	switch {
	case h.Period.To > today:
		fault = InFuture
	case h.Period.To != periodOf(wanted).To && !ended || h.Period.From != periodOf(wanted).From && !first:
		fault = NotWholeMonths
	}
	if fault == "" {
		return nil
	}
	refused := &PeriodRefused{Fault: fault, Least: int(grain.Least), Apart: int(grain.Apart), Released: p.released}
	refused.Near = figures.Each(grain.Near(wanted, t, monthOf(today)), periodOf)
	return refused
}

func monthOf(d ledger.Date) disclosure.Month {
	return disclosure.Month(12*d.Year() + int(d.Time().Month()) - 1)
}

// spanOf is a period in the months that it touches.
func spanOf(p figures.Period) disclosure.Span {
	return disclosure.Span{From: monthOf(p.From), After: monthOf(p.To) + 1}
}

// periodOf is a span from its first day to its last.
func periodOf(s disclosure.Span) figures.Period {
	first := func(m disclosure.Month) ledger.Date { return ledger.Date(fmt.Sprintf("%04d-%02d-01", m/12, m%12+1)) }
	return figures.Period{From: first(s.From), To: first(s.After).AddDays(-1)}
}
