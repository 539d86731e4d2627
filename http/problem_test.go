package http

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// TestTable holds what clients build on: codes in snake_case, one status per code, words in both languages.
func TestTable(t *testing.T) {
	status := map[string]int{}
	for r := range problems().Kinds() {
		if was, ok := status[r.Code]; ok && was != r.Status {
			t.Errorf("%s has the statuses %d and %d", r.Code, was, r.Status)
		}
		status[r.Code] = r.Status
		if r.Code != strings.ToLower(r.Code) || strings.ContainsAny(r.Code, "- ") || r.Status < 400 {
			t.Errorf("%s (%d) is not a code", r.Code, r.Status)
		}
		for _, words := range []rest.Text{r.Title, r.Hint} {
			if (words.EN == "") != (words.DA == "") || r.Title.EN == "" {
				t.Errorf("%s is not in two languages: %+v", r.Code, words)
			}
		}
		if (r.Status == 503 || r.Status == 429) != (r.Retry > 0) {
			t.Errorf("%s: 429 and 503 go with a time to wait, and nothing else does", r.Code)
		}
		if r.Err != nil && problems().KindFor(fmt.Errorf("grants: saving: %w", r.Err)).Code != r.Code {
			t.Errorf("%v does not lead to %s", r.Err, r.Code)
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
		{"wrapped, with more to say", fmt.Errorf("%w: line 3", ledger.ErrBooksMixed), 422, "books_mixed",
			"Actual and budgetary lines in one entry: line 3", ""},
		{"placed", rest.At("/fund", ledger.ErrUnknownFund), 422, "fund_unknown", "", "/fund fund_unknown"},
		{"placed, unknown", rest.At("/fund", fmt.Errorf("x: %w", store.ErrNotFound)), 422, "unknown_reference", "",
			"/fund unknown_reference"},
		{"unknown itself", store.ErrNotFound, 404, "not_found", "", ""},
		{"amount of an act", rest.At("/a", tooMany), 422, "too_many_decimals", "", "/a too_many_decimals"},
		{"odd amount of an act", rest.At("/a", &ledger.AmountError{Code: "percent_malformed", Hint: "7"}), 422,
			"validation_failed", "", "/a percent_malformed"},
		{"several places", errors.Join(rest.At("/a", ledger.ErrUnknownFund), rest.At("/b/0", ledger.ErrUnknownAccount)), 422,
			"fund_unknown", "", "/a fund_unknown /b/0 account_unknown"},
		{"a trigger's rule", fmt.Errorf("x: %w", &store.Refused{Code: "period_closed", Message: "the period is closed"}), 409,
			"period_closed", "the period is closed", ""},
		{"a trigger's new rule", &store.Refused{Code: "new", Message: "new words"}, 409, "refused", "new words", ""},
		{"a driver's words", fmt.Errorf("%w: UNIQUE constraint failed: people.name", store.ErrDuplicate), 409,
			"already_exists", "", ""},
		{"deadline", fmt.Errorf("store: %w", context.DeadlineExceeded), 503, "timeout", "", ""},
		{"unforeseen", errors.New("AMINA"), 500, "internal", "", ""},
		{"unforeseen at a place", rest.At("/a", errors.New("AMINA")), 500, "internal", "", ""},
		{"nobody's code", rest.Refuse("no_such_code"), 500, "internal", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, l := range []rest.Lang{rest.English, rest.Danish} {
				p, r := problems().ProblemOf(tc.err, l)
				var places []string
				for _, f := range p.Errors {
					places = append(places, f.Pointer+" "+f.Code)
					if f.Message == "" {
						t.Errorf("no words at %s", f.Pointer)
					}
				}
				if p.Status != tc.status || p.Code != tc.code || r.Code != tc.code || p.Detail != tc.detail ||
					strings.Join(places, " ") != tc.places {
					t.Errorf("got %+v", p)
				}
			}
		})
	}
}
