package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// Interest is what the bank paid on a grant's money.
type Interest struct {
	Grant   string // id or code
	On      ledger.Date
	Amount  ledger.Money // base currency
	Account ledger.AccountNo
}

// BookInterest books interest: of the grantor as more of what was received in advance, apart from instalments (RULES
// 59); of the charity as income of the general fund.
func (r Register) BookInterest(ctx context.Context, tx *store.Tx, in Interest) (ledger.Posted, error) {
	g, err := r.Grant(ctx, tx, in.Grant)
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := r.CheckBaseBank(ctx, tx, in.Account); err != nil {
		return ledger.Posted{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund(), r.Book.General); err != nil {
		return ledger.Posted{}, err
	}
	e := ledger.Entry{Date: in.On, Act: "interest", Source: string(g.ID), Text: "Interest on the advance of " + g.Code}
	if g.Policies.At(in.On).Interest == InterestToCharity {
		e.Lines = []ledger.Line{ledger.Base(in.Account, r.Book.General, in.Amount),
			ledger.Base(interestIncome, r.Book.General, in.Amount.Neg())}
	} else if err := r.fund(g).interestToGrantor(ctx, tx, in, &e); err != nil {
		return ledger.Posted{}, err
	}
	posted, err := r.Book.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: "interest.booked", Subject: string(g.ID)})
}

// interestIncome is the account of interest that belongs to us.
const interestIncome ledger.AccountNo = "4500"

// interestToGrantor adds to the advance. A grant in another currency gets a layer at the rate of its newest receipt.
func (b fundBook) interestToGrantor(ctx context.Context, tx *store.Tx, in Interest, e *ledger.Entry) error {
	e.Lines = []ledger.Line{ledger.Base(in.Account, b.grant.Fund(), in.Amount).For("interest")}
	if b.grant.Amount.Currency == b.Base {
		e.Lines = append(e.Lines, ledger.Base(ledger.DeferredGrants, b.grant.Fund(), in.Amount.Neg()).For("interest"))
		return nil
	}
	layers, err := b.Lots(ctx, tx, layerPool(b.grant), in.On)
	if err != nil {
		return err
	}
	if len(layers) == 0 {
		return &rates.Missing{From: b.Base, To: b.grant.Amount.Currency}
	}
	rate := layers[len(layers)-1].Rate
	amount, err := rate.Convert(in.Amount, b.grant.Amount.Currency)
	if err != nil {
		return err
	}
	layer := newLot(ledger.DeferredLot, layerPool(b.grant), Receipt{On: in.On, Rate: rate}, amount, in.Amount)
	e.Opens = []ledger.Lot{layer}
	e.Lines = append(e.Lines, ledger.InCurrency(ledger.DeferredGrants, b.grant.Fund(), amount.Neg(), in.Amount.Neg()).
		WithLot(layer.ID).For("interest"))
	return nil
}

// Disallowance is cost that an auditor or grantor does not accept.
type Disallowance struct {
	Grant   string // id or code
	Finding string // the auditor's number, F-1
	On      ledger.Date
	Items   []DisallowedItem
	Account ledger.AccountNo
}

// DisallowedItem is the disallowed part of a cost category, in base currency.
type DisallowedItem struct {
	Category string
	Amount   ledger.Money
}

// Disallow takes cost off a grant and puts it on the general fund, which repays the grant's bank; the release is taken
// back (RULES 59). No more can be disallowed than was claimed in a category ([ErrOverClaimed]), and a finding counts
// once ([ErrDuplicateFinding]). Where the finding was raised before, the disallowance settles that part of it.
func (r Register) Disallow(ctx context.Context, tx *store.Tx, in Disallowance) (ledger.Posted, error) {
	g, err := r.Grant(ctx, tx, in.Grant)
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := r.CheckBaseBank(ctx, tx, in.Account); err != nil {
		return ledger.Posted{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund(), r.Book.General); err != nil {
		return ledger.Posted{}, err
	}
	e := ledger.Entry{Date: in.On, Act: "disallowance", Source: string(g.ID),
		Text: fmt.Sprintf("Finding %s disallowed on %s", in.Finding, g.Code)}
	total := ledger.Zero(r.Book.Base)
	for _, item := range in.Items {
		account, err := r.fund(g).claimed(ctx, tx, item, in.On)
		if err != nil {
			return ledger.Posted{}, err
		}
		e.Lines = append(e.Lines, ledger.Base(account, g.Fund(), item.Amount.Neg()).For(item.Category))
		total = total.Add(item.Amount)
	}
	e.Lines = append(e.Lines, ledger.Base(in.Account, g.Fund(), total),
		ledger.Base(ledger.IneligibleCosts, r.Book.General, total).For("ineligible-costs"),
		ledger.Base(in.Account, r.Book.General, total.Neg()))
	posted, err := r.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := insertDisallowed(ctx, tx, findingRow{GrantID: g.ID, Number: in.Finding, FoundOn: in.On,
		Amount:  total.Minor(),
		EntryID: posted.ID}); err != nil {
		return ledger.Posted{}, err
	}
	if err := r.answerDisallowed(ctx, tx, g, in, total); err != nil {
		return ledger.Posted{}, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "cost.disallowed", Subject: string(g.ID)})
}

// claimed is the account of a disallowed item, once it is clear that the grant carries that much cost there.
func (b fundBook) claimed(
	ctx context.Context, tx *store.Tx, item DisallowedItem, on ledger.Date,
) (ledger.AccountNo, error) {
	account, err := b.CostAccount(ctx, tx, item.Category)
	if err != nil {
		return "", err
	}
	sums, err := b.Activity(ctx, tx, b.grant.Fund(), ledger.Span{To: on})
	if err != nil {
		return "", err
	}
	cost := ledger.Zero(b.Base)
	for _, s := range sums {
		if s.Account == account {
			cost = cost.Add(s.Base)
		}
	}
	if item.Amount.Cmp(cost) > 0 {
		return "", refuse(ErrOverClaimed, "%s of %s was claimed, %s disallowed", cost, item.Category, item.Amount)
	}
	return account, nil
}
