package payments

import (
	"context"
	"net/http"

	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/store"
)

// paymentReportRoutes registers what banks say of files of payments before they book them.
func paymentReportRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payment-status-reports", ID: "readPaymentReport",
		NoMatch: rest.MakesNew,
		Tag:     "payments", Roles: resource.Finance, Money: true, Status: http.StatusOK, Body: 8 << 20,
		Summary: "Upload what the bank says of a file of payments: what it rejected is noted as failed",
		Danish:  "Indlæs bankens svar på en betalingsfil: det, den afviste, noteres som fejlet",
		About: "The body is a pain.002, or the camt.029 that answers a recall. What the bank accepted stays as it is: only " +
			"a line of its statement proves a payment. A payment that a line on record names is left alone and listed.",
		Refuses: []error{iso20022.ErrFile}}, readPaymentReport)
}

type paymentReportRequest struct {
	Content rest.Octets `json:"-"`
}

type paymentReportView struct {
	Accepted  int                   `json:"accepted" description:"Payments that the bank goes on with."`
	Pending   int                   `json:"pending" description:"Payments that it has not decided on."`
	Failed    []reportedPaymentView `json:"failed" description:"Payments noted as failed or recalled now."`
	Unchanged []reportedPaymentView `json:"unchanged" description:"Payments that the bank refused and that stand otherwise here: settle what the statement says of them first."`
	Unknown   int                   `json:"unknown" description:"Payments that are none of ours."`
}

type reportedPaymentView struct {
	Payment string               `json:"payment" description:"Number."`
	State   banking.PaymentState `json:"state" enum:"planned,in_file,sent,confirmed,failed,returned,recalled"`
	Reason  string               `json:"reason,omitempty" description:"The bank's code, such as AC01: the account is wrong."`
}

func viewReported(all []banking.ReportedPayment) []reportedPaymentView {
	out := make([]reportedPaymentView, len(all))
	for i, p := range all {
		out[i] = reportedPaymentView{Payment: p.Payment.Number, State: p.Payment.State, Reason: p.Reason}
	}
	return out
}

func readPaymentReport(ctx context.Context, tx *store.Tx, d resource.Domain,
	in paymentReportRequest) (paymentReportView, error) {
	r, err := d.Payments.Report(ctx, tx, in.Content)
	return paymentReportView{Accepted: r.Accepted, Pending: r.Pending, Failed: viewReported(r.Failed),
		Unchanged: viewReported(r.Unchanged), Unknown: r.Unknown}, err
}
