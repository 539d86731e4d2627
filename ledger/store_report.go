package ledger

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// lastPosted is the last entry with an instant of posting up to at, -1 when there is none.
func lastPosted(ctx context.Context, tx *store.Tx, at string) (int64, error) {
	var row entryRow
	err := tx.NewSelect().Model(&row).Column("seq").Where("created_at <= ?", at).Order("created_at DESC", "seq DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return row.Seq, err
}

// balancesUntil is what accounts hold at the end of a day, or at all where none is given: the months before, and the days
// of its own month. It costs by months and days, whatever the number of lines.
func (b Book) balancesUntil(ctx context.Context, tx *store.Tx, s Selection, day Date) (map[balanceKey]Balance, error) {
	found := map[balanceKey]Balance{}
	months := tx.NewSelect().TableExpr("balance_months AS m").Column("m.account", "m.fund", "m.currency").
		ColumnExpr("CAST(SUM(m.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(m.base) AS BIGINT) AS base").
		Group("m.account", "m.fund", "m.currency")
	whole := day == "" || day.AddDays(1).Month() != day.Month()
	switch {
	case day == "":
	case whole:
		months = months.Where("m.month <= ?", day.Month())
	default:
		months = months.Where("m.month < ?", day.Month())
	}
	if err := b.gather(ctx, s.onMonths(months), day, found); err != nil || whole {
		return found, err
	}
	days := tx.NewSelect().TableExpr("balance_months AS m").Column("m.account", "m.fund", "m.currency").
		ColumnExpr("CAST(SUM(d.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(d.base) AS BIGINT) AS base").
		Join("JOIN balances AS d ON d.account = m.account AND d.fund = m.fund AND d.currency = m.currency AND d.date >= ? AND d.date <= ?",
			day.Month()+"-01", day).
		Where("m.month = ?", day.Month()).Group("m.account", "m.fund", "m.currency")
	return found, b.gather(ctx, s.onMonths(days), day, found)
}

// onMonths limits a query over balance_months as m.
func (s Selection) onMonths(q *bun.SelectQuery) *bun.SelectQuery {
	if len(s.Accounts) > 0 {
		q = q.Where("m.account IN (?)", bun.List(s.Accounts))
	}
	if len(s.Funds) > 0 {
		q = q.Where("m.fund IN (?)", bun.List(s.Funds))
	}
	if s.Currency != "" {
		q = q.Where("m.currency = ?", s.Currency)
	}
	return q
}

// gather adds the rows of a query to balances.
func (b Book) gather(ctx context.Context, q *bun.SelectQuery, day Date, into map[balanceKey]Balance) error {
	var rows []balanceRow
	if err := q.Scan(ctx, &rows); err != nil {
		return err
	}
	for _, r := range rows {
		k := balanceKey{r.Account, r.Fund, r.Currency}
		sum, known := into[k]
		if !known {
			sum = Balance{r.Account, r.Fund, day, Zero(r.Currency), Zero(b.Base)}
		}
		sum.Amount, sum.Base = sum.Amount.Add(OfMinor(r.Amount, r.Currency)), sum.Base.Add(OfMinor(r.Base, b.Base))
		into[k] = sum
	}
	return nil
}

// sumLines adds up lines per account, fund and currency: the figures of any selection at any cut-off.
func (b Book) sumLines(ctx context.Context, tx *store.Tx, s Selection) ([]Balance, error) {
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.account", "l.fund", "l.currency").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Group("l.account", "l.fund", "l.currency")
	found := map[balanceKey]Balance{}
	if err := b.gather(ctx, s.onLines(q), s.To, found); err != nil {
		return nil, err
	}
	return values(found), nil
}

// categorySum is what lines of one account, fund and category add up to in a currency.
type categorySum struct {
	Account  AccountNo
	Fund     FundCode
	Category string
	Currency Currency
	Amount   int64
	Base     int64
}

// CategorySums adds up lines per account, fund, category and currency.
func (b Book) CategorySums(ctx context.Context, tx *store.Tx, s Selection) ([]Sum, error) {
	var rows []categorySum
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.account", "l.fund", "l.category", "l.currency").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Group("l.account", "l.fund", "l.category", "l.currency").Order("l.account", "l.fund", "l.category", "l.currency")
	if err := s.onLines(q).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	sums := make([]Sum, len(rows))
	for i, r := range rows {
		sums[i] = Sum{Account: r.Account, Category: r.Category, Amount: OfMinor(r.Amount, r.Currency), Base: OfMinor(r.Base, b.Base)}
	}
	return sums, nil
}

// onLines limits a query over entry_lines as l and entries as e.
func (s Selection) onLines(q *bun.SelectQuery) *bun.SelectQuery {
	q = s.on(q).Where("e.seq <= ?", s.Through)
	if len(s.Accounts) > 0 {
		q = q.Where("l.account IN (?)", bun.List(s.Accounts))
	}
	if len(s.Funds) > 0 {
		q = q.Where("l.fund IN (?)", bun.List(s.Funds))
	}
	if len(s.Categories) > 0 {
		q = q.Where("l.category IN (?)", bun.List(s.Categories))
	}
	if len(s.Plans) > 0 {
		q = q.Where("l.plan IN (?)", bun.List(s.Plans))
	}
	if len(s.Partners) > 0 {
		q = q.Where("l.partner IN (?)", bun.List(s.Partners))
	}
	if s.Currency != "" {
		q = q.Where("l.currency = ?", s.Currency)
	}
	if s.Closing == WithoutClosing {
		q = q.Where("e.act <> ?", ClosingAct).
			Where("(e.reverses IS NULL OR e.reverses NOT IN (SELECT id FROM entries WHERE act = ?))", ClosingAct)
	}
	if u := s.Until; u.Date != "" {
		q = q.Where("(e.date < ? OR e.date = ? AND (e.seq < ? OR e.seq = ? AND l.line <= ?))", u.Date, u.Date, u.Seq, u.Seq, u.Line)
	}
	return s.onLots(q)
}

func (s Selection) onLots(q *bun.SelectQuery) *bun.SelectQuery {
	named := slices.DeleteFunc(slices.Clone(s.Lots), func(id LotID) bool { return id == NoLot })
	switch none := len(named) < len(s.Lots); {
	case none && len(named) > 0:
		return q.Where("(l.lot IS NULL OR l.lot IN (?))", bun.List(named))
	case none:
		return q.Where("l.lot IS NULL")
	case len(named) > 0:
		return q.Where("l.lot IN (?)", bun.List(named))
	}
	return q
}

type bookedRow struct {
	lineRow
	Seq        int64
	Entry      EntryID
	FiscalYear int
	Number     int64
	Date       Date
	Text       string
	Act        string
}

// listOrder says how lines are listed.
type listOrder int

const (
	inOrderOfPosting listOrder = iota
	byDate
)

// readLines lists the lines of a selection after a position.
func (b Book) readLines(ctx context.Context, tx *store.Tx, s Selection, after Position, limit int, order listOrder) ([]Booked, error) {
	q := tx.NewSelect().TableExpr("entry_lines AS l").ColumnExpr("l.*").
		ColumnExpr("e.seq, e.id AS entry, e.fiscal_year, e.number, e.date, e.text, e.act").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Limit(int64(limit))
	if order == byDate {
		q = q.Where("(e.date > ? OR e.date = ? AND (e.seq > ? OR e.seq = ? AND l.line > ?))",
			after.Date, after.Date, after.Seq, after.Seq, after.Line).Order("e.date", "e.seq", "l.line")
	} else {
		q = q.Where("l.entry_seq >= ?", after.Seq).Where("(l.entry_seq > ? OR l.line > ?)", after.Seq, after.Line).Order("l.entry_seq", "l.line")
	}
	var rows []bookedRow
	if err := s.onLines(q).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	booked := make([]Booked, len(rows))
	for i, r := range rows {
		booked[i] = Booked{r.domain(b.Base), Position{r.Date, r.Seq, r.lineRow.Line}, r.Entry, Number(r.FiscalYear, r.Number), r.Text, r.Act}
	}
	return booked, nil
}

// sumBefore adds up the lines of one day before a position, per fund and currency.
func (b Book) sumBefore(ctx context.Context, tx *store.Tx, s Selection, at Position) ([]Balance, error) {
	s.From, s.To, s.Until = at.Date, at.Date, at
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.account", "l.fund", "l.currency").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Group("l.account", "l.fund", "l.currency")
	found := map[balanceKey]Balance{}
	if err := b.gather(ctx, s.onLines(q), at.Date, found); err != nil {
		return nil, err
	}
	return values(found), nil
}

// openLots adds up the lines of a selection per lot of one kind, lots that are empty by then left out.
func (b Book) openLots(ctx context.Context, tx *store.Tx, kind LotKind, s Selection) ([]LotSum, error) {
	var rows []struct {
		lotRow
		SumAmount int64
		SumBase   int64
		Lines     int
	}
	q := tx.NewSelect().TableExpr("lots AS o").ColumnExpr("o.*").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS sum_amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS sum_base").
		ColumnExpr("COUNT(*) AS lines").
		Join("JOIN entry_lines AS l ON l.lot = o.id AND l.account = o.account").Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Where("o.kind = ?", kind).Group("o.id").Having("SUM(l.amount) <> 0 OR SUM(l.base) <> 0").
		Order("o.holder", "o.fund", "o.opened_on", "o.opened_seq", "o.id")
	if err := s.onLines(q).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	sums := make([]LotSum, len(rows))
	for i, r := range rows {
		lot, err := r.lot(b.Base)
		if err != nil {
			return nil, err
		}
		sums[i] = LotSum{lot, OfMinor(r.SumAmount, r.Currency), OfMinor(r.SumBase, b.Base), r.Lines}
	}
	return sums, nil
}

// sumClosing adds up the lines of year-end closing entries, and of their reversals, within a span.
func (b Book) sumClosing(ctx context.Context, tx *store.Tx, span Span) ([]Balance, error) {
	q := tx.NewSelect().TableExpr("entry_lines AS l").Column("l.account", "l.fund", "l.currency").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Where("e.seq IN (SELECT seq FROM entries WHERE act = ? UNION ALL SELECT r.seq FROM entries AS c JOIN entries AS r ON r.reverses = c.id WHERE c.act = ?)",
			ClosingAct, ClosingAct).
		Group("l.account", "l.fund", "l.currency")
	found := map[balanceKey]Balance{}
	if err := b.gather(ctx, Selection{Span: span}.onLines(q), span.To, found); err != nil {
		return nil, err
	}
	return values(found), nil
}
