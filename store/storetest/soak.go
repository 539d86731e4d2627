package storetest

import "os"

// Rounds is how often a test of races or of random lives repeats itself: short in `make check`, long in `make soak`,
// which sets SOAK=1 and has an hour.
func Rounds(short, long int) int {
	if os.Getenv("SOAK") != "" {
		return long
	}
	return short
}
