package banking

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What payments, bank lines and batches refuse.
var (
	ErrUnknownPayment    = errors.New("banking: unknown payment")
	ErrUnknownBankLine   = errors.New("banking: unknown bank line")
	ErrDuplicatePayment  = errors.New("banking: payment exists")
	ErrBankDifference    = errors.New("banking: the bank line does not prove this amount")
	ErrReissued          = errors.New("banking: it was paid again already")
	ErrUnknownBankImport = errors.New("banking: unknown bank statement")
	ErrBankFileKnown     = errors.New("banking: the bank's file is here already")
	ErrNoNewLines        = errors.New("banking: every line of the bank's file is on record")
	ErrBankLinesMatched  = errors.New("banking: a line of the bank's file proved something")
	ErrOtherBankAccount  = errors.New("banking: the bank's file is of another account than those before")
	ErrMatchShape        = errors.New("banking: many lines and many payments are not matched at once")
	ErrUnknownOwnAccount = errors.New("banking: it is not on record where our bank account is")
	ErrInBatch           = errors.New("banking: it is in a payment batch")
	ErrNamedByBank       = errors.New("banking: a line of the bank names the payment and nothing explains the line")
	ErrNothingMoved      = errors.New("banking: a line of the bank moves some money")
	ErrUnexplained       = errors.New("banking: nothing explains the bank line")
	ErrUnknownRule       = errors.New("banking: unknown rule for bank lines")
	ErrRule              = errors.New("banking: no line could be booked by the rule")
)

// BankDifference tells what a bank line has left to prove, and what it would have to prove.
type BankDifference struct {
	Account      ledger.AccountNo
	Left, Wanted ledger.Money
}

func (e *BankDifference) Error() string {
	return fmt.Sprintf("disbursements: the bank line of account %s has %s left, not %s", e.Account, e.Left, e.Wanted)
}

// Unwrap makes errors.Is(err, ErrBankDifference) true.
func (e *BankDifference) Unwrap() error { return ErrBankDifference }

// Reissued names the payment that was made in place of another.
type Reissued struct{ By string }

func (e *Reissued) Error() string { return "disbursements: it was paid again as " + e.By }

// Unwrap makes errors.Is(err, ErrReissued) true.
func (e *Reissued) Unwrap() error { return ErrReissued }

// InBatch names the batch that something is in.
type InBatch struct{ Batch string }

func (e *InBatch) Error() string { return "disbursements: it is in payment batch " + e.Batch }

// Unwrap makes errors.Is(err, ErrInBatch) true.
func (e *InBatch) Unwrap() error { return ErrInBatch }

// NamedByBank tells which line of the bank names a payment.
type NamedByBank struct{ Line BankLineID }

func (e *NamedByBank) Error() string {
	return "banking: line " + string(e.Line) + " of the bank names the payment and nothing explains the line"
}

// Unwrap makes errors.Is(err, ErrNamedByBank) true.
func (e *NamedByBank) Unwrap() error { return ErrNamedByBank }
