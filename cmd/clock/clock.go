// Package clock is the clock of a demo. It shows the day of the act that is being played, so that what the demo writes
// bears the dates of its story; a little time passes with every reading, as instants of the books never repeat.
package clock

import (
	"sync"
	"time"
)

// Clock stands where the story is and moves on a little with every reading.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time of the story; before its first act, the present.
func (d *Clock) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now.IsZero() {
		return time.Now().UTC()
	}
	d.now = d.now.Add(time.Millisecond)
	return d.now
}

// Set moves the clock to an instant of the story.
func (d *Clock) Set(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = at
}
