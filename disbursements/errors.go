package disbursements

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// What disbursements refuses.
var (
	ErrUnknownPartner      = errors.New("disbursements: unknown partner")
	ErrUnknownTransfer     = errors.New("disbursements: unknown transfer")
	ErrUnknownDisbursement = errors.New("disbursements: unknown disbursement")
	ErrDuplicatePartner    = errors.New("disbursements: partner exists")
	ErrDuplicateTransfer   = errors.New("disbursements: transfer exists")
	ErrState               = errors.New("disbursements: state does not allow this")
	ErrReasonRequired      = errors.New("disbursements: a reason is required")
	ErrBankCurrency        = errors.New("disbursements: the bank account is in another currency")
	ErrFeeExceedsAmount    = errors.New("disbursements: the fee is not smaller than the amount")
	ErrSameAccount         = errors.New("disbursements: money is exchanged between two accounts, one of them in base currency")
	ErrPartOfAct           = errors.New("disbursements: the entry goes with another one")
	ErrPlanNotApproved     = errors.New("disbursements: the plan is not approved")
)

// StateConflict tells what state something is in and which it would have to be in.
type StateConflict struct {
	State string
	Want  []string
}

func (e *StateConflict) Error() string {
	return fmt.Sprintf("disbursements: state is %s, this needs %v", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrState) true.
func (e *StateConflict) Unwrap() error { return ErrState }

// PartOfAct names the entry that another one goes with.
type PartOfAct struct{ With ledger.EntryID }

func (e *PartOfAct) Error() string { return ErrPartOfAct.Error() }

// Unwrap makes errors.Is(err, ErrPartOfAct) true.
func (e *PartOfAct) Unwrap() error { return ErrPartOfAct }
