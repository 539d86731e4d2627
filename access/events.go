package access

import (
	"context"
	"time"

	"supportledger/store"
)

// Recorded is an audit event as it was written.
type Recorded struct {
	Event
	ID      string
	At      time.Time
	Actor   UserID // "" is the system, or the machine's operator
	Handle  string // of the actor
	Token   string
	Request string
}

// EventFilter chooses audit events; what is empty chooses all.
type EventFilter struct {
	Actor   UserID
	Action  string // whole, or its beginning up to the dot: "token"
	Subject string // what it was done to, or whom it was done for
	Request string
	From    time.Time    // included
	Until   time.Time    // not included
	Page    store.Keyset // by id, which is by time
}

// ListEvents lists audit events.
func ListEvents(ctx context.Context, tx *store.Tx, f EventFilter) ([]Recorded, error) {
	return readEvents(ctx, tx, f)
}
