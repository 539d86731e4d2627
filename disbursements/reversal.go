package disbursements

import (
	"context"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// Undone is what a reversal posted.
type Undone struct {
	Entry ledger.Posted
	With  []ledger.Posted // reversals of what the entry's act had made beside it: reliefs
}

// ToReverse reads the entry that is to be reversed, and dates a reversal without a day on the first open one.
func (req Requests) ToReverse(
	ctx context.Context, tx *store.Tx, r ledger.Reversal,
) (ledger.Posted, ledger.Reversal, error) {
	original, err := req.Book.Entry(ctx, tx, r.Entry)
	if err == nil && r.Date == "" {
		r.Date, err = req.Book.FirstOpenDay(ctx, tx, original.Date)
	}
	return original, r, err
}

// undoCost reverses the cost of a disbursement and gives back what it relieved.
func (req Requests) ReverseCost(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal,
	disbursement string) (Undone, error) {
	d, err := req.Disbursement(ctx, tx, disbursement)
	if err != nil {
		return Undone{}, err
	}
	funds := append(original.Funds(), beneficiaries.Funds(d.Plan.Current.Shares)...)
	if err := ledger.LockFunds(ctx, tx, funds...); err != nil {
		return Undone{}, err
	}
	posted, err := req.Book.Reverse(ctx, tx, r)
	if err != nil {
		return Undone{}, err
	}
	with, err := req.People.Unsettle(ctx, tx, string(d.ID), r)
	return Undone{posted, with}, err
}

// undoInvoice reverses an invoice that nobody paid yet: it is cancelled. One that is on its way or paid keeps
// standing; the payment is reversed first.
func (req Requests) ReverseInvoice(ctx context.Context, tx *store.Tx, original ledger.Posted,
	r ledger.Reversal) (Undone, error) {
	d, err := req.InState(ctx, tx, original.Source, Authorised, OnHold)
	if err != nil {
		return Undone{}, err
	}
	done, err := req.ReverseCost(ctx, tx, original, r, original.Source)
	if err != nil {
		return Undone{}, err
	}
	d.State = Cancelled
	if err := Save(ctx, tx, &d); err != nil {
		return Undone{}, err
	}
	return done, access.Record(ctx, tx,
		access.Event{Action: "disbursement.cancelled", Subject: string(d.ID), Fields: []string{"state"}, Reason: r.Reason})
}
