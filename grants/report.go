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
	// that budget and commitments are shown at; zero for a grant in base currency and where none is known
	Rate ledger.Rate
}

// BudgetActualRow is a budget line with what was spent on it. Line has no number where cost is outside the budget.
type BudgetActualRow struct {
	Line BudgetLine
	// the grant's currency; nil where the books cannot know it, as for a foreign grant that is not deferred
	Spent *ledger.Figure
	Left  *ledger.Money // budget less spent
	Base  ledger.Figure // base currency

	Committed     ledger.Figure // set aside for plans on the line's categories, base currency
	CommittedOwn  *ledger.Money // the same in the grant's currency, at the newest receipt's rate
	Available     *ledger.Money // left less committed, in the grant's currency
	BudgetBase    *ledger.Money // the budget at the newest receipt's rate, base currency; nil where no rate is known
	AvailableBase *ledger.Money // that less spent and committed, base currency
}

// BudgetActual compares a grant's budget with its cost and commitments up to a day. A grant in another currency has
// spent what was released of it, each release at its receipt's rate, never a total over a rate (RULES 17); what is
// budgeted and committed has no rate of its own and is shown at that of the newest receipt. [ErrUnknownGrant].
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
	p := budgetReader{grant: g, base: r.Book.Base, accounts: accounts, sums: sums, of: of}
	if g.Amount.Currency != r.Book.Base {
		layers, err := r.Book.Lots(ctx, tx, layerPool(g), cmp.Or(span.To, LastDay))
		if err != nil {
			return BudgetActual{}, err
		}
		if len(layers) > 0 {
			p.rate = layers[len(layers)-1].Rate
		}
	}
	return p.report()
}

// budgetReader makes a [BudgetActual] out of sums.
type budgetReader struct {
	grant    Grant
	base     ledger.Currency
	rate     ledger.Rate // of the newest receipt; zero for a grant in base currency and where none is known
	accounts map[ledger.AccountNo]ledger.Account
	sums     []ledger.Sum
	of       ledger.Selection
}

func (p budgetReader) report() (BudgetActual, error) {
	r := BudgetActual{Span: p.of.Span, Grant: p.grant, Rate: p.rate}
	add := func(l BudgetLine, takes func(category string) bool) (BudgetActualRow, error) {
		row := p.row(l, takes)
		err := p.promise(&row, takes)
		return row, err
	}
	for _, l := range p.grant.Budget {
		row, err := add(l, func(category string) bool { return p.lineNo(category) == l.No })
		if err != nil {
			return r, err
		}
		r.Rows = append(r.Rows, row)
	}
	none := BudgetLine{Amount: ledger.Zero(p.grant.Amount.Currency)}
	outside, err := add(none, func(category string) bool { return p.lineNo(category) == "" })
	if err != nil {
		return r, err
	}
	if !outside.Base.Amount.IsZero() || !outside.Committed.Amount.IsZero() {
		r.Rows = append(r.Rows, outside)
	}
	r.Total, err = add(BudgetLine{Amount: p.grant.Amount}, func(string) bool { return true })
	r.Committed = r.Total.Committed
	return r, err
}

// promise puts beside what was spent on a row what plans have set aside on it, and what is left of the budget after
// both.
func (p budgetReader) promise(row *BudgetActualRow, takes func(category string) bool) error {
	of := p.of
	of.Accounts = []ledger.AccountNo{ledger.Encumbrances}
	row.Committed = ledger.Figure{Amount: ledger.Zero(p.base), Side: ledger.DebitSide, Lines: of}
	all := true
	for _, s := range p.sums {
		switch {
		case s.Account != ledger.Encumbrances:
		case takes(s.Category):
			row.Committed.Amount = row.Committed.Amount.Add(s.Base)
			row.Committed.Lines.Categories = append(row.Committed.Lines.Categories, s.Category)
		default:
			all = false
		}
	}
	switch {
	case all: // no line of 9100 is anybody else's: the lines need no categories
		row.Committed.Lines.Categories = nil
	case len(row.Committed.Lines.Categories) == 0:
		row.Committed.Lines.Through = -1
	}
	slices.Sort(row.Committed.Lines.Categories)
	row.Committed.Lines.Categories = slices.Compact(row.Committed.Lines.Categories)
	return p.available(row)
}

// available takes spent and committed off the budget, in both currencies as far as a rate is known.
func (p budgetReader) available(row *BudgetActualRow) error {
	budget, committed := row.Line.Amount, row.Committed.Amount
	if p.grant.Amount.Currency != p.base {
		if p.rate.IsZero() {
			return nil
		}
		var err error
		if budget, err = p.rate.Convert(row.Line.Amount, p.base); err != nil {
			return err
		}
		if committed, err = p.rate.Convert(row.Committed.Amount, p.grant.Amount.Currency); err != nil {
			return err
		}
	}
	row.BudgetBase, row.CommittedOwn = &budget, &committed
	inBase := budget.Sub(row.Base.Amount).Sub(row.Committed.Amount)
	row.AvailableBase = &inBase
	if row.Left != nil {
		own := row.Left.Sub(committed)
		row.Available = &own
	}
	return nil
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
	all := slices.SortedFunc(maps.Values(p.accounts),
		func(a, b ledger.Account) int { return cmp.Compare(a.Number, b.Number) })
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
		own.Accounts, own.Currency, own.Through = []ledger.AccountNo{ledger.DeferredGrants}, p.grant.Amount.Currency,
			base.Through
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
