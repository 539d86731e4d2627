package access

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"supportledger/proof"
	"supportledger/store"
)

// dutiesOnAll reads the duties on the subjects of others at once.
func dutiesOnAll(ctx context.Context, tx *store.Tx, of []Duty) (map[place][]takenDuty, error) {
	subjects := make([]string, len(of))
	for i, d := range of {
		subjects[i] = d.Subject
	}
	var rows []struct {
		Subject string
		Round   int
		Step    Step
		Payload []byte
		Mine    bool
	}
	err := tx.NewSelect().TableExpr("duties AS d").Join("LEFT JOIN users AS a ON a.id = d.user_id").
		Join("LEFT JOIN users AS b ON b.id = ?", tx.By.User).
		ColumnExpr("d.subject, d.round, d.step, d.payload").
		ColumnExpr("(d.user_id = ? OR COALESCE(COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), "+
			"b.id), FALSE)) AS mine", tx.By.User).
		Where("d.subject IN (?)", bun.List(subjects)).Scan(ctx, &rows)
	found := map[place][]takenDuty{}
	for _, r := range rows {
		at := place{r.Subject, r.Round}
		found[at] = append(found[at], takenDuty{r.Step, Digest(r.Payload), r.Mine})
	}
	return found, err
}

func insertDuties(ctx context.Context, tx *store.Tx, duties []Duty) error {
	rows := make([]dutyRow, len(duties))
	for i, d := range duties {
		rows[i] = dutyRow{Subject: d.Subject, Round: d.Round, Step: d.Step, UserID: UserID(tx.By.User), TokenID: tx.By.Token,
			Payload: d.Payload[:], At: store.FormatTime(tx.At)}
	}
	if err := store.Insert(ctx, tx, rows); err != nil {
		return barred(err)
	}
	enc := new(proof.Encoder)
	for _, r := range rows {
		proof.Append(tx, r.leaf(enc, proof.NewSeal()))
	}
	return nil
}

// NextMany takes n numbers of a series at once, and gives the first.
func NextMany(ctx context.Context, tx *store.Tx, series string, n int) (int64, error) {
	var last int64
	err := tx.NewRaw(`INSERT INTO counters (series, last) VALUES (?, ?)
		ON CONFLICT (series) DO UPDATE SET last = counters.last + excluded.last RETURNING last`, series, n).Scan(ctx, &last)
	if err != nil {
		return 0, fmt.Errorf("access: next of %s: %w", series, err)
	}
	return last - int64(n) + 1, nil
}
