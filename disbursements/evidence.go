package disbursements

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// Prove attaches what proves the cost of a disbursement, such as a receipt or an attendance list: PAID to EVIDENCED.
// One that a partner's evidence settled is evidenced already, and gets one more document.
func (set Settlements) Prove(ctx context.Context, tx *store.Tx, key string, document evidence.ID) (Disbursement,
	error) {
	d, err := set.LockedIn(ctx, tx, key, ToProve.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if _, err := evidence.Attach(ctx, tx, set.Book, string(d.Entry), document); err != nil {
		return Disbursement{}, err
	}
	if d.State == Evidenced {
		return d, nil
	}
	d.State = Evidenced
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: "disbursement.evidenced", Subject: string(d.ID), Fields: []string{"state"}})
}

// Receipt is what the person for whom a disbursement was says of it.
type Receipt string

// What a person says.
const (
	Received    Receipt = "received"
	NotReceived Receipt = "not_received"
	WithIssue   Receipt = "issue"
)

// VerifyReceipt notes whether the support arrived: EVIDENCED to VERIFIED where it did. What did not arrive, or not as
// it should, stays evidenced, with a reason of at least ten letters, until somebody has looked into it. Who asked for
// the support does not say that it came ([access.ErrMakerCannotApprove]).
func (set Settlements) VerifyReceipt(ctx context.Context, tx *store.Tx, key string, says Receipt,
	reason string) (Disbursement, error) {
	d, err := set.LockedIn(ctx, tx, key, ToVerifyReceipt.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if err := Decisions(set).mayStep(ctx, tx, d, ToVerifyReceipt, ""); err != nil {
		return Disbursement{}, err
	}
	event := access.Event{Action: "disbursement." + string(says), Subject: string(d.ID), Reason: reason}
	if says != Received {
		if ledger.CheckReason(reason) != nil {
			return Disbursement{}, ledger.ErrReasonRequired
		}
	} else {
		d.State, event.Fields = Arrived, []string{"state"}
	}
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, event)
}
