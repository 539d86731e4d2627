package disbursements

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// PartnerReport is what a partner accounts for in one go: many units of many plans.
type PartnerReport struct {
	Partner advances.Partner
	Date    ledger.Date
	Items   []ReportedItem
}

// ReportedItem is one line of a partner's report.
type ReportedItem struct {
	Plan     beneficiaries.Plan
	Line     string
	Units    int
	Amount   ledger.Money // partner's currency
	Overpaid ledger.Money // what the partner paid twice, on top
	Date     ledger.Date  // of the item; "" is that of the report
	Text     string
}

// AtItem is what is wrong with one line of a report, from 0.
type AtItem struct {
	Item int
	Err  error
}

func (e *AtItem) Error() string { return fmt.Sprintf("item %d: %v", e.Item, e.Err) }

// Unwrap is what is wrong.
func (e *AtItem) Unwrap() error { return e.Err }

// Report asks for approval of all that a partner accounts for, each line a disbursement of its own: all or none
// ([AtItem]). The same units of a plan on two lines are two disbursements; what was paid twice belongs into Overpaid.
func (set Settlements) Report(ctx context.Context, tx *store.Tx, r PartnerReport) ([]Disbursement, error) {
	asked := make([]Disbursement, len(r.Items))
	for i, item := range r.Items {
		d := Disbursement{Settlement: ByPartner, Plan: item.Plan, Partner: r.Partner, Line: item.Line, Units: item.Units,
			Amount:   item.Amount,
			Overpaid: item.Overpaid, Date: item.Date, Text: item.Text}
		if d.Date == "" {
			d.Date = r.Date
		}
		d, err := set.Draft(ctx, tx, d)
		if err == nil {
			asked[i], err = set.Submit(ctx, tx, string(d.ID))
		}
		if err != nil {
			return nil, &AtItem{i, err}
		}
	}
	return asked, access.Record(ctx, tx, access.Event{Action: "partner.reported", Subject: string(r.Partner.ID)})
}

// LiquidateReport books what was authorised of a partner's report, in the order given, each line by the partner's
// evidence: all or none ([AtItem]). Lots are drawn first in, first out over the whole report.
func (set Settlements) LiquidateReport(ctx context.Context, tx *store.Tx, keys []string,
	document evidence.ID) ([]Disbursement, error) {
	done := make([]Disbursement, len(keys))
	for i, key := range keys {
		d, err := set.Disbursement(ctx, tx, key)
		if err == nil {
			d, err = set.Liquidate(ctx, tx, key, d.Date)
		}
		if err == nil && document != "" {
			_, err = evidence.Attach(ctx, tx, set.Book, string(d.Entry), document)
		}
		if err != nil {
			return nil, &AtItem{i, err}
		}
		done[i] = d
	}
	return done, nil
}
