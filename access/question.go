package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"supportledger/store"
)

// Question is something that is probably a slip: a caller who means it says why, under the code.
type Question struct {
	Code string
	Of   []string // what there is to say, in the order of the words for the code
}

// ErrUnconfirmed is the sentinel of [Unconfirmed].
var ErrUnconfirmed = errors.New("access: the request asks for something unusual")

// Unconfirmed lists the questions that a request has no reason for.
type Unconfirmed struct{ Questions []Question }

func (e *Unconfirmed) Error() string {
	codes := make([]string, len(e.Questions))
	for i, q := range e.Questions {
		codes[i] = q.Code
	}
	return fmt.Sprintf("%v: %s", ErrUnconfirmed, strings.Join(codes, ", "))
}

// Unwrap makes errors.Is(err, ErrUnconfirmed) true.
func (e *Unconfirmed) Unwrap() error { return ErrUnconfirmed }

type reasonsKey struct{}

// WithReasons lets acts ask: reasons holds what the caller said already, by code. Without it nothing is asked, as for
// what comes from the command line or a worked example.
func WithReasons(ctx context.Context, reasons map[string]string) context.Context {
	return context.WithValue(ctx, reasonsKey{}, reasons)
}

// confirmed are the codes whose reason this tx has on record.
type confirmed map[string]bool

// Confirm keeps the caller's reason for each question, once in a tx, and refuses with those that have none.
// [*Unconfirmed].
func Confirm(ctx context.Context, tx *store.Tx, questions ...Question) error {
	reasons, asks := ctx.Value(reasonsKey{}).(map[string]string)
	if !asks {
		return nil
	}
	var open []Question
	kept := store.TxLocal[confirmed](tx)
	for _, q := range questions {
		reason, given := reasons[q.Code]
		if !given {
			open = append(open, q)
			continue
		}
		if (*kept)[q.Code] {
			continue
		}
		if *kept == nil {
			*kept = confirmed{}
		}
		(*kept)[q.Code] = true
		if err := Record(ctx, tx, Event{Action: "question.confirmed", Subject: q.Code, Reason: reason}); err != nil {
			return err
		}
	}
	if len(open) > 0 {
		return &Unconfirmed{open}
	}
	return nil
}
