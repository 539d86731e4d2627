package disbursements

import (
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
)

// What disbursements refuses.
var (
	ErrUnknownDisbursement = errors.New("disbursements: unknown disbursement")
	ErrPartOfAct           = errors.New("disbursements: the entry goes with another one")
	ErrSettlement          = errors.New("disbursements: it is settled in another way")
	ErrIncomplete          = errors.New("disbursements: this way of settling needs more")
	ErrReceiptsDiffer      = errors.New("disbursements: receipts and returned cash are not the float")
	ErrOutsidePeriod       = errors.New("disbursements: the cost falls outside the grant's period")
	ErrGated               = errors.New("disbursements: a milestone of the plan holds the money back")
	ErrPlanNotApproved     = errors.New("disbursements: the plan is not approved")
	ErrPlanChanged         = errors.New("disbursements: the plan was changed since it was asked for")
	ErrNotAsked            = errors.New("disbursements: nobody of this role has to decide on it")
	ErrEmergency           = errors.New("disbursements: the emergency path is not open for this")
	ErrUnknownPolicy       = errors.New("disbursements: unknown approval policy")
	ErrPolicyShape         = errors.New("disbursements: every disbursement needs somebody who approves and somebody " +
		"who authorises, from today on at the earliest")
	ErrFindingElsewhere = errors.New("disbursements: no grant that paid has this finding")
	ErrBooked           = errors.New("disbursements: its cost is in the books; cancel it, which reverses that")
	ErrReserved         = errors.New("disbursements: it lies in a payment batch; take it out first")
)

// StateConflict is that of advances: a thing in the wrong state is refused alike in this folder.
type StateConflict = advances.StateConflict

// PartOfAct names the entry that another one goes with.
type PartOfAct struct{ With ledger.EntryID }

func (e *PartOfAct) Error() string { return ErrPartOfAct.Error() }

// Unwrap makes errors.Is(err, ErrPartOfAct) true.
func (e *PartOfAct) Unwrap() error { return ErrPartOfAct }

// Incomplete names a field that a way of settling needs.
type Incomplete struct {
	Settlement Settlement
	Field      string
}

func (e *Incomplete) Error() string {
	return fmt.Sprintf("disbursements: settlement by %s needs %s", e.Settlement, e.Field)
}

// Unwrap makes errors.Is(err, ErrIncomplete) true.
func (e *Incomplete) Unwrap() error { return ErrIncomplete }

// WrongSettlement tells how a disbursement is settled, and which ways an act is for.
type WrongSettlement struct {
	Is   Settlement
	Want []Settlement
}

func (e *WrongSettlement) Error() string {
	return fmt.Sprintf("disbursements: it is settled by %s, this is for %v", e.Is, e.Want)
}

// Unwrap makes errors.Is(err, ErrSettlement) true.
func (e *WrongSettlement) Unwrap() error { return ErrSettlement }

// settledBy wants one of the ways to settle.
func (d Disbursement) CheckSettlement(kinds ...Settlement) error {
	if slices.Contains(kinds, d.Settlement) {
		return nil
	}
	return &WrongSettlement{d.Settlement, kinds}
}

// ReceiptsDiffer tells what receipts and returned cash come to, and what the float is.
type ReceiptsDiffer struct{ Accounted, Float ledger.Money }

func (e *ReceiptsDiffer) Error() string {
	return fmt.Sprintf("disbursements: receipts and returned cash are %s, the float is %s", e.Accounted, e.Float)
}

// Unwrap makes errors.Is(err, ErrReceiptsDiffer) true.
func (e *ReceiptsDiffer) Unwrap() error { return ErrReceiptsDiffer }

// OutsidePeriod tells the period of a grant and the day of a cost outside it.
type OutsidePeriod struct {
	Grant    string
	From, To ledger.Date
	On       ledger.Date
}

func (e *OutsidePeriod) Error() string {
	return fmt.Sprintf("disbursements: %s pays cost from %s to %s, not of %s", e.Grant, e.From, e.To, e.On)
}

// Unwrap makes errors.Is(err, ErrOutsidePeriod) true.
func (e *OutsidePeriod) Unwrap() error { return ErrOutsidePeriod }

// NotAsked tells who is still needed, where somebody of another role would decide.
type NotAsked struct {
	Step        access.Step
	StillNeeded []Need
	Could       []string // work names of those who could
}

func (e *NotAsked) Error() string {
	return fmt.Sprintf("disbursements: to %s still needs %s", e.Step, needsText(e.StillNeeded))
}

// Unwrap makes errors.Is(err, ErrNotAsked) true.
func (e *NotAsked) Unwrap() error { return ErrNotAsked }

// EmergencyRefused tells the limits of the emergency path.
type EmergencyRefused struct {
	Limit      ledger.Money
	PerQuarter int // of one plan
}

func (e *EmergencyRefused) Error() string {
	return fmt.Sprintf("disbursements: an emergency is for one plan, at most %s, and %d in a quarter", e.Limit,
		e.PerQuarter)
}

// Unwrap makes errors.Is(err, ErrEmergency) true.
func (e *EmergencyRefused) Unwrap() error { return ErrEmergency }

// Moved refuses an act on something that is a step further: Next is the act that is due instead, and Could are those
// who could take it. It is an [advances.ErrState].
type Moved struct {
	StateConflict
	Next  Action
	Could []string
}

// Unwrap is the conflict of states.
func (e *Moved) Unwrap() error { return &e.StateConflict }

// AtItem is what is wrong with one of many, such as a line of a report, from 0.
type AtItem struct {
	Item int
	Err  error
}

func (e *AtItem) Error() string { return fmt.Sprintf("item %d: %v", e.Item, e.Err) }

// Unwrap is what is wrong.
func (e *AtItem) Unwrap() error { return e.Err }
