package disbursements

import (
	"errors"
	"time"
)

// What payees and payment batches refuse.
var (
	ErrUnknownPayee      = errors.New("disbursements: unknown payee")
	ErrUnknownDetails    = errors.New("disbursements: the payee has no such version of bank details")
	ErrDuplicatePayee    = errors.New("disbursements: payee exists")
	ErrPayeeTells        = errors.New("disbursements: code or alias of a payee tells too much, or holds what a bank does not take")
	ErrIncompleteAccount = errors.New("disbursements: the account is not complete")
	ErrPayeeUnverified   = errors.New("disbursements: the payee's bank details are not verified")
	ErrPayeeCooling      = errors.New("disbursements: the payee's bank details are verified too lately")
	ErrPayeeChanged      = errors.New("disbursements: the payee's bank details changed since")
)

// PayeeCooling tells when bank details may be paid to.
type PayeeCooling struct{ From time.Time }

func (e *PayeeCooling) Error() string {
	return "disbursements: the payee's bank details may be paid to from " + e.From.UTC().Format("2006-01-02 15:04") + " UTC"
}

// Unwrap makes errors.Is(err, ErrPayeeCooling) true.
func (e *PayeeCooling) Unwrap() error { return ErrPayeeCooling }
