package payments

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// Register registers partners, transfers, exchanges and disbursements.
func Register(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/partners", ID: "registerPartner", Tag: "partners",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put a partner and its advance account on record", Danish: "Registrér en partner og dens forskudskonto",
		Refuses: []error{advances.ErrDuplicatePartner, ledger.ErrUnknownAccount}}, registerPartner)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/currency-exchanges", ID: "exchangeCurrency",
		NoMatch: rest.MakesNew,
		Tag:     "currency-exchanges", Roles: resource.Finance, Money: true,
		Summary: "Book a conversion between our own accounts", Danish: "Bogfør en veksling mellem egne konti",
		Refuses: []error{advances.ErrBankCurrency, advances.ErrSameAccount, ledger.ErrUnknownFund,
			ledger.ErrUnknownAccount,
			ledger.ErrLotExhausted, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, exchangeCurrency)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/transfers", ID: "requestTransfer", Tag: "transfers",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Ask for an advance to a partner", Danish: "Anmod om et forskud til en partner",
		Refuses: []error{advances.ErrUnknownPartner, beneficiaries.ErrUnknownPlan, advances.ErrDuplicateTransfer,
			advances.ErrFeeExceedsAmount, advances.ErrBankCurrency, ledger.ErrUnknownAccount}}, requestTransfer)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/transfers/:id", ID: "getTransfer", Tag: "transfers",
		Roles:   resource.Staff,
		Summary: "One transfer", Danish: "Én overførsel", Refuses: []error{advances.ErrUnknownTransfer}}, getTransfer)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/transfers/:id/authorisations", ID: "authoriseTransfer",
		Match: "getTransfer",
		Tag:   "transfers", Roles: resource.Finance, Money: true,
		Status: http.StatusOK, Summary: "Authorise a transfer that somebody else asked for",
		Danish: "Bemyndig en overførsel, som en anden har anmodet om",
		Refuses: []error{access.ErrMakerCannotApprove, advances.ErrState, grants.ErrConditionOpen,
			ledger.ErrFundOverdrawn,
			ledger.ErrPeriodClosed}}, authoriseTransfer)
	disbursementRoutes(api)
	dueDraftRoutes(api)
	approvalRoutes(api)
	paymentRoutes(api)
	bankImportRoutes(api)
	bankMatchRoutes(api)
	bankExplanationRoutes(api)
	paymentReportRoutes(api)
	prepaymentRoutes(api)
	advanceReturns(api)
	evidenceOfSupport(api)
	payeeRoutes(api)
	paymentBatches(api)
}

type partnerBody struct {
	Code     string           `json:"code" validate:"required,max=20,printed"`
	Currency ledger.Currency  `json:"currency" validate:"required"`
	Account  ledger.AccountNo `json:"account" validate:"required" description:"Of the partner's advance."`
	Country  string           `json:"country,omitempty" validate:"omitempty,len=2" description:"ISO 3166, where it spends: held against the countries of the grants that pay."`
}

type partnerView struct {
	ID advances.PartnerID `json:"id"`
	partnerBody
}

func registerPartner(ctx context.Context, tx *store.Tx, d resource.Domain, in partnerBody) (partnerView, error) {
	p, err := d.Advances.RegisterPartner(ctx, tx,
		advances.Partner{Code: in.Code, Currency: in.Currency, Account: in.Account, Country: in.Country})
	return partnerView{p.ID, in}, err
}

type exchangeRequest struct {
	Date   ledger.Date      `json:"date" validate:"required"`
	Fund   ledger.FundCode  `json:"fund" validate:"required" description:"Whose money it is."`
	Amount ledger.Money     `json:"amount" validate:"required,positive" description:"What is sold, in the currency of the account it leaves."`
	From   ledger.AccountNo `json:"from_account" validate:"required"`
	To     ledger.AccountNo `json:"to_account" validate:"required"`
	Rate   ledger.Rate      `json:"rate" validate:"required" description:"The bank's, as quoted."`
	Fee    rest.Decimal     `json:"fee" validate:"omitempty,nonnegative" description:"Base currency."`
}

type exchangeView struct {
	ID    string         `json:"id"`
	Entry ledger.EntryID `json:"entry_id"`
}

func exchangeCurrency(ctx context.Context, tx *store.Tx, d resource.Domain, in exchangeRequest) (exchangeView, error) {
	fee, err := rest.OrZero(in.Fee).In("/fee", d.Book.Base)
	if err != nil {
		return exchangeView{}, err
	}
	x, err := d.Advances.Exchange(ctx, tx,
		advances.Exchange{Fund: in.Fund, Date: in.Date, Amount: in.Amount, From: in.From, To: in.To, Rate: in.Rate,
			Fee: fee})
	return exchangeView{x.ID, x.Entry}, err
}

type transferRequest struct {
	Number       string           `json:"number" validate:"max=20,printed" description:"Given by us where none is sent."`
	Date         ledger.Date      `json:"date" validate:"required"`
	Partner      rest.Ref         `json:"partner" validate:"required" description:"Id or code."`
	Plan         rest.Ref         `json:"plan" validate:"required" description:"Id or number; its funds bear the transfer in its shares."`
	Account      ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
	Sent         rest.Decimal     `json:"sent" validate:"required,positive" description:"Base currency, without the fee."`
	SendingFee   rest.Decimal     `json:"sending_fee" validate:"omitempty,nonnegative" description:"Base currency, on top."`
	Rate         ledger.Rate      `json:"rate" validate:"omitempty" description:"As quoted, such as 226 NGN/DKK."`
	ReceivingFee rest.Decimal     `json:"receiving_fee" validate:"omitempty,nonnegative" description:"Partner's currency, kept by the bank abroad."`
}

type transferView struct {
	ID           advances.TransferID    `json:"id"`
	Number       string                 `json:"number"`
	Partner      string                 `json:"partner"`
	Plan         string                 `json:"plan"`
	Date         ledger.Date            `json:"date"`
	Sent         ledger.Money           `json:"sent"`
	SendingFee   ledger.Money           `json:"sending_fee"`
	Rate         string                 `json:"rate"`
	ReceivingFee ledger.Money           `json:"receiving_fee"`
	State        advances.TransferState `json:"state"`
	Entry        ledger.EntryID         `json:"entry_id,omitempty"`
	Version      int                    `json:"version"`
}

func viewTransfer(t advances.Transfer) transferView {
	return transferView{ID: t.ID, Number: t.Number, Partner: t.Partner.Code, Plan: t.Plan.Number, Date: t.Date,
		Sent: t.Sent, SendingFee: t.SendingFee, Rate: t.Rate.String(), ReceivingFee: t.ReceivingFee, State: t.State,
		Entry: t.Entry, Version: t.Version}
}

func requestTransfer(ctx context.Context, tx *store.Tx, d resource.Domain, in transferRequest) (transferView, error) {
	partner, err := d.Advances.Partner(ctx, tx, string(in.Partner))
	if err != nil {
		return transferView{}, rest.At("/partner", err)
	}
	plan, err := d.People.Plan(ctx, tx, string(in.Plan))
	if err != nil {
		return transferView{}, rest.At("/plan", err)
	}
	t := advances.Transfer{Number: in.Number, Partner: partner, Plan: plan, Account: in.Account, Date: in.Date,
		Rate: in.Rate}
	for _, m := range []struct {
		pointer string
		from    rest.Decimal
		c       ledger.Currency
		into    *ledger.Money
	}{{"/sent", in.Sent, d.Book.Base, &t.Sent}, {"/sending_fee", in.SendingFee, d.Book.Base, &t.SendingFee},
		{"/receiving_fee", in.ReceivingFee, partner.Currency, &t.ReceivingFee}} {
		if *m.into, err = rest.OrZero(m.from).In(m.pointer, m.c); err != nil {
			return transferView{}, err
		}
	}
	t, err = d.Advances.RequestTransfer(ctx, tx, t)
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}

func getTransfer(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (transferView, error) {
	t, err := d.Advances.Transfer(ctx, tx, string(in.ID))
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}

func authoriseTransfer(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (transferView, error) {
	t, err := d.Advances.AuthoriseTransfer(ctx, tx, string(in.ID))
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}
