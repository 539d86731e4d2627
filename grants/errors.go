package grants

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What grants refuses. Details come as structs that unwrap to these.
var (
	ErrUnknownDonor        = errors.New("grants: unknown donor")
	ErrUnknownGrant        = errors.New("grants: unknown grant")
	ErrDuplicateDonor      = errors.New("grants: donor exists")
	ErrDuplicateGrant      = errors.New("grants: grant exists")
	ErrNameOfPerson        = errors.New("grants: a person's name is not kept here")
	ErrBudgetTotal         = errors.New("grants: budget does not sum to the grant")
	ErrBudgetCategory      = errors.New("grants: a category stands on two budget lines")
	ErrWrongRecognition    = errors.New("grants: the grant's policy recognises income otherwise")
	ErrRateMissing         = errors.New("grants: exchange rate is missing")
	ErrBudgetExceeded      = errors.New("grants: not enough left in the grant")
	ErrGrantState          = errors.New("grants: the grant's state does not allow this")
	ErrUnknownGift         = errors.New("grants: unknown gift")
	ErrDuplicateGift       = errors.New("grants: gift exists")
	ErrGiftRefunded        = errors.New("grants: gift was given back already")
	ErrLetterMissing       = errors.New("grants: the grantor's letter is not named")
	ErrGiftReversed        = errors.New("grants: the gift's entry was reversed")
	ErrGiftFee             = errors.New("grants: the fee takes all of the gift")
	ErrRefundDate          = errors.New("grants: a gift is given back on the day it came or later")
	ErrFundOfGrant         = errors.New("grants: the fund is a grant's")
	ErrNoValuation         = errors.New("grants: nothing says what it is worth")
	ErrInKindFund          = errors.New("grants: no grant pays for what is given in kind")
	ErrBankNotInBase       = errors.New("grants: the bank account is in another currency")
	ErrOverClaimed         = errors.New("grants: more is disallowed than was claimed")
	ErrDuplicateFinding    = errors.New("grants: finding is booked already")
	ErrAdvanceOpen         = errors.New("grants: money or debts of the grant are still open")
	ErrOverspent           = errors.New("grants: more was spent than received")
	ErrAboveDeMinimis      = errors.New("grants: the rest is not small enough to be kept")
	ErrNoFinalAccount      = errors.New("grants: the grant has no final account")
	ErrReportDue           = errors.New("grants: the report was due, no more cost is taken")
	ErrDeferredOpen        = errors.New("grants: money received is not accounted for")
	ErrFindingOpen         = errors.New("grants: a finding is open")
	ErrCommitmentsOpen     = errors.New("grants: commitments of the grant are open")
	ErrDuplicateSchedule   = errors.New("grants: the grant's instalments are planned already")
	ErrScheduleTotal       = errors.New("grants: the instalments do not sum to the grant")
	ErrScheduleOrder       = errors.New("grants: the instalments are not in order of their days")
	ErrOverCancelled       = errors.New("grants: more is cancelled than is still to come")
	ErrUnknownInstalment   = errors.New("grants: no such instalment is planned")
	ErrUnknownCondition    = errors.New("grants: unknown condition")
	ErrDuplicateCondition  = errors.New("grants: condition exists")
	ErrConditionOpen       = errors.New("grants: a condition of the grant holds the money back")
	ErrUnknownFinding      = errors.New("grants: unknown finding")
	ErrOverAnswered        = errors.New("grants: more of the finding is settled than is pending")
	ErrEvidenceOverclaimed = errors.New("grants: the shares of a cost are more than the document says")
	ErrCostClaimed         = errors.New("grants: the fund claims a share of the cost already")
	ErrCostAmount          = errors.New("grants: the cost was claimed at another amount")
	ErrCostLines           = errors.New("grants: a document is claimed as a whole or line by line")
	ErrUnknownPledge       = errors.New("grants: unknown pledge")
	ErrDuplicatePledge     = errors.New("grants: pledge exists")
	ErrPledgeMismatch      = errors.New("grants: the pledge is of another donor or fund")
	ErrStatementMissing    = errors.New("grants: the final statement is not issued")
	ErrPolicyFixed         = errors.New("grants: money is booked under the policy as it was")
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

// ReportDue tells until when cost of a grant's period could be paid.
type ReportDue struct {
	Grant string
	DueOn ledger.Date
}

func (e *ReportDue) Error() string {
	return fmt.Sprintf("grants: the report of %s was due on %s", e.Grant, e.DueOn)
}

// Unwrap makes errors.Is(err, ErrReportDue) true.
func (e *ReportDue) Unwrap() error { return ErrReportDue }

// DeferredOpen tells what still stands on 2100, in base currency; money to be spent is positive.
type DeferredOpen struct{ Balance ledger.Money }

func (e *DeferredOpen) Error() string {
	return fmt.Sprintf("grants: %s %s of what was received is not accounted for", e.Balance, e.Balance.Currency)
}

// Unwrap makes errors.Is(err, ErrDeferredOpen) true.
func (e *DeferredOpen) Unwrap() error { return ErrDeferredOpen }

// CommitmentsOpen tells what is still set aside for plans out of a grant, in base currency.
type CommitmentsOpen struct{ Amount ledger.Money }

func (e *CommitmentsOpen) Error() string {
	return fmt.Sprintf("grants: %s %s is still committed", e.Amount, e.Amount.Currency)
}

// Unwrap makes errors.Is(err, ErrCommitmentsOpen) true.
func (e *CommitmentsOpen) Unwrap() error { return ErrCommitmentsOpen }

// ScheduleTotal tells what planned instalments sum to and what they should.
type ScheduleTotal struct{ Planned, Grant ledger.Money }

func (e *ScheduleTotal) Error() string {
	return fmt.Sprintf("grants: the instalments sum to %s, the grant is %s %s", e.Planned, e.Grant, e.Grant.Currency)
}

// Unwrap makes errors.Is(err, ErrScheduleTotal) true.
func (e *ScheduleTotal) Unwrap() error { return ErrScheduleTotal }

// OverCancelled tells what of a grant is still to come and what was to be cancelled, in the grant's currency.
type OverCancelled struct{ Open, Asked ledger.Money }

func (e *OverCancelled) Error() string {
	return fmt.Sprintf("grants: %s %s is still to come, asked to cancel %s", e.Open, e.Open.Currency, e.Asked)
}

// Unwrap makes errors.Is(err, ErrOverCancelled) true.
func (e *OverCancelled) Unwrap() error { return ErrOverCancelled }

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

// FindingOpen tells what of a finding has no outcome, in base currency.
type FindingOpen struct {
	Number  string
	Pending ledger.Money
}

func (e *FindingOpen) Error() string {
	return fmt.Sprintf("grants: %s %s of finding %s is pending", e.Pending, e.Pending.Currency, e.Number)
}

// Unwrap makes errors.Is(err, ErrFindingOpen) true.
func (e *FindingOpen) Unwrap() error { return ErrFindingOpen }

// OverAnswered tells what of a finding is pending and what was to be settled, in base currency.
type OverAnswered struct {
	Number         string
	Pending, Asked ledger.Money
}

func (e *OverAnswered) Error() string {
	return fmt.Sprintf("grants: %s of finding %s is pending, asked to settle %s", e.Pending, e.Number, e.Asked)
}

// Unwrap makes errors.Is(err, ErrOverAnswered) true.
func (e *OverAnswered) Unwrap() error { return ErrOverAnswered }

// EvidenceOverclaimed tells what of a cost is left to claim and what a fund asked for, in base currency.
type EvidenceOverclaimed struct {
	Fund        ledger.FundCode
	Left, Asked ledger.Money
}

func (e *EvidenceOverclaimed) Error() string {
	return fmt.Sprintf("grants: %s %s of the cost is left, %s asked for %s", e.Left, e.Left.Currency, e.Fund, e.Asked)
}

// Unwrap makes errors.Is(err, ErrEvidenceOverclaimed) true.
func (e *EvidenceOverclaimed) Unwrap() error { return ErrEvidenceOverclaimed }

// CostAmount tells at what amount a cost was claimed first, and what was said now, in base currency.
type CostAmount struct{ Known, Said ledger.Money }

func (e *CostAmount) Error() string {
	return fmt.Sprintf("grants: the cost is %s %s, not %s", e.Known, e.Known.Currency, e.Said)
}

// Unwrap makes errors.Is(err, ErrCostAmount) true.
func (e *CostAmount) Unwrap() error { return ErrCostAmount }
