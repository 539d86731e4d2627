package storetest

import (
	"os"
	"testing"
)

// Rounds is how often a test of races or of random lives repeats itself: short in `make check`, long in `make soak`,
// which sets SOAK=1 and has an hour.
func Rounds(short, long int) int {
	if os.Getenv("SOAK") != "" {
		return long
	}
	return short
}

// Soaked says every hundred rounds how far a soak is, since an hour of silence tells nothing.
func Soaked(t testing.TB, round int) {
	if (round+1)%100 == 0 {
		t.Helper()
		t.Logf("%d rounds", round+1)
	}
}
