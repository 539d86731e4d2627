package disbursements

import (
	"cmp"
	"context"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Reminder tells a role how much waits for it: counts only, since it is sent by mail.
type Reminder struct {
	Role      access.Role
	Step      access.Step
	Waiting   int
	Overdue   int         // longer than the policy gives
	Escalated int         // twice as long, or an emergency that is not approved in time
	Oldest    ledger.Date // when the oldest was asked for
}

// Reminders counts what waits on a day, for every role that could decide. It reads only; whoever sends reminders asks
// it once a day. What is escalated is told to the treasurer and the programme lead as well.
func (dec Decisions) Reminders(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Reminder, error) {
	list, err := dec.waitingOn(ctx, tx, on)
	return remind(list, on), err
}

// waitingOn are the disbursements that wait for somebody, as seen on a day.
func (dec Decisions) waitingOn(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Waiting, error) {
	found, err := dec.list(ctx, tx, store.Keyset{}, InboxOf{}.waitingIn)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	given, err := readApprovalsOf(ctx, tx, found, nil)
	if err != nil {
		return nil, err
	}
	p, err := dec.Policies.On(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	list := make([]Waiting, 0, len(found))
	for _, d := range found {
		list = append(list, p.waits(d, progress(d.Needs, given[d.ID]), on))
	}
	return list, markRefused(ctx, tx, list)
}

// remind counts what waits by role and step.
func remind(list []Waiting, on ledger.Date) []Reminder {
	type place struct {
		role access.Role
		step access.Step
	}
	counts := map[place]*Reminder{}
	for _, w := range list {
		if w.For == "" {
			continue
		}
		for _, role := range w.roles() {
			at := place{role, w.For}
			if counts[at] == nil {
				counts[at] = &Reminder{Role: role, Step: w.For, Oldest: w.Since}
			}
			r := counts[at]
			r.Waiting++
			if w.DueOn != "" && on > w.DueOn {
				r.Overdue++
			}
			if w.Escalated {
				r.Escalated++
			}
			if w.Since != "" && (r.Oldest == "" || w.Since < r.Oldest) {
				r.Oldest = w.Since
			}
		}
	}
	out := make([]Reminder, 0, len(counts))
	for _, r := range counts {
		out = append(out, *r)
	}
	slices.SortFunc(out, func(a,
		b Reminder) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Step, b.Step))
	})
	return out
}

// roles are those who could take the step that is waited for, and whoever it is escalated to.
func (w Waiting) roles() []access.Role {
	var roles []access.Role
	if w.For == access.Release {
		roles = append(roles, access.FinanceOfficer, access.Treasurer)
	}
	for _, n := range w.Progress.StillNeeded {
		if n.Step == w.For {
			roles = append(roles, n.Roles...)
		}
	}
	if w.Escalated {
		roles = append(roles, access.ProgrammeLead, access.Treasurer)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}
