package recurring

import (
	"context"
	"encoding/json"

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
		Items  string
	}
	err := tx.NewSelect().Table("disbursements").Column("plan_id", "line", "units", "items").
		Where("plan_id IN (?)", bun.List(plans)).Where("entry_id IS NULL").Where("NOT own_shares").
		Where("settlement IN (?)", bun.List([]disbursements.Settlement{disbursements.ByPartner, disbursements.ByNetting,
			disbursements.ByInvoice})).
		Where("state NOT IN (?)", bun.List([]disbursements.State{disbursements.Rejected, disbursements.Cancelled})).
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	asked := map[line]int{}
	for _, r := range rows {
		if r.Items == "" {
			asked[line{r.PlanID, r.Line}] += r.Units
			continue
		}
		var items []struct {
			Line, Kind string
			Units      int
		}
		if err := json.Unmarshal([]byte(r.Items), &items); err != nil {
			return nil, err
		}
		for _, i := range items {
			if i.Kind == "" {
				asked[line{r.PlanID, i.Line}] += i.Units
			}
		}
	}
	return asked, nil
}
