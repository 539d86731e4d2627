package access

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// eventKey says which key the books got.
const eventKey = "key.claimed"

type keyPrintRow struct {
	bun.BaseModel `bun:"table:book_keys"`
	Name          Key `bun:",pk"`
	Fingerprint   string
	ClaimedBy     string
	ClaimedAt     string
}

func (r keyPrintRow) mark() string {
	return mark("key", string(r.Name), r.Fingerprint, r.ClaimedBy, r.ClaimedAt)
}

// readKeyPrint gives an empty row where the books have no such key.
func readKeyPrint(ctx context.Context, tx *store.Tx, key Key) (keyPrintRow, error) {
	var row keyPrintRow
	err := tx.NewSelect().Model(&row).Where("name = ?", key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return keyPrintRow{}, nil
	}
	return row, err
}

func insertKeyPrint(ctx context.Context, tx *store.Tx, row keyPrintRow) (bool, error) {
	result, err := tx.NewInsert().Model(&row).On("CONFLICT (name) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}
