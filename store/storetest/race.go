//go:build race

package storetest

// slower is how much longer things take under the race detector.
const slower = 10
