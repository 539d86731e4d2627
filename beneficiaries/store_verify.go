package beneficiaries

import (
	"context"

	"supportledger/store"
)

// readLives reads every plan with all its versions, what became of it and what was found of its milestones.
func readLives(ctx context.Context, tx *store.Tx) ([]life, error) {
	var plans []planRow
	if err := tx.NewSelect().Model(&plans).Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	var rows []versionRow
	if err := tx.NewSelect().Model(&rows).Order("plan_id", "version").Scan(ctx); err != nil {
		return nil, err
	}
	versions, err := contentsOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	turned, err := readTurned(ctx, tx)
	if err != nil {
		return nil, err
	}
	decisions, err := readDecisionsOn(ctx, tx)
	if err != nil {
		return nil, err
	}
	of := map[PlanID][]PlanVersion{}
	for i, r := range rows {
		of[r.PlanID] = append(of[r.PlanID], versions[i])
	}
	lives := make([]life, len(plans))
	for i, p := range plans {
		lives[i] = life{plan: p.ID, number: p.Number, state: p.State, current: p.CurrentVersion, versions: of[p.ID],
			turned: turned, decisions: decisions[p.ID]}
	}
	return lives, nil
}

// readTurned tells under which versions something became of a plan: more than that the version itself was refused.
func readTurned(ctx context.Context, tx *store.Tx) (map[string]bool, error) {
	var ids []string
	err := tx.NewSelect().Model((*turnRow)(nil)).Column("version_id").Distinct().
		Where("kind NOT IN (?, ?)", Returned, Rejected).Scan(ctx, &ids)
	turned := make(map[string]bool, len(ids))
	for _, id := range ids {
		turned[id] = true
	}
	return turned, err
}
