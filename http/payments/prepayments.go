package payments

import (
	"cmp"
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// prepaymentRoutes registers retainers and petty cash floats.
func prepaymentRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/prepayments", ID: "listPrepayments", Tag: "prepayments",
		Roles:   resource.Bookkeeper,
		Summary: "List money paid ahead by number", Danish: "Vis forudbetalinger efter nummer"}, listPrepayments)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/prepayments/:id", ID: "getPrepayment", Tag: "prepayments",
		Roles:   resource.Staff,
		Summary: "One retainer or float, and what is left of it",
		Danish:  "Ét forudbetalt honorar eller én kontantkasse, og hvad der er tilbage",
		Refuses: []error{advances.ErrUnknownPrepayment}}, getPrepayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/prepayments", ID: "requestPrepayment", Tag: "prepayments",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Ask for a retainer or a petty cash float", Danish: "Anmod om et forudbetalt honorar eller en kontantkasse",
		Refuses: []error{advances.ErrDuplicatePrepayment, advances.ErrBankCurrency, beneficiaries.ErrUnknownPlan,
			ledger.ErrUnknownFund, payees.ErrUnregistered, payees.ErrOverCardLimit,
			ledger.ErrUnknownAccount}}, requestPrepayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/prepayments/:id/authorisations", ID: "authorisePrepayment",
		Match: "getPrepayment",
		Tag:   "prepayments", Roles: resource.Finance, Money: true,
		Status: http.StatusOK, Summary: "Authorise what somebody else asked for",
		Danish: "Bemyndig, hvad en anden har anmodet om",
		Refuses: []error{access.ErrRelated, access.ErrMakerCannotApprove, advances.ErrUnknownPrepayment, advances.ErrState,
			grants.ErrBudgetExceeded, payees.ErrUnregistered, payees.ErrUnverified, payees.ErrCooling,
			payees.ErrOverCardLimit, grants.ErrConditionOpen, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}},
		authorisePrepayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/prepayments/:id/returns", ID: "returnPrepayment",
		Match: "getPrepayment",
		Tag:   "prepayments", Roles: resource.Finance, Money: true,
		Status: http.StatusOK, Summary: "Book unused money that comes back",
		Danish: "Bogfør ubrugte penge, der kommer tilbage",
		Refuses: []error{advances.ErrUnknownPrepayment, advances.ErrState, advances.ErrPrepaidExceeded,
			ledger.ErrPeriodClosed}}, returnPrepayment)
}

type prepaymentRequest struct {
	Number  string                  `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Kind    advances.PrepaymentKind `json:"kind" validate:"required,oneof=retainer petty_cash"`
	Fund    ledger.FundCode         `json:"fund" validate:"required"`
	Payee   string                  `json:"payee" validate:"max=20" description:"Code of the lawyer; no person's name."`
	PaidBy  payees.Means            `json:"paid_by" validate:"omitempty,oneof=transfer card cash" description:"Of a retainer, as of a disbursement: a transfer to a payee on record where none is sent and a payee is."`
	Plan    rest.Ref                `json:"plan" description:"Id or number."`
	Account ledger.AccountNo        `json:"account" validate:"omitempty" description:"Our bank account in base currency; 1010 where none is given."`
	Date    ledger.Date             `json:"date" validate:"required"`
	Amount  rest.Decimal            `json:"amount" validate:"required,positive" description:"Base currency."`
}

type prepaymentView struct {
	ID      advances.PrepaymentID   `json:"id"`
	Number  string                  `json:"number"`
	Kind    advances.PrepaymentKind `json:"kind"`
	Fund    ledger.FundCode         `json:"fund"`
	Payee   string                  `json:"payee"`
	PaidBy  payees.Means            `json:"paid_by" enum:"transfer,card,cash"`
	Plan    string                  `json:"plan"`
	Date    ledger.Date             `json:"date"`
	Amount  ledger.Money            `json:"amount"`
	Left    ledger.Money            `json:"left" description:"Neither drawn nor given back."`
	State   advances.TransferState  `json:"state"`
	Entry   ledger.EntryID          `json:"entry_id,omitempty"`
	Version int                     `json:"version"`
}

func viewPrepayment(p advances.Prepayment) prepaymentView {
	return prepaymentView{ID: p.ID, Number: p.Number, Kind: p.Kind, Fund: p.Fund, Payee: p.Payee, PaidBy: p.PaidBy,
		Plan: p.Plan.Number,
		Date: p.Date, Amount: p.Amount, Left: p.Left, State: p.State, Entry: p.Entry, Version: p.Version}
}

// shownPrepayment is money paid ahead or why there is none.
func shownPrepayment(p advances.Prepayment, err error) (prepaymentView, error) {
	if err != nil {
		return prepaymentView{}, err
	}
	return viewPrepayment(p), nil
}

func requestPrepayment(ctx context.Context, tx *store.Tx, d resource.Domain, in prepaymentRequest) (prepaymentView,
	error) {
	p := advances.Prepayment{Number: in.Number, Kind: in.Kind, Fund: in.Fund, Payee: in.Payee, PaidBy: in.PaidBy,
		Account: cmp.Or(in.Account, ledger.BaseBank), Date: in.Date}
	var err error
	if in.Plan != "" {
		if p.Plan, err = d.People.Plan(ctx, tx, string(in.Plan)); err != nil {
			return prepaymentView{}, rest.At("/plan", err)
		}
	}
	if p.Amount, err = in.Amount.In("/amount", d.Book.Base); err != nil {
		return prepaymentView{}, err
	}
	return shownPrepayment(d.Advances.RequestPrepayment(ctx, tx, p))
}

type listPrepaymentsRequest struct{ rest.Page }

func listPrepayments(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listPrepaymentsRequest) (rest.List[prepaymentView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[prepaymentView]{}, err
	}
	found, err := d.Advances.Prepayments(ctx, tx, page)
	if err != nil {
		return rest.List[prepaymentView]{}, err
	}
	return rest.ListOf(in.Page, found, viewPrepayment,
		func(p advances.Prepayment) []string { return []string{p.Number} }), nil
}

func getPrepayment(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (prepaymentView, error) {
	return shownPrepayment(d.Advances.Prepayment(ctx, tx, string(in.ID)))
}

func authorisePrepayment(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (prepaymentView, error) {
	return shownPrepayment(d.Advances.AuthorisePrepayment(ctx, tx, string(in.ID)))
}

type prepaymentReturnRequest struct {
	ID     rest.Ref     `path:"id" json:"-"`
	Date   ledger.Date  `json:"date" validate:"required"`
	Amount rest.Decimal `json:"amount" validate:"required,positive" description:"Base currency."`
}

func returnPrepayment(ctx context.Context, tx *store.Tx, d resource.Domain, in prepaymentReturnRequest) (prepaymentView,
	error) {
	amount, err := in.Amount.In("/amount", d.Book.Base)
	if err != nil {
		return prepaymentView{}, err
	}
	return shownPrepayment(d.Advances.ReturnPrepayment(ctx, tx, string(in.ID), amount, in.Date))
}
