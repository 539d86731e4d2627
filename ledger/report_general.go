package ledger

import (
	"context"

	"supportledger/store"
)

// GeneralLedger is the lines of one account by date, each with the balance after it, in base currency.
type GeneralLedger struct {
	Span
	Account Account
	Opening Figure // what the account held before the first day
	Moved   Figure // what its lines of the span add up to
	Closing Figure // opening and moved
	Rows    []GeneralRow
}

// GeneralRow is a line with the balance after it.
type GeneralRow struct {
	Booked
	Balance Figure
}

// GeneralLedger reads the lines of an account within a span, of all funds or of some, after a position, at most limit.
func (b Book) GeneralLedger(ctx context.Context, tx *store.Tx, number AccountNo, funds []FundCode, span Span, after Position, limit int) (GeneralLedger, error) {
	account, err := b.Account(ctx, tx, number)
	if err != nil {
		return GeneralLedger{}, err
	}
	if span, err = b.pinned(ctx, tx, span); err != nil {
		return GeneralLedger{}, err
	}
	of := Selection{Span: span, Accounts: []AccountNo{number}, Funds: funds}
	g := GeneralLedger{Span: span, Account: account}
	if g.Opening, err = b.opening(ctx, tx, of); err != nil {
		return GeneralLedger{}, err
	}
	moved, err := b.sums(ctx, tx, of)
	if err != nil {
		return GeneralLedger{}, err
	}
	g.Moved = Figure{b.baseOf(moved, all), DebitSide, of}
	until := of
	until.From = ""
	g.Closing = Figure{g.Opening.Amount.Add(g.Moved.Amount), DebitSide, until}
	running, err := b.balanceAt(ctx, tx, of, after, g.Opening.Amount)
	if err != nil {
		return GeneralLedger{}, err
	}
	lines, err := b.readLines(ctx, tx, of, after, limit, byDate)
	for _, l := range lines {
		running = running.Add(l.Base)
		lines := until
		lines.Until = l.Position
		g.Rows = append(g.Rows, GeneralRow{l, Figure{running, DebitSide, lines}})
	}
	return g, err
}

func all(Balance) bool { return true }

// opening is what a selection holds before its first day; nothing where it starts with the books.
func (b Book) opening(ctx context.Context, tx *store.Tx, of Selection) (Figure, error) {
	if of.From == "" {
		of.Through = -1
		return Figure{Zero(b.Base), DebitSide, of}, nil
	}
	of.To, of.From = of.From.AddDays(-1), ""
	sums, err := b.sums(ctx, tx, of)
	return Figure{b.baseOf(sums, all), DebitSide, of}, err
}

// balanceAt is the balance after a position: that of the end of the day before, and the day's lines up to it.
func (b Book) balanceAt(ctx context.Context, tx *store.Tx, of Selection, at Position, opening Money) (Money, error) {
	if at.Date == "" {
		return opening, nil
	}
	before := of
	before.From, before.To = "", at.Date.AddDays(-1)
	earlier, err := b.sums(ctx, tx, before)
	if err != nil {
		return Money{}, err
	}
	today, err := b.sumBefore(ctx, tx, of, at)
	return b.baseOf(earlier, all).Add(b.baseOf(today, all)), err
}
