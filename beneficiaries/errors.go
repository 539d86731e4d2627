package beneficiaries

import (
	"errors"
	"fmt"

	"supportledger/ledger"
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
	ErrWord               = errors.New("beneficiaries: a word of the plans needs a code, names in both languages, and " +
		"an account if it is a category")
	ErrDuplicateWord    = errors.New("beneficiaries: the plans have this word already")
	ErrUnknownWord      = errors.New("beneficiaries: the plans have no such word")
	ErrSchedule         = errors.New("beneficiaries: the schedule is not one that plans understand")
	ErrPayeeCode        = errors.New("beneficiaries: a payee is named by a code")
	ErrUnknownPayee     = errors.New("beneficiaries: no payee of that code is on record")
	ErrPayeeKind        = errors.New("beneficiaries: the payee is not of a kind that is paid for this")
	ErrCountry          = errors.New("beneficiaries: a country is two letters")
	ErrUnfunded         = errors.New("beneficiaries: the caps of the funds do not reach for the plan")
	ErrMilestones       = errors.New("beneficiaries: the milestones are malformed")
	ErrUnknownMilestone = errors.New("beneficiaries: the plan has no such milestone")
	ErrNothingDue       = errors.New("beneficiaries: nothing of this year is left to commit")
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

// UnknownWord names a word that the plans do not have.
type UnknownWord struct {
	Kind WordKind
	Code string
}

func (e *UnknownWord) Error() string {
	return fmt.Sprintf("beneficiaries: the plans have no %s %q", e.Kind, e.Code)
}

// Unwrap makes errors.Is(err, ErrUnknownWord) true.
func (e *UnknownWord) Unwrap() error { return ErrUnknownWord }

// BadSchedule tells what is wrong with a schedule.
type BadSchedule struct {
	Rule string
	Why  string
}

func (e *BadSchedule) Error() string {
	return fmt.Sprintf("beneficiaries: schedule %q: %s", e.Rule, e.Why)
}

// Unwrap makes errors.Is(err, ErrSchedule) true.
func (e *BadSchedule) Unwrap() error { return ErrSchedule }

// Unfunded tells what the caps of the funds do not reach for, in base currency.
type Unfunded struct{ Missing ledger.Money }

func (e *Unfunded) Error() string {
	return fmt.Sprintf("beneficiaries: %s %s of the plan are beyond the caps of its funds", e.Missing, e.Missing.Currency)
}

// Unwrap makes errors.Is(err, ErrUnfunded) true.
func (e *Unfunded) Unwrap() error { return ErrUnfunded }
