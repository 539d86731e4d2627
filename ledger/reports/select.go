package reports

import (
	"context"
	"maps"
	"slices"
	"strings"

	"supportledger/ledger"
	"supportledger/store"
)

// books is what every report reads: the chart, a span that is pinned to its last entry, and balances of it.
type books struct {
	ledger.Chart
	span ledger.Span
	sums []ledger.Balance
}

// open reads the chart and pins a span.
func open(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (r books, err error) {
	if r.span, err = b.Pinned(ctx, tx, span); err != nil {
		return books{}, err
	}
	r.Chart, err = b.Chart(ctx, tx)
	return r, err
}

// read is open with the balances of a selection.
func read(ctx context.Context, tx *store.Tx, b ledger.Book, s ledger.Selection) (books, error) {
	r, err := open(ctx, tx, b, s.Span)
	if err != nil {
		return books{}, err
	}
	s.Span = r.span
	r.sums, err = b.BalancesOf(ctx, tx, s)
	return r, err
}

// untilDay is the span of a report on what stands at the end of a day: it has no first one.
func untilDay(span ledger.Span) ledger.Span { return ledger.Span{To: span.To, Through: span.Through} }

// figure counts an amount in the sign of the books on a side.
func figure(amount ledger.Money, side ledger.Side, lines ledger.Selection) ledger.Figure {
	if side == ledger.CreditSide {
		amount = amount.Neg()
	}
	return ledger.Figure{Amount: amount, Side: side, Lines: lines}
}

// baseOf sums the base amounts of the balances that a test accepts.
func baseOf(base ledger.Currency, sums []ledger.Balance, want func(ledger.Balance) bool) ledger.Money {
	total := ledger.Zero(base)
	for _, s := range sums {
		if want(s) {
			total = total.Add(s.Base)
		}
	}
	return total
}

func all(ledger.Balance) bool { return true }

// accountsBy lists accounts that a test accepts, by number.
func accountsBy(accounts map[ledger.AccountNo]ledger.Account, want func(ledger.Account) bool) []ledger.Account {
	var found []ledger.Account
	for _, n := range slices.Sorted(maps.Keys(accounts)) {
		if want(accounts[n]) {
			found = append(found, accounts[n])
		}
	}
	return found
}

// ofAccounts limits a selection to the accounts that a test accepts; to no line at all where there are none.
func (r books) ofAccounts(s ledger.Selection, want func(ledger.Account) bool) ledger.Selection {
	s.Accounts = nil
	for _, a := range accountsBy(r.Accounts, want) {
		s.Accounts = append(s.Accounts, a.Number)
	}
	if len(s.Accounts) == 0 {
		s.Through = -1
	}
	return s
}

// ofFunds limits a selection to the funds that a test accepts; to no line at all where there are none.
func (r books) ofFunds(s ledger.Selection, want func(ledger.Fund) bool) ledger.Selection {
	s.Funds = nil
	for _, code := range slices.Sorted(maps.Keys(r.Funds)) {
		if want(r.Funds[code]) {
			s.Funds = append(s.Funds, code)
		}
	}
	if len(s.Funds) == 0 {
		s.Through = -1
	}
	return s
}

// under reports whether an account stands under one of the paths.
func under(a ledger.Account, paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return a.Path == p || strings.HasPrefix(a.Path, p+":") })
}

// IsRecoverable reports whether what stands on the account was paid twice and is owed back (RULES 29).
func IsRecoverable(a ledger.Account) bool { return under(a, "assets:recoverable") }
