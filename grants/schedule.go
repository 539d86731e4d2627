package grants

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Planned is an instalment as the agreement promises it.
type Planned struct {
	No     int
	DueOn  ledger.Date
	Amount ledger.Money // in the grant's currency
}

// Cancellation is a part of the promise that the grantor takes back. The award stays what it was.
type Cancellation struct {
	ID     string
	On     ledger.Date
	Amount ledger.Money // in the grant's currency
	Reason string
}

// InstalmentState is how a planned instalment stands on a day.
type InstalmentState string

// The states of a planned instalment.
const (
	InstalmentReceived  InstalmentState = "received"
	InstalmentPlanned   InstalmentState = "planned"   // not due yet
	InstalmentOverdue   InstalmentState = "overdue"   // due, and not all of it came
	InstalmentWithheld  InstalmentState = "withheld"  // a condition holds it back
	InstalmentCancelled InstalmentState = "cancelled" // all of what had not come
)

// PlannedStanding is a planned instalment with what became of it: amount = paid + cancelled + open.
type PlannedStanding struct {
	Planned
	Paid, Cancelled, Open ledger.Money
	State                 InstalmentState
	Condition             string // number of the condition that holds it back
}

// Standing is what was awarded, taken back and paid of a grant, each by itself: award = cancelled + paid + open, unless
// more was paid than promised. All in the grant's currency.
type Standing struct {
	On                           ledger.Date
	Award, Cancelled, Paid, Open ledger.Money
	Overdue                      ledger.Money // the part of Open that was due before On and nothing holds back
	Instalments                  []PlannedStanding
}

// PlanInstalments writes what the agreement promises: instalments that sum to the grant ([ErrScheduleTotal]), in order
// of their days ([ErrScheduleOrder]). It is written once, on a grant that has none ([ErrDuplicateSchedule]); what
// changes later is a cancellation.
func PlanInstalments(ctx context.Context, tx *store.Tx, key string, planned []Planned) (Grant, error) {
	g, err := inState(ctx, tx, key, append([]GrantState{GrantDraft}, running...)...)
	if err != nil {
		return Grant{}, err
	}
	before, err := readPlanned(ctx, tx, []Grant{g})
	if err != nil {
		return Grant{}, err
	}
	if len(before) > 0 {
		return Grant{}, ErrDuplicateSchedule
	}
	if err := CheckInstalments(planned, g.Amount); err != nil {
		return Grant{}, err
	}
	if err := insertPlanned(ctx, tx, g.ID, planned); err != nil {
		return Grant{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "grant.planned", Subject: string(g.ID)})
}

// CheckInstalments numbers planned instalments. They must sum to what is promised ([ErrScheduleTotal]) and be in order
// of their days ([ErrScheduleOrder]).
func CheckInstalments(planned []Planned, promised ledger.Money) error {
	total := ledger.Zero(promised.Currency)
	for i := range planned {
		planned[i].No = i + 1
		if total = total.Add(planned[i].Amount); i > 0 && planned[i].DueOn < planned[i-1].DueOn {
			return ErrScheduleOrder
		}
	}
	if total.Cmp(promised) != 0 {
		return refuse(ErrScheduleTotal, "the instalments sum to %s, the grant is %s %s", total, promised, promised.Currency)
	}
	return nil
}

// OverCancelled tells what is still to come of a promise and what was to be cancelled.
func OverCancelled(open, asked ledger.Money) error {
	return refuse(ErrOverCancelled, "%s %s is still to come, asked to cancel %s", open, open.Currency, asked)
}

// Cancel takes a part of the promise back, from the last instalment on. Income that was recognised at once is not taken
// back this way ([ErrWrongRecognition]). [ErrOverCancelled] for more than is still to come, [ErrReasonRequired].
func (r Register) Cancel(ctx context.Context, tx *store.Tx, key string, c Cancellation) (Cancellation, error) {
	if err := ledger.CheckReason(c.Reason); err != nil {
		return Cancellation{}, err
	}
	g, err := inState(ctx, tx, key, append([]GrantState{GrantEnded}, running...)...)
	if err != nil {
		return Cancellation{}, err
	}
	if g.Policies.At(c.On).Recognition != Deferred {
		return Cancellation{}, ErrWrongRecognition
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Cancellation{}, err
	}
	now, err := r.Standing(ctx, tx, g, LastDay)
	if err != nil {
		return Cancellation{}, err
	}
	if c.Amount.Cmp(now.Open) > 0 {
		return Cancellation{}, OverCancelled(now.Open, c.Amount)
	}
	c.ID = store.NewID("gca")
	if err := insertCancellation(ctx, tx, g.ID, c); err != nil {
		return Cancellation{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "grant.promise_cancelled", Subject: string(g.ID),
		Reason: c.Reason})
}

// cancelRest takes back what has not come of a deferred grant; nothing where all of it has.
func (r Register) cancelRest(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date, reason string) error {
	now, err := r.Standing(ctx, tx, g, LastDay)
	if err != nil || now.Open.Sign() <= 0 || g.Policies.At(on).Recognition != Deferred {
		return err
	}
	return insertCancellation(ctx, tx, g.ID, Cancellation{ID: store.NewID("gca"), On: on, Amount: now.Open,
		Reason: reason})
}

// Standing tells what of a grant was awarded, taken back and paid up to a day, and what is receivable. Interest on the
// grantor's money is no part of it.
func (r Register) Standing(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date) (Standing, error) {
	all, err := r.Standings(ctx, tx, []Grant{g}, on)
	if err != nil {
		return Standing{}, err
	}
	return all[0], nil
}

// Standings is [Register.Standing] of grants, in a number of queries that does not grow with them.
func (r Register) Standings(ctx context.Context, tx *store.Tx, all []Grant, on ledger.Date) ([]Standing, error) {
	if len(all) == 0 {
		return nil, nil
	}
	planned, err := readPlanned(ctx, tx, all)
	if err != nil {
		return nil, err
	}
	cancelled, err := readCancelled(ctx, tx, all, on)
	if err != nil {
		return nil, err
	}
	paid, err := readPaid(ctx, tx, all, on)
	if err != nil {
		return nil, err
	}
	conditions, err := readConditions(ctx, tx, all, store.Keyset{})
	standings := make([]Standing, len(all))
	for i, g := range all {
		promise := Promise{Amount: g.Amount, Cancelled: ledger.OfMinor(cancelled[g.ID], g.Amount.Currency),
			Paid: ledger.OfMinor(paid[g.ID], g.Amount.Currency), Planned: planned[g.ID], Conditions: conditions[g.ID]}
		standings[i] = promise.Standing(on)
	}
	return standings, err
}

// Promise is an amount that somebody promised, with what became of it up to a day.
type Promise struct {
	Amount, Cancelled, Paid ledger.Money
	Planned                 []Planned
	Conditions              []Condition
}

// Standing takes what was cancelled off the last instalments and what was paid off the first. Without a plan the
// promise is one instalment that is never overdue.
func (p Promise) Standing(on ledger.Date) Standing {
	zero, cancelled, paid := ledger.Zero(p.Amount.Currency), p.Cancelled, p.Paid
	s := Standing{On: on, Award: p.Amount, Cancelled: cancelled, Paid: paid, Open: p.Amount.Sub(cancelled).Sub(paid),
		Overdue: zero}
	if s.Open.Sign() < 0 {
		s.Open = zero
	}
	for _, in := range p.Planned {
		s.Instalments = append(s.Instalments, PlannedStanding{Planned: in, Cancelled: zero})
	}
	for _, in := range p.Planned {
		zero = zero.Add(in.Amount)
	}
	if beyond := zero.Sub(p.Amount); len(p.Planned) > 0 && beyond.Sign() > 0 { // an addendum made the grant smaller
		cancelled = cancelled.Add(beyond)
	}
	zero = ledger.Zero(p.Amount.Currency)
	for i := range slices.Backward(s.Instalments) {
		in := &s.Instalments[i]
		in.Cancelled = smaller(cancelled, in.Amount)
		cancelled = cancelled.Sub(in.Cancelled)
	}
	for i := range s.Instalments {
		in := &s.Instalments[i]
		in.Paid = smaller(paid, in.Amount.Sub(in.Cancelled))
		if in.Paid.Sign() < 0 {
			in.Paid = zero
		}
		paid = paid.Sub(in.Paid)
		in.Open = in.Amount.Sub(in.Cancelled).Sub(in.Paid)
		in.settle(p.Conditions, on)
		if in.State == InstalmentOverdue {
			s.Overdue = s.Overdue.Add(in.Open)
		}
	}
	return s
}

// settle says how a planned instalment stands.
func (p *PlannedStanding) settle(conditions []Condition, on ledger.Date) {
	holds := slices.IndexFunc(conditions, func(c Condition) bool { return c.Instalment == p.No && c.Holds() })
	switch {
	case p.Open.IsZero() && p.Paid.IsZero():
		p.State = InstalmentCancelled
	case p.Open.IsZero():
		p.State = InstalmentReceived
	case holds >= 0:
		p.State, p.Condition = InstalmentWithheld, conditions[holds].Number
	case p.DueOn < on:
		p.State = InstalmentOverdue
	default:
		p.State = InstalmentPlanned
	}
}
