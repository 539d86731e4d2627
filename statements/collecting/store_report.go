package collecting

import (
	"context"
	"supportledger/ledger"
	"supportledger/store"
)

// voucherRow is an entry with cost of a fund on one account.
type voucherRow struct {
	ID         string
	FiscalYear int
	Number     int64
	Date       ledger.Date
	Account    ledger.AccountNo
	Base       int64 // what it cost
	Planned    int64 // how many of its lines name a plan
}

// entry is the number by which people call it.
func (r voucherRow) entry() string { return ledger.Number(r.FiscalYear, r.Number) }

// readVouchers lists the entries with cost of a fund, once per account.
func readVouchers(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) ([]voucherRow, error) {
	var rows []voucherRow
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("e.id", "e.fiscal_year", "e.number", "e.date",
		"l.account").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		ColumnExpr("CAST(SUM(CASE WHEN l.plan = '' THEN 0 ELSE 1 END) AS BIGINT) AS planned").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Join("JOIN accounts AS a ON a.number = l.account").
		Where("l.fund = ?", fund).Where("a.type = 'expense'").Where("e.act <> ?", ledger.ClosingAct).Where("l.category <> ?",
		ledger.Revaluation).
		Group("e.id", "e.fiscal_year", "e.number", "e.date", "l.account").Order("e.fiscal_year", "e.number", "l.account")
	err := within(q, span).Scan(ctx, &rows)
	return rows, err
}

// inKindRow is what was given in kind for one category by one valuation memo.
type inKindRow struct {
	Category, Memo string
	Worth          int64
}

// readInKind sums gifts in kind to a fund, or to all where it is "", by category and memo.
func readInKind(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) ([]inKindRow, error) {
	var rows []inKindRow
	q := tx.NewSelect().TableExpr("in_kind_contributions AS c").Column("c.category", "c.memo").ColumnExpr(
		"CAST(SUM(c.worth) AS BIGINT) AS worth").
		Join("JOIN entries AS e ON e.id = c.entry_id").Group("c.category", "c.memo").Order("c.category", "c.memo")
	if fund != "" {
		q = q.Where("c.fund = ?", fund)
	}
	err := within(q, span).Scan(ctx, &rows)
	return rows, err
}

// countMilestones counts the milestones met in a period of plans that a fund has paid cost of in it.
func countMilestones(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) (n int, err error) {
	paid := within(
		tx.NewSelect().TableExpr("entry_lines AS l").Column("l.plan").Join("JOIN entries AS e ON e.seq = l.entry_seq").
			Join("JOIN accounts AS a ON a.number = l.account").Where("l.fund = ?", fund).Where("a.type = 'expense'"), span)
	met := tx.NewSelect().TableExpr("milestone_decisions AS m").Distinct().Column("m.plan_id", "m.milestone").Join(
		"JOIN plans AS p ON p.id = m.plan_id").
		Where("p.number IN (?)", paid).Where("m.result = 'met'").
		Where("substr(m.decided_at, 1, 10) >= ?", span.From).Where("substr(m.decided_at, 1, 10) <= ?", span.To)
	err = tx.NewSelect().TableExpr("(?) AS t", met).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}
