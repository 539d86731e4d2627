package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// GiftTotal is what one donor gave in a year, in base currency: what is reported to the tax agency so that the donor may
// deduct it (Danish Tax Assessment Act § 8 A). Gifts given back do not count, and what was given in kind is not reported.
type GiftTotal struct {
	Donor    Donor
	Gifts    int
	Total    ledger.Money
	Reported bool   // whether a tax id is kept, without which nothing can be deducted
	TaxID    string // only where it was asked for with a reason
}

// GiftList sums the gifts received in a calendar year per donor, by code. A donor who gave nothing is not on it.
func (r Register) GiftList(ctx context.Context, tx *store.Tx, year int) ([]GiftTotal, error) {
	return readGiftTotals(ctx, tx, ledger.NewDate(year, 1, 1), ledger.NewDate(year, 12, 31), r.Book.Base)
}

// TaxGiftList is the gift list with the tax ids opened, for a reason, each opening on record.
func (r Register) TaxGiftList(ctx context.Context, tx *store.Tx, v *vault.Vault, year int, reason string) ([]GiftTotal, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return nil, err
	}
	list, err := r.GiftList(ctx, tx, year)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if !list[i].Reported {
			continue
		}
		opened, _, err := openFields(ctx, tx, v, list[i].Donor.ID, []DonorField{DonorTaxID})
		if err != nil {
			return nil, fmt.Errorf("grants: donor %s: %w", list[i].Donor.Code, err)
		}
		list[i].TaxID = opened[DonorTaxID]
		event := access.Event{Action: "donor.opened", Subject: string(list[i].Donor.ID), Fields: []string{string(DonorTaxID)}, Reason: reason}
		if err := access.Record(ctx, tx, event); err != nil {
			return nil, err
		}
	}
	return list, nil
}
