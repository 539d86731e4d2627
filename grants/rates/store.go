package rates

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type rateRow struct {
	bun.BaseModel `bun:"table:fx_rates,alias:r"`
	ID            ID `bun:",pk"`
	Source        Source
	Kind          string
	Date          ledger.Date
	Num           ledger.Currency
	Den           ledger.Currency
	Rate          string
	State         State
	Evidence      evidence.ID
	FileSHA256    string `bun:"file_sha256"`
	EnteredBy     string
	EnteredAt     string
}

type useRow struct {
	bun.BaseModel `bun:"table:fx_rate_uses"`
	RateID        ID     `bun:",pk"`
	UsedBy        string `bun:",pk"`
	UsedAt        string
}

const (
	dailyRate   = "daily"
	monthlyRate = "monthly"
)

func (q Quote) row(tx *store.Tx) rateRow {
	row := rateRow{ID: q.ID, Source: q.Source, Kind: dailyRate, Date: q.On, Num: q.Rate.Num, Den: q.Rate.Den,
		Rate: q.Rate.Value.String(), State: q.State, Evidence: q.Evidence, FileSHA256: q.File, EnteredBy: q.By,
		EnteredAt: store.FormatTime(tx.At)}
	if q.Monthly {
		row.Kind = monthlyRate
	}
	return row
}

func (r rateRow) quote() (Quote, error) {
	value, err := ledger.ParseDecimal(r.Rate)
	return Quote{ID: r.ID, Source: r.Source, Monthly: r.Kind == monthlyRate, On: r.Date,
		Rate: ledger.Rate{Value: value, Num: r.Num, Den: r.Den}, State: r.State, Evidence: r.Evidence, File: r.FileSHA256,
		By: r.EnteredBy}, err
}

// writtenAtOnce bounds the rows of one statement.
const writtenAtOnce = 500

func insertQuotes(ctx context.Context, tx *store.Tx, quotes []Quote) error {
	for part := range slices.Chunk(quotes, writtenAtOnce) {
		rows := make([]rateRow, len(part))
		for i, q := range part {
			rows[i] = q.row(tx)
		}
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func correct(ctx context.Context, tx *store.Tx, q Quote) error {
	row := q.row(tx)
	_, err := tx.NewUpdate().Model(&row).Column("rate", "evidence", "file_sha256", "entered_by", "entered_at").
		WherePK().Exec(ctx)
	return err
}

// readTwins finds the rates on record with the source, pair and day of some others, by their keys.
func readTwins(ctx context.Context, tx *store.Tx, quotes []Quote) (map[string]Quote, error) {
	found := map[string]Quote{}
	if len(quotes) == 0 {
		return found, nil
	}
	f := Filter{Source: quotes[0].Source, From: quotes[0].On, To: quotes[0].On}
	for _, q := range quotes {
		f.From, f.To = min(f.From, q.On), max(f.To, q.On)
	}
	there, err := List(ctx, tx, f)
	for _, q := range there {
		found[q.key()] = q
	}
	return found, err
}

// Filter says which rates are wanted. Empty fields do not limit.
type Filter struct {
	IDs      []ID
	Source   Source
	Currency ledger.Currency // either side of the pair
	From, To ledger.Date
	Page     store.Keyset // by date, pair and source, as [Quote.Place]

	ofEuro []ledger.Currency // only rates of these currencies against the euro
}

// where adds what a filter asks for to a query.
func (f Filter) where(q bun.QueryBuilder) bun.QueryBuilder {
	if len(f.IDs) > 0 {
		q = q.Where("id IN (?)", bun.List(f.IDs))
	}
	if f.Source != "" {
		q = q.Where("source = ?", f.Source)
	}
	if f.Currency != "" {
		q = q.Where("(num = ? OR den = ?)", f.Currency, f.Currency)
	}
	if f.From != "" {
		q = q.Where("date >= ?", f.From)
	}
	if f.To != "" {
		q = q.Where("date <= ?", f.To)
	}
	if len(f.ofEuro) > 0 {
		q = q.Where("den = ?", euro).Where("num IN (?)", bun.List(f.ofEuro))
	}
	return q
}

// List lists rates by date, pair and source.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Quote, error) {
	var rows []rateRow
	q := tx.NewSelect().Model(&rows).ApplyQueryBuilder(f.where)
	if err := f.Page.Ascending(q, "date", "num", "den", "source").Scan(ctx); err != nil {
		return nil, err
	}
	quotes := make([]Quote, len(rows))
	for i, row := range rows {
		var err error
		if quotes[i], err = row.quote(); err != nil {
			return nil, err
		}
	}
	return quotes, nil
}

// Find finds a rate by id. [ErrUnknownRate].
func Find(ctx context.Context, tx *store.Tx, id ID) (Quote, error) {
	found, err := List(ctx, tx, Filter{IDs: []ID{id}})
	if err != nil {
		return Quote{}, err
	}
	if len(found) == 0 {
		return Quote{}, ErrUnknownRate
	}
	return found[0], nil
}

// lock locks what a filter selects and is provisional.
func lock(ctx context.Context, tx *store.Tx, f Filter) (int, error) {
	done, err := tx.NewUpdate().Model((*rateRow)(nil)).Set("state = ?", Locked).Where("state = ?", Provisional).
		ApplyQueryBuilder(f.where).Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

func insertUses(ctx context.Context, tx *store.Tx, statement string, used []ID) error {
	rows := make([]useRow, len(used))
	for i, id := range used {
		rows[i] = useRow{RateID: id, UsedBy: statement, UsedAt: store.FormatTime(tx.At)}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// Uses lists the issued statements that stand on a rate.
func Uses(ctx context.Context, tx *store.Tx, id ID) (statements []string, err error) {
	err = tx.NewSelect().Model((*useRow)(nil)).Column("used_by").Where("rate_id = ?", id).Order("used_by").
		Scan(ctx, &statements)
	return statements, err
}
