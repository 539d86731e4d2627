// Package partnerreport is what a partner accounts for in one go: many units of many plans, asked for and booked
// together, each a disbursement of its own. One line that is refused refuses all of them. Start at [Submit].
package partnerreport

import (
	"context"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// Report is what a partner accounts for in one go.
type Report struct {
	Partner advances.Partner
	Date    ledger.Date
	Items   []Item
}

// Item is one line of a partner's report.
type Item struct {
	Plan     beneficiaries.Plan
	Line     string
	Units    int
	Amount   ledger.Money // partner's currency
	Overpaid ledger.Money // what the partner paid twice, on top
	Date     ledger.Date  // of the item; "" is that of the report
	Text     string
}

// Submit asks for approval of all that a partner accounts for, each line a disbursement of its own: all or none
// ([disbursements.AtItem]). The same units of a plan on two lines are two disbursements; what was paid twice
// belongs into Overpaid.
func Submit(ctx context.Context, tx *store.Tx, set disbursements.Settlements, r Report) ([]disbursements.Disbursement,
	error) {
	asked := make([]disbursements.Disbursement, len(r.Items))
	for i, item := range r.Items {
		d := disbursements.Disbursement{Settlement: disbursements.ByPartner, Plan: item.Plan, Partner: r.Partner,
			Line: item.Line, Units: item.Units, Amount: item.Amount, Overpaid: item.Overpaid, Date: item.Date, Text: item.Text}
		if d.Date == "" {
			d.Date = r.Date
		}
		d, err := set.Draft(ctx, tx, d)
		if err == nil {
			asked[i], err = set.Submit(ctx, tx, string(d.ID))
		}
		if err != nil {
			return nil, &disbursements.AtItem{Item: i, Err: err}
		}
	}
	return asked, access.Record(ctx, tx, access.Event{Action: "partner.reported", Subject: string(r.Partner.ID)})
}

// Liquidate books what was authorised of a partner's report, in the order given, each line by the partner's
// evidence: all or none ([disbursements.AtItem]). Lots are drawn first in, first out over the whole report.
func Liquidate(ctx context.Context, tx *store.Tx, set disbursements.Settlements, keys []string,
	document evidence.ID) ([]disbursements.Disbursement, error) {
	done := make([]disbursements.Disbursement, len(keys))
	for i, key := range keys {
		d, err := set.Disbursement(ctx, tx, key)
		if err == nil {
			d, err = set.Liquidate(ctx, tx, key, d.Date)
		}
		if err == nil && document != "" {
			_, err = evidence.Attach(ctx, tx, set.Book, string(d.Entry), document)
		}
		if err != nil {
			return nil, &disbursements.AtItem{Item: i, Err: err}
		}
		done[i] = d
	}
	return done, nil
}
