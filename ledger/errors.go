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

// Overdrawn tells where a bank balance of a fund would fall below zero, and how far.
type Overdrawn struct {
	Fund    FundCode
	Account AccountNo
	On      Date
	Balance Money // what it would be
}

func (e *Overdrawn) Error() string {
	return fmt.Sprintf("ledger: account %s of fund %s would stand at %s %s on %s", e.Account, e.Fund, e.Balance, e.Balance.Currency, e.On)
}

// Unwrap makes errors.Is(err, ErrFundOverdrawn) true.
func (e *Overdrawn) Unwrap() error { return ErrFundOverdrawn }

// Exhausted tells how much of a pool of lots is there and how much was asked for.
type Exhausted struct {
	Pool        Pool
	Left, Asked Money
}

func (e *Exhausted) Error() string {
	return fmt.Sprintf("ledger: account %s of fund %s holds %s %s, asked for %s", e.Pool.Account, e.Pool.Fund, e.Left, e.Left.Currency, e.Asked)
}

// Unwrap makes errors.Is(err, ErrLotExhausted) true.
func (e *Exhausted) Unwrap() error { return ErrLotExhausted }
