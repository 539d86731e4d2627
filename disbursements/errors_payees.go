package disbursements

import (
	"errors"
	"fmt"
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
	ErrPayeeUnbound      = errors.New("disbursements: no payee's bank details were on record when it was asked for")
	ErrUnknownBatch      = errors.New("disbursements: unknown payment batch")
	ErrDuplicateBatch    = errors.New("disbursements: payment batch exists")
	ErrUnknownOwnAccount = errors.New("disbursements: it is not on record where our bank account is")
	ErrBatchEmpty        = errors.New("disbursements: the payment batch is empty")
	ErrBatchBlocked      = errors.New("disbursements: bank details keep the payment batch back")
	ErrBatchChanged      = errors.New("disbursements: the payment batch is not what was locked")
	ErrBatchFile         = errors.New("disbursements: the file made again is not the one that was exported")
	ErrBatchUnproved     = errors.New("disbursements: the bank has not confirmed the whole payment batch")
	ErrInBatch           = errors.New("disbursements: it is in a payment batch")
)

// PayeeCooling tells when bank details may be paid to.
type PayeeCooling struct{ From time.Time }

func (e *PayeeCooling) Error() string {
	return "disbursements: the payee's bank details may be paid to from " + e.From.UTC().Format("2006-01-02 15:04") + " UTC"
}

// Unwrap makes errors.Is(err, ErrPayeeCooling) true.
func (e *PayeeCooling) Unwrap() error { return ErrPayeeCooling }

// BatchBlocked counts the payments of a batch that bank details keep back.
type BatchBlocked struct{ Blocked }

func (e *BatchBlocked) Error() string {
	return fmt.Sprintf("disbursements: bank details of %d payments were replaced since, of %d are not verified, of %d are verified too lately", e.Changed, e.Unverified, e.Cooling)
}

// Unwrap makes errors.Is(err, ErrBatchBlocked) true.
func (e *BatchBlocked) Unwrap() error { return ErrBatchBlocked }

// BatchUnproved counts the payments of a batch that the bank said nothing of.
type BatchUnproved struct{ Open int }

func (e *BatchUnproved) Error() string {
	return fmt.Sprintf("disbursements: %d payments are neither confirmed, nor returned, nor made again", e.Open)
}

// Unwrap makes errors.Is(err, ErrBatchUnproved) true.
func (e *BatchUnproved) Unwrap() error { return ErrBatchUnproved }

// InBatch names the batch that something is in.
type InBatch struct{ Batch string }

func (e *InBatch) Error() string { return "disbursements: it is in payment batch " + e.Batch }

// Unwrap makes errors.Is(err, ErrInBatch) true.
func (e *InBatch) Unwrap() error { return ErrInBatch }
