package grants

import (
	"context"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// Post puts an act's entry into the books together with the releases it calls for: on every deferred fund, what the
// entry puts on cost comes out of what was received in advance, in the same entry and on the same date (RULES 8). Gains
// count against cost, so the result of a deferred fund stays 0.00 (RULES 9). What the grant does not pay is refused
// ([Finding]).
func (r Register) Post(ctx context.Context, tx *store.Tx, e ledger.Entry) (ledger.Posted, error) {
	return r.PostIn(ctx, tx, e, "")
}

// PostIn is [Register.Post] of cost that fell in a country, by its ISO 3166 code.
func (r Register) PostIn(ctx context.Context, tx *store.Tx, e ledger.Entry, country string) (ledger.Posted, error) {
	costs, err := r.costs(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	layers := map[ledger.FundCode][]ledger.Lot{}
	for _, c := range costs {
		lines, err := r.release(ctx, tx, e.Date, c, layers)
		if err != nil {
			return ledger.Posted{}, err
		}
		e.Lines = append(e.Lines, lines...)
	}
	if err := r.admit(ctx, tx, e, country); err != nil {
		return ledger.Posted{}, err
	}
	posted, err := r.Book.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted[0], nil
}

// cost is what an entry puts on one account of one deferred fund: one release (RULES 14).
type cost struct {
	grant    Grant
	account  ledger.AccountNo
	category string
	base     ledger.Money
}

// costs finds the cost lines on deferred funds, summed per fund and account in the order of the lines. Cost on a grant
// whose state takes none is refused.
func (r Register) costs(ctx context.Context, tx *store.Tx, e ledger.Entry) ([]cost, error) {
	accounts, err := r.accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	var found []cost
	for _, l := range e.Lines {
		account := accounts[l.Account]
		if !account.IsCost() && l.Account != ledger.CurrencyGains {
			continue
		}
		g, granted, err := r.OfFund(ctx, tx, l.Fund)
		if err != nil {
			return nil, err
		}
		if granted && account.IsCost() && l.Base.Sign() > 0 {
			if err := g.TakesCost(e.Date); err != nil {
				return nil, err
			}
		}
		if granted && g.Policies.At(e.Date).Recognition == Deferred {
			found = addCost(found, cost{g, l.Account, account.Category(), l.Base})
		}
	}
	return found, nil
}

func addCost(costs []cost, c cost) []cost {
	for i := range costs {
		if costs[i].grant.ID == c.grant.ID && costs[i].account == c.account {
			costs[i].base = costs[i].base.Add(c.base)
			return costs
		}
	}
	return append(costs, c)
}

// release is debit 2100 in the grant's currency, credit 4100 in base (RULES 8, 11). Layers holds what earlier releases
// of the same entry left.
func (r Register) release(
	ctx context.Context, tx *store.Tx, on ledger.Date, c cost, layers map[ledger.FundCode][]ledger.Lot,
) ([]ledger.Line, error) {
	fund := c.grant.Fund()
	income := ledger.Base(ledger.GrantIncome, fund, c.base.Neg()).For(c.category)
	if c.grant.Amount.Currency == r.Book.Base {
		return []ledger.Line{ledger.Base(ledger.DeferredGrants, fund, c.base).For(c.category), income}, nil
	}
	if _, loaded := layers[fund]; !loaded {
		found, err := r.Book.Lots(ctx, tx, layerPool(c.grant), on)
		if err != nil {
			return nil, err
		}
		layers[fund] = found
	}
	draws, err := takeLayers(layers[fund], c.base)
	if err != nil {
		return nil, err
	}
	lines := []ledger.Line{income}
	for _, d := range draws {
		lines = append(lines, ledger.InCurrency(ledger.DeferredGrants, fund, d.Quantity, d.Cost).WithLot(d.Lot).
			For(c.category))
	}
	return lines, nil
}

// layerPool is where the layers of a grant's advance lie.
func layerPool(g Grant) ledger.Pool {
	return ledger.Pool{Account: ledger.DeferredGrants, Fund: g.Fund(), Currency: g.Amount.Currency}
}

// takeLayers releases a base amount from layers in order of receipt, and updates what they hold. A release larger than
// the rest of a layer is divided over the next; beyond all layers it goes on at the rate of the newest (RULES 12). Each
// part is rounded once at its layer's rate (RULES 13), and takes no more currency than the layer has; the one that
// brings a layer to zero takes its whole rest (RULES 15). A negative amount is given back (RULES 16).
// [rates.ErrRateMissing] when nothing was ever received.
func takeLayers(layers []ledger.Lot, base ledger.Money) ([]ledger.Draw, error) {
	if base.IsZero() {
		return nil, nil
	}
	if len(layers) == 0 {
		return nil, rates.ErrRateMissing
	}
	if base.Sign() < 0 {
		return giveBack(layers, base.Neg())
	}
	var draws []ledger.Draw
	rest := base
	for i := range layers {
		if part := smaller(rest, layers[i].OpenCost); part.Sign() > 0 {
			d, err := takeLayer(&layers[i], part)
			if err != nil {
				return nil, err
			}
			draws, rest = append(draws, d), rest.Sub(part)
		}
	}
	if rest.Sign() > 0 {
		d, err := takeLayer(&layers[len(layers)-1], rest)
		if err != nil {
			return nil, err
		}
		draws = append(draws, d)
	}
	return draws, nil
}

func takeLayer(layer *ledger.Lot, part ledger.Money) (ledger.Draw, error) {
	quantity := layer.OpenQuantity
	if part.Cmp(layer.OpenCost) != 0 {
		var err error
		if quantity, err = layer.Rate.Convert(part, layer.Pool.Currency); err != nil {
			return ledger.Draw{}, err
		}
		if layer.OpenCost.Sign() > 0 {
			quantity = smaller(quantity, layer.OpenQuantity) // many releases rounded up may have used it up
		}
	}
	layer.OpenQuantity, layer.OpenCost = layer.OpenQuantity.Sub(quantity), layer.OpenCost.Sub(part)
	return ledger.Draw{Lot: layer.ID, Quantity: quantity, Cost: part}, nil
}

// giveBack returns a base amount to the layer drawn last, at that layer's rate, then to the one before; what exceeds
// everything ever drawn is added to the newest layer (RULES 16).
func giveBack(layers []ledger.Lot, base ledger.Money) ([]ledger.Draw, error) {
	var draws []ledger.Draw
	rest := base
	give := func(layer *ledger.Lot, part ledger.Money) error {
		quantity, err := returned(*layer, part)
		if err != nil {
			return err
		}
		layer.OpenQuantity, layer.OpenCost = layer.OpenQuantity.Add(quantity), layer.OpenCost.Add(part)
		draws = append(draws, ledger.Draw{Lot: layer.ID, Quantity: quantity.Neg(), Cost: part.Neg()})
		rest = rest.Sub(part)
		return nil
	}
	for i := len(layers) - 1; i >= 0 && rest.Sign() > 0; i-- {
		if part := smaller(rest, layers[i].Cost.Sub(layers[i].OpenCost)); part.Sign() > 0 {
			if err := give(&layers[i], part); err != nil {
				return nil, err
			}
		}
	}
	if rest.Sign() > 0 {
		return draws, give(&layers[len(layers)-1], rest)
	}
	return draws, nil
}

// returned is the currency that comes back with a base amount: what stands beyond the layer first, whole when that
// comes to zero (RULES 15), then at the layer's rate.
func returned(layer ledger.Lot, part ledger.Money) (ledger.Money, error) {
	beyond, owed := layer.OpenCost.Neg(), layer.OpenQuantity.Neg()
	if beyond.Sign() <= 0 {
		return layer.Rate.Convert(part, layer.Pool.Currency)
	}
	if part.Cmp(beyond) < 0 {
		quantity, err := layer.Rate.Convert(part, layer.Pool.Currency)
		return smaller(quantity, owed), err
	}
	quantity, err := layer.Rate.Convert(part.Sub(beyond), layer.Pool.Currency)
	return quantity.Add(owed), err
}

func smaller(a, b ledger.Money) ledger.Money {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
