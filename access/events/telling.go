package events

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/jobs"
)

// Outcome is what became of a call.
type Outcome string

// The outcomes. What failed is tried again.
const (
	Delivered Outcome = "delivered"
	Failed    Outcome = "failed"
)

// Delivery is one call of a receiver.
type Delivery struct {
	ID       string
	Endpoint EndpointID
	Event    string // its id, which is the webhook-id
	Attempt  int    // of this event, from 1
	Replay   bool   // somebody asked for it again
	Outcome  Outcome
	Status   int    // of HTTP; 0 where there was no answer
	Fault    string // why there was none
	Took     time.Duration
	At       time.Time
}

// Turn is what a process tells a receiver in one go: events in their order, and what to sign them with.
type Turn struct {
	Endpoint Endpoint
	Events   []Event
	Secrets  []string // the newest first
	process  string   // that has it
}

// Claim is for how long a process has a receiver for itself, counted from its last note.
const Claim = 15 * time.Second

// atOnce is how many events one turn has at most.
const atOnce = 50

// Due lists the receivers that have something to be told now and that no other process is telling.
func Due(ctx context.Context, tx *store.Tx, process string) ([]EndpointID, error) {
	return readDue(ctx, tx, process)
}

// Leave leaves a receiver to other processes.
func Leave(ctx context.Context, tx *store.Tx, id EndpointID, process string) error {
	now, holder, err := holdProgress(ctx, tx, id)
	if err != nil || holder != process {
		return err
	}
	return writeProgress(ctx, tx, id, "", now)
}

// Take takes a receiver for a process, so that its events are told one after the other. A turn without events is one
// that another process has, or that has nothing left to tell. all are the families of those that take all.
func (g Gatekeeper) Take(ctx context.Context, tx *store.Tx, id EndpointID, process string, all []string) (Turn, error) {
	taken, err := claimProgress(ctx, tx, id, process)
	if err != nil || !taken {
		return Turn{}, err
	}
	t := Turn{process: process}
	if t.Endpoint, err = FindEndpoint(ctx, tx, id); err != nil {
		return Turn{}, err
	}
	if t.Secrets, err = g.secrets(ctx, tx, id); err != nil {
		return Turn{}, err
	}
	head, err := Head(ctx, tx)
	if err != nil {
		return Turn{}, err
	}
	families := t.Endpoint.Families
	if len(families) == 0 {
		families = all
	}
	t.Events, err = List(ctx, tx, Filter{After: t.Endpoint.Position, Families: families, Limit: atOnce})
	if err == nil && len(t.Events) == 0 { // what lies behind is of other families
		t.Endpoint.Position = head
		err = writeProgress(ctx, tx, id, "", t.Endpoint.Progress)
	}
	return t, err
}

// Pauses says how long a receiver rests after so many failures, and false where it is given up.
type Pauses func(failures int) (time.Duration, bool)

// Note notes what became of a call in the order of events, and tells whether to go on with the next. What was delivered
// is behind the receiver; what failed is tried again after a pause. Who lost the claim, because the receiver was
// disabled, put back or taken over meanwhile, notes the call alone.
func (t Turn) Note(ctx context.Context, tx *store.Tx, told Event, d Delivery, pauses Pauses) (goOn bool, err error) {
	if err := insertDelivery(ctx, tx, d); err != nil {
		return false, err
	}
	now, holder, err := holdProgress(ctx, tx, t.Endpoint.ID)
	if err != nil || holder != t.process {
		return false, err
	}
	if d.Outcome == Delivered {
		return true, writeProgress(ctx, tx, t.Endpoint.ID, t.process, Progress{Position: told.Position})
	}
	now.Failures++
	if now.FailingSince.IsZero() {
		now.FailingSince = tx.At
	}
	wait, again := pauses(now.Failures)
	now.NextAt = tx.At.Add(wait)
	if err := writeProgress(ctx, tx, t.Endpoint.ID, "", now); err != nil || again {
		return false, err
	}
	standing, err := FindEndpoint(ctx, tx, t.Endpoint.ID)
	if err != nil || standing.State != Active {
		return false, err
	}
	return false, standing.giveUp(ctx, tx)
}

// Deliveries lists the calls of a receiver, the newest first; the key is the id. outcome "" is all.
func Deliveries(ctx context.Context, tx *store.Tx, id EndpointID, outcome Outcome, page store.Keyset) ([]Delivery,
	error) {
	return readDeliveries(ctx, tx, id, outcome, page)
}

// Redelivery is the job that makes one call again.
type Redelivery struct {
	Delivery string `json:"delivery"`
	Asked    string `json:"asked"` // tells two askings apart
}

// Kind names the job.
func (Redelivery) Kind() string { return "webhook_redelivery" }

// Redeliver has a call made again, beside the order of events. [ErrUnknownDelivery], [ErrEndpointState].
func Redeliver(ctx context.Context, tx *store.Tx, endpoint EndpointID, id string) error {
	d, err := readDelivery(ctx, tx, id)
	if err == nil && d.Endpoint != endpoint {
		err = ErrUnknownDelivery
	}
	if err != nil {
		return err
	}
	e, err := FindEndpoint(ctx, tx, d.Endpoint)
	if err == nil && e.State != Active {
		err = ErrEndpointState
	}
	if err != nil {
		return err
	}
	if err := jobs.Enqueue(ctx, tx, Redelivery{d.ID, store.NewID("ask")}); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "webhook_endpoint.redelivery_asked", Subject: string(e.ID)})
}

// Again is what a job of a redelivery tells: one event, to whom, and which attempt it is. A receiver that is no longer
// active is told nothing: [ErrEndpointState].
func (g Gatekeeper) Again(ctx context.Context, tx *store.Tx, job Redelivery) (t Turn, attempt int, err error) {
	d, err := readDelivery(ctx, tx, job.Delivery)
	if err != nil {
		return Turn{}, 0, err
	}
	if t.Endpoint, err = FindEndpoint(ctx, tx, d.Endpoint); err != nil {
		return Turn{}, 0, err
	}
	if t.Endpoint.State != Active {
		return Turn{}, 0, ErrEndpointState
	}
	told, err := Find(ctx, tx, d.Event)
	if err != nil {
		return Turn{}, 0, err
	}
	t.Events = []Event{told}
	if t.Secrets, err = g.secrets(ctx, tx, d.Endpoint); err != nil {
		return Turn{}, 0, err
	}
	made, err := countAttempts(ctx, tx, d.Endpoint, d.Event)
	return t, made + 1, err
}

// NoteAgain notes what became of a call that somebody asked for again.
func NoteAgain(ctx context.Context, tx *store.Tx, d Delivery) error {
	return insertDelivery(ctx, tx, d)
}

// kept is how long the log of calls is kept.
const kept = 30 * 24 * time.Hour

// Forget takes calls out of the log that are older than thirty days.
func Forget(ctx context.Context, tx *store.Tx) error {
	return deleteDeliveries(ctx, tx, tx.At.Add(-kept))
}
