package ledger

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
)

// AccountNo is an account's number in the chart, such as "1010".
type AccountNo string

// AccountType is the side of the books an account belongs to.
type AccountType string

// The account types. Budgetary accounts form a book of their own.
const (
	Asset     AccountType = "asset"
	Liability AccountType = "liability"
	NetAssets AccountType = "net_assets"
	Income    AccountType = "income"
	Expense   AccountType = "expense"
	Budgetary AccountType = "budgetary"
)

// Accounts that the rules name. The chart may add others, but not take these away.
const (
	BankRevaluation   AccountNo = "1090" // what revaluing our currency accounts came to
	Receivables       AccountNo = "1200" // grants awarded, not yet received
	Retainers         AccountNo = "1310" // paid ahead to lawyers, not billed yet
	PettyCash         AccountNo = "1320" // floats of caseworkers
	Recoverables      AccountNo = "1330" // what partners paid twice
	InterfundClaims   AccountNo = "1900" // lent to another fund
	Payables          AccountNo = "2010" // invoices that are not paid yet
	Accruals          AccountNo = "2050" // cost of the year that nobody has billed yet
	DeferredGrants    AccountNo = "2100" // received on a grant, not yet spent
	RefundPayable     AccountNo = "2110" // owed back to a grantor
	ReturnedPayments  AccountNo = "2200" // what the bank sent back and we still owe
	InterfundDebts    AccountNo = "2900" // borrowed from another fund
	FreeNetAssets     AccountNo = "3100" // net assets without donor restrictions
	BoundNetAssets    AccountNo = "3200" // net assets with donor restrictions
	GrantIncome       AccountNo = "4100"
	Gifts             AccountNo = "4200"
	IndirectRecovered AccountNo = "4300"
	InKind            AccountNo = "4400"
	CurrencyGains     AccountNo = "4900"
	TransferFees      AccountNo = "6100"
	CurrencyLosses    AccountNo = "6200"
	IndirectCosts     AccountNo = "6300"
	IneligibleCosts   AccountNo = "6900" // what no grant pays
	Encumbrances      AccountNo = "9100"
	EncumbranceOffset AccountNo = "9900"
	BaseBank          AccountNo = "1010" // our bank in base currency, where no other account is named
)

// Account is one row of the chart.
type Account struct {
	Number         AccountNo
	Path           string // assets:bank:dkk, the name in every export
	Type           AccountType
	NameEN, NameDA string
}

// Category is the last part of the path: "tuition" for expenses:programme:tuition. Plans and budgets use it.
func (a Account) Category() string { return a.Path[strings.LastIndexByte(a.Path, ':')+1:] }

// IsBank reports whether money lies here: an asset under assets:bank, named by its currency.
func (a Account) IsBank() bool { return a.BankCurrency() != "" }

// BankCurrency is the currency of a bank account, read off its path (assets:bank:eur is in EUR); "" for other accounts.
func (a Account) BankCurrency() Currency {
	rest, ok := strings.CutPrefix(a.Path, "assets:bank:")
	if !ok || a.Type != Asset {
		return ""
	}
	code, _, _ := strings.Cut(rest, ":")
	c, err := ParseCurrency(strings.ToUpper(code))
	if err != nil {
		return "" // assets:bank:fx-revaluation holds no money
	}
	return c
}

// IsSuspense reports whether what stands on the account still has to be sorted out.
func (a Account) IsSuspense() bool {
	return strings.HasPrefix(a.Path+":", "assets:suspense:") || strings.HasPrefix(a.Path+":", "liabilities:suspense:")
}

// IsCost reports whether a line here is cost: programme or support expenses, 5xxx and 6xxx.
func (a Account) IsCost() bool { return a.Type == Expense }

// Book is the book the account belongs to.
func (a Account) Book() string {
	if a.Type == Budgetary {
		return budgetaryBook
	}
	return actualBook
}

const (
	actualBook    = "actual"
	budgetaryBook = "budgetary"
)

// Books are the two books, the one of what happened first.
var Books = []string{actualBook, budgetaryBook}

// chartCSV is the chart of accounts that new books start from.
//
//go:embed chart.csv
var chartCSV string

// StandardChart is the chart of accounts that new books start from.
func StandardChart() ([]Account, error) { return ParseChart(chartCSV) }

// ParseChart reads a chart: number,path,type,name_en,name_da with a head line.
func ParseChart(text string) ([]Account, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("ledger: chart of accounts: %w", err)
	}
	var chart []Account
	for _, r := range rows[1:] {
		chart = append(chart, Account{Number: AccountNo(r[0]), Path: r[1], Type: AccountType(r[2]), NameEN: r[3],
			NameDA: r[4]})
	}
	return chart, nil
}

// FundCode names a fund; a grant's fund has the grant's code.
type FundCode string

// Restriction is what binds a fund's money.
type Restriction string

// The restrictions. The fund of a grant is bound by the grant's agreement.
const (
	Unrestricted Restriction = "none"
	PurposeBound Restriction = "purpose"
	TimeBound    Restriction = "time"
	Endowment    Restriction = "endowment"
	BoundByGrant Restriction = "grant"
)

// Fund is the restriction that money carries; every line of the books belongs to exactly one.
type Fund struct {
	Code        FundCode
	Name        string
	Restriction Restriction
	OpenedOn    Date
}

// NetAssets is the account that a fund's result and opening balance belong to.
func (f Fund) NetAssets() AccountNo {
	if f.Restriction == Unrestricted {
		return FreeNetAssets
	}
	return BoundNetAssets
}
