package beneficiaries

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Register keeps beneficiaries and plans. It holds no state of its own.
type Register struct {
	Book   ledger.Book
	Grants grants.Register
}

// codes is how many different beneficiary codes there are; drawing one at random tells nothing about order or number.
const codes = 90000

// Admit puts a new beneficiary on record under a random code.
func (r Register) Admit(ctx context.Context, tx *store.Tx) (Beneficiary, error) {
	b := Beneficiary{ID: BeneficiaryID(store.NewID("ben")), Status: "active"}
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(codes))
		if err != nil {
			return Beneficiary{}, err
		}
		b.Code = fmt.Sprintf("B-%d", 10000+n.Int64())
		if _, err := readBeneficiary(ctx, tx, b.Code); errors.Is(err, ErrUnknownBeneficiary) {
			break
		} else if err != nil {
			return Beneficiary{}, err
		}
	}
	if err := insertBeneficiary(ctx, tx, b); err != nil {
		return Beneficiary{}, err
	}
	return b, access.Record(ctx, tx, access.Event{Action: "beneficiary.admitted", Subject: string(b.ID)})
}

// Beneficiary finds a beneficiary by id or code. [ErrUnknownBeneficiary].
func (r Register) Beneficiary(ctx context.Context, tx *store.Tx, key string) (Beneficiary, error) {
	return readBeneficiary(ctx, tx, key)
}

// Draft writes the first version of a plan. Its shares must sum to 100 percent and its categories stand in the chart. A
// plan without a number gets one.
func (r Register) Draft(ctx context.Context, tx *store.Tx, p Plan) (Plan, error) {
	if err := p.Current.check(p.Currency); err != nil {
		return Plan{}, err
	}
	for _, s := range p.Current.Shares {
		if _, err := r.Book.Fund(ctx, tx, s.Fund); err != nil {
			return Plan{}, err
		}
	}
	for _, l := range p.Current.Lines {
		if _, err := r.Book.CostAccount(ctx, tx, l.Category); err != nil {
			return Plan{}, err
		}
	}
	p.ID, p.State, p.Version = PlanID(store.NewID("pln")), PlanDraft, 1
	p.Current.ID, p.Current.Number, p.Current.CreatedBy = store.NewID("plv"), 1, tx.By.User
	for p.Number == "" { // numbers that people gave are stepped over
		n, err := access.Next(ctx, tx, "plan")
		if err != nil {
			return Plan{}, err
		}
		if _, err := readPlan(ctx, tx, fmt.Sprintf("P-%d", n)); errors.Is(err, ErrUnknownPlan) {
			p.Number = fmt.Sprintf("P-%d", n)
		} else if err != nil {
			return Plan{}, err
		}
	}
	if err := insertPlan(ctx, tx, p); err != nil {
		return Plan{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "plan.drafted", Subject: string(p.ID)})
}

// Plan finds a plan by id or number. [ErrUnknownPlan].
func (r Register) Plan(ctx context.Context, tx *store.Tx, key string) (Plan, error) {
	return readPlan(ctx, tx, key)
}

// Plans lists the plans by number.
func (r Register) Plans(ctx context.Context, tx *store.Tx) ([]Plan, error) { return readPlans(ctx, tx) }

// Submit asks for a plan's approval: DRAFT to IN_REVIEW. Who submits cannot approve.
func (r Register) Submit(ctx context.Context, tx *store.Tx, key string) (Plan, error) {
	p, err := r.inState(ctx, tx, key, PlanDraft)
	if err != nil {
		return Plan{}, err
	}
	duty := access.Duty{Subject: p.Current.ID, Round: 1, Step: access.Request, Payload: p.Current.Payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Plan{}, err
	}
	p.State = PlanInReview
	if err := savePlan(ctx, tx, &p); err != nil {
		return Plan{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "plan.submitted", Subject: string(p.ID)})
}

// inState finds a plan that is in one of the states. [StateConflict] otherwise.
func (r Register) inState(ctx context.Context, tx *store.Tx, key string, states ...PlanState) (Plan, error) {
	p, err := r.Plan(ctx, tx, key)
	if err == nil && !slices.Contains(states, p.State) {
		return Plan{}, &StateConflict{p.State, states}
	}
	return p, err
}
