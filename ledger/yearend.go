package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"supportledger/access"
	"supportledger/store"
)

// CloseYear zeroes income and expense of every fund in base currency on 31 December; the result goes to the fund's net
// assets, those of an unrestricted fund to 3100 and of any other to 3200 (RULES 63). It comes after everything else of
// the year: what is posted into the year later is closed by another call, and a call that finds nothing left to close
// is refused ([ErrYearClosed]). [ErrYearOrder] when an earlier year stands open.
func (m Months) CloseYear(ctx context.Context, tx *store.Tx, year int) ([]Posted, error) {
	funds, err := m.book.Funds(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := LockFunds(ctx, tx, sortedFunds(funds)...); err != nil {
		return nil, err
	}
	before, err := m.results(ctx, tx, NewDate(year-1, time.December, 31))
	if err != nil {
		return nil, err
	}
	if len(before) > 0 {
		return nil, ErrYearOrder
	}
	entries, err := m.closings(ctx, tx, year, funds)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, m.refuseClosed(ctx, tx, year)
	}
	posted, err := m.book.Post(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "year.closed", Subject: strconv.Itoa(year)})
}

// refuseClosed is [ErrYearClosed] where the year has closing entries, and nil where it had nothing to close.
func (m Months) refuseClosed(ctx context.Context, tx *store.Tx, year int) error {
	closed, err := m.book.Standing(ctx, tx, ClosingAct, strconv.Itoa(year))
	if err == nil && len(closed) > 0 {
		return ErrYearClosed
	}
	return err
}

// closings are the entries that close a year, one per fund that has a result to close, by code.
func (m Months) closings(ctx context.Context, tx *store.Tx, year int, funds map[FundCode]Fund) ([]Entry, error) {
	on := NewDate(year, time.December, 31)
	open, err := m.results(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, code := range slices.Sorted(maps.Keys(open)) {
		e := Entry{Date: on, Act: ClosingAct, Source: strconv.Itoa(year)}
		result := Zero(m.book.Base)
		for _, account := range slices.Sorted(maps.Keys(open[code])) {
			sum := open[code][account]
			result = result.Sub(sum)
			e.Lines = append(e.Lines, Base(account, code, sum.Neg()))
		}
		e.Lines = append(e.Lines, Base(funds[code].NetAssets(), code, result.Neg()))
		e.Text = fmt.Sprintf("Close income and expense of %d, fund %s (result %s)", year, code, result)
		entries = append(entries, e)
	}
	return entries, nil
}

// results is what stands on the income and expense accounts of every fund at the end of a day, in base currency.
// Accounts and funds with nothing are left out.
func (m Months) results(ctx context.Context, tx *store.Tx, on Date) (map[FundCode]map[AccountNo]Money, error) {
	accounts, err := m.book.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	balances, err := m.book.Balances(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	results := map[FundCode]map[AccountNo]Money{}
	for _, at := range balances {
		if t := accounts[at.Account].Type; t != Income && t != Expense {
			continue
		}
		of := results[at.Fund]
		if of == nil {
			of = map[AccountNo]Money{}
			results[at.Fund] = of
		}
		if _, known := of[at.Account]; !known {
			of[at.Account] = Zero(m.book.Base)
		}
		of[at.Account] = of[at.Account].Add(at.Base)
	}
	for fund, of := range results {
		maps.DeleteFunc(of, func(_ AccountNo, sum Money) bool { return sum.IsZero() })
		if len(of) == 0 {
			delete(results, fund)
		}
	}
	return results, nil
}

// sortedFunds are the codes of funds in order.
func sortedFunds(funds map[FundCode]Fund) []FundCode { return slices.Sorted(maps.Keys(funds)) }
