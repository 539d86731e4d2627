package progress

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A meter says nothing for a second; then a terminal gets a bar with count, rate and time left, which goes away at the
// end, and anything else a line for every tenth.
func TestMeter(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		var out bytes.Buffer
		m := New(&out, terminal, 100, "acts")
		m.At(10)
		if out.Len() != 0 {
			t.Errorf("terminal %v: it speaks at once: %q", terminal, out.String())
		}
		time.Sleep(50 * time.Millisecond)
		m.started = m.started.Add(-showAfter) // as if that had been more than a second
		for i := range int64(90) {
			m.At(i + 11)
		}
		text := out.String()
		m.End()
		if terminal {
			for _, part := range []string{"acts", "/100", "acts/s"} {
				if !strings.Contains(text, part) {
					t.Errorf("the bar has no %q: %q", part, text)
				}
			}
			if rate := regexp.MustCompile(`(\d+) acts/s`).FindStringSubmatch(text); len(rate) != 2 || len(rate[1]) > 4 {
				t.Errorf("100 acts in 50 ms or more at the rate %v", rate)
			}
			if last := out.String(); !strings.HasSuffix(last, "\r") {
				t.Errorf("the bar stays: %q", last)
			}
			continue
		}
		if got := strings.Count(text, "\n"); got != 10 || strings.Contains(text, "\r") ||
			!strings.HasSuffix(text, "100 of 100 acts (100 %)\n") {
			t.Errorf("%d lines, want 10:\n%s", got, text)
		}
	}
}
