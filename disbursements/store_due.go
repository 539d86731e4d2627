package disbursements

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type dueRow struct {
	bun.BaseModel `bun:"table:office_reminders"`
	ID            string `bun:",pk"`
	Kind          DueKind
	Subject       string
	DueOn         ledger.Date
	NotedAt       string
}

// readDues tells what is written down.
func readDues(ctx context.Context, tx *store.Tx) (map[Due]bool, error) {
	var rows []dueRow
	if err := tx.NewSelect().Model(&rows).Column("kind", "subject", "due_on").Scan(ctx); err != nil {
		return nil, err
	}
	noted := make(map[Due]bool, len(rows))
	for _, r := range rows {
		noted[Due{r.Kind, r.Subject, r.DueOn}] = true
	}
	return noted, nil
}

// insertDues writes down what is due; what another process writes down at the same moment stands once all the same.
func insertDues(ctx context.Context, tx *store.Tx, all []Due) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]dueRow, len(all))
	for i, d := range all {
		rows[i] = dueRow{ID: store.NewID("rem"), Kind: d.Kind, Subject: d.Subject, DueOn: d.On,
			NotedAt: store.FormatTime(tx.At)}
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (kind, subject, due_on) DO NOTHING").Exec(ctx)
	return err
}
