package grants

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type contributionRow struct {
	bun.BaseModel `bun:"table:in_kind_contributions"`
	ID            string `bun:",pk"`
	DonorID       *DonorID
	Fund          ledger.FundCode
	GivenOn       ledger.Date
	Category      string
	Units         string
	UnitValue     int64
	Worth         int64
	Memo          string
	EvidenceID    *ledger.EvidenceID
	EntryID       ledger.EntryID
}

// given is a pointer to an id, nil for none.
func given[T ~string](id T) *T {
	if id == "" {
		return nil
	}
	return &id
}

func insertContribution(ctx context.Context, tx *store.Tx, c Contribution) error {
	_, err := tx.NewInsert().Model(&contributionRow{ID: c.ID, DonorID: given(c.Donor.ID), Fund: c.Fund, GivenOn: c.On, Category: c.Category,
		Units: c.Units.String(), UnitValue: c.UnitValue.Minor(), Worth: c.Worth.Minor(), Memo: c.Memo, EvidenceID: given(c.Evidence), EntryID: c.Entry}).Exec(ctx)
	return err
}

// readContributions lists contributions by id after one, at most limit.
func readContributions(ctx context.Context, tx *store.Tx, base ledger.Currency, after string, limit int) ([]Contribution, error) {
	var rows []contributionRow
	if err := tx.NewSelect().Model(&rows).Where("id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	ids := make([]DonorID, 0, len(rows))
	for _, r := range rows {
		if r.DonorID != nil {
			ids = append(ids, *r.DonorID)
		}
	}
	by, err := donorsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	found := make([]Contribution, len(rows))
	for i, r := range rows {
		found[i] = Contribution{ID: r.ID, Fund: r.Fund, On: r.GivenOn, Category: r.Category, UnitValue: ledger.OfMinor(r.UnitValue, base),
			Worth: ledger.OfMinor(r.Worth, base), Memo: r.Memo, Entry: r.EntryID}
		if found[i].Units, err = decimal.NewFromString(r.Units); err != nil {
			return nil, err
		}
		if r.DonorID != nil {
			found[i].Donor = by[*r.DonorID]
		}
		if r.EvidenceID != nil {
			found[i].Evidence = *r.EvidenceID
		}
	}
	return found, nil
}
