package reports

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// GeneralLedger is the lines of one account by date, each with the balance after it, in base currency.
type GeneralLedger struct {
	ledger.Span
	Account ledger.Account
	Opening ledger.Figure // what the account held before the first day
	Moved   ledger.Figure // what its lines of the span add up to
	Closing ledger.Figure // opening and moved
	Rows    []GeneralRow
}

// GeneralRow is a line with the balance after it.
type GeneralRow struct {
	ledger.Booked
	Balance ledger.Figure
}

// GeneralPage says which lines of which account are wanted: within a span, of all funds or of some, after a position,
// at most Limit.
type GeneralPage struct {
	Account ledger.AccountNo
	Funds   []ledger.FundCode
	Span    ledger.Span
	After   ledger.Position
	Limit   int
}

// ReadGeneralLedger reads a page of the lines of an account, with what the account held before and after the span.
func ReadGeneralLedger(ctx context.Context, tx *store.Tx, b ledger.Book, p GeneralPage) (GeneralLedger, error) {
	account, err := b.Account(ctx, tx, p.Account)
	if err != nil {
		return GeneralLedger{}, err
	}
	if p.Span, err = b.Pinned(ctx, tx, p.Span); err != nil {
		return GeneralLedger{}, err
	}
	of := ledger.Selection{Span: p.Span, Accounts: []ledger.AccountNo{p.Account}, Funds: p.Funds}
	g := GeneralLedger{Span: p.Span, Account: account}
	if g.Opening, err = opening(ctx, tx, b, of); err != nil {
		return GeneralLedger{}, err
	}
	moved, err := b.BaseTotal(ctx, tx, of)
	if err != nil {
		return GeneralLedger{}, err
	}
	until := of
	until.From = ""
	g.Moved = ledger.Figure{Amount: moved, Side: ledger.DebitSide, Lines: of}
	g.Closing = ledger.Figure{Amount: g.Opening.Amount.Add(moved), Side: ledger.DebitSide, Lines: until}
	running := g.Opening.Amount
	if p.After.Date != "" {
		if running, err = balanceAfter(ctx, tx, b, of, p.After); err != nil {
			return GeneralLedger{}, err
		}
	}
	lines, err := b.LinesByDate(ctx, tx, of, p.After, p.Limit)
	for _, l := range lines {
		running = running.Add(l.Base)
		until.Until = l.Position
		g.Rows = append(g.Rows, GeneralRow{l, ledger.Figure{Amount: running, Side: ledger.DebitSide, Lines: until}})
	}
	return g, err
}

// opening is what a selection holds before its first day; nothing where it starts with the books.
func opening(ctx context.Context, tx *store.Tx, b ledger.Book, of ledger.Selection) (ledger.Figure, error) {
	if of.From == "" {
		of.Through = -1
		return ledger.Figure{Amount: ledger.Zero(b.Base), Side: ledger.DebitSide, Lines: of}, nil
	}
	of.To, of.From = of.From.AddDays(-1), ""
	held, err := b.BaseTotal(ctx, tx, of)
	return ledger.Figure{Amount: held, Side: ledger.DebitSide, Lines: of}, err
}

// balanceAfter is the balance after a line: that of the end of the day before, and the day's lines up to it.
func balanceAfter(
	ctx context.Context, tx *store.Tx, b ledger.Book, of ledger.Selection, line ledger.Position,
) (ledger.Money, error) {
	of.From, of.To = "", line.Date.AddDays(-1)
	before, err := b.BaseTotal(ctx, tx, of)
	if err != nil {
		return ledger.Money{}, err
	}
	of.From, of.To, of.Until = line.Date, line.Date, line
	today, err := b.BaseTotal(ctx, tx, of)
	return before.Add(today), err
}
