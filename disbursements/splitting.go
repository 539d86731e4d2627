package disbursements

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// splitDays is how far apart two disbursements may lie and still be seen as parts of one.
const splitDays = 30

// Nearby is what else was asked for within thirty days either way, in base currency: somebody who splits an amount to
// stay under a band does not stay under it.
type Nearby struct {
	Payee       ledger.Money // to the same payee
	Beneficiary ledger.Money // for the same person
	PaidBefore  bool         // the payee was paid at some time
}

// Nearby sums what went to the same payee, and for the same person, within thirty days of a disbursement. What was
// rejected or cancelled does not count, nor does a draft.
func (rules Rules) Nearby(ctx context.Context, tx *store.Tx, d Disbursement) (Nearby, error) {
	near, err := readNearby(ctx, tx, []Disbursement{d}, rules.Book.Base)
	return near[d.ID], err
}
