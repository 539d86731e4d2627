package http

import (
	"context"
	"errors"
	"testing"
)

// A full queue answers at once, with the time to come back after; who gave up leaves his place.
func TestFullQueueAnswersAtOnce(t *testing.T) {
	c := &collector{running: true} // and whoever runs does not come round
	given, cancel := context.WithCancel(t.Context())
	cancel()
	for range maxWaiting {
		if _, err := c.submit(given, &parcel{done: make(chan struct{})}); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	_, err := c.submit(t.Context(), &parcel{done: make(chan struct{})})
	if p, r := problemOf(err, English); p.Code != "queue_full" || r.status != 503 || r.retry == 0 {
		t.Errorf("%+v %+v", p, r)
	}
	if batch, found := c.take(); len(batch) != 0 || !found {
		t.Errorf("%d were taken that had given up", len(batch))
	}
}
