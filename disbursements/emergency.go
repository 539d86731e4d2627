package disbursements

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// takeEmergency gives an emergency one of the places that its plan has in the quarter: it is authorised and paid at once, and
// approved after (sector-systems 2.2). [EmergencyRefused] tells which limit stands in the way. The key of the place holds the
// number also against two who ask at the same moment.
func (o Office) takeEmergency(ctx context.Context, tx *store.Tx, d *Disbursement, p Policy) error {
	d.EmergencySlot = ""
	if !d.Emergency {
		return nil
	}
	worth, known := o.worth(*d)
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

// approveAfter is the approval of an emergency that was authorised already: the state stays what it is.
func (o Office) approveAfter(ctx context.Context, tx *store.Tx, d Disbursement, behalf access.UserID) (Disbursement, error) {
	if _, err := o.take(ctx, tx, d, access.Approve, behalf); err != nil {
		return Disbursement{}, err
	}
	if err := saveDisbursement(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "disbursement.approved_after", Subject: string(d.ID), OnBehalfOf: behalf, Fields: []string{"approvals"}})
}

// ApproveBy is the last day on which an emergency has to be approved: so many working days after it was asked for.
func (d Disbursement) ApproveBy(p Policy) ledger.Date {
	return d.SubmittedOn.AddWorkingDays(p.EmergencyDays)
}
