package reports

import (
	"context"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// FundBalances is what every fund has, owes and has promised at the end of a day, in base currency.
type FundBalances struct {
	ledger.Span
	Rows  []FundRow
	Total FundRow // its Fund is the zero Fund
}

// FundRow is a fund. Bank + Other - Owed = Own, and what of Own is not Committed is free to be promised.
type FundRow struct {
	Fund      ledger.Fund
	Bank      ledger.Figure // money in our bank accounts
	Other     ledger.Figure // what others owe us or hold for us: receivables, advances, prepayments
	Owed      ledger.Figure // what we owe, grant money received in advance among it
	Own       ledger.Figure // net assets with the result that no year-end has closed yet
	Committed ledger.Figure // set aside for approved plans
}

// ReadFundBalances reads the balances of all funds that ever moved.
func ReadFundBalances(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (FundBalances, error) {
	known, err := read(ctx, tx, b, ledger.Selection{Span: untilDay(span)})
	if err != nil {
		return FundBalances{}, err
	}
	r := FundBalances{Span: known.span, Total: known.fundRow(ledger.Fund{})}
	codes := map[ledger.FundCode]bool{}
	for _, s := range known.sums {
		codes[s.Fund] = true
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		r.Rows = append(r.Rows, known.fundRow(known.Funds[code]))
	}
	return r, nil
}

// fundRow adds up the columns of a fund, or of all where it is the zero Fund.
func (r books) fundRow(f ledger.Fund) FundRow {
	lines := ledger.Selection{Span: r.span}
	if f.Code != "" {
		lines.Funds = []ledger.FundCode{f.Code}
	}
	column := func(side ledger.Side, has func(ledger.Account) bool) ledger.Figure {
		held := baseOf(r.Base, r.sums, func(s ledger.Balance) bool {
			return (f.Code == "" || s.Fund == f.Code) && has(r.Accounts[s.Account])
		})
		return figure(held, side, r.ofAccounts(lines, has))
	}
	return FundRow{
		Fund: f,
		Bank: column(ledger.DebitSide, func(a ledger.Account) bool {
			return a.Type == ledger.Asset &&
				under(a, "assets:bank")
		}),
		Other: column(ledger.DebitSide, func(a ledger.Account) bool {
			return a.Type == ledger.Asset && !under(a, "assets:bank")
		}),
		Owed:      column(ledger.CreditSide, isType(ledger.Liability)),
		Own:       column(ledger.CreditSide, isType(ledger.NetAssets, ledger.Income, ledger.Expense)),
		Committed: column(ledger.DebitSide, func(a ledger.Account) bool { return a.Number == ledger.Encumbrances }),
	}
}

func isType(types ...ledger.AccountType) func(ledger.Account) bool {
	return func(a ledger.Account) bool { return slices.Contains(types, a.Type) }
}

// Activities is the statement of financial activities: what was earned and spent in a span, in base currency, in the
// columns that readers of a charity's accounts expect. Year-end closing entries are left out (RULES 63).
type Activities struct {
	ledger.Span
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
	Account                         ledger.Account // of income and expense rows
	Unrestricted, Restricted, Total ledger.Figure
}

// ReadActivities reads the statement of financial activities.
func ReadActivities(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (Activities, error) {
	moved, err := read(ctx, tx, b, ledger.Selection{Span: span, Closing: ledger.WithoutClosing})
	if err != nil {
		return Activities{}, err
	}
	a := activities{books: moved, moved: part{moved.sums, ledger.Selection{Span: moved.span,
		Closing: ledger.WithoutClosing}}}
	a.until = part{lines: ledger.Selection{Span: untilDay(moved.span)}}
	if a.until.sums, err = b.BalancesOf(ctx, tx, a.until.lines); err != nil {
		return Activities{}, err
	}
	a.before = part{lines: ledger.Selection{Span: ledger.Span{Through: -1}}}
	if span.From != "" { // a span without a first day has nothing before it
		a.before.lines.Span = ledger.Span{To: span.From.AddDays(-1), Through: moved.span.Through}
		a.before.sums, err = b.BalancesOf(ctx, tx, a.before.lines)
	}
	return Activities{Span: moved.span, Rows: a.rows()}, err
}

// part is balances and the lines that they are the sums of.
type part struct {
	sums  []ledger.Balance
	lines ledger.Selection
}

// activities makes the rows of [Activities] out of what moved and what stood before and after.
type activities struct {
	books
	before, moved, until part
}

func (a activities) rows() []ActivityRow {
	own := isType(ledger.NetAssets, ledger.Income, ledger.Expense)
	rows := a.accounts(IncomeRow, ledger.Income)
	rows = append(rows, a.row(TotalIncome, a.moved, isType(ledger.Income)))
	rows = append(rows, a.accounts(ExpenseRow, ledger.Expense)...)
	return append(rows, a.row(TotalExpense, a.moved, isType(ledger.Expense)),
		a.row(ResultRow, a.moved, isType(ledger.Income, ledger.Expense)), a.row(BroughtRow, a.before, own),
		a.row(OtherRow, a.moved, isType(ledger.NetAssets)), a.row(CarriedRow, a.until, own))
}

// accounts has a row for every account of a type that moved.
func (a activities) accounts(kind ActivityKind, of ledger.AccountType) []ActivityRow {
	rows := []ActivityRow{}
	for _, account := range accountsBy(a.Accounts, isType(of)) {
		if slices.ContainsFunc(a.moved.sums, func(s ledger.Balance) bool { return s.Account == account.Number }) {
			row := a.row(kind, a.moved, func(x ledger.Account) bool { return x.Number == account.Number })
			row.Account = account
			rows = append(rows, row)
		}
	}
	return rows
}

// row adds up the accounts that a test accepts in the three columns.
func (a activities) row(kind ActivityKind, from part, has func(ledger.Account) bool) ActivityRow {
	side := ledger.CreditSide
	if kind == ExpenseRow || kind == TotalExpense {
		side = ledger.DebitSide
	}
	lines := a.ofAccounts(from.lines, has)
	column := func(within func(ledger.Fund) bool) ledger.Figure {
		held := baseOf(a.Base, from.sums, func(s ledger.Balance) bool {
			return has(a.Accounts[s.Account]) && within(a.Funds[s.Fund])
		})
		return figure(held, side, a.ofFunds(lines, within))
	}
	r := ActivityRow{Kind: kind}
	r.Unrestricted = column(func(f ledger.Fund) bool { return f.Restriction == ledger.Unrestricted })
	r.Restricted = column(func(f ledger.Fund) bool { return f.Restriction != ledger.Unrestricted })
	r.Total = ledger.Figure{Amount: r.Unrestricted.Amount.Add(r.Restricted.Amount), Side: side, Lines: lines}
	return r
}
