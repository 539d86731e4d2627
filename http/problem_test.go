package http

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"supportledger/ledger"
	"supportledger/store"
)

// TestTable holds what clients build on: codes in snake_case, one status per code, words in both languages.
func TestTable(t *testing.T) {
	status := map[string]int{}
	for _, r := range problems {
		if was, ok := status[r.code]; ok && was != r.status {
			t.Errorf("%s has the statuses %d and %d", r.code, was, r.status)
		}
		status[r.code] = r.status
		if r.code != strings.ToLower(r.code) || strings.ContainsAny(r.code, "- ") || r.status < 400 {
			t.Errorf("%s (%d) is not a code", r.code, r.status)
		}
		for _, words := range []text{r.title, r.hint} {
			if (words.en == "") != (words.da == "") || r.title.en == "" {
				t.Errorf("%s is not in two languages: %+v", r.code, words)
			}
		}
		if (r.status == 503 || r.status == 429) != (r.retry > 0) {
			t.Errorf("%s: 429 and 503 go with a time to wait, and nothing else does", r.code)
		}
		if r.err != nil && rowFor(fmt.Errorf("grants: saving: %w", r.err)).code != r.code {
			t.Errorf("%v does not lead to %s", r.err, r.code)
		}
	}
}

func TestProblemOf(t *testing.T) {
	_, tooMany := ledger.ParseMoney("1.005", "DKK")
	for _, tc := range []struct {
		name   string
		err    error
		status int
		code   string
		detail string
		places string
	}{
		{"bare sentinel", ledger.ErrPeriodClosed, 409, "period_closed", "", ""},
		{"wrapped, with more to say", fmt.Errorf("%w: line 3", ledger.ErrBooksMixed), 422, "books_mixed", "Actual and budgetary lines in one entry: line 3", ""},
		{"placed", At("/fund", ledger.ErrUnknownFund), 422, "fund_unknown", "", "/fund fund_unknown"},
		{"placed, unknown", At("/fund", fmt.Errorf("x: %w", store.ErrNotFound)), 422, "unknown_reference", "", "/fund unknown_reference"},
		{"unknown itself", store.ErrNotFound, 404, "not_found", "", ""},
		{"amount of an act", At("/a", tooMany), 422, "too_many_decimals", "", "/a too_many_decimals"},
		{"odd amount of an act", At("/a", &ledger.AmountError{Code: "percent_malformed", Hint: "7"}), 422, "validation_failed", "", "/a percent_malformed"},
		{"several places", errors.Join(At("/a", ledger.ErrUnknownFund), At("/b/0", ledger.ErrUnknownAccount)), 422, "fund_unknown", "", "/a fund_unknown /b/0 account_unknown"},
		{"a trigger's rule", fmt.Errorf("x: %w", &store.Refused{Code: "period_closed", Message: "the period is closed"}), 409, "period_closed", "the period is closed", ""},
		{"a trigger's new rule", &store.Refused{Code: "new", Message: "new words"}, 409, "refused", "new words", ""},
		{"a driver's words", fmt.Errorf("%w: UNIQUE constraint failed: people.name", store.ErrDuplicate), 409, "already_exists", "", ""},
		{"deadline", fmt.Errorf("store: %w", context.DeadlineExceeded), 503, "timeout", "", ""},
		{"unforeseen", errors.New("AMINA"), 500, "internal", "", ""},
		{"unforeseen at a place", At("/a", errors.New("AMINA")), 500, "internal", "", ""},
		{"nobody's code", refuse("no_such_code"), 500, "internal", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, l := range []Lang{English, Danish} {
				p, r := problemOf(tc.err, l)
				var places []string
				for _, f := range p.Errors {
					places = append(places, f.Pointer+" "+f.Code)
					if f.Message == "" {
						t.Errorf("no words at %s", f.Pointer)
					}
				}
				if p.Status != tc.status || p.Code != tc.code || r.code != tc.code || p.Detail != tc.detail || strings.Join(places, " ") != tc.places {
					t.Errorf("got %+v", p)
				}
			}
		})
	}
}

// driverError is like the errors of pgx: its text repeats a value.
type driverError struct{}

func (driverError) Error() string    { return `ERROR: Key (name)=(AMINA) exists` }
func (driverError) SQLState() string { return "23505" }

func TestForLog(t *testing.T) {
	for in, want := range map[error]string{
		fmt.Errorf("saving: %w", driverError{}): "SQLSTATE 23505",
		errors.New(`no "AMINA" in 'AMINA'`):     "no … in …",
		errors.New(`open "AMINA`):               "open …",
	} {
		if got := forLog(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := forLog(errors.New(strings.Repeat("x", 5000))); len(got) > 310 {
		t.Errorf("%d bytes for the log", len(got))
	}
}

func TestServerLogHasNoAddress(t *testing.T) {
	for _, line := range []string{"http: TLS handshake error from 10.1.2.3:5555: EOF", "http: panic from [2001:db8::1]:443: x"} {
		if got := lostAddress.ReplaceAllString(line, "…"); strings.Contains(got, "10.1") || strings.Contains(got, "2001") || !strings.Contains(got, "…") {
			t.Errorf("%q", got)
		}
	}
}
