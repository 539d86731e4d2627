package grants

import (
	"context"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ConditionKind is what a condition is about.
type ConditionKind string

// ConditionKinds are all of them.
var ConditionKinds = []ConditionKind{"purpose", "time", "geography", "population", "report", "matching", "ceiling",
	"other"}

// ConditionState is where a condition stands: its last decision.
type ConditionState string

// The states of a condition. Only what is met or waived no longer holds anything back.
const (
	ConditionOpen   ConditionState = "open"
	ConditionMet    ConditionState = "met"
	ConditionWaived ConditionState = "waived" // by the grantor
	ConditionMissed ConditionState = "missed"
)

// Condition is something the agreement asks for before money comes in or goes out, such as an interim report before the
// second instalment.
type Condition struct {
	ID            string
	Number        string // the funder's own, or given by us: C1
	Kind          ConditionKind
	Text          string // no person's name
	DueOn         ledger.Date
	Instalment    int  // number of the planned instalment that it holds back; 0 is none
	Disbursements bool // whether it holds back what is paid out of the grant
	State         ConditionState
	Decisions     []ConditionDecision
}

// ConditionDecision is what somebody found of a condition.
type ConditionDecision struct {
	State  ConditionState
	On     ledger.Date
	Reason string
	By, At string
}

// Holds reports whether a condition still holds money back.
func (c Condition) Holds() bool { return c.State == ConditionOpen || c.State == ConditionMissed }

// AddCondition puts a condition of a grant on record. [ErrDuplicateCondition]; [ErrUnknownInstalment] when it is to
// hold back an instalment that is not planned.
func AddCondition(ctx context.Context, tx *store.Tx, key string, c Condition) (Condition, error) {
	g, err := inState(ctx, tx, key, append([]GrantState{GrantDraft, GrantEnded}, running...)...)
	if err != nil {
		return Condition{}, err
	}
	planned, err := readPlanned(ctx, tx, []Grant{g})
	if err != nil {
		return Condition{}, err
	}
	if c.Instalment > len(planned[g.ID]) {
		return Condition{}, ErrUnknownInstalment
	}
	if c.Number == "" {
		before, err := Conditions(ctx, tx, g, store.Keyset{})
		if err != nil {
			return Condition{}, err
		}
		c.Number = fmt.Sprintf("C%d", len(before)+1)
	}
	c.ID, c.State = store.NewID("gco"), ConditionOpen
	if err := insertCondition(ctx, tx, g.ID, c); err != nil {
		return Condition{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "condition.added", Subject: string(g.ID)})
}

// DecideCondition notes that a condition is met, waived by the grantor, missed, or open again. [ErrUnknownCondition],
// [ErrReasonRequired].
func DecideCondition(
	ctx context.Context, tx *store.Tx, key, number string, d ConditionDecision,
) (Condition, error) {
	if err := ledger.CheckReason(d.Reason); err != nil {
		return Condition{}, err
	}
	g, err := find(ctx, tx, key)
	if err != nil {
		return Condition{}, err
	}
	all, err := Conditions(ctx, tx, g, store.Keyset{})
	if err != nil {
		return Condition{}, err
	}
	i := slices.IndexFunc(all, func(c Condition) bool { return c.Number == number || c.ID == number })
	if i < 0 {
		return Condition{}, ErrUnknownCondition
	}
	c := all[i]
	d.By, d.At = tx.By.User, store.FormatTime(tx.At)
	if err := insertDecision(ctx, tx, c, d); err != nil {
		return Condition{}, err
	}
	c.State, c.Decisions = d.State, append(c.Decisions, d)
	event := access.Event{Action: "condition." + string(d.State), Subject: string(g.ID), Reason: d.Reason}
	return c, access.Record(ctx, tx, event)
}

// entitled says whether all of a grant is ours: no condition holds back an instalment of it or what is paid out of it.
func entitled(grant string, conditions []Condition) error {
	for _, c := range conditions {
		if c.Holds() && (c.Disbursements || c.Instalment > 0) {
			return &ConditionHolds{Grant: grant, Number: c.Number, Kind: c.Kind, DueOn: c.DueOn}
		}
	}
	return nil
}

// Disbursable says whether what is paid out of a grant may be: [ConditionOpen] names the first condition that holds it
// back. It reads nothing: the caller has the conditions.
func Disbursable(grant string, conditions []Condition) error {
	for _, c := range conditions {
		if c.Disbursements && c.Holds() {
			return &ConditionHolds{Grant: grant, Number: c.Number, Kind: c.Kind, DueOn: c.DueOn}
		}
	}
	return nil
}

// DisbursableFrom is [Disbursable] of a fund. A fund that is no grant's has no conditions.
func (r Register) DisbursableFrom(ctx context.Context, tx *store.Tx, fund ledger.FundCode) error {
	g, granted, err := r.OfFund(ctx, tx, fund)
	if err != nil || !granted {
		return err
	}
	if r.memo != nil {
		if conditions, known := r.memo.terms[g.ID]; known {
			return Disbursable(g.Code, conditions)
		}
	}
	conditions, err := Conditions(ctx, tx, g, store.Keyset{})
	if err != nil {
		return err
	}
	return Disbursable(g.Code, conditions)
}
