package disbursements

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// takeEmergency gives an emergency one of the places that its plan has in the quarter: it is authorised and paid at
// once, and approved after (sector-systems 2.2). [EmergencyRefused] tells which limit stands in the way. The key of
// the place holds the number also against two who ask at the same moment.
func (req Requests) takeEmergency(ctx context.Context, tx *store.Tx, d *Disbursement, p Policy) error {
	d.EmergencySlot = ""
	if !d.Emergency {
		return nil
	}
	worth, known := req.worth(*d)
	if d.Plan.ID == "" || !known || worth.Cmp(p.EmergencyLimit) > 0 {
		return &EmergencyRefused{Limit: p.EmergencyLimit, PerQuarter: p.EmergencyPerQuarter}
	}
	taken, err := readSlots(ctx, tx, quarterOf(*d))
	if err != nil {
		return err
	}
	for n := 1; n <= p.EmergencyPerQuarter; n++ {
		if slot := fmt.Sprintf("%s#%d", quarterOf(*d), n); !taken[slot] {
			d.EmergencySlot = slot
			return nil
		}
	}
	return &EmergencyRefused{Limit: p.EmergencyLimit, PerQuarter: p.EmergencyPerQuarter}
}

// quarterOf names a plan's quarter: "pln_1/2026Q2".
func quarterOf(d Disbursement) string {
	return fmt.Sprintf("%s/%04dQ%d", d.Plan.ID, d.Date.Year(), (int(d.Date.Time().Month())+2)/3)
}

// paidFirst are the states in which an emergency still waits for its approval.
var paidFirst = []State{Authorised, OnHold, Released, Paid, Evidenced, Returned}

// approveAfter is the approval of an emergency that was authorised already: the state stays what it is. Who refused
// it does not approve it later; others may, once they know what became of it.
func (dec Decisions) approveAfter(ctx context.Context, tx *store.Tx, d Disbursement, behalf access.UserID) (
	Disbursement, error,
) {
	if err := dec.mayStep(ctx, tx, d, ToApprove, behalf); err != nil {
		return Disbursement{}, err
	}
	if _, err := dec.recordDecision(ctx, tx, d, access.Approve, behalf); err != nil {
		return Disbursement{}, err
	}
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: "disbursement.approved_after", Subject: string(d.ID), OnBehalfOf: behalf,
			Fields: []string{"approvals"}})
}

// refusedAfter is the action of the event that is the record of a refusal. It is proven like every event, and never
// changed.
const refusedAfter = "disbursement.refused_after"

// refuseAfter is the refusal of an emergency that was authorised already, by somebody who could have approved it.
// Where the money has not left it is called off. Where it has, the money is spent and the cost stands (RULES 8): the
// refusal is noted and escalated to the treasurer and the programme lead at once, until another person approves it,
// or finance moves its cost to where it belongs.
func (dec Decisions) refuseAfter(ctx context.Context, tx *store.Tx, d Disbursement, reason string) (Disbursement,
	error) {
	if err := dec.mayStep(ctx, tx, d, ToReject, ""); err != nil {
		return Disbursement{}, err
	}
	if err := access.Record(ctx, tx,
		access.Event{Action: refusedAfter, Subject: string(d.ID), Reason: reason}); err != nil {
		return Disbursement{}, err
	}
	if d.State == Authorised || d.State == OnHold {
		return dec.callOff(ctx, tx, d, reason)
	}
	return d, nil
}

// markRefused escalates what was refused after it was paid.
func markRefused(ctx context.Context, tx *store.Tx, list []Waiting) error {
	var ids []DisbursementID
	for _, w := range list {
		if w.Why == "after_payment" {
			ids = append(ids, w.ID)
		}
	}
	refused, _, err := readRefused(ctx, tx, ids)
	for i, w := range list {
		if refused[w.ID] {
			list[i].Why, list[i].Escalated = "refused", true
		}
	}
	return err
}

// ApproveBy is the last day on which an emergency has to be approved: so many working days after it was asked for.
func (d Disbursement) ApproveBy(p Policy) ledger.Date {
	return d.SubmittedOn.AddWorkingDays(p.EmergencyDays)
}
