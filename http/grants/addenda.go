package grants

import (
	"context"
	"fmt"
	"net/http"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// addenda registers changes of the agreement itself, by the grantor's letter.
func addenda(api *resource.API) {
	refuses := []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrBudgetTotal, grants.ErrBudgetLineTotal,
		grants.ErrBudgetCategory, grants.ErrBelowSpent, grants.ErrScheduleTotal, grants.ErrScheduleOrder,
		grants.ErrUnknownInstalment, grants.ErrWrongRecognition}
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/addenda", ID: "proposeAddendum", Tag: "grants",
		Match:   "getGrant",
		Roles:   resource.Finance,
		Summary: "Put down what a letter of the grantor changes: amount, end, budget, conditions",
		Danish:  "Notér, hvad et brev fra bevillingsgiver ændrer: beløb, slutdato, budget, betingelser",
		About: "It waits for another person. What is not sent stays as it is; budget_lines are all lines as they will " +
			"be, and sum to the amount. planned_instalments come beside those that are planned.",
		Refuses: append([]error{grants.ErrVirementOpen, grants.ErrAddendumEmpty, grants.ErrAddendumPeriod}, refuses...),
		Example: `{"starts_on":"2026-07-01","reason":"More women than expected","letter":"2026-4711",` +
			`"amount":"80000.00","to":"2027-06-30"}`}, proposeAddendum)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/addenda", ID: "listAddenda", Tag: "grants",
		Roles:   resource.Staff,
		Summary: "The addenda of a grant, before and after", Danish: "En bevillings tillæg, før og efter",
		Refuses: []error{grants.ErrUnknownGrant}}, listAddenda)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/addenda/:version", ID: "getAddendum", Tag: "grants",
		Roles:   resource.Staff,
		Summary: "One addendum of a grant", Danish: "Ét tillæg til en bevilling",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrUnknownAddendum}}, getAddendum)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/addenda/:version/decisions", ID: "decideAddendum",
		Match: "getAddendum",
		Tag:   "grants", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Approve or reject an addendum, as another person than the one who put it down",
		Danish:  "Godkend eller afvis et tillæg, som en anden end den, der noterede det",
		Refuses: append([]error{grants.ErrUnknownAddendum, grants.ErrBudgetDecided, access.ErrMakerCannotApprove,
			ledger.ErrReasonRequired, grants.ErrDuplicateCondition}, refuses...)}, decideAddendum)
}

type addendumConditionBody struct {
	Number        string               `json:"number,omitempty" validate:"max=20" description:"The funder's own; given by us where none is sent."`
	Kind          grants.ConditionKind `json:"kind" validate:"required,oneof=purpose time geography population report matching ceiling other"`
	Text          string               `json:"text" validate:"required,max=500,printed" description:"No person's name."`
	DueOn         ledger.Date          `json:"due_on,omitempty" validate:"omitempty"`
	Instalment    int                  `json:"instalment,omitzero" validate:"omitempty,min=1,max=200" description:"Number of the planned instalment that it holds back."`
	Disbursements bool                 `json:"disbursements,omitempty" description:"Whether it holds back what is paid out of the grant."`
}

type addendumRequest struct {
	ID          rest.Ref                `path:"id" json:"-" description:"Id or code of the grant."`
	StartsOn    ledger.Date             `json:"starts_on" validate:"required" description:"The day from which it holds."`
	Reason      string                  `json:"reason" validate:"required,max=500,printed" description:"For the report; no person's name."`
	Letter      string                  `json:"letter" validate:"required,max=120,printed" description:"The grantor's reference."`
	Evidence    string                  `json:"evidence_id" validate:"max=40" description:"The letter itself, from POST /evidence."`
	Amount      rest.Decimal            `json:"amount" validate:"omitempty,positive" description:"Of the whole grant, in its currency."`
	To          ledger.Date             `json:"to" validate:"omitempty" description:"Last day of the period of performance."`
	ReportBy    ledger.Date             `json:"report_due_on" validate:"omitempty"`
	Lines       []budgetLineBody        `json:"budget_lines" validate:"max=200,dive" description:"All lines as they will be."`
	Categories  []string                `json:"categories" validate:"max=40,unique,dive,min=1,max=40" description:"Of cost that the grant pays; an empty list takes the limit away."`
	Conditions  []addendumConditionBody `json:"conditions" validate:"max=50,dive" description:"New ones."`
	Instalments []plannedBody           `json:"planned_instalments" validate:"max=50,dive" description:"New ones; with those that are planned they sum to the amount."`
}

type termsView struct {
	Amount   ledger.Money     `json:"amount"`
	To       string           `json:"to,omitempty"`
	ReportBy string           `json:"report_due_on,omitempty"`
	Lines    []budgetLineBody `json:"budget_lines,omitempty"`
}

type addendumView struct {
	Grant       string                  `json:"grant"`
	Version     int                     `json:"version" description:"Of the budget."`
	State       grants.BudgetState      `json:"state" enum:"effective,submitted,refused"`
	StartsOn    ledger.Date             `json:"starts_on"`
	Reason      string                  `json:"reason"`
	Letter      string                  `json:"letter"`
	Evidence    string                  `json:"evidence_id,omitempty"`
	Before      termsView               `json:"before"`
	After       termsView               `json:"after"`
	Categories  []string                `json:"categories,omitempty"`
	Conditions  []addendumConditionBody `json:"conditions"`
	Instalments []plannedBody           `json:"planned_instalments"`
}

func viewTerms(t grants.Terms, lines []grants.BudgetLine) termsView {
	return termsView{Amount: t.Amount, To: string(t.To), ReportBy: string(t.ReportDueOn), Lines: viewBudget(lines)}
}

func viewAddendum(a grants.Addendum, before []grants.BudgetLine) addendumView {
	return addendumView{Grant: a.Grant, Version: a.Version, State: a.State, StartsOn: a.StartsOn, Reason: a.Reason,
		Letter: a.Letter, Evidence: a.Evidence, Before: viewTerms(a.Before, before), After: viewTerms(a.After, a.Lines),
		Categories: a.Categories,
		Conditions: rest.Views(a.Conditions, func(c grants.Condition) addendumConditionBody {
			return addendumConditionBody{Number: c.Number, Kind: c.Kind, Text: c.Text, DueOn: c.DueOn,
				Instalment: c.Instalment, Disbursements: c.Disbursements}
		}),
		Instalments: rest.Views(a.Instalments, func(p grants.Planned) plannedBody {
			return plannedBody{DueOn: p.DueOn, Amount: rest.Decimal(p.Amount.String())}
		})}
}

// shown is an addendum beside the budget that it was made on.
func shown(ctx context.Context, tx *store.Tx, g grants.Grant, a grants.Addendum) (addendumView, error) {
	versions, err := grants.Budgets(ctx, tx, g)
	return viewAddendum(a, grants.LinesBefore(versions, a.Version)), err
}

func proposeAddendum(ctx context.Context, tx *store.Tx, d resource.Domain, in addendumRequest) (addendumView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return addendumView{}, err
	}
	a, err := in.addendum(g)
	if err != nil {
		return addendumView{}, err
	}
	if a, err = (grants.Amendments{Grants: d.Grants}).Propose(ctx, tx, g.Code, a); err != nil {
		return addendumView{}, err
	}
	return shown(ctx, tx, g, a)
}

// addendum reads what is sent, in the grant's currency.
func (in addendumRequest) addendum(g grants.Grant) (grants.Addendum, error) {
	c := g.Amount.Currency
	a := grants.Addendum{BudgetVersion: grants.BudgetVersion{StartsOn: in.StartsOn, Reason: in.Reason, Letter: in.Letter},
		Categories: in.Categories, Evidence: in.Evidence}
	a.After.To, a.After.ReportDueOn = in.To, in.ReportBy
	var err error
	if in.Amount != "" {
		if a.After.Amount, err = in.Amount.In("/amount", c); err != nil {
			return a, err
		}
	}
	if a.Lines, err = budgetLines(in.Lines, c); err != nil {
		return a, err
	}
	for _, condition := range in.Conditions {
		a.Conditions = append(a.Conditions, grants.Condition{Number: condition.Number, Kind: condition.Kind,
			Text: condition.Text, DueOn: condition.DueOn, Instalment: condition.Instalment,
			Disbursements: condition.Disbursements})
	}
	for i, p := range in.Instalments {
		amount, err := p.Amount.In(fmt.Sprintf("/planned_instalments/%d/amount", i), c)
		if err != nil {
			return a, err
		}
		a.Instalments = append(a.Instalments, grants.Planned{DueOn: p.DueOn, Amount: amount})
	}
	return a, nil
}

type addendaView struct {
	Addenda []addendumView `json:"addenda"`
}

func listAddenda(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (addendaView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return addendaView{}, err
	}
	found, err := grants.Addenda(ctx, tx, g)
	if err != nil {
		return addendaView{}, err
	}
	versions, err := grants.Budgets(ctx, tx, g)
	return addendaView{rest.Views(found, func(a grants.Addendum) addendumView {
		return viewAddendum(a, grants.LinesBefore(versions, a.Version))
	})}, err
}

type addendumRef struct {
	ID      rest.Ref `path:"id" json:"-" description:"Id or code of the grant."`
	Version int      `path:"version" json:"-" validate:"min=1,max=100000" description:"Of the budget."`
}

func getAddendum(ctx context.Context, tx *store.Tx, d resource.Domain, in addendumRef) (addendumView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return addendumView{}, err
	}
	a, err := grants.FindAddendum(ctx, tx, g, in.Version)
	if err != nil {
		return addendumView{}, err
	}
	return shown(ctx, tx, g, a)
}

type decideAddendumRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or code of the grant."`
	Version  int      `path:"version" json:"-" validate:"min=1,max=100000" description:"Of the budget."`
	Decision string   `json:"decision" validate:"required,oneof=approve reject"`
	Reason   string   `json:"reason" validate:"max=500" description:"Required to reject: at least ten letters; no person's name."`
}

func decideAddendum(
	ctx context.Context, tx *store.Tx, d resource.Domain, in decideAddendumRequest,
) (addendumView, error) {
	a, err := grants.Amendments{Grants: d.Grants}.Decide(ctx, tx, string(in.ID),
		grants.AddendumDecision{Version: in.Version, Approve: in.Decision == "approve", Reason: in.Reason})
	if err != nil {
		return addendumView{}, resource.AtReason(err)
	}
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return addendumView{}, err
	}
	return shown(ctx, tx, g, a)
}
