package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAllowedActionsAreWhatTheActsSay plays the worked story. Before each act everybody looks at the thing that it is
// about, and all that they are told is held against the acts themselves, as dry runs: what is allowed is not refused
// for a state or a duty, what is not is refused with that code, and the others who are named are those who are allowed.
// Whatever the story does then was allowed.
func TestAllowedActionsAreWhatTheActsSay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		told, err := story.Parse(strings.NewReader(read(t, filepath.Join(scenarios, "story.jsonl"))))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		a := &asker{T: t, held: map[string]bool{}, shown: map[string]bool{}, done: map[string]bool{},
			times: map[string]int{}}
		client := apitest.Serve(t, db, func(api *rest.API) { a.api = api })
		a.under, a.base, a.tokens = client.HTTP.Transport, client.Base, tokens(t, db)
		player := &story.Player{Base: client.Base, Tokens: a.tokens, Clock: func(time.Time) {},
			Client: &http.Client{Transport: a, Timeout: time.Minute}}
		if err := player.Play(t.Context(), told); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d things were shown, %d answers were held against %d dry runs; the story itself did %v", len(a.shown),
			len(a.held), a.tried, slices.Sorted(maps.Keys(a.done)))
		if a.tried < 150 || len(a.done) < 18 {
			t.Errorf("%d dry runs, %d acts of the story: it has changed", a.tried, len(a.done))
		}
	})
}

// often is how many acts of a kind are looked at.
const often = 6

// asker looks before each act at what may be done.
type asker struct {
	*testing.T

	api    *rest.API
	under  http.RoundTripper
	base   string
	tokens map[string]string
	twin   string // where the thing of the act is shown
	held   map[string]bool
	shown  map[string]bool
	done   map[string]bool
	times  map[string]int
	tried  int
}

// RoundTrip makes asker an [http.RoundTripper].
func (a *asker) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return a.under.RoundTrip(req)
	}
	if req.Header.Get("If-Match") == "" {
		req.Header["If-Match"] = nil
		resp, err := a.under.RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusPreconditionRequired {
			return resp, err
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		var p rest.Problem
		if err := json.Unmarshal(body, &p); err != nil {
			return nil, err
		}
		a.twin = p.Instead[0].Href
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, nil
	}
	told := map[string][]rest.ActionView{}
	act := named.ReplaceAllString(strings.TrimPrefix(req.URL.Path, rest.Base), "/…")
	if a.times[act]++; a.times[act] > often {
		return a.under.RoundTrip(req)
	}
	for role := range a.tokens {
		if strings.HasPrefix(a.twin, rest.Base+"/disbursements/") {
			return a.under.RoundTrip(req) // charity_test.go of disbursements does the same
		}
		told[role] = a.look(role)
	}
	a.others(told)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := a.under.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	a.hold(req, body, resp.StatusCode, answer, told)
	return resp, nil
}

// hold holds what the act of the story was answered against what its user was told.
func (a *asker) hold(req *http.Request, body []byte, status int, answer []byte, told map[string][]rest.ActionView) {
	var said struct {
		Decision string `json:"decision"`
	}
	_ = json.Unmarshal(body, &said) // no body says nothing
	for role, token := range a.tokens {
		if req.Header.Get("Authorization") != "Bearer "+token {
			continue
		}
		for _, v := range told[role] {
			if v.Href != req.URL.Path || v.Method != req.Method || v.Body != "" && v.Body != said.Decision {
				continue
			}
			a.done[v.Action] = true
			code := codeIn(answer)
			switch {
			case status < http.StatusBadRequest && !v.Allowed:
				a.Errorf("%s: %s was told %s of %s and did it", req.URL.Path, role, v.Code, v.Action)
			case (status == http.StatusForbidden || status == http.StatusConflict) && v.Allowed && !rest.AboutBody(code):
				a.Errorf("%s: %s was told to do %s and is answered %d %s", req.URL.Path, role, v.Action, status, code)
			}
		}
	}
}

func codeIn(answer []byte) string {
	var p rest.Problem
	_ = json.Unmarshal(answer, &p) // what is no problem has no code
	return p.Code
}

// look reads the thing as somebody, and tries all that they are told.
func (a *asker) look(role string) []rest.ActionView {
	resp, shown := a.send(a.under, role, asked{method: http.MethodGet, path: a.twin})
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	var thing struct {
		Actions []rest.ActionView `json:"allowed_actions"`
	}
	if err := json.Unmarshal(shown, &thing); err != nil {
		a.Fatal(err)
	}
	a.shown[a.twin] = true
	for _, v := range thing.Actions {
		key := fmt.Sprint(role, v.Action, v.Body, v.Allowed, v.Code)
		if a.held[key] {
			continue
		}
		a.held[key] = true
		a.try(role, v, shown, resp.Header.Get("ETag"))
	}
	return thing.Actions
}

// try does as a dry run what somebody was told of.
func (a *asker) try(role string, v rest.ActionView, shown []byte, tag string) {
	for _, body := range a.api.Operation(v.Action).Bodies(shown, a.today()) {
		if body.Decision != v.Body {
			continue
		}
		a.tried++
		resp, answer := a.send(http.DefaultTransport, role,
			asked{v.Method, v.Href + "?dry_run=true", tag, body.Text})
		code, inBody := codeIn(answer), bytes.Contains(answer, []byte(`"pointer"`))
		refused := resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusConflict ||
			resp.StatusCode == http.StatusNotFound
		switch {
		case resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusPreconditionFailed:
			a.Errorf("%s: %s %s: %d %s", a.twin, role, v.Action, resp.StatusCode, answer)
		case v.Allowed && refused && !inBody && !rest.AboutBody(code):
			a.Errorf("%s: %s is told to do %s %s and is answered %s", a.twin, role, v.Action, v.Body, answer)
		case !v.Allowed && code != v.Code:
			a.Errorf("%s: %s is told %s of %s %s and is answered %d %s\n%s", a.twin, role, v.Code, v.Action, v.Body,
				resp.StatusCode, answer, body.Text)
		}
	}
}

// today is the day of the server, which has the machine's clock.
func (a *asker) today() string { return time.Now().UTC().Format(time.DateOnly) }

// others holds who is named beside each caller against who is allowed.
func (a *asker) others(told map[string][]rest.ActionView) {
	may := map[string][]string{}
	for role, list := range told {
		for _, v := range list {
			if v.Allowed {
				may[v.Action+v.Body] = append(may[v.Action+v.Body], role)
			}
		}
	}
	for role, list := range told {
		for _, v := range list {
			want := slices.DeleteFunc(slices.Clone(may[v.Action+v.Body]), func(r string) bool { return r == role })
			slices.Sort(want)
			if !slices.Equal(want, v.Others) {
				a.Errorf("%s: %s is told that %v could %s; those who may are %v", a.twin, role, v.Others, v.Action, want)
			}
		}
	}
}

// asked is a request.
type asked struct {
	method, path, tag string
	body              []byte
}

// answered is the head of an answer.
type answered struct {
	StatusCode int
	Header     http.Header
}

func (a *asker) send(by http.RoundTripper, role string, r asked) (answered, []byte) {
	req, err := http.NewRequestWithContext(a.Context(), r.method, a.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		a.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+a.tokens[role])
	if r.method != http.MethodGet {
		req.Header.Set("If-Match", r.tag)
		req.Header.Set("Idempotency-Key", "try")
	}
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := by.RoundTrip(req)
	if err != nil {
		a.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatal(err)
	}
	return answered{resp.StatusCode, resp.Header}, answer
}
