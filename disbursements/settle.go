package disbursements

import (
	"context"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// Liquidate settles an authorised disbursement by the partner's evidence: AUTHORISED to EVIDENCED. The advance
// becomes cost at what its lots cost, oldest first, each fund out of its own (RULES 3, 21-23, 28); deferred income is
// released, and the plan's commitment relieved. What the partner paid twice becomes recoverable at its drawn cost
// (RULES 29).
func (set Settlements) Liquidate(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Disbursement, error) {
	return set.settle(ctx, tx, key, on, ByPartner)
}

// Settle settles an authorised disbursement without money leaving our bank: a due unit by what a partner paid twice
// before (RULES 29), a lawyer's bill out of its retainer (RULES 51), receipts out of a float (RULES 52). AUTHORISED
// to EVIDENCED.
func (set Settlements) Settle(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Disbursement, error) {
	return set.settle(ctx, tx, key, on, ByNetting, ByRetainer, ByPettyCash)
}

func (set Settlements) settle(ctx context.Context, tx *store.Tx, key string, on ledger.Date,
	kinds ...Settlement) (Disbursement, error) {
	d, err := set.InState(ctx, tx, key, Authorised)
	if err != nil {
		return Disbursement{}, err
	}
	if err := d.CheckSettlement(kinds...); err != nil {
		return Disbursement{}, err
	}
	if err := ledger.LockFunds(ctx, tx, d.Funds()...); err != nil {
		return Disbursement{}, err
	}
	if d, err = set.InState(ctx, tx, key, Authorised); err != nil { // again: others may have settled units while we waited
		return Disbursement{}, err
	}
	if err := CheckAuthorised(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	entry, err := set.Costs.settlement(ctx, tx, d, on)
	if err != nil {
		return Disbursement{}, err
	}
	if d, err = set.Costs.Post(ctx, tx, d, entry); err != nil {
		return Disbursement{}, err
	}
	d.State = Evidenced
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: "disbursement.evidenced", Subject: string(d.ID), Fields: []string{"state"}})
}

// funds are those whose money the disbursement moves.
func (d Disbursement) Funds() []ledger.FundCode {
	funds := beneficiaries.Funds(d.Shares)
	for _, item := range d.Items {
		if item.Fund != "" {
			funds = append(funds, item.Fund)
		}
	}
	if d.Prepayment.Fund != "" {
		funds = append(funds, d.Prepayment.Fund)
	}
	return funds
}

// settlement is the entry that a settlement wants posted.
func (costs Costs) settlement(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	switch d.Settlement {
	case ByNetting:
		return costs.netting(ctx, tx, d, on)
	case ByRetainer:
		return costs.retainerDraw(ctx, tx, d, on)
	case ByPettyCash:
		return costs.pettyCash(ctx, tx, d, on)
	case ByPartner, ByPayment, ByInvoice:
	}
	return costs.liquidation(ctx, tx, d, on)
}

// bookCost posts the entry of a disbursement's cost with the releases it calls for, and relieves what its plan had
// set aside for the units (RULES 39-41).
func (costs Costs) Post(ctx context.Context, tx *store.Tx, d Disbursement, e ledger.Entry) (Disbursement, error) {
	if err := costs.CheckPeriod(ctx, tx, e); err != nil {
		return Disbursement{}, err
	}
	posted, err := costs.Grants.PostIn(ctx, tx, e, d.Partner.Country)
	if err != nil {
		return Disbursement{}, err
	}
	d.Entry = posted.ID
	reliefs, err := costs.reliefs(ctx, tx, d)
	if err != nil {
		return Disbursement{}, err
	}
	for _, r := range reliefs {
		plan, err := costs.People.Plan(ctx, tx, string(d.Plan.ID)) // as the relief before left it
		if err != nil {
			return Disbursement{}, err
		}
		r.By, r.On, r.Text = string(d.ID), e.Date, "Relieve commitment: "+d.Text
		if _, err := costs.People.Settle(ctx, tx, plan, r); err != nil {
			return Disbursement{}, err
		}
	}
	return d, nil
}

// reliefs are the units of plan lines that a disbursement settles: none for cost with a split of its own, beside the
// plan's lines, or for what one of the funds calls ineligible (RULES 41-42).
func (costs Costs) reliefs(ctx context.Context, tx *store.Tx, d Disbursement) ([]beneficiaries.Settlement, error) {
	if !d.OnLine() || d.OwnShares {
		return nil, nil
	}
	if d.Settlement != ByInvoice {
		return []beneficiaries.Settlement{{Line: d.Line, Units: d.Units}}, nil
	}
	var reliefs []beneficiaries.Settlement
	for _, item := range d.Items {
		refused, err := costs.anyRefuses(ctx, tx, d, item)
		if err != nil {
			return nil, err
		}
		if !refused {
			reliefs = append(reliefs, beneficiaries.Settlement{Line: item.Line, Units: item.Units})
		}
	}
	return reliefs, nil
}

// liquidation is the entry that turns an advance into cost: the foreign quantity is split over the funds first, then
// each part is valued by its own lots (RULES 3). What was paid twice draws after it (RULES 24).
func (costs Costs) liquidation(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry,
	error) {
	category, account, err := costs.costOf(ctx, tx, d, d.Line)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: "liquidation", Source: string(d.ID), Text: d.Text}
	weights := beneficiaries.Weights(d.Shares)
	twice := d.Overpaid.Split(weights)
	for i, part := range d.Amount.Split(weights) {
		pool := d.Partner.Pool(d.Shares[i].Fund)
		lots, err := costs.lots(ctx, tx, pool, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		draws, err := ledger.DrawFIFO(pool, lots, part)
		if err != nil {
			return ledger.Entry{}, err
		}
		cost := ledger.InCurrency(account, pool.Fund, part, ledger.Drawn(costs.Book.Base, draws)).For(category)
		e.Lines = append(append(e.Lines, d.Mark(cost)), d.DrawLines(pool, draws)...)
		if twice[i].IsZero() {
			continue
		}
		if draws, err = ledger.DrawFIFO(pool, ledger.After(lots, draws), twice[i]); err != nil {
			return ledger.Entry{}, err
		}
		lot := d.recoverable(pool.Fund, twice[i], ledger.Drawn(costs.Book.Base, draws), on)
		kept := ledger.InCurrency(ledger.Recoverables, pool.Fund, lot.Quantity, lot.Cost).WithLot(lot.ID)
		e.Opens = append(e.Opens, lot)
		e.Lines = append(append(e.Lines, d.Mark(kept)), d.DrawLines(pool, draws)...)
	}
	return e, nil
}

// costOf is the category of a plan line and the account of its cost.
func (costs Costs) costOf(ctx context.Context, tx *store.Tx, d Disbursement, name string) (string, ledger.AccountNo,
	error) {
	line, err := d.Plan.Current.Line(name)
	if err != nil {
		return "", "", err
	}
	account, err := costs.Book.CostAccount(ctx, tx, line.Category)
	return line.Category, account, err
}

// marked names what a line belongs to.
func (d Disbursement) Mark(l ledger.Line) ledger.Line {
	l.Plan, l.Partner, l.Payee = d.Plan.Number, d.Partner.Code, d.Payee
	return l
}

// drawn are the lines that take draws out of a pool.
func (d Disbursement) DrawLines(pool ledger.Pool, draws []ledger.Draw) []ledger.Line {
	lines := make([]ledger.Line, len(draws))
	for i, draw := range draws {
		lines[i] = d.Mark(ledger.InCurrency(pool.Account, pool.Fund, draw.Quantity.Neg(), draw.Cost.Neg()).WithLot(draw.Lot))
	}
	return lines
}

// recoverable is what a partner owes us again: a lot without a rate, so that a part of it costs pro rata (RULES 29).
func (d Disbursement) recoverable(fund ledger.FundCode, quantity, cost ledger.Money, on ledger.Date) ledger.Lot {
	return ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Name: d.Number, OpenedOn: on,
		Pool: d.Partner.Recoverables(fund), Quantity: quantity, Cost: cost}
}

// netting is the entry that settles a due unit by what was paid twice: cost at what the recoverable costs (RULES 29).
func (costs Costs) netting(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	category, account, err := costs.costOf(ctx, tx, d, d.Line)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: "netting", Source: string(d.ID), Text: d.Text}
	for i, part := range d.Amount.Split(beneficiaries.Weights(d.Shares)) {
		pool := d.Partner.Recoverables(d.Shares[i].Fund)
		draws, err := costs.draw(ctx, tx, pool, part, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		cost := ledger.InCurrency(account, pool.Fund, part, ledger.Drawn(costs.Book.Base, draws)).For(category)
		e.Lines = append(append(e.Lines, d.Mark(cost)), d.DrawLines(pool, draws)...)
	}
	return e, nil
}
