package http

import (
	"cmp"
	"context"
	"fmt"

	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/store"
)

// reports registers statements.
func reports(api *API) {
	Route(api, Op{Method: post, Path: "/statements", ID: "issueStatement", Tag: "statements", Roles: finance, Money: true,
		Summary: "Issue the financial statement of a grant: its value is frozen under a number", Danish: "Udsted en bevillings økonomiske opgørelse: dens værdi låses under et nummer",
		Refuses: []error{statements.ErrUnknownSubject, statements.ErrDoesNotFoot}}, at(issueStatement))
	Route(api, Op{Method: get, Path: "/statements", ID: "listStatements", Tag: "statements", Roles: bookkeeper,
		Summary: "List issued statements, newest number first", Danish: "Vis udstedte opgørelser, nyeste nummer først"}, at(listStatements))
	Route(api, Op{Method: get, Path: "/statements/:id", ID: "getStatement", Tag: "statements", Roles: bookkeeper,
		Summary: "One issued statement with all its figures", Danish: "Én udstedt opgørelse med alle tal",
		Refuses: []error{statements.ErrUnknownStatement}}, at(getStatement))
	Route(api, Op{Method: get, Path: "/statements/:id/document", ID: "getStatementDocument", Tag: "statements", Roles: bookkeeper,
		Summary: "One issued statement as a document", Danish: "Én udstedt opgørelse som dokument",
		Produces: []string{"application/pdf", "text/plain"}, Refuses: []error{statements.ErrUnknownStatement}}, at(getStatementDocument))
}

type issueStatementRequest struct {
	Subject Ref         `json:"subject" validate:"required" description:"Id or code of the grant."`
	From    ledger.Date `json:"from" validate:"omitempty" description:"The start of the grant where none is given."`
	To      ledger.Date `json:"to" validate:"required"`
}

type statementView struct {
	ID        statements.ID        `json:"id"`
	Number    string               `json:"number"`
	Subject   string               `json:"subject"`
	From      ledger.Date          `json:"from"`
	To        ledger.Date          `json:"to"`
	Hash      string               `json:"data_hash" description:"SHA-256 of the figures."`
	Statement *statements.View     `json:"statement,omitempty" table:"-" description:"Of a grant."`
	Fund      *statements.FundView `json:"fund_statement,omitempty" table:"-" description:"Of a donor's gifts or of a fund."`
}

func viewStatement(s statements.Issued) statementView {
	h := s.Value.Head()
	v := statementView{ID: s.ID, Number: h.Number, Subject: h.Subject, From: h.Period.From, To: h.Period.To, Hash: s.Hash}
	v.Statement, v.Fund = viewValue(s.Value)
	return v
}

// viewValue is a statement of either kind as JSON has it.
func viewValue(v statements.Value) (*statements.View, *statements.FundView) {
	switch s := v.(type) {
	case *statements.GrantStatement:
		view := s.View(statements.English)
		return &view, nil
	case *statements.FundStatement:
		view := s.View(statements.English)
		return nil, &view
	}
	return nil, nil
}

func issueStatement(ctx context.Context, tx *store.Tx, d desk, in issueStatementRequest) (statementView, error) {
	s, err := d.statements.Issue(ctx, tx, statements.Request{Subject: string(in.Subject), From: in.From, To: in.To})
	if err != nil {
		return statementView{}, err
	}
	return viewStatement(s), nil
}

func listStatements(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[statementView], error) {
	issued, err := d.statements.Statements(ctx, tx)
	if err != nil {
		return List[statementView]{}, err
	}
	return pageOf(in.Page, issued, viewStatement, func(s statements.Issued) string { return s.Value.Head().Number })
}

func getStatement(ctx context.Context, tx *store.Tx, d desk, in byRef) (statementView, error) {
	s, err := d.statements.Statement(ctx, tx, string(in.ID))
	if err != nil {
		return statementView{}, err
	}
	return viewStatement(s), nil
}

type documentRequest struct {
	ID     Ref    `path:"id" json:"-"`
	Lang   string `query:"lang" json:"-" validate:"omitempty,oneof=da en" description:"en where none is given."`
	Format string `query:"format" json:"-" validate:"omitempty,oneof=pdf text" description:"pdf where none is given."`
}

func getStatementDocument(ctx context.Context, tx *store.Tx, d desk, in documentRequest) (File, error) {
	s, err := d.statements.Statement(ctx, tx, string(in.ID))
	if err != nil {
		return File{}, err
	}
	lang := statements.Lang(cmp.Or(in.Lang, string(statements.English)))
	if in.Format == "text" {
		return File{Type: "text/plain", Name: s.Value.Head().Number + ".txt", Body: []byte(s.Value.Text(lang))}, nil
	}
	body, err := s.Value.PDF(lang)
	if err != nil {
		return File{}, fmt.Errorf("statement %s: %w", s.Value.Head().Number, err)
	}
	return File{Type: "application/pdf", Name: s.Value.Head().Number + ".pdf", Body: body}, nil
}
