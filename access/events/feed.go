package events

import (
	"context"
	"errors"
	"time"

	"supportledger/proof"
	"supportledger/store"
)

// ErrAhead refuses to go on behind a position that the books have not reached: they are an older copy of those that
// gave it.
var ErrAhead = errors.New("events: these books have not reached this position")

// Event is what happened, as a program is told: names and instants, nothing of what is in the books.
type Event struct {
	Position int64  // of its leaf, from 1; grows with each event, with gaps that other leaves fill
	ID       string // the same wherever and however often it is told
	Type     string // "disbursement.approved"
	Subject  string // id of what it was done to
	At       time.Time
}

// Filter chooses events: those behind a position, of some families, at most so many.
type Filter struct {
	After    int64    // 0 begins with the first
	Families []string // beginnings of types up to the dot; none of them is no event
	Limit    int
}

// List lists events in the order in which their acts were committed.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Event, error) {
	return readEvents(ctx, tx, f)
}

// Find finds an event by its id. [ErrNoEvent].
func Find(ctx context.Context, tx *store.Tx, id string) (Event, error) { return readEvent(ctx, tx, id) }

// ErrNoEvent is an event that there is not.
var ErrNoEvent = errors.New("events: there is no such event")

// Head is the position behind which nothing has happened yet.
func Head(ctx context.Context, tx *store.Tx) (int64, error) {
	tree, err := proof.Head(ctx, tx)
	if err != nil {
		return 0, err
	}
	return tree.Size, nil
}
