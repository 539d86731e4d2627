package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"supportledger/access/events"
	"supportledger/access/vault"
	"supportledger/http/rest"
	"supportledger/store"
)

// Sender tells receivers what happened. Each receiver is told its events one after the other, in their order; different
// ones at the same time. What fails is tried again, for days.
//
// It is no job of the queue: a job knows no order among jobs, waits half a second for its turn, and is held for a
// minute and a half by a process that was killed. Here, a process claims a receiver in the row of its progress, and the
// claim ends by itself. A call that somebody asks for again stands beside the order, and is a job ([Sender.Again]).
type Sender struct {
	DB    *store.DB
	Vault *vault.Vault
	To    Targets
	Log   *slog.Logger
	// Rests are the pauses after the first failure of an event and the next ones; after the last, the receiver is given
	// up. nil is Standard Webhooks' five days.
	Rests []time.Duration
	// Process names this process to others; "" makes a name.
	Process string

	client  *http.Client
	mu      sync.Mutex
	telling map[events.EndpointID]bool
	tellers sync.WaitGroup
	swept   time.Time
}

// rests are the pauses of Standard Webhooks, with a short one first for what passes by itself.
var rests = []time.Duration{time.Second, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour,
	5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour, 24 * time.Hour, 24 * time.Hour}

// lookEvery is how often the sender looks for what is to be told.
const lookEvery = 500 * time.Millisecond

// Run tells receivers until ctx ends, and then waits for the calls that are on their way.
func (s *Sender) Run(ctx context.Context) {
	s.ready()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	defer s.tellers.Wait()
	for {
		if err := s.look(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrBusy) {
			s.Log.ErrorContext(ctx, "webhooks wait", "cause", err.Error())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// ready fills in what is not said.
func (s *Sender) ready() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		return
	}
	if s.Rests == nil {
		s.Rests = rests
	}
	if s.Process == "" {
		s.Process = store.NewID("prc")
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.client, s.telling = s.To.client(), map[events.EndpointID]bool{}
}

// look begins to tell each receiver that has something to be told.
func (s *Sender) look(ctx context.Context) error {
	if err := s.sweep(ctx); err != nil {
		return err
	}
	var due []events.EndpointID
	if err := s.DB.View(ctx, func(tx *store.Tx) (err error) {
		due, err = events.Due(ctx, tx, s.Process)
		return err
	}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range due {
		if s.telling[id] {
			continue
		}
		s.telling[id] = true
		s.tellers.Go(func() {
			defer s.told(id)
			if err := s.tell(ctx, id); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "a webhook waits", "endpoint", string(id), "cause", err.Error())
			}
		})
	}
	return nil
}

// sweepEvery is how often old calls leave the log.
const sweepEvery = time.Hour

func (s *Sender) sweep(ctx context.Context) error {
	now := s.DB.Clock().Now()
	if now.Sub(s.swept) < sweepEvery {
		return nil
	}
	s.swept = now
	return s.DB.Update(ctx, func(tx *store.Tx) error { return events.Forget(ctx, tx) })
}

func (s *Sender) told(id events.EndpointID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.telling, id)
}

// tell tells one receiver all that waits for it, until there is nothing left, a call fails or ctx ends: what was begun
// by then is ended and noted.
func (s *Sender) tell(ctx context.Context, id events.EndpointID) error {
	within := context.WithoutCancel(ctx)
	for goOn := true; goOn; {
		var turn events.Turn
		err := s.DB.Update(within, func(tx *store.Tx) (err error) {
			turn, err = events.Gatekeeper{Vault: s.Vault}.Take(within, tx, id, s.Process, Families())
			return err
		})
		if err != nil || len(turn.Events) == 0 {
			return err
		}
		for n, e := range turn.Events {
			if ctx.Err() != nil {
				return s.DB.Update(within, func(tx *store.Tx) error { return events.Leave(within, tx, id, s.Process) })
			}
			d := s.call(within, turn, e)
			if n == 0 {
				d.Attempt = turn.Endpoint.Failures + 1
			}
			if goOn, err = s.note(within, turn, e, d); err != nil || !goOn {
				return err
			}
		}
	}
	return nil
}

func (s *Sender) note(ctx context.Context, turn events.Turn, e events.Event, d events.Delivery) (goOn bool,
	err error) {
	err = s.DB.Update(ctx, func(tx *store.Tx) (err error) {
		goOn, err = turn.Note(ctx, tx, e, d, s.pausesOf(d))
		return err
	})
	return goOn, err
}

// pausesOf are the pauses after a call. Who answers 410 wants no more (Standard Webhooks).
func (s *Sender) pausesOf(d events.Delivery) events.Pauses {
	return func(failures int) (time.Duration, bool) {
		if d.Status == http.StatusGone || failures > len(s.Rests) {
			return 0, false
		}
		return s.Rests[failures-1], true
	}
}

// call makes one call, and says what became of it.
func (s *Sender) call(ctx context.Context, turn events.Turn, e events.Event) events.Delivery {
	began := s.DB.Clock().Now()
	d := events.Delivery{Endpoint: turn.Endpoint.ID, Event: e.ID, Attempt: 1, Outcome: events.Failed}
	status, err := s.post(ctx, turn, e, began)
	d.Status, d.Took = status, s.DB.Clock().Now().Sub(began)
	switch {
	case err != nil:
		d.Fault = faultOf(err)
	case status >= http.StatusOK && status < http.StatusMultipleChoices:
		d.Outcome = events.Delivered
	}
	return d
}

// answerBytes is how much of an answer is read: nobody needs it, but the connection is used again.
const answerBytes = 64 << 10

func (s *Sender) post(ctx context.Context, turn events.Turn, e events.Event, now time.Time) (status int, err error) {
	if err := s.To.Allow(turn.Endpoint.URL); err != nil {
		return 0, err
	}
	body, err := rest.Marshal(viewEvent(e))
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, turn.Endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "supportledger")
	req.Header.Set("Webhook-Id", e.ID)
	req.Header.Set("Webhook-Timestamp", stamp)
	signed, err := signatures(turn.Secrets, e.ID, stamp, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Webhook-Signature", signed)
	answer, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, answerBytes)) // its status is all that matters
	return answer.StatusCode, nil
}

// signatures signs a call with every secret, as Standard Webhooks wants it: v1 and HMAC-SHA-256 of id, time and body.
func signatures(secrets []string, id, stamp string, body []byte) (string, error) {
	signed := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return "", fmt.Errorf("webhooks: a secret that is none: %w", vault.ErrUnsealed)
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body) // a hash takes everything
		signed[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signed, " "), nil
}

// faultOf says in a word why there was no answer; an error of the network holds addresses.
func faultOf(err error) string {
	var timeout net.Error
	var unknown *net.DNSError
	switch {
	case errors.Is(err, ErrTarget):
		return "target_not_allowed"
	case errors.Is(err, errPrivate):
		return "address_refused"
	case errors.As(err, &unknown):
		return "name_unknown"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, vault.ErrUnsealed):
		return "secret_unreadable"
	}
	return "no_answer"
}

// errAgain has a job of a call that failed tried again.
var errAgain = errors.New("webhooks: the receiver did not take it")

// Again makes one call again, which somebody asked for: the work of an [events.Redelivery].
func (s *Sender) Again(ctx context.Context, job events.Redelivery) error {
	s.ready()
	var turn events.Turn
	attempt := 0
	err := s.DB.View(ctx, func(tx *store.Tx) (err error) {
		turn, attempt, err = events.Gatekeeper{Vault: s.Vault}.Again(ctx, tx, job)
		return err
	})
	if errors.Is(err, events.ErrEndpointState) || errors.Is(err, events.ErrUnknownDelivery) {
		return nil // it is told nothing any more, or the log has forgotten what it was
	}
	if err != nil {
		return err
	}
	d := s.call(ctx, turn, turn.Events[0])
	d.Attempt, d.Replay = attempt, true
	if err := s.DB.Update(ctx, func(tx *store.Tx) error { return events.NoteAgain(ctx, tx, d) }); err != nil {
		return err
	}
	if d.Outcome != events.Delivered {
		return errAgain
	}
	return nil
}
