package payees

import (
	"context"
	"errors"
	"fmt"

	"supportledger/ledger"
	"supportledger/store"
)

// Means is how money of ours gets to whoever is paid; "" where none leaves.
type Means string

// The means. A transfer goes to verified bank details of a payee on record, whatever it comes to. A card and cash need
// no bank details: they have a limit, and a receipt is owed.
const (
	ByTransfer Means = "transfer"
	ByCard     Means = "card"
	InCash     Means = "cash"
)

// Usual is the means where none was chosen: without a payee there is no account to transfer to.
func Usual(payee string) Means {
	if payee == "" {
		return ByCard
	}
	return ByTransfer
}

// Unverified reports whether money leaves without bank details that somebody verified.
func (m Means) Unverified() bool { return m == ByCard || m == InCash }

// ErrUnregistered is the sentinel of [Unregistered], ErrOverCardLimit that of [OverCardLimit].
var (
	ErrUnregistered  = errors.New("payees: a transfer goes to a payee on record")
	ErrOverCardLimit = errors.New("payees: more than may be paid by card or in cash")
)

// Unregistered is a transfer to a code that is nobody's on record, or to no payee at all.
type Unregistered struct{ Payee string }

func (e *Unregistered) Error() string { return fmt.Sprintf("%v, not to %q", ErrUnregistered, e.Payee) }

// Unwrap makes errors.Is(err, ErrUnregistered) true.
func (e *Unregistered) Unwrap() error { return ErrUnregistered }

// OverCardLimit tells what is paid by card or in cash, with what went the same way within thirty days, and the limit.
type OverCardLimit struct{ Asked, Limit ledger.Money }

func (e *OverCardLimit) Error() string {
	return fmt.Sprintf("%v: %s of %s", ErrOverCardLimit, e.Asked, e.Limit)
}

// Unwrap makes errors.Is(err, ErrOverCardLimit) true.
func (e *OverCardLimit) Unwrap() error { return ErrOverCardLimit }

// CheckOnRecord wants somebody on record to be paid under a code. [*Unregistered].
func CheckOnRecord(ctx context.Context, tx *store.Tx, payee string) error {
	known, err := isOnRecord(ctx, tx, payee)
	if err == nil && !known {
		err = &Unregistered{payee}
	}
	return err
}
