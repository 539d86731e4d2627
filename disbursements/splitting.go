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
	near := Nearby{Payee: ledger.Zero(rules.Book.Base), Beneficiary: ledger.Zero(rules.Book.Base)}
	from, to := d.Date.AddDays(-splitDays+1), d.Date.AddDays(splitDays-1)
	if d.Payee != "" {
		minor, err := sumOfPayee(ctx, tx, d, from, to)
		if err != nil {
			return near, err
		}
		near.Payee = ledger.OfMinor(minor, rules.Book.Base)
		if near.PaidBefore, err = paidBefore(ctx, tx, d.Payee); err != nil {
			return near, err
		}
	}
	if d.Plan.ID != "" {
		minor, err := sumOfBeneficiary(ctx, tx, d, from, to)
		if err != nil {
			return near, err
		}
		near.Beneficiary = ledger.OfMinor(minor, rules.Book.Base)
	}
	return near, nil
}
