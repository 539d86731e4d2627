package storetest

import (
	"os"
	"testing"
	"time"
)

// Rounds is how often a test of races or of random lives repeats itself: short in `make check`, long in `make soak`,
// which sets SOAK=1 and has an hour.
func Rounds(short, long int) int {
	if os.Getenv("SOAK") != "" {
		return long
	}
	return short
}

// Within is a limit of time by the clock: ten times as long under the race detector, which slows everything.
func Within(d time.Duration) time.Duration { return slower * d }

// Soaked says every hundred rounds how far a soak is, since an hour of silence tells nothing.
func Soaked(t testing.TB, round int) {
	if (round+1)%100 == 0 {
		t.Helper()
		t.Logf("%d rounds", round+1)
	}
}
