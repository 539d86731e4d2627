package books

import (
	"cmp"
	"context"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// books registers accounts, funds and balances.
func books(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/accounts", ID: "listAccounts", Tag: "accounts",
		Roles:   resource.Staff,
		Summary: "List the chart of accounts", Danish: "Vis kontoplanen"}, listAccounts)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/accounts", ID: "addAccount", Tag: "accounts",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Add an account to the chart", Danish: "Tilføj en konto til kontoplanen",
		Refuses: []error{ledger.ErrDuplicateNumber}}, addAccount)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/funds", ID: "listFunds", Tag: "funds", Roles: resource.Staff,
		Summary: "List the funds", Danish: "Vis formålene"}, listFunds)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/funds", ID: "openFund", Tag: "funds", Roles: resource.Finance,
		NoMatch: rest.MakesNew,
		Summary: "Open a fund that is not a grant's", Danish: "Opret et formål, der ikke hører til en bevilling",
		Refuses: []error{ledger.ErrDuplicateFund}}, openFund)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/opening-balances", ID: "postOpeningBalance",
		NoMatch: rest.MakesNew,
		Tag:     "opening-balances", Roles: resource.Finance, Money: true,
		Summary: "Bring a fund's opening balance into the books", Danish: "Bogfør et formåls primosaldo",
		Refuses: []error{ledger.ErrUnknownFund, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}}, postOpeningBalance)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/balances", ID: "listBalances", Tag: "balances",
		Roles:   resource.Bookkeeper,
		Summary: "What every account of every fund holds at the end of a day",
		Danish:  "Hvad hver konto i hvert formål rummer ved en dags slutning"}, listBalances)
}

type accountView struct {
	Number ledger.AccountNo   `json:"number"`
	Path   string             `json:"path" description:"The account's name in every export."`
	Type   ledger.AccountType `json:"type"`
	NameEN string             `json:"name_en"`
	NameDA string             `json:"name_da"`
}

func viewAccount(a ledger.Account) accountView {
	return accountView{Number: a.Number, Path: a.Path, Type: a.Type, NameEN: a.NameEN, NameDA: a.NameDA}
}

func listAccounts(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[accountView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[accountView]{}, err
	}
	found, err := d.Book.ListAccounts(ctx, tx, page)
	if err != nil {
		return rest.List[accountView]{}, err
	}
	return rest.ListOf(in.Page, found, viewAccount, func(a ledger.Account) []string { return []string{string(a.Number)} }),
		nil
}

type addAccountRequest struct {
	Number ledger.AccountNo   `json:"number" validate:"required,max=8" description:"Digits, such as 1301."`
	Path   string             `json:"path" validate:"required,max=80,printed" description:"Such as assets:advances:partner-ke. Bank accounts are assets:bank:CURRENCY."`
	Type   ledger.AccountType `json:"type" validate:"required,oneof=asset liability net_assets income expense budgetary"`
	NameEN string             `json:"name_en" validate:"max=80,printed"`
	NameDA string             `json:"name_da" validate:"max=80,printed"`
}

func addAccount(ctx context.Context, tx *store.Tx, d resource.Domain, in addAccountRequest) (accountView, error) {
	a := ledger.Account{Number: in.Number, Path: in.Path, Type: in.Type,
		NameEN: cmp.Or(in.NameEN, in.Path), NameDA: cmp.Or(in.NameDA, in.NameEN, in.Path)}
	if err := d.Book.AddAccount(ctx, tx, a); err != nil {
		return accountView{}, rest.At("/number", err)
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

func listFunds(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[fundView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[fundView]{}, err
	}
	found, err := d.Book.ListFunds(ctx, tx, page)
	if err != nil {
		return rest.List[fundView]{}, err
	}
	return rest.ListOf(in.Page, found, viewFund, func(f ledger.Fund) []string { return []string{string(f.Code)} }), nil
}

type openFundRequest struct {
	Code        ledger.FundCode    `json:"code" validate:"required,max=20,printed"`
	Name        string             `json:"name" validate:"max=80,printed" description:"What the fund is for; the code where none is given."`
	Restriction ledger.Restriction `json:"restriction" validate:"required,oneof=none purpose time endowment"`
	OpenedOn    ledger.Date        `json:"opened_on" validate:"required"`
}

func openFund(ctx context.Context, tx *store.Tx, d resource.Domain, in openFundRequest) (fundView, error) {
	f := ledger.Fund{Code: in.Code, Name: cmp.Or(in.Name, string(in.Code)), Restriction: in.Restriction,
		OpenedOn: in.OpenedOn}
	if err := d.Book.OpenFund(ctx, tx, f); err != nil {
		return fundView{}, rest.At("/code", err)
	}
	return viewFund(f), access.Record(ctx, tx, access.Event{Action: "fund.opened", Subject: string(f.Code)})
}

type openingBalanceRequest struct {
	Date    ledger.Date      `json:"date" validate:"required"`
	Fund    ledger.FundCode  `json:"fund" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"A balance sheet account in base currency."`
	Amount  rest.Decimal     `json:"amount" validate:"required" description:"Base currency; debit is positive. The other side is the fund's net assets."`
}

func postOpeningBalance(ctx context.Context, tx *store.Tx, d resource.Domain, in openingBalanceRequest) (entryView,
	error) {
	amount, err := in.Amount.In("/amount", d.Book.Base)
	if err != nil {
		return entryView{}, err
	}
	fund, err := d.Book.Fund(ctx, tx, in.Fund)
	if err != nil {
		return entryView{}, rest.At("/fund", err)
	}
	posted, err := d.Book.Post(ctx, tx, ledger.Entry{Date: in.Date, Act: "opening-balance",
		Text:  "Opening balance of fund " + string(in.Fund),
		Lines: []ledger.Line{ledger.Base(in.Account, in.Fund, amount), ledger.Base(fund.NetAssets(), in.Fund, amount.Neg())}})
	if err != nil {
		return entryView{}, err
	}
	return viewEntry(posted[0]), access.Record(ctx, tx, access.Event{Action: "opening_balance.posted",
		Subject: string(posted[0].ID)})
}

type balanceView struct {
	Account ledger.AccountNo `json:"account"`
	Fund    ledger.FundCode  `json:"fund"`
	Amount  ledger.Money     `json:"amount" description:"Debit is positive, credit negative."`
	Base    ledger.Money     `json:"base_amount"`
}

type balancesRequest struct {
	rest.Page
	AsOfRequest
	Account []ledger.AccountNo `query:"account" json:"-" description:"Only these accounts; all where none is given."`
	Fund    []ledger.FundCode  `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

func listBalances(ctx context.Context, tx *store.Tx, d resource.Domain, in balancesRequest) (rest.List[balanceView],
	error) {
	through, err := in.of(ctx, tx, d)
	if err != nil {
		return rest.List[balanceView]{}, err
	}
	page, err := in.Keyset(3)
	if err != nil {
		return rest.List[balanceView]{}, err
	}
	balances, err := d.Book.BalancesPage(ctx, tx, ledger.Selection{Span: ledger.Span{To: resource.Today(tx, in.AsOf),
		Through: through}, Accounts: in.Account, Funds: in.Fund}, page)
	if err != nil {
		return rest.List[balanceView]{}, err
	}
	return rest.ListOf(in.Page, balances,
		func(b ledger.Balance) balanceView { return balanceView{b.Account, b.Fund, b.Amount, b.Base} },
		func(b ledger.Balance) []string {
			return []string{string(b.Account), string(b.Fund), string(b.Amount.Currency)}
		}), nil
}

// Register registers what is done to the books.
func Register(api *resource.API) {
	books(api)
	periods(api)
	entries(api)
	entryBatches(api)
	drafts(api)
	reversals(api)
	documents(api)
	yearEnd(api)
	imports(api)
}

// RegisterReports registers what one asks of the books.
func RegisterReports(api *resource.API) {
	proofs(api)
	bookReports(api)
}
