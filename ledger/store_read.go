package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type periodRow struct {
	bun.BaseModel `bun:"table:periods"`
	Month         string `bun:",pk"`
	State         PeriodState
	Reopenings    int
}

func readPeriods(ctx context.Context, tx *store.Tx) ([]Period, error) {
	var rows []periodRow
	if err := tx.NewSelect().Model(&rows).Order("month").Scan(ctx); err != nil {
		return nil, err
	}
	periods := make([]Period, len(rows))
	for i, r := range rows {
		periods[i] = Period{r.Month, r.State, r.Reopenings}
	}
	return periods, nil
}

func savePeriod(ctx context.Context, tx *store.Tx, p Period) error {
	_, err := tx.NewInsert().Model(&periodRow{Month: p.Month, State: p.State}).
		On("CONFLICT (month) DO UPDATE").Set("state = EXCLUDED.state").Exec(ctx)
	return err
}

// Balance is what an account of a fund holds in one currency.
type Balance struct {
	Account AccountNo
	Fund    FundCode
	Date    Date // the day it holds from, where days are asked for
	Amount  Money
	Base    Money
}

// Balances lists what every account of every fund holds at the end of a day, by account, fund and currency. Zero balances
// are left out.
func (b Book) Balances(ctx context.Context, tx *store.Tx, asOf Date) ([]Balance, error) {
	var rows []balanceRow
	err := tx.NewSelect().Model(&rows).
		Column("account", "fund", "currency").
		ColumnExpr("CAST(SUM(amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(base) AS BIGINT) AS base").
		Where("date <= ?", asOf).Group("account", "fund", "currency").
		Having("SUM(amount) <> 0 OR SUM(base) <> 0").Order("account", "fund", "currency").Scan(ctx)
	if err != nil {
		return nil, err
	}
	balances := make([]Balance, len(rows))
	for i, r := range rows {
		balances[i] = Balance{r.Account, r.Fund, asOf, OfMinor(r.Amount, r.Currency), OfMinor(r.Base, b.Base)}
	}
	return balances, nil
}

// Span limits what is read to the entries dated within it and posted up to one entry. Zero fields do not limit.
type Span struct {
	From, To Date
	Through  int64 // sequence number of the last entry to read
}

// Sum is what lines alike in account, category, partner, currency and day add up to.
type Sum struct {
	Account  AccountNo
	Category string
	Partner  string
	Date     Date
	Amount   Money
	Base     Money
}

type sumRow struct {
	bun.BaseModel `bun:"table:entry_lines,alias:l"`
	Account       AccountNo
	Category      string
	Partner       string
	Currency      Currency
	Date          Date
	Amount        int64
	Base          int64
}

// Revaluation is the category of lines that revalue foreign bank accounts; statements to grantors leave them out
// (RULES 62, 64).
const Revaluation = "revaluation"

// ClosingAct marks year-end entries; reports on what was earned and spent leave them out (RULES 63).
const ClosingAct = "year-closing"

// Activity sums the lines of a fund within a span by account, category, partner, currency and day, year-end closing
// entries apart.
func (b Book) Activity(ctx context.Context, tx *store.Tx, fund FundCode, span Span) ([]Sum, error) {
	var rows []sumRow
	q := tx.NewSelect().Model(&rows).
		Column("l.account", "l.category", "l.partner", "l.currency", "e.date").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS base").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Where("l.fund = ?", fund).Where("e.act <> ?", ClosingAct)
	err := span.on(q).Group("l.account", "l.category", "l.partner", "l.currency", "e.date").
		Order("e.date", "l.account", "l.category", "l.partner", "l.currency").Scan(ctx)
	if err != nil {
		return nil, err
	}
	sums := make([]Sum, len(rows))
	for i, r := range rows {
		sums[i] = Sum{r.Account, r.Category, r.Partner, r.Date, OfMinor(r.Amount, r.Currency), OfMinor(r.Base, b.Base)}
	}
	return sums, nil
}

// on limits a query that joins entries as e.
func (s Span) on(q *bun.SelectQuery) *bun.SelectQuery {
	if s.From != "" {
		q = q.Where("e.date >= ?", s.From)
	}
	if s.To != "" {
		q = q.Where("e.date <= ?", s.To)
	}
	if s.Through != 0 {
		q = q.Where("e.seq <= ?", s.Through)
	}
	return q
}

// LastSeq is the sequence number of the last posted entry, 0 in empty books: the cut-off of a report read in this tx.
func (b Book) LastSeq(ctx context.Context, tx *store.Tx) (int64, error) {
	var row bookRow
	err := tx.NewSelect().Model(&row).Where("id = 1").Scan(ctx)
	return row.LastSeq, err
}

// Entries lists posted entries of a span after a sequence number, in order of posting, at most limit.
func (b Book) Entries(ctx context.Context, tx *store.Tx, span Span, after int64, limit int) ([]Posted, error) {
	return b.selected(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return span.on(q.Where("e.seq > ?", after)).Limit(int64(limit))
	})
}

// selected reads the entries that a query is narrowed to, with their lines, in order of posting.
func (b Book) selected(ctx context.Context, tx *store.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Posted, error) {
	var rows []entryRow
	if err := narrow(tx.NewSelect().Model(&rows)).Order("e.seq").Scan(ctx); err != nil {
		return nil, err
	}
	return b.withLines(ctx, tx, rows)
}

// EntriesByID finds entries by their ids, in order of posting; what is absent is not there.
func (b Book) EntriesByID(ctx context.Context, tx *store.Tx, ids []EntryID) ([]Posted, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return b.selected(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id IN (?)", bun.List(ids)) })
}

// Entry finds one entry by its id or its number. [ErrUnknownEntry] when there is none.
func (b Book) Entry(ctx context.Context, tx *store.Tx, key string) (Posted, error) {
	var row entryRow
	q := tx.NewSelect().Model(&row)
	if year, n, ok := parseNumber(key); ok {
		q = q.Where("fiscal_year = ?", year).Where("number = ?", n)
	} else {
		q = q.Where("id = ?", key)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Posted{}, ErrUnknownEntry
	} else if err != nil {
		return Posted{}, err
	}
	found, err := b.withLines(ctx, tx, []entryRow{row})
	if err != nil {
		return Posted{}, err
	}
	return found[0], nil
}

// parseNumber reads "2026-000123".
func parseNumber(s string) (year int, n int64, ok bool) {
	y, digits, found := strings.Cut(s, "-")
	if !found || len(y) != 4 || len(digits) < 6 {
		return 0, 0, false
	}
	year, err := strconv.Atoi(y)
	if err != nil {
		return 0, 0, false
	}
	n, err = strconv.ParseInt(digits, 10, 64)
	return year, n, err == nil
}

func (b Book) withLines(ctx context.Context, tx *store.Tx, rows []entryRow) ([]Posted, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	seqs := make([]int64, len(rows))
	for i, r := range rows {
		seqs[i] = r.Seq
	}
	var lines []lineRow
	if err := tx.NewSelect().Model(&lines).Where("entry_seq IN (?)", bun.List(seqs)).Order("entry_seq", "line").Scan(ctx); err != nil {
		return nil, err
	}
	of := map[int64][]Line{}
	for _, l := range lines {
		of[l.EntrySeq] = append(of[l.EntrySeq], l.domain(b.Base))
	}
	posted := make([]Posted, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		posted[i] = Posted{ID: r.ID, Seq: r.Seq, Number: Number(r.FiscalYear, r.Number), CreatedBy: r.CreatedBy, CreatedAt: at,
			Entry: Entry{Date: r.Date, Text: r.Text, Act: r.Act, Source: r.Source, Lines: of[r.Seq],
				Reverses: value(r.Reverses), Corrects: value(r.Corrects), Reason: r.Reason, ExternalID: value(r.ExternalID)}}
	}
	return posted, nil
}

func (r lineRow) domain(base Currency) Line {
	return Line{Account: r.Account, Fund: r.Fund, Amount: OfMinor(r.Amount, r.Currency), Base: OfMinor(r.Base, base),
		Category: r.Category, Plan: r.Plan, Payee: r.Payee, Partner: r.Partner, Lot: value(r.Lot)}
}

func value[T ~string](s *T) T {
	if s == nil {
		return ""
	}
	return *s
}

// usedCurrencies lists the currencies that lines are in, in code order.
func usedCurrencies(ctx context.Context, tx *store.Tx) ([]Currency, error) {
	var codes []Currency
	err := tx.NewSelect().Model((*balanceRow)(nil)).ColumnExpr("DISTINCT currency").Order("currency").Scan(ctx, &codes)
	return codes, err
}

// LotSum is what the lines of one lot add up to within a span.
type LotSum struct {
	Lot    Lot
	Amount Money
	Base   Money
	Lines  int
}

// LotSums lists the lots that lines of a fund name within a span, with what these lines add up to: the open part of every
// lot as of any day, in the sign of the books.
func (b Book) LotSums(ctx context.Context, tx *store.Tx, fund FundCode, span Span) ([]LotSum, error) {
	var rows []struct {
		lotRow
		SumAmount int64
		SumBase   int64
		Lines     int
	}
	q := tx.NewSelect().TableExpr("lots AS o").ColumnExpr("o.*").
		ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS sum_amount").ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS sum_base").
		ColumnExpr("COUNT(*) AS lines").
		Join("JOIN entry_lines AS l ON l.lot = o.id").Join("JOIN entries AS e ON e.seq = l.entry_seq").
		Where("o.fund = ?", fund)
	if err := span.on(q).Group("o.id").Order("o.opened_on", "o.opened_seq", "o.id").Scan(ctx, &rows); err != nil {
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

// Last is the newest entry of an act on a source that is dated on or before a day; false when there is none.
func (b Book) Last(ctx context.Context, tx *store.Tx, act, source string, until Date) (Posted, bool, error) {
	var row entryRow
	err := tx.NewSelect().Model(&row).Where("act = ?", act).Where("source = ?", source).Where("date <= ?", until).
		Order("date DESC", "seq DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Posted{}, false, nil
	} else if err != nil {
		return Posted{}, false, err
	}
	found, err := b.withLines(ctx, tx, []entryRow{row})
	if err != nil {
		return Posted{}, false, err
	}
	return found[0], true, nil
}
