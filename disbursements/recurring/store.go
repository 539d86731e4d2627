package recurring

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/store"
)

// unitsAsked counts the units of lines that are asked for and not settled yet, whoever asked. It locks the plans, so
// that two who write drafts at once count each other.
func unitsAsked(ctx context.Context, tx *store.Tx, due []beneficiaries.DueItem) (map[line]int, error) {
	var plans []beneficiaries.PlanID
	for _, i := range due {
		plans = append(plans, i.Plan.ID)
	}
	var locked []beneficiaries.PlanID
	if err := tx.Lock(tx.NewSelect().Table("plans").Column("id").Where("id IN (?)", bun.List(plans)).Order("id")).
		Scan(ctx, &locked); err != nil {
		return nil, err
	}
	var rows []struct {
		PlanID beneficiaries.PlanID
		Line   string
		Units  int
	}
	err := tx.NewSelect().TableExpr("disbursements AS d").
		Join("LEFT JOIN disbursement_items AS i ON i.disbursement_id = d.id").
		ColumnExpr("d.plan_id, COALESCE(i.line, d.line) AS line, COALESCE(i.units, d.units) AS units").
		Where("d.plan_id IN (?)", bun.List(plans)).Where("d.entry_id IS NULL").Where("NOT d.own_shares").
		Where("COALESCE(i.kind, '') = ''").
		Where("d.settlement IN (?)", bun.List([]disbursements.Settlement{disbursements.ByPartner, disbursements.ByNetting,
			disbursements.ByInvoice})).
		Where("d.state NOT IN (?)", bun.List([]disbursements.State{disbursements.Rejected, disbursements.Cancelled})).
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	asked := map[line]int{}
	for _, r := range rows {
		asked[line{r.PlanID, r.Line}] += r.Units
	}
	return asked, nil
}
