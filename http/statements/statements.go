package statements

import (
	"cmp"
	"context"
	"fmt"
	"supportledger/statements/collecting"

	"supportledger/access"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
)

// reviewers may put a second name under a statement.
var reviewers = []access.Role{access.FinanceOfficer, access.Treasurer, access.ProgrammeLead, access.PrivacyOfficer}

// readers may see statements before they are sent.
var readers = append(append([]access.Role{}, resource.Bookkeeper...), access.ProgrammeLead, access.PrivacyOfficer)

// Register registers statements.
func Register(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements", ID: "draftStatement", Tag: "statements",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true,
		Summary: "Collect the statement of a grant, a donor or a fund as a draft",
		Danish:  "Saml et regnskab for en bevilling, en donor eller et formål som kladde",
		About: "Then: privacy-checks by who drafted it, reviews by a second person, issues by a third, seals once a " +
			"checkpoint covers it.",
		Refuses: []error{collecting.ErrUnknownSubject, figures.ErrDoesNotFoot, statements.ErrExists, statements.ErrState,
			collecting.ErrUnknownBudgetLine, collecting.ErrReversed, ledger.ErrUnknownEntry},
		Example: `{"subject":"G1","to":"2026-12-31","language":"en"}`}, draftStatement)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements", ID: "listStatements", Tag: "statements",
		Roles:   readers,
		Summary: "List statements, the newest first", Danish: "Vis regnskaber, de nyeste først"}, listStatements)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements/:id", ID: "getStatement", Tag: "statements",
		Roles:   readers,
		Summary: "One statement with all its figures", Danish: "Ét regnskab med alle tal",
		Refuses: []error{statements.ErrUnknownStatement}}, getStatement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/privacy-checks", ID: "checkStatementPrivacy",
		Match: "getStatement",
		Tag:   "statements", Roles: resource.Finance, Status: 200,
		Summary: "Have the disclosure control clear a statement", Danish: "Lad afsløringskontrollen frigive et regnskab",
		About: "Only who drafted it may ask. A new check voids the review.",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, statements.ErrNotCleared,
			statements.ErrPeriodRefused, statements.ErrUnexplained, access.ErrForbidden}},
		checkStatementPrivacy)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/reviews", ID: "reviewStatement",
		Match: "getStatement",
		Tag:   "statements", Roles: reviewers, Status: 200,
		Summary: "Approve a cleared statement as a second person", Danish: "Godkend et frigivet regnskab som anden person",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, access.ErrMakerCannotApprove}}, reviewStatement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/issues", ID: "issueStatement", Tag: "statements",
		Match: "getStatement",
		Roles: resource.Finance, Status: 200,
		Summary: "Issue a reviewed statement as a third person: number and bytes are fixed",
		Danish:  "Udsted et godkendt regnskab som tredje person: nummer og dokument låses",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, access.ErrMakerCannotApprove, page.ErrNoGlyph,
			statements.ErrNotCleared, statements.ErrPeriodRefused}},
		issueStatement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/seals", ID: "sealStatement", Tag: "statements",
		Match: "getStatement",
		Roles: resource.Finance, Status: 200,
		Summary: "Attach figures and proof to an issued document", Danish: "Vedhæft tal og bevis på et udstedt dokument",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, statements.ErrNotProven}}, sealStatement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statements/:id/withdrawals", ID: "withdrawStatement",
		Match: "getStatement",
		Tag:   "statements", Roles: resource.Finance, Status: 200,
		Summary: "Withdraw a statement that should not stand", Danish: "Træk et regnskab tilbage",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrState, statements.ErrReasonRequired}},
		withdrawStatement)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statement-thresholds", ID: "setStatementThreshold",
		NoMatch: rest.NewVersion,
		Tag:     "statements", Roles: []access.Role{access.PrivacyOfficer}, Status: 200,
		Summary: "Raise how many people stand behind a sum that a donor or funder sees",
		Danish:  "Hæv hvor mange personer der står bag et tal, som en donor eller bevillingsgiver ser",
		About:   "Statements that are issued from now on are judged by it. The organisation's own threshold is five.",
		Refuses: []error{statements.ErrThreshold},
		Example: `{"subject":"D-77","people":8}`}, setThreshold)
	letterheads(api)
	letterTexts(api)
	statementReads(api)
	statementRuns(api)
	statementDeliveries(api)
	ownStatements(api)
}

type threshold struct {
	Subject string `json:"subject" validate:"required,max=40" description:"Code of the donor or grant."`
	People  int    `json:"people" validate:"min=1,max=1000"`
}

type thresholdView struct {
	Subject string `json:"subject"`
	People  int    `json:"people"`
}

func setThreshold(ctx context.Context, tx *store.Tx, d resource.Domain, in threshold) (thresholdView, error) {
	return thresholdView(in), d.Statements.SetThreshold(ctx, tx, in.Subject, in.People)
}

// statementReads registers what is read of a statement, and the page for everyone.
func statementReads(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements/:id/document", ID: "getStatementDocument",
		Tag: "statements", Roles: readers,
		Summary: "One statement as a document", Danish: "Ét regnskab som dokument",
		About:    "The PDF of a sealed statement is the very file that was frozen, whatever lang says.",
		Produces: []string{"application/pdf", "text/plain", "text/html", xlsxType},
		Refuses:  []error{statements.ErrUnknownStatement}}, getStatementDocument)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements/:id/privacy-report", ID: "getStatementPrivacyReport",
		Tag: "statements", Roles: readers,
		Summary: "What the last privacy check found and did", Danish: "Hvad det seneste privatlivstjek fandt og gjorde",
		Refuses: []error{statements.ErrUnknownStatement, statements.ErrNotCleared}}, getPrivacyReport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statements/:id/figures/:key", ID: "getStatementFigure",
		Tag: "statements", Roles: resource.Bookkeeper,
		Summary: "One figure of a statement and the lines that it is the sum of",
		Danish:  "Ét tal i et regnskab og de linjer, det er summen af",
		About:   "Keys are those of the HTML document's data-figure: spent, closing.bank.DKK, lines.tuition.amount.",
		Refuses: []error{statements.ErrUnknownStatement, collecting.ErrUnknownFigure}}, getStatementFigure)
	verifications(api)
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

type draftStatementRequest struct {
	Subject  rest.Ref    `json:"subject" validate:"omitempty" description:"Id or code of a grant or donor, or code of a fund; not where replaces is given."`
	Kind     string      `json:"kind" validate:"omitempty,oneof=grant_financial donor_annual fund" description:"Where none is given, what the subject is, a grant before its fund."`
	From     ledger.Date `json:"from" validate:"omitempty" description:"The start of the grant or fund, or the first gift, where none is given."`
	To       ledger.Date `json:"to" validate:"omitempty" description:"Last day; not where replaces is given."`
	CutOff   string      `json:"cut_off" validate:"max=20" description:"Number of the last entry that counts; the last there is where none is given."`
	Whole    bool        `json:"whole_units" description:"Amounts in whole units that still add up."`
	Auditor  bool        `json:"auditor" description:"With a place for the auditor to sign. There is one anyway where the agreement asks for an audit and the grant has ended."`
	Explains []explains  `json:"explanations" validate:"omitempty,max=200,dive" description:"Of budget lines that are spent otherwise than planned."`
	Language string      `json:"language" validate:"omitempty,oneof=da en" description:"Of the document; the reader's own where none is given."`
	Replaces rest.Ref    `json:"replaces" description:"Id or number of the issued statement that this one corrects."`
}

type explains struct {
	BudgetLine string `json:"budget_line" validate:"required,max=20" description:"The funder's own number."`
	Reason     string `json:"reason" validate:"required,oneof=prices timing need delivery by_grantor" description:"What the funder reads."`
	Text       string `json:"text" validate:"max=500,printed" description:"For the organisation and the auditor; it does not leave, and is never about a person."`
}

// mostDeliveries are counted: who sends a statement again has seen that it was sent.
const mostDeliveries = 100

type statementView struct {
	ID         statements.ID     `json:"id"`
	Number     string            `json:"number,omitempty" description:"From issuing on."`
	Version    int               `json:"version"`
	State      statements.State  `json:"state"`
	Kind       figures.Kind      `json:"kind"`
	Subject    string            `json:"subject"`
	From       ledger.Date       `json:"from"`
	To         ledger.Date       `json:"to"`
	Language   figures.Lang      `json:"language"`
	Hash       string            `json:"data_hash" description:"SHA-256 of the figures: as cleared, or of the draft."`
	Document   string            `json:"document_sha256,omitempty" description:"From sealing on."`
	Code       string            `json:"code,omitempty" description:"By which anyone may check it, from issuing on."`
	Replaces   statements.ID     `json:"replaces,omitempty"`
	Deliveries int               `json:"deliveries,omitempty" table:"-" description:"How often it was asked to be sent, as far as a hundred; not in lists."`
	Statement  *figures.View     `json:"statement,omitempty" table:"-" description:"Of a grant; not in lists."`
	Fund       *figures.FundView `json:"fund_statement,omitempty" table:"-" description:"Of a donor's gifts or of a fund; not in lists."`
}

// viewListed is a statement without its figures.
func viewListed(s statements.Listed) statementView {
	return statementView{ID: s.ID, Number: s.Number, Version: s.Version, State: s.State, Kind: s.Kind, Subject: s.Subject,
		From: s.Period.From, To: s.Period.To, Language: s.Lang, Hash: s.Hash, Document: s.Document,
		Code: statements.SpacedCode(s.Code), Replaces: s.Replaces}
}

func viewStatement(s statements.Statement) statementView {
	v := viewListed(s.Listed())
	v.Statement, v.Fund = viewValue(s.Shown())
	return v
}

// viewValue is a statement of either kind as JSON has it.
func viewValue(v figures.Value) (*figures.View, *figures.FundView) {
	switch s := v.(type) {
	case *figures.GrantStatement:
		view := s.View(figures.English)
		return &view, nil
	case *figures.FundStatement:
		view := s.View(figures.English)
		return nil, &view
	}
	return nil, nil
}

// shownStatement shows what an act or a reading gives.
func shownStatement(ctx context.Context, tx *store.Tx,
	d resource.Domain) func(statements.Statement, error) (statementView, error) {
	return func(s statements.Statement, err error) (statementView, error) {
		if err != nil {
			return statementView{}, err
		}
		v := viewStatement(s)
		sent, err := d.Statements.Deliveries(ctx, tx, string(v.ID), store.Keyset{Limit: mostDeliveries})
		v.Deliveries = len(sent)
		return v, err
	}
}

func draftStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in draftStatementRequest) (statementView,
	error) {
	for _, needed := range []struct{ pointer, value string }{{"/subject", string(in.Subject)}, {"/to", string(in.To)}} {
		if needed.value == "" && in.Replaces == "" {
			return statementView{}, rest.At(needed.pointer, &rest.Fault{Code: "required", Message: rest.IsRequired})
		}
	}
	request := collecting.Request{Subject: string(in.Subject), Kind: figures.Kind(in.Kind), From: in.From, To: in.To,
		CutOff: in.CutOff,
		Whole:  in.Whole, Auditor: in.Auditor}
	for _, e := range in.Explains {
		request.Explains = append(request.Explains,
			figures.Explanation{BudgetLine: e.BudgetLine, Reason: figures.ReasonCode(e.Reason), Text: e.Text})
	}
	return shownStatement(ctx, tx, d)(d.Statements.Prepare(ctx, tx, request, figures.Lang(in.Language),
		string(in.Replaces)))
}

func listStatements(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[statementView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[statementView]{}, err
	}
	rows, err := d.Statements.Statements(ctx, tx, store.Keyset{After: after, Limit: in.Size() + 1})
	if err != nil {
		return rest.List[statementView]{}, err
	}
	return rest.ListOf(in.Page, rows, viewListed, func(s statements.Listed) []string { return []string{string(s.ID)} }),
		nil
}

func getStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (statementView, error) {
	return shownStatement(ctx, tx, d)(d.Statements.Statement(ctx, tx, string(in.ID)))
}

func checkStatementPrivacy(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (statementView, error) {
	return shownStatement(ctx, tx, d)(d.Statements.CheckPrivacy(ctx, tx, string(in.ID)))
}

func reviewStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (statementView, error) {
	return shownStatement(ctx, tx, d)(d.Statements.Review(ctx, tx, string(in.ID)))
}

// issueStatement issues a statement whose code leads to the public pages of this server.
func issueStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (statementView, error) {
	d.Statements.Address = d.API.Address
	return shownStatement(ctx, tx, d)(d.Statements.Issue(ctx, tx, string(in.ID)))
}

func sealStatement(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (statementView, error) {
	return shownStatement(ctx, tx, d)(d.Statements.Seal(ctx, tx, string(in.ID)))
}

type withdrawStatementRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Its id or its number."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; never about a person."`
}

func withdrawStatement(ctx context.Context, tx *store.Tx, d resource.Domain,
	in withdrawStatementRequest) (statementView, error) {
	return shownStatement(ctx, tx, d)(d.Statements.Withdraw(ctx, tx, string(in.ID), in.Reason))
}

type documentRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Lang   string   `query:"lang" json:"-" validate:"omitempty,oneof=da en" description:"That of the statement where none is given."`
	Format string   `query:"format" json:"-" validate:"omitempty,oneof=pdf text html xlsx" description:"pdf where none is given."`
}

func getStatementDocument(ctx context.Context, tx *store.Tx, d resource.Domain, in documentRequest) (rest.File, error) {
	s, err := d.Statements.Statement(ctx, tx, string(in.ID))
	if err != nil {
		return rest.File{}, err
	}
	return documentOf(s, in.Lang, in.Format)
}

// documentOf is a statement as a document; its PDF is the frozen one where there is one.
func documentOf(s statements.Statement, language, format string) (rest.File, error) {
	name := cmp.Or(s.Number, string(s.ID))
	if s.Version > 1 && s.Number != "" {
		name = fmt.Sprintf("%s-v%d", name, s.Version)
	}
	lang := figures.Lang(cmp.Or(language, string(s.Lang)))
	switch format {
	case "text":
		return rest.File{Type: "text/plain", Name: name + ".txt", Body: []byte(page.Text(s.Shown(), lang))}, nil
	case "html":
		body, err := page.IssuedHTML(s.Shown(), lang, statements.SpacedCode(s.Code))
		return rest.File{Type: "text/html", Name: name + ".html", Body: body}, err
	case "xlsx":
		body, err := page.XLSX(s.Shown(), lang)
		return rest.File{Type: xlsxType, Name: name + ".xlsx", Body: body}, err
	}
	if s.Document != nil {
		return rest.File{Type: "application/pdf", Name: name + ".pdf", Body: s.Document}, nil
	}
	if s.Pages() != nil && lang == s.Lang {
		return rest.File{Type: "application/pdf", Name: name + ".pdf", Body: s.Pages()}, nil
	}
	body, err := page.PDF(s.Shown(), lang)
	if err != nil {
		return rest.File{}, fmt.Errorf("statement %s: %w", name, err)
	}
	return rest.File{Type: "application/pdf", Name: name + ".pdf", Body: body}, nil
}

type privacyReportView struct {
	Method   string                      `json:"method"`
	Cleared  bool                        `json:"cleared"`
	Findings []statements.PrivacyFinding `json:"findings"`
}

func getPrivacyReport(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (privacyReportView, error) {
	s, err := d.Statements.Statement(ctx, tx, string(in.ID))
	if err != nil {
		return privacyReportView{}, err
	}
	if s.Privacy == nil {
		return privacyReportView{}, statements.ErrNotCleared
	}
	return privacyReportView(*s.Privacy), nil
}

type figureRequest struct {
	ID  rest.Ref `path:"id" json:"-" description:"Id or number of the statement."`
	Key string   `path:"key" json:"-" validate:"max=80"`
}

type statementFigureView struct {
	Key    string             `json:"key"`
	Figure books.FigureView   `json:"figure"`
	Lines  []books.BookedView `json:"lines" description:"The first of them; href of the figure leads to all."`
}

// shownLines is how many lines of a figure come along.
const shownLines = 100

func getStatementFigure(ctx context.Context, tx *store.Tx, d resource.Domain, in figureRequest) (statementFigureView,
	error) {
	s, err := d.Statements.Statement(ctx, tx, string(in.ID))
	if err != nil {
		return statementFigureView{}, err
	}
	figure, err := d.Statements.Figure(ctx, tx, s, in.Key)
	if err != nil {
		return statementFigureView{}, err
	}
	lines, err := d.Book.Lines(ctx, tx, figure.Lines, ledger.Position{}, shownLines)
	if err != nil {
		return statementFigureView{}, err
	}
	v := statementFigureView{Key: in.Key, Figure: books.ViewFigure(figure), Lines: []books.BookedView{}}
	for _, l := range lines {
		v.Lines = append(v.Lines, books.ViewBooked(l))
	}
	return v, nil
}
