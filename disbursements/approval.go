package disbursements

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/disbursements/delegations"
	"supportledger/ledger"
	"supportledger/store"
)

// Need is what a policy wants for one step of a disbursement: so many different people, each with one of the roles.
type Need struct {
	Step   access.Step // Approve or Authorise
	People int
	Roles  []access.Role
}

// fits reports whether somebody with these roles is one of the people who are needed.
func (n Need) fits(step access.Step, roles []access.Role) bool {
	return n.Step == step && slices.ContainsFunc(roles, func(r access.Role) bool { return slices.Contains(n.Roles, r) })
}

// within reports whether whoever fulfils another need fulfils this one too.
func (n Need) within(other Need) bool {
	return n.Step == other.Step && n.People <= other.People &&
		!slices.ContainsFunc(other.Roles, func(r access.Role) bool { return !slices.Contains(n.Roles, r) })
}

// usualNeeds are those of a disbursement that was asked for before there were policies.
var usualNeeds = []Need{
	{access.Approve, 1, []access.Role{access.Caseworker, access.ProgrammeLead}},
	{access.Authorise, 1, []access.Role{access.FinanceOfficer, access.Treasurer}},
}

// strictest drops the needs that others imply.
func strictest(needs []Need) []Need {
	var kept []Need
	for i, n := range needs {
		implied := false
		for j, other := range needs {
			implied = implied || j != i && n.within(other) && (!other.within(n) || j < i)
		}
		if !implied {
			kept = append(kept, n)
		}
	}
	return kept
}

// needsText writes needs as a proposal of a policy binds them: "approve:1:programme_lead;authorise:1:treasurer".
func needsText(needs []Need) string {
	parts := make([]string, len(needs))
	for i, n := range needs {
		names := make([]string, len(n.Roles))
		for j, role := range n.Roles {
			names[j] = string(role)
		}
		parts[i] = fmt.Sprintf("%s:%d:%s", n.Step, n.People, strings.Join(names, "|"))
	}
	return strings.Join(parts, ";")
}

// Approval is one person's word on a disbursement, with the roles it was given in.
type Approval struct {
	Disbursement DisbursementID
	Round        int
	Step         access.Step
	User         access.UserID
	Handle       string        // when read
	OnBehalfOf   access.UserID // whose deputy gave it, "" for nobody's
	BehalfHandle string        // when read
	Roles        []access.Role
	At           time.Time
}

// Progress is how far the approvals of a disbursement are: "1 of 2; still needed: treasurer".
type Progress struct {
	Given       []Approval
	Needed      int    // people in all
	StillNeeded []Need // one person each, approvals before authorisations
}

// Waits reports whether a step still needs somebody.
func (p Progress) Waits(step access.Step) bool {
	return slices.ContainsFunc(p.StillNeeded, func(n Need) bool { return n.Step == step })
}

// wants is the first need of a step that somebody with these roles would fulfil.
func (p Progress) wants(step access.Step, roles []access.Role) bool {
	return slices.ContainsFunc(p.StillNeeded, func(n Need) bool { return n.fits(step, roles) })
}

// progress holds what was given against what is needed. One person counts for every need that the person fits, so the
// needs with the fewest roles are filled first: who fills them may fill others too.
func progress(needs []Need, given []Approval) Progress {
	p := Progress{Given: given}
	sorted := slices.Clone(needs)
	slices.SortStableFunc(sorted, func(a, b Need) int { return len(a.Roles) - len(b.Roles) })
	for _, n := range sorted {
		missing := n.People
		for _, a := range given {
			if n.fits(a.Step, a.Roles) {
				missing--
			}
		}
		for _, still := range p.StillNeeded {
			if (Need{n.Step, 1, n.Roles}).within(still) {
				missing--
			}
		}
		for ; missing > 0; missing-- {
			p.StillNeeded = append(p.StillNeeded, Need{n.Step, 1, n.Roles})
		}
	}
	slices.SortStableFunc(p.StillNeeded, func(a, b Need) int { return strings.Compare(string(a.Step), string(b.Step)) })
	words := 0
	for _, a := range given {
		if a.Step != access.Release {
			words++
		}
	}
	p.Needed = words + len(p.StillNeeded)
	return p
}

// approvalsNeeded is how many people have to approve, which the database holds a disbursement to.
func approvalsNeeded(needs []Need) int {
	n := 0
	for _, still := range progress(needs, nil).StillNeeded {
		if still.Step == access.Approve {
			n++
		}
	}
	return max(n, 1)
}

// Progress reads how far the approvals of a disbursement are in its round.
func (req Requests) Progress(ctx context.Context, tx *store.Tx, d Disbursement) (Progress, error) {
	given, err := readApprovals(ctx, tx, d)
	if err != nil {
		return Progress{}, err
	}
	return progress(d.Needs, given), nil
}

// mayStep refuses an action to an actor who has another part in the disbursement, is related, or has not the roles
// that are still needed, in the actor's own name or in that of somebody who is away: [Barred], [NotAsked],
// [delegations.ErrMissing]. It is asked before all that somebody else or time could mend.
func (dec Decisions) mayStep(ctx context.Context, tx *store.Tx, d Disbursement, a Action, behalf access.UserID) error {
	roles, absent, err := delegations.RolesFor(ctx, tx, behalf)
	if err != nil {
		return err
	}
	s, err := dec.standing(ctx, tx, d)
	if err != nil {
		return err
	}
	return s.refuses(a, roles, absent)
}

// recordDecision puts the actor down for a step that [Decisions.mayStep] allowed, and answers how far the approvals are
// then.
func (dec Decisions) recordDecision(ctx context.Context, tx *store.Tx, d Disbursement, step access.Step,
	behalf access.UserID) (Progress, error) {
	before, err := dec.Progress(ctx, tx, d)
	if err != nil {
		return Progress{}, err
	}
	word := Approval{Disbursement: d.ID, Round: d.Round, Step: step, User: access.UserID(tx.By.User), At: tx.At}
	if word.Roles, word.OnBehalfOf, err = delegations.RolesFor(ctx, tx, behalf); err != nil {
		return Progress{}, err
	}
	duty := access.Duty{Subject: string(d.ID), Round: d.Round, Step: step, Payload: d.Payload()}
	if err := RefusedAs(access.Take(ctx, tx, duty)); err != nil {
		return Progress{}, err
	}
	if err := RefusedAs(insertApproval(ctx, tx, word)); err != nil {
		return Progress{}, err
	}
	return progress(d.Needs, append(before.Given, word)), nil
}

// planStands refuses what was asked for under another version of the plan: its approvals are void ([ErrPlanChanged]).
// What is booked is owed, whatever the plan says since.
func (d Disbursement) CheckPlan() error {
	if d.Entry == "" && d.PlanVersion != "" && d.Plan.Current.ID != d.PlanVersion {
		return ErrPlanChanged
	}
	return nil
}

// worth is what a disbursement comes to in base currency, for bands: at its own rate, else at the plan's. False where
// neither is known; it then counts as more than any band.
func (rules Rules) worth(d Disbursement) (ledger.Money, bool) {
	for _, rate := range []ledger.Rate{d.Spot, d.Plan.Current.BudgetRate} {
		if d.Amount.Currency == rules.Book.Base {
			return d.Amount, true
		}
		if rate.IsZero() || !rate.Joins(d.Amount.Currency, rules.Book.Base) {
			continue
		}
		m, err := rate.Convert(d.Amount, rules.Book.Base)
		return m, err == nil
	}
	return ledger.Zero(rules.Book.Base), d.Amount.Currency == rules.Book.Base
}
