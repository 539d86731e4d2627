package advances

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What advances refuse.
var (
	ErrUnknownPartner    = errors.New("advances: unknown partner")
	ErrUnknownTransfer   = errors.New("advances: unknown transfer")
	ErrDuplicatePartner  = errors.New("advances: partner exists")
	ErrDuplicateTransfer = errors.New("advances: transfer exists")
	ErrState             = errors.New("advances: state does not allow this")
	ErrBankCurrency      = errors.New("advances: the bank account is in another currency")
	ErrFeeExceedsAmount  = errors.New("advances: the fee is not smaller than the amount")
	ErrSameAccount       = errors.New("advances: money is exchanged between two accounts, one of them in base " +
		"currency")
	ErrUnknownPrepayment   = errors.New("advances: unknown prepayment")
	ErrDuplicatePrepayment = errors.New("advances: prepayment exists")
	ErrPrepaidExceeded     = errors.New("advances: less than that is left of what was paid ahead")
)

// StateConflict tells what state something is in and which it would have to be in.
type StateConflict struct {
	State string
	Want  []string
}

func (e *StateConflict) Error() string {
	return fmt.Sprintf("advances: state is %s, this needs %v", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrState) true.
func (e *StateConflict) Unwrap() error { return ErrState }

// PrepaidExceeded tells what is left of money paid ahead, and what was asked for.
type PrepaidExceeded struct {
	Number      string
	Left, Asked ledger.Money
}

func (e *PrepaidExceeded) Error() string {
	return fmt.Sprintf("advances: %s has %s left, asked for %s", e.Number, e.Left, e.Asked)
}

// Unwrap makes errors.Is(err, ErrPrepaidExceeded) true.
func (e *PrepaidExceeded) Unwrap() error { return ErrPrepaidExceeded }
