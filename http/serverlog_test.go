package http

import (
	"strings"
	"testing"
)

func TestServerLogHasNoAddress(t *testing.T) {
	for _, line := range []string{"http: TLS handshake error from 10.1.2.3:5555: EOF",
		"http: panic from [2001:db8::1]:443: x"} {
		if got := lostAddress.ReplaceAllString(line, "…"); strings.Contains(got, "10.1") || strings.Contains(got, "2001") ||
			!strings.Contains(got, "…") {
			t.Errorf("%q", got)
		}
	}
}
