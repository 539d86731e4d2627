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

// Standing is what was awarded, taken back and paid of a grant, each by itself: award = cancelled + paid + open, unless more
// was paid than promised. All in the grant's currency.
type Standing struct {
	On                           ledger.Date
	Award, Cancelled, Paid, Open ledger.Money
	Overdue                      ledger.Money // the part of Open that was due before On and nothing holds back
	Instalments                  []PlannedStanding
}

// PlanInstalments writes what the agreement promises: instalments that sum to the grant ([ErrScheduleTotal]), in order of their days
// ([ErrScheduleOrder]). It is written once, on a grant that has none ([ErrDuplicateSchedule]); what changes later is a
// cancellation.
func (r Register) PlanInstalments(ctx context.Context, tx *store.Tx, key string, planned []Planned) (Grant, error) {
	g, err := r.inState(ctx, tx, key, append([]GrantState{GrantDraft}, running...)...)
	if err != nil {
		return Grant{}, err
	}
	before, err := readPlanned(ctx, tx, g)
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

// CheckInstalments numbers planned instalments. They must sum to what is promised ([ErrScheduleTotal]) and be in order of
// their days ([ErrScheduleOrder]).
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

// overCancelled tells what is still to come of a promise and what was to be cancelled.
func overCancelled(open, asked ledger.Money) error {
	return refuse(ErrOverCancelled, "%s %s is still to come, asked to cancel %s", open, open.Currency, asked)
}

// Cancel takes a part of the promise back, from the last instalment on. Income that was recognised at once is not taken back
// this way ([ErrWrongRecognition]). [ErrOverCancelled] for more than is still to come, [ErrReasonRequired].
func (r Register) Cancel(ctx context.Context, tx *store.Tx, key string, c Cancellation) (Cancellation, error) {
	if err := ledger.CheckReason(c.Reason); err != nil {
		return Cancellation{}, err
	}
	g, err := r.inState(ctx, tx, key, append([]GrantState{GrantEnded}, running...)...)
	if err != nil {
		return Cancellation{}, err
	}
	if g.Policies.At(c.On).Recognition != Deferred {
		return Cancellation{}, ErrWrongRecognition
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Cancellation{}, err
	}
	now, err := r.Standing(ctx, tx, g, lastDay)
	if err != nil {
		return Cancellation{}, err
	}
	if c.Amount.Cmp(now.Open) > 0 {
		return Cancellation{}, overCancelled(now.Open, c.Amount)
	}
	c.ID = store.NewID("gca")
	if err := insertCancellation(ctx, tx, g.ID, c); err != nil {
		return Cancellation{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "grant.promise_cancelled", Subject: string(g.ID), Reason: c.Reason})
}

// cancelRest takes back what has not come of a deferred grant; nothing where all of it has.
func (r Register) cancelRest(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date, reason string) error {
	now, err := r.Standing(ctx, tx, g, lastDay)
	if err != nil || now.Open.Sign() <= 0 || g.Policies.At(on).Recognition != Deferred {
		return err
	}
	return insertCancellation(ctx, tx, g.ID, Cancellation{ID: store.NewID("gca"), On: on, Amount: now.Open, Reason: reason})
}

// Standing tells what of a grant was awarded, taken back and paid up to a day, and what is receivable. Interest on the
// grantor's money is no part of it.
func (r Register) Standing(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date) (Standing, error) {
	planned, err := readPlanned(ctx, tx, g)
	if err != nil {
		return Standing{}, err
	}
	cancelled, err := readCancelled(ctx, tx, g, on)
	if err != nil {
		return Standing{}, err
	}
	paid, err := r.paid(ctx, tx, g, on)
	if err != nil {
		return Standing{}, err
	}
	conditions, err := r.Conditions(ctx, tx, g)
	if err != nil {
		return Standing{}, err
	}
	return standing(g.Amount, planned, cancelled, paid, conditions, on), nil
}

// paid is what came in on a grant up to a day, with what a bank kept on the way, less receipts taken back.
func (r Register) paid(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date) (ledger.Money, error) {
	paid := ledger.Zero(g.Amount.Currency)
	instalments, err := r.Instalments(ctx, tx, g.ID, on)
	if err != nil {
		return paid, err
	}
	for _, in := range instalments {
		paid = paid.Add(in.Amount)
	}
	receipts, err := r.AwardReceipts(ctx, tx, g, on)
	for _, in := range receipts {
		paid = paid.Add(in.Received).Add(in.Withheld)
	}
	return paid, err
}

// standing lays what was cancelled on the last instalments and what was paid on the first. Without a plan the grant is one
// instalment that is never overdue.
func standing(award ledger.Money, planned []Planned, cancelled, paid ledger.Money, conditions []Condition, on ledger.Date) Standing {
	zero := ledger.Zero(award.Currency)
	s := Standing{On: on, Award: award, Cancelled: cancelled, Paid: paid, Open: award.Sub(cancelled).Sub(paid), Overdue: zero}
	if s.Open.Sign() < 0 {
		s.Open = zero
	}
	for _, p := range planned {
		s.Instalments = append(s.Instalments, PlannedStanding{Planned: p, Cancelled: zero})
	}
	for i := len(s.Instalments) - 1; i >= 0; i-- {
		p := &s.Instalments[i]
		p.Cancelled = smaller(cancelled, p.Amount)
		cancelled = cancelled.Sub(p.Cancelled)
	}
	for i := range s.Instalments {
		p := &s.Instalments[i]
		p.Paid = smaller(paid, p.Amount.Sub(p.Cancelled))
		if p.Paid.Sign() < 0 {
			p.Paid = zero
		}
		paid = paid.Sub(p.Paid)
		p.Open = p.Amount.Sub(p.Cancelled).Sub(p.Paid)
		p.settle(conditions, on)
		if p.State == InstalmentOverdue {
			s.Overdue = s.Overdue.Add(p.Open)
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
