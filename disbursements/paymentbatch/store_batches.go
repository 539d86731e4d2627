package paymentbatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
	"supportledger/store"
)

type batchRow struct {
	bun.BaseModel `bun:"table:payment_batches"`
	ID            BatchID `bun:",pk"`
	Number        string
	Account       ledger.AccountNo
	Currency      ledger.Currency
	Date          ledger.Date
	Charges       iso20022.Charges
	OneSum        bool
	State         BatchState
	Round         int
	OwnVersion    int
	ItemCount     int
	Total         int64
	LockHash      []byte
	LockedBy      access.UserID
	LockedAt      string
	ReleasedBy    access.UserID
	ReleasedAt    string
	Format        FileFormat
	FileSHA256    string `bun:"file_sha256"`
	ExportedBy    access.UserID
	ExportedAt    string
	Reason        string
	Version       int
	CreatedBy     access.UserID
	CreatedAt     string
}

func batchSeries(year int) string { return fmt.Sprintf("payment-batch-%d", year) }

func batchNumber(year int) string { return fmt.Sprintf("B-%d-%%04d", year) }

func rowOf(b Batch) batchRow {
	row := batchRow{ID: b.ID, Number: b.Number, Account: b.Account, Currency: b.Currency, Date: b.Date, Charges: b.Charges,
		OneSum: b.OneSum,
		State:  b.State, Round: b.Round,
		OwnVersion: b.OwnVersion, ItemCount: b.Count, Total: b.Total.Minor(), LockHash: []byte{}, LockedBy: b.LockedBy,
		LockedAt:   store.FormatSome(b.LockedAt),
		ReleasedBy: b.ReleasedBy, ReleasedAt: store.FormatSome(b.ReleasedAt), Format: b.Format, FileSHA256: b.FileSHA256,
		ExportedBy: b.ExportedBy,
		ExportedAt: store.FormatSome(b.ExportedAt), Reason: b.Reason, Version: b.Version, CreatedBy: b.CreatedBy,
		CreatedAt: store.FormatTime(b.At)}
	if b.LockedBy != "" || !b.LockedAt.IsZero() {
		row.LockHash = b.Hash[:]
	}
	return row
}

func (r batchRow) batch() (Batch, error) {
	b := Batch{ID: r.ID, Number: r.Number, Account: r.Account, Currency: r.Currency, Date: r.Date, Charges: r.Charges,
		OneSum: r.OneSum,
		State:  r.State, Round: r.Round,
		OwnVersion: r.OwnVersion, Count: r.ItemCount, Total: ledger.OfMinor(r.Total, r.Currency), LockedBy: r.LockedBy,
		ReleasedBy: r.ReleasedBy, Format: r.Format,
		FileSHA256: r.FileSHA256, ExportedBy: r.ExportedBy, Reason: r.Reason, Version: r.Version, CreatedBy: r.CreatedBy}
	copy(b.Hash[:], r.LockHash)
	for _, t := range []struct {
		text string
		into *time.Time
	}{{r.LockedAt, &b.LockedAt}, {r.ReleasedAt, &b.ReleasedAt}, {r.ExportedAt, &b.ExportedAt}, {r.CreatedAt, &b.At}} {
		var err error
		if *t.into, err = store.ParseSome(t.text); err != nil {
			return Batch{}, err
		}
	}
	return b, nil
}

func insertBatch(ctx context.Context, tx *store.Tx, b Batch) error {
	there, err := tx.NewSelect().Model((*batchRow)(nil)).Where("number = ?", b.Number).Exists(ctx)
	if err != nil {
		return err
	} else if there {
		return ErrDuplicateBatch
	}
	row := rowOf(b)
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, ErrDuplicateBatch)
}

func saveBatch(ctx context.Context, tx *store.Tx, b *Batch) error {
	row := rowOf(*b)
	row.Version++
	result, err := tx.NewUpdate().Model(&row).WherePK().Where("version = ?", b.Version).Exec(ctx)
	return store.NextVersion(result, err, &b.Version)
}

func readBatch(ctx context.Context, tx *store.Tx, key string, locked bool) (Batch, error) {
	var row batchRow
	q := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key)
	if locked {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Batch{}, ErrUnknownBatch
	} else if err != nil {
		return Batch{}, err
	}
	return row.batch()
}

func readBatches(ctx context.Context, tx *store.Tx, after string, limit int) ([]Batch, error) {
	var rows []batchRow
	if err := tx.NewSelect().Model(&rows).Where("number > ?",
		after).Order("number").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Batch, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.batch(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// batchNumberTaken tells whether a number is given already.
func batchNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*batchRow)(nil)).Where("number = ?", number).Exists(ctx)
}
