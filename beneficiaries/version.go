package beneficiaries

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// VersionState is where a version of a plan is in its life.
type VersionState string

// The states of a version. A version that was returned or rejected stays as it was: the next one answers it.
const (
	VersionDraft      VersionState = "draft"
	VersionInReview   VersionState = "in_review"
	VersionApproved   VersionState = "approved" // and in force, until the next one supersedes it
	VersionSuperseded VersionState = "superseded"
	VersionReturned   VersionState = "returned"
	VersionRejected   VersionState = "rejected"
)

// VersionKind is why a version was written.
type VersionKind string

// The kinds of version.
const (
	FirstPlan  VersionKind = "plan"
	Revised    VersionKind = "revision"
	Resumption VersionKind = "resumption" // after a suspension (RULES 43)
	TopUp      VersionKind = "top_up"     // a weak currency ate the plan: more base money for the same support
	Move       VersionKind = "move"       // to another country or currency
)

// Revision is what a new version changes. What is zero stays as it was.
type Revision struct {
	Kind       VersionKind
	StartsOn   ledger.Date
	Currency   ledger.Currency
	BudgetRate ledger.Rate
	Shares     []Share
	Lines      []PlanLine // what is still to be given; what was settled is carried over
	Milestones []Milestone
	Goals      []string
	Country    string
	Phase      Phase
	Reason     string // a code; required of a top-up and of a move
}

// write numbers a new version and names its writer.
func (v *PlanVersion) write(number int, by string) {
	v.ID, v.Number, v.CreatedBy, v.State = store.NewID("plv"), number, by, VersionDraft
}

// sound is a plan's version with its categories named and its funding worked out. It refuses a version that no plan may
// have: its shares, lines, funds, categories, goals, milestones and rates.
func (r Register) sound(ctx context.Context, tx *store.Tx, p Plan, v PlanVersion) (PlanVersion, error) {
	if !v.BudgetRate.IsZero() && !v.BudgetRate.Joins(v.Currency, r.Book.Base) {
		return PlanVersion{}, ErrBudgetRate
	}
	if v.Phase == "" {
		v.Phase = Support
	}
	if v.Kind == TopUp || v.Kind == Move || v.Reason != "" {
		if err := wantReason(v.Reason); err != nil {
			return PlanVersion{}, err
		}
	}
	lines, err := nameCategories(ctx, tx, r.Book, v.Lines)
	if err != nil {
		return PlanVersion{}, err
	}
	if v.Lines, err = checkPayees(ctx, tx, r.Payees, p.Current, lines); err != nil {
		return PlanVersion{}, err
	}
	if v, err = r.funded(ctx, tx, p, v); err != nil {
		return PlanVersion{}, err
	}
	if err := v.check(v.Currency); err != nil {
		return PlanVersion{}, err
	}
	for _, s := range append(slices.Clone(v.Shares), v.Funding...) {
		if _, err := r.Book.Fund(ctx, tx, s.Fund); err != nil {
			return PlanVersion{}, err
		}
	}
	if err := checkCountry(ctx, tx, r.Grants, v, v.StartsOn); err != nil {
		return PlanVersion{}, err
	}
	return v, wantGoals(ctx, tx, v.Goals)
}

// Revise writes the next version of a plan. It waits to be handed in and decided on while the one in force goes on;
// only the draft of a plan that was never approved gives way at once. For a plan that is over it is aftercare, or a
// return: with its approval the plan lives again. [ErrPendingVersion] while another one waits.
func (r Register) Revise(ctx context.Context, tx *store.Tx, key string, change Revision) (Plan, error) {
	p, err := planInState(ctx, tx, key, PlanDraft, PlanApproved, PlanActive, PlanSuspended, PlanCompleted, PlanExited)
	if err != nil {
		return Plan{}, err
	}
	if p.Pending != nil {
		return Plan{}, ErrPendingVersion
	}
	if change.Phase == "" && (p.State == PlanCompleted || p.State == PlanExited) {
		change.Phase = AftercarePhase
	}
	next, err := r.writeNext(ctx, tx, p, p.Current.revised(change))
	if err != nil {
		return Plan{}, err
	}
	if p.State == PlanDraft {
		if p.Current.State == VersionDraft {
			if err := saveVersionState(ctx, tx, p.Current.ID, VersionSuperseded); err != nil {
				return Plan{}, err
			}
		}
		p.Current, p.Currency = next, next.Currency
	} else {
		p.Pending = &next
	}
	if err := savePlan(ctx, tx, &p); err != nil {
		return Plan{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "plan.revised", Subject: string(p.ID), Fields: change.fields()})
}

// writeNext writes a plan's next version down.
func (r Register) writeNext(ctx context.Context, tx *store.Tx, p Plan, next PlanVersion) (PlanVersion, error) {
	last, err := lastVersion(ctx, tx, p.ID)
	if err != nil {
		return PlanVersion{}, err
	}
	if next, err = r.sound(ctx, tx, p, next); err != nil {
		return PlanVersion{}, err
	}
	next.write(last+1, tx.By.User)
	return next, insertVersion(ctx, tx, p.ID, next)
}

// fields names what a revision changes.
func (c Revision) fields() []string {
	var out []string
	for _, f := range []struct {
		name    string
		changed bool
	}{{"currency", c.Currency != ""}, {"budget_rate", !c.BudgetRate.IsZero()}, {"shares", c.Shares != nil},
		{"lines", c.Lines != nil},
		{"milestones", c.Milestones != nil}, {"goals", c.Goals != nil}, {"country", c.Country != ""},
		{"phase", c.Phase != ""}} {
		if f.changed {
			out = append(out, f.name)
		}
	}
	return out
}

// revised is the version with a change. Its new lines come after what was settled, under positions of their own, so
// that no unit is ever mistaken for another.
func (v PlanVersion) revised(c Revision) PlanVersion {
	next := v
	next.Kind, next.StartsOn, next.Reason = c.Kind, c.StartsOn, c.Reason
	if c.Currency != "" && c.Currency != v.Currency {
		next.Currency, next.BudgetRate = c.Currency, ledger.Rate{}
	}
	if !c.BudgetRate.IsZero() {
		next.BudgetRate = c.BudgetRate
	}
	if c.Shares != nil {
		next.Shares, next.Funding = c.Shares, nil
	}
	if c.Milestones != nil {
		next.Milestones = c.Milestones
	}
	if c.Goals != nil {
		next.Goals = c.Goals
	}
	next.Country, next.Phase = cmp.Or(c.Country, v.Country), cmp.Or(c.Phase, v.Phase)
	next.Lines = make([]PlanLine, len(v.Lines))
	for i, l := range v.Lines {
		l.Items = l.planned()
		next.Lines[i] = l
	}
	if c.Lines != nil {
		next.Lines = v.carried(c.Lines, next.Currency)
	}
	return next
}

// planned are the line's items as a new version writes them: without what became of them, which is carried over when
// the version comes into force.
func (l PlanLine) planned() []Item {
	items := make([]Item, len(l.Items))
	for i, item := range l.Items {
		items[i] = Item{Position: item.Position, DueOn: item.DueOn, Price: item.Price, Gates: item.Gates}
	}
	return items
}

// carried are new lines, each with what was settled of the old line of its name before it; a line that goes on with
// nothing but what was settled stays for that.
func (v PlanVersion) carried(lines []PlanLine, c ledger.Currency) []PlanLine {
	var out []PlanLine
	for _, old := range v.Lines {
		i := slices.IndexFunc(lines, func(l PlanLine) bool { return l.Line == old.Line })
		settled := old.settled()
		switch {
		case i < 0 && len(settled) > 0:
			over := old
			// no unit has this price: each keeps its own
			over.UnitPrice, over.Items = ledger.OfMinor(old.UnitPrice.Minor(), c), nil
			out = append(out, over.after(old, settled))
		case i >= 0:
			out = append(out, lines[i].after(old, settled))
		}
	}
	for _, l := range lines {
		if _, err := v.Line(l.Line); err != nil {
			out = append(out, l)
		}
	}
	return out
}

// after puts settled items of the old line before those of the new, at the price of their time.
func (l PlanLine) after(old PlanLine, settled []Item) PlanLine {
	first := 0
	for _, i := range old.Items {
		first = max(first, i.Position+1)
	}
	items := settled
	for k, i := range settled {
		if price := old.price(i); price.Currency != l.UnitPrice.Currency || price.Cmp(l.UnitPrice) != 0 {
			items[k].Price = &price
		}
	}
	for k, i := range l.Items {
		i.Position = first + k
		items = append(items, i)
	}
	l.Items = items
	return l
}

// settled are the line's settled items as a new version writes them.
func (l PlanLine) settled() []Item {
	var items []Item
	for k, i := range l.planned() {
		if l.Items[k].SettledBy != "" {
			items = append(items, i)
		}
	}
	return items
}

// Submit asks for the approval of a plan or of its next version. Who submits cannot approve.
func (r Register) Submit(ctx context.Context, tx *store.Tx, key string) (Plan, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return Plan{}, err
	}
	waiting := p.waiting()
	if waiting == nil {
		return Plan{}, &StateConflict{p.State, []PlanState{PlanDraft}}
	}
	if waiting.State != VersionDraft {
		return Plan{}, ErrNoPendingVersion
	}
	duty := access.Duty{Subject: waiting.ID, Round: 1, Step: access.Request, Payload: waiting.Payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Plan{}, err
	}
	if err := saveVersionState(ctx, tx, waiting.ID, VersionInReview); err != nil {
		return Plan{}, err
	}
	waiting.State = VersionInReview
	if p.State == PlanDraft {
		p.State = PlanInReview
	}
	if err := savePlan(ctx, tx, &p); err != nil {
		return Plan{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "plan.submitted", Subject: string(p.ID)})
}

// waiting is the version that waits to be handed in or decided on: the plan's only one, or the next; nil for none.
func (p *Plan) waiting() *PlanVersion {
	if p.State == PlanDraft || p.State == PlanInReview {
		return &p.Current
	}
	return p.Pending
}

// Decision is what a second person says to a version.
type Decision struct {
	Approve bool
	Return  bool   // to be written anew; neither is a rejection
	Reason  string // a code, required unless it approves
	Year    int    // also commit this year; 0 for none
	On      ledger.Date
}

// Decide approves, returns or rejects the version that waits. An approved version supersedes the one in force: what the
// years that are committed already need more or less is committed or released in the same tx, exactly the difference,
// after the check that each grant has it; open commitments keep their rate (RULES 43).
func (r Register) Decide(ctx context.Context, tx *store.Tx, key string, d Decision) (Commitment, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return Commitment{}, err
	}
	waiting := p.waiting()
	if waiting == nil || waiting.State != VersionInReview {
		return Commitment{}, ErrNoPendingVersion
	}
	if !d.Approve {
		return refuse(ctx, tx, p, *waiting, d)
	}
	if err := checkCountry(ctx, tx, r.Grants, *waiting, max(d.On, waiting.StartsOn)); err != nil {
		return Commitment{}, err
	}
	if err := approveVersion(ctx, tx, p, *waiting); err != nil {
		return Commitment{}, err
	}
	out := Commitment{Plan: p}
	if p.Pending == nil {
		out.Plan.State, out.Plan.Current.State = PlanApproved, VersionApproved
		err = savePlan(ctx, tx, &out.Plan)
	} else {
		out, err = r.adopt(ctx, tx, p, d.On)
	}
	if err != nil {
		return Commitment{}, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "plan.version_approved", Subject: string(p.ID)}); err != nil {
		return Commitment{}, err
	}
	if d.Year == 0 {
		return out, nil
	}
	committed, err := r.ApproveYear(ctx, tx, string(p.ID), d.Year, d.On)
	if errors.Is(err, ErrNothingDue) && slices.Contains(out.Plan.Current.committed(), d.Year) {
		return out, nil // the year was committed before, and what the version changes of it is with the version
	}
	return committed, err
}

// approveVersion puts the actor down as the version's approver.
func approveVersion(ctx context.Context, tx *store.Tx, p Plan, v PlanVersion) error {
	if err := mayApprove(ctx, tx, p, v); err != nil {
		return err
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: v.ID, Round: 1, Step: access.Approve,
		Payload: v.Payload()}); err != nil {
		return err
	}
	return saveVersionState(ctx, tx, v.ID, VersionApproved)
}

// mayApprove refuses who wrote a version of a plan, and who is related to the plan's person. [access.ErrRelated].
func mayApprove(ctx context.Context, tx *store.Tx, p Plan, v PlanVersion) error {
	if err := access.NotMine(ctx, tx, access.UserID(v.CreatedBy)); err != nil {
		return err
	}
	return NotRelated(ctx, tx, "", p.Beneficiary)
}

// refuse returns or rejects a version, with a reason. A plan whose only version is rejected is over before it began.
func refuse(ctx context.Context, tx *store.Tx, p Plan, v PlanVersion, d Decision) (Commitment, error) {
	if err := access.NotMine(ctx, tx, access.UserID(v.CreatedBy)); err != nil {
		return Commitment{}, err
	}
	if err := wantReason(d.Reason); err != nil {
		return Commitment{}, err
	}
	state, kind, plan := VersionRejected, Rejected, PlanExited
	if d.Return {
		state, kind, plan = VersionReturned, Returned, PlanDraft
	}
	if err := saveVersionState(ctx, tx, v.ID, state); err != nil {
		return Commitment{}, err
	}
	if p.Pending == nil {
		p.State, p.Current.State = plan, state
	}
	p.Pending = nil
	if err := savePlan(ctx, tx, &p); err != nil {
		return Commitment{}, err
	}
	if err := insertTurn(ctx, tx, p, &Turn{Kind: kind, Reason: d.Reason, Day: d.On}); err != nil {
		return Commitment{}, err
	}
	return Commitment{Plan: p}, access.Record(ctx, tx, access.Event{Action: "plan.version_" + string(kind),
		Subject: string(p.ID), Reason: d.Reason})
}

// adopt puts the pending version into force in place of the current one.
func (r Register) adopt(ctx context.Context, tx *store.Tx, p Plan, on ledger.Date) (Commitment, error) {
	old, next := p.Current, *p.Pending
	if err := ledger.LockFunds(ctx, tx, append(Funds(old.Shares), Funds(next.Shares)...)...); err != nil {
		return Commitment{}, err
	}
	p, err := r.Plan(ctx, tx, string(p.ID)) // as it is now that nobody else moves its funds
	if err != nil {
		return Commitment{}, err
	}
	if p.Current.Number >= next.Number {
		return Commitment{}, ErrNoPendingVersion // somebody else decided
	}
	old = p.Current
	if err := next.inherit(old); err != nil {
		return Commitment{}, err
	}
	act := "revision"
	if next.Kind == Resumption {
		act = "resumption"
	}
	entry, err := r.shift(ctx, tx, p, next, ledger.Entry{Date: on, Act: act, Source: string(p.ID),
		Text: "Plan " + p.Number + ": " + act})
	if err != nil {
		return Commitment{}, err
	}
	out := Commitment{}
	turn := Turn{Kind: RevisedTurn, Day: on, Starts: next.StartsOn}
	switch {
	case next.Kind == Resumption:
		turn.Kind, p.State = Resumed, PlanActive
	case p.State == PlanCompleted || p.State == PlanExited:
		turn.Kind, p.State = Aftercare, PlanActive
	}
	if len(entry.Lines) > 0 {
		posted, err := r.Book.Post(ctx, tx, entry)
		if err != nil {
			return Commitment{}, err
		}
		out.Entry, turn.Entry = posted[0], posted[0].ID
	}
	if old.State == VersionApproved {
		if err := saveVersionState(ctx, tx, old.ID, VersionSuperseded); err != nil {
			return Commitment{}, err
		}
	}
	next.State = VersionApproved
	if err := saveItems(ctx, tx, next); err != nil {
		return Commitment{}, err
	}
	p.Current, p.Pending, p.Currency = next, nil, next.Currency
	if err := savePlan(ctx, tx, &p); err != nil {
		return Commitment{}, err
	}
	out.Plan = p
	return out, insertTurn(ctx, tx, p, &turn)
}

// inherit carries over what became of the units so far. What the old version had committed of a year the new one
// commits too, also for units that are new in it; units held by a suspension are committed again for the year they now
// fall due in. [ErrVersionStale] where a unit was settled that the new version left out.
func (v *PlanVersion) inherit(old PlanVersion) error {
	years := old.committed()
	for _, was := range old.Lines {
		for _, before := range was.Items {
			at := v.item(was.Line, before.Position)
			switch {
			case at == nil && before.SettledBy != "":
				return ErrVersionStale
			case at == nil:
			case v.Kind == Resumption && before.SuspendedBy != "":
				at.CommittedYear = before.ReleasedYear
				if before.ReleasedYear != 0 && at.DueOn != "" {
					at.CommittedYear = at.DueOn.Year()
				}
			default:
				at.CommittedYear, at.SettledBy, at.SuspendedBy, at.ReleasedYear = before.CommittedYear, before.SettledBy,
					before.SuspendedBy, before.ReleasedYear
			}
		}
	}
	for i := range v.Lines {
		l := &v.Lines[i]
		for k := range l.Items {
			item := &l.Items[k]
			if old.item(l.Line, item.Position) != nil || len(years) == 0 {
				continue
			}
			if item.DueOn == "" {
				item.CommittedYear = years[len(years)-1]
			} else if slices.Contains(years, item.DueOn.Year()) {
				item.CommittedYear = item.DueOn.Year()
			}
		}
	}
	return nil
}

// item finds an item of a line, nil for none.
func (v PlanVersion) item(line string, position int) *Item {
	for i := range v.Lines {
		if v.Lines[i].Line != line {
			continue
		}
		for k := range v.Lines[i].Items {
			if v.Lines[i].Items[k].Position == position {
				return &v.Lines[i].Items[k]
			}
		}
	}
	return nil
}

// committed lists the years that any item is committed for, in order.
func (v PlanVersion) committed() []int {
	var years []int
	for _, l := range v.Lines {
		years = append(years, committedYears(l.Items)...)
	}
	slices.Sort(years)
	return slices.Compact(years)
}
