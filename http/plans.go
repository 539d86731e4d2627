package http

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// people registers beneficiaries and plans.
func people(api *API) {
	Route(api, Op{Method: post, Path: "/beneficiaries", ID: "admitBeneficiary", Tag: "beneficiaries", Roles: casework,
		Summary: "Put a beneficiary on record under a random code", Danish: "Registrér en modtager under en tilfældig kode"}, at(admitBeneficiary))
	Route(api, Op{Method: get, Path: "/beneficiaries/:id", ID: "getBeneficiary", Tag: "beneficiaries", Roles: knowing,
		Summary: "One beneficiary, by code", Danish: "Én modtager efter kode", Refuses: []error{beneficiaries.ErrUnknownBeneficiary}}, at(getBeneficiary))
	Route(api, Op{Method: get, Path: "/plans", ID: "listPlans", Tag: "plans", Roles: staff,
		Summary: "List the plans", Danish: "Vis støtteplanerne"}, at(listPlans))
	Route(api, Op{Method: get, Path: "/plans/:id", ID: "getPlan", Tag: "plans", Roles: staff,
		Summary: "One plan in its current version", Danish: "Én støtteplan i gældende version", Refuses: []error{beneficiaries.ErrUnknownPlan}}, at(getPlan))
	Route(api, Op{Method: post, Path: "/plans", ID: "draftPlan", Tag: "plans", Roles: casework,
		Summary: "Write the first version of a plan", Danish: "Skriv en støtteplans første version",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, beneficiaries.ErrShares, beneficiaries.ErrLines, beneficiaries.ErrDuplicatePlan,
			ledger.ErrUnknownFund, ledger.ErrUnknownAccount, beneficiaries.ErrUnknownWord, beneficiaries.ErrSchedule, beneficiaries.ErrPayeeCode, beneficiaries.ErrUnknownPayee, beneficiaries.ErrPayeeKind, grants.ErrOutsideCountry,
			beneficiaries.ErrCountry, beneficiaries.ErrUnfunded, beneficiaries.ErrMilestones, grants.ErrRateMissing}}, at(draftPlan))
	Route(api, Op{Method: post, Path: "/plans/:id/submissions", ID: "submitPlan", Tag: "plans", Roles: casework, Status: http.StatusOK,
		Summary: "Ask for a plan's approval", Danish: "Bed om en støtteplans godkendelse",
		Refuses: []error{beneficiaries.ErrPlanState}}, at(submitPlan))
	Route(api, Op{Method: post, Path: "/plans/:id/year-approvals", ID: "approvePlanYear", Tag: "plans", Roles: leads, Money: true,
		Summary: "Approve a year of a plan and commit its budget", Danish: "Godkend et år af en støtteplan og disponér dets budget",
		About: "The first approval is also that of the plan's version. Who submitted the plan cannot approve.",
		Refuses: []error{access.ErrMakerCannotApprove, beneficiaries.ErrPlanState, beneficiaries.ErrNothingDue, grants.ErrBudgetExceeded,
			grants.ErrRateMissing, grants.ErrOutsideCountry, ledger.ErrPeriodClosed}}, at(approvePlanYear))
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

func admitBeneficiary(ctx context.Context, tx *store.Tx, d desk, _ None) (beneficiaryView, error) {
	b, err := d.people.Admit(ctx, tx)
	return beneficiaryView{b.ID, b.Code, b.Status}, err
}

func getBeneficiary(ctx context.Context, tx *store.Tx, d desk, in byRef) (beneficiaryView, error) {
	b, err := d.people.Beneficiary(ctx, tx, string(in.ID))
	return beneficiaryView{b.ID, b.Code, b.Status}, err
}

type shareBody struct {
	Fund    ledger.FundCode `json:"fund" validate:"required"`
	Percent Decimal         `json:"percent" validate:"required,positive" description:"All shares sum to 100."`
}

type draftPlanRequest struct {
	Number      string          `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Beneficiary Ref             `json:"beneficiary" validate:"required" description:"Id or code."`
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
	Pending     int                         `json:"pending_version,omitempty" description:"The version that waits for a decision."`
	Version     int                         `json:"version"`
}

func viewPlan(p beneficiaries.Plan) planView {
	v := planView{ID: p.ID, Number: p.Number, Beneficiary: p.Beneficiary, Currency: p.Currency, State: p.State, PlanVersion: p.Current.Number,
		StartsOn: p.Current.StartsOn, BudgetRate: p.Current.BudgetRate.String(), Version: p.Version,
		Shares: viewPlanShares(p.Current), Lines: viewPlanLines(p.Current.Lines), Milestones: viewMilestones(p.Current.Milestones),
		Goals: listed(p.Current.Goals), Country: p.Current.Country, Phase: p.Current.Phase}
	if p.Pending != nil {
		v.Pending = p.Pending.Number
	}
	return v
}

func viewShares(shares []beneficiaries.Share) []shareBody {
	out := make([]shareBody, len(shares))
	for i, s := range shares {
		out[i] = shareBody{s.Fund, Decimal(s.Percent.String())}
	}
	return out
}

func readShares(pointer string, in []shareBody) ([]beneficiaries.Share, error) {
	shares := make([]beneficiaries.Share, len(in))
	for i, s := range in {
		p, err := percent(fmt.Sprintf("%s/%d/percent", pointer, i), s.Percent)
		if err != nil {
			return nil, err
		}
		shares[i] = beneficiaries.Share{Fund: s.Fund, Percent: p}
	}
	return shares, nil
}

func draftPlan(ctx context.Context, tx *store.Tx, d desk, in draftPlanRequest) (planView, error) {
	person, err := d.people.Beneficiary(ctx, tx, string(in.Beneficiary))
	if err != nil {
		return planView{}, At("/beneficiary", err)
	}
	if !in.BudgetRate.IsZero() && !in.BudgetRate.Joins(in.Currency, d.book.Base) {
		return planView{}, At("/budget_rate", &ledger.AmountError{Code: "rate_mismatch", Got: in.BudgetRate.String(),
			Hint: fmt.Sprintf("a rate between %s and %s", in.Currency, d.book.Base)})
	}
	p := beneficiaries.Plan{Number: in.Number, Beneficiary: person.ID, Currency: in.Currency,
		Current: beneficiaries.PlanVersion{StartsOn: in.StartsOn, BudgetRate: in.BudgetRate}}
	p.Current.Goals, p.Current.Country = in.Goals, in.Country
	if p.Current.Shares, err = d.readPlanShares(in.Shares); err != nil {
		return planView{}, err
	}
	if p.Current.Milestones, err = readMilestones(in.Milestones); err != nil {
		return planView{}, err
	}
	if p.Current.Lines, err = readPlanLines(in.Lines, in.Currency); err != nil {
		return planView{}, err
	}
	p, err = d.people.Draft(ctx, tx, p)
	return viewPlan(p), atPayee(err)
}

// atPayee places a payee that a line cannot have at its field.
func atPayee(err error) error {
	if unfit := (*beneficiaries.UnfitPayee)(nil); errors.As(err, &unfit) {
		return At(fmt.Sprintf("/lines/%d/payee", unfit.Line), err)
	}
	return err
}

func getPlan(ctx context.Context, tx *store.Tx, d desk, in byRef) (planView, error) {
	p, err := d.people.Plan(ctx, tx, string(in.ID))
	return viewPlan(p), err
}

func listPlans(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[planView], error) {
	after, err := in.After(1)
	if err != nil {
		return List[planView]{}, err
	}
	plans, err := d.people.PlansAfter(ctx, tx, firstOf(after), in.Size()+1)
	return ListOf(in.Page, plans, viewPlan, func(p beneficiaries.Plan) []string { return []string{p.Number} }), err
}

func submitPlan(ctx context.Context, tx *store.Tx, d desk, in byRef) (planView, error) {
	p, err := d.people.Submit(ctx, tx, string(in.ID))
	return viewPlan(p), err
}

type yearApprovalRequest struct {
	ID   Ref         `path:"id" json:"-"`
	Year int         `json:"year" validate:"min=1900,max=2199"`
	Date ledger.Date `json:"date" validate:"omitempty" description:"Accounting date; today where none is given."`
}

type commitmentView struct {
	Plan  planView   `json:"plan"`
	Year  int        `json:"year"`
	Entry postedView `json:"entry"`
}

func approvePlanYear(ctx context.Context, tx *store.Tx, d desk, in yearApprovalRequest) (commitmentView, error) {
	c, err := d.people.ApproveYear(ctx, tx, string(in.ID), in.Year, today(tx, in.Date))
	if err != nil {
		return commitmentView{}, err
	}
	return commitmentView{viewPlan(c.Plan), c.Year, viewPosted(c.Entry)}, nil
}
