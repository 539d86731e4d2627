package gifts

import (
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

type pledgeRow struct {
	bun.BaseModel `bun:"table:pledges,alias:p"`
	ID            string `bun:",pk"`
	Number        string
	DonorID       donors.ID
	Fund          ledger.FundCode
	PledgedOn     ledger.Date
	Amount        int64
	Cancelled     int64

	joinedDonor
}

type pledgeInstalmentRow struct {
	bun.BaseModel `bun:"table:pledge_instalments"`
	PledgeID      string `bun:",pk"`
	Number        int    `bun:",pk"`
	DueOn         ledger.Date
	Amount        int64
}

func insertPledge(ctx context.Context, tx *store.Tx, p Pledge) error {
	row := pledgeRow{ID: p.ID, Number: p.Number, DonorID: p.Donor.ID, Fund: p.Fund, PledgedOn: p.On,
		Amount: p.Amount.Minor()}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrDuplicatePledge
	} else if err != nil {
		return err
	}
	rows := make([]pledgeInstalmentRow, len(p.Planned))
	for i, in := range p.Planned {
		rows[i] = pledgeInstalmentRow{PledgeID: p.ID, Number: in.No, DueOn: in.DueOn, Amount: in.Amount.Minor()}
	}
	_, err = tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

func pledgeNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*pledgeRow)(nil)).Where("number = ?", number).Exists(ctx)
}

func savePledgeCancelled(ctx context.Context, tx *store.Tx, p Pledge) error {
	_, err := tx.NewUpdate().Model((*pledgeRow)(nil)).Set("cancelled = ?", p.Cancelled.Minor()).Where("id = ?",
		p.ID).Exec(ctx)
	return err
}

// Pledge finds a pledge by id or number. [ErrUnknownPledge].
func (r Register) Pledge(ctx context.Context, tx *store.Tx, key string) (Pledge, error) {
	found, err := r.Pledges(ctx, tx, PledgeFilter{key: key})
	if err != nil {
		return Pledge{}, err
	}
	if len(found) == 0 {
		return Pledge{}, ErrUnknownPledge
	}
	return found[0], nil
}

// PledgeFilter says which pledges a list has.
type PledgeFilter struct {
	Numbers []string     // only these, unless nil
	Page    store.Keyset // by id: in order of entry

	key string // only the pledge with this id or number
}

// Pledges lists pledges in order of entry, with their donors and what was planned of them.
func (r Register) Pledges(ctx context.Context, tx *store.Tx, f PledgeFilter) ([]Pledge, error) {
	var rows []pledgeRow
	q := tx.NewSelect().Model(&rows).ColumnExpr("p.*").ColumnExpr(donorColumns).
		Join("JOIN donors AS d ON d.id = p.donor_id")
	if f.Numbers != nil {
		q = q.Where("p.number IN (?)", bun.List(f.Numbers))
	}
	if f.key != "" {
		q = q.Where("p.id = ? OR p.number = ?", f.key, f.key)
	}
	if err := f.Page.Ascending(q, "p.id").Scan(ctx); err != nil {
		return nil, err
	}
	base := r.Grants.Book.Base
	found := make([]Pledge, len(rows))
	place := make(map[string]int, len(rows))
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i], place[row.ID] = row.ID, i
		found[i] = Pledge{ID: row.ID, Number: row.Number, Donor: row.donor(row.DonorID), Fund: row.Fund, On: row.PledgedOn,
			Amount: ledger.OfMinor(row.Amount, base), Cancelled: ledger.OfMinor(row.Cancelled, base)}
	}
	for some := range slices.Chunk(ids, writtenAtOnce) {
		var instalments []pledgeInstalmentRow
		err := tx.NewSelect().Model(&instalments).Where("pledge_id IN (?)", bun.List(some)).
			Order("pledge_id", "number").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, in := range instalments {
			p := &found[place[in.PledgeID]]
			p.Planned = append(p.Planned,
				grants.Planned{No: in.Number, DueOn: in.DueOn, Amount: ledger.OfMinor(in.Amount, base)})
		}
	}
	return found, nil
}

// readPaid sums what was received on pledges up to a day, by the pledge's id.
func readPaid(ctx context.Context, tx *store.Tx, pledges []Pledge, until ledger.Date) (map[string]int64, error) {
	paid := make(map[string]int64, len(pledges))
	for some := range slices.Chunk(pledges, writtenAtOnce) {
		ids := make([]string, len(some))
		for i, p := range some {
			ids[i] = p.ID
		}
		var rows []struct {
			PledgeID string
			Total    int64
		}
		err := tx.NewSelect().TableExpr("gifts AS g").ColumnExpr("g.pledge_id, CAST(SUM(g.gross) AS BIGINT) AS total").
			Where("g.pledge_id IN (?)", bun.List(ids)).Where("g.pledge_id <> ''").
			Where("g.received_on <= ?", until).Where(stands).
			Group("g.pledge_id").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			paid[row.PledgeID] = row.Total
		}
	}
	return paid, nil
}
