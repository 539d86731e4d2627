package disbursements

import (
	"context"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// hundred percent.
var hundred = decimal.NewFromInt(100)

// completeInvoice wants items of plan lines in base currency, and sums them.
func (rules Rules) completeInvoice(d *Disbursement) error {
	d.Amount, d.Overpaid = ledger.Zero(rules.Book.Base), ledger.Zero(rules.Book.Base)
	for i, item := range d.Items {
		if _, err := d.Plan.Current.Line(item.Line); err != nil {
			return err
		}
		if item.UnitPrice.Currency != rules.Book.Base {
			return advances.ErrBankCurrency
		}
		if item.Units <= 0 || item.UnitPrice.Sign() <= 0 {
			return &Incomplete{d.Settlement, "items"}
		}
		d.Items[i].Amount = ledger.Money{Amount: item.UnitPrice.Amount.Mul(decimal.NewFromInt(int64(item.Units))),
			Currency: rules.Book.Base}
		d.Amount = d.Amount.Add(d.Items[i].Amount)
	}
	return nil
}

// bookInvoice authorises an invoice and, once nobody else has to, books it on its date.
func (dec Decisions) bookInvoice(ctx context.Context, tx *store.Tx, d Disbursement, behalf access.UserID) (Disbursement,
	error) {
	if err := ledger.LockFunds(ctx, tx, append(d.Funds(), dec.Book.General)...); err != nil {
		return Disbursement{}, err
	}
	d, err := dec.toAuthorise(ctx, tx, string(d.ID))
	if err != nil {
		return Disbursement{}, err
	}
	far, err := dec.recordDecision(ctx, tx, d, access.Authorise, behalf)
	if err != nil {
		return Disbursement{}, err
	}
	if far.Waits(access.Authorise) {
		return oneOfSeveral(ctx, tx, d, "disbursement.authorisation_given", behalf)
	}
	entry, err := dec.Costs.invoice(ctx, tx, d)
	if err != nil {
		return Disbursement{}, err
	}
	if d, err = dec.Costs.Post(ctx, tx, d, entry); err != nil {
		return Disbursement{}, err
	}
	return stepped(ctx, tx, d, Authorised, behalf)
}

// invoice is the entry of an invoice: each item is split over the plan's funds; what a fund does not pay for is cost
// of the general fund; each owes its own part (RULES 49).
func (costs Costs) invoice(ctx context.Context, tx *store.Tx, d Disbursement) (ledger.Entry, error) {
	e := ledger.Entry{Date: d.Date, Act: "invoice", Source: string(d.ID), Text: d.Text}
	owed := advances.FundPayments{Account: ledger.Payables}
	for _, item := range d.Items {
		category, account, err := costs.costOf(ctx, tx, d, item.Line)
		if err != nil {
			return ledger.Entry{}, err
		}
		for i, part := range item.Amount.Split(beneficiaries.Weights(d.Shares)) {
			fund := d.Shares[i].Fund
			refused, err := costs.refusesKind(ctx, tx, fund, item.Kind, d.Date)
			if err != nil {
				return ledger.Entry{}, err
			}
			cost := ledger.Base(account, fund, part).For(category)
			if refused {
				cost = ledger.Base(ledger.IneligibleCosts, costs.Book.General, part).For("ineligible-costs")
			}
			e.Lines = append(e.Lines, d.Mark(cost))
			owed.Pay(cost.Fund, part)
		}
	}
	for _, l := range owed.Lines() {
		e.Lines = append(e.Lines, d.Mark(l))
	}
	return e, nil
}
