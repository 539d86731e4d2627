package paymentbatch

import (
	"cmp"
	"context"
	"slices"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/ledger"
	"supportledger/store"
)

// ReleaseBatch hands a locked batch over for payment: LOCKED to RELEASED. It is done by a person who took no step on
// any of its payments. All its disbursements become
// RELEASED with a payment each, in a constant number of statements for every five hundred; report hears how many are
// done. [access.ErrMakerCannotApprove], [ErrBatchChanged] where something is not what was locked, [*BatchBlocked],
// [disbursements.ErrPlanChanged], [access.ErrRelated].
func (bat Batches) Release(ctx context.Context, tx *store.Tx, key string, report func(done int)) (Batch, error) {
	b, err := bat.asLocked(ctx, tx, key, BatchLocked)
	if err != nil {
		return Batch{}, err
	}
	if involved, err := tookPart(ctx, tx, b.ID); err != nil || involved {
		return Batch{}, cmp.Or(err, access.ErrMakerCannotApprove)
	}
	leaving, err := leavingNow(ctx, tx, b.ID)
	if err != nil {
		return Batch{}, err
	}
	if err := bat.Payments.Requests.AllBookable(ctx, tx, leaving); err != nil {
		return Batch{}, err
	}
	if err := disbursements.RefusedAs(access.TakeFixed(ctx, tx, b.duty(access.Release))); err != nil {
		return Batch{}, err
	}
	done := 0
	for after := 0; ; {
		part, err := readLive(ctx, tx, b, after, atOnce)
		if err != nil {
			return Batch{}, err
		}
		if len(part) == 0 {
			break
		}
		if err := bat.releasePart(ctx, tx, b, part); err != nil {
			return Batch{}, err
		}
		after, done = part[len(part)-1].Position, done+len(part)
		if report != nil {
			report(done)
		}
	}
	b.State, b.ReleasedBy, b.ReleasedAt = BatchReleased, access.UserID(tx.By.User), tx.At
	err = moved(ctx, tx, &b, "released", "")
	return b, err
}

// unblocked wants the bank details of all payees of a batch to be usable, and keeps them so until the tx ends.
func unblocked(ctx context.Context, tx *store.Tx, id BatchID) error {
	if err := lockPayees(ctx, tx, id); err != nil {
		return err
	}
	blocked, err := readBlocked(ctx, tx, id, tx.At)
	if err == nil && blocked.Any() {
		err = &BatchBlocked{blocked}
	}
	return err
}

// asLocked finds and locks a batch that is in a state, is what was locked, and holds nothing that stands in the way
// of its money.
func (bat Batches) asLocked(ctx context.Context, tx *store.Tx, key string, state BatchState) (Batch, error) {
	b, err := batchIn(ctx, tx, key, state)
	if err != nil {
		return Batch{}, err
	}
	if err := stillLocked(ctx, tx, b); err != nil {
		return Batch{}, err
	}
	return b, unblocked(ctx, tx, b.ID)
}

// stillLocked computes the lock anew.
func stillLocked(ctx context.Context, tx *store.Tx, b Batch) error {
	own, err := banking.FindOwnAccount(ctx, tx, b.Account, b.OwnVersion)
	if err != nil {
		return err
	}
	again := b
	if err := again.seal(ctx, tx, own); err != nil {
		return err
	}
	if again.Hash != b.Hash || again.Count != b.Count || again.Total.Cmp(b.Total) != 0 {
		return ErrBatchChanged
	}
	return nil
}

// liveItem is a payment of a batch with all that its release needs.
type liveItem struct {
	BatchItem
	Payload      []byte // of the disbursement as it was locked
	Round        int
	Now          []byte              // payload of the disbursement as it is
	Of           disbursements.State // of the disbursement
	Account      ledger.AccountNo
	PayeeCode    string
	Entry        ledger.EntryID
	Authorised   bool
	Reissue      bool
	PaymentBytes []byte // payload of a payment that was there before
	Planned      bool   // of such a payment
	PlanChanged  bool   // the plan has another version than when it was asked for
}

// releasePart releases some payments of a batch.
func (bat Batches) releasePart(ctx context.Context, tx *store.Tx, b Batch, part []liveItem) error {
	var duties []access.Duty
	var payments []banking.Payment
	var released, standing []liveItem
	for _, i := range part {
		switch {
		case !i.Authorised || !slices.Equal(i.Payload, i.Now):
			return ErrBatchChanged
		case i.Payment != "" && !i.Planned, i.Payment == "" && i.Of != disbursements.Authorised:
			return ErrBatchChanged
		case i.Payment == "" && i.PlanChanged:
			return disbursements.ErrPlanChanged
		case i.Payment != "" && i.Reissue:
			duties = append(duties,
				access.Duty{Subject: string(i.Payment), Round: 1, Step: access.Release, Payload: access.Digest(i.PaymentBytes)})
		case i.Payment == "":
			duties = append(duties, access.Duty{Subject: string(i.Disbursement), Round: i.Round, Step: access.Release,
				Payload: access.Digest(i.Payload)})
			p := banking.Payment{ID: banking.PaymentID(store.NewID("pmt")), Number: i.Number,
				Disbursement: i.Disbursement, Account: b.Account, Payee: i.Payee, Date: b.Date, Amount: i.Amount,
				State: banking.PaymentPlanned, Version: 1}
			payments, released = append(payments, p), append(released, i)
		}
		if i.Entry != "" && i.Payment == "" {
			standing = append(standing, i)
		}
	}
	if err := bat.allStand(ctx, tx, standing); err != nil {
		return err
	}
	if err := disbursements.RefusedAs(access.TakeAll(ctx, tx, duties)); err != nil {
		return err
	}
	if err := insertReleased(ctx, tx, b, payments, released); err != nil {
		return err
	}
	for _, i := range released {
		if err := access.Record(ctx, tx,
			access.Event{Action: "disbursement.released", Subject: string(i.Disbursement),
				Fields: []string{"state"}}); err != nil {
			return err
		}
	}
	return nil
}

// allStand refuses to go on from invoices whose entry was reversed.
func (bat Batches) allStand(ctx context.Context, tx *store.Tx, items []liveItem) error {
	if len(items) == 0 {
		return nil
	}
	posted := make([]ledger.Posted, len(items))
	for i, item := range items {
		posted[i] = ledger.Posted{ID: item.Entry}
	}
	links, err := bat.Payments.Requests.Book.LinksOf(ctx, tx, posted...)
	if err != nil {
		return err
	}
	for _, item := range items {
		if by := links[item.Entry].ReversedBy; by != "" {
			return &ledger.AlreadyReversed{By: by}
		}
	}
	return nil
}
