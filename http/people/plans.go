package people

import (
	"context"
	"errors"
	"fmt"
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

// people registers beneficiaries and plans.
func people(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/beneficiaries", ID: "admitBeneficiary", Tag: "beneficiaries",
		NoMatch: rest.MakesNew,
		Roles:   resource.Casework,
		Summary: "Put a beneficiary on record under a random code", Danish: "Registrér en modtager under en tilfældig kode"},
		admitBeneficiary)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/beneficiaries/:id", ID: "getBeneficiary", Tag: "beneficiaries",
		Roles:   resource.Knowing,
		Summary: "One beneficiary, by code", Danish: "Én modtager efter kode",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, getBeneficiary)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans", ID: "listPlans", Tag: "plans", Roles: resource.Staff,
		Summary: "List the plans", Danish: "Vis støtteplanerne"}, listPlans)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id", ID: "getPlan", Tag: "plans", Roles: resource.Staff,
		Summary: "One plan in its current version", Danish: "Én støtteplan i gældende version",
		Refuses: []error{beneficiaries.ErrUnknownPlan}}, getPlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans", ID: "draftPlan", Tag: "plans", Roles: resource.Casework,
		NoMatch: rest.MakesNew,
		Summary: "Write the first version of a plan", Danish: "Skriv en støtteplans første version",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrShares, beneficiaries.ErrLines,
			beneficiaries.ErrDuplicatePlan,
			ledger.ErrUnknownFund, ledger.ErrUnknownAccount, beneficiaries.ErrUnknownWord, beneficiaries.ErrSchedule,
			beneficiaries.ErrPayeeCode, beneficiaries.ErrUnknownPayee, beneficiaries.ErrPayeeKind, grants.ErrOutsideCountry,
			beneficiaries.ErrCountry, beneficiaries.ErrUnfunded, beneficiaries.ErrMilestones, rates.ErrRateMissing}}, draftPlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/submissions", ID: "submitPlan", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Casework, Status: http.StatusOK,
		Summary: "Ask for a plan's approval", Danish: "Bed om en støtteplans godkendelse",
		Refuses: []error{beneficiaries.ErrPlanState, beneficiaries.ErrNoPendingVersion}}, submitPlan)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/year-approvals", ID: "approvePlanYear", Tag: "plans",
		Match: "getPlan",
		Roles: resource.Leads, Money: true,
		Summary: "Approve a year of a plan and commit its budget",
		Danish:  "Godkend et år af en støtteplan og disponér dets budget",
		About:   "The first approval is also that of the plan's version. Who submitted the plan cannot approve.",
		Refuses: []error{access.ErrMakerCannotApprove, access.ErrRelated,
			beneficiaries.ErrPlanState, beneficiaries.ErrNothingDue,
			grants.ErrBudgetExceeded,
			rates.ErrRateMissing, grants.ErrOutsideCountry, ledger.ErrPeriodClosed}}, approvePlanYear)
	planWords(api)
	planMilestones(api)
	planReminders(api)
	planVersions(api)
	planReports(api)
}

type beneficiaryView struct {
	ID     beneficiaries.BeneficiaryID `json:"id"`
	Code   string                      `json:"code"`
	Status string                      `json:"status"`
}

func viewBeneficiary(b beneficiaries.Beneficiary) beneficiaryView {
	return beneficiaryView{b.ID, b.Code, b.Status}
}

// personView is a beneficiary as those who change it see it.
type personView struct {
	beneficiaryView
	Identity int `json:"identity_version" description:"How often fields of the identity were written; what stands in them is not shown."`
}

// viewPerson shows a beneficiary that an act gives.
func viewPerson(ctx context.Context, tx *store.Tx, b beneficiaries.Beneficiary, err error) (personView, error) {
	if err != nil {
		return personView{}, err
	}
	written, err := beneficiaries.IdentityVersion(ctx, tx, b.ID)
	return personView{viewBeneficiary(b), written}, err
}

func admitBeneficiary(ctx context.Context, tx *store.Tx, d resource.Domain, _ rest.None) (personView, error) {
	b, err := d.People.Admit(ctx, tx)
	return viewPerson(ctx, tx, b, err)
}

func getBeneficiary(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (personView, error) {
	b, err := d.People.Beneficiary(ctx, tx, string(in.ID))
	return viewPerson(ctx, tx, b, err)
}

type draftPlanRequest struct {
	Number      string          `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Beneficiary rest.Ref        `json:"beneficiary" validate:"required" description:"Id or code."`
	Currency    ledger.Currency `json:"currency" validate:"required"`
	StartsOn    ledger.Date     `json:"starts_on" validate:"required"`
	BudgetRate  ledger.Rate     `json:"budget_rate" validate:"omitempty" description:"Between the plan's and base currency, such as 225 NGN/DKK."`
	Shares      []planShareBody `json:"shares" validate:"required,min=1,max=20,dive"`
	Lines       []planLineBody  `json:"lines" validate:"max=100,dive"`
	Milestones  []milestoneBody `json:"milestones" validate:"max=40,dive"`
	Goals       []string        `json:"goals" validate:"max=20,dive,max=40" description:"Codes of /plan-goals."`
	Country     string          `json:"country" validate:"max=2" description:"Where the support is given: two letters, such as NG."`
}

type planView struct {
	ID          beneficiaries.PlanID        `json:"id"`
	Number      string                      `json:"number"`
	Beneficiary beneficiaries.BeneficiaryID `json:"beneficiary_id"`
	Currency    ledger.Currency             `json:"currency"`
	State       beneficiaries.PlanState     `json:"state"`
	PlanVersion int                         `json:"plan_version"`
	StartsOn    ledger.Date                 `json:"starts_on"`
	BudgetRate  string                      `json:"budget_rate,omitempty"`
	Shares      []planShareView             `json:"shares"`
	Lines       []planLineView              `json:"lines"`
	Milestones  []milestoneView             `json:"milestones"`
	Goals       []string                    `json:"goals"`
	Country     string                      `json:"country,omitempty"`
	Phase       beneficiaries.Phase         `json:"phase" description:"support, or aftercare once the plan had ended."`
	Pending     int                         `json:"pending_version,omitzero" description:"The version that waits for a decision."`
	Version     int                         `json:"version"`
}

func viewPlan(p beneficiaries.Plan) planView {
	v := planView{ID: p.ID, Number: p.Number, Beneficiary: p.Beneficiary, Currency: p.Currency, State: p.State,
		PlanVersion: p.Current.Number,
		StartsOn:    p.Current.StartsOn, BudgetRate: p.Current.BudgetRate.String(), Version: p.Version,
		Shares: viewPlanShares(p.Current), Lines: viewPlanLines(p.Current.Lines),
		Milestones: viewMilestones(p.Current.Milestones),
		Goals:      listed(p.Current.Goals), Country: p.Current.Country, Phase: p.Current.Phase}
	if p.Pending != nil {
		v.Pending = p.Pending.Number
	}
	return v
}

func draftPlan(ctx context.Context, tx *store.Tx, d resource.Domain, in draftPlanRequest) (planView, error) {
	person, err := d.People.Beneficiary(ctx, tx, string(in.Beneficiary))
	if err != nil {
		return planView{}, rest.At("/beneficiary", err)
	}
	if !in.BudgetRate.IsZero() && !in.BudgetRate.Joins(in.Currency, d.Book.Base) {
		return planView{}, rest.At("/budget_rate", &ledger.AmountError{Code: "rate_mismatch", Got: in.BudgetRate.String(),
			Hint: fmt.Sprintf("a rate between %s and %s", in.Currency, d.Book.Base)})
	}
	p := beneficiaries.Plan{Number: in.Number, Beneficiary: person.ID, Currency: in.Currency,
		Current: beneficiaries.PlanVersion{StartsOn: in.StartsOn, BudgetRate: in.BudgetRate}}
	p.Current.Goals, p.Current.Country = in.Goals, in.Country
	if p.Current.Shares, err = readPlanShares(d, in.Shares); err != nil {
		return planView{}, err
	}
	if p.Current.Milestones, err = readMilestones(in.Milestones); err != nil {
		return planView{}, err
	}
	if p.Current.Lines, err = readPlanLines(in.Lines, in.Currency); err != nil {
		return planView{}, err
	}
	p, err = d.People.Draft(ctx, tx, p)
	return viewPlan(p), atPayee(err)
}

// atPayee places a payee that a line cannot have at its field.
func atPayee(err error) error {
	if unfit := (*beneficiaries.UnfitPayee)(nil); errors.As(err, &unfit) {
		return rest.At(fmt.Sprintf("/lines/%d/payee", unfit.Line), err)
	}
	return err
}

func getPlan(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (planView, error) {
	p, err := d.People.Plan(ctx, tx, string(in.ID))
	return viewPlan(p), err
}

func listPlans(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[planView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[planView]{}, err
	}
	plans, err := d.People.Plans(ctx, tx, page)
	return rest.ListOf(in.Page, plans, viewPlan, func(p beneficiaries.Plan) []string { return []string{p.Number} }), err
}

func submitPlan(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (planView, error) {
	p, err := d.People.Submit(ctx, tx, string(in.ID))
	return viewPlan(p), err
}

type yearApprovalRequest struct {
	ID   rest.Ref    `path:"id" json:"-"`
	Year int         `json:"year" validate:"min=1900,max=2199"`
	Date ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
}

type commitmentView struct {
	Plan  planView            `json:"plan"`
	Year  int                 `json:"year"`
	Entry resource.PostedView `json:"entry"`
}

func approvePlanYear(ctx context.Context, tx *store.Tx, d resource.Domain,
	in yearApprovalRequest) (commitmentView, error) {
	c, err := d.People.ApproveYear(ctx, tx, string(in.ID), in.Year, resource.Today(tx, in.Date))
	if err != nil {
		return commitmentView{}, err
	}
	return commitmentView{viewPlan(c.Plan), c.Year, resource.ViewPosted(c.Entry)}, nil
}
