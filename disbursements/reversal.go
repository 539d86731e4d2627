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

// Reverse undoes an entry together with what its act did beside it: a liquidation gives its reliefs back and opens the plan
// items that it settled (RULES 32), a commitment frees its items. It is the act behind every reversal, since the ledger
// cannot know what hangs on an entry. A relief is not reversed by itself ([ErrPartOfAct]): it goes with its cost.
//
// The disbursement stays evidenced - what was approved and proved stays so - and its entry names its reversal.
func (o Office) Reverse(ctx context.Context, tx *store.Tx, r ledger.Reversal) (Undone, error) {
	original, err := o.Book.Entry(ctx, tx, r.Entry)
	if err != nil {
		return Undone{}, err
	}
	if r.Date == "" {
		if r.Date, err = o.Book.FirstOpenDay(ctx, tx, original.Date); err != nil {
			return Undone{}, err
		}
	}
	switch original.Act {
	case "relief":
		return Undone{}, o.partOf(ctx, tx, original)
	case "liquidation", "netting":
		return o.undoCost(ctx, tx, original, r, original.Source)
	case "invoice":
		return o.undoInvoice(ctx, tx, original, r)
	case paymentAct:
		return o.undoPayment(ctx, tx, original, r)
	case paymentReturn:
		return o.undoReturn(ctx, tx, original, r)
	case paymentFee:
		posted, err := o.Book.Reverse(ctx, tx, r)
		if err != nil {
			return Undone{}, err
		}
		return Undone{Entry: posted}, undoMatch(ctx, tx, original.ID)
	case Retainer.act(), PettyCash.act():
		return o.undoPrepayment(ctx, tx, original, r)
	case "commitment":
		posted, err := o.People.Uncommit(ctx, tx, original, r)
		return Undone{Entry: posted}, err
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	return Undone{Entry: posted}, err
}

// partOf refuses the reversal of a relief and names the entry to reverse instead.
func (o Office) partOf(ctx context.Context, tx *store.Tx, relief ledger.Posted) error {
	d, err := o.Disbursement(ctx, tx, relief.Source)
	if err != nil {
		return err
	}
	return &PartOfAct{With: d.Entry}
}

// undoCost reverses the cost of a disbursement and gives back what it relieved.
func (o Office) undoCost(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal, disbursement string) (Undone, error) {
	d, err := o.Disbursement(ctx, tx, disbursement)
	if err != nil {
		return Undone{}, err
	}
	funds := append(original.Funds(), beneficiaries.Funds(d.Plan.Current.Shares)...)
	if err := ledger.LockFunds(ctx, tx, funds...); err != nil {
		return Undone{}, err
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	if err != nil {
		return Undone{}, err
	}
	with, err := o.People.Unsettle(ctx, tx, string(d.ID), r)
	return Undone{posted, with}, err
}

// undoInvoice reverses an invoice that nobody paid yet: it is cancelled. One that is on its way or paid keeps standing; the
// payment is reversed first.
func (o Office) undoInvoice(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal) (Undone, error) {
	d, err := o.inState(ctx, tx, original.Source, Authorised, OnHold)
	if err != nil {
		return Undone{}, err
	}
	done, err := o.undoCost(ctx, tx, original, r, original.Source)
	if err != nil {
		return Undone{}, err
	}
	d.State = Cancelled
	if err := saveDisbursement(ctx, tx, &d); err != nil {
		return Undone{}, err
	}
	return done, access.Record(ctx, tx, access.Event{Action: "disbursement.cancelled", Subject: string(d.ID), Fields: []string{"state"}, Reason: r.Reason})
}

// undoPayment takes the word back that the bank made a payment: its bank line waits for another match, the payment for
// another line.
func (o Office) undoPayment(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal) (Undone, error) {
	p, err := o.paymentIn(ctx, tx, original.Source, PaymentConfirmed)
	if err != nil {
		return Undone{}, err
	}
	d, err := o.inState(ctx, tx, string(p.Disbursement), Paid)
	if err != nil {
		return Undone{}, err
	}
	done, err := o.undoCost(ctx, tx, original, r, string(d.ID))
	if err != nil {
		return Undone{}, err
	}
	if err := undoMatch(ctx, tx, original.ID); err != nil {
		return Undone{}, err
	}
	p.Entry = ""
	if _, err = o.movePayment(ctx, tx, p, PaymentSent, r.Reason); err != nil {
		return Undone{}, err
	}
	d.State = Released
	return done, saveDisbursement(ctx, tx, &d)
}

// undoReturn takes the word back that a payment came back, as long as it was not made again.
func (o Office) undoReturn(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal) (Undone, error) {
	p, err := o.paymentIn(ctx, tx, original.Source, PaymentReturned)
	if err != nil {
		return Undone{}, err
	}
	later, err := o.reissues(ctx, tx, p.ID)
	if err != nil {
		return Undone{}, err
	}
	if len(later) > 0 {
		return Undone{}, &Reissued{later[0].Number}
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	if err != nil {
		return Undone{}, err
	}
	if err := undoMatch(ctx, tx, original.ID); err != nil {
		return Undone{}, err
	}
	if _, err := o.movePayment(ctx, tx, p, PaymentConfirmed, r.Reason); err != nil {
		return Undone{}, err
	}
	d, err := o.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil || d.State != Returned {
		return Undone{Entry: posted}, err
	}
	d.State = Paid
	return Undone{Entry: posted}, saveDisbursement(ctx, tx, &d)
}

// undoPrepayment takes money paid ahead back, as long as nothing was drawn on it.
func (o Office) undoPrepayment(ctx context.Context, tx *store.Tx, original ledger.Posted, r ledger.Reversal) (Undone, error) {
	p, err := o.lockedPrepayment(ctx, tx, original.Source)
	if err != nil {
		return Undone{}, err
	}
	if p.Left.Cmp(p.Amount) != 0 {
		return Undone{}, &PrepaidExceeded{p.Number, p.Left, p.Amount}
	}
	posted, err := o.Book.Reverse(ctx, tx, r)
	return Undone{Entry: posted}, err
}
