package http

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// payouts registers partners, transfers, exchanges and disbursements.
func payouts(api *API) {
	Route(api, Op{Method: post, Path: "/partners", ID: "registerPartner", Tag: "partners", Roles: finance,
		Summary: "Put a partner and its advance account on record", Danish: "Registrér en partner og dens forskudskonto",
		Refuses: []error{disbursements.ErrDuplicatePartner, ledger.ErrUnknownAccount}}, at(registerPartner))
	Route(api, Op{Method: post, Path: "/currency-exchanges", ID: "exchangeCurrency", Tag: "currency-exchanges", Roles: finance, Money: true,
		Summary: "Book a conversion between our own accounts", Danish: "Bogfør en veksling mellem egne konti",
		Refuses: []error{disbursements.ErrBankCurrency, disbursements.ErrSameAccount, ledger.ErrUnknownFund, ledger.ErrUnknownAccount,
			ledger.ErrLotExhausted, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}}, at(exchangeCurrency))
	Route(api, Op{Method: post, Path: "/transfers", ID: "requestTransfer", Tag: "transfers", Roles: finance, Money: true,
		Summary: "Ask for an advance to a partner", Danish: "Anmod om et forskud til en partner",
		Refuses: []error{disbursements.ErrUnknownPartner, beneficiaries.ErrUnknownPlan, disbursements.ErrDuplicateTransfer,
			disbursements.ErrFeeExceedsAmount, disbursements.ErrBankCurrency, ledger.ErrUnknownAccount}}, at(requestTransfer))
	Route(api, Op{Method: get, Path: "/transfers/:id", ID: "getTransfer", Tag: "transfers", Roles: staff,
		Summary: "One transfer", Danish: "Én overførsel", Refuses: []error{disbursements.ErrUnknownTransfer}}, at(getTransfer))
	Route(api, Op{Method: post, Path: "/transfers/:id/authorisations", ID: "authoriseTransfer", Tag: "transfers", Roles: finance, Money: true,
		Status: http.StatusOK, Summary: "Authorise a transfer that somebody else asked for", Danish: "Bemyndig en overførsel, som en anden har anmodet om",
		Refuses: []error{access.ErrMakerCannotApprove, disbursements.ErrState, grants.ErrConditionOpen, ledger.ErrFundOverdrawn,
			ledger.ErrPeriodClosed}}, at(authoriseTransfer))
	disbursementRoutes(api)
	approvalRoutes(api)
	paymentRoutes(api)
	bankImportRoutes(api)
	prepaymentRoutes(api)
	advanceReturns(api)
	evidenceOfSupport(api)
	payees(api)
	paymentBatches(api)
}

type partnerBody struct {
	Code     string           `json:"code" validate:"required,max=20"`
	Currency ledger.Currency  `json:"currency" validate:"required"`
	Account  ledger.AccountNo `json:"account" validate:"required" description:"Of the partner's advance."`
	Country  string           `json:"country,omitempty" validate:"omitempty,len=2" description:"ISO 3166, where it spends: held against the countries of the grants that pay."`
}

type partnerView struct {
	ID disbursements.PartnerID `json:"id"`
	partnerBody
}

func registerPartner(ctx context.Context, tx *store.Tx, d desk, in partnerBody) (partnerView, error) {
	p, err := d.office.RegisterPartner(ctx, tx, disbursements.Partner{Code: in.Code, Currency: in.Currency, Account: in.Account, Country: in.Country})
	return partnerView{p.ID, in}, err
}

type exchangeRequest struct {
	Date   ledger.Date      `json:"date" validate:"required"`
	Fund   ledger.FundCode  `json:"fund" validate:"required" description:"Whose money it is."`
	Amount ledger.Money     `json:"amount" validate:"required,positive" description:"What is sold, in the currency of the account it leaves."`
	From   ledger.AccountNo `json:"from_account" validate:"required"`
	To     ledger.AccountNo `json:"to_account" validate:"required"`
	Rate   ledger.Rate      `json:"rate" validate:"required" description:"The bank's, as quoted."`
	Fee    Decimal          `json:"fee" validate:"omitempty,nonnegative" description:"Base currency."`
}

type exchangeView struct {
	ID    string         `json:"id"`
	Entry ledger.EntryID `json:"entry_id"`
}

func exchangeCurrency(ctx context.Context, tx *store.Tx, d desk, in exchangeRequest) (exchangeView, error) {
	fee, err := orZero(in.Fee).In("/fee", d.book.Base)
	if err != nil {
		return exchangeView{}, err
	}
	x, err := d.office.Exchange(ctx, tx, disbursements.Exchange{Fund: in.Fund, Date: in.Date, Amount: in.Amount, From: in.From, To: in.To, Rate: in.Rate, Fee: fee})
	return exchangeView{x.ID, x.Entry}, err
}

func orZero(d Decimal) Decimal {
	if d == "" {
		return "0"
	}
	return d
}

type transferRequest struct {
	Number       string           `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Date         ledger.Date      `json:"date" validate:"required"`
	Partner      Ref              `json:"partner" validate:"required" description:"Id or code."`
	Plan         Ref              `json:"plan" validate:"required" description:"Id or number; its funds bear the transfer in its shares."`
	Account      ledger.AccountNo `json:"account" validate:"required" description:"Our bank account in base currency."`
	Sent         Decimal          `json:"sent" validate:"required,positive" description:"Base currency, without the fee."`
	SendingFee   Decimal          `json:"sending_fee" validate:"omitempty,nonnegative" description:"Base currency, on top."`
	Rate         ledger.Rate      `json:"rate" validate:"omitempty" description:"As quoted, such as 226 NGN/DKK."`
	ReceivingFee Decimal          `json:"receiving_fee" validate:"omitempty,nonnegative" description:"Partner's currency, kept by the bank abroad."`
}

type transferView struct {
	ID           disbursements.TransferID    `json:"id"`
	Number       string                      `json:"number"`
	Partner      string                      `json:"partner"`
	Plan         string                      `json:"plan"`
	Date         ledger.Date                 `json:"date"`
	Sent         ledger.Money                `json:"sent"`
	SendingFee   ledger.Money                `json:"sending_fee"`
	Rate         string                      `json:"rate"`
	ReceivingFee ledger.Money                `json:"receiving_fee"`
	State        disbursements.TransferState `json:"state"`
	Entry        ledger.EntryID              `json:"entry_id,omitempty"`
	Version      int                         `json:"version"`
}

func viewTransfer(t disbursements.Transfer) transferView {
	return transferView{t.ID, t.Number, t.Partner.Code, t.Plan.Number, t.Date, t.Sent, t.SendingFee, t.Rate.String(), t.ReceivingFee, t.State, t.Entry, t.Version}
}

func requestTransfer(ctx context.Context, tx *store.Tx, d desk, in transferRequest) (transferView, error) {
	partner, err := d.office.Partner(ctx, tx, string(in.Partner))
	if err != nil {
		return transferView{}, At("/partner", err)
	}
	plan, err := d.people.Plan(ctx, tx, string(in.Plan))
	if err != nil {
		return transferView{}, At("/plan", err)
	}
	t := disbursements.Transfer{Number: in.Number, Partner: partner, Plan: plan, Account: in.Account, Date: in.Date, Rate: in.Rate}
	for _, m := range []struct {
		pointer string
		from    Decimal
		c       ledger.Currency
		into    *ledger.Money
	}{{"/sent", in.Sent, d.book.Base, &t.Sent}, {"/sending_fee", in.SendingFee, d.book.Base, &t.SendingFee}, {"/receiving_fee", in.ReceivingFee, partner.Currency, &t.ReceivingFee}} {
		if *m.into, err = orZero(m.from).In(m.pointer, m.c); err != nil {
			return transferView{}, err
		}
	}
	t, err = d.office.RequestTransfer(ctx, tx, t)
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}

func getTransfer(ctx context.Context, tx *store.Tx, d desk, in byRef) (transferView, error) {
	t, err := d.office.Transfer(ctx, tx, string(in.ID))
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}

func authoriseTransfer(ctx context.Context, tx *store.Tx, d desk, in byRef) (transferView, error) {
	t, err := d.office.AuthoriseTransfer(ctx, tx, string(in.ID))
	if err != nil {
		return transferView{}, err
	}
	return viewTransfer(t), nil
}
