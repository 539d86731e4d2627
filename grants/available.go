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

// Available is what may still be promised out of a grant's fund, in base currency: the grant, less what was spent, less
// what is committed. A grant in another currency is valued at the rate of its newest receipt. False where there is no
// limit to know: a fund that is no grant's, or a grant that never received anything at a rate. What the grantor took
// back of the grant cannot be promised. [StateConflict] for a grant that has ended or is suspended: it takes no new
// commitments.
func (r Register) Available(ctx context.Context, tx *store.Tx, fund ledger.FundCode) (ledger.Money, bool, error) {
	g, found, err := r.OfFund(ctx, tx, fund)
	if err != nil || !found {
		return ledger.Money{}, false, err
	}
	if !slices.Contains(open, g.State) {
		return ledger.Money{}, false, &StateConflict{string(g.State), fmt.Sprint(open)}
	}
	cancelled, err := readCancelled(ctx, tx, []Grant{g}, LastDay)
	if err != nil {
		return ledger.Money{}, false, err
	}
	promised := g.Amount.Sub(ledger.OfMinor(cancelled[g.ID], g.Amount.Currency))
	available, known, err := r.fund(g).inBase(ctx, tx, promised)
	if err != nil || !known {
		return ledger.Money{}, false, err
	}
	left, err := r.left(ctx, tx, fund, available, func(ledger.Sum) bool { return true })
	return left, err == nil, err
}

// AvailableOnLine is what may still be promised on the budget line that a category is reported on. False where the
// grant has no budget lines, none for the category, or no limit to know. By line what was committed may be an øre off,
// since reliefs are rounded one by one (RULES 39); over the grant it is exact.
func (r Register) AvailableOnLine(
	ctx context.Context, tx *store.Tx, fund ledger.FundCode, category string,
) (BudgetLine, ledger.Money, bool, error) {
	g, found, err := r.OfFund(ctx, tx, fund)
	if err != nil || !found {
		return BudgetLine{}, ledger.Money{}, false, err
	}
	line, found := g.LineFor(category)
	if !found {
		return BudgetLine{}, ledger.Money{}, false, nil
	}
	budget, known, err := r.fund(g).inBase(ctx, tx, line.Amount)
	if err != nil || !known {
		return BudgetLine{}, ledger.Money{}, false, err
	}
	left, err := r.left(ctx, tx, fund, budget, func(s ledger.Sum) bool {
		of := s.Category
		if s.Account == ledger.CurrencyGains {
			of = CurrencyDifferences
		}
		on, found := g.LineFor(of)
		return found && on.No == line.No
	})
	return line, left, err == nil, err
}

// left takes what was spent and committed out of a budget, as far as it counts.
func (r Register) left(
	ctx context.Context, tx *store.Tx, fund ledger.FundCode, budget ledger.Money, counts func(ledger.Sum) bool,
) (ledger.Money, error) {
	accounts, err := r.accounts(ctx, tx)
	if err != nil {
		return ledger.Money{}, err
	}
	sums, err := r.activityOf(ctx, tx, fund)
	if err != nil {
		return ledger.Money{}, err
	}
	for _, s := range sums {
		if s.Category == ledger.Revaluation {
			continue // nothing was earned or lost yet (RULES 62)
		}
		if accounts[s.Account].IsCost() {
			s.Category = accounts[s.Account].Category()
		}
		if (accounts[s.Account].IsCost() || s.Account == ledger.CurrencyGains || s.Account == ledger.Encumbrances) &&
			counts(s) {
			budget = budget.Sub(s.Base)
		}
	}
	return budget, nil
}

// inBase is an amount of the grant in base currency, where a rate is known.
func (b fundBook) inBase(ctx context.Context, tx *store.Tx, m ledger.Money) (ledger.Money, bool, error) {
	if m.Currency == b.Base {
		return m, true, nil
	}
	layers, err := b.Lots(ctx, tx, layerPool(b.grant), LastDay)
	if err != nil || len(layers) == 0 {
		return ledger.Money{}, false, err
	}
	amount, err := layers[len(layers)-1].Rate.Convert(m, b.Base)
	return amount, err == nil, err
}

// LastDay is later than any day of the books.
const LastDay ledger.Date = "9999-12-31"
