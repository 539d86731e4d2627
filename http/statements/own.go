package statements

import (
	"context"
	"net/http"

	"supportledger/grants/donors"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
)

// ownStatements registers what a donor does who came by the link of a mail. The link is all that it takes: there is no
// password, and it leads to nothing but the donor's own.
func ownStatements(api *resource.API) {
	unknown := []error{statements.ErrUnknownDelivery}
	op := func(method string, path, id, summary, danish string) rest.Op {
		return rest.Op{Method: method, Path: "/own-statements/:secret" + path, ID: id, Tag: "statements", Public: true,
			Summary: summary, Danish: danish, Refuses: unknown}
	}
	resource.Route(api, op(rest.Get, "", "listOwnStatements", "A donor's own statements, by the link of a mail",
		"Donorens egne regnskaber, ved linket i en mail"), listOwn)
	resource.Route(api, op(rest.Get, "/choices", "getOwnChoices", "How a donor wants to get statements",
		"Hvordan donoren ønsker regnskaber"), getOwnChoices)
	resource.Route(api, op(rest.Get, "/statements/:id", "getOwnStatement", "One of a donor's own statements",
		"Én af donorens egne regnskaber"), getOwn)
	document := op(rest.Get, "/statements/:id/document", "getOwnStatementDocument",
		"One of a donor's own statements as a document", "Én af donorens egne regnskaber som dokument")
	document.Produces = []string{"application/pdf", "text/html"}
	resource.Route(api, document, getOwnDocument)
	choose := op(rest.Post, "/choices", "chooseDelivery", "Say in which language and how statements are sent",
		"Vælg sprog og forsendelse af regnskaber")
	choose.Match, choose.Status, choose.Example = "getOwnChoices", http.StatusOK, `{"language":"da","delivery":"email"}`
	resource.Route(api, choose, chooseDelivery)
}

type ownRequest struct {
	rest.Page
	Secret string `path:"secret" json:"-" validate:"max=100"`
}

type ownView struct {
	ID       statements.ID `json:"id"`
	Number   string        `json:"number"`
	Version  int           `json:"version"`
	Status   string        `json:"status" enum:"current,replaced"`
	Kind     figures.Kind  `json:"kind"`
	Subject  string        `json:"subject"`
	From     string        `json:"from"`
	To       string        `json:"to"`
	Language figures.Lang  `json:"language"`
	Code     string        `json:"code" description:"By which anyone may check it."`
}

func viewOwn(s statements.Listed) ownView {
	v := ownView{ID: s.ID, Number: s.Number, Version: s.Version, Status: "current", Kind: s.Kind, Subject: s.Subject,
		From: string(s.Period.From), To: string(s.Period.To), Language: s.Lang, Code: statements.SpacedCode(s.Code)}
	if s.State == statements.Superseded {
		v.Status = "replaced"
	}
	return v
}

func listOwn(ctx context.Context, tx *store.Tx, d resource.Domain, in ownRequest) (rest.List[ownView], error) {
	donor, err := d.Statements.OwnerOf(ctx, tx, in.Secret)
	if err != nil {
		return rest.List[ownView]{}, err
	}
	after, err := in.After(1)
	if err != nil {
		return rest.List[ownView]{}, err
	}
	rows, err := d.Statements.OwnStatements(ctx, tx, donor, store.Keyset{After: after, Limit: in.Size() + 1})
	return rest.ListOf(in.Page, rows, viewOwn, func(s statements.Listed) []string { return []string{string(s.ID)} }), err
}

type ownOneRequest struct {
	Secret string   `path:"secret" json:"-" validate:"max=100"`
	ID     rest.Ref `path:"id" json:"-"`
}

// ownOf is a statement of the donor whose link it is.
func ownOf(ctx context.Context, tx *store.Tx, d resource.Domain, secret, id string) (statements.Statement, error) {
	donor, err := d.Statements.OwnerOf(ctx, tx, secret)
	if err != nil {
		return statements.Statement{}, err
	}
	return d.Statements.Own(ctx, tx, donor, statements.ID(id))
}

func getOwn(ctx context.Context, tx *store.Tx, d resource.Domain, in ownOneRequest) (ownView, error) {
	s, err := ownOf(ctx, tx, d, in.Secret, string(in.ID))
	if err != nil {
		return ownView{}, err
	}
	return viewOwn(s.Listed()), nil
}

type ownDocumentRequest struct {
	Secret string   `path:"secret" json:"-" validate:"max=100"`
	ID     rest.Ref `path:"id" json:"-"`
	Lang   string   `query:"lang" json:"-" validate:"omitempty,oneof=da en" description:"Of html; that of the statement where none is given."`
	Format string   `query:"format" json:"-" validate:"omitempty,oneof=pdf html" description:"pdf where none is given."`
}

// getOwnDocument gives the frozen PDF, or the same figures as a page in either language.
func getOwnDocument(ctx context.Context, tx *store.Tx, d resource.Domain, in ownDocumentRequest) (rest.File, error) {
	s, err := ownOf(ctx, tx, d, in.Secret, string(in.ID))
	if err != nil {
		return rest.File{}, err
	}
	if in.Format == "" {
		in.Format = "pdf"
	}
	if in.Format == "pdf" {
		in.Lang = ""
	}
	return documentOf(s, in.Lang, in.Format)
}

type ownChoices struct {
	Language string          `json:"language" enum:"da,en"`
	Delivery donors.Delivery `json:"delivery" enum:"none,email,post,portal"`
}

type ownChoicesRequest struct {
	Secret string `path:"secret" json:"-" validate:"max=100"`
}

func getOwnChoices(ctx context.Context, tx *store.Tx, d resource.Domain, in ownChoicesRequest) (ownChoices, error) {
	donor, err := d.Statements.OwnerOf(ctx, tx, in.Secret)
	return ownChoices{donor.Language, donor.Delivery}, err
}

type chooseRequest struct {
	Secret   string          `path:"secret" json:"-" validate:"max=100"`
	Language string          `json:"language" validate:"required,oneof=da en"`
	Delivery donors.Delivery `json:"delivery" validate:"required,oneof=none email post portal"`
}

func chooseDelivery(ctx context.Context, tx *store.Tx, d resource.Domain, in chooseRequest) (ownChoices, error) {
	donor, err := d.Statements.OwnerOf(ctx, tx, in.Secret)
	if err != nil {
		return ownChoices{}, err
	}
	donor, err = donors.Choose(ctx, tx, donor, in.Language, in.Delivery)
	return ownChoices{donor.Language, donor.Delivery}, err
}
