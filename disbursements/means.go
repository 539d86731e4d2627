package disbursements

import (
	"context"

	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

// mayLeave refuses a transfer to nobody on record, and by card or in cash more than the policy lets leave without
// verified bank details: [*payees.Unregistered], [*payees.OverCardLimit]. What went to the same payee, or for the same
// plan to none, within thirty days counts, so that nobody stays below the limit by splitting.
func (rules Rules) mayLeave(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if d.PaidBy == payees.ByTransfer {
		return payees.CheckOnRecord(ctx, tx, d.Payee)
	}
	if !d.PaidBy.Unverified() {
		return nil
	}
	limit, err := rules.cardLimit(ctx, tx, d)
	if err != nil {
		return err
	}
	asked, known := rules.worth(d)
	before, err := sumUnverified(ctx, tx, d)
	if err != nil {
		return err
	}
	if asked = asked.Add(ledger.OfMinor(before, rules.Book.Base)); !known || asked.Cmp(limit) > 0 {
		return &payees.OverCardLimit{Asked: asked, Limit: limit}
	}
	return nil
}

// cardLimit is that of the policy that a disbursement was asked for under, or else of the one in force.
func (rules Rules) cardLimit(ctx context.Context, tx *store.Tx, d Disbursement) (ledger.Money, error) {
	if d.Policy == "" || d.State == Draft {
		return rules.Policies.CardLimit(ctx, tx)
	}
	p, err := rules.Policies.Policy(ctx, tx, d.Policy)
	return p.CardLimit, err
}

// CardLimit is the most that leaves by card or in cash today.
func (pol Policies) CardLimit(ctx context.Context, tx *store.Tx) (ledger.Money, error) {
	p, err := pol.On(ctx, tx, ledger.DateOf(tx.At))
	return p.CardLimit, err
}
