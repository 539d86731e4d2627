package disbursements

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// retainerDraw is the entry of a bill out of its retainer: cost with its VAT, nothing leaves the bank (RULES 51).
func (costs Costs) retainerDraw(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry,
	error) {
	p, err := costs.prepaid(ctx, tx, d.Prepayment.ID)
	if err != nil {
		return ledger.Entry{}, err
	}
	if err := p.Covers(d.Amount, on); err != nil {
		return ledger.Entry{}, err
	}
	account, err := costs.Book.CostAccount(ctx, tx, d.Category)
	if err != nil {
		return ledger.Entry{}, err
	}
	cost, held := ledger.Base(account, p.Fund, d.Amount).For(d.Category),
		ledger.Base(ledger.Retainers, p.Fund, d.Amount.Neg())
	cost, held = d.Mark(cost), d.Mark(held)
	if cost.Plan == "" { // a bill out of a retainer is for whom the retainer is
		cost.Plan, held.Plan = p.Plan.Number, p.Plan.Number
	}
	return ledger.Entry{Date: on, Act: advances.DrawAct, Source: string(p.ID), Text: d.Text,
		Lines: []ledger.Line{cost, held}}, nil
}

// completeReceipts wants receipts of funds and categories that exist, and sums them.
func (rules Rules) completeReceipts(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	d.Amount, d.Overpaid = ledger.Zero(rules.Book.Base), ledger.Zero(rules.Book.Base)
	d.Shares = []beneficiaries.Share{{Fund: d.Prepayment.Fund, Percent: hundred}}
	for _, item := range d.Items {
		if item.Amount.Currency != rules.Book.Base || item.Amount.Sign() <= 0 {
			return &Incomplete{d.Settlement, "items"}
		}
		if _, err := rules.Book.CostAccount(ctx, tx, item.Category); err != nil {
			return err
		}
		if _, err := rules.Book.Fund(ctx, tx, item.Fund); err != nil {
			return err
		}
		d.Amount = d.Amount.Add(item.Amount)
	}
	return nil
}

// pettyCash is the entry that settles a float: receipts are cost of their funds, the others pay the fund of the float
// through the bank, and what is left comes back to it (RULES 52).
func (costs Costs) pettyCash(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	p, err := costs.prepaid(ctx, tx, d.Prepayment.ID)
	if err != nil {
		return ledger.Entry{}, err
	}
	if err := p.Covers(d.Amount, on); err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: advances.DrawAct, Source: string(p.ID), Text: d.Text}
	bank := advances.FundPayments{Account: p.Account}
	bank.Pay(p.Fund, p.Left.Sub(d.Amount).Neg())
	for _, item := range d.Items {
		account, err := costs.Book.CostAccount(ctx, tx, item.Category)
		if err != nil {
			return ledger.Entry{}, err
		}
		e.Lines = append(e.Lines, d.Mark(ledger.Base(account, item.Fund, item.Amount).For(item.Category)))
		if item.Fund != p.Fund {
			bank.Pay(item.Fund, item.Amount)
			bank.Pay(p.Fund, item.Amount.Neg())
		}
	}
	e.Lines = append(append(e.Lines, bank.Lines()...), ledger.Base(ledger.PettyCash, p.Fund, p.Left.Neg()))
	return e, nil
}
