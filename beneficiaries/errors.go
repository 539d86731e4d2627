package beneficiaries

import (
	"errors"
	"fmt"
)

// What beneficiaries refuses.
var (
	ErrUnknownBeneficiary = errors.New("beneficiaries: unknown beneficiary")
	ErrUnknownPlan        = errors.New("beneficiaries: unknown plan")
	ErrUnknownLine        = errors.New("beneficiaries: the plan has no such line")
	ErrDuplicatePlan      = errors.New("beneficiaries: plan exists")
	ErrShares             = errors.New("beneficiaries: shares do not sum to 100 percent")
	ErrLines              = errors.New("beneficiaries: plan lines are malformed")
	ErrPlanState          = errors.New("beneficiaries: the plan's state does not allow this")
	ErrNothingDue         = errors.New("beneficiaries: nothing of this year is left to commit")
)

// StateConflict tells what state a plan is in and what would have to come first.
type StateConflict struct {
	State PlanState
	Want  []PlanState
}

func (e *StateConflict) Error() string {
	return fmt.Sprintf("beneficiaries: the plan is %s, this needs %v", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrPlanState) true.
func (e *StateConflict) Unwrap() error { return ErrPlanState }
