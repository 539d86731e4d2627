package beneficiaries

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
)

// Verify holds every plan whose budget was committed against its approvals: its version as it stands was asked for by one
// person and approved by another. What was found of its milestones is what the audit events told.
func (r Register) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (plans int64, err error) {
	numbers, err := planNumbers(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, number := range numbers {
		p, err := readPlan(ctx, tx, number)
		if err != nil {
			return plans, err
		}
		duties, err := access.DutiesOn(ctx, tx, p.Current.ID, 1)
		if err != nil {
			return plans, err
		}
		p.verify(duties, out)
		if err := p.verifyMilestones(ctx, tx, out); err != nil {
			return plans, err
		}
		plans++
	}
	return plans, nil
}

// verifyMilestones holds what was found of a plan's milestones against the events that told of it.
func (p Plan) verifyMilestones(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	decisions, err := readMilestoneDecisions(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		told, err := access.Vouched(ctx, tx, string(p.ID), milestoneDecided, d.mark())
		if err != nil {
			return err
		}
		if !told {
			out.Add("approval", "plan "+p.Number, "no audit event tells of the decision on its milestone %s as it stands", d.Milestone)
		}
	}
	return nil
}

// verify holds one plan against the duties on its current version.
func (p Plan) verify(duties []access.Duty, out *proof.Findings) {
	decided := slices.Contains([]PlanState{PlanApproved, PlanActive, PlanSuspended, PlanCompleted}, p.State)
	for _, l := range p.Current.Lines {
		decided = decided || slices.ContainsFunc(l.Items, func(i Item) bool { return i.CommittedYear != 0 })
	}
	if !decided {
		return
	}
	by := map[access.Step]access.UserID{}
	for _, d := range duties {
		if d.Payload == p.Current.Payload() {
			by[d.Step] = d.User
		}
	}
	switch {
	case by[access.Request] == "":
		out.Add("approval", "plan "+p.Number, "nobody asked for its version %d as it stands: it was changed, or never submitted", p.Current.Number)
	case by[access.Approve] == "":
		out.Add("approval", "plan "+p.Number, "nobody approved its version %d as it stands", p.Current.Number)
	case by[access.Request] == by[access.Approve]:
		out.Add("approval", "plan "+p.Number, "user %s approved the own request", by[access.Approve])
	}
}
