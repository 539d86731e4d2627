package grants

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Outcome is what became of a part of a questioned amount.
type Outcome string

// The outcomes. What has none is pending.
const (
	Documented Outcome = "documented"  // the evidence was found and accepted
	Justified  Outcome = "justified"   // accepted without evidence
	WrittenOff Outcome = "written_off" // the grantor does not ask for it
	Disallowed Outcome = "disallowed"  // taken off the grant by [Register.Disallow]
)

// AuditFinding is cost that an auditor or grantor questions. It is settled when its parts add up to what was
// questioned.
type AuditFinding struct {
	ID         string
	Grant      string // code
	Number     string // the auditor's: F-1
	On         ledger.Date
	Questioned ledger.Money // base currency
	Text       string       // no person's name
	Answers    []Answer
}

// Answer settles a part of a finding.
type Answer struct {
	Outcome Outcome
	Amount  ledger.Money // base currency
	On      ledger.Date
	Reason  string // no person's name
	By, At  string
}

// Pending is what of a finding has no outcome yet, in base currency.
func (f AuditFinding) Pending() ledger.Money {
	rest := f.Questioned
	for _, a := range f.Answers {
		rest = rest.Sub(a.Amount)
	}
	return rest
}

// Part is what of a finding had an outcome.
func (f AuditFinding) Part(o Outcome) ledger.Money {
	part := ledger.Zero(f.Questioned.Currency)
	for _, a := range f.Answers {
		if a.Outcome == o {
			part = part.Add(a.Amount)
		}
	}
	return part
}

// RaiseFinding puts a finding on record; the grant cannot be closed until it is settled. [ErrDuplicateFinding].
func (r Register) RaiseFinding(ctx context.Context, tx *store.Tx, f AuditFinding) (AuditFinding, error) {
	g, err := r.Grant(ctx, tx, f.Grant)
	if err != nil {
		return AuditFinding{}, err
	}
	if g.State == GrantDraft || g.State == GrantClosed {
		return AuditFinding{}, &StateConflict{string(g.State), "a signed grant that is not closed"}
	}
	f.ID, f.Grant = store.NewID("fnd"), g.Code
	if err := insertAuditFinding(ctx, tx, g.ID, f); err != nil {
		return AuditFinding{}, err
	}
	return f, access.Record(ctx, tx, access.Event{Action: "finding.raised", Subject: string(g.ID)})
}

// AnswerFinding settles a part of a finding without an entry: by evidence, by justification, or because the grantor
// lets it go. What is disallowed goes through [Register.Disallow]. [ErrUnknownFinding]; [ErrOverAnswered] for more than
// is pending.
func (r Register) AnswerFinding(
	ctx context.Context, tx *store.Tx, grant, number string, a Answer,
) (AuditFinding, error) {
	if err := ledger.CheckReason(a.Reason); err != nil {
		return AuditFinding{}, err
	}
	g, err := r.Grant(ctx, tx, grant)
	if err != nil {
		return AuditFinding{}, err
	}
	f, found, err := finding(ctx, tx, r, g, number)
	if err != nil {
		return AuditFinding{}, err
	}
	if !found {
		return AuditFinding{}, ErrUnknownFinding
	}
	return answer(ctx, tx, g, f, a)
}

func answer(
	ctx context.Context, tx *store.Tx, g Grant, f AuditFinding, a Answer,
) (AuditFinding, error) {
	if pending := f.Pending(); a.Amount.Cmp(pending) > 0 {
		return AuditFinding{}, refuse(ErrOverAnswered, "%s of finding %s is pending, asked to settle %s", pending, f.Number,
			a.Amount)
	}
	if err := insertAnswer(ctx, tx, f, a); err != nil {
		return AuditFinding{}, err
	}
	f.Answers = append(f.Answers, a)
	return f, access.Record(ctx, tx, access.Event{Action: "finding." + string(a.Outcome), Subject: string(g.ID),
		Reason: a.Reason})
}

// answerDisallowed notes a disallowance at the finding of its number, where one was raised before.
func (r Register) answerDisallowed(
	ctx context.Context, tx *store.Tx, g Grant, in Disallowance, total ledger.Money,
) error {
	f, found, err := finding(ctx, tx, r, g, in.Finding)
	if err != nil || !found {
		return err
	}
	_, err = answer(ctx, tx, g, f, Answer{Outcome: Disallowed, Amount: total, On: in.On})
	return err
}

func finding(ctx context.Context, tx *store.Tx, r Register, g Grant, number string) (AuditFinding, bool, error) {
	all, err := r.Findings(ctx, tx, g, store.Keyset{})
	for _, f := range all {
		if f.Number == number || f.ID == number {
			return f, true, err
		}
	}
	return AuditFinding{}, false, err
}

// wantNoFinding wants all findings of a grant settled.
func wantNoFinding(ctx context.Context, tx *store.Tx, r Register, g Grant) error {
	all, err := r.Findings(ctx, tx, g, store.Keyset{})
	if err != nil {
		return err
	}
	for _, f := range all {
		if pending := f.Pending(); !pending.IsZero() {
			return refuse(ErrFindingOpen, "%s %s of finding %s is pending", pending, pending.Currency, f.Number)
		}
	}
	return nil
}
