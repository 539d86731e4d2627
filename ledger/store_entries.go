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

type entryRow struct {
	bun.BaseModel `bun:"table:entries,alias:e"`
	Seq           int64 `bun:",pk"`
	ID            EntryID
	FiscalYear    int64
	Number        int64
	Date          Date
	Book          string
	Text          string
	Act           string
	Source        string
	LineCount     int64
	Reverses      *EntryID
	Corrects      *EntryID
	Reason        string
	ExternalID    *string
	CreatedBy     string
	CreatedAt     string
}

type lineRow struct {
	bun.BaseModel `bun:"table:entry_lines,alias:l"`
	EntrySeq      int64 `bun:",pk"`
	Line          int64 `bun:",pk"`
	Account       AccountNo
	Fund          FundCode
	Currency      Currency
	Amount        int64
	Base          int64
	Category      string
	Plan          string
	Payee         string
	Partner       string
	Lot           *LotID
}

// rowsOf is a posted entry as its rows hold it, with the lots that it opened.
func (p *poster) rowsOf(e Posted) entryRecord {
	_, number, _ := parseNumber(e.Number) // it was written by Number
	r := entryRecord{
		entryRow: entryRow{Seq: e.Seq, ID: e.ID, FiscalYear: int64(e.Date.Year()), Number: number, Date: e.Date,
			Book: p.known.Accounts[e.Lines[0].Account].Book(), Text: e.Text, Act: e.Act, Source: e.Source,
			LineCount: int64(len(e.Lines)), Reverses: store.NullIfZero(e.Reverses), Corrects: store.NullIfZero(e.Corrects),
			Reason: e.Reason, ExternalID: store.NullIfZero(e.ExternalID), CreatedBy: e.CreatedBy,
			CreatedAt: store.FormatTime(e.CreatedAt)},
		Lines: make([]lineRow, len(e.Lines)),
	}
	for i, l := range e.Lines {
		r.Lines[i] = lineRow{EntrySeq: e.Seq, Line: int64(i + 1), Account: l.Account, Fund: l.Fund,
			Currency: l.Amount.Currency, Amount: l.Amount.Minor(), Base: l.Base.Minor(), Category: l.Category, Plan: l.Plan,
			Payee: l.Payee, Partner: l.Partner, Lot: store.NullIfZero(l.Lot)}
	}
	for _, l := range e.Opens {
		r.Lots = append(r.Lots, rowOfLot(p.lots[l.ID]))
	}
	return r
}

func (r *entryRow) posted(lines []Line) (Posted, error) {
	at, err := store.ParseTime(r.CreatedAt)
	return Posted{ID: r.ID, Seq: r.Seq, Number: Number(int(r.FiscalYear), r.Number), CreatedBy: r.CreatedBy, CreatedAt: at,
		Entry: Entry{Date: r.Date, Text: r.Text, Act: r.Act, Source: r.Source, Lines: lines,
			Reverses: store.ZeroIfNull(r.Reverses), Corrects: store.ZeroIfNull(r.Corrects), Reason: r.Reason,
			ExternalID: store.ZeroIfNull(r.ExternalID)}}, err
}

func (r *lineRow) line(base Currency) Line {
	return Line{Account: r.Account, Fund: r.Fund, Amount: OfMinor(r.Amount, r.Currency), Base: OfMinor(r.Base, base),
		Category: r.Category, Plan: r.Plan, Payee: r.Payee, Partner: r.Partner, Lot: store.ZeroIfNull(r.Lot)}
}

// entries reads the entries that a query over entries as e is narrowed to, with their lines, in order of posting.
func (b Book) entries(
	ctx context.Context, tx *store.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery,
) ([]Posted, error) {
	var rows []entryRow
	if err := narrow(tx.NewSelect().Model(&rows)).Order("e.seq").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	seqs := make([]int64, len(rows))
	for i := range rows {
		seqs[i] = rows[i].Seq
	}
	var lineRows []lineRow
	err := tx.NewSelect().Model(&lineRows).Where("l.entry_seq IN (?)", bun.List(seqs)).Order("l.entry_seq", "l.line").
		Scan(ctx)
	if err != nil {
		return nil, err
	}
	lines := map[int64][]Line{}
	for i := range lineRows {
		l := &lineRows[i]
		lines[l.EntrySeq] = append(lines[l.EntrySeq], l.line(b.Base))
	}
	posted := make([]Posted, len(rows))
	for i := range rows {
		if posted[i], err = rows[i].posted(lines[rows[i].Seq]); err != nil {
			return nil, err
		}
	}
	return posted, nil
}

// Entries lists posted entries of a span after a sequence number, in order of posting, at most limit.
func (b Book) Entries(ctx context.Context, tx *store.Tx, span Span, after int64, limit int) ([]Posted, error) {
	return b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return span.on(q.Where("e.seq > ?", after)).Limit(int64(limit))
	})
}

// EntriesByID finds entries by their ids, in order of posting; what is absent is not there.
func (b Book) EntriesByID(ctx context.Context, tx *store.Tx, ids []EntryID) ([]Posted, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("e.id IN (?)", bun.List(ids)) })
}

// Entry finds one entry by its id or its number. [ErrUnknownEntry] when there is none.
func (b Book) Entry(ctx context.Context, tx *store.Tx, key string) (Posted, error) {
	found, err := b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		if year, n, ok := parseNumber(key); ok {
			return q.Where("e.fiscal_year = ?", year).Where("e.number = ?", n)
		}
		return q.Where("e.id = ?", key)
	})
	if err != nil {
		return Posted{}, err
	}
	if len(found) == 0 {
		return Posted{}, ErrUnknownEntry
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

// Last is the newest entry of an act on a source that is dated on or before a day; false when there is none.
func (b Book) Last(ctx context.Context, tx *store.Tx, act, source string, until Date) (Posted, bool, error) {
	found, err := b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.act = ?", act).Where("e.source = ?", source).Where("e.date <= ?", until).
			Order("e.date DESC", "e.seq DESC").Limit(1)
	})
	if err != nil || len(found) == 0 {
		return Posted{}, false, err
	}
	return found[0], true, nil
}

// ByExternalID finds the entries that have external ids.
func (b Book) ByExternalID(ctx context.Context, tx *store.Tx, ids []string) (map[string]Posted, error) {
	found := map[string]Posted{}
	if len(ids) == 0 {
		return found, nil
	}
	posted, err := b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.external_id IN (?)", bun.List(ids))
	})
	for _, p := range posted {
		found[p.ExternalID] = p
	}
	return found, err
}

// standing is the condition that an entry was not reversed.
const standing = "NOT EXISTS (SELECT 1 FROM entries AS r WHERE r.reverses = e.id)"

// Standing lists the entries that an act made on a source and that stand: neither reversed nor reversals, oldest first.
func (b Book) Standing(ctx context.Context, tx *store.Tx, act, source string) ([]Posted, error) {
	return b.entries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("e.act = ?", act).Where("e.source = ?", source).Where("e.reverses IS NULL").Where(standing)
	})
}

// ClosedYear reports whether income and expense of a year were closed, by an entry that stands.
func ClosedYear(ctx context.Context, tx *store.Tx, year int) (bool, error) {
	return tx.NewSelect().TableExpr("entries AS e").Where("e.act = ?", ClosingAct).Where("e.source = ?",
		strconv.Itoa(year)).Where("e.reverses IS NULL").Where(standing).Exists(ctx)
}

// LinksOf tells which of the entries were reversed or corrected since, by id; what is absent was not.
func (b Book) LinksOf(ctx context.Context, tx *store.Tx, posted ...Posted) (map[EntryID]Links, error) {
	links := map[EntryID]Links{}
	if len(posted) == 0 {
		return links, nil
	}
	ids := make([]EntryID, len(posted))
	for i, p := range posted {
		ids[i] = p.ID
	}
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Column("id", "reverses", "corrects").
		Where("reverses IN (?) OR corrects IN (?)", bun.List(ids), bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		if id := store.ZeroIfNull(r.Reverses); id != "" {
			links[id] = Links{ReversedBy: r.ID, CorrectedBy: links[id].CorrectedBy}
		}
		if id := store.ZeroIfNull(r.Corrects); id != "" {
			links[id] = Links{ReversedBy: links[id].ReversedBy, CorrectedBy: r.ID}
		}
	}
	return links, err
}

// SumOf is what the lines on an account add up to in base currency, of the entries that some acts made on a source.
// Reversals have the act and source of what they reverse, so they count.
func (b Book) SumOf(ctx context.Context, tx *store.Tx, source string, account AccountNo, acts ...string) (Money,
	error) {
	sums, err := b.SumsOf(ctx, tx, []string{source}, []AccountNo{account}, acts...)
	if sum, moved := sums[source]; moved {
		return sum, err
	}
	return Zero(b.Base), err
}

// SumsOf is [Book.SumOf] of several sources, over several accounts, in one query. A source that moved nothing is left
// out.
func (b Book) SumsOf(
	ctx context.Context, tx *store.Tx, sources []string, accounts []AccountNo, acts ...string,
) (map[string]Money, error) {
	return b.sumsBySource(ctx, sources, sourceQuery(tx, accounts, acts))
}

// sourceQuery begins a query that adds up lines by the source of their entries.
func sourceQuery(tx *store.Tx, accounts []AccountNo, acts []string) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("entries AS e").Join("JOIN entry_lines AS l ON l.entry_seq = e.seq").
		ColumnExpr("e.source, CAST(SUM(l.base) AS BIGINT) AS sum").Where("e.act IN (?)", bun.List(acts)).
		Where("l.account IN (?)", bun.List(accounts)).GroupExpr("e.source")
}

// sumsBySource runs a [sourceQuery] for some sources.
func (b Book) sumsBySource(ctx context.Context, sources []string, q *bun.SelectQuery) (map[string]Money, error) {
	sums := map[string]Money{}
	if len(sources) == 0 {
		return sums, nil
	}
	var rows []struct {
		Source string
		Sum    int64
	}
	err := q.Where("e.source IN (?)", bun.List(sources)).Scan(ctx, &rows)
	for _, r := range rows {
		sums[r.Source] = OfMinor(r.Sum, b.Base)
	}
	return sums, err
}

// lastPosted is the last entry with an instant of posting up to at, -1 when there is none.
func lastPosted(ctx context.Context, tx *store.Tx, at string) (int64, error) {
	var row entryRow
	err := tx.NewSelect().Model(&row).Column("seq").Where("created_at <= ?", at).Order("created_at DESC", "seq DESC").
		Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return row.Seq, err
}
