package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/delegations"
	"supportledger/disbursements/documents"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

func disbursementRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/disbursements", ID: "listDisbursements", Tag: "disbursements",
		Roles:   resource.Staff,
		Summary: "List disbursements by number", Danish: "Vis udbetalinger efter nummer"}, listDisbursements)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/disbursements/:id", ID: "getDisbursement", Tag: "disbursements",
		Roles:   resource.Staff,
		Summary: "One disbursement", Danish: "Én udbetaling", Refuses: []error{disbursements.ErrUnknownDisbursement}},
		getDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements", ID: "draftDisbursement", Tag: "disbursements",
		NoMatch: rest.MakesNew,
		Roles:   resource.Casework, Money: true,
		Summary: "Write a disbursement down", Danish: "Opret en udbetaling",
		About: "Which fields it needs depends on how it is settled: partner and netting name plan, line, units and " +
			"partner; payment the funds that pay, " +
			"category and account; invoice plan and items; retainer and petty_cash the prepayment. With its documents in the " +
			"same call it comes as " +
			"multipart/form-data: the object in a part named disbursement, each document in one named after its kind.",
		Refuses: refusesDraft}, draftDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/submissions", ID: "submitDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: disbursements.ToSubmit.Roles(),
		Status: http.StatusOK, Summary: "Ask for approval", Danish: "Bed om godkendelse",
		About: "What was asked about goes back as it is: what was approved stands. An emergency is paid first and " +
			"approved after.",
		Refuses: slices.Concat([]error{disbursements.ErrUnknownDisbursement, access.ErrMakerCannotApprove,
			advances.ErrState, disbursements.ErrPlanNotApproved, disbursements.ErrGated,
			disbursements.ErrEmergency, payees.ErrOtherCreditor, vault.ErrNoVault, vault.ErrErased,
			vault.ErrKeyMissing}, refusesBooking)}, submitDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/decisions", ID: "decideDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: decides,
		Status: http.StatusOK, Summary: "Approve, return, reject or ask", Danish: "Godkend, returnér, afvis eller spørg",
		About: "Who asked, wrote it or is related cannot decide. Everything but an approval takes a reason of at least " +
			"ten letters. As many people " +
			"approve as the policy wants; any change of what is asked for voids it. An emergency may be rejected until " +
			"somebody approved it: it is called off where " +
			"the money has not left; where it has, the refusal is noted and waits for the treasurer and the programme lead.",
		Refuses: slices.Concat(refusesDecision,
			[]error{ledger.ErrReasonRequired, disbursements.ErrBooked, disbursements.ErrReserved},
			refusesBooking)}, decideDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/authorisations", ID: "authoriseDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: authorises,
		Status: http.StatusOK, Summary: "Authorise what somebody else approved",
		Danish:  "Bemyndig, hvad en anden har godkendt",
		About:   "An invoice is booked here, on its own date.",
		Refuses: slices.Concat(refusesDecision, refusesBooking)}, authoriseDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/liquidations", ID: "liquidateDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: disbursements.ToLiquidate.Roles(), Money: true,
		Status: http.StatusOK, Summary: "Book a partner's evidence: its advance becomes cost",
		Danish: "Bogfør en partners bilag: forskuddet bliver til omkostning",
		Refuses: append([]error{advances.ErrState, disbursements.ErrSettlement, disbursements.ErrOutsidePeriod,
			ledger.ErrLotExhausted,
			ledger.ErrPeriodClosed}, resource.NotPaid...)}, liquidateDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/settlements", ID: "settleDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: resource.Finance, Money: true,
		Status: http.StatusOK, Summary: "Settle without money leaving the bank: netting, retainer, petty cash",
		Danish: "Afregn uden at penge forlader banken: modregning, forudbetalt honorar, kontantkasse",
		Refuses: append([]error{advances.ErrState, disbursements.ErrSettlement, disbursements.ErrOutsidePeriod,
			advances.ErrPrepaidExceeded,
			ledger.ErrLotExhausted, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed}, resource.NotPaid...)}, settleDisbursement)
}

// refusesDraft is what writing a disbursement down may be refused with, refusesDecision what every decision on one may,
// and refusesBooking what the books would refuse, which every step on the way there refuses as well.
var (
	refusesBooking = slices.Concat([]error{disbursements.ErrOutsidePeriod, grants.ErrBudgetExceeded,
		ledger.ErrFundOverdrawn, ledger.ErrLotExhausted, ledger.ErrPeriodClosed, ledger.ErrUnknownAccount,
		advances.ErrPrepaidExceeded, rates.ErrRateMissing, beneficiaries.ErrUnknownLine, payees.ErrUnregistered,
		payees.ErrOverCardLimit}, resource.NotPaid)
	refusesDraft = []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrUnknownLine, advances.ErrUnknownPartner,
		advances.ErrUnknownPrepayment,
		beneficiaries.ErrShares, disbursements.ErrIncomplete, disbursements.ErrReceiptsDiffer, advances.ErrBankCurrency,
		disbursements.ErrSettlement, banknumbers.ErrNumber,
		rates.ErrRateMissing, ledger.ErrUnknownFund, ledger.ErrUnknownAccount, evidence.ErrUnknown,
		evidence.ErrNoKey, evidence.ErrType, evidence.ErrActive, evidence.ErrPixels, evidence.ErrUnreadable,
		evidence.ErrTooLarge}
	refusesDecision = []error{disbursements.ErrUnknownDisbursement, advances.ErrState, access.ErrMakerCannotApprove,
		disbursements.ErrNotAsked, complaints.ErrHeld, documents.ErrUsed,
		delegations.ErrMissing, access.ErrRelated, disbursements.ErrPlanChanged, access.ErrUnknownUser,
		grants.ErrConditionOpen, disbursements.ErrGated,
		payees.ErrUnverified, payees.ErrCooling, payees.ErrChanged, payees.ErrUnbound}
)

type draftDisbursementRequest struct {
	Date       ledger.Date              `json:"date" validate:"required" description:"Of an invoice: its own, on which it is booked."`
	Settlement disbursements.Settlement `json:"settlement" validate:"omitempty,oneof=partner payment invoice retainer petty_cash netting" description:"How it is settled; partner where none is sent."`
	Plan       rest.Ref                 `json:"plan" description:"Id or number; none for a cost that no plan pays."`
	Line       string                   `json:"line" validate:"max=40" description:"Of the plan, for partner and netting."`
	Units      int                      `json:"units" validate:"min=0,max=600" description:"How many of the plan's units it settles, earliest due first."`
	Partner    rest.Ref                 `json:"partner" description:"Who spends it out of an advance."`
	Prepayment rest.Ref                 `json:"prepayment" description:"The retainer or the float that it comes out of."`
	Payee      string                   `json:"payee" validate:"max=20" description:"Code of who is paid; no person's name."`
	PaidBy     payees.Means             `json:"paid_by" validate:"omitempty,oneof=transfer card cash" description:"How the money of payment and invoice leaves. A transfer goes to verified bank details of a payee on record; by card or in cash it needs none, has the limit of the policy and owes a receipt. Where none is sent, a transfer to the payee, and by card without one."`
	Reference  string                   `json:"reference" validate:"max=60" description:"What the payee knows the bill by: the line of a Danish bill as it stands (+71<...+...<, +73, +75), a creditor's reference (RF...), or the number of an invoice. Its digits are checked, and the bank passes it on; no person's name."`
	Category   string                   `json:"category" validate:"max=40" description:"Of cost beside a plan's lines: payment and retainer."`
	Account    ledger.AccountNo         `json:"account" validate:"omitempty" description:"Our bank account, for payment."`
	Amount     rest.Decimal             `json:"amount" validate:"omitempty,positive" description:"Partner's currency, that of the account, or base; what is charged, whatever was planned. An invoice and receipts sum their items."`
	Overpaid   rest.Decimal             `json:"overpaid" validate:"omitempty,positive" description:"Partner's currency: what it paid twice, on top of amount."`
	Net        rest.Decimal             `json:"net" validate:"omitempty,positive" description:"Of a bill drawn from a retainer, in place of amount."`
	VAT        rest.Decimal             `json:"vat_percent" validate:"omitempty,nonnegative" description:"On net; rounded, then added."`
	Spot       ledger.Rate              `json:"spot_rate" validate:"omitempty" description:"The day's, for what is paid in another currency than base."`
	Items      []itemBody               `json:"items" validate:"max=200,dive" description:"Of an invoice, or the receipts of a float."`
	Returned   rest.Decimal             `json:"returned" validate:"omitempty,nonnegative" description:"Cash of a float that comes back; receipts and cash must be the float."`
	Shares     []resource.ShareBody     `json:"shares" validate:"max=20,dive" description:"For partner only as a split of its own instead of the plan's: such cost relieves no commitment. For payment: the funds that pay."`
	Text       string                   `json:"text" validate:"required,max=120" description:"What it is for; no person's name."`
	Evidence   []evidence.ID            `json:"evidence_ids" validate:"max=20,dive,max=40" description:"Documents that it is asked for with. An approval is of exactly these."`
	Documents  rest.Parts               `json:"-" parts:"disbursement"`
	Emergency  bool                     `json:"emergency" description:"Paid first and approved after: a small amount for one plan, a few times in a quarter."`
}

// Prepare makes the documents that came along fit to be kept.
func (r *draftDisbursementRequest) Prepare() error { return r.Documents.Prepare() }

// itemBody is a line of an invoice (line, units, unit_price, kind) or a receipt (fund, category, amount).
type itemBody struct {
	Line      string          `json:"line,omitempty" validate:"max=40" description:"Of the plan, on an invoice."`
	Kind      string          `json:"kind,omitempty" validate:"max=40" description:"Such as no-show; a grant's policy may not pay for it."`
	Units     int             `json:"units,omitempty" validate:"min=0,max=600"`
	UnitPrice *ledger.Money   `json:"unit_price,omitempty" validate:"omitempty,positive" description:"Base currency."`
	Fund      ledger.FundCode `json:"fund,omitempty" description:"Whose cost a receipt is."`
	Category  string          `json:"category,omitempty" validate:"max=40" description:"Of a receipt."`
	Amount    *ledger.Money   `json:"amount,omitempty" validate:"omitempty,positive" description:"Of a receipt, base currency."`
}

// DisbursementView is a disbursement as it is answered.
type DisbursementView struct {
	ID         disbursements.DisbursementID `json:"id"`
	Number     string                       `json:"number"`
	Settlement disbursements.Settlement     `json:"settlement"`
	Date       ledger.Date                  `json:"date"`
	Plan       string                       `json:"plan"`
	Line       string                       `json:"line"`
	Units      int                          `json:"units"`
	Partner    string                       `json:"partner"`
	Prepayment string                       `json:"prepayment"`
	Payee      string                       `json:"payee"`
	PaidBy     payees.Means                 `json:"paid_by,omitempty" enum:"transfer,card,cash" description:"Of payment and invoice."`
	Reference  string                       `json:"reference,omitempty" description:"What the payee knows the bill by."`
	Category   string                       `json:"category"`
	Account    string                       `json:"account"`
	Amount     ledger.Money                 `json:"amount"`
	Overpaid   ledger.Money                 `json:"overpaid"`
	Shares     []resource.ShareBody         `json:"shares"`
	Text       string                       `json:"text"`
	State      disbursements.State          `json:"state"`
	Round      int                          `json:"round" description:"Of approvals; a return starts the next."`
	Entry      ledger.EntryID               `json:"entry_id,omitempty"`
	Evidence   []evidence.ID                `json:"evidence_ids" description:"That it is asked for with."`
	Emergency  bool                         `json:"emergency"`
	CreatedBy  access.UserID                `json:"created_by" description:"Who wrote it first."`
	Approvals  *approvalsView               `json:"approvals,omitempty" table:"-" etag:"-" description:"Of one disbursement; lists are without."`
	Checks     []eligibilityView            `json:"checks,omitempty" table:"-" etag:"-" description:"Of one disbursement that is not decided on."`
	Actions    []rest.ActionView            `json:"allowed_actions,omitempty" table:"-" etag:"-" description:"Of one disbursement: what may be done next, by you and by whom else, and why not."`
	Version    int                          `json:"version"`
}

// ViewDisbursement shows a disbursement as a list does, without approvals and checks.
func ViewDisbursement(d disbursements.Disbursement) DisbursementView {
	return DisbursementView{ID: d.ID, Number: d.Number, Settlement: d.Settlement, Date: d.Date, Plan: d.Plan.Number,
		Line: d.Line, Units: d.Units, Partner: d.Partner.Code, Prepayment: d.Prepayment.Number, Payee: d.Payee,
		PaidBy: d.PaidBy, Reference: d.Reference, Category: d.Category,
		Account: string(d.Account), Amount: d.Amount, Overpaid: d.Overpaid, Shares: resource.ViewShares(d.Shares),
		Text: d.Text, State: d.State, Round: d.Round, Entry: d.Entry,
		Evidence: append([]evidence.ID{}, d.Evidence...), Emergency: d.Emergency, CreatedBy: d.CreatedBy,
		Approvals: nil, Checks: nil,
		Version: d.Version}
}

func draftDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain,
	in draftDisbursementRequest) (DisbursementView, error) {
	draft, err := readWithDocuments(ctx, tx, d, in)
	if err != nil {
		return DisbursementView{}, err
	}
	of, err := d.Requests.Draft(ctx, tx, draft)
	if err != nil {
		return DisbursementView{}, atMissing(err)
	}
	return viewNow(ctx, tx, d, of)
}

// readWithDocuments reads a draft and keeps the documents that came along.
func readWithDocuments(ctx context.Context, tx *store.Tx, d resource.Domain,
	in draftDisbursementRequest) (disbursements.Disbursement, error) {
	draft, err := readDraft(ctx, tx, d, in)
	if err != nil {
		return draft, err
	}
	if err := access.Confirm(ctx, tx, farAbovePlan(draft)...); err != nil {
		return draft, err
	}
	kept, err := in.Documents.Store(ctx, tx, d.API.Archive)
	draft.Evidence = append(draft.Evidence, kept...)
	return draft, err
}

// atMissing places what a way of settling needs at its field.
func atMissing(err error) error {
	var missing *disbursements.Incomplete
	if errors.As(err, &missing) {
		return rest.At("/"+missing.Field, err)
	}
	return err
}

// readDraft finds what a draft names and reads its amounts.
func readDraft(ctx context.Context, tx *store.Tx, d resource.Domain,
	in draftDisbursementRequest) (disbursements.Disbursement, error) {
	out := disbursements.Disbursement{Settlement: cmp.Or(in.Settlement, disbursements.ByPartner), Line: in.Line,
		Units: in.Units, Payee: in.Payee, PaidBy: in.PaidBy,
		Category: in.Category, Account: in.Account, Spot: in.Spot, Date: in.Date, Text: in.Text, Evidence: in.Evidence,
		Emergency: in.Emergency}
	if in.Reference != "" && out.Settlement != disbursements.ByPayment && out.Settlement != disbursements.ByInvoice {
		return out, rest.At("/reference", &disbursements.WrongSettlement{Is: out.Settlement,
			Want: []disbursements.Settlement{disbursements.ByPayment, disbursements.ByInvoice}})
	}
	known, err := iso20022.ParseReference(in.Reference)
	if err != nil {
		return out, rest.At("/reference", err)
	}
	out.Reference = known.String()
	for _, ref := range []struct {
		pointer string
		key     rest.Ref
		find    func(key string) error
	}{
		{"/plan", in.Plan, func(key string) (err error) { out.Plan, err = d.People.Plan(ctx, tx, key); return err }},
		{"/partner", in.Partner,
			func(key string) (err error) { out.Partner, err = d.Advances.Partner(ctx, tx, key); return err }},
		{"/prepayment", in.Prepayment, func(key string) (err error) {
			out.Prepayment, err = d.Advances.Prepayment(ctx, tx, key)
			return err
		}},
	} {
		if ref.key == "" {
			continue
		}
		if err := ref.find(string(ref.key)); err != nil {
			return out, rest.At(ref.pointer, err)
		}
	}
	if out.Shares, err = resource.ReadShares("/shares", in.Shares); err != nil {
		return out, err
	}
	for _, item := range in.Items {
		out.Items = append(out.Items, item.item())
	}
	return readAmounts(ctx, tx, d, in, out)
}

func (i itemBody) item() disbursements.Item {
	item := disbursements.Item{Line: i.Line, Kind: i.Kind, Units: i.Units, Fund: i.Fund, Category: i.Category}
	if i.UnitPrice != nil {
		item.UnitPrice = *i.UnitPrice
	}
	if i.Amount != nil {
		item.Amount = *i.Amount
	}
	return item
}

// readAmounts reads the amounts of a draft in the currency that its way of settling has.
func readAmounts(ctx context.Context, tx *store.Tx, d resource.Domain, in draftDisbursementRequest,
	out disbursements.Disbursement) (disbursements.Disbursement, error) {
	currency := d.Book.Base
	switch {
	case out.Partner.Currency != "":
		currency = out.Partner.Currency
	case out.Settlement == disbursements.ByPayment && in.Account != "":
		bank, err := d.Book.Bank(ctx, tx, in.Account)
		if err != nil {
			return out, rest.At("/account", err)
		}
		currency = bank.BankCurrency()
	}
	var err error
	if out.Overpaid, err = rest.OrZero(in.Overpaid).In("/overpaid", currency); err != nil {
		return out, err
	}
	switch {
	case len(in.Items) > 0:
		return out, accountsForFloat(d, in, out)
	case in.Net != "":
		net, err := in.Net.In("/net", d.Book.Base)
		if err != nil {
			return out, err
		}
		percent, err := decimal.NewFromString(string(rest.OrZero(in.VAT)))
		out.Amount = advances.WithVAT(net, percent)
		return out, err
	case in.Amount == "":
		return out, rest.At("/amount", &disbursements.Incomplete{Settlement: out.Settlement, Field: "amount"})
	}
	out.Amount, err = in.Amount.In("/amount", currency)
	return out, err
}

// accountsForFloat wants receipts and returned cash to be what is left of their float.
func accountsForFloat(d resource.Domain, in draftDisbursementRequest, out disbursements.Disbursement) error {
	if out.Settlement != disbursements.ByPettyCash {
		return nil
	}
	sum, err := rest.OrZero(in.Returned).In("/returned", d.Book.Base)
	if err != nil {
		return err
	}
	for _, item := range out.Items {
		if item.Amount.Currency != d.Book.Base {
			return rest.At("/items", advances.ErrBankCurrency)
		}
		sum = sum.Add(item.Amount)
	}
	if sum.Cmp(out.Prepayment.Left) != 0 {
		return rest.At("/items", &disbursements.ReceiptsDiffer{Accounted: sum, Float: out.Prepayment.Left})
	}
	return nil
}

type listDisbursementsRequest struct {
	rest.Page
	State disbursements.State `query:"status" json:"-" validate:"omitempty,oneof=draft info_requested submitted approved authorised on_hold released paid evidenced verified rejected cancelled returned disallowed"`
}

func listDisbursements(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listDisbursementsRequest) (rest.List[DisbursementView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[DisbursementView]{}, err
	}
	found, err := d.Requests.List(ctx, tx, disbursements.Filter{State: in.State, Page: page})
	if err != nil {
		return rest.List[DisbursementView]{}, err
	}
	return rest.ListOf(in.Page, found, ViewDisbursement,
		func(d disbursements.Disbursement) []string { return []string{d.Number} }), nil
}

func getDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (DisbursementView, error) {
	of, err := d.Requests.Disbursement(ctx, tx, string(in.ID))
	if err != nil {
		return DisbursementView{}, err
	}
	return viewNow(ctx, tx, d, of)
}

func submitDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (DisbursementView, error) {
	of, err := d.Requests.Submit(ctx, tx, string(in.ID))
	if err != nil {
		return DisbursementView{}, err
	}
	return viewNow(ctx, tx, d, of)
}

type decisionRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Behalf   rest.Ref `query:"on_behalf_of" json:"-" validate:"omitempty" description:"Who is away and named you their deputy, by id or work name."`
	Decision string   `json:"decision" validate:"required,oneof=approve return reject request_info"`
	Reason   string   `json:"reason" validate:"max=500" description:"Needed for everything but an approval; no person's name."`
}

func decideDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in decisionRequest) (DisbursementView,
	error) {
	var of disbursements.Disbursement
	var err error
	switch in.Decision {
	case "approve":
		of, err = d.Decisions.ApproveFor(ctx, tx, string(in.ID), access.UserID(in.Behalf))
	case "return":
		of, err = d.Decisions.Return(ctx, tx, string(in.ID), in.Reason)
	case "reject":
		of, err = d.Decisions.Reject(ctx, tx, string(in.ID), in.Reason)
	case "request_info":
		of, err = d.Decisions.AskInfo(ctx, tx, string(in.ID), in.Reason)
	default:
		err = fmt.Errorf("http: decision %q passed validation", in.Decision)
	}
	if err != nil {
		return DisbursementView{}, err
	}
	return viewNow(ctx, tx, d, of)
}

type authorisationRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	Behalf rest.Ref `query:"on_behalf_of" json:"-" validate:"omitempty" description:"Who is away and named you their deputy, by id or work name."`
}

func authoriseDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain,
	in authorisationRequest) (DisbursementView, error) {
	of, err := d.Decisions.AuthoriseFor(ctx, tx, string(in.ID), access.UserID(in.Behalf))
	if err != nil {
		return DisbursementView{}, err
	}
	return viewNow(ctx, tx, d, of)
}

type liquidationRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"required" description:"Of the partner's evidence."`
}

func liquidateDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain,
	in liquidationRequest) (DisbursementView, error) {
	of, err := d.Settlements.Liquidate(ctx, tx, string(in.ID), in.Date)
	if err != nil {
		return DisbursementView{}, err
	}
	return ViewDisbursement(of), nil
}

func settleDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (DisbursementView,
	error) {
	of, err := d.Settlements.Settle(ctx, tx, string(in.ID), in.Date)
	if err != nil {
		return DisbursementView{}, err
	}
	return ViewDisbursement(of), nil
}

// farAbovePlan asks about an amount that is ten times what the plan's line says, or more.
func farAbovePlan(d disbursements.Disbursement) []access.Question {
	l, err := d.Plan.Current.Line(d.Line)
	if err != nil || l.UnitPrice.Currency != d.Amount.Currency || l.UnitPrice.Sign() <= 0 {
		return nil
	}
	planned := ledger.Money{Amount: l.UnitPrice.Amount.Mul(decimal.NewFromInt(int64(max(1, d.Units)))),
		Currency: l.UnitPrice.Currency}
	if d.Amount.Amount.LessThan(planned.Amount.Mul(decimal.NewFromInt(10))) {
		return nil
	}
	return []access.Question{{Code: "amount_far_above_plan", Of: []string{d.Amount.String(), planned.String()}}}
}
