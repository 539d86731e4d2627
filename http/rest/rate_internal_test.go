package rest

import (
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
