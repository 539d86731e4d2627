package disbursements

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

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
		return d, access.Record(ctx, tx, event)
	}
	d.State, event.Fields = Arrived, []string{"state"}
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, event)
}

// Sample lists the evidenced disbursements whose receipt is to be verified: about a percentage of all, the same ones
// whoever lists them, since nobody chooses whom to ask. It reads as many as fill the page, by number.
func (set Settlements) Sample(ctx context.Context, tx *store.Tx, percent int, page store.Keyset) ([]Disbursement,
	error) {
	var chosen []Disbursement
	next := store.Keyset{After: page.After}
	for next.Limit = firstChunk(page); ; next.Limit = min(2*next.Limit, inboxChunk) {
		found, err := set.List(ctx, tx, Filter{State: Evidenced, Page: next})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if d.drawn100() < percent {
				chosen = append(chosen, d)
			}
		}
		if page.Limit > 0 && len(chosen) >= page.Limit {
			return chosen[:page.Limit], nil
		}
		if len(found) < next.Limit {
			return chosen, nil
		}
		next.After = []string{found[len(found)-1].Number}
	}
}

// drawn100 is a number from 0 to 99 that nobody chose.
func (d Disbursement) drawn100() int {
	sum := sha256.Sum256([]byte(d.ID))
	return int(binary.BigEndian.Uint32(sum[:]) % 100)
}
