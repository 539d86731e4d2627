package payees

import (
	"errors"
	"time"

	"supportledger/disbursements/iso20022"
)

// What payees refuse.
var (
	ErrUnknown           = errors.New("payees: unknown payee")
	ErrUnknownDetails    = errors.New("payees: the payee has no such version of bank details")
	ErrDuplicate         = errors.New("payees: payee exists")
	ErrTells             = errors.New("payees: code or alias of a payee tells too much, or a bank does not take it")
	ErrIncompleteAccount = errors.New("payees: the account is not complete")
	ErrVerified          = errors.New("payees: the payee's bank details are verified already")
	ErrUnverified        = errors.New("payees: the payee's bank details are not verified")
	ErrCooling           = errors.New("payees: the payee's bank details are verified too lately")
	ErrChanged           = errors.New("payees: the payee's bank details changed since")
	ErrOwnAccount        = errors.New("payees: the account is our own")
	ErrOtherCreditor     = errors.New("payees: the bill is of another creditor than the payee's bank details")
	ErrUnbound           = errors.New("payees: no payee's bank details were on record when it was asked for")
)

// PayeeCooling tells when bank details may be paid to.
type Cooling struct{ From time.Time }

func (e *Cooling) Error() string {
	return "disbursements: the payee's bank details may be paid to from " + e.From.UTC().Format("2006-01-02 15:04") +
		" UTC"
}

// Unwrap makes errors.Is(err, ErrPayeeCooling) true.
func (e *Cooling) Unwrap() error { return ErrCooling }

// Letters says what to send instead of a text with letters that banks do not take.
type Letters struct{ Instead string }

func (e *Letters) Error() string { return "payees: banks take other letters: " + e.Instead }

// Unwrap makes errors.Is(err, ErrTells) true.
func (e *Letters) Unwrap() error { return ErrTells }

// CheckNeutral is [Neutral] with what to send instead, where only letters are in the way: [*Letters], or [ErrTells].
func CheckNeutral(text string) error {
	if Neutral(text) {
		return nil
	}
	if instead := iso20022.Transliterated(text); instead != text && Neutral(instead) {
		return &Letters{instead}
	}
	return ErrTells
}
