package http

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// books registers accounts, funds and balances.
func books(api *API) {
	Route(api, Op{Method: get, Path: "/accounts", ID: "listAccounts", Tag: "accounts", Roles: staff,
		Summary: "List the chart of accounts", Danish: "Vis kontoplanen"}, at(listAccounts))
	Route(api, Op{Method: post, Path: "/accounts", ID: "addAccount", Tag: "accounts", Roles: finance,
		Summary: "Add an account to the chart", Danish: "Tilføj en konto til kontoplanen",
		Refuses: []error{ledger.ErrDuplicateNumber}}, at(addAccount))
	Route(api, Op{Method: get, Path: "/funds", ID: "listFunds", Tag: "funds", Roles: staff,
		Summary: "List the funds", Danish: "Vis fondene"}, at(listFunds))
	Route(api, Op{Method: post, Path: "/funds", ID: "openFund", Tag: "funds", Roles: finance,
		Summary: "Open a fund that is not a grant's", Danish: "Opret en fond, der ikke hører til en bevilling",
		Refuses: []error{ledger.ErrDuplicateFund}}, at(openFund))
	Route(api, Op{Method: post, Path: "/opening-balances", ID: "postOpeningBalance", Tag: "opening-balances", Roles: finance, Money: true,
		Summary: "Bring a fund's opening balance into the books", Danish: "Bogfør en fonds primosaldo",
		Refuses: []error{ledger.ErrUnknownFund, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}}, at(postOpeningBalance))
	Route(api, Op{Method: get, Path: "/balances", ID: "listBalances", Tag: "balances", Roles: bookkeeper,
		Summary: "What every account of every fund holds at the end of a day", Danish: "Hvad hver konto i hver fond rummer ved en dags slutning"}, at(listBalances))
}

type accountView struct {
	Number ledger.AccountNo   `json:"number"`
	Path   string             `json:"path" description:"The account's name in every export."`
	Type   ledger.AccountType `json:"type"`
	NameEN string             `json:"name_en"`
	NameDA string             `json:"name_da"`
}

func viewAccount(a ledger.Account) accountView {
	return accountView{a.Number, a.Path, a.Type, a.NameEN, a.NameDA}
}

func listAccounts(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[accountView], error) {
	accounts, err := d.book.Accounts(ctx, tx)
	if err != nil {
		return List[accountView]{}, err
	}
	rows := slices.SortedFunc(maps.Values(accounts), func(a, b ledger.Account) int { return cmp.Compare(a.Number, b.Number) })
	return pageOf(in.Page, rows, viewAccount, func(a ledger.Account) string { return string(a.Number) })
}

// pageOf cuts one page out of rows that are all in memory and sorted by key: charts, funds and the like stay short.
func pageOf[R, T any](p Page, rows []R, view func(R) T, key func(R) string) (List[T], error) {
	after, err := p.After(1)
	if err != nil {
		return List[T]{}, err
	}
	if after != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r R) bool { return key(r) <= after[0] })
	}
	return ListOf(p, rows[:min(len(rows), p.Size()+1)], view, func(r R) []string { return []string{key(r)} }), nil
}

// newestOf is like [pageOf] for rows that go from the greatest key down: ids of one kind grow with time.
func newestOf[R, T any](p Page, rows []R, view func(R) T, key func(R) string) (List[T], error) {
	after, err := p.After(1)
	if err != nil {
		return List[T]{}, err
	}
	rows = slices.SortedFunc(slices.Values(rows), func(a, b R) int { return cmp.Compare(key(b), key(a)) })
	if after != nil {
		rows = slices.DeleteFunc(rows, func(r R) bool { return key(r) >= after[0] })
	}
	return ListOf(p, rows[:min(len(rows), p.Size()+1)], view, func(r R) []string { return []string{key(r)} }), nil
}

// inOrder cuts one page out of rows that are all in memory and only ever added to at their end.
func inOrder[R, T any](p Page, rows []R, view func(R) T) (List[T], error) {
	places := make([]int, len(rows))
	for i := range rows {
		places[i] = i
	}
	return pageOf(p, places, func(i int) T { return view(rows[i]) }, func(i int) string { return fmt.Sprintf("%06d", i) })
}

// pagedRef is the request of a list that belongs to one thing.
type pagedRef struct {
	Page
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
}

type addAccountRequest struct {
	Number ledger.AccountNo   `json:"number" validate:"required,max=8" description:"Digits, such as 1301."`
	Path   string             `json:"path" validate:"required,max=80" description:"Such as assets:advances:partner-ke. Bank accounts are assets:bank:CURRENCY."`
	Type   ledger.AccountType `json:"type" validate:"required,oneof=asset liability net_assets income expense budgetary"`
	NameEN string             `json:"name_en" validate:"max=80"`
	NameDA string             `json:"name_da" validate:"max=80"`
}

func addAccount(ctx context.Context, tx *store.Tx, d desk, in addAccountRequest) (accountView, error) {
	a := ledger.Account{Number: in.Number, Path: in.Path, Type: in.Type,
		NameEN: cmp.Or(in.NameEN, in.Path), NameDA: cmp.Or(in.NameDA, in.NameEN, in.Path)}
	if err := d.book.AddAccount(ctx, tx, a); err != nil {
		return accountView{}, At("/number", err)
	}
	return viewAccount(a), access.Record(ctx, tx, access.Event{Action: "account.added", Subject: string(a.Number)})
}

type fundView struct {
	Code        ledger.FundCode    `json:"code"`
	Name        string             `json:"name"`
	Restriction ledger.Restriction `json:"restriction"`
	OpenedOn    ledger.Date        `json:"opened_on"`
}

func viewFund(f ledger.Fund) fundView { return fundView{f.Code, f.Name, f.Restriction, f.OpenedOn} }

func listFunds(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[fundView], error) {
	funds, err := d.book.Funds(ctx, tx)
	if err != nil {
		return List[fundView]{}, err
	}
	rows := slices.SortedFunc(maps.Values(funds), func(a, b ledger.Fund) int { return cmp.Compare(a.Code, b.Code) })
	return pageOf(in.Page, rows, viewFund, func(f ledger.Fund) string { return string(f.Code) })
}

type openFundRequest struct {
	Code        ledger.FundCode    `json:"code" validate:"required,max=20"`
	Name        string             `json:"name" validate:"max=80" description:"What the fund is for; the code where none is given."`
	Restriction ledger.Restriction `json:"restriction" validate:"required,oneof=none purpose time endowment"`
	OpenedOn    ledger.Date        `json:"opened_on" validate:"required"`
}

func openFund(ctx context.Context, tx *store.Tx, d desk, in openFundRequest) (fundView, error) {
	f := ledger.Fund{Code: in.Code, Name: cmp.Or(in.Name, string(in.Code)), Restriction: in.Restriction, OpenedOn: in.OpenedOn}
	if err := d.book.OpenFund(ctx, tx, f); err != nil {
		return fundView{}, At("/code", err)
	}
	return viewFund(f), access.Record(ctx, tx, access.Event{Action: "fund.opened", Subject: string(f.Code)})
}

type openingBalanceRequest struct {
	Date    ledger.Date      `json:"date" validate:"required"`
	Fund    ledger.FundCode  `json:"fund" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"A balance sheet account in base currency."`
	Amount  Decimal          `json:"amount" validate:"required" description:"Base currency; debit is positive. The other side is the fund's net assets."`
}

func postOpeningBalance(ctx context.Context, tx *store.Tx, d desk, in openingBalanceRequest) (entryView, error) {
	amount, err := in.Amount.In("/amount", d.book.Base)
	if err != nil {
		return entryView{}, err
	}
	fund, err := d.book.Fund(ctx, tx, in.Fund)
	if err != nil {
		return entryView{}, At("/fund", err)
	}
	posted, err := d.book.Post(ctx, tx, ledger.Entry{Date: in.Date, Act: "opening-balance", Text: "Opening balance of fund " + string(in.Fund),
		Lines: []ledger.Line{ledger.Base(in.Account, in.Fund, amount), ledger.Base(fund.NetAssets(), in.Fund, amount.Neg())}})
	if err != nil {
		return entryView{}, err
	}
	return viewEntry(posted[0]), access.Record(ctx, tx, access.Event{Action: "opening_balance.posted", Subject: string(posted[0].ID)})
}

type balanceView struct {
	Account ledger.AccountNo `json:"account"`
	Fund    ledger.FundCode  `json:"fund"`
	Amount  ledger.Money     `json:"amount" description:"Debit is positive, credit negative."`
	Base    ledger.Money     `json:"base_amount"`
}

type balancesRequest struct {
	Page
	asOfRequest
	Account []ledger.AccountNo `query:"account" json:"-" description:"Only these accounts; all where none is given."`
	Fund    []ledger.FundCode  `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

func listBalances(ctx context.Context, tx *store.Tx, d desk, in balancesRequest) (List[balanceView], error) {
	through, err := in.of(ctx, tx, d)
	if err != nil {
		return List[balanceView]{}, err
	}
	balances, err := d.book.BalancesOf(ctx, tx, ledger.Selection{Span: ledger.Span{To: today(tx, in.AsOf), Through: through},
		Accounts: in.Account, Funds: in.Fund})
	if err != nil {
		return List[balanceView]{}, err
	}
	return pageOf(in.Page, balances, func(b ledger.Balance) balanceView { return balanceView{b.Account, b.Fund, b.Amount, b.Base} },
		func(b ledger.Balance) string {
			return string(b.Account) + "/" + string(b.Fund) + "/" + string(b.Amount.Currency)
		})
}
