package grants

import (
	"context"
	"fmt"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// open are the states in which a grant takes new commitments.
var open = []GrantState{GrantSigned, GrantActive}

// Available is what may still be promised out of a grant's fund, in base currency: the grant, less what was spent, less what
// is committed. A grant in another currency is valued at the rate of its newest receipt. False where there is no limit to
// know: a fund that is no grant's, or a grant that never received anything at a rate. [StateConflict] for a grant that has
// ended or is suspended: it takes no new commitments.
func (r Register) Available(ctx context.Context, tx *store.Tx, fund ledger.FundCode) (ledger.Money, bool, error) {
	g, found, err := r.OfFund(ctx, tx, fund)
	if err != nil || !found {
		return ledger.Money{}, false, err
	}
	if !slices.Contains(open, g.State) {
		return ledger.Money{}, false, &StateConflict{string(g.State), fmt.Sprint(open)}
	}
	available, known, err := r.inBase(ctx, tx, g)
	if err != nil || !known {
		return ledger.Money{}, false, err
	}
	accounts, err := r.Book.Accounts(ctx, tx)
	if err != nil {
		return ledger.Money{}, false, err
	}
	sums, err := r.Book.Activity(ctx, tx, fund, ledger.Span{})
	if err != nil {
		return ledger.Money{}, false, err
	}
	for _, s := range sums {
		if s.Category == ledger.Revaluation {
			continue // nothing was earned or lost yet (RULES 62)
		}
		if accounts[s.Account].IsCost() || s.Account == ledger.CurrencyGains || s.Account == ledger.Encumbrances {
			available = available.Sub(s.Base)
		}
	}
	return available, true, nil
}

// inBase is the grant's amount in base currency, where a rate is known.
func (r Register) inBase(ctx context.Context, tx *store.Tx, g Grant) (ledger.Money, bool, error) {
	if g.Amount.Currency == r.Book.Base {
		return g.Amount, true, nil
	}
	layers, err := r.Book.Lots(ctx, tx, layerPool(g), lastDay)
	if err != nil || len(layers) == 0 {
		return ledger.Money{}, false, err
	}
	amount, err := layers[len(layers)-1].Rate.Convert(g.Amount, r.Book.Base)
	return amount, err == nil, err
}

// lastDay stands for "whenever".
const lastDay ledger.Date = "9999-12-31"
