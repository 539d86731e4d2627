package beneficiaries

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// Verify holds every plan, in all its versions, against what people said to it and against the books: the versions
// follow each other without a gap and one of them is in force; each that is or was in force stands as one person asked
// for it and another one approved it; what its units say is set aside is what the books hold; and what was found of its
// milestones is what the audit events told.
func (r Register) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (plans int64, err error) {
	all, err := readLives(ctx, tx)
	if err != nil {
		return 0, err
	}
	var versions []string
	for _, l := range all {
		for _, v := range l.versions {
			versions = append(versions, v.ID)
		}
	}
	duties, err := access.DutiesOnAll(ctx, tx, versions, 1)
	if err != nil {
		return 0, err
	}
	books, err := r.reserves(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, l := range all {
		if l.follow(out) {
			l.approved(duties, out)
			l.set(books, out)
		}
		if err := l.milestones(ctx, tx, out); err != nil {
			return plans, err
		}
		plans++
	}
	return plans, nil
}

// life is a plan with all that it ever said.
type life struct {
	plan      PlanID
	number    string
	state     PlanState
	current   int
	versions  []PlanVersion // by number
	turned    map[string]bool
	decisions []MilestoneDecision
}

func (l life) found(out *proof.Findings, format string, args ...any) {
	out.Add("approval", "plan "+l.number, format, args...)
}

// inForce are the states of a plan that lives on an approved version.
var inForce = []PlanState{PlanApproved, PlanActive, PlanSuspended, PlanCompleted}

// follow holds that the versions are numbered without a gap, that the one in force is there and approved, and that the
// others are what comes before or after such a one. It tells whether there is one in force to go on with.
func (l life) follow(out *proof.Findings) bool {
	for i, v := range l.versions {
		if v.Number != i+1 {
			l.found(out, "its version %d is gone", i+1)
			break
		}
	}
	current := slices.IndexFunc(l.versions, func(v PlanVersion) bool { return v.Number == l.current })
	if current < 0 {
		l.found(out, "it is said to stand on its version %d, which is not there", l.current)
		return false
	}
	for i, v := range l.versions {
		fits := []VersionState{VersionSuperseded, VersionReturned, VersionRejected}
		switch {
		case i == current && slices.Contains(inForce, l.state):
			fits = []VersionState{VersionApproved}
		case i == current:
			fits = append(fits, VersionDraft, VersionInReview, VersionApproved)
		case i > current:
			fits = []VersionState{VersionDraft, VersionInReview, VersionReturned, VersionRejected}
		}
		if !slices.Contains(fits, v.State) {
			l.found(out, "its version %d is %s, while the plan is %s on version %d", v.Number, v.State, l.state, l.current)
		}
	}
	return true
}

// approved holds each version that is or was in force against the duties on it. A version that was superseded before
// any was approved was a draft that gave way; money was never set aside for it, and nothing became of the plan under
// it.
func (l life) approved(duties map[string][]access.Duty, out *proof.Findings) {
	reached := false
	for _, v := range l.versions {
		approves := slices.ContainsFunc(duties[v.ID], func(d access.Duty) bool { return d.Step == access.Approve })
		stood := v.State == VersionApproved || v.touched() || l.turned[v.ID] || approves
		if reached = reached || stood; stood || reached && v.State == VersionSuperseded {
			l.decided(v, duties[v.ID], out)
		}
	}
}

// touched tells whether anything was ever set aside for a unit of the version, or given.
func (v PlanVersion) touched() bool {
	return slices.ContainsFunc(v.Lines, func(l PlanLine) bool {
		return slices.ContainsFunc(l.Items, func(i Item) bool {
			return i.CommittedYear != 0 || i.SettledBy != "" ||
				i.ReleasedYear != 0
		})
	})
}

// decided holds one version against its duties.
func (l life) decided(v PlanVersion, duties []access.Duty, out *proof.Findings) {
	by := map[access.Step]access.UserID{}
	for _, d := range duties {
		if d.Payload == v.Payload() {
			by[d.Step] = d.User
		}
	}
	switch {
	case by[access.Request] == "":
		l.found(out, "nobody asked for its version %d as it stands: it was changed, or never submitted", v.Number)
	case by[access.Approve] == "":
		l.found(out, "nobody approved its version %d as it stands", v.Number)
	case by[access.Request] == by[access.Approve]:
		l.found(out, "user %s approved the own request of version %d", by[access.Approve], v.Number)
	case by[access.Approve] == access.UserID(v.CreatedBy):
		l.found(out, "user %s approved the own version %d", by[access.Approve], v.Number)
	}
}

// pledge is what is set aside for a year of a plan out of one fund in one currency.
type pledge struct {
	holder   string // P-101/2026
	fund     ledger.FundCode
	currency ledger.Currency
}

// reserves are what the books hold set aside, by plan, and the funds whose commitments lapsed with their grants.
type reserves struct {
	of     map[string]map[pledge]ledger.Money
	lapsed map[ledger.FundCode]bool
}

// reserves sums what the books hold set aside for all plans.
func (r Register) reserves(ctx context.Context, tx *store.Tx) (reserves, error) {
	out := reserves{map[string]map[pledge]ledger.Money{}, map[ledger.FundCode]bool{}}
	funds, err := r.Book.Funds(ctx, tx)
	if err != nil {
		return out, err
	}
	for fund := range funds {
		lots, err := r.Book.OpenLots(ctx, tx, fund, ledger.CommitmentLot, lastDay)
		if err != nil {
			return out, err
		}
		if out.lapsed[fund], err = lapsed(ctx, tx, r.Grants, fund); err != nil {
			return out, err
		}
		for _, l := range lots {
			plan := l.Pool.Holder[:max(0, strings.LastIndexByte(l.Pool.Holder, '/'))]
			if out.of[plan] == nil {
				out.of[plan] = map[pledge]ledger.Money{}
			}
			k := pledge{l.Pool.Holder, fund, l.Pool.Currency}
			out.of[plan][k] = orZero(out.of[plan][k], k.currency).Add(l.OpenQuantity)
		}
	}
	return out, nil
}

// lapsed tells whether a fund's grant has ended, with which its commitments lapsed (RULES 44): its units stay as they
// are.
func lapsed(ctx context.Context, tx *store.Tx, reg grants.Register, fund ledger.FundCode) (bool, error) {
	g, granted, err := reg.OfFund(ctx, tx, fund)
	return granted && g.Over(), err
}

// set holds what the units of the version in force say is set aside against the open commitments of the books, year by
// year and fund by fund. Each relief is split over the funds by itself, so that a fund may be off by a minor unit for
// every unit of support; whole units are not.
func (l life) set(books reserves, out *proof.Findings) {
	at := slices.IndexFunc(l.versions, func(v PlanVersion) bool { return v.Number == l.current })
	should, slack := l.versions[at].pledged(l.number)
	is := books.of[l.number]
	keys := slices.Concat(slices.Collect(maps.Keys(should)), slices.Collect(maps.Keys(is)))
	slices.SortFunc(keys, func(a, b pledge) int {
		return cmp.Or(cmp.Compare(a.holder, b.holder), cmp.Compare(a.fund, b.fund), cmp.Compare(a.currency, b.currency))
	})
	for _, k := range slices.Compact(keys) {
		want, have := orZero(should[k], k.currency), orZero(is[k], k.currency)
		if off := have.Sub(want).Minor(); off > slack || -off > slack && (!books.lapsed[k.fund] || !have.IsZero()) {
			out.Add("commitment", fmt.Sprintf("plan %s, fund %s", k.holder, k.fund),
				"its units say that %s %s is set aside, the books hold %s", want, k.currency, have)
		}
	}
}

// pledged is what the version's open units say is set aside, and how many units it has.
func (v PlanVersion) pledged(plan string) (map[pledge]ledger.Money, int64) {
	out, units := map[pledge]ledger.Money{}, int64(0)
	for _, l := range v.Lines {
		units += int64(len(l.Items))
	}
	for _, year := range v.committed() {
		total := ledger.Zero(v.Currency)
		for _, l := range v.Lines {
			for _, i := range within(l.open(), year) {
				total = total.Add(l.price(i))
			}
		}
		for i, m := range total.Split(Weights(v.Shares)) {
			out[pledge{plan + "/" + strconv.Itoa(year), v.Shares[i].Fund, v.Currency}] = m
		}
	}
	return out, units
}

// orZero is an amount, or none of a currency.
func orZero(m ledger.Money, c ledger.Currency) ledger.Money {
	if m.Currency == "" {
		return ledger.Zero(c)
	}
	return m
}

// milestones holds what was found of a plan's milestones against the events that told of it.
func (l life) milestones(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	for _, d := range l.decisions {
		told, err := access.Vouched(ctx, tx, string(l.plan), milestoneDecided, d.mark())
		if err != nil {
			return err
		}
		if !told {
			l.found(out, "no audit event tells of the decision on its milestone %s as it stands", d.Milestone)
		}
	}
	return nil
}
