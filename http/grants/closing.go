package grants

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// awards registers grants that are income at once, and how grants end.
func awards(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/awards", ID: "awardGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Money: true,
		Summary: "Recognise a grant at once as income and receivable",
		Danish:  "Indtægtsfør en bevilling straks som tilgodehavende",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrWrongRecognition, grants.ErrConditionOpen, rates.ErrRateMissing,
			ledger.ErrPeriodClosed}}, awardGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/award-receipts", ID: "receiveAward", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Book money received on an awarded grant", Danish: "Bogfør penge modtaget på en indtægtsført bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrWrongRecognition, grants.ErrGrantState, rates.ErrRateMissing,
			ledger.ErrLotExhausted, ledger.ErrUnknownAccount,
			ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, receiveAward)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/interest", ID: "bookInterest", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Book interest on a grant's money for whom it belongs to",
		Danish:  "Bogfør renter af en bevillings penge til den, de tilhører",
		Refuses: []error{grants.ErrUnknownGrant, rates.ErrRateMissing, grants.ErrBankNotInBase, ledger.ErrUnknownAccount,
			ledger.ErrPeriodClosed}}, bookInterest)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/disallowances", ID: "disallowCost", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Take disallowed cost off a grant", Danish: "Tag underkendte udgifter af en bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrOverClaimed, grants.ErrOverAnswered, grants.ErrDuplicateFinding,
			grants.ErrBankNotInBase, ledger.ErrUnknownAccount,
			ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, disallowCost)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/endings", ID: "endGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "End a grant's period: open commitments lapse",
		Danish:  "Afslut en bevillings periode: åbne disponeringer bortfalder",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, ledger.ErrPeriodClosed}}, endGrant)
	finalAccounts(api)
}

func finalAccounts(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/final-accounts", ID: "closeAccount", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Money: true,
		Summary: "Draw up a grant's final account: what is unspent is owed to the grantor",
		Danish:  "Opgør en bevilling endeligt: det uforbrugte skyldes bevillingsgiver",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrCommitmentsOpen, grants.ErrAdvanceOpen,
			grants.ErrOverspent, ledger.ErrPeriodClosed}}, closeAccount)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/refund-payments", ID: "payRefund", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Money: true,
		Summary: "Pay back what a final account owes the grantor",
		Danish:  "Betal det tilbage, som det endelige regnskab skylder bevillingsgiver",
		About:   "By another person than the one who drew up the final account.",
		Refuses: []error{grants.ErrGrantState, grants.ErrBankNotInBase,
			access.ErrMakerCannotApprove, ledger.ErrUnknownAccount,
			ledger.ErrLotExhausted, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, payRefund)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/residue-retentions", ID: "keepResidue",
		Match: "getGrant",
		Tag:   "grants", Roles: resource.Finance, Money: true,
		Summary: "Keep an unspent rest that the grantor does not ask back",
		Danish:  "Behold en uforbrugt rest, som bevillingsgiver ikke kræver tilbage",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrCommitmentsOpen, grants.ErrAdvanceOpen,
			grants.ErrOverspent, grants.ErrAboveDeMinimis,
			grants.ErrLetterMissing, grants.ErrBankNotInBase, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, keepResidue)
}

type awardRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required"`
	Rate ledger.Rate `json:"rate" validate:"omitempty" description:"The day's rate to base currency; not for a grant in base currency."`
}

func awardGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in awardRequest) (resource.PostedView, error) {
	p, err := d.Grants.Award(ctx, tx, string(in.ID), in.Date, in.Rate)
	return resource.ViewPosted(p), err
}

type awardReceiptRequest struct {
	ID       rest.Ref         `path:"id" json:"-"`
	Date     ledger.Date      `json:"date" validate:"required"`
	Received rest.Decimal     `json:"received" validate:"required,positive" description:"In the grant's currency: what reached our bank."`
	Withheld rest.Decimal     `json:"withheld" validate:"omitempty,nonnegative" description:"In the grant's currency: what a bank kept on the way."`
	Rate     ledger.Rate      `json:"rate" validate:"omitempty"`
	Account  ledger.AccountNo `json:"account" validate:"required"`
}

type awardReceiptView struct {
	ID       string         `json:"id"`
	Grant    string         `json:"grant"`
	Date     ledger.Date    `json:"date"`
	Received ledger.Money   `json:"received"`
	Withheld ledger.Money   `json:"withheld"`
	Base     ledger.Money   `json:"base_amount" description:"Value of both at the receipt's rate."`
	Entry    ledger.EntryID `json:"entry_id"`
}

func receiveAward(
	ctx context.Context, tx *store.Tx, d resource.Domain, in awardReceiptRequest,
) (awardReceiptView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return awardReceiptView{}, err
	}
	receipt := grants.AwardReceipt{Grant: g.Code, On: in.Date, Rate: in.Rate, Account: in.Account}
	if receipt.Received, err = in.Received.In("/received", g.Amount.Currency); err != nil {
		return awardReceiptView{}, err
	}
	if receipt.Withheld, err = rest.OrZero(in.Withheld).In("/withheld", g.Amount.Currency); err != nil {
		return awardReceiptView{}, err
	}
	out, err := d.Grants.ReceiveAward(ctx, tx, receipt)
	if err != nil {
		return awardReceiptView{}, err
	}
	return awardReceiptView{ID: out.ID, Grant: out.Grant, Date: out.On, Received: out.Received, Withheld: out.Withheld,
		Base: out.Base, Entry: out.Entry}, nil
}

type interestRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Amount  rest.Decimal     `json:"amount" validate:"required,positive" description:"Base currency."`
	Account ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account in base currency; 1010 where none is given."`
}

func bookInterest(
	ctx context.Context, tx *store.Tx, d resource.Domain, in interestRequest,
) (resource.PostedView, error) {
	amount, err := in.Amount.In("/amount", d.Book.Base)
	if err != nil {
		return resource.PostedView{}, err
	}
	p, err := d.Grants.BookInterest(ctx, tx, grants.Interest{Grant: string(in.ID), On: in.Date, Amount: amount,
		Account: cmp.Or(in.Account, ledger.BaseBank)})
	return resource.ViewPosted(p), err
}

type disallowanceRequest struct {
	ID      rest.Ref             `path:"id" json:"-"`
	Date    ledger.Date          `json:"date" validate:"required" description:"Of the finding."`
	Finding string               `json:"finding" validate:"required,max=40,printed" description:"The auditor's number."`
	Items   []disallowedItemBody `json:"items" validate:"required,min=1,max=100,dive"`
	Account ledger.AccountNo     `json:"account" validate:"omitempty" description:"Bank account that the general fund repays; 1010 where none is given."`
}

type disallowedItemBody struct {
	Category string       `json:"category" validate:"required,max=40"`
	Amount   rest.Decimal `json:"amount" validate:"required,positive" description:"Base currency."`
}

func disallowCost(
	ctx context.Context, tx *store.Tx, d resource.Domain, in disallowanceRequest,
) (resource.PostedView, error) {
	act := grants.Disallowance{Grant: string(in.ID), Finding: in.Finding, On: in.Date,
		Account: cmp.Or(in.Account, ledger.BaseBank)}
	for i, item := range in.Items {
		amount, err := item.Amount.In(fmt.Sprintf("/items/%d/amount", i), d.Book.Base)
		if err != nil {
			return resource.PostedView{}, err
		}
		act.Items = append(act.Items, grants.DisallowedItem{Category: item.Category, Amount: amount})
	}
	p, err := d.Grants.Disallow(ctx, tx, act)
	return resource.ViewPosted(p), err
}

func endGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (grantView, error) {
	g, _, err := d.Grants.End(ctx, tx, string(in.ID), in.Date)
	return viewGrant(g), err
}

type finalAccountView struct {
	ID     string         `json:"id"`
	Grant  string         `json:"grant"`
	Date   ledger.Date    `json:"date"`
	Refund ledger.Money   `json:"refund"`
	Base   ledger.Money   `json:"base_amount"`
	Entry  ledger.EntryID `json:"entry_id,omitempty"`
	Paid   ledger.EntryID `json:"paid_entry_id,omitempty"`
}

func viewFinalAccount(f grants.FinalAccount) finalAccountView {
	return finalAccountView{ID: f.ID, Grant: f.Grant.Code, Date: f.On, Refund: f.Refund, Base: f.Base, Entry: f.Entry,
		Paid: f.Paid}
}

func closeAccount(
	ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest,
) (finalAccountView, error) {
	f, err := d.Grants.CloseAccount(ctx, tx, string(in.ID), in.Date)
	return viewFinalAccount(f), err
}

type fromAccountRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
}

func payRefund(ctx context.Context, tx *store.Tx, d resource.Domain, in fromAccountRequest) (finalAccountView, error) {
	f, err := d.Grants.PayRefund(ctx, tx, string(in.ID), in.Date, in.Account)
	return viewFinalAccount(f), err
}

type keepResidueRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
	Letter  string           `json:"letter" validate:"required,max=80" description:"Reference of the grantor's letter that lets us keep it."`
}

func keepResidue(
	ctx context.Context, tx *store.Tx, d resource.Domain, in keepResidueRequest,
) (resource.PostedView, error) {
	p, err := d.Grants.KeepResidue(ctx, tx, string(in.ID),
		grants.Residue{On: in.Date, Account: in.Account, Letter: in.Letter})
	return resource.ViewPosted(p), err
}
