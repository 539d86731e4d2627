// Package documents holds that one document is one cost: a disbursement claims the document that it is asked for
// with, and no other is approved with the same one, nor with a bill of the same payee, number, amount and day. What
// looks like the same bill and is none, a second person lets through, with a reason. [Used] finds, [Lift] lets through.
package documents

import (
	"context"
	"errors"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrUsed    = errors.New("documents: the document is claimed by another disbursement")
	ErrNotUsed = errors.New("documents: no other disbursement claims the document")
)

// Use is another disbursement that claims the document of one.
type Use struct {
	Other  string // id
	Number string
	Same   string // document, or bill: payee, number, amount and day are the same
	Lifted bool   // a second person said that it is another cost
}

// UsedElsewhere names the disbursements that claim a document. It is an [ErrUsed].
type UsedElsewhere struct{ Numbers []string }

func (e *UsedElsewhere) Error() string { return ErrUsed.Error() + ": " + strings.Join(e.Numbers, ", ") }

// Unwrap makes errors.Is(err, ErrUsed) true.
func (e *UsedElsewhere) Unwrap() error { return ErrUsed }

// Used finds which others claim the documents of some disbursements, in a constant number of queries. Of two, the one
// that came first, or came further, claims it.
func Used(ctx context.Context, tx *store.Tx, ids []string) (map[string][]Use, error) {
	return readUses(ctx, tx, ids)
}

// Check refuses a disbursement whose document another one claims, and that nobody let through: [*UsedElsewhere].
func Check(ctx context.Context, tx *store.Tx, id string) error {
	uses, err := readUses(ctx, tx, []string{id})
	if err != nil {
		return err
	}
	var numbers []string
	for _, u := range uses[id] {
		if !u.Lifted && !slices.Contains(numbers, u.Number) {
			numbers = append(numbers, u.Number)
		}
	}
	if len(numbers) > 0 {
		return &UsedElsewhere{numbers}
	}
	return nil
}

// Lift lets a disbursement through although others claim its document, by somebody who neither wrote it nor asked for
// it ([access.ErrMakerCannotApprove]), with a reason ([ledger.ErrReasonRequired]). [ErrNotUsed] where nothing stands in
// the way.
func Lift(ctx context.Context, tx *store.Tx, id, reason string) error {
	if ledger.CheckReason(reason) != nil {
		return ledger.ErrReasonRequired
	}
	makers, err := readMakers(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := access.NotMine(ctx, tx, makers...); err != nil {
		return err
	}
	uses, err := readUses(ctx, tx, []string{id})
	if err != nil {
		return err
	}
	lifted := map[string]bool{}
	for _, u := range uses[id] {
		if u.Lifted || lifted[u.Other] {
			continue
		}
		lifted[u.Other] = true
		if err := insertLifting(ctx, tx, id, u.Other, reason); err != nil {
			return err
		}
	}
	if len(lifted) == 0 {
		return ErrNotUsed
	}
	return access.Record(ctx, tx, access.Event{Action: "disbursement.document_lifted", Subject: id,
		Fields: []string{"evidence"}, Reason: reason})
}
