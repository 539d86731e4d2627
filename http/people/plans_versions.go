package people

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// committing are the refusals of acts that set budget aside.
var committing = []error{access.ErrMakerCannotApprove, access.ErrRelated,
	beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState,
	grants.ErrBudgetExceeded,
	rates.ErrRateMissing, grants.ErrOutsideCountry, ledger.ErrPeriodClosed}

// planVersions registers what becomes of a plan after its first draft.
func planVersions(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id/versions", ID: "listPlanVersions", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "All versions of a plan", Danish: "Alle versioner af en støtteplan",
		Refuses: []error{beneficiaries.ErrUnknownPlan}}, listPlanVersions)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/versions", ID: "revisePlan", Tag: "plans",
		Match:   "getPlan",
		Roles:   resource.Casework,
		Summary: "Write the next version of a plan", Danish: "Skriv en støtteplans næste version",
		About: "What is left out stays as it was. A top_up (a weak currency ate the plan) and a move (to another country " +
			"or currency) name their reason as a code. Lines are what is still to be given: what was settled is carried over. " +
			"The version waits to be submitted and decided on; the one in force goes on.",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState, beneficiaries.ErrPendingVersion,
			beneficiaries.ErrShares, beneficiaries.ErrLines,
			beneficiaries.ErrBudgetRate, ledger.ErrUnknownFund, ledger.ErrUnknownAccount, beneficiaries.ErrUnknownWord,
			beneficiaries.ErrSchedule,
			beneficiaries.ErrPayeeCode, beneficiaries.ErrUnknownPayee, beneficiaries.ErrPayeeKind, grants.ErrOutsideCountry,
			beneficiaries.ErrCountry, beneficiaries.ErrUnfunded, beneficiaries.ErrMilestones,
			beneficiaries.ErrReasonRequired, rates.ErrRateMissing}}, revisePlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/decisions", ID: "decidePlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Leads, Money: true,
		Summary: "Approve, return or reject the version of a plan that waits",
		Danish:  "Godkend, returnér eller afvis den version af en støtteplan, der venter",
		About: "An approved version supersedes the one in force, and exactly the difference in what its years need is " +
			"committed or released. Who wrote or submitted it cannot approve.",
		Refuses: append([]error{beneficiaries.ErrNoPendingVersion, beneficiaries.ErrVersionStale,
			beneficiaries.ErrReasonRequired, beneficiaries.ErrNothingDue}, committing...)}, decidePlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/suspensions", ID: "suspendPlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Casework, Money: true,
		Summary: "Let a plan rest and release its commitments",
		Danish:  "Sæt en støtteplan på pause og frigiv dens disponeringer",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState, beneficiaries.ErrReasonRequired,
			ledger.ErrPeriodClosed}}, suspendPlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/completions", ID: "completePlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Leads, Money: true,
		Summary: "Complete a plan and release what is left", Danish: "Afslut en støtteplan og frigiv resten",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState, beneficiaries.ErrPendingVersion,
			ledger.ErrPeriodClosed}}, completePlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/exits", ID: "exitPlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Leads, Money: true,
		Summary: "Leave a plan before its end, with a reason",
		Danish:  "Forlad en støtteplan før dens afslutning, med en begrundelse",
		About:   "What is still open is released. A later version, such as of aftercare, takes the plan up again.",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState, beneficiaries.ErrPendingVersion,
			beneficiaries.ErrReasonRequired, ledger.ErrPeriodClosed}}, exitPlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/resumptions", ID: "resumePlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Ask for a suspended plan to go on", Danish: "Bed om, at en støtteplan på pause genoptages",
		About: "It makes a version in which what the suspension holds falls due later, and submits it; with the decision " +
			"the same items are committed anew.",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrPlanState, beneficiaries.ErrPendingVersion,
			beneficiaries.ErrBudgetRate}}, resumePlan)
}

type versionView struct {
	Number     int                        `json:"plan_version"`
	State      beneficiaries.VersionState `json:"state"`
	Kind       beneficiaries.VersionKind  `json:"kind"`
	StartsOn   ledger.Date                `json:"starts_on"`
	Currency   ledger.Currency            `json:"currency"`
	BudgetRate string                     `json:"budget_rate,omitempty"`
	Shares     []planShareView            `json:"shares"`
	Lines      []planLineView             `json:"lines"`
	Milestones []milestoneView            `json:"milestones"`
	Goals      []string                   `json:"goals"`
	Country    string                     `json:"country,omitempty"`
	Phase      beneficiaries.Phase        `json:"phase"`
	Reason     string                     `json:"reason,omitempty"`
	CreatedBy  string                     `json:"created_by"`
}

func viewVersion(v beneficiaries.PlanVersion) versionView {
	return versionView{Number: v.Number, State: v.State, Kind: v.Kind, StartsOn: v.StartsOn, Currency: v.Currency,
		BudgetRate: v.BudgetRate.String(), Shares: viewPlanShares(v), Lines: viewPlanLines(v.Lines),
		Milestones: viewMilestones(v.Milestones), Goals: listed(v.Goals), Country: v.Country, Phase: v.Phase,
		Reason: v.Reason, CreatedBy: v.CreatedBy}
}

func listPlanVersions(ctx context.Context, tx *store.Tx, d resource.Domain,
	in rest.ByRef) (rest.List[versionView], error) {
	versions, err := d.People.Versions(ctx, tx, string(in.ID), store.Keyset{})
	if err != nil {
		return rest.List[versionView]{}, err
	}
	out := rest.List[versionView]{Data: []versionView{}}
	for _, v := range versions {
		out.Data = append(out.Data, viewVersion(v))
	}
	return out, nil
}

type revisionRequest struct {
	ID         rest.Ref                  `path:"id" json:"-"`
	Kind       beneficiaries.VersionKind `json:"kind" validate:"omitempty,oneof=revision top_up move" description:"revision where none is given."`
	StartsOn   ledger.Date               `json:"starts_on" validate:"omitempty" description:"Today where none is given."`
	Currency   ledger.Currency           `json:"currency" validate:"omitempty" description:"When the plan moves to another currency; its lines come in that."`
	BudgetRate ledger.Rate               `json:"budget_rate" validate:"omitempty"`
	Shares     []planShareBody           `json:"shares" validate:"max=20,dive"`
	Lines      []planLineBody            `json:"lines" validate:"max=100,dive" description:"What is still to be given."`
	Milestones []milestoneBody           `json:"milestones" validate:"max=40,dive" description:"All of them, where any changes; what was decided stays with its code."`
	Goals      []string                  `json:"goals" validate:"max=20,dive,max=40" description:"Codes of /plan-goals; as before where none is given."`
	Country    string                    `json:"country" validate:"max=2" description:"Where the support goes on; as before where none is given."`
	Phase      beneficiaries.Phase       `json:"phase" validate:"omitempty,oneof=support aftercare" description:"As before where none is given; aftercare for a plan that is over."`
	Reason     string                    `json:"reason" validate:"max=40" description:"A code, such as weak_currency or moved; required of a top_up and of a move."`
}

func revisePlan(ctx context.Context, tx *store.Tx, d resource.Domain, in revisionRequest) (planView, error) {
	p, err := d.People.Plan(ctx, tx, string(in.ID))
	if err != nil {
		return planView{}, err
	}
	change := beneficiaries.Revision{Kind: in.Kind, StartsOn: resource.Today(tx, in.StartsOn), Currency: in.Currency,
		BudgetRate: in.BudgetRate,
		Country:    in.Country, Phase: in.Phase, Reason: in.Reason}
	if change.Kind == "" {
		change.Kind = beneficiaries.Revised
	}
	if len(in.Shares) > 0 {
		if change.Shares, err = readPlanShares(d, in.Shares); err != nil {
			return planView{}, err
		}
	}
	if len(in.Goals) > 0 {
		change.Goals = in.Goals
	}
	if change.Milestones, err = readMilestones(in.Milestones); err != nil {
		return planView{}, err
	}
	currency := p.Currency
	if in.Currency != "" {
		currency = in.Currency
	}
	if change.Lines, err = readPlanLines(in.Lines, currency); err != nil {
		return planView{}, err
	}
	p, err = d.People.Revise(ctx, tx, string(in.ID), change)
	return viewPlan(p), atPayee(err)
}

type planDecisionRequest struct {
	ID       rest.Ref    `path:"id" json:"-"`
	Decision string      `json:"decision" validate:"required,oneof=approve return reject"`
	Reason   string      `json:"reason" validate:"max=40" description:"A code; required to return or reject."`
	Year     int         `json:"year" validate:"omitempty,min=1900,max=2199" description:"A year to commit with the approval."`
	Date     ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
}

// changedPlanView is a plan and what its change posted, where it posted anything.
type changedPlanView struct {
	Plan  planView             `json:"plan"`
	Entry *resource.PostedView `json:"entry,omitempty"`
}

func changedPlan(c beneficiaries.Commitment, err error) (changedPlanView, error) {
	if err != nil {
		return changedPlanView{}, err
	}
	v := changedPlanView{Plan: viewPlan(c.Plan)}
	if c.Entry.ID != "" {
		posted := resource.ViewPosted(c.Entry)
		v.Entry = &posted
	}
	return v, nil
}

func decidePlan(ctx context.Context, tx *store.Tx, d resource.Domain, in planDecisionRequest) (changedPlanView, error) {
	return changedPlan(d.People.Decide(ctx, tx, string(in.ID),
		beneficiaries.Decision{Approve: in.Decision == "approve", Return: in.Decision == "return",
			Reason: in.Reason, Year: in.Year, On: resource.Today(tx, in.Date)}))
}

type suspensionRequest struct {
	ID     rest.Ref    `path:"id" json:"-"`
	From   ledger.Date `json:"from" validate:"required" description:"What falls due on this day or later is held, and what has no day."`
	Date   ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
	Reason string      `json:"reason" validate:"required,max=40" description:"A code, such as leave or lost_contact."`
}

func suspendPlan(ctx context.Context, tx *store.Tx, d resource.Domain, in suspensionRequest) (changedPlanView, error) {
	return changedPlan(d.People.Suspend(ctx, tx, string(in.ID),
		beneficiaries.Suspension{From: in.From, On: resource.Today(tx, in.Date), Reason: in.Reason}))
}

type resumptionRequest struct {
	ID         rest.Ref    `path:"id" json:"-"`
	BudgetRate ledger.Rate `json:"budget_rate" validate:"omitempty" description:"For what is committed from now on."`
	MoveMonths int         `json:"move_months" validate:"min=0,max=120" description:"How much later the held items fall due."`
	StartsOn   ledger.Date `json:"starts_on" validate:"omitempty" description:"Today where none is given."`
}

func resumePlan(ctx context.Context, tx *store.Tx, d resource.Domain, in resumptionRequest) (planView, error) {
	p, err := d.People.Resume(ctx, tx, string(in.ID),
		beneficiaries.Restart{BudgetRate: in.BudgetRate, Months: in.MoveMonths,
			StartsOn: resource.Today(tx, in.StartsOn)})
	return viewPlan(p), err
}

type completionRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Date ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
}

func completePlan(ctx context.Context, tx *store.Tx, d resource.Domain, in completionRequest) (changedPlanView, error) {
	return changedPlan(d.People.Close(ctx, tx, string(in.ID),
		beneficiaries.Closing{Completed: true, On: resource.Today(tx, in.Date)}))
}

type exitRequest struct {
	ID     rest.Ref    `path:"id" json:"-"`
	Date   ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
	Reason string      `json:"reason" validate:"required,max=40" description:"A code: goals_met, own_choice, lost_contact, moved, ineligible, deceased."`
}

func exitPlan(ctx context.Context, tx *store.Tx, d resource.Domain, in exitRequest) (changedPlanView, error) {
	return changedPlan(d.People.Close(ctx, tx, string(in.ID),
		beneficiaries.Closing{On: resource.Today(tx, in.Date), Reason: in.Reason}))
}
