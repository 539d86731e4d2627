package journal

import "testing"

// A text must not begin a comment or a new line in the plain-text journal.
func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"Rent; March": "Rent, March", "A|B": "A,B", "two\nlines": "two lines", "a\tb\x7f": "a b ", "Løn å": "Løn å",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
