package grants

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What grants refuses. Details come as structs that unwrap to these.
var (
	ErrUnknownDonor     = errors.New("grants: unknown donor")
	ErrUnknownGrant     = errors.New("grants: unknown grant")
	ErrDuplicateDonor   = errors.New("grants: donor exists")
	ErrDuplicateGrant   = errors.New("grants: grant exists")
	ErrNameOfPerson     = errors.New("grants: a person's name is not kept here")
	ErrBudgetTotal      = errors.New("grants: budget does not sum to the grant")
	ErrBudgetCategory   = errors.New("grants: a category stands on two budget lines")
	ErrWrongRecognition = errors.New("grants: the grant's policy recognises income otherwise")
	ErrRateMissing      = errors.New("grants: exchange rate is missing")
	ErrBudgetExceeded   = errors.New("grants: not enough left in the grant")
)

// BudgetTotal tells what a budget sums to and what it should.
type BudgetTotal struct{ Budget, Grant ledger.Money }

func (e *BudgetTotal) Error() string {
	return fmt.Sprintf("grants: budget sums to %s, the grant is %s %s", e.Budget, e.Grant, e.Grant.Currency)
}

// Unwrap makes errors.Is(err, ErrBudgetTotal) true.
func (e *BudgetTotal) Unwrap() error { return ErrBudgetTotal }

// RateMissing names the two currencies that a rate is wanted between.
type RateMissing struct{ From, To ledger.Currency }

func (e *RateMissing) Error() string {
	return fmt.Sprintf("grants: no rate between %s and %s", e.From, e.To)
}

// Unwrap makes errors.Is(err, ErrRateMissing) true.
func (e *RateMissing) Unwrap() error { return ErrRateMissing }

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
