package http

import (
	"cmp"
	"context"
	"net/http"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// gifts registers money given without an agreement.
func gifts(api *API) {
	Route(api, Op{Method: post, Path: "/gifts", ID: "receiveGift", Tag: "gifts", Roles: finance, Money: true,
		Summary: "Book a gift into its fund", Danish: "Bogfør en gave i dens fond",
		About: "The donor is credited with the gross; a fee that was withheld falls on the general fund.",
		Refuses: []error{grants.ErrUnknownDonor, grants.ErrDuplicateGift, grants.ErrFundOfGrant, grants.ErrGiftFee, grants.ErrBankNotInBase, grants.ErrUnknownPledge,
			grants.ErrPledgeMismatch, ledger.ErrUnknownFund,
			ledger.ErrUnknownAccount, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, at(receiveGift))
	Route(api, Op{Method: get, Path: "/gifts", ID: "listGifts", Tag: "gifts", Roles: bookkeeper,
		Summary: "List the gifts", Danish: "Vis gaverne"}, at(listGifts))
	Route(api, Op{Method: get, Path: "/gifts/:id", ID: "getGift", Tag: "gifts", Roles: bookkeeper,
		Summary: "One gift", Danish: "Én gave", Refuses: []error{grants.ErrUnknownGift}}, at(getGift))
	Route(api, Op{Method: post, Path: "/gifts/:id/refunds", ID: "refundGift", Tag: "gifts", Roles: finance, Money: true, Status: http.StatusOK,
		Summary: "Give a mistaken gift back", Danish: "Giv en fejlagtig gave tilbage",
		Refuses: []error{grants.ErrUnknownGift, grants.ErrGiftRefunded, grants.ErrGiftReversed, grants.ErrRefundDate, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, at(refundGift))
}

type giftRequest struct {
	Number    string           `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Donor     Ref              `json:"donor" validate:"required" description:"Id or code."`
	Fund      ledger.FundCode  `json:"fund" validate:"required" description:"Not a grant's."`
	Date      ledger.Date      `json:"date" validate:"required"`
	Gross     Decimal          `json:"gross" validate:"required,positive" description:"Base currency: what the donor gave."`
	Fee       Decimal          `json:"fee" validate:"omitempty,nonnegative" description:"Base currency: what a provider withheld."`
	Account   ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account in base currency; 1010 where none is given."`
	Anonymous bool             `json:"anonymous" description:"The donor wants to stay unnamed with this gift."`
	Pledge    Ref              `json:"pledge" validate:"omitempty" description:"Id or number of the pledge that it fulfils."`
}

type giftView struct {
	ID         grants.GiftID   `json:"id"`
	Number     string          `json:"number"`
	Donor      string          `json:"donor" description:"Code of the donor; empty in lists and tables where the gift is anonymous."`
	Fund       ledger.FundCode `json:"fund"`
	Date       ledger.Date     `json:"date"`
	Gross      ledger.Money    `json:"gross"`
	Fee        ledger.Money    `json:"fee"`
	Entry      ledger.EntryID  `json:"entry_id"`
	RefundedOn string          `json:"refunded_on,omitempty"`
	ReversedOn string          `json:"reversed_on,omitempty" description:"Its entry was reversed as a mistake of ours: it counts as never given."`
	Anonymous  bool            `json:"anonymous"`
	Pledge     string          `json:"pledge_id,omitempty"`
}

func viewGift(g grants.Gift) giftView {
	return giftView{g.ID, g.Number, g.Donor.Code, g.Fund, g.On, g.Gross, g.Fee, g.Entry, string(g.RefundedOn), string(g.ReversedOn), g.Anonymous, g.Pledge}
}

// listedGift shows a gift among others: an anonymous one without its donor.
func listedGift(g grants.Gift) giftView {
	if g.Anonymous {
		g.Donor = grants.Donor{}
	}
	return viewGift(g)
}

// shownGift is a gift or why there is none.
func shownGift(g grants.Gift, err error) (giftView, error) {
	if err != nil {
		return giftView{}, err
	}
	return viewGift(g), nil
}

func receiveGift(ctx context.Context, tx *store.Tx, d desk, in giftRequest) (giftView, error) {
	donor, err := d.grants.Donor(ctx, tx, string(in.Donor))
	if err != nil {
		return giftView{}, At("/donor", err)
	}
	if _, err := d.book.Fund(ctx, tx, in.Fund); err != nil {
		return giftView{}, At("/fund", err)
	}
	g := grants.Gift{Number: in.Number, Donor: donor, Fund: in.Fund, On: in.Date, Account: cmp.Or(in.Account, ledger.BaseBank),
		Anonymous: in.Anonymous, Pledge: string(in.Pledge)}
	if g.Gross, err = in.Gross.In("/gross", d.book.Base); err != nil {
		return giftView{}, err
	}
	if g.Fee, err = orZero(in.Fee).In("/fee", d.book.Base); err != nil {
		return giftView{}, err
	}
	return shownGift(d.grants.ReceiveGift(ctx, tx, g))
}

func listGifts(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[giftView], error) {
	after, err := in.After(1)
	if err != nil {
		return List[giftView]{}, err
	}
	gifts, err := d.grants.GiftsAfter(ctx, tx, grants.GiftID(firstOf(after)), in.Size()+1)
	return ListOf(in.Page, gifts, listedGift, func(g grants.Gift) []string { return []string{string(g.ID)} }), err
}

func getGift(ctx context.Context, tx *store.Tx, d desk, in byRef) (giftView, error) {
	return shownGift(d.grants.Gift(ctx, tx, string(in.ID)))
}

type dayRequest struct {
	ID   Ref         `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required"`
}

func refundGift(ctx context.Context, tx *store.Tx, d desk, in dayRequest) (giftView, error) {
	return shownGift(d.grants.RefundGift(ctx, tx, string(in.ID), in.Date))
}
