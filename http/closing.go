package http

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// awards registers grants that are income at once, and how grants end.
func awards(api *API) {
	Route(api, Op{Method: post, Path: "/grants/:id/awards", ID: "awardGrant", Tag: "grants", Roles: finance, Money: true,
		Summary: "Recognise a grant at once as income and receivable", Danish: "Indtægtsfør en bevilling straks som tilgodehavende",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrWrongRecognition, grants.ErrConditionOpen, grants.ErrRateMissing, ledger.ErrPeriodClosed}}, at(awardGrant))
	Route(api, Op{Method: post, Path: "/grants/:id/award-receipts", ID: "receiveAward", Tag: "grants", Roles: finance, Money: true,
		Summary: "Book money received on an awarded grant", Danish: "Bogfør penge modtaget på en indtægtsført bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrWrongRecognition, grants.ErrGrantState, grants.ErrRateMissing, ledger.ErrLotExhausted, ledger.ErrUnknownAccount,
			ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, at(receiveAward))
	Route(api, Op{Method: post, Path: "/grants/:id/interest", ID: "bookInterest", Tag: "grants", Roles: finance, Money: true,
		Summary: "Book interest on a grant's money for whom it belongs to", Danish: "Bogfør renter af en bevillings penge til den, de tilhører",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrRateMissing, grants.ErrBankNotInBase, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}}, at(bookInterest))
	Route(api, Op{Method: post, Path: "/grants/:id/disallowances", ID: "disallowCost", Tag: "grants", Roles: finance, Money: true,
		Summary: "Take disallowed cost off a grant", Danish: "Tag underkendte udgifter af en bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrOverClaimed, grants.ErrOverAnswered, grants.ErrDuplicateFinding, grants.ErrBankNotInBase, ledger.ErrUnknownAccount,
			ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, at(disallowCost))
	Route(api, Op{Method: post, Path: "/grants/:id/endings", ID: "endGrant", Tag: "grants", Roles: finance, Money: true, Status: http.StatusOK,
		Summary: "End a grant's period: open commitments lapse", Danish: "Afslut en bevillings periode: åbne disponeringer bortfalder",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, ledger.ErrPeriodClosed}}, at(endGrant))
	finalAccounts(api)
}

func finalAccounts(api *API) {
	Route(api, Op{Method: post, Path: "/grants/:id/final-accounts", ID: "closeAccount", Tag: "grants", Roles: finance, Money: true,
		Summary: "Draw up a grant's final account: what is unspent is owed to the grantor", Danish: "Opgør en bevilling endeligt: det uforbrugte skyldes bevillingsgiver",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrCommitmentsOpen, grants.ErrAdvanceOpen, grants.ErrOverspent, ledger.ErrPeriodClosed}}, at(closeAccount))
	Route(api, Op{Method: post, Path: "/grants/:id/refund-payments", ID: "payRefund", Tag: "grants", Roles: finance, Money: true,
		Summary: "Pay back what a final account owes the grantor", Danish: "Betal det tilbage, som den endelige opgørelse skylder bevillingsgiver",
		About: "By another person than the one who drew up the final account.",
		Refuses: []error{grants.ErrNoFinalAccount, grants.ErrGrantState, grants.ErrBankNotInBase, access.ErrMakerCannotApprove, ledger.ErrUnknownAccount,
			ledger.ErrLotExhausted, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, at(payRefund))
	Route(api, Op{Method: post, Path: "/grants/:id/residue-retentions", ID: "keepResidue", Tag: "grants", Roles: finance, Money: true,
		Summary: "Keep an unspent rest that the grantor does not ask back", Danish: "Behold en uforbrugt rest, som bevillingsgiver ikke kræver tilbage",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrCommitmentsOpen, grants.ErrAdvanceOpen, grants.ErrOverspent, grants.ErrAboveDeMinimis,
			grants.ErrLetterMissing, grants.ErrBankNotInBase, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, at(keepResidue))
}

type awardRequest struct {
	ID   Ref         `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required"`
	Rate ledger.Rate `json:"rate" validate:"omitempty" description:"The day's rate to base currency; not for a grant in base currency."`
}

func awardGrant(ctx context.Context, tx *store.Tx, d desk, in awardRequest) (postedView, error) {
	p, err := d.grants.Award(ctx, tx, string(in.ID), in.Date, in.Rate)
	return viewPosted(p), err
}

type awardReceiptRequest struct {
	ID       Ref              `path:"id" json:"-"`
	Date     ledger.Date      `json:"date" validate:"required"`
	Received Decimal          `json:"received" validate:"required,positive" description:"In the grant's currency: what reached our bank."`
	Withheld Decimal          `json:"withheld" validate:"omitempty,nonnegative" description:"In the grant's currency: what a bank kept on the way."`
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

func receiveAward(ctx context.Context, tx *store.Tx, d desk, in awardReceiptRequest) (awardReceiptView, error) {
	g, err := d.grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return awardReceiptView{}, err
	}
	receipt := grants.AwardReceipt{Grant: g.Code, On: in.Date, Rate: in.Rate, Account: in.Account}
	if receipt.Received, err = in.Received.In("/received", g.Amount.Currency); err != nil {
		return awardReceiptView{}, err
	}
	if receipt.Withheld, err = orZero(in.Withheld).In("/withheld", g.Amount.Currency); err != nil {
		return awardReceiptView{}, err
	}
	out, err := d.grants.ReceiveAward(ctx, tx, receipt)
	if err != nil {
		return awardReceiptView{}, err
	}
	return awardReceiptView{out.ID, out.Grant, out.On, out.Received, out.Withheld, out.Base, out.Entry}, nil
}

type interestRequest struct {
	ID      Ref              `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Amount  Decimal          `json:"amount" validate:"required,positive" description:"Base currency."`
	Account ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account in base currency; 1010 where none is given."`
}

func bookInterest(ctx context.Context, tx *store.Tx, d desk, in interestRequest) (postedView, error) {
	amount, err := in.Amount.In("/amount", d.book.Base)
	if err != nil {
		return postedView{}, err
	}
	p, err := d.grants.BookInterest(ctx, tx, grants.Interest{Grant: string(in.ID), On: in.Date, Amount: amount, Account: cmp.Or(in.Account, ledger.BaseBank)})
	return viewPosted(p), err
}

type disallowanceRequest struct {
	ID      Ref                  `path:"id" json:"-"`
	Date    ledger.Date          `json:"date" validate:"required" description:"Of the finding."`
	Finding string               `json:"finding" validate:"required,max=40" description:"The auditor's number."`
	Items   []disallowedItemBody `json:"items" validate:"required,min=1,max=100,dive"`
	Account ledger.AccountNo     `json:"account" validate:"omitempty" description:"Bank account that the general fund repays; 1010 where none is given."`
}

type disallowedItemBody struct {
	Category string  `json:"category" validate:"required,max=40"`
	Amount   Decimal `json:"amount" validate:"required,positive" description:"Base currency."`
}

func disallowCost(ctx context.Context, tx *store.Tx, d desk, in disallowanceRequest) (postedView, error) {
	act := grants.Disallowance{Grant: string(in.ID), Finding: in.Finding, On: in.Date, Account: cmp.Or(in.Account, ledger.BaseBank)}
	for i, item := range in.Items {
		amount, err := item.Amount.In(fmt.Sprintf("/items/%d/amount", i), d.book.Base)
		if err != nil {
			return postedView{}, err
		}
		act.Items = append(act.Items, grants.DisallowedItem{Category: item.Category, Amount: amount})
	}
	p, err := d.grants.Disallow(ctx, tx, act)
	return viewPosted(p), err
}

func endGrant(ctx context.Context, tx *store.Tx, d desk, in dayRequest) (grantView, error) {
	g, _, err := d.grants.End(ctx, tx, string(in.ID), in.Date)
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

func shownFinal(f grants.FinalAccount, err error) (finalAccountView, error) {
	if err != nil {
		return finalAccountView{}, err
	}
	return finalAccountView{f.ID, f.Grant.Code, f.On, f.Refund, f.Base, f.Entry, f.Paid}, nil
}

func closeAccount(ctx context.Context, tx *store.Tx, d desk, in dayRequest) (finalAccountView, error) {
	return shownFinal(d.grants.CloseAccount(ctx, tx, string(in.ID), in.Date))
}

type fromAccountRequest struct {
	ID      Ref              `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
}

func payRefund(ctx context.Context, tx *store.Tx, d desk, in fromAccountRequest) (finalAccountView, error) {
	return shownFinal(d.grants.PayRefund(ctx, tx, string(in.ID), in.Date, in.Account))
}

type keepResidueRequest struct {
	ID      Ref              `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
	Letter  string           `json:"letter" validate:"required,max=80" description:"Reference of the grantor's letter that lets us keep it."`
}

func keepResidue(ctx context.Context, tx *store.Tx, d desk, in keepResidueRequest) (postedView, error) {
	p, err := d.grants.KeepResidue(ctx, tx, string(in.ID), in.Date, in.Account, in.Letter)
	return viewPosted(p), err
}
