package grants

import (
	"cmp"
	"context"
	"net/http"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// giftRoutes registers money given without an agreement.
func giftRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/gifts", ID: "receiveGift", Tag: "gifts",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Book a gift into its fund", Danish: "Bogfør en gave til dens formål",
		About: "The donor is credited with the gross; a fee that was withheld falls on the general fund.",
		Refuses: []error{donors.ErrUnknownDonor, gifts.ErrDuplicateGift, gifts.ErrFundOfGrant, gifts.ErrGiftFee,
			grants.ErrBankNotInBase, gifts.ErrUnknownPledge,
			gifts.ErrPledgeMismatch, ledger.ErrUnknownFund,
			ledger.ErrUnknownAccount, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, receiveGift)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/gifts", ID: "listGifts", Tag: "gifts",
		Roles:   resource.Bookkeeper,
		Summary: "List the gifts", Danish: "Vis gaverne"}, listGifts)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/gifts/:id", ID: "getGift", Tag: "gifts",
		Roles:   resource.Bookkeeper,
		Summary: "One gift", Danish: "Én gave", Refuses: []error{gifts.ErrUnknownGift}}, getGift)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/gifts/:id/refunds", ID: "refundGift", Tag: "gifts",
		Match: "getGift",
		Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Give a mistaken gift back", Danish: "Giv en fejlagtig gave tilbage",
		Refuses: []error{gifts.ErrUnknownGift, gifts.ErrGiftRefunded, gifts.ErrGiftReversed, gifts.ErrRefundDate,
			ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn}}, refundGift)
}

type giftRequest struct {
	Number    string           `json:"number" validate:"max=20,printed" description:"Given by us where none is sent."`
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
	ID         gifts.ID        `json:"id"`
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

func viewGift(g gifts.Gift) giftView {
	return giftView{ID: g.ID, Number: g.Number, Donor: g.Donor.Code, Fund: g.Fund, Date: g.On, Gross: g.Gross, Fee: g.Fee,
		Entry: g.Entry, RefundedOn: string(g.RefundedOn), ReversedOn: string(g.ReversedOn), Anonymous: g.Anonymous,
		Pledge: g.Pledge}
}

// listedGift shows a gift among others: an anonymous one without its donor.
func listedGift(g gifts.Gift) giftView {
	if g.Anonymous {
		g.Donor = donors.Donor{}
	}
	return viewGift(g)
}

func receiveGift(ctx context.Context, tx *store.Tx, d resource.Domain, in giftRequest) (giftView, error) {
	donor, err := donors.Find(ctx, tx, string(in.Donor))
	if err != nil {
		return giftView{}, rest.At("/donor", err)
	}
	if _, err := d.Book.Fund(ctx, tx, in.Fund); err != nil {
		return giftView{}, rest.At("/fund", err)
	}
	g := gifts.Gift{Number: in.Number, Donor: donor, Fund: in.Fund, On: in.Date,
		Account:   cmp.Or(in.Account, ledger.BaseBank),
		Anonymous: in.Anonymous, Pledge: string(in.Pledge)}
	if g.Gross, err = in.Gross.In("/gross", d.Book.Base); err != nil {
		return giftView{}, err
	}
	if g.Fee, err = rest.OrZero(in.Fee).In("/fee", d.Book.Base); err != nil {
		return giftView{}, err
	}
	if g, err = d.Gifts.Receive(ctx, tx, g); err != nil {
		return giftView{}, err
	}
	return viewGift(g), nil
}

func listGifts(
	ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page },
) (rest.List[giftView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[giftView]{}, err
	}
	found, err := d.Gifts.Gifts(ctx, tx, gifts.Filter{Page: page})
	return rest.ListOf(in.Page, found, listedGift, func(g gifts.Gift) []string { return []string{string(g.ID)} }), err
}

func getGift(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (giftView, error) {
	g, err := d.Gifts.Gift(ctx, tx, string(in.ID))
	return viewGift(g), err
}

func refundGift(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (giftView, error) {
	g, err := d.Gifts.Refund(ctx, tx, string(in.ID), in.Date)
	return viewGift(g), err
}
