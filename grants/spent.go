package grants

import (
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// SpentOf is what was spent of grants, each in its own currency, in one query of sums. A grant in another
// currency that is not deferred is left out: the books cannot know it.
func (am Amendments) SpentOf(
	ctx context.Context, tx *store.Tx, all []Grant, on ledger.Date,
) (map[GrantID]ledger.Money, error) {
	if len(all) == 0 {
		return nil, nil
	}
	book := am.Grants.Book
	funds := make([]ledger.FundCode, len(all))
	for i, g := range all {
		funds[i] = g.Fund()
	}
	accounts, err := book.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := ledger.ActivityOf(ctx, tx, book.Base, funds)
	if err != nil {
		return nil, err
	}
	spent := map[GrantID]ledger.Money{}
	for _, g := range all {
		total := ledger.Zero(g.Amount.Currency)
		own := g.Amount.Currency == book.Base
		for _, s := range sums[g.Fund()] {
			switch {
			case s.Category == ledger.Revaluation: // nothing was earned or lost yet (RULES 62)
			case own && (accounts[s.Account].IsCost() || s.Account == ledger.CurrencyGains):
				total = total.Add(s.Base)
			case !own && s.Account == ledger.DeferredGrants && s.Amount.Currency == g.Amount.Currency &&
				!slices.Contains(receiptCategories, s.Category):
				total = total.Add(s.Amount)
			}
		}
		if own || g.Policies.At(on).Recognition == Deferred {
			spent[g.ID] = total
		}
	}
	return spent, nil
}

// receiptCategories are the categories on 2100 that are no cost: money that came in, interest, and what went back.
var receiptCategories = []string{"instalment", "interest", "refund"}
