package disbursements

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// Payment is the entry of cost that is paid at once: each fund of the split its part, out of its own money. What is
// paid in another currency costs what RULES 57 says.
func (costs Costs) Payment(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date, source string) (
	ledger.Entry, error) {
	account, err := costs.Book.CostAccount(ctx, tx, d.Category)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: "payment", Source: source, Text: d.Text}
	differences := &advances.Differences{}
	for i, part := range d.Amount.Split(beneficiaries.Weights(d.Shares)) {
		fund := d.Shares[i].Fund
		if part.Currency == costs.Book.Base {
			e.Lines = append(e.Lines, d.Mark(ledger.Base(account, fund, part).For(d.Category)),
				d.Mark(ledger.Base(d.Account, fund, part.Neg())))
			continue
		}
		pool := ledger.Pool{Account: d.Account, Fund: fund, Currency: part.Currency}
		draws, err := costs.draw(ctx, tx, pool, part, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		carrying := ledger.Drawn(costs.Book.Base, draws)
		value, err := costs.paidValue(ctx, tx, fund, on, func() (ledger.Money, error) {
			return d.Spot.Convert(part, costs.Book.Base)
		})
		if err != nil {
			return ledger.Entry{}, err
		}
		if value.bearer == "" { // a deferred grant: it costs what its lots cost
			value.amount = carrying
		} else {
			differences.Add(fund, value.bearer, carrying.Sub(value.amount))
		}
		e.Lines = append(append(e.Lines, d.Mark(ledger.InCurrency(account, fund, part, value.amount).For(d.Category))),
			d.DrawLines(pool, draws)...)
	}
	e.Lines = append(e.Lines, differences.Lines(ledger.BaseBank)...)
	return e, nil
}

// paid is what a part paid in another currency costs, and who bears the difference; nobody on a deferred grant.
type paid struct {
	amount ledger.Money
	bearer ledger.FundCode
}

// paidValue is the day's rate, with the difference to the bearer, but on a deferred grant (RULES 57).
func (costs Costs) paidValue(ctx context.Context, tx *store.Tx, fund ledger.FundCode, on ledger.Date,
	spot func() (ledger.Money, error)) (paid, error) {
	deferred, err := costs.Grants.Defers(ctx, tx, fund, on)
	if err != nil || deferred {
		return paid{}, err
	}
	value, err := spot()
	if err != nil {
		return paid{}, err
	}
	bearer, err := costs.Grants.CurrencyBearer(ctx, tx, fund, on)
	return paid{value, bearer}, err
}

// draw draws from a pool, behind what is promised out of it already.
func (costs Costs) draw(ctx context.Context, tx *store.Tx, pool ledger.Pool, quantity ledger.Money, on ledger.Date) (
	[]ledger.Draw, error) {
	lots, err := costs.lots(ctx, tx, pool, on)
	if err != nil {
		return nil, err
	}
	return ledger.DrawFIFO(pool, lots, quantity)
}

// lots are those of a pool, less what is promised out of it already.
func (costs Costs) lots(ctx context.Context, tx *store.Tx, pool ledger.Pool, on ledger.Date) ([]ledger.Lot, error) {
	lots, err := costs.Book.Lots(ctx, tx, pool, on)
	promised, some := costs.promised.drawn(pool)
	if err != nil || !some {
		return lots, err
	}
	draws, err := ledger.DrawFIFO(pool, lots, promised)
	return ledger.After(lots, draws), err
}

// prepaid is money paid ahead, less what is promised out of it already.
func (costs Costs) prepaid(ctx context.Context, tx *store.Tx, id advances.PrepaymentID) (advances.Prepayment, error) {
	p, err := costs.Advances.Prepayment(ctx, tx, string(id))
	if promised := costs.promised.prepaid; err == nil && promised.Currency != "" {
		p.Left = p.Left.Sub(promised)
	}
	return p, err
}
