package ledger

import (
	"errors"
	"fmt"
)

// What the ledger refuses. Details come as structs that unwrap to these.
var (
	ErrAmount          = errors.New("ledger: not an amount")
	ErrDate            = errors.New("ledger: not a date")
	ErrUnbalanced      = errors.New("ledger: entry does not balance")
	ErrEntryShape      = errors.New("ledger: entry is malformed")
	ErrBooksMixed      = errors.New("ledger: actual and budgetary lines in one entry")
	ErrUnknownAccount  = errors.New("ledger: unknown account")
	ErrUnknownFund     = errors.New("ledger: unknown fund")
	ErrUnknownEntry    = errors.New("ledger: unknown entry")
	ErrPeriodClosed    = errors.New("ledger: period is closed")
	ErrFundOverdrawn   = errors.New("ledger: fund's bank balance would fall below zero")
	ErrLotExhausted    = errors.New("ledger: not enough in the lots")
	ErrNotOpened       = errors.New("ledger: books are not opened")
	ErrAlreadyOpened   = errors.New("ledger: books are opened already")
	ErrDuplicateFund   = errors.New("ledger: fund exists")
	ErrDuplicateNumber = errors.New("ledger: account exists")
	ErrPeriodOrder     = errors.New("ledger: period cannot take this state")

	ErrReasonRequired     = errors.New("ledger: a reason of at least ten letters is required")
	ErrEntryPosted        = errors.New("ledger: a posted entry is never changed")
	ErrAlreadyReversed    = errors.New("ledger: entry is reversed already")
	ErrReversalOfReversal = errors.New("ledger: a reversal is not reversed")
	ErrReversalDate       = errors.New("ledger: a reversal is not dated before its entry")
	ErrCorrectByAct       = errors.New("ledger: an entry that an act made is reversed, and the act done again")
	ErrExternalIDTaken    = errors.New("ledger: external id is taken")
	ErrUnknownDraft       = errors.New("ledger: unknown draft")
	ErrCheckFails         = errors.New("ledger: the close checklist is not done")
	ErrUnknownCheck       = errors.New("ledger: the checklist has no such check to sign off")
	ErrReopeningPending   = errors.New("ledger: a reopening of the month waits for approval")
	ErrUnknownReopening   = errors.New("ledger: unknown reopening")
	ErrYearClosed         = errors.New("ledger: the year's income and expense are closed already")
	ErrYearOrder          = errors.New("ledger: an earlier year is not closed")
	ErrLoanExceeded       = errors.New("ledger: more would be repaid than is owed")
	ErrSameFund           = errors.New("ledger: a fund does not lend to itself")
)

// Unbalanced tells by how much a fund's lines are off, in base currency.
type Unbalanced struct {
	Fund FundCode
	Off  Money
}

func (e *Unbalanced) Error() string {
	return fmt.Sprintf("ledger: lines of fund %s are off by %s %s", e.Fund, e.Off, e.Off.Currency)
}

// Unwrap makes errors.Is(err, ErrUnbalanced) true.
func (e *Unbalanced) Unwrap() error { return ErrUnbalanced }

// Unknown names what an entry refers to and the books do not know. Line counts from 0; -1 where no line is meant.
type Unknown struct {
	Line int
	Name string
	Kind error // ErrUnknownAccount, ErrUnknownFund
}

func (e *Unknown) Error() string { return fmt.Sprintf("%v: %q", e.Kind, e.Name) }

// Unwrap is the kind.
func (e *Unknown) Unwrap() error { return e.Kind }

// Shape is a part of an entry that no entry may have.
type Shape struct {
	Line int // from 0; -1 for the entry as a whole
	Why  string
}

func (e *Shape) Error() string { return "ledger: " + e.Why }

// Unwrap makes errors.Is(err, ErrEntryShape) true.
func (e *Shape) Unwrap() error { return ErrEntryShape }

// PeriodClosed names the closed month and the first open day after it, "" where none is open.
type PeriodClosed struct {
	Month     string
	FirstOpen Date
}

func (e *PeriodClosed) Error() string { return fmt.Sprintf("ledger: %s is closed", e.Month) }

// Unwrap makes errors.Is(err, ErrPeriodClosed) true.
func (e *PeriodClosed) Unwrap() error { return ErrPeriodClosed }

// OutOfOrder names the month that keeps a month from the state that was asked for, the oldest of them.
type OutOfOrder struct {
	Month, Other string
	State        PeriodState // of the other one: open, or closed
}

func (e *OutOfOrder) Error() string {
	return fmt.Sprintf("ledger: %s waits: %s is %s", e.Month, e.Other, e.State)
}

// Unwrap makes errors.Is(err, ErrPeriodOrder) true.
func (e *OutOfOrder) Unwrap() error { return ErrPeriodOrder }

// Overdrawn tells where a bank balance of a fund would fall below zero, and how far.
type Overdrawn struct {
	Fund    FundCode
	Account AccountNo
	On      Date
	Balance Money // what it would be
}

func (e *Overdrawn) Error() string {
	return fmt.Sprintf("ledger: account %s of fund %s would stand at %s %s on %s", e.Account, e.Fund, e.Balance,
		e.Balance.Currency, e.On)
}

// Unwrap makes errors.Is(err, ErrFundOverdrawn) true.
func (e *Overdrawn) Unwrap() error { return ErrFundOverdrawn }

// Exhausted tells how much of a pool of lots is there and how much was asked for.
type Exhausted struct {
	Pool        Pool
	Left, Asked Money
}

func (e *Exhausted) Error() string {
	return fmt.Sprintf("ledger: account %s of fund %s holds %s %s, asked for %s", e.Pool.Account, e.Pool.Fund, e.Left,
		e.Left.Currency, e.Asked)
}

// Unwrap makes errors.Is(err, ErrLotExhausted) true.
func (e *Exhausted) Unwrap() error { return ErrLotExhausted }

// EntryPosted names the entry that cannot be changed.
type EntryPosted struct{ Entry EntryID }

func (e *EntryPosted) Error() string { return ErrEntryPosted.Error() + "; reverse it" }

// Unwrap makes errors.Is(err, ErrEntryPosted) true.
func (e *EntryPosted) Unwrap() error { return ErrEntryPosted }

// AlreadyReversed names the reversal that is there.
type AlreadyReversed struct{ By EntryID }

func (e *AlreadyReversed) Error() string { return ErrAlreadyReversed.Error() }

// Unwrap makes errors.Is(err, ErrAlreadyReversed) true.
func (e *AlreadyReversed) Unwrap() error { return ErrAlreadyReversed }

// ExternalIDTaken names the entry that has the external id.
type ExternalIDTaken struct {
	ID string
	By EntryID
}

func (e *ExternalIDTaken) Error() string { return ErrExternalIDTaken.Error() }

// Unwrap makes errors.Is(err, ErrExternalIDTaken) true.
func (e *ExternalIDTaken) Unwrap() error { return ErrExternalIDTaken }

// LoanExceeded tells what one fund owes another and what was to be repaid.
type LoanExceeded struct{ Owed, Asked Money }

func (e *LoanExceeded) Error() string {
	return fmt.Sprintf("ledger: %s %s is owed, %s was to be repaid", e.Owed, e.Owed.Currency, e.Asked)
}

// Unwrap makes errors.Is(err, ErrLoanExceeded) true.
func (e *LoanExceeded) Unwrap() error { return ErrLoanExceeded }
