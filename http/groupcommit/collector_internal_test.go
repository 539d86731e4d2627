package groupcommit

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
)

// A full queue answers at once, with the time to come back after; who gave up leaves his place.
func TestFullQueueAnswersAtOnce(t *testing.T) {
	c := &collector{running: true} // and nobody works
	given, cancel := context.WithCancel(t.Context())
	cancel()
	for range maxWaiting {
		if _, err := c.submit(given, &submission{done: make(chan struct{})}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	_, err := c.submit(t.Context(), &submission{done: make(chan struct{})})
	if p, r := rest.NewProblemTable().ProblemOf(err, rest.English); p.Code != "queue_full" || r.Status != 503 ||
		r.Retry == 0 {
		t.Errorf("%+v %+v", p, r)
	}
	if batch, found := c.nextBatch(); len(batch) != 0 || !found {
		t.Errorf("%d were taken that had given up", len(batch))
	}
}

// A batch that is halved for long is given up, so that those behind it are not kept waiting without end.
func TestHalvingEnds(t *testing.T) {
	c := &collector{}
	batch := []*submission{{done: make(chan struct{})}, {done: make(chan struct{})}}
	if again := c.commit(batch, rest.Clock.Now().Add(-time.Second)); again != nil {
		t.Errorf("%d shall come again", len(again))
	}
	for _, p := range batch {
		select {
		case <-p.done:
		default:
			t.Fatal("a request has no answer")
		}
		if !errors.Is(p.err, context.DeadlineExceeded) {
			t.Error(p.err)
		}
	}
}

// Only so many tokens are remembered; one more takes the place of one, not of all.
func TestOneTokenMakesRoom(t *testing.T) {
	var k goodTokens
	for i := range maxKnown + 3 {
		k.add(access.Credential{Bearer: fmt.Sprint(i)}, "usr_1")
	}
	if len(k.users) != maxKnown {
		t.Errorf("%d are remembered", len(k.users))
	}
	if k.user(access.Credential{Bearer: fmt.Sprint(maxKnown + 2)}) == "" {
		t.Error("the newest is not remembered")
	}
}
