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
	ErrPolicyFixed      = errors.New("grants: money is booked under the policy as it was")
	ErrWrongRecognition = errors.New("grants: the grant's policy recognises income otherwise")
	ErrRateMissing      = errors.New("grants: exchange rate is missing")
	ErrBudgetExceeded   = errors.New("grants: not enough left in the grant")
	ErrGrantState       = errors.New("grants: the grant's state does not allow this")
	ErrUnknownGift      = errors.New("grants: unknown gift")
	ErrDuplicateGift    = errors.New("grants: gift exists")
	ErrGiftRefunded     = errors.New("grants: gift was given back already")
	ErrFundOfGrant      = errors.New("grants: the fund is a grant's")
	ErrInKindFund       = errors.New("grants: no grant pays for what is given in kind")
	ErrBankNotInBase    = errors.New("grants: the bank account is in another currency")
	ErrOverClaimed      = errors.New("grants: more is disallowed than was claimed")
	ErrDuplicateFinding = errors.New("grants: finding is booked already")
	ErrAdvanceOpen      = errors.New("grants: money or debts of the grant are still open")
	ErrOverspent        = errors.New("grants: more was spent than received")
	ErrAboveDeMinimis   = errors.New("grants: the rest is not small enough to be kept")
	ErrNoFinalAccount   = errors.New("grants: the grant has no final account")
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

// StateConflict tells what state a grant is in and what would be needed.
type StateConflict struct{ State, Want string }

func (e *StateConflict) Error() string {
	return fmt.Sprintf("grants: the grant is %s, this needs %s", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrGrantState) true.
func (e *StateConflict) Unwrap() error { return ErrGrantState }

// OverClaimed tells what a grant carries in a category and what was to be taken off it, in base currency.
type OverClaimed struct {
	Category            string
	Claimed, Disallowed ledger.Money
}

func (e *OverClaimed) Error() string {
	return fmt.Sprintf("grants: %s of %s was claimed, %s disallowed", e.Category, e.Claimed, e.Disallowed)
}

// Unwrap makes errors.Is(err, ErrOverClaimed) true.
func (e *OverClaimed) Unwrap() error { return ErrOverClaimed }

// AdvanceOpen names an account on which a grant still has something, in base currency.
type AdvanceOpen struct {
	Account ledger.AccountNo
	Balance ledger.Money
}

func (e *AdvanceOpen) Error() string {
	return fmt.Sprintf("grants: account %s still holds %s %s", e.Account, e.Balance, e.Balance.Currency)
}

// Unwrap makes errors.Is(err, ErrAdvanceOpen) true.
func (e *AdvanceOpen) Unwrap() error { return ErrAdvanceOpen }

// AboveDeMinimis tells what is unspent and what may be kept, in the grant's currency.
type AboveDeMinimis struct{ Rest, Limit ledger.Money }

func (e *AboveDeMinimis) Error() string {
	return fmt.Sprintf("grants: %s %s is unspent, %s may be kept", e.Rest, e.Rest.Currency, e.Limit)
}

// Unwrap makes errors.Is(err, ErrAboveDeMinimis) true.
func (e *AboveDeMinimis) Unwrap() error { return ErrAboveDeMinimis }
