package access

import (
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestCodesAreThoseOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924",
		2000000000: "279037"} {
		if got := codeAt(secret, at/30); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		step, ok := codeMatches(secret, want, time.Unix(at, 0), 0)
		if !ok {
			t.Errorf("at %d: not taken", at)
		}
		if _, again := codeMatches(secret, want, time.Unix(at, 0), step); again {
			t.Errorf("at %d: taken twice", at)
		}
	}
}
