package beneficiaries

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// TurnKind is what became of a plan.
type TurnKind string

// The turns of a plan.
const (
	YearApproved TurnKind = "year_approved"
	RevisedTurn  TurnKind = "revised"
	Returned     TurnKind = "returned"
	Rejected     TurnKind = "rejected"
	Suspended    TurnKind = "suspended"
	Resumed      TurnKind = "resumed"
	Completed    TurnKind = "completed"
	Exited       TurnKind = "exited"
	Aftercare    TurnKind = "aftercare"

	MilestoneMet    TurnKind = "milestone_met" // these two are decisions; the timeline shows them beside the turns
	MilestoneMissed TurnKind = "milestone_missed"
)

// Turn is something that became of a plan, for good.
type Turn struct {
	ID      string
	Version string // id of the version that was in force
	Kind    TurnKind
	Reason  string      // a code; of a milestone its own
	Day     ledger.Date // accounting date
	Starts  ledger.Date // from when it holds; "" is the day
	Year    int         // of a year's approval
	Entry   ledger.EntryID
	By      string
	At      string
}

// reasonCode is how reasons and goals are written: a code of our own or an organisation's, never prose, since prose
// about a person becomes a medical record.
var reasonCode = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+){0,5}$`)

// maxCode bounds a code, so that it holds no sentence.
const maxCode = 40

// IsCode tells whether a text is a code such as goals_met.
func IsCode(s string) bool { return len(s) <= maxCode && reasonCode.MatchString(s) }

func wantReason(reason string) error {
	if !IsCode(reason) {
		return ErrReasonRequired
	}
	return nil
}

// Suspension asks for a plan to rest.
type Suspension struct {
	From   ledger.Date // items due on this day or later are held, and those without a day
	On     ledger.Date // accounting date
	Reason string      // a code: leave, lost_contact, at_risk, own_choice ...
}

// Suspend lets a plan rest: its open items due from a day on are held, and what was committed for them is released,
// oldest commitment first (RULES 43). What was paid or settled stays as it is.
func (r Register) Suspend(ctx context.Context, tx *store.Tx, key string, s Suspension) (Commitment, error) {
	p, err := planInState(ctx, tx, key, PlanActive)
	if err != nil {
		return Commitment{}, err
	}
	if err := wantReason(s.Reason); err != nil {
		return Commitment{}, err
	}
	if p, err = lockPlan(ctx, tx, p); err != nil {
		return Commitment{}, err
	}
	turn := Turn{ID: store.NewID("trn"), Kind: Suspended, Reason: s.Reason, Day: s.On, Starts: s.From}
	held := p.Current.held(s.From, turn.ID)
	p.State = PlanSuspended
	return r.turn(ctx, tx, p, held, turn)
}

// Closing asks for a plan to be over.
type Closing struct {
	Completed bool        // else the plan is left before its end
	On        ledger.Date // accounting date
	// a code: goals_met, own_choice, lost_contact, moved, ineligible, deceased ...; required to leave
	Reason string
}

// Close completes a plan, or leaves it: what is still open is never given, and what was committed for it is released. A
// later version, such as of aftercare, takes it up again.
func (r Register) Close(ctx context.Context, tx *store.Tx, key string, end Closing) (Commitment, error) {
	p, err := planInState(ctx, tx, key, PlanApproved, PlanActive, PlanSuspended)
	if err != nil {
		return Commitment{}, err
	}
	if p.Pending != nil {
		return Commitment{}, ErrPendingVersion
	}
	turn := Turn{ID: store.NewID("trn"), Kind: Exited, Reason: end.Reason, Day: end.On}
	state := PlanExited
	if end.Completed {
		turn.Kind, state = Completed, PlanCompleted
	} else if err := wantReason(end.Reason); err != nil {
		return Commitment{}, err
	}
	if p, err = lockPlan(ctx, tx, p); err != nil {
		return Commitment{}, err
	}
	after := p.Current.held("", turn.ID)
	p.State = state
	return r.turn(ctx, tx, p, after, turn)
}

// held is the version with its open items from a day on held by a suspension.
func (v PlanVersion) held(from ledger.Date, by string) PlanVersion {
	return v.with(func(i Item) Item {
		if i.SettledBy == "" && i.SuspendedBy == "" && (i.DueOn == "" || i.DueOn >= from) {
			i.SuspendedBy, i.ReleasedYear, i.CommittedYear = by, i.CommittedYear, 0
		}
		return i
	})
}

// with is the version with every item changed.
func (v PlanVersion) with(change func(Item) Item) PlanVersion {
	lines := make([]PlanLine, len(v.Lines))
	for n, l := range v.Lines {
		items := make([]Item, len(l.Items))
		for k, i := range l.Items {
			items[k] = change(i)
		}
		l.Items = items
		lines[n] = l
	}
	v.Lines = lines
	return v
}

// lockPlan locks the plan's funds and reads it again, as it is now that nobody else moves them.
func lockPlan(ctx context.Context, tx *store.Tx, p Plan) (Plan, error) {
	if err := ledger.LockFunds(ctx, tx, Funds(p.Current.Shares)...); err != nil {
		return Plan{}, err
	}
	return readPlan(ctx, tx, string(p.ID))
}

// turn posts what changes by a turn of the plan, and saves it: items, state, the turn itself, and the audit event.
func (r Register) turn(ctx context.Context, tx *store.Tx, p Plan, after PlanVersion, t Turn) (Commitment, error) {
	act := "plan-end"
	if t.Kind == Suspended {
		act = "suspension"
	}
	entry, err := r.shift(ctx, tx, p, after, ledger.Entry{Date: t.Day, Act: act, Source: string(p.ID),
		Text: "Plan " + p.Number + ": " + act})
	if err != nil {
		return Commitment{}, err
	}
	out := Commitment{}
	if len(entry.Lines) > 0 {
		posted, err := r.Book.Post(ctx, tx, entry)
		if err != nil {
			return Commitment{}, err
		}
		out.Entry, t.Entry = posted[0], posted[0].ID
	}
	if err := saveItems(ctx, tx, after); err != nil {
		return Commitment{}, err
	}
	p.Current = after
	if err := savePlan(ctx, tx, &p); err != nil {
		return Commitment{}, err
	}
	if err := insertTurn(ctx, tx, p, &t); err != nil {
		return Commitment{}, err
	}
	out.Plan = p
	return out, access.Record(ctx, tx, access.Event{Action: "plan." + string(t.Kind), Subject: string(p.ID),
		Reason: t.Reason})
}

// Restart says how a suspended plan is to go on.
type Restart struct {
	BudgetRate ledger.Rate
	Months     int // by how many the held items fall due later
	StartsOn   ledger.Date
}

// Resume asks for a suspended plan to go on: a version with the new budget rate, in which the held items fall due
// later. It is handed in at once and comes into force when a second person decides; then the same items are committed
// anew (RULES 43).
func (r Register) Resume(ctx context.Context, tx *store.Tx, key string, how Restart) (Plan, error) {
	p, err := planInState(ctx, tx, key, PlanSuspended)
	if err != nil {
		return Plan{}, err
	}
	if p.Pending != nil {
		return Plan{}, ErrPendingVersion
	}
	held := map[string]bool{}
	for _, l := range p.Current.Lines {
		for _, i := range l.Items {
			if i.SuspendedBy != "" {
				held[itemKey(l.Line, i.Position)] = true
			}
		}
	}
	next := p.Current.revised(Revision{Kind: Resumption, StartsOn: how.StartsOn, BudgetRate: how.BudgetRate})
	for n, l := range next.Lines {
		usual := l.usualDay()
		for k, i := range l.Items {
			if held[itemKey(l.Line, i.Position)] && i.DueOn != "" {
				l.Items[k].DueOn = addMonths(i.DueOn, how.Months, usual)
				next.Lines[n].Schedule = Schedule{} // its days are no longer those of the rule
			}
		}
	}
	if _, err := r.writeNext(ctx, tx, p, next); err != nil {
		return Plan{}, err
	}
	return r.Submit(ctx, tx, string(p.ID))
}

func itemKey(line string, position int) string { return fmt.Sprintf("%s/%d", line, position) }

// usualDay is the day of the month on which the units of a line fall due: 31 where all fall on the last day of their
// months, else the latest day that one of them has.
func (l PlanLine) usualDay() int {
	latest, ends := 0, true
	for _, i := range l.Items {
		if i.DueOn != "" {
			latest, ends = max(latest, i.DueOn.Time().Day()), ends && i.DueOn == monthEnd(i.DueOn)
		}
	}
	if ends {
		return 31
	}
	return latest
}

// addMonths is the same day some months later, or the last of the month where that month is shorter. A day that is the
// last of a short month is the line's usual day again in a longer one.
func addMonths(d ledger.Date, months, usual int) ledger.Date {
	t := d.Time()
	day := t.Day()
	if d == monthEnd(d) {
		day = max(day, usual)
	}
	first := ledger.NewDate(t.Year(), t.Month()+time.Month(months), 1)
	return min(first.AddDays(day-1), monthEnd(first))
}
