package payments

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// paymentRoutes registers payments and the bank lines that prove them.
func paymentRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/releases", ID: "releaseDisbursement",
		Match: "getDisbursement",
		Tag:   "payments", Roles: resource.Finance, Money: true,
		Summary: "Release an authorised disbursement for payment", Danish: "Frigiv en bemyndiget udbetaling til betaling",
		About: "Who asked, approved or authorised cannot release. It makes the first payment; the bank's line will " +
			"confirm it.",
		Refuses: slices.Concat(refusesBooking, []error{access.ErrMakerCannotApprove,
			disbursements.ErrUnknownDisbursement, advances.ErrState,
			disbursements.ErrSettlement,
			banking.ErrDuplicatePayment, advances.ErrBankCurrency, payees.ErrUnverified, payees.ErrCooling,
			payees.ErrChanged, payees.ErrUnbound,
			banking.ErrInBatch, access.ErrRelated, disbursements.ErrPlanChanged,
			ledger.ErrAlreadyReversed})}, releaseDisbursement)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payments", ID: "listPayments", Tag: "payments",
		Roles:   resource.Bookkeeper,
		Summary: "List payments by number", Danish: "Vis betalinger efter nummer"}, listPayments)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payments/:id", ID: "getPayment", Tag: "payments",
		Roles:   resource.Bookkeeper,
		Summary: "One payment", Danish: "Én betaling", Refuses: []error{banking.ErrUnknownPayment}}, getPayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payments/:id/dispatches", ID: "dispatchPayment",
		Match: "getPayment",
		Tag:   "payments", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Note that a payment was given to the bank by hand",
		Danish:  "Notér, at en betaling er givet til banken i hånden",
		About: "One that is made again is released by a second person here. A document may show it; it proves the entry " +
			"once the bank's line is matched.",
		Refuses: []error{banking.ErrUnknownPayment, advances.ErrState, banking.ErrInBatch, payees.ErrUnverified,
			payees.ErrCooling, payees.ErrChanged, payees.ErrUnbound, access.ErrMakerCannotApprove, access.ErrRelated,
			evidence.ErrUnknown,
			banking.ErrNamedByBank}}, dispatchPayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payments/:id/failures", ID: "failPayment", Tag: "payments",
		Match: "getPayment",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Note that a payment never left, or was recalled",
		Danish:  "Notér, at en betaling aldrig gik afsted eller blev kaldt tilbage",
		Refuses: []error{banking.ErrUnknownPayment, advances.ErrState, banking.ErrNamedByBank,
			ledger.ErrReasonRequired}}, failPayment)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payments/:id/reissues", ID: "reissuePayment", Tag: "payments",
		Match: "getPayment",
		Roles: resource.Finance, Money: true,
		Summary: "Make a payment again that came back or never left",
		Danish:  "Betal igen, hvad der kom retur eller aldrig gik afsted",
		Refuses: []error{banking.ErrUnknownPayment, advances.ErrState, banking.ErrReissued, banking.ErrNamedByBank,
			banking.ErrDuplicatePayment, payees.ErrUnregistered}}, reissuePayment)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-lines", ID: "listBankLines", Tag: "bank-lines",
		Roles:   resource.Bookkeeper,
		Summary: "List what the bank said, oldest first", Danish: "Vis bankens linjer, ældste først"}, listBankLines)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-lines/:id", ID: "getBankLine", Tag: "bank-lines",
		Roles:   resource.Bookkeeper,
		Summary: "One line of the bank", Danish: "Én af bankens linjer",
		Refuses: []error{banking.ErrUnknownBankLine}}, getBankLine)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-lines", ID: "recordBankLine", Tag: "bank-lines",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Put a line of the bank's statement on record", Danish: "Registrér en linje fra bankens kontoudtog",
		Refuses: []error{advances.ErrBankCurrency, banking.ErrNothingMoved, ledger.ErrUnknownAccount}}, recordBankLine)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-lines/:id/matches", ID: "matchBankLine", Tag: "bank-lines",
		Match: "getBankLine",
		Roles: resource.Finance, Money: true,
		Summary: "Say what a bank line proves, and book it", Danish: "Afstem en banklinje, og bogfør den",
		About: "A payment that left, one that came back, or a fee that the bank took for it; booked on the bank's date.",
		Refuses: append([]error{banking.ErrUnknownBankLine, banking.ErrUnknownPayment, advances.ErrState,
			banking.ErrBankDifference,
			advances.ErrBankCurrency, disbursements.ErrOutsidePeriod, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted,
			ledger.ErrPeriodClosed}, resource.NotPaid...)}, matchBankLine)
}

type releaseRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required" description:"Day on which it is to be paid."`
	Number  string           `json:"number" validate:"max=20" description:"Of the payment; given by us where none is sent."`
	Account ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account, for an invoice."`
}

type paymentView struct {
	ID           banking.PaymentID            `json:"id"`
	Number       string                       `json:"number"`
	Disbursement disbursements.DisbursementID `json:"disbursement_id"`
	ReissueOf    banking.PaymentID            `json:"reissue_of,omitempty"`
	Account      ledger.AccountNo             `json:"account"`
	Payee        string                       `json:"payee"`
	Date         ledger.Date                  `json:"date"`
	Amount       ledger.Money                 `json:"amount"`
	State        banking.PaymentState         `json:"state"`
	Entry        ledger.EntryID               `json:"entry_id,omitempty"`
	Version      int                          `json:"version"`
}

func viewPayment(p banking.Payment) paymentView {
	return paymentView{ID: p.ID, Number: p.Number, Disbursement: p.Disbursement, ReissueOf: p.ReissueOf,
		Account: p.Account, Payee: p.Payee, Date: p.Date, Amount: p.Amount, State: p.State, Entry: p.Entry,
		Version: p.Version}
}

// shownPayment is a payment or why there is none.
func shownPayment(p banking.Payment, err error) (paymentView, error) {
	if err != nil {
		return paymentView{}, err
	}
	return viewPayment(p), nil
}

func releaseDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in releaseRequest) (paymentView, error) {
	return shownPayment(d.Payments.Release(ctx, tx, string(in.ID),
		banking.Payment{Number: in.Number, Date: in.Date, Account: in.Account}))
}

type listPaymentsRequest struct {
	rest.Page
	State banking.PaymentState `query:"status" json:"-" validate:"omitempty,oneof=planned in_file sent confirmed failed returned recalled"`
}

func listPayments(ctx context.Context, tx *store.Tx, d resource.Domain, in listPaymentsRequest) (rest.List[paymentView],
	error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[paymentView]{}, err
	}
	found, err := d.Payments.List(ctx, tx, banking.PaymentFilter{State: in.State, Page: page})
	if err != nil {
		return rest.List[paymentView]{}, err
	}
	return rest.ListOf(in.Page, found, viewPayment,
		func(p banking.Payment) []string { return []string{p.Number} }), nil
}

func getPayment(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (paymentView, error) {
	return shownPayment(d.Payments.Payment(ctx, tx, string(in.ID)))
}

type dispatchRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or number."`
	Evidence rest.Ref `query:"evidence_id" json:"-" description:"What shows it, such as the bank's receipt."`
}

func dispatchPayment(ctx context.Context, tx *store.Tx, d resource.Domain, in dispatchRequest) (paymentView, error) {
	if in.Evidence != "" {
		p, err := d.Payments.DispatchProved(ctx, tx, string(in.ID), evidence.ID(in.Evidence))
		if errors.Is(err, evidence.ErrUnknown) {
			err = rest.At("/evidence_id", err)
		}
		return shownPayment(p, err)
	}
	return shownPayment(d.Payments.Dispatch(ctx, tx, string(in.ID)))
}

type failureRequest struct {
	ID     rest.Ref             `path:"id" json:"-"`
	State  banking.PaymentState `json:"state" validate:"required,oneof=failed recalled"`
	Reason string               `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func failPayment(ctx context.Context, tx *store.Tx, d resource.Domain, in failureRequest) (paymentView, error) {
	return shownPayment(d.Payments.Fail(ctx, tx, string(in.ID), in.State, in.Reason))
}

type reissueRequest struct {
	ID      rest.Ref         `path:"id" json:"-"`
	Date    ledger.Date      `json:"date" validate:"required" description:"Day on which it is to be paid."`
	Number  string           `json:"number" validate:"max=20" description:"Of the new payment; given by us where none is sent."`
	Account ledger.AccountNo `json:"account" validate:"omitempty" description:"Our bank account; that of the first payment where none is sent."`
	Payee   string           `json:"payee" validate:"max=20" description:"Code; that of the first payment where none is sent."`
}

func reissuePayment(ctx context.Context, tx *store.Tx, d resource.Domain, in reissueRequest) (paymentView, error) {
	return shownPayment(d.Payments.Reissue(ctx, tx, string(in.ID),
		banking.Payment{Number: in.Number, Date: in.Date, Account: in.Account, Payee: in.Payee}))
}

type bankLineRequest struct {
	Account   ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
	Date      ledger.Date      `json:"date" validate:"required" description:"On which the bank booked it."`
	Amount    rest.Decimal     `json:"amount" validate:"required" description:"In the account's currency; money out is negative."`
	Reference string           `json:"reference" validate:"max=140" description:"The bank's; no person's name."`
}

type bankLineView struct {
	ID        banking.BankLineID `json:"id"`
	Account   ledger.AccountNo   `json:"account"`
	Date      ledger.Date        `json:"date"`
	Amount    ledger.Money       `json:"amount"`
	Left      ledger.Money       `json:"left" description:"What no match accounts for yet."`
	Reference string             `json:"reference"`
	Suspended bool               `json:"suspended" description:"It stands in suspense: finance has to explain it."`
	Why       string             `json:"suspended_because,omitempty" description:"The code of what kept it from being booked as what it says."`
}

func viewBankLine(l banking.BankLine) bankLineView {
	return bankLineView{ID: l.ID, Account: l.Account, Date: l.Date, Amount: l.Amount, Left: l.Left,
		Reference: l.Reference, Suspended: l.Suspended, Why: l.Why}
}

func recordBankLine(ctx context.Context, tx *store.Tx, d resource.Domain, in bankLineRequest) (bankLineView, error) {
	bank, err := d.Book.Bank(ctx, tx, in.Account)
	if err != nil {
		return bankLineView{}, rest.At("/account", err)
	}
	amount, err := in.Amount.In("/amount", bank.BankCurrency())
	if err != nil {
		return bankLineView{}, err
	}
	if amount.IsZero() {
		return bankLineView{}, rest.At("/amount", banking.ErrNothingMoved)
	}
	l, err := d.Lines.Record(ctx, tx,
		banking.BankLine{Account: in.Account, Date: in.Date, Amount: amount, Reference: in.Reference})
	if err != nil {
		return bankLineView{}, err
	}
	return viewBankLine(l), nil
}

type listBankLinesRequest struct {
	rest.Page
	Account ledger.AccountNo `query:"account" json:"-"`
	Status  string           `query:"status" json:"-" validate:"omitempty,oneof=open waiting" description:"open: no match accounts for all of it; waiting: nobody has explained it yet, open or in suspense."`
}

func listBankLines(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listBankLinesRequest) (rest.List[bankLineView], error) {
	page, err := in.Page.Keyset(2)
	if err != nil {
		return rest.List[bankLineView]{}, err
	}
	found, err := d.Lines.List(ctx, tx, banking.BankLineFilter{Account: in.Account, Open: in.Status == "open",
		Waiting: in.Status == "waiting", Page: page})
	if err != nil {
		return rest.List[bankLineView]{}, err
	}
	return rest.ListOf(in.Page, found, viewBankLine,
		func(l banking.BankLine) []string { return []string{string(l.Date), string(l.ID)} }), nil
}

type matchRequest struct {
	ID      rest.Ref       `path:"id" json:"-"`
	Payment rest.Ref       `json:"payment" validate:"required" description:"Id or number."`
	Proves  banking.Proves `json:"proves" validate:"required,oneof=payment return fee"`
}

type matchView struct {
	ID      string         `json:"id"`
	Line    bankLineView   `json:"bank_line"`
	Payment paymentView    `json:"payment"`
	Proves  string         `json:"proves"`
	Amount  ledger.Money   `json:"amount"`
	Entry   ledger.EntryID `json:"entry_id"`
}

func matchBankLine(ctx context.Context, tx *store.Tx, d resource.Domain, in matchRequest) (matchView, error) {
	m, err := d.Lines.Match(ctx, tx, string(in.ID), string(in.Payment), in.Proves)
	if errors.Is(err, banking.ErrUnknownPayment) {
		err = rest.At("/payment", err)
	}
	if err != nil {
		return matchView{}, err
	}
	return viewMatch(m), nil
}

func viewMatch(m banking.Match) matchView {
	return matchView{ID: m.ID, Line: viewBankLine(m.Line), Payment: viewPayment(m.Payment), Proves: string(m.Proves),
		Amount: m.Amount, Entry: m.Entry}
}

func getBankLine(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (bankLineView, error) {
	l, err := d.Lines.BankLine(ctx, tx, string(in.ID))
	if err != nil {
		return bankLineView{}, err
	}
	return viewBankLine(l), nil
}
