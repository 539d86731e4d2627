package gifts

import (
	"context"

	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// Total is what one donor gave in a year, in base currency: what is reported to the tax agency so that the donor may
// deduct it (Danish Tax Assessment Act § 8 A). Gifts given back do not count, and what was given in kind is not
// reported.
type Total struct {
	Donor    donors.Donor // id, code and kind
	Gifts    int
	Total    ledger.Money
	Reported bool   // whether a tax id is kept, without which nothing can be deducted
	TaxID    string // only where it was opened for a reason
}

// TaxTotals are the totals of a year with the tax ids opened, for a reason, each opening on record.
func (r Register) TaxTotals(
	ctx context.Context, tx *store.Tx, v *vault.Vault, year int, reason string,
) ([]Total, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return nil, err
	}
	totals, err := r.Totals(ctx, tx, year, store.Keyset{})
	if err != nil {
		return nil, err
	}
	ask := donors.Disclosure{Fields: []donors.Field{donors.TaxID}, Reason: reason}
	var reported []donors.Donor
	for _, t := range totals {
		if t.Reported {
			reported = append(reported, t.Donor)
		}
	}
	opened, err := donors.OpenAll(ctx, tx, v, reported, ask)
	for i, t := range totals {
		totals[i].TaxID = opened[t.Donor.ID][donors.TaxID]
	}
	return totals, err
}
