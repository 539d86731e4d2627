package rest

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the order and the pauses: in no span does a token get more than it saved up and earned, and who waits a
// second is served again.
func TestNobodyGetsMoreThanTheirRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &limiter{perSecond: rapid.IntRange(1, 50).Draw(t, "per second")}
		now := time.Unix(0, 0)
		began, served := now, 0
		for range rapid.IntRange(1, 400).Draw(t, "asks") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "pause")) * time.Millisecond)
			if l.take("a", now) == nil {
				served++
			}
			if err := l.take("b", began); err != nil && served < l.perSecond {
				t.Fatal("one token's requests were counted for another's")
			}
			if most := 2*float64(l.perSecond) + now.Sub(began).Seconds()*float64(l.perSecond); float64(served) > most+1e-6 {
				t.Fatalf("%d served, of at most %f", served, most)
			}
		}
		if err := l.take("a", now.Add(time.Second)); err != nil {
			t.Fatal("after a second nothing was left")
		}
	})
	if p, r := own.ProblemOf(errTooMany, English); p.Code != "too_many_requests" || r.Status != 429 || r.Retry == 0 {
		t.Errorf("%+v", p)
	}
}

// An address that goes on asking waits twice as long each time, up to a minute, and starts anew after ten quiet ones;
// others do not wait for it, and a clock that is put back keeps nobody out.
func TestWaitsOfAnAddressGrow(t *testing.T) {
	l := &limiter{perSecond: 2, grows: true}
	now := time.Unix(1_000_000, 0)
	empty := func() (wait time.Duration) {
		for range 200 {
			var many tooMany
			if errors.As(l.take("a", now), &many) {
				return many.wait
			}
		}
		t.Fatal("200 requests at once were let through")
		return 0
	}
	for i, seconds := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		want := time.Duration(seconds) * time.Second
		if wait := empty(); wait != want || waitOf(tooMany{wait}) != seconds {
			t.Errorf("wait %d is %v, want %v", i, wait, want)
		}
		now = now.Add(want - time.Millisecond)
		if l.take("a", now) == nil {
			t.Errorf("let in before wait %d was over", i)
		}
		if err := l.take("b", now); err != nil {
			t.Errorf("another address waits: %v", err)
		}
		if now = now.Add(time.Millisecond); l.take("a", now) != nil {
			t.Errorf("not let in after wait %d", i)
		}
	}
	empty()
	now = now.Add(-time.Hour)
	_ = l.take("a", now) // it may be told to wait once more
	if now = now.Add(longestWait); l.take("a", now) != nil {
		t.Error("the clock was put back, and the address waits for an hour")
	}
	empty()
	if now = now.Add(longestWait + forgivenIn + time.Second); empty() != time.Second {
		t.Error("ten quiet minutes are not forgiven")
	}
}
