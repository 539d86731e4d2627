package ledger

import (
	"context"
	"slices"

	"supportledger/store"
)

// PeriodState is how far a month is closed.
type PeriodState string

// The states of a month. In a soft-closed month only finance posts.
const (
	MonthOpen       PeriodState = "open"
	MonthSoftClosed PeriodState = "soft_closed"
	MonthClosed     PeriodState = "closed"
)

// Period is a month of the books.
type Period struct {
	Month      string // 2026-01
	State      PeriodState
	Reopenings int // how often it was reopened after a close
}

// LastDay is the last day of the month.
func (p Period) LastDay() Date { return lastOf(p.Month) }

// Months are the months of a book: their states, the checklist that closes them, and the closing of a year.
type Months struct{ book Book }

// Months are the months of the book.
func (b Book) Months() Months { return Months{b} }

// Find is one month; a month that the books do not know yet is open. [ErrDate] when the text is no month.
func (m Months) Find(ctx context.Context, tx *store.Tx, month string) (Period, error) {
	if _, err := ParseDate(month + "-01"); err != nil {
		return Period{}, err
	}
	return findPeriod(ctx, tx, month)
}

// List lists the months that the books know, oldest first; the key of a page is the month.
func (m Months) List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Period, error) {
	return readPeriods(ctx, tx, page)
}

// Set moves a month to another state without asking for its checklist: for books that are taken over with their past
// months closed. Months close in order: a month closes after every earlier one ([ErrPeriodOrder]), a closed month is
// not reopened here, and neither is one that had no entry when a later one closed.
func (m Months) Set(ctx context.Context, tx *store.Tx, month string, state PeriodState) error {
	if _, err := ParseDate(month + "-01"); err != nil {
		return err
	}
	periods, err := readPeriods(ctx, tx, store.Keyset{})
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(periods, func(p Period) bool { return p.Month == month })
	for _, p := range periods {
		switch {
		case p.Month == month && p.State == MonthClosed:
			return ErrPeriodOrder
		case !known && state != MonthClosed && p.Month > month && p.State == MonthClosed: // it was closed with that one
			return &OutOfOrder{month, p.Month, MonthClosed}
		case state == MonthClosed && p.Month < month && p.State != MonthClosed:
			return &OutOfOrder{month, p.Month, MonthOpen}
		}
	}
	return savePeriod(ctx, tx, Period{Month: month, State: state})
}

// firstOpen is the first day after a month that stands open.
func firstOpen(periods []Period, after string) Date {
	for _, p := range periods {
		if p.Month > after && p.State == MonthOpen {
			return Date(p.Month + "-01")
		}
	}
	next := Date(after+"-01").Time().AddDate(0, 1, 0)
	return DateAt(next)
}
