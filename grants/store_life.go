package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// saveState moves a grant on, once: [store.ErrStale] for a twin that came second.
func saveState(ctx context.Context, tx *store.Tx, g Grant, to GrantState) error {
	result, err := tx.NewUpdate().Model((*grantRow)(nil)).Set("state = ?", to).Set("version = version + 1").
		Where("id = ?", g.ID).Where("state = ?", g.State).Exec(ctx)
	return store.ExactlyOne(result, err)
}

// saveSignature writes the day of the signature, from which the first policy holds.
func saveSignature(ctx context.Context, tx *store.Tx, g Grant) error {
	if _, err := tx.NewUpdate().Model((*grantRow)(nil)).Set("signed_on = ?", g.SignedOn).Where("id = ?",
		g.ID).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*policyRow)(nil)).Set("starts_on = ?", g.SignedOn).Where("grant_id = ?",
		g.ID).Where("starts_on = ''").Exec(ctx)
	return err
}

type moveRow struct {
	bun.BaseModel `bun:"table:grant_moves"`
	GrantID       GrantID `bun:",pk"`
	Position      int     `bun:",pk"`
	State         GrantState
	MovedOn       ledger.Date
	Reason        string
	Through       int64
	MovedBy       string
	MovedAt       string
}

func insertMove(ctx context.Context, tx *store.Tx, id GrantID, m Step) error {
	before, err := tx.NewSelect().Model((*moveRow)(nil)).Where("grant_id = ?", id).Count(ctx)
	if err != nil {
		return err
	}
	row := moveRow{GrantID: id, Position: int(before) + 1, State: m.State, MovedOn: m.On, Reason: m.Reason,
		Through: m.Through, MovedBy: tx.By.User, MovedAt: store.FormatTime(tx.At)}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Moves lists the steps in the life of a grant, first to last.
func Moves(ctx context.Context, tx *store.Tx, g Grant, page store.Keyset) ([]Step, error) {
	var rows []moveRow
	err := page.Ascending(tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID), "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	moves := make([]Step, len(rows))
	for i, r := range rows {
		moves[i] = Step{Position: r.Position, State: r.State, On: r.MovedOn, Reason: r.Reason, Through: r.Through,
			By: r.MovedBy, At: r.MovedAt}
	}
	return moves, nil
}
