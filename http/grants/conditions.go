package grants

import (
	"context"
	"net/http"

	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// conditions registers what holds a grant's money back.
func conditions(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/conditions", ID: "addCondition", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put a condition of a grant on record", Danish: "Registrér en betingelse for en bevilling",
		About: "It may hold back a planned instalment, what is paid out of the grant, or nothing.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrUnknownInstalment,
			grants.ErrDuplicateCondition},
		Example: `{"kind":"report","text":"Interim report for 2026","due_on":"2027-01-31","instalment":2}`}, addCondition)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/conditions", ID: "listConditions", Tag: "grants",
		Roles:   resource.Staff,
		Summary: "The conditions of a grant and where they stand", Danish: "En bevillings betingelser, og hvor de står",
		Refuses: []error{grants.ErrUnknownGrant}}, listConditions)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/conditions/:number", ID: "getCondition",
		Tag: "grants", Roles: resource.Staff,
		Summary: "One condition of a grant", Danish: "Én af en bevillings betingelser",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownCondition}}, getCondition)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/conditions/:number/decisions", ID: "decideCondition",
		Match: "getCondition",
		Tag:   "grants", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Note that a condition is met, waived, missed or open again",
		Danish:  "Notér, at en betingelse er opfyldt, frafaldet, misligholdt eller åben igen",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownCondition, ledger.ErrReasonRequired}}, decideCondition)
}

type conditionRequest struct {
	ID            rest.Ref             `path:"id" json:"-"`
	Number        string               `json:"number" validate:"max=20" description:"The funder's own; given by us where none is sent."`
	Kind          grants.ConditionKind `json:"kind" validate:"required,oneof=purpose time geography population report matching ceiling other" description:"What the condition is about."`
	Text          string               `json:"text" validate:"required,max=500" description:"No person's name."`
	DueOn         ledger.Date          `json:"due_on" validate:"omitempty"`
	Instalment    int                  `json:"instalment" validate:"omitempty,min=1,max=200" description:"Number of the planned instalment that it holds back."`
	Disbursements bool                 `json:"disbursements" description:"Whether it holds back what is paid out of the grant."`
}

type conditionView struct {
	ID            string                `json:"id"`
	Number        string                `json:"number"`
	Kind          grants.ConditionKind  `json:"kind"`
	Text          string                `json:"text"`
	DueOn         string                `json:"due_on,omitempty"`
	Instalment    int                   `json:"instalment,omitzero"`
	Disbursements bool                  `json:"disbursements"`
	State         grants.ConditionState `json:"state" enum:"open,met,waived,missed"`
	Decisions     []decisionView        `json:"decisions"`
}

type decisionView struct {
	State  grants.ConditionState `json:"state" enum:"open,met,waived,missed"`
	Date   ledger.Date           `json:"date"`
	Reason string                `json:"reason"`
	By     string                `json:"by,omitempty"`
	At     string                `json:"at"`
}

func viewCondition(c grants.Condition) conditionView {
	return conditionView{ID: c.ID, Number: c.Number, Kind: c.Kind, Text: c.Text, DueOn: string(c.DueOn),
		Instalment: c.Instalment, Disbursements: c.Disbursements, State: c.State,
		Decisions: rest.Views(c.Decisions, viewDecision)}
}

func viewDecision(d grants.ConditionDecision) decisionView {
	return decisionView{State: d.State, Date: d.On, Reason: d.Reason, By: d.By, At: d.At}
}

func addCondition(ctx context.Context, tx *store.Tx, d resource.Domain, in conditionRequest) (conditionView, error) {
	c, err := grants.AddCondition(ctx, tx, string(in.ID), grants.Condition{Number: in.Number, Kind: in.Kind, Text: in.Text,
		DueOn:      in.DueOn,
		Instalment: in.Instalment, Disbursements: in.Disbursements})
	if err != nil {
		return conditionView{}, err
	}
	return viewCondition(c), nil
}

func listConditions(
	ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef,
) (rest.List[conditionView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[conditionView]{}, err
	}
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[conditionView]{}, err
	}
	found, err := grants.Conditions(ctx, tx, g, page)
	return rest.ListOf(in.Page, found, viewCondition, func(c grants.Condition) []string { return []string{c.ID} }), err
}

type decideConditionRequest struct {
	ID     rest.Ref              `path:"id" json:"-"`
	Number rest.Ref              `path:"number" json:"-" description:"Of the condition, or its id."`
	State  grants.ConditionState `json:"state" validate:"required,oneof=open met waived missed"`
	Date   ledger.Date           `json:"date" validate:"required"`
	Reason string                `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func decideCondition(
	ctx context.Context, tx *store.Tx, d resource.Domain, in decideConditionRequest,
) (conditionView, error) {
	c, err := grants.DecideCondition(ctx, tx, string(in.ID), string(in.Number),
		grants.ConditionDecision{State: in.State, On: in.Date, Reason: in.Reason})
	if err != nil {
		return conditionView{}, resource.AtReason(err)
	}
	return viewCondition(c), nil
}

// findings registers what auditors and grantors question.
func findings(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/findings", ID: "raiseFinding", Tag: "grants",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put an auditor's or grantor's finding on record",
		Danish:  "Registrér en bemærkning fra revisor eller bevillingsgiver",
		About:   "The grant cannot be closed until all of it is settled.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrDuplicateFinding}}, raiseFinding)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/findings", ID: "listFindings", Tag: "grants",
		Roles:   resource.Bookkeeper,
		Summary: "What was questioned of a grant, and what became of it",
		Danish:  "Hvad der er draget i tvivl på en bevilling, og hvad det blev til",
		About:   "questioned = documented + justified + written_off + disallowed + pending.",
		Refuses: []error{grants.ErrUnknownGrant}}, listFindings)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/findings/:number", ID: "getFinding",
		Tag: "grants", Roles: resource.Bookkeeper,
		Summary: "One finding about a grant", Danish: "Én bemærkning til en bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownFinding}}, getFinding)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/findings/:number/answers", ID: "answerFinding",
		Match: "getFinding",
		Tag:   "grants", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Settle a part of a finding that stays on the grant",
		Danish:  "Afklar en del af en bemærkning, der bliver på bevillingen",
		About:   "What is disallowed is settled by a disallowance with the finding's number.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownFinding, grants.ErrOverAnswered, ledger.ErrReasonRequired}},
		answerFinding)
}

type findingRequest struct {
	ID         rest.Ref     `path:"id" json:"-"`
	Number     rest.Ref     `json:"number" validate:"required,max=40" description:"The auditor's."`
	Date       ledger.Date  `json:"date" validate:"required"`
	Questioned rest.Decimal `json:"questioned" validate:"required,positive" description:"Base currency."`
	Text       string       `json:"text" validate:"required,max=500" description:"No person's name."`
}

type findingView struct {
	ID         string       `json:"id"`
	Grant      string       `json:"grant"`
	Number     string       `json:"number"`
	Date       ledger.Date  `json:"date"`
	Text       string       `json:"text"`
	Questioned ledger.Money `json:"questioned" table:"base"`
	Documented ledger.Money `json:"documented" table:"base" description:"The evidence was found and accepted."`
	Justified  ledger.Money `json:"justified" table:"base" description:"Accepted without evidence."`
	WrittenOff ledger.Money `json:"written_off" table:"base" description:"The grantor does not ask for it."`
	Disallowed ledger.Money `json:"disallowed" table:"base" description:"Taken off the grant."`
	Pending    ledger.Money `json:"pending" table:"base"`
	Settled    bool         `json:"settled"`
}

func viewFinding(f grants.AuditFinding) findingView {
	return findingView{ID: f.ID, Grant: f.Grant, Number: f.Number, Date: f.On, Text: f.Text, Questioned: f.Questioned,
		Documented: f.Part(grants.Documented), Justified: f.Part(grants.Justified), WrittenOff: f.Part(grants.WrittenOff),
		Disallowed: f.Part(grants.Disallowed), Pending: f.Pending(), Settled: f.Pending().IsZero()}
}

func raiseFinding(ctx context.Context, tx *store.Tx, d resource.Domain, in findingRequest) (findingView, error) {
	questioned, err := in.Questioned.In("/questioned", d.Book.Base)
	if err != nil {
		return findingView{}, err
	}
	f, err := d.Grants.RaiseFinding(ctx, tx, grants.AuditFinding{Grant: string(in.ID), Number: string(in.Number),
		On: in.Date, Questioned: questioned, Text: in.Text})
	if err != nil {
		return findingView{}, err
	}
	return viewFinding(f), nil
}

func listFindings(
	ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef,
) (rest.List[findingView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[findingView]{}, err
	}
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[findingView]{}, err
	}
	found, err := d.Grants.Findings(ctx, tx, g, page)
	return rest.ListOf(in.Page, found, viewFinding, func(c grants.AuditFinding) []string { return []string{c.ID} }), err
}

type answerFindingRequest struct {
	ID      rest.Ref       `path:"id" json:"-"`
	Number  rest.Ref       `path:"number" json:"-" description:"Of the finding, or its id."`
	Outcome grants.Outcome `json:"outcome" validate:"required,oneof=documented justified written_off"`
	Amount  rest.Decimal   `json:"amount" validate:"required,positive" description:"Base currency; at most what is pending."`
	Date    ledger.Date    `json:"date" validate:"required"`
	Reason  string         `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func answerFinding(ctx context.Context, tx *store.Tx, d resource.Domain, in answerFindingRequest) (findingView, error) {
	amount, err := in.Amount.In("/amount", d.Book.Base)
	if err != nil {
		return findingView{}, err
	}
	f, err := d.Grants.AnswerFinding(ctx, tx, string(in.ID), string(in.Number),
		grants.Answer{Outcome: in.Outcome, Amount: amount, On: in.Date, Reason: in.Reason})
	if err != nil {
		return findingView{}, resource.AtReason(err)
	}
	return viewFinding(f), nil
}

// numberedRequest names a condition or a finding of a grant.
type numberedRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Number rest.Ref `path:"number" json:"-" description:"Or its id."`
}

func getCondition(ctx context.Context, tx *store.Tx, d resource.Domain, in numberedRequest) (conditionView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return conditionView{}, err
	}
	all, err := grants.Conditions(ctx, tx, g, store.Keyset{})
	c, err := resource.One(all, err, grants.ErrUnknownCondition,
		func(c grants.Condition) bool { return c.Number == string(in.Number) || c.ID == string(in.Number) })
	return viewCondition(c), err
}

func getFinding(ctx context.Context, tx *store.Tx, d resource.Domain, in numberedRequest) (findingView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return findingView{}, err
	}
	all, err := d.Grants.Findings(ctx, tx, g, store.Keyset{})
	f, err := resource.One(all, err, grants.ErrUnknownFinding,
		func(f grants.AuditFinding) bool { return f.Number == string(in.Number) || f.ID == string(in.Number) })
	return viewFinding(f), err
}
