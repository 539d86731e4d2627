package people

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// planMilestones registers what has to be shown before money goes on.
func planMilestones(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/plans/:id/milestones", ID: "listPlanMilestones", Tag: "plans",
		Roles:   resource.Staff,
		Summary: "A plan's milestones and what was found of each",
		Danish:  "En støtteplans milepæle, og hvad der er fundet om hver",
		Refuses: []error{beneficiaries.ErrUnknownPlan}}, listPlanMilestones)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/plans/:id/milestones/:code/decisions",
		ID: "decidePlanMilestone", Tag: "plans", Roles: resource.Casework,
		Match:   "listPlanMilestones", // a decision replaces the one before it, which a plan does not show
		Summary: "Say whether a milestone was reached, with the document that shows it",
		Danish:  "Afgør, om en milepæl er nået, med det bilag, der viser det",
		About: "Who wrote the plan or handed it in cannot. Whether an attendance is enough follows from what was attained. " +
			"The newest decision counts, " +
			"and that of the one who asks for the money opens nothing for the own request.",
		Refuses: []error{beneficiaries.ErrUnknownPlan, beneficiaries.ErrUnknownMilestone, beneficiaries.ErrPlanState,
			beneficiaries.ErrMilestones,
			access.ErrMakerCannotApprove, evidence.ErrUnknown}}, decidePlanMilestone)
}

type milestoneBody struct {
	Code    string                      `json:"code" validate:"required,max=40" description:"Its name within the plan, such as term_1_passed."`
	Kind    beneficiaries.MilestoneKind `json:"kind" validate:"required,oneof=term_passed attendance other"`
	AtLeast rest.Decimal                `json:"at_least" validate:"omitempty,positive" description:"Percent; of an attendance, such as 80."`
	DueOn   ledger.Date                 `json:"due_on" validate:"omitempty"`
}

type milestoneView struct {
	Code    string                      `json:"code"`
	Kind    beneficiaries.MilestoneKind `json:"kind"`
	AtLeast string                      `json:"at_least,omitempty"`
	DueOn   ledger.Date                 `json:"due_on,omitempty"`
}

func viewMilestone(m beneficiaries.Milestone) milestoneView {
	v := milestoneView{Code: m.Code, Kind: m.Kind, DueOn: m.DueOn}
	if !m.AtLeast.IsZero() {
		v.AtLeast = m.AtLeast.String()
	}
	return v
}

func viewMilestones(all []beneficiaries.Milestone) []milestoneView {
	out := []milestoneView{}
	for _, m := range all {
		out = append(out, viewMilestone(m))
	}
	return out
}

func readMilestones(in []milestoneBody) ([]beneficiaries.Milestone, error) {
	var out []beneficiaries.Milestone
	for i, m := range in {
		milestone := beneficiaries.Milestone{Code: m.Code, Kind: m.Kind, DueOn: m.DueOn}
		if m.AtLeast != "" {
			var err error
			if milestone.AtLeast, err = rest.Percent(fmt.Sprintf("/milestones/%d/at_least", i), m.AtLeast); err != nil {
				return nil, err
			}
		}
		out = append(out, milestone)
	}
	return out, nil
}

type progressView struct {
	Code     string                      `json:"code"`
	Kind     beneficiaries.MilestoneKind `json:"kind"`
	AtLeast  string                      `json:"at_least,omitempty"`
	DueOn    ledger.Date                 `json:"due_on,omitempty"`
	Result   string                      `json:"result" description:"open, met or missed."`
	Attained string                      `json:"attained,omitempty"`
	Evidence evidence.ID                 `json:"evidence_id,omitempty"`
	By       string                      `json:"decided_by,omitempty"`
	At       string                      `json:"decided_at,omitempty"`
}

func viewProgress(p beneficiaries.Progress) progressView {
	m := viewMilestone(p.Milestone)
	v := progressView{Code: m.Code, Kind: m.Kind, AtLeast: m.AtLeast, DueOn: m.DueOn, Result: "open"}
	if d := p.Decision; d != nil {
		v.Result, v.Evidence, v.By, v.At = "missed", d.Evidence, d.By, d.At
		if d.Met {
			v.Result = "met"
		}
		if m.Kind == beneficiaries.Attendance {
			v.Attained = d.Attained.String()
		}
	}
	return v
}

func listPlanMilestones(ctx context.Context, tx *store.Tx, d resource.Domain,
	in rest.PagedRef) (rest.List[progressView], error) {
	all, err := d.People.Milestones(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[progressView]{}, err
	}
	return rest.PageOf(in.Page, all, viewProgress, func(p beneficiaries.Progress) string { return p.Milestone.Code })
}

type milestoneDecisionRequest struct {
	ID       rest.Ref     `path:"id" json:"-" description:"Of the plan: its id or its number."`
	Code     rest.Ref     `path:"code" json:"-" description:"Of the milestone."`
	Result   string       `json:"result" validate:"omitempty,oneof=met missed" description:"Not of an attendance: there it follows."`
	Attained rest.Decimal `json:"attained" validate:"omitempty,nonnegative" description:"Percent; of an attendance."`
	Evidence evidence.ID  `json:"evidence_id" validate:"required" description:"Of a document in the archive."`
}

func decidePlanMilestone(ctx context.Context, tx *store.Tx, d resource.Domain,
	in milestoneDecisionRequest) (progressView, error) {
	decision := beneficiaries.MilestoneDecision{Milestone: string(in.Code), Met: in.Result == "met", Evidence: in.Evidence}
	if in.Attained != "" {
		var err error
		if decision.Attained, err = rest.Percent("/attained", in.Attained); err != nil {
			return progressView{}, err
		}
	} else if in.Result == "" {
		return progressView{}, rest.At("/result", beneficiaries.ErrMilestones)
	}
	decided, err := d.People.DecideMilestone(ctx, tx, string(in.ID), decision)
	if err != nil {
		return progressView{}, err
	}
	return viewProgress(decided), nil
}
