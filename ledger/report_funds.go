package ledger

import (
	"context"
	"maps"
	"slices"

	"supportledger/store"
)

// FundBalances is what every fund has, owes and has promised at the end of a day, in base currency.
type FundBalances struct {
	Span
	Rows  []FundRow
	Total FundRow // its Fund is the zero Fund
}

// FundRow is a fund. Bank + Other - Owed = Own, and what of Own is not Committed is free to be promised.
type FundRow struct {
	Fund      Fund
	Bank      Figure // money in our bank accounts
	Other     Figure // what others owe us or hold for us: receivables, advances, prepayments
	Owed      Figure // what we owe, grant money received in advance among it
	Own       Figure // net assets with the result that no year-end has closed yet
	Committed Figure // set aside for approved plans
}

// fundColumns says which accounts make up a column, and on which side they count.
var fundColumns = []struct {
	side Side
	has  func(Account) bool
}{
	{DebitSide, func(a Account) bool { return a.Type == Asset && a.under("assets:bank") }},
	{DebitSide, func(a Account) bool { return a.Type == Asset && !a.under("assets:bank") }},
	{CreditSide, func(a Account) bool { return a.Type == Liability }},
	{CreditSide, func(a Account) bool { return a.Type == NetAssets || a.Type == Income || a.Type == Expense }},
	{DebitSide, func(a Account) bool { return a.Number == Encumbrances }},
}

// FundBalances reads the balances of all funds that ever moved. Through 0 reads the books as they are.
func (b Book) FundBalances(ctx context.Context, tx *store.Tx, span Span) (FundBalances, error) {
	span, err := b.pinned(ctx, tx, Span{To: span.To, Through: span.Through})
	if err != nil {
		return FundBalances{}, err
	}
	sums, err := b.sums(ctx, tx, Selection{Span: span})
	if err != nil {
		return FundBalances{}, err
	}
	known, err := b.chart(ctx, tx)
	if err != nil {
		return FundBalances{}, err
	}
	r := FundBalances{Span: span, Total: b.fundRow(Fund{}, sums, known, Selection{Span: span})}
	for _, code := range fundsOf(sums) {
		r.Rows = append(r.Rows, b.fundRow(known.funds[code], sums, known, Selection{Span: span, Funds: []FundCode{code}}))
	}
	return r, nil
}

func fundsOf(sums []Balance) []FundCode {
	codes := map[FundCode]bool{}
	for _, s := range sums {
		codes[s.Fund] = true
	}
	return slices.Sorted(maps.Keys(codes))
}

// fundRow adds up the columns of a fund, or of all where it is the zero Fund.
func (b Book) fundRow(f Fund, sums []Balance, known chart, of Selection) FundRow {
	var figures [5]Figure
	for i, column := range fundColumns {
		lines := of.ofAccounts(accountsBy(known.accounts, column.has))
		held := b.baseOf(sums, func(s Balance) bool {
			return (f.Code == "" || s.Fund == f.Code) && column.has(known.accounts[s.Account])
		})
		figures[i] = figure(held, column.side, lines)
	}
	return FundRow{f, figures[0], figures[1], figures[2], figures[3], figures[4]}
}

// Activities is the statement of financial activities: what was earned and spent in a span, in base currency, in the
// columns that readers of a charity's accounts expect. Year-end closing entries are left out (RULES 63).
type Activities struct {
	Span
	Rows []ActivityRow
}

// ActivityKind says what a row of [Activities] is.
type ActivityKind string

// The rows: accounts, what they come to, and how the net assets got from the start of the span to its end.
const (
	IncomeRow    ActivityKind = "income"
	TotalIncome  ActivityKind = "total_income"
	ExpenseRow   ActivityKind = "expense"
	TotalExpense ActivityKind = "total_expense"
	ResultRow    ActivityKind = "result"
	OtherRow     ActivityKind = "other_movements" // straight on net assets, such as opening balances
	BroughtRow   ActivityKind = "brought_forward"
	CarriedRow   ActivityKind = "carried_forward"
)

// ActivityRow is an account or a total. Expenses count positive on debit, all else on credit.
type ActivityRow struct {
	Kind                            ActivityKind
	Account                         Account // of income and expense rows
	Unrestricted, Restricted, Total Figure
}

// Activities reads the statement of financial activities. Through 0 reads the books as they are.
func (b Book) Activities(ctx context.Context, tx *store.Tx, span Span) (Activities, error) {
	span, err := b.pinned(ctx, tx, span)
	if err != nil {
		return Activities{}, err
	}
	known, err := b.chart(ctx, tx)
	if err != nil {
		return Activities{}, err
	}
	p := activityReader{book: b, known: known, of: Selection{Span: span, Closing: WithoutClosing}}
	if p.moved, err = b.moved(ctx, tx, p.of); err != nil {
		return Activities{}, err
	}
	if p.until, err = b.sums(ctx, tx, Selection{Span: Span{To: span.To, Through: span.Through}}); err != nil {
		return Activities{}, err
	}
	p.before = subtract(p.until, p.moved)
	return Activities{span, p.rows()}, nil
}

// moved is what a selection without closing entries adds up to: all that moved, less the closing entries.
func (b Book) moved(ctx context.Context, tx *store.Tx, of Selection) ([]Balance, error) {
	everything := of
	everything.Closing = WithClosing
	moved, err := b.sums(ctx, tx, everything)
	if err != nil {
		return nil, err
	}
	closing, err := b.sumClosing(ctx, tx, of.Span)
	return subtract(moved, closing), err
}

// subtract takes balances from balances.
func subtract(from, what []Balance) []Balance {
	left := map[balanceKey]Balance{}
	for _, f := range from {
		left[balanceKey{f.Account, f.Fund, f.Amount.Currency}] = f
	}
	for _, w := range what {
		k := balanceKey{w.Account, w.Fund, w.Amount.Currency}
		f, known := left[k]
		if !known {
			f = Balance{w.Account, w.Fund, w.Date, Zero(w.Amount.Currency), Zero(w.Base.Currency)}
		}
		f.Amount, f.Base = f.Amount.Sub(w.Amount), f.Base.Sub(w.Base)
		left[k] = f
	}
	return values(left)
}

// activityReader makes the rows of [Activities] out of balances.
type activityReader struct {
	book                 Book
	known                chart
	of                   Selection
	moved, before, until []Balance
}

func (p activityReader) rows() []ActivityRow {
	is := func(types ...AccountType) func(Account) bool {
		return func(a Account) bool { return slices.Contains(types, a.Type) }
	}
	own := is(NetAssets, Income, Expense)
	rows := []ActivityRow{}
	rows = append(rows, p.accounts(IncomeRow, Income, CreditSide)...)
	rows = append(rows, p.row(TotalIncome, Account{}, CreditSide, p.moved, p.of, is(Income)))
	rows = append(rows, p.accounts(ExpenseRow, Expense, DebitSide)...)
	rows = append(rows, p.row(TotalExpense, Account{}, DebitSide, p.moved, p.of, is(Expense)),
		p.row(ResultRow, Account{}, CreditSide, p.moved, p.of, is(Income, Expense)))
	before := Selection{Span: Span{Through: -1}} // a span without a first day has nothing before it
	if p.of.From != "" {
		before.Span = Span{To: p.of.From.AddDays(-1), Through: p.of.Through}
	}
	return append(rows, p.row(BroughtRow, Account{}, CreditSide, p.before, before, own),
		p.row(OtherRow, Account{}, CreditSide, p.moved, p.of, is(NetAssets)),
		p.row(CarriedRow, Account{}, CreditSide, p.until, Selection{Span: Span{To: p.of.To, Through: p.of.Through}}, own))
}

// accounts has a row for every account of a type that moved.
func (p activityReader) accounts(kind ActivityKind, of AccountType, side Side) []ActivityRow {
	var rows []ActivityRow
	for _, a := range accountsBy(p.known.accounts, func(a Account) bool { return a.Type == of }) {
		if slices.ContainsFunc(p.moved, func(s Balance) bool { return s.Account == a.Number }) {
			rows = append(rows, p.row(kind, a, side, p.moved, p.of, func(x Account) bool { return x.Number == a.Number }))
		}
	}
	return rows
}

// row adds up accounts in the three columns.
func (p activityReader) row(kind ActivityKind, a Account, side Side, from []Balance, of Selection, has func(Account) bool) ActivityRow {
	of = of.ofAccounts(accountsBy(p.known.accounts, has))
	column := func(within func(Fund) bool) Figure {
		lines := of.ofFunds(p.known.funds, within)
		held := p.book.baseOf(from, func(s Balance) bool { return has(p.known.accounts[s.Account]) && within(p.known.funds[s.Fund]) })
		return figure(held, side, lines)
	}
	r := ActivityRow{Kind: kind, Account: a}
	r.Unrestricted = column(func(f Fund) bool { return f.Restriction == Unrestricted })
	r.Restricted = column(func(f Fund) bool { return f.Restriction != Unrestricted })
	r.Total = Figure{r.Unrestricted.Amount.Add(r.Restricted.Amount), side, of}
	return r
}
