package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type plannedRow struct {
	bun.BaseModel `bun:"table:grant_planned_instalments"`
	GrantID       GrantID `bun:",pk"`
	Number        int     `bun:",pk"`
	DueOn         ledger.Date
	Amount        int64
}

func insertPlanned(ctx context.Context, tx *store.Tx, id GrantID, planned []Planned) error {
	rows := make([]plannedRow, len(planned))
	for i, p := range planned {
		rows[i] = plannedRow{GrantID: id, Number: p.No, DueOn: p.DueOn, Amount: p.Amount.Minor()}
	}
	return duplicate(store.Insert(ctx, tx, rows), ErrDuplicateSchedule)
}

// readPlanned reads the planned instalments of grants in one query.
func readPlanned(ctx context.Context, tx *store.Tx, all []Grant) (map[GrantID][]Planned, error) {
	var rows []plannedRow
	err := tx.NewSelect().Model(&rows).Where("grant_id IN (?)", idsOf(all)).Order("grant_id", "number").Scan(ctx)
	planned, currency := map[GrantID][]Planned{}, currencies(all)
	for _, r := range rows {
		p := Planned{No: r.Number, DueOn: r.DueOn, Amount: ledger.OfMinor(r.Amount, currency[r.GrantID])}
		planned[r.GrantID] = append(planned[r.GrantID], p)
	}
	return planned, err
}

type cancellationRow struct {
	bun.BaseModel `bun:"table:grant_cancellations"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	CancelledOn   ledger.Date
	Amount        int64
	Reason        string
}

func insertCancellation(ctx context.Context, tx *store.Tx, id GrantID, c Cancellation) error {
	row := cancellationRow{ID: c.ID, GrantID: id, CancelledOn: c.On, Amount: c.Amount.Minor(), Reason: c.Reason}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// grantSum is an amount of a grant, in minor units of its currency.
type grantSum struct {
	GrantID GrantID
	Total   int64
}

func byGrant(sums []grantSum) map[GrantID]int64 {
	totals := make(map[GrantID]int64, len(sums))
	for _, s := range sums {
		totals[s.GrantID] = s.Total
	}
	return totals
}

// readCancelled sums what the grantors took back of grants up to a day.
func readCancelled(ctx context.Context, tx *store.Tx, all []Grant, until ledger.Date) (map[GrantID]int64, error) {
	var sums []grantSum
	err := tx.NewSelect().Model((*cancellationRow)(nil)).ColumnExpr("grant_id, CAST(SUM(amount) AS BIGINT) AS total").
		Where("grant_id IN (?)", idsOf(all)).Where("cancelled_on <= ?", until).Group("grant_id").Scan(ctx, &sums)
	return byGrant(sums), err
}
