package banking

import (
	"context"

	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// Reverse undoes an entry together with what its act did beside it: a liquidation gives its reliefs back and opens
// the plan items that it settled (RULES 32), a commitment frees its items. It is the act behind every reversal, since
// the ledger cannot know what hangs on an entry. A relief is not reversed by itself ([disbursements.ErrPartOfAct]):
// it goes with its cost. Neither is what a suspension, a new version or the end of a grant did to commitments: units
// of the plan and the state of the grant stand as they do because of it.
//
// The disbursement stays evidenced - what was approved and proved stays so - and its entry names its reversal.
func (pay Payments) Reverse(ctx context.Context, tx *store.Tx, r ledger.Reversal) (disbursements.Undone, error) {
	original, r, err := pay.Requests.ToReverse(ctx, tx, r)
	if err != nil {
		return disbursements.Undone{}, err
	}
	switch original.Act {
	case "relief":
		return disbursements.Undone{}, pay.partOf(ctx, tx, original)
	case "liquidation", "netting":
		return pay.Requests.ReverseCost(ctx, tx, original, r, original.Source)
	case "invoice":
		return pay.Requests.ReverseInvoice(ctx, tx, original, r)
	case paymentAct:
		return pay.undoPayment(ctx, tx, original, r)
	case paymentReturn:
		return pay.undoReturn(ctx, tx, original, r)
	case paymentFee:
		posted, err := pay.Requests.Book.Reverse(ctx, tx, r)
		if err != nil {
			return disbursements.Undone{}, err
		}
		return disbursements.Undone{Entry: posted}, undoMatch(ctx, tx, original.ID)
	case advances.Retainer.Act(), advances.PettyCash.Act():
		return pay.undoPrepayment(ctx, tx, original, r)
	case "commitment":
		posted, err := pay.Requests.People.Uncommit(ctx, tx, original, r)
		return disbursements.Undone{Entry: posted}, err
	}
	if original.SetsAside() {
		return disbursements.Undone{}, &disbursements.PartOfAct{}
	}
	posted, err := pay.Requests.Book.Reverse(ctx, tx, r)
	if err != nil {
		return disbursements.Undone{}, err
	}
	return disbursements.Undone{Entry: posted}, undoMatch(ctx, tx, original.ID) // bank lines wait for another explanation
}

// partOf refuses the reversal of a relief and names the entry to reverse instead.
func (pay Payments) partOf(ctx context.Context, tx *store.Tx, relief ledger.Posted) error {
	d, err := pay.Requests.Disbursement(ctx, tx, relief.Source)
	if err != nil {
		return err
	}
	return &disbursements.PartOfAct{With: d.Entry}
}

// undoPayment takes the word back that the bank made a payment: its bank line waits for another match, the payment for
// another line.
func (pay Payments) undoPayment(ctx context.Context, tx *store.Tx, original ledger.Posted,
	r ledger.Reversal) (disbursements.Undone, error) {
	p, err := pay.paymentIn(ctx, tx, original.Source, PaymentConfirmed)
	if err != nil {
		return disbursements.Undone{}, err
	}
	d, err := pay.Requests.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil {
		return disbursements.Undone{}, err
	}
	var done disbursements.Undone
	if d.Entry == original.ID {
		if d, err = pay.Requests.InState(ctx, tx, string(d.ID), disbursements.Paid); err != nil {
			return disbursements.Undone{}, err
		}
		done, err = pay.Requests.ReverseCost(ctx, tx, original, r, string(d.ID))
	} else { // it paid what an invoice, or the attempt before, left owed: the cost and what it relieved stand
		if err := ledger.LockFunds(ctx, tx, original.Funds()...); err != nil {
			return disbursements.Undone{}, err
		}
		done.Entry, err = pay.Requests.Book.Reverse(ctx, tx, r)
	}
	if err != nil {
		return disbursements.Undone{}, err
	}
	if err := undoMatch(ctx, tx, original.ID); err != nil {
		return disbursements.Undone{}, err
	}
	p.Entry = ""
	if _, err = movePayment(ctx, tx, p, PaymentSent, r.Reason); err != nil {
		return disbursements.Undone{}, err
	}
	if d.State != disbursements.Paid {
		return done, nil // proved, or more: that stands
	}
	d.State = disbursements.Released
	return done, disbursements.Save(ctx, tx, &d)
}

// undoReturn takes the word back that a payment came back, as long as it was not made again.
func (pay Payments) undoReturn(ctx context.Context, tx *store.Tx, original ledger.Posted,
	r ledger.Reversal) (disbursements.Undone, error) {
	p, err := pay.paymentIn(ctx, tx, original.Source, PaymentReturned)
	if err != nil {
		return disbursements.Undone{}, err
	}
	later, err := reissues(ctx, tx, p.ID)
	if err != nil {
		return disbursements.Undone{}, err
	}
	if len(later) > 0 {
		return disbursements.Undone{}, &Reissued{later[0].Number}
	}
	posted, err := pay.Requests.Book.Reverse(ctx, tx, r)
	if err != nil {
		return disbursements.Undone{}, err
	}
	if err := undoMatch(ctx, tx, original.ID); err != nil {
		return disbursements.Undone{}, err
	}
	if _, err := movePayment(ctx, tx, p, PaymentConfirmed, r.Reason); err != nil {
		return disbursements.Undone{}, err
	}
	d, err := pay.Requests.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil || d.State != disbursements.Returned {
		return disbursements.Undone{Entry: posted}, err
	}
	d.State = disbursements.Paid
	return disbursements.Undone{Entry: posted}, disbursements.Save(ctx, tx, &d)
}

// undoPrepayment takes money paid ahead back, as long as nothing was drawn on it.
func (pay Payments) undoPrepayment(ctx context.Context, tx *store.Tx, original ledger.Posted,
	r ledger.Reversal) (disbursements.Undone, error) {
	p, err := pay.Requests.Advances.LockedPrepayment(ctx, tx, original.Source)
	if err != nil {
		return disbursements.Undone{}, err
	}
	if p.Left.Cmp(p.Amount) != 0 {
		return disbursements.Undone{}, &advances.PrepaidExceeded{Number: p.Number, Left: p.Left, Asked: p.Amount}
	}
	posted, err := pay.Requests.Book.Reverse(ctx, tx, r)
	return disbursements.Undone{Entry: posted}, err
}
