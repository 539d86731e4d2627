package payments

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/partnerreport"
	"supportledger/disbursements/receipts"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// evidenceOfSupport registers what partners report and people confirm.
func evidenceOfSupport(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/partner-reports", ID: "reportForPartner", Tag: "partners",
		NoMatch: rest.MakesNew,
		Roles:   resource.Casework, Money: true,
		Summary: "Ask for approval of all that a partner accounts for",
		Danish:  "Bed om godkendelse af alt, hvad en partner gør rede for",
		About:   "Each item becomes a disbursement, submitted: all or none.",
		Refuses: slices.Concat(refusesBooking, []error{advances.ErrUnknownPartner, beneficiaries.ErrUnknownPlan,
			disbursements.ErrPlanNotApproved, disbursements.ErrIncomplete, disbursements.ErrGated})}, reportForPartner)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/partner-report-files", ID: "reportFileForPartner",
		NoMatch: rest.MakesNew,
		Tag:     "partners", Roles: resource.Casework, Money: true, Body: books.MaxImportBody,
		Summary: "Ask for approval of all that a partner accounts for in a table",
		Danish:  "Bed om godkendelse af alt, hvad en partner gør rede for i en tabel",
		About: "Each row becomes a disbursement, submitted: all or none; with ?dry_run=true the answer is what would come " +
			"of it. A problem names the row, " +
			"or the item, which are counted from 0 below the head line. Store the file itself as evidence, and name it when " +
			"the report is booked.",
		Refuses: slices.Concat(refusesBooking, []error{journal.ErrImportFile, advances.ErrUnknownPartner,
			beneficiaries.ErrUnknownPlan, disbursements.ErrPlanNotApproved, disbursements.ErrIncomplete,
			disbursements.ErrGated}),
		Example: `{"partner":"NG-01","date":"2026-04-30","profile":"rfc4180",` +
			`"content":"cGxhbixsaW5lLHVuaXRzLGFtb3VudCx0ZXh0ClAtMSxzdGlwZW5kLDEsODMzMzMuMzMsU3RpcGVuZAo="}`,
	}, reportFileForPartner)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/partner-liquidations", ID: "liquidateReport", Tag: "partners",
		NoMatch: rest.NamesAll,
		Roles:   resource.Finance, Money: true,
		Summary: "Book the authorised items of a partner's report",
		Danish:  "Bogfør de bemyndigede poster i en partners afregning",
		About:   "In the order given, each on its own date; one document may prove them all. All or none.",
		Refuses: []error{disbursements.ErrUnknownDisbursement, advances.ErrState, disbursements.ErrSettlement,
			ledger.ErrLotExhausted,
			evidence.ErrUnknown, ledger.ErrPeriodClosed}}, liquidateReport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/evidence", ID: "proveDisbursement",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: staffWriting, Status: http.StatusOK,
		Summary: "Attach what proves the cost of a disbursement", Danish: "Vedlæg bilag for en udbetalings omkostning",
		Refuses: []error{advances.ErrState, evidence.ErrUnknown}}, proveDisbursement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/disbursements/:id/receipt-verifications", ID: "verifyReceipt",
		Match: "getDisbursement",
		Tag:   "disbursements", Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Note whether the support arrived", Danish: "Notér, om støtten kom frem",
		About: "Who asked for it does not say that it came. What did not arrive takes a reason of at least ten letters, " +
			"and opens a complaint, which the privacy officer sees to.",
		Refuses: []error{access.ErrMakerCannotApprove, advances.ErrState, ledger.ErrReasonRequired}}, verifyReceipt)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/receipt-samples", ID: "sampleReceipts", Tag: "disbursements",
		Roles:   resource.Casework,
		Summary: "List the disbursements whose receipt is to be verified",
		Danish:  "Vis de udbetalinger, hvis modtagelse skal bekræftes"}, sampleReceipts)
}

// staffWriting are those who may attach documents.
var staffWriting = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}

type partnerReportRequest struct {
	Partner rest.Ref           `json:"partner" validate:"required" description:"Id or code."`
	Date    ledger.Date        `json:"date" validate:"required"`
	Items   []reportedItemBody `json:"items" validate:"required,min=1,max=200,dive"`
}

type reportedItemBody struct {
	Plan     rest.Ref     `json:"plan" validate:"required" description:"Id or number."`
	Line     string       `json:"line" validate:"required,max=40"`
	Units    int          `json:"units" validate:"min=1,max=600"`
	Amount   rest.Decimal `json:"amount" validate:"required,positive" description:"Partner's currency."`
	Overpaid rest.Decimal `json:"overpaid" validate:"omitempty,positive" description:"What the partner paid twice, on top."`
	Date     ledger.Date  `json:"date" validate:"omitempty" description:"That of the report where none is sent."`
	Text     string       `json:"text" validate:"required,max=120" description:"What it is for; no person's name."`
}

type disbursementsView struct {
	Disbursements []DisbursementView `json:"disbursements"`
}

func reportForPartner(ctx context.Context, tx *store.Tx, d resource.Domain, in partnerReportRequest) (disbursementsView,
	error) {
	partner, err := d.Advances.Partner(ctx, tx, string(in.Partner))
	if err != nil {
		return disbursementsView{}, rest.At("/partner", err)
	}
	report := partnerreport.Report{Partner: partner, Date: in.Date}
	for i, body := range in.Items {
		at := fmt.Sprintf("/items/%d", i)
		item := partnerreport.Item{Line: body.Line, Units: body.Units, Date: body.Date, Text: body.Text}
		if item.Plan, err = d.People.Plan(ctx, tx, string(body.Plan)); err != nil {
			return disbursementsView{}, rest.At(at+"/plan", err)
		}
		if item.Amount, err = body.Amount.In(at+"/amount", partner.Currency); err != nil {
			return disbursementsView{}, err
		}
		if item.Overpaid, err = rest.OrZero(body.Overpaid).In(at+"/overpaid", partner.Currency); err != nil {
			return disbursementsView{}, err
		}
		report.Items = append(report.Items, item)
	}
	return viewAll(partnerreport.Submit(ctx, tx, d.Settlements, report))
}

// viewAll shows disbursements, or says which of them is refused.
func viewAll(found []disbursements.Disbursement, err error) (disbursementsView, error) {
	var bad *disbursements.AtItem
	if errors.As(err, &bad) {
		return disbursementsView{}, rest.At(fmt.Sprintf("/items/%d", bad.Item), bad.Err)
	}
	if err != nil {
		return disbursementsView{}, err
	}
	out := disbursementsView{Disbursements: []DisbursementView{}}
	for _, d := range found {
		out.Disbursements = append(out.Disbursements, ViewDisbursement(d))
	}
	return out, nil
}

type liquidateReportRequest struct {
	Items    []string    `json:"items" validate:"required,min=1,max=200" description:"Ids or numbers of the disbursements, in order."`
	Evidence evidence.ID `json:"evidence_id" validate:"omitempty" description:"The document that proves them all."`
}

func liquidateReport(ctx context.Context, tx *store.Tx, d resource.Domain,
	in liquidateReportRequest) (disbursementsView, error) {
	return viewAll(partnerreport.Liquidate(ctx, tx, d.Settlements, in.Items, in.Evidence))
}

type proveRequest struct {
	ID       rest.Ref    `path:"id" json:"-"`
	Evidence evidence.ID `json:"evidence_id" validate:"required"`
}

func proveDisbursement(ctx context.Context, tx *store.Tx, d resource.Domain, in proveRequest) (DisbursementView,
	error) {
	of, err := d.Settlements.Prove(ctx, tx, string(in.ID), in.Evidence)
	if err != nil {
		return DisbursementView{}, err
	}
	return ViewDisbursement(of), nil
}

type receiptRequest struct {
	ID     rest.Ref              `path:"id" json:"-"`
	Says   disbursements.Receipt `json:"result" validate:"required,oneof=received not_received issue"`
	Reason string                `json:"reason" validate:"max=500" description:"Needed where it did not arrive as it should; no person's name."`
}

// complaintKinds are the complaints that a person's answer opens.
var complaintKinds = map[disbursements.Receipt]complaints.Kind{disbursements.NotReceived: complaints.NotReceived,
	disbursements.WithIssue: complaints.WithIssue}

func verifyReceipt(ctx context.Context, tx *store.Tx, d resource.Domain, in receiptRequest) (DisbursementView, error) {
	of, err := d.Settlements.VerifyReceipt(ctx, tx, string(in.ID), in.Says, in.Reason)
	if err != nil {
		return DisbursementView{}, err
	}
	kind, complains := complaintKinds[in.Says]
	if complains {
		err = d.Complaints().OfReceipt(ctx, tx, kind, string(of.ID), of.Plan.Beneficiary)
	}
	return ViewDisbursement(of), err
}

type sampleRequest struct {
	rest.Page
	Percent int `query:"percent" json:"-" validate:"omitempty,min=1,max=100" description:"How many of a hundred; 10 where none is given."`
}

func sampleReceipts(ctx context.Context, tx *store.Tx, d resource.Domain,
	in sampleRequest) (rest.List[DisbursementView], error) {
	percent := in.Percent
	if percent == 0 {
		percent = 10
	}
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[DisbursementView]{}, err
	}
	found, err := receipts.Sample(ctx, tx, d.Settlements, percent, page)
	return rest.ListOf(in.Page, found, ViewDisbursement,
		func(d disbursements.Disbursement) []string { return []string{d.Number} }), err
}
