package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type conditionRow struct {
	bun.BaseModel `bun:"table:grant_conditions"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Number        string
	Kind          ConditionKind
	Text          string
	DueOn         ledger.Date
	Instalment    int
	Disbursements int
}

type decisionRow struct {
	bun.BaseModel `bun:"table:grant_condition_decisions"`
	ConditionID   string `bun:",pk"`
	Position      int    `bun:",pk"`
	State         ConditionState
	DecidedOn     ledger.Date
	Reason        string
	DecidedBy     string
	DecidedAt     string
}

func insertCondition(ctx context.Context, tx *store.Tx, id GrantID, c Condition) error {
	row := conditionRow{ID: c.ID, GrantID: id, Number: c.Number, Kind: c.Kind, Text: c.Text, DueOn: c.DueOn,
		Instalment: c.Instalment}
	if c.Disbursements {
		row.Disbursements = 1
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return duplicate(err, ErrDuplicateCondition)
}

func insertDecision(ctx context.Context, tx *store.Tx, c Condition, d ConditionDecision) error {
	row := decisionRow{ConditionID: c.ID, Position: len(c.Decisions) + 1, State: d.State, DecidedOn: d.On,
		Reason:    d.Reason,
		DecidedBy: tx.By.User, DecidedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Conditions lists conditions of a grant in order of entry.
func Conditions(ctx context.Context, tx *store.Tx, g Grant, page store.Keyset) ([]Condition, error) {
	byID, err := readConditions(ctx, tx, []Grant{g}, page)
	return byID[g.ID], err
}

// ConditionsOf are the conditions of grants, by grant, in two queries.
func ConditionsOf(ctx context.Context, tx *store.Tx, all []Grant) (map[GrantID][]Condition, error) {
	if len(all) == 0 {
		return nil, nil
	}
	return readConditions(ctx, tx, all, store.Keyset{})
}

// readConditions reads the conditions of grants with their decisions, in two queries.
func readConditions(
	ctx context.Context, tx *store.Tx, all []Grant, page store.Keyset,
) (map[GrantID][]Condition, error) {
	var rows []conditionRow
	err := page.Ascending(tx.NewSelect().Model(&rows).Where("grant_id IN (?)", idsOf(all)), "id").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var made []decisionRow
	err = tx.NewSelect().Model(&made).Where("condition_id IN (?)", bun.List(ids)).Order("condition_id",
		"position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	decisions := map[string][]ConditionDecision{}
	for _, d := range made {
		decisions[d.ConditionID] = append(decisions[d.ConditionID],
			ConditionDecision{State: d.State, On: d.DecidedOn, Reason: d.Reason, By: d.DecidedBy, At: d.DecidedAt})
	}
	conditions := map[GrantID][]Condition{}
	for _, r := range rows {
		c := Condition{ID: r.ID, Number: r.Number, Kind: r.Kind, Text: r.Text, DueOn: r.DueOn, Instalment: r.Instalment,
			Disbursements: r.Disbursements == 1, State: ConditionOpen, Decisions: decisions[r.ID]}
		if n := len(c.Decisions); n > 0 {
			c.State = c.Decisions[n-1].State
		}
		conditions[r.GrantID] = append(conditions[r.GrantID], c)
	}
	return conditions, nil
}
