package payments

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// advanceReturns registers what comes back of money sent to partners.
func advanceReturns(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/transfers/:id/rejections", ID: "rejectTransfer",
		Match: "getTransfer",
		Tag:   "transfers", Roles: resource.Finance, Money: true,
		Summary: "Book a transfer that the bank abroad sent back, whole",
		Danish:  "Bogfør en overførsel, som banken i udlandet sendte retur, hel",
		Refuses: []error{advances.ErrUnknownTransfer, advances.ErrState, advances.ErrBankCurrency,
			advances.ErrFeeExceedsAmount, beneficiaries.ErrBudgetRate,
			ledger.ErrLotExhausted, ledger.ErrAlreadyReversed, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}},
		rejectTransfer)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/advance-returns", ID: "returnAdvance", Tag: "transfers",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Book unspent money that a partner sends back",
		Danish:  "Bogfør ubrugte penge, som en partner sender tilbage",
		Refuses: []error{advances.ErrUnknownPartner, beneficiaries.ErrUnknownPlan, beneficiaries.ErrBudgetRate,
			advances.ErrBankCurrency, advances.ErrFeeExceedsAmount,
			ledger.ErrLotExhausted, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed}}, returnAdvance)
}

type rejectionRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required"`
	Rate    ledger.Rate      `json:"rate" validate:"omitempty" description:"At which our bank bought the currency back, as quoted."`
	Fee     rest.Decimal     `json:"fee" validate:"omitempty,nonnegative" description:"Base currency, kept by the bank."`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
}

type backView struct {
	ID    string         `json:"id"`
	Entry ledger.EntryID `json:"entry_id"`
}

func rejectTransfer(ctx context.Context, tx *store.Tx, d resource.Domain, in rejectionRequest) (backView, error) {
	fee, err := rest.OrZero(in.Fee).In("/fee", d.Book.Base)
	if err != nil {
		return backView{}, err
	}
	posted, err := d.Advances.RejectTransfer(ctx, tx, string(in.ID),
		advances.Rejection{Date: in.Date, Rate: in.Rate, Account: in.Account, Fee: fee})
	return backView{string(posted.ID), posted.ID}, err
}

type advanceReturnRequest struct {
	Date    ledger.Date      `json:"date" validate:"required"`
	Partner rest.Ref         `json:"partner" validate:"required" description:"Id or code."`
	Plan    rest.Ref         `json:"plan" validate:"required" description:"Id or number; the money is split by its split."`
	Amount  rest.Decimal     `json:"amount" validate:"required,positive" description:"Partner's currency."`
	Rate    ledger.Rate      `json:"rate" validate:"omitempty" description:"At which our bank bought it, as quoted."`
	Fee     rest.Decimal     `json:"fee" validate:"omitempty,nonnegative" description:"Base currency, kept by the bank."`
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
}

func returnAdvance(ctx context.Context, tx *store.Tx, d resource.Domain, in advanceReturnRequest) (backView, error) {
	partner, err := d.Advances.Partner(ctx, tx, string(in.Partner))
	if err != nil {
		return backView{}, rest.At("/partner", err)
	}
	plan, err := d.People.Plan(ctx, tx, string(in.Plan))
	if err != nil {
		return backView{}, rest.At("/plan", err)
	}
	r := advances.AdvanceReturn{Partner: partner, Plan: plan, Date: in.Date, Rate: in.Rate, Account: in.Account}
	if r.Amount, err = in.Amount.In("/amount", partner.Currency); err != nil {
		return backView{}, err
	}
	if r.Fee, err = rest.OrZero(in.Fee).In("/fee", d.Book.Base); err != nil {
		return backView{}, err
	}
	r, err = d.Advances.ReturnAdvance(ctx, tx, r)
	return backView{r.ID, r.Entry}, err
}
