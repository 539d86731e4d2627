package statements

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type statementRow struct {
	bun.BaseModel `bun:"table:statements"`
	ID            ID `bun:",pk"`
	Number        string
	Kind          Kind
	Subject       string
	FromDate      ledger.Date
	ToDate        ledger.Date
	CutoffSeq     int64
	Value         []byte
	DataHash      string
	PreparedBy    string
	CreatedAt     string
}

func insertStatement(ctx context.Context, tx *store.Tx, s Issued, cutOff int64) error {
	value, err := json.Marshal(s.Value)
	if err != nil {
		return err
	}
	h := s.Value.Head()
	row := statementRow{ID: s.ID, Number: h.Number, Kind: h.Kind, Subject: h.Subject, FromDate: h.Period.From, ToDate: h.Period.To,
		CutoffSeq: cutOff, Value: value, DataHash: s.Hash, PreparedBy: tx.By.User, CreatedAt: store.FormatTime(tx.At)}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readStatement(ctx context.Context, tx *store.Tx, key string) (Issued, error) {
	var row statementRow
	return row.found(tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx))
}

// findStatement is the newest statement of a kind, subject and period.
func findStatement(ctx context.Context, tx *store.Tx, h Head) (Issued, error) {
	var row statementRow
	return row.found(tx.NewSelect().Model(&row).Where("kind = ?", h.Kind).Where("subject = ?", h.Subject).
		Where("from_date = ?", h.Period.From).Where("to_date = ?", h.Period.To).
		Order("created_at DESC", "number DESC").Limit(1).Scan(ctx))
}

func (r *statementRow) found(err error) (Issued, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return Issued{}, ErrUnknownStatement
	} else if err != nil {
		return Issued{}, err
	}
	return restore(r.ID, r.Value, r.DataHash)
}

func readStatements(ctx context.Context, tx *store.Tx) ([]Issued, error) {
	var rows []statementRow
	if err := tx.NewSelect().Model(&rows).Order("created_at DESC", "number DESC").Scan(ctx); err != nil {
		return nil, err
	}
	issued := make([]Issued, len(rows))
	for i, r := range rows {
		var err error
		if issued[i], err = restore(r.ID, r.Value, r.DataHash); err != nil {
			return nil, err
		}
	}
	return issued, nil
}
