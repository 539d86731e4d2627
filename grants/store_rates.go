package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type rateRow struct {
	bun.BaseModel `bun:"table:fx_rates,alias:r"`
	ID            RateID `bun:",pk"`
	Source        RateSource
	Kind          string
	Date          ledger.Date
	Num           ledger.Currency
	Den           ledger.Currency
	Rate          string
	State         RateState
	Evidence      ledger.EvidenceID
	FileSHA256    string `bun:"file_sha256"`
	EnteredBy     string
	EnteredAt     string
}

type rateUseRow struct {
	bun.BaseModel `bun:"table:fx_rate_uses"`
	RateID        RateID `bun:",pk"`
	UsedBy        string `bun:",pk"`
	UsedAt        string
}

const (
	dailyRate   = "daily"
	monthlyRate = "monthly"
)

func (k KeptRate) row(tx *store.Tx) rateRow {
	row := rateRow{ID: k.ID, Source: k.Source, Kind: dailyRate, Date: k.On, Num: k.Rate.Num, Den: k.Rate.Den, Rate: k.Rate.Value.String(),
		State: k.State, Evidence: k.Evidence, FileSHA256: k.File, EnteredBy: k.By, EnteredAt: store.FormatTime(tx.At)}
	if k.Monthly {
		row.Kind = monthlyRate
	}
	return row
}

func (row rateRow) rate() (KeptRate, error) {
	value, err := ledger.ParseDecimal(row.Rate)
	return KeptRate{ID: row.ID, Source: row.Source, Monthly: row.Kind == monthlyRate, On: row.Date, Rate: ledger.Rate{Value: value, Num: row.Num, Den: row.Den},
		State: row.State, Evidence: row.Evidence, File: row.FileSHA256, By: row.EnteredBy}, err
}

// ratesAtOnce bounds the rows of one statement: SQLite counts each value against its limit of variables.
const ratesAtOnce = 500

func insertRates(ctx context.Context, tx *store.Tx, rates []KeptRate) error {
	for len(rates) > 0 {
		part := rates[:min(len(rates), ratesAtOnce)]
		rates = rates[len(part):]
		rows := make([]rateRow, len(part))
		for i, k := range part {
			rows[i] = k.row(tx)
		}
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func correctRate(ctx context.Context, tx *store.Tx, k KeptRate) error {
	row := k.row(tx)
	_, err := tx.NewUpdate().Model(&row).Column("rate", "evidence", "file_sha256", "entered_by", "entered_at").WherePK().Exec(ctx)
	return err
}

// sameRates finds the rates on record with the source, pair and day of some others.
func sameRates(ctx context.Context, tx *store.Tx, rates []KeptRate) (map[string]KeptRate, error) {
	found := map[string]KeptRate{}
	if len(rates) == 0 {
		return found, nil
	}
	f := RateFilter{Source: rates[0].Source, From: rates[0].On, To: rates[0].On}
	for _, k := range rates {
		f.From, f.To = min(f.From, k.On), max(f.To, k.On)
	}
	there, err := readRates(ctx, tx, f)
	for _, k := range there {
		found[k.key()] = k
	}
	return found, err
}

func readRates(ctx context.Context, tx *store.Tx, f RateFilter) ([]KeptRate, error) {
	var rows []rateRow
	q := tx.NewSelect().Model(&rows).Order("date", "num", "den", "source")
	if len(f.IDs) > 0 {
		q = q.Where("id IN (?)", bun.List(f.IDs))
	}
	if f.Source != "" {
		q = q.Where("source = ?", f.Source)
	}
	if f.Currency != "" {
		q = q.Where("num = ? OR den = ?", f.Currency, f.Currency)
	}
	if f.From != "" {
		q = q.Where("date >= ?", f.From)
	}
	if f.To != "" {
		q = q.Where("date <= ?", f.To)
	}
	if len(f.After) == 4 {
		q = q.Where("(date, num, den, source) > (?, ?, ?, ?)", f.After[0], f.After[1], f.After[2], f.After[3])
	}
	if f.Limit > 0 {
		q = q.Limit(int64(f.Limit))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	rates := make([]KeptRate, len(rows))
	for i, row := range rows {
		var err error
		if rates[i], err = row.rate(); err != nil {
			return nil, err
		}
	}
	return rates, nil
}

// lockRates locks what a filter takes and is provisional.
func lockRates(ctx context.Context, tx *store.Tx, f RateFilter) (int, error) {
	q := tx.NewUpdate().Model((*rateRow)(nil)).Set("state = ?", RateIsLocked).Where("state = ?", RateProvisional)
	if len(f.IDs) > 0 {
		q = q.Where("id IN (?)", bun.List(f.IDs))
	}
	if f.Source != "" {
		q = q.Where("source = ?", f.Source)
	}
	if f.Currency != "" {
		q = q.WhereGroup(" AND ", func(q *bun.UpdateQuery) *bun.UpdateQuery {
			return q.Where("num = ?", f.Currency).WhereOr("den = ?", f.Currency)
		})
	}
	if f.From != "" {
		q = q.Where("date >= ?", f.From)
	}
	if f.To != "" {
		q = q.Where("date <= ?", f.To)
	}
	done, err := q.Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := done.RowsAffected()
	return int(n), err
}

func insertRateUses(ctx context.Context, tx *store.Tx, statement string, used []RateID) error {
	rows := make([]rateUseRow, len(used))
	for i, id := range used {
		rows[i] = rateUseRow{RateID: id, UsedBy: statement, UsedAt: store.FormatTime(tx.At)}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

func readRateUses(ctx context.Context, tx *store.Tx, id RateID) (statements []string, err error) {
	err = tx.NewSelect().Model((*rateUseRow)(nil)).Column("used_by").Where("rate_id = ?", id).Order("used_by").Scan(ctx, &statements)
	return statements, err
}
