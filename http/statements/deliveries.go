package statements

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/store"
)

// statementDeliveries registers the way of statements to donors.
func statementDeliveries(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/deliveries", ID: "deliverStatement",
		Match: "getStatement",
		Tag:   "statements", Roles: resource.Finance, Status: http.StatusAccepted,
		Summary: "Send a sealed statement to its donor by e-mail, as a job",
		Danish:  "Send et forseglet regnskab til donoren pr. e-mail, som et job",
		About: "Only to one who asked for e-mail. The mail has a neutral subject and a link for thirty days; opening the " +
			"address is on record in the name of the caller.",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, statements.ErrNotSealed,
			statements.ErrNotOptedIn, statements.ErrNoEmail, statements.ErrDelivered}}, deliverStatement)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements/:id/deliveries", ID: "listStatementDeliveries",
		Tag: "statements", Roles: readers,
		Summary: "The deliveries of a statement with every attempt", Danish: "Forsendelser af et regnskab med hvert forsøg",
		Refuses: []error{statements.ErrUnknownStatement}}, listDeliveries)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-documents/:secret", ID: "getDeliveredStatement",
		Tag: "statements", Public: true,
		Summary: "The document that the link of a mail leads to", Danish: "Dokumentet, som linket i en mail fører til",
		Produces: []string{"application/pdf"}, Refuses: []error{statements.ErrUnknownDelivery}}, getDelivered)
}

type deliveryView struct {
	ID       statements.DeliveryID `json:"id"`
	AskedBy  access.UserID         `json:"asked_by"`
	AskedAt  string                `json:"asked_at"`
	Attempts []attemptView         `json:"attempts" table:"-"`
}

type attemptView struct {
	No      int                       `json:"no"`
	Outcome statements.AttemptOutcome `json:"outcome" enum:"sent,deferred,refused"`
	Code    int                       `json:"code" description:"What the mail server answered; 0 where it did not."`
	At      string                    `json:"at"`
}

func viewDelivery(d statements.Delivery) deliveryView {
	v := deliveryView{d.ID, d.AskedBy, store.FormatTime(d.AskedAt), []attemptView{}}
	for _, a := range d.Attempts {
		v.Attempts = append(v.Attempts, attemptView{a.No, a.Outcome, a.Code, store.FormatTime(a.At)})
	}
	return v
}

func deliverStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (deliveryView, error) {
	found, err := d.Statements.Deliver(ctx, tx, string(in.ID))
	return viewDelivery(found), err
}

type deliveriesRequest struct {
	rest.Page
	ID rest.Ref `path:"id" json:"-" description:"Id or number of the statement."`
}

func listDeliveries(ctx context.Context, tx *store.Tx, d resource.Domain,
	in deliveriesRequest) (rest.List[deliveryView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[deliveryView]{}, err
	}
	rows, err := d.Statements.Deliveries(ctx, tx, string(in.ID), store.Keyset{After: after, Limit: in.Size() + 1})
	if err != nil {
		return rest.List[deliveryView]{}, err
	}
	return rest.ListOf(in.Page, rows, viewDelivery,
		func(r statements.Delivery) []string { return []string{string(r.ID)} }), nil
}

type linkRequest struct {
	Secret string `path:"secret" json:"-" validate:"max=100"`
}

func getDelivered(ctx context.Context, tx *store.Tx, d resource.Domain, in linkRequest) (rest.File, error) {
	s, err := d.Statements.ByLink(ctx, tx, in.Secret)
	return rest.File{Type: "application/pdf", Name: s.Number + ".pdf", Body: s.Document, Save: true}, err
}
