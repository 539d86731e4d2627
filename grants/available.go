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
	m, err := r.memo.moneyOf(ctx, tx, r.Book, g)
	if err != nil {
		return ledger.Money{}, false, err
	}
	promised := g.Amount.Sub(ledger.OfMinor(m.cancelled[g.ID], g.Amount.Currency))
	available, known, err := r.fund(g).valued(promised, m.layers[layerPool(g)])
	if err != nil || !known {
		return ledger.Money{}, false, err
	}
	left, err := r.left(ctx, tx, spent{available, m.activity[fund]}, func(ledger.Sum) bool { return true })
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
	m, err := r.memo.moneyOf(ctx, tx, r.Book, g)
	if err != nil {
		return BudgetLine{}, ledger.Money{}, false, err
	}
	budget, known, err := r.fund(g).valued(line.Amount, m.layers[layerPool(g)])
	if err != nil || !known {
		return BudgetLine{}, ledger.Money{}, false, err
	}
	left, err := r.left(ctx, tx, spent{budget, m.activity[fund]}, func(s ledger.Sum) bool {
		of := s.Category
		if s.Account == ledger.CurrencyGains {
			of = CurrencyDifferences
		}
		on, found := g.LineFor(of)
		return found && on.No == line.No
	})
	return line, left, err == nil, err
}

// spent is a budget, and what was booked in its fund.
type spent struct {
	budget ledger.Money
	sums   []ledger.Sum
}

// left takes what was spent and committed out of a budget, as far as it counts.
func (r Register) left(ctx context.Context, tx *store.Tx, of spent, counts func(ledger.Sum) bool) (ledger.Money,
	error) {
	accounts, err := r.accounts(ctx, tx)
	if err != nil {
		return ledger.Money{}, err
	}
	budget := of.budget
	for _, s := range of.sums {
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
	if err != nil {
		return ledger.Money{}, false, err
	}
	return b.valued(m, layers)
}

// valued is an amount of the grant in base currency at the rate of the newest of its layers; false where it has none.
func (b fundBook) valued(m ledger.Money, layers []ledger.Lot) (ledger.Money, bool, error) {
	if m.Currency == b.Base {
		return m, true, nil
	}
	if len(layers) == 0 {
		return ledger.Money{}, false, nil
	}
	amount, err := layers[len(layers)-1].Rate.Convert(m, b.Base)
	return amount, err == nil, err
}

// LastDay is later than any day of the books.
const LastDay ledger.Date = "9999-12-31"
