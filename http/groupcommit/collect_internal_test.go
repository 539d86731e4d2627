package groupcommit

import (
	"context"
	"errors"
	"testing"

	"supportledger/http/rest"
)

// A full queue answers at once, with the time to come back after; who gave up leaves his place.
func TestFullQueueAnswersAtOnce(t *testing.T) {
	c := &collector{running: true} // and whoever runs does not come round
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
