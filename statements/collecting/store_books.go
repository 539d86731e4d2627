package collecting

import (
	"context"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"
)

// within limits a query that joins entries as e.
func within(q *bun.SelectQuery, s ledger.Span) *bun.SelectQuery {
	if s.From != "" {
		q = q.Where("e.date >= ?", s.From)
	}
	return q.Where("e.date <= ?", s.To).Where("e.seq <= ?", s.Through)
}

// costsOf names the lines of one fund on some accounts.
type costsOf struct {
	ledger.Span
	fund     ledger.FundCode
	accounts []ledger.AccountNo
}

// readAdvances sums the lines of a fund on advance accounts by partner, act, day and currency.
func readAdvances(ctx context.Context, tx *store.Tx, of costsOf, base ledger.Currency) ([]advanceMove, error) {
	if len(of.accounts) == 0 {
		return nil, nil
	}
	var rows []struct {
		Partner, Act string
		Date         ledger.Date
		Currency     ledger.Currency
		Amount, Base int64
	}
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.partner", "e.act", "e.date", "l.currency").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Where("l.fund = ?", of.fund).
		Where("l.account IN (?)", bun.List(of.accounts)).
		Group("l.partner", "e.act", "e.date", "l.currency").Order("l.partner", "l.currency", "e.date", "e.act")
	if err := within(q, of.Span).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	moves := make([]advanceMove, len(rows))
	for i, r := range rows {
		moves[i] = advanceMove{Partner: r.Partner, Act: r.Act, Date: r.Date, Amount: ledger.OfMinor(r.Amount, r.Currency),
			Base: ledger.OfMinor(r.Base, base)}
	}
	return moves, nil
}

// sharedCost is cost on one account of all entries that a fund has a part in.
type sharedCost struct {
	Account      ledger.AccountNo
	Whole, Grant decimal.Decimal
}

// readShared sums, per account, the cost of the entries in which both a fund and another one have cost on it.
func readShared(ctx context.Context, tx *store.Tx, of costsOf, base ledger.Currency) ([]sharedCost, error) {
	if len(of.accounts) == 0 {
		return nil, nil
	}
	fund := of.fund
	parts := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.entry_seq", "l.account").
		ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS whole").
		ColumnExpr("CAST(SUM(CASE WHEN l.fund = ? THEN l.base ELSE 0 END) AS BIGINT) AS part", fund).
		ColumnExpr("MAX(CASE WHEN l.fund = ? THEN 1 ELSE 0 END) AS ours", fund).
		ColumnExpr("MAX(CASE WHEN l.fund <> ? THEN 1 ELSE 0 END) AS others", fund).
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Where("l.account IN (?)", bun.List(of.accounts)).
		Where("l.entry_seq IN (SELECT entry_seq FROM entry_lines WHERE fund = ?)", fund).
		Group("l.entry_seq", "l.account")
	var rows []struct {
		Account     ledger.AccountNo
		Whole, Part int64
	}
	err := tx.NewSelect().TableExpr("(?) AS t", within(parts, of.Span)).Column("account").
		ColumnExpr("CAST(SUM(whole) AS BIGINT) AS whole").ColumnExpr("CAST(SUM(part) AS BIGINT) AS part").
		Where("ours = 1").Where("others = 1").Group("account").Order("account").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	found := make([]sharedCost, len(rows))
	for i, r := range rows {
		found[i] = sharedCost{r.Account, ledger.OfMinor(r.Whole, base).Amount, ledger.OfMinor(r.Part, base).Amount}
	}
	return found, nil
}

// readDisallowed lists what audits took off a grant.
func readDisallowed(ctx context.Context, tx *store.Tx, grant string, span ledger.Span,
	base ledger.Currency) ([]figures.Disallowed, error) {
	var rows []struct {
		Number  string
		FoundOn ledger.Date
		Amount  int64
	}
	q := tx.NewSelect().TableExpr("grant_findings AS f").Column("f.number", "f.found_on", "f.amount").
		Join("JOIN entries AS e ON e.id = f.entry_id").Where("f.grant_id = ?", grant).Order("f.found_on", "f.number")
	if err := within(q, span).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]figures.Disallowed, len(rows))
	for i, r := range rows {
		found[i] = figures.Disallowed{Ref: r.Number, Date: r.FoundOn, Amount: ledger.OfMinor(r.Amount, base).Amount}
	}
	return found, nil
}
