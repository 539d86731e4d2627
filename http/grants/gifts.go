package grants

import (
	"cmp"
	"context"
	"net/http"

	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// gifts registers money given without an agreement.
func gifts(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/gifts", ID: "receiveGift", Tag: "gifts", Roles: resource.Finance, Money: true,
		Summary: "Book a gift into its fund", Danish: "Bogfør en gave i dens fond",
		About: "The donor is credited with the gross; a fee that was withheld falls on the general fund.",
		Refuses: []error{grants.ErrUnknownDonor, grants.ErrDuplicateGift, grants.ErrFundOfGrant, grants.ErrGiftFee, grants.ErrBankNotInBase, grants.ErrUnknownPledge,
			grants.ErrPledgeMismatch, ledger.ErrUnknownFund,
			ledger.ErrUnknownAccount, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, receiveGift)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/gifts", ID: "listGifts", Tag: "gifts", Roles: resource.Bookkeeper,
		Summary: "List the gifts", Danish: "Vis gaverne"}, listGifts)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/gifts/:id", ID: "getGift", Tag: "gifts", Roles: resource.Bookkeeper,
		Summary: "One gift", Danish: "Én gave", Refuses: []error{grants.ErrUnknownGift}}, getGift)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/gifts/:id/refunds", ID: "refundGift", Tag: "gifts", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Give a mistaken gift back", Danish: "Giv en fejlagtig gave tilbage",
		Refuses: []error{grants.ErrUnknownGift, grants.ErrGiftRefunded, grants.ErrGiftReversed, grants.ErrRefundDate, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, refundGift)
}

type giftRequest struct {
	Number    string           `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Donor     rest.Ref         `json:"donor" validate:"required" description:"Id or code."`
	Fund      ledger.FundCode  `json:"fund" validate:"required" description:"Not a grant's."`
	Date      ledger.Date      `json:"date" validate:"required"`
	Gross     rest.Decimal     `json:"gross" validate:"required,positive" description:"Base currency: what the donor gave."`
	Fee       rest.Decimal     `json:"fee" validate:"omitempty,nonnegative" description:"Base currency: what a provider withheld."`
	Account   ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account in base currency; 1010 where none is given."`
	Anonymous bool             `json:"anonymous" description:"The donor wants to stay unnamed with this gift."`
	Pledge    rest.Ref         `json:"pledge" validate:"omitempty" description:"Id or number of the pledge that it fulfils."`
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

func receiveGift(ctx context.Context, tx *store.Tx, d resource.Domain, in giftRequest) (giftView, error) {
	donor, err := d.Grants.Donor(ctx, tx, string(in.Donor))
	if err != nil {
		return giftView{}, rest.At("/donor", err)
	}
	if _, err := d.Book.Fund(ctx, tx, in.Fund); err != nil {
		return giftView{}, rest.At("/fund", err)
	}
	g := grants.Gift{Number: in.Number, Donor: donor, Fund: in.Fund, On: in.Date, Account: cmp.Or(in.Account, ledger.BaseBank),
		Anonymous: in.Anonymous, Pledge: string(in.Pledge)}
	if g.Gross, err = in.Gross.In("/gross", d.Book.Base); err != nil {
		return giftView{}, err
	}
	if g.Fee, err = rest.OrZero(in.Fee).In("/fee", d.Book.Base); err != nil {
		return giftView{}, err
	}
	return shownGift(d.Grants.ReceiveGift(ctx, tx, g))
}

func listGifts(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[giftView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[giftView]{}, err
	}
	gifts, err := d.Grants.GiftsAfter(ctx, tx, grants.GiftID(rest.FirstOf(after)), in.Size()+1)
	return rest.ListOf(in.Page, gifts, listedGift, func(g grants.Gift) []string { return []string{string(g.ID)} }), err
}

func getGift(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (giftView, error) {
	return shownGift(d.Grants.Gift(ctx, tx, string(in.ID)))
}

func refundGift(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (giftView, error) {
	return shownGift(d.Grants.RefundGift(ctx, tx, string(in.ID), in.Date))
}
