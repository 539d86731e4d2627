package events

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/store"
)

// What endpoints refuse.
var (
	ErrUnknownEndpoint = errors.New("events: unknown receiver")
	ErrEndpointState   = errors.New("events: the receiver is not in a state for this")
	ErrEndpointReason  = errors.New("events: a receiver needs a reason")
	ErrUnknownDelivery = errors.New("events: unknown delivery")
)

// EndpointID identifies a receiver.
type EndpointID string

// EndpointState is what has become of a receiver.
type EndpointState string

// The states. Who was disabled is told nothing, and goes on where it was once it is active again.
const (
	Requested EndpointState = "requested"
	Active    EndpointState = "active"
	Disabled  EndpointState = "disabled"
	Rejected  EndpointState = "rejected"
)

// Endpoint is a receiver: an address that is told of events. Two people agree on it, since what it is told leaves the
// organisation; another address is another receiver.
type Endpoint struct {
	ID       EndpointID
	URL      string
	Families []string // none: all
	Reason   string   // never about a person
	State    EndpointState
	Secrets  int // given to it so far
	By       access.UserID
	At       time.Time
	Progress
}

// Progress is how far a receiver has been told.
type Progress struct {
	Position     int64     // events up to there were told
	Replays      int       // how often somebody had it told again
	Failures     int       // of the event that comes next
	FailingSince time.Time // zero while it answers well
	NextAt       time.Time // before that nothing is sent
}

// Gatekeeper seals secrets; without a vault it refuses with [vault.ErrNoVault].
type Gatekeeper struct{ Vault *vault.Vault }

func (e Endpoint) payload() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "webhook\x00%s\x00%s", e.URL, strings.Join(e.Families, ",")))
}

// Ask asks for a receiver, and gives the secret that its calls are signed with. It is told nothing before another
// person's [Decide]. [ErrEndpointReason], [vault.ErrNoVault].
func (g Gatekeeper) Ask(ctx context.Context, tx *store.Tx, e Endpoint) (made Endpoint, secret string, err error) {
	if !access.SaysWhy(e.Reason) {
		return Endpoint{}, "", ErrEndpointReason
	}
	e.Families = slices.Compact(slices.Sorted(slices.Values(e.Families))) // as they are read
	e.ID, e.State, e.By, e.At = EndpointID(store.NewID("whe")), Requested, access.UserID(tx.By.User), tx.At
	if err := insertEndpoint(ctx, tx, e); err != nil {
		return Endpoint{}, "", err
	}
	if secret, err = g.addSecret(ctx, tx, e.ID, 1); err != nil {
		return Endpoint{}, "", err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "webhook_endpoint.requested", Subject: string(e.ID),
		Reason: e.Reason}); err != nil {
		return Endpoint{}, "", err
	}
	e.Secrets = 1
	return e, secret, access.Take(ctx, tx, access.Duty{Subject: string(e.ID), Round: 1, Step: access.Request,
		Payload: e.payload()})
}

// Decide approves or rejects what somebody else asked for. An approved receiver is told of what happens from now on.
// [ErrUnknownEndpoint], [ErrEndpointState], [access.ErrMakerCannotApprove], [ErrEndpointReason] to reject without one.
func Decide(ctx context.Context, tx *store.Tx, id EndpointID, approve bool, reason string) (Endpoint, error) {
	e, err := FindEndpoint(ctx, tx, id)
	if err != nil {
		return Endpoint{}, err
	}
	if e.State != Requested {
		return Endpoint{}, ErrEndpointState
	}
	if !approve {
		if !access.SaysWhy(reason) {
			return Endpoint{}, ErrEndpointReason
		}
		return e.to(ctx, tx, Rejected, reason)
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: string(e.ID), Round: 1, Step: access.Approve,
		Payload: e.payload()}); err != nil {
		return Endpoint{}, err
	}
	head, err := Head(ctx, tx)
	if err != nil {
		return Endpoint{}, err
	}
	if err := insertProgress(ctx, tx, e.ID, head); err != nil {
		return Endpoint{}, err
	}
	e.Position = head
	return e.to(ctx, tx, Active, "")
}

// Disable stops telling a receiver. [ErrUnknownEndpoint], [ErrEndpointState], [ErrEndpointReason].
func Disable(ctx context.Context, tx *store.Tx, id EndpointID, reason string) (Endpoint, error) {
	if !access.SaysWhy(reason) {
		return Endpoint{}, ErrEndpointReason
	}
	e, err := FindEndpoint(ctx, tx, id)
	if err == nil && e.State != Active {
		err = ErrEndpointState
	}
	if err != nil {
		return Endpoint{}, err
	}
	if e.Progress, _, err = holdProgress(ctx, tx, e.ID); err != nil {
		return Endpoint{}, err
	}
	if err := writeProgress(ctx, tx, e.ID, "", e.Progress); err != nil { // whoever is telling it stops
		return Endpoint{}, err
	}
	return e.to(ctx, tx, Disabled, reason)
}

// Enable tells a receiver again, from where it was. [ErrUnknownEndpoint], [ErrEndpointState].
func Enable(ctx context.Context, tx *store.Tx, id EndpointID) (Endpoint, error) {
	e, err := FindEndpoint(ctx, tx, id)
	if err == nil && e.State != Disabled {
		err = ErrEndpointState
	}
	if err != nil {
		return Endpoint{}, err
	}
	e.Failures, e.FailingSince, e.NextAt = 0, time.Time{}, time.Time{}
	if err := writeProgress(ctx, tx, e.ID, "", e.Progress); err != nil {
		return Endpoint{}, err
	}
	return e.to(ctx, tx, Active, "")
}

// to moves an endpoint to a state, with the event that says so.
func (e Endpoint) to(ctx context.Context, tx *store.Tx, state EndpointState, reason string) (Endpoint, error) {
	action := map[EndpointState]string{Active: "approved", Rejected: "rejected", Disabled: "disabled"}[state]
	if e.State == Disabled {
		action = "enabled"
	}
	e.State = state
	if err := updateEndpoint(ctx, tx, e); err != nil {
		return Endpoint{}, err
	}
	return e, access.Record(ctx, tx, access.Event{Action: "webhook_endpoint." + action, Subject: string(e.ID),
		Fields: []string{"state"}, Reason: reason})
}

// GaveUp is the event of a receiver that was disabled because it failed for days.
const GaveUp = "webhook_endpoint.given_up"

// giveUp disables a receiver that failed for days, or said that it is gone.
func (e Endpoint) giveUp(ctx context.Context, tx *store.Tx) error {
	e.State = Disabled
	if err := updateEndpoint(ctx, tx, e); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: GaveUp, Subject: string(e.ID), Fields: []string{"state"}})
}

// Replay tells an active receiver again of all that happened behind a position, under the same ids.
// [ErrUnknownEndpoint], [ErrEndpointState], [ErrAhead].
func Replay(ctx context.Context, tx *store.Tx, id EndpointID, after int64) (Endpoint, error) {
	e, err := FindEndpoint(ctx, tx, id)
	if err == nil && e.State != Active {
		err = ErrEndpointState
	}
	if err != nil {
		return Endpoint{}, err
	}
	if e.Progress, _, err = holdProgress(ctx, tx, e.ID); err == nil && after > e.Position {
		err = ErrAhead // going forward would leave events out
	}
	if err != nil {
		return Endpoint{}, err
	}
	e.Progress = Progress{Position: after, Replays: e.Replays + 1}
	if err := writeProgress(ctx, tx, id, "", e.Progress); err != nil {
		return Endpoint{}, err
	}
	if err := countReplay(ctx, tx, id); err != nil {
		return Endpoint{}, err
	}
	return e, access.Record(ctx, tx, access.Event{Action: "webhook_endpoint.replayed", Subject: string(id),
		Fields: []string{"position"}})
}

// FindEndpoint finds a receiver. [ErrUnknownEndpoint].
func FindEndpoint(ctx context.Context, tx *store.Tx, id EndpointID) (Endpoint, error) {
	return readEndpoint(ctx, tx, id)
}

// ListEndpoints lists receivers by id, which is by time.
func ListEndpoints(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Endpoint, error) {
	return readEndpoints(ctx, tx, page)
}

// overlap is how long an earlier secret signs beside a new one.
const overlap = 24 * time.Hour

// Rotate gives a receiver a new secret. The one before signs beside it for a day. [ErrUnknownEndpoint],
// [ErrEndpointState] of one that was rejected.
func (g Gatekeeper) Rotate(ctx context.Context, tx *store.Tx, id EndpointID) (Endpoint, string, error) {
	e, err := FindEndpoint(ctx, tx, id)
	if err == nil && e.State == Rejected {
		err = ErrEndpointState
	}
	if err != nil {
		return Endpoint{}, "", err
	}
	newest, err := endSecrets(ctx, tx, id, tx.At.Add(overlap))
	if err != nil {
		return Endpoint{}, "", err
	}
	secret, err := g.addSecret(ctx, tx, id, newest+1)
	if err != nil {
		return Endpoint{}, "", err
	}
	e.Secrets = newest + 1
	return e, secret, access.Record(ctx, tx, access.Event{Action: "webhook_endpoint.secret_rotated",
		Subject: string(id), Fields: []string{"secret"}})
}

// secretPrefix begins a secret as Standard Webhooks writes it.
const secretPrefix = "whsec_"

// addSecret makes a secret of 32 random bytes and seals it.
func (g Gatekeeper) addSecret(ctx context.Context, tx *store.Tx, id EndpointID, number int) (string, error) {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it never fails
	secret := secretPrefix + base64.StdEncoding.EncodeToString(key)
	sealed, err := g.Vault.Seal(ctx, tx, string(id), placeOf(id, number), secret)
	if err != nil {
		return "", err
	}
	return secret, insertSecret(ctx, tx, secretRow{EndpointID: id, Number: number, Sealed: sealed,
		CreatedAt: store.FormatTime(tx.At)})
}

// placeOf is where a secret stands.
func placeOf(id EndpointID, number int) vault.Place {
	return vault.Place{Table: "webhook_secrets", Column: "sealed", Row: fmt.Sprintf("%s/%d", id, number), Version: 1}
}

// secrets are those that a call is signed with now, the newest first.
func (g Gatekeeper) secrets(ctx context.Context, tx *store.Tx, id EndpointID) ([]string, error) {
	rows, err := readSecrets(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	opened := make([]string, len(rows))
	for i, r := range rows {
		if opened[i], err = g.Vault.Open(ctx, tx, string(id), placeOf(id, r.Number), r.Sealed); err != nil {
			return nil, err
		}
	}
	return opened, nil
}
