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
	ErrPendingVersion     = errors.New("beneficiaries: another version of the plan waits for a decision")
	ErrNoPendingVersion   = errors.New("beneficiaries: no version of the plan waits for this")
	ErrVersionStale       = errors.New("beneficiaries: support was given since the version was written")
	ErrReasonRequired     = errors.New("beneficiaries: a reason is required, as a code")
	ErrBudgetRate         = errors.New("beneficiaries: the budget rate is not between the plan's and base currency")
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
