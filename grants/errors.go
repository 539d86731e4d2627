package grants

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What grants refuses. Details come as structs that unwrap to these.
var (
	ErrUnknownGrant       = errors.New("grants: unknown grant")
	ErrDuplicateGrant     = errors.New("grants: grant exists")
	ErrBudgetTotal        = errors.New("grants: budget does not sum to the grant")
	ErrBudgetCategory     = errors.New("grants: a category stands on two budget lines")
	ErrWrongRecognition   = errors.New("grants: the grant's policy recognises income otherwise")
	ErrBudgetExceeded     = errors.New("grants: not enough left in the grant")
	ErrGrantState         = errors.New("grants: the grant's state does not allow this")
	ErrLetterMissing      = errors.New("grants: the grantor's letter is not named")
	ErrBankNotInBase      = errors.New("grants: the bank account is in another currency")
	ErrOverClaimed        = errors.New("grants: more is disallowed than was claimed")
	ErrDuplicateFinding   = errors.New("grants: finding is booked already")
	ErrAdvanceOpen        = errors.New("grants: money or debts of the grant are still open")
	ErrOverspent          = errors.New("grants: more was spent than received")
	ErrAboveDeMinimis     = errors.New("grants: the rest is not small enough to be kept")
	ErrNoFinalAccount     = errors.New("grants: the grant has no final account")
	ErrReportDue          = errors.New("grants: the report was due, no more cost is taken")
	ErrDeferredOpen       = errors.New("grants: money received is not accounted for")
	ErrFindingOpen        = errors.New("grants: a finding is open")
	ErrCommitmentsOpen    = errors.New("grants: commitments of the grant are open")
	ErrDuplicateSchedule  = errors.New("grants: the grant's instalments are planned already")
	ErrScheduleTotal      = errors.New("grants: the instalments do not sum to the grant")
	ErrScheduleOrder      = errors.New("grants: the instalments are not in order of their days")
	ErrOverCancelled      = errors.New("grants: more is cancelled than is still to come")
	ErrUnknownInstalment  = errors.New("grants: no such instalment is planned")
	ErrUnknownCondition   = errors.New("grants: unknown condition")
	ErrDuplicateCondition = errors.New("grants: condition exists")
	ErrConditionOpen      = errors.New("grants: a condition of the grant holds the money back")
	ErrUnknownFinding     = errors.New("grants: unknown finding")
	ErrOverAnswered       = errors.New("grants: more of the finding is settled than is pending")
	ErrStatementMissing   = errors.New("grants: the final statement is not issued")
	ErrPolicyFixed        = errors.New("grants: money is booked under the policy as it was")
)

// refusal is an error with its figures in words. It unwraps to the sentinel of its kind.
type refusal struct {
	kind error
	text string
}

// refuse words a refusal: what the books say, and what was asked for.
func refuse(kind error, format string, args ...any) error {
	return &refusal{kind, "grants: " + fmt.Sprintf(format, args...)}
}

func (e *refusal) Error() string { return e.text }

func (e *refusal) Unwrap() error { return e.kind }

// BudgetTotal tells what a budget sums to and what it should.
type BudgetTotal struct{ Budget, Grant ledger.Money }

func (e *BudgetTotal) Error() string {
	return fmt.Sprintf("grants: budget sums to %s, the grant is %s %s", e.Budget, e.Grant, e.Grant.Currency)
}

// Unwrap makes errors.Is(err, ErrBudgetTotal) true.
func (e *BudgetTotal) Unwrap() error { return ErrBudgetTotal }

// BudgetExceeded tells what is left to promise in a grant, in base currency, and what was asked for.
type BudgetExceeded struct {
	Grant            string
	Available, Asked ledger.Money
}

func (e *BudgetExceeded) Error() string {
	return fmt.Sprintf("grants: %s has %s %s left, asked for %s", e.Grant, e.Available, e.Available.Currency, e.Asked)
}

// Unwrap makes errors.Is(err, ErrBudgetExceeded) true.
func (e *BudgetExceeded) Unwrap() error { return ErrBudgetExceeded }

// StateConflict tells what state a grant is in and what would be needed.
type StateConflict struct{ State, Want string }

func (e *StateConflict) Error() string {
	return fmt.Sprintf("grants: the grant is %s, this needs %s", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrGrantState) true.
func (e *StateConflict) Unwrap() error { return ErrGrantState }

// ConditionHolds names the condition that holds money back.
type ConditionHolds struct {
	Grant, Number string
	Kind          ConditionKind
	DueOn         ledger.Date
}

func (e *ConditionHolds) Error() string {
	return fmt.Sprintf("grants: condition %s (%s) of %s is not met", e.Number, e.Kind, e.Grant)
}

// Unwrap makes errors.Is(err, ErrConditionOpen) true.
func (e *ConditionHolds) Unwrap() error { return ErrConditionOpen }
