package paymentbatch

import (
	"errors"
	"fmt"
)

// What payment batches refuse.
var (
	ErrUnknownBatch   = errors.New("paymentbatch: unknown payment batch")
	ErrDuplicateBatch = errors.New("paymentbatch: payment batch exists")
	ErrBatchEmpty     = errors.New("paymentbatch: the payment batch is empty")
	ErrBatchBlocked   = errors.New("paymentbatch: bank details keep the payment batch back")
	ErrBatchChanged   = errors.New("paymentbatch: the payment batch is not what was locked")
	ErrBatchFile      = errors.New("paymentbatch: the file made again is not the one that was exported")
	ErrBatchUnproved  = errors.New("paymentbatch: the bank has not confirmed the whole payment batch")
)

// BatchBlocked counts the payments of a batch that bank details keep back.
type BatchBlocked struct{ Blocked }

func (e *BatchBlocked) Error() string {
	return fmt.Sprintf("disbursements: bank details of %d payments were replaced since, of %d are not verified, of %d "+
		"are verified too lately", e.Changed, e.Unverified, e.Cooling)
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
