package books

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/grants/yearend"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// yearEnd registers what is booked at the end of a year, and what moves inside the books only.
func yearEnd(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/interfund-loans", ID: "lendBetweenFunds",
		NoMatch: rest.MakesNew,
		Tag:     "interfund-loans", Roles: []access.Role{access.Treasurer}, Money: true,
		Location: "/journal-entries/{id}", Summary: "Let a fund pre-finance another",
		Danish:  "Lad et formål lægge ud for et andet",
		About:   "The only way for a fund to spend what it has not received yet.",
		Refuses: loanRefuses, Example: `{"date":"2026-09-25","from":"UNR","to":"G3","amount":"10000.00","account":"1010"}`},
		lend)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/interfund-repayments", ID: "repayBetweenFunds",
		NoMatch: rest.MakesNew,
		Tag:     "interfund-loans", Roles: resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Repay a loan between funds, in part or whole",
		Danish:  "Tilbagebetal et lån mellem formål, helt eller delvist",
		Refuses: append([]error{ledger.ErrLoanExceeded}, loanRefuses...)}, repay)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/in-kind-contributions", ID: "receiveInKind",
		NoMatch: rest.MakesNew,
		Tag:     "in-kind-contributions", Roles: resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Book work or goods given to us",
		Danish: "Bogfør arbejde eller varer givet til os",
		About: "How it was valued is told by the number of a memo, the memo among the evidence, or the text. It counts in " +
			"no gift list.",
		Refuses: []error{gifts.ErrInKindFund, gifts.ErrNoValuation, donors.ErrUnknownDonor, evidence.ErrUnknown,
			ledger.ErrUnknownFund,
			ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}}, receiveInKind)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/in-kind-contributions", ID: "listInKind",
		Tag: "in-kind-contributions", Roles: resource.Bookkeeper,
		Summary: "List what was given in kind, with its valuation", Danish: "Vis naturalydelser med værdiansættelse"},
		listInKind)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/accruals", ID: "accrueCost", Tag: "accruals",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Book a year's cost that nobody has billed yet",
		Danish: "Bogfør årets omkostning, som ingen har faktureret endnu",
		Refuses: append([]error{ledger.ErrUnknownFund, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed,
			rates.ErrRateMissing}, resource.NotPaid...)}, accrueCost)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/accruals/:id/reversals", ID: "reverseAccrual", Tag: "accruals",
		NoMatch: rest.NamesAll,
		Roles:   resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Take an accrual back on 1 January",
		Danish:  "Tilbagefør en periodisering den 1. januar",
		Refuses: []error{ledger.ErrUnknownEntry, ledger.ErrAlreadyReversed, ledger.ErrReversalDate, ledger.ErrPeriodClosed}},
		reverseAccrual)
	years(api)
}

func years(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/revaluations", ID: "revalueBank", Tag: "revaluations",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Revalue one of our currency accounts", Danish: "Kursregulér en af vores valutakonti",
		About: "An entry for every fund that holds money in it. Lots keep their cost; nothing of it stands in a " +
			"statement to a grantor.",
		Refuses: []error{ledger.ErrUnknownAccount, ledger.ErrAmount, ledger.ErrPeriodClosed},
		Example: `{"date":"2026-12-31","account":"1020","rate":"7.4700 DKK/EUR"}`}, revalue)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/fiscal-years/:year/accrual-reversals", ID: "reverseAccruals",
		NoMatch: rest.ByRule,
		Tag:     "fiscal-years", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Take every accrual of a year back on 1 January",
		Danish:  "Tilbagefør alle årets periodiseringer den 1. januar",
		Refuses: []error{ledger.ErrPeriodClosed}}, reverseAccruals)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/fiscal-years/:year/closings", ID: "closeYear",
		NoMatch: rest.ByRule,
		Tag:     "fiscal-years", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Close a year's income and expense, per fund", Danish: "Afslut årets indtægter og omkostninger, pr. formål",
		About: "One entry per fund on 31 December, after everything else of the year. The month of December is " +
			"closed apart.",
		Refuses: []error{ledger.ErrYearClosed, ledger.ErrYearOrder, ledger.ErrPeriodClosed}}, closeYear)
}

var loanRefuses = []error{ledger.ErrSameFund, ledger.ErrUnknownFund, ledger.ErrUnknownAccount, ledger.ErrEntryShape,
	ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}

type loanRequest struct {
	Date    ledger.Date      `json:"date" validate:"required"`
	From    ledger.FundCode  `json:"from" validate:"required" description:"The fund that lends."`
	To      ledger.FundCode  `json:"to" validate:"required" description:"The fund that borrows."`
	Amount  rest.Decimal     `json:"amount" validate:"required,positive" description:"Base currency."`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account, in base currency."`
}

func (in loanRequest) loan(base ledger.Currency) (ledger.Loan, error) {
	amount, err := in.Amount.In("/amount", base)
	return ledger.Loan{From: in.From, To: in.To, Amount: amount, Account: in.Account, Date: in.Date}, err
}

func lend(ctx context.Context, tx *store.Tx, d resource.Domain, in loanRequest) (entryView, error) {
	l, err := in.loan(d.Book.Base)
	if err != nil {
		return entryView{}, err
	}
	return entryShown(d.Book.Loans().Lend(ctx, tx, l))
}

func repay(ctx context.Context, tx *store.Tx, d resource.Domain, in loanRequest) (entryView, error) {
	l, err := in.loan(d.Book.Base)
	if err != nil {
		return entryView{}, err
	}
	return entryShown(d.Book.Loans().Repay(ctx, tx, l))
}

// entryShown is a posted entry or why there is none.
func entryShown(p ledger.Posted, err error) (entryView, error) {
	if err != nil {
		return entryView{}, err
	}
	return viewEntry(p), nil
}

type inKindRequest struct {
	Date      ledger.Date     `json:"date" validate:"required"`
	Fund      ledger.FundCode `json:"fund" validate:"required" description:"Not a grant's."`
	Category  string          `json:"category" validate:"required,max=40" description:"Of the cost, such as legal-aid."`
	Units     rest.Decimal    `json:"units" validate:"required,positive" description:"Hours, pieces."`
	UnitValue rest.Decimal    `json:"unit_value" validate:"required,positive" description:"What one is worth, base currency."`
	Plan      string          `json:"plan" validate:"max=20" description:"Number of the plan it was given for."`
	Text      string          `json:"text" validate:"max=120" description:"No person's name."`
	Donor     rest.Ref        `json:"donor" validate:"omitempty" description:"Id or code of the giver, where it is a donor on record."`
	Memo      string          `json:"memo" validate:"max=40,printed" description:"Number of the valuation memo."`
	Evidence  rest.Ref        `json:"evidence" validate:"omitempty" description:"Id of the valuation memo among the evidence."`
}

type inKindView struct {
	ID        string          `json:"id"`
	Donor     string          `json:"donor,omitempty" description:"Code of the donor."`
	Fund      ledger.FundCode `json:"fund"`
	Date      ledger.Date     `json:"date"`
	Category  string          `json:"category"`
	Units     rest.Decimal    `json:"units"`
	UnitValue ledger.Money    `json:"unit_value" table:"base"`
	Worth     ledger.Money    `json:"worth" table:"base"`
	Memo      string          `json:"memo,omitempty"`
	Evidence  evidence.ID     `json:"evidence,omitempty"`
	Entry     ledger.EntryID  `json:"entry_id"`
}

func viewInKind(c gifts.Contribution) inKindView {
	return inKindView{ID: c.ID, Donor: c.Donor.Code, Fund: c.Fund, Date: c.On, Category: c.Category,
		Units: rest.Decimal(c.Units.String()), UnitValue: c.UnitValue, Worth: c.Worth, Memo: c.Memo, Evidence: c.Evidence,
		Entry: c.Entry}
}

func listInKind(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[inKindView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[inKindView]{}, err
	}
	given, err := d.Gifts.Contributions(ctx, tx, page)
	return rest.ListOf(in.Page, given, viewInKind, func(c gifts.Contribution) []string { return []string{c.ID} }), err
}

func receiveInKind(ctx context.Context, tx *store.Tx, d resource.Domain, in inKindRequest) (entryView, error) {
	value, err := in.UnitValue.In("/unit_value", d.Book.Base)
	if err != nil {
		return entryView{}, err
	}
	if _, err := d.Book.Fund(ctx, tx, in.Fund); err != nil {
		return entryView{}, rest.At("/fund", err)
	}
	c := gifts.Contribution{Fund: in.Fund, On: in.Date, Category: in.Category, Units: in.Units.Number(), UnitValue: value,
		Plan: in.Plan, Text: in.Text,
		Memo: in.Memo, Evidence: evidence.ID(in.Evidence)}
	if in.Donor != "" {
		if c.Donor, err = donors.Find(ctx, tx, string(in.Donor)); err != nil {
			return entryView{}, rest.At("/donor", err)
		}
	}
	return entryShown(d.Gifts.ReceiveInKind(ctx, tx, c))
}

type accrualRequest struct {
	Date      ledger.Date     `json:"date" validate:"required" description:"The last day of the year."`
	Fund      ledger.FundCode `json:"fund" validate:"required"`
	Category  string          `json:"category" validate:"required,max=40"`
	Units     rest.Decimal    `json:"units" validate:"required,positive"`
	UnitPrice rest.Decimal    `json:"unit_price" validate:"required,positive" description:"Base currency."`
	Plan      string          `json:"plan" validate:"max=20"`
	Text      string          `json:"text" validate:"max=120" description:"No person's name."`
}

func accrueCost(ctx context.Context, tx *store.Tx, d resource.Domain, in accrualRequest) (entryView, error) {
	price, err := in.UnitPrice.In("/unit_price", d.Book.Base)
	if err != nil {
		return entryView{}, err
	}
	if _, err := d.Book.Fund(ctx, tx, in.Fund); err != nil {
		return entryView{}, rest.At("/fund", err)
	}
	return entryShown(yearend.Accrue(ctx, tx, d.Grants, yearend.Accrual{Fund: in.Fund, On: in.Date, Category: in.Category,
		Units: in.Units.Number(), UnitPrice: price, Plan: in.Plan, Text: in.Text}))
}

type accrualReversalRequest struct {
	ID   rest.Ref    `path:"id" json:"-" description:"Id or number of the accrual's entry."`
	Date ledger.Date `json:"date" validate:"omitempty" description:"1 January after the accrual where none is sent."`
}

func reverseAccrual(ctx context.Context, tx *store.Tx, d resource.Domain, in accrualReversalRequest) (entryView,
	error) {
	return entryShown(yearend.ReverseAccrual(ctx, tx, d.Book, string(in.ID), in.Date))
}

type revaluationRequest struct {
	Date    ledger.Date      `json:"date" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in the currency."`
	Rate    ledger.Rate      `json:"rate" validate:"required" description:"As quoted, such as 7.4700 DKK/EUR."`
}

// entriesView is what an act posted that posts an entry per fund.
type entriesView struct {
	Entries []entryView `json:"entries" description:"Empty where there was nothing to book."`
}

func entriesShown(posted []ledger.Posted, err error) (entriesView, error) {
	v := entriesView{Entries: []entryView{}}
	for _, p := range posted {
		v.Entries = append(v.Entries, viewEntry(p))
	}
	return v, err
}

func revalue(ctx context.Context, tx *store.Tx, d resource.Domain, in revaluationRequest) (entriesView, error) {
	return entriesShown(yearend.Revalue(ctx, tx, d.Grants,
		yearend.Valuation{Account: in.Account, Rate: in.Rate, On: in.Date}))
}

type yearRequest struct {
	Year int `path:"year" json:"-" validate:"min=1900,max=9999" description:"Such as 2026."`
}

func closeYear(ctx context.Context, tx *store.Tx, d resource.Domain, in yearRequest) (entriesView, error) {
	return entriesShown(d.Book.Months().CloseYear(ctx, tx, in.Year))
}

func reverseAccruals(ctx context.Context, tx *store.Tx, d resource.Domain, in yearRequest) (entriesView, error) {
	return entriesShown(yearend.ReverseAccruals(ctx, tx, d.Book, in.Year))
}
