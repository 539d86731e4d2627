package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"supportledger/http/rest"
)

// ofTheBody are refusals for the state of something that only the body names.
var ofTheBody = map[string]string{
	"approvePlanYear": "nothing_due",       // of the year
	"nameInComplaint": "complaint_own_act", // of the user
	"assignComplaint": "complaint_own_act",
	"decidePlan":      "nothing_due",    // of the year that it names as well
	"matchBankLine":   "state_conflict", // of the payment
}

// looked remembers the thing that was read for the tag of a request.
type looked struct {
	of    *Client
	shown []byte
}

// RoundTrip makes looked an [http.RoundTripper].
func (l *looked) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.of.twice(req)
	if err != nil || req.Method != http.MethodGet {
		return resp, err
	}
	l.shown, err = drain(&resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(l.shown))
	return resp, err
}

// untold lists how the answer to an act differs from what the thing told its user could be done: what was allowed is
// not refused for a state or a duty, what was not is refused.
func (l *looked) untold(req *http.Request, sent []byte, resp *http.Response, got []byte) []string {
	var thing struct {
		Actions []rest.ActionView `json:"allowed_actions"`
	}
	var body struct {
		Decision string `json:"decision"`
	}
	if req.Method == http.MethodGet || l.shown == nil || json.Unmarshal(l.shown, &thing) != nil {
		return nil
	}
	_ = json.Unmarshal(sent, &body) // what is no JSON decides nothing
	i := slices.IndexFunc(thing.Actions, func(v rest.ActionView) bool {
		return v.Href == req.URL.Path && v.Method == req.Method && (v.Body == "" || v.Body == body.Decision)
	})
	if i < 0 {
		return nil
	}
	told, code := thing.Actions[i], problemCode(got)
	if resp.Header.Get("Idempotency-Replayed") != "" || ofTheBody[told.Action] == code {
		return nil
	}
	refused := resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusConflict
	switch {
	case resp.StatusCode < http.StatusBadRequest && !told.Allowed:
		return []string{fmt.Sprintf("it was told %s of %s, and did it: %s", told.Code, told.Action, l.shown[:min(len(l.shown), 60)])}
	case refused && told.Allowed && !rest.AboutBody(code) && !bytes.Contains(got, []byte(`"pointer"`)):
		return []string{fmt.Sprintf("%s was told to be allowed, and is refused: %s", told.Action, got)}
	}
	return nil
}
