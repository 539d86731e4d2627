package grants

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// BudgetActual is what was spent of a grant's budget up to a day: in the grant's currency, as its statement reports it,
// and in base currency, as the books hold it.
type BudgetActual struct {
	ledger.Span
	Grant     Grant
	Rows      []BudgetActualRow // by budget line, then what is on none
	Total     BudgetActualRow
	Committed ledger.Figure // set aside for plans out of the grant, base currency
}

// BudgetActualRow is a budget line with what was spent on it. Line has no number where cost is outside the budget.
type BudgetActualRow struct {
	Line  BudgetLine
	Spent *ledger.Figure // the grant's currency; nil where the books cannot know it, as for a foreign grant that is not deferred
	Left  *ledger.Money  // budget less spent
	Base  ledger.Figure  // base currency
}

// BudgetActual compares a grant's budget with its cost up to a day. A grant in another currency has spent what was released
// of it, each release at its receipt's rate, never a total over a rate (RULES 17). [ErrUnknownGrant].
func (r Register) BudgetActual(ctx context.Context, tx *store.Tx, key string, span ledger.Span) (BudgetActual, error) {
	g, err := r.Grant(ctx, tx, key)
	if err != nil {
		return BudgetActual{}, err
	}
	if span.Through == 0 {
		if span.Through, err = r.Book.LastSeq(ctx, tx); err != nil {
			return BudgetActual{}, err
		}
	}
	of := ledger.Selection{Span: span, Funds: []ledger.FundCode{g.Fund()}, Closing: ledger.WithoutClosing}
	sums, err := r.Book.CategorySums(ctx, tx, of)
	if err != nil {
		return BudgetActual{}, err
	}
	accounts, err := r.Book.Accounts(ctx, tx)
	if err != nil {
		return BudgetActual{}, err
	}
	p := budgetReader{g, r.Book.Base, accounts, sums, of}
	return p.report(), nil
}

// budgetReader makes a [BudgetActual] out of sums.
type budgetReader struct {
	grant    Grant
	base     ledger.Currency
	accounts map[ledger.AccountNo]ledger.Account
	sums     []ledger.Sum
	of       ledger.Selection
}

func (p budgetReader) report() BudgetActual {
	r := BudgetActual{Span: p.of.Span, Grant: p.grant}
	for _, l := range p.grant.Budget {
		r.Rows = append(r.Rows, p.row(l, func(category string) bool { return p.lineNo(category) == l.No }))
	}
	none := BudgetLine{Amount: ledger.Zero(p.grant.Amount.Currency)}
	if outside := p.row(none, func(category string) bool { return p.lineNo(category) == "" }); !outside.Base.Amount.IsZero() {
		r.Rows = append(r.Rows, outside)
	}
	r.Total = p.row(BudgetLine{Amount: p.grant.Amount}, func(string) bool { return true })
	committed := p.of
	committed.Accounts = []ledger.AccountNo{ledger.Encumbrances}
	r.Committed = ledger.Figure{Amount: ledger.Zero(p.base), Side: ledger.DebitSide, Lines: committed}
	for _, s := range p.sums {
		if s.Account == ledger.Encumbrances {
			r.Committed.Amount = r.Committed.Amount.Add(s.Base)
		}
	}
	return r
}

// gains is the category of currency gains, which count against currency differences.
const gains = "fx-gains"

// lineNo is the budget line of a category, "" for none.
func (p budgetReader) lineNo(category string) string {
	if category == gains {
		category = CurrencyDifferences
	}
	l, _ := p.grant.LineFor(category)
	return l.No
}

// costs lists the accounts that hold a grant's cost, by number.
func (p budgetReader) costs() []ledger.Account {
	all := slices.SortedFunc(maps.Values(p.accounts), func(a, b ledger.Account) int { return cmp.Compare(a.Number, b.Number) })
	return slices.DeleteFunc(all, func(a ledger.Account) bool { return !a.IsCost() && a.Number != ledger.CurrencyGains })
}

// row adds up what was spent on the categories that a test accepts.
func (p budgetReader) row(l BudgetLine, takes func(category string) bool) BudgetActualRow {
	own, base := p.of, p.of
	for _, a := range p.costs() {
		if takes(a.Category()) {
			base.Accounts = append(base.Accounts, a.Number)
			own.Categories = append(own.Categories, a.Category())
		}
	}
	if len(base.Accounts) == 0 {
		base.Through = -1
	}
	row := BudgetActualRow{Line: l, Base: ledger.Figure{Amount: p.sum(base, false), Side: ledger.DebitSide, Lines: base}}
	switch {
	case p.grant.Amount.Currency == p.base:
		row.Spent = &row.Base
	case p.grant.Policies.At(p.of.To).Recognition == Deferred:
		own.Accounts, own.Currency, own.Through = []ledger.AccountNo{ledger.DeferredGrants}, p.grant.Amount.Currency, base.Through
		row.Spent = &ledger.Figure{Amount: p.sum(own, true), Side: ledger.DebitSide, Lines: own}
	default:
		return row
	}
	left := l.Amount.Sub(row.Spent.Amount)
	row.Left = &left
	return row
}

// sum adds up the sums that a selection takes, in base currency or in the selection's own.
func (p budgetReader) sum(s ledger.Selection, own bool) ledger.Money {
	total := ledger.Zero(p.base)
	if own {
		total = ledger.Zero(s.Currency)
	}
	for _, x := range p.sums {
		switch {
		case !slices.Contains(s.Accounts, x.Account), len(s.Categories) > 0 && !slices.Contains(s.Categories, x.Category):
		case !own:
			total = total.Add(x.Base)
		case x.Amount.Currency == s.Currency:
			total = total.Add(x.Amount)
		}
	}
	return total
}
