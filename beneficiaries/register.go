package beneficiaries

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Register keeps beneficiaries and plans. It holds no state of its own.
type Register struct {
	Book   ledger.Book
	Grants grants.Register
	Vault  *vault.Vault // seals who people are; nil refuses what needs it
	Payees PayeeRecord  // who is on record to be paid; nil asks nobody
}

// codes is how many different beneficiary codes there are; drawing one at random tells nothing about order or number.
const codes = 90000

// Admit puts a new beneficiary on record under a random code, and who does it on the case from today.
func (r Register) Admit(ctx context.Context, tx *store.Tx) (Beneficiary, error) {
	b := Beneficiary{ID: BeneficiaryID(store.NewID("ben")), Status: "active"}
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(codes))
		if err != nil {
			return Beneficiary{}, err
		}
		b.Code = fmt.Sprintf("B-%d", 10000+n.Int64())
		if _, err := readAnyBeneficiary(ctx, tx, b.Code); errors.Is(err, ErrUnknownBeneficiary) {
			break
		} else if err != nil {
			return Beneficiary{}, err
		}
	}
	if err := insertBeneficiary(ctx, tx, b); err != nil {
		return Beneficiary{}, err
	}
	if tx.By.User != "" {
		a := Assignment{ID: store.NewID("asg"), Beneficiary: b.ID, User: access.UserID(tx.By.User),
			From:       ledger.DateOf(tx.At),
			AssignedBy: tx.By.User, AssignedAt: tx.At, admitted: true}
		if err := assign(ctx, tx, a); err != nil {
			return Beneficiary{}, err
		}
	}
	return b, access.Record(ctx, tx, access.Event{Action: "beneficiary.admitted", Subject: string(b.ID)})
}

// Beneficiary finds a beneficiary by id or code. [ErrUnknownBeneficiary], also for one whom the actor may not know of.
func (r Register) Beneficiary(ctx context.Context, tx *store.Tx, key string) (Beneficiary, error) {
	return readBeneficiary(ctx, tx, key)
}

// Codes are the codes of those of some beneficiaries that the actor may know of.
func Codes(ctx context.Context, tx *store.Tx, ids []BeneficiaryID) (map[BeneficiaryID]string, error) {
	return readCodes(ctx, tx, ids)
}

// Draft writes the first version of a plan. Its shares must sum to 100 percent and its categories stand in the chart. A
// plan without a number gets one.
func (r Register) Draft(ctx context.Context, tx *store.Tx, p Plan) (Plan, error) {
	p.Current.Kind, p.Current.Currency = FirstPlan, p.Currency
	var err error
	if p.Current, err = r.sound(ctx, tx, Plan{}, p.Current); err != nil {
		return Plan{}, err
	}
	p.ID, p.State, p.Version = PlanID(store.NewID("pln")), PlanDraft, 1
	p.Current.write(1, tx.By.User)
	for p.Number == "" { // numbers that people gave are stepped over
		n, err := access.Next(ctx, tx, "plan")
		if err != nil {
			return Plan{}, err
		}
		taken, err := planTaken(ctx, tx, fmt.Sprintf("P-%d", n))
		if err != nil {
			return Plan{}, err
		}
		if !taken {
			p.Number = fmt.Sprintf("P-%d", n)
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

// Plans lists a page of the plans whose people the actor may know of, by number.
func (r Register) Plans(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Plan, error) {
	return readPlans(ctx, tx, page)
}

// PlansByID reads plans in a constant number of queries for a caller that may know of them, such as for the
// disbursements under them that the actor may know of.
func (r Register) PlansByID(ctx context.Context, tx *store.Tx, ids []PlanID) (map[PlanID]Plan, error) {
	return readPlansByID(ctx, tx, ids)
}

// planInState finds a plan that is in one of the states. [StateConflict] otherwise.
func planInState(ctx context.Context, tx *store.Tx, key string, states ...PlanState) (Plan, error) {
	p, err := readPlan(ctx, tx, key)
	if err == nil && !slices.Contains(states, p.State) {
		return Plan{}, &StateConflict{p.State, states}
	}
	return p, err
}

// Versions lists a page of the versions of a plan, oldest first. [ErrUnknownPlan].
func (r Register) Versions(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]PlanVersion, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readVersions(ctx, tx, p.ID, page)
}
