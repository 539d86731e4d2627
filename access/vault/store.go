package vault

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// errNoKey says that there is no such row, or no such half. It does not leave the package.
var errNoKey = errors.New("vault: no such key")

type keyRow struct {
	bun.BaseModel `bun:"table:vault_keys"`
	Subject       string `bun:",pk"`
	ID            string
	Wrapped       []byte
	CreatedAt     string
}

type erasureRow struct {
	bun.BaseModel `bun:"table:vault_erasures"`
	Subject       string `bun:",pk"`
	KeyID         string
	ErasedBy      string
	ErasedAt      string
}

func readKey(ctx context.Context, tx *store.Tx, subject string) (keyRow, error) {
	var row keyRow
	err := tx.NewSelect().Model(&row).Where("subject = ?", subject).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return keyRow{}, errNoKey
	}
	return row, err
}

// readKeys reads the keys of many subjects at once.
func readKeys(ctx context.Context, tx *store.Tx, of []Sealed) (map[string]keyRow, error) {
	subjects := make([]string, len(of))
	for i, s := range of {
		subjects[i] = s.Subject
	}
	found := map[string]keyRow{}
	if len(of) == 0 {
		return found, nil
	}
	var rows []keyRow
	err := tx.NewSelect().Model(&rows).Where("subject IN (?)", bun.List(subjects)).Scan(ctx)
	for _, r := range rows {
		found[r.Subject] = r
	}
	return found, err
}

// insertKey writes a subject's key, and tells whether it did: a twin may have been first.
func insertKey(ctx context.Context, tx *store.Tx, subject, id string, wrapped []byte) (bool, error) {
	row := keyRow{Subject: subject, ID: id, Wrapped: wrapped, CreatedAt: store.FormatTime(tx.At)}
	result, err := tx.NewInsert().Model(&row).On("CONFLICT (subject) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// buryKey takes a subject's key away and leaves a tombstone.
func buryKey(ctx context.Context, tx *store.Tx, subject, id string) error {
	if _, err := readErasure(ctx, tx, subject); err == nil {
		return ErrErased
	} else if !errors.Is(err, errNoKey) {
		return err
	}
	if _, err := tx.NewDelete().Model((*keyRow)(nil)).Where("subject = ?", subject).Exec(ctx); err != nil {
		return err
	}
	row := erasureRow{Subject: subject, KeyID: id, ErasedBy: tx.By.User, ErasedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readErasure gives the id of the key that an erased subject had.
func readErasure(ctx context.Context, tx *store.Tx, subject string) (string, error) {
	var row erasureRow
	err := tx.NewSelect().Model(&row).Where("subject = ?", subject).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", errNoKey
	}
	return row.KeyID, err
}

func readErasures(ctx context.Context, tx *store.Tx) ([]string, error) {
	var keys []string
	err := tx.NewSelect().Model((*erasureRow)(nil)).Column("key_id").Where("key_id <> ''").Order("key_id").Scan(ctx, &keys)
	return keys, err
}

// erasedOf tells which of some subjects have a tombstone.
func erasedOf(ctx context.Context, tx *store.Tx, subjects []string) (map[string]bool, error) {
	erased := map[string]bool{}
	if len(subjects) == 0 {
		return erased, nil
	}
	var found []string
	err := tx.NewSelect().Model((*erasureRow)(nil)).Column("subject").Where("subject IN (?)", bun.List(subjects)).
		Scan(ctx, &found)
	for _, subject := range found {
		erased[subject] = true
	}
	return erased, err
}

// newestKeys reads the rows of the newest keys.
func newestKeys(ctx context.Context, tx *store.Tx, limit int64) ([]keyRow, error) {
	var rows []keyRow
	err := tx.NewSelect().Model(&rows).Order("created_at DESC", "id DESC").Limit(limit).Scan(ctx)
	return rows, err
}

// keyIDs lists the ids of all keys.
func keyIDs(ctx context.Context, tx *store.Tx) ([]string, error) {
	var ids []string
	err := tx.NewSelect().Model((*keyRow)(nil)).Column("id").Order("id").Scan(ctx, &ids)
	return ids, err
}
