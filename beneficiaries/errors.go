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
	ErrNotOnCase          = errors.New("beneficiaries: the user is not on this case")
	ErrAssigned           = errors.New("beneficiaries: the user is on this case in those days")
	ErrUnknownAssignment  = errors.New("beneficiaries: unknown place on a case")
	ErrDays               = errors.New("beneficiaries: these days cannot be")
	ErrReason             = errors.New("beneficiaries: a reason is needed")
	ErrFields             = errors.New("beneficiaries: no such fields of an identity")
	ErrOpeningBudget      = errors.New("beneficiaries: as many identities were opened today as a day allows")
	ErrUnknownNotice      = errors.New("beneficiaries: unknown notice")
	ErrUnknownDuplicate   = errors.New("beneficiaries: unknown likeness")
	ErrUnknownConsent     = errors.New("beneficiaries: unknown consent")
	ErrRevoked            = errors.New("beneficiaries: the consent is revoked")
	ErrHousehold          = errors.New("beneficiaries: this household cannot be")
	ErrEnded              = errors.New("beneficiaries: the support has ended")
	ErrNotErased          = errors.New("beneficiaries: the person was not erased")
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
