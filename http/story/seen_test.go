package story_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"supportledger/http/rest"
	"supportledger/http/story"
	"supportledger/store"
	"supportledger/store/storetest"
)

// Every act of the worked story that changes or decides on what is there is sent four times: without a tag,
// with an old one, and twice at once with the right one. One of the four takes effect, so the sums are the story's.
func TestOneOfTwoWhoSawTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var r *rival
		told, err := story.Parse(strings.NewReader(read(t, filepath.Join(scenarios, "story.jsonl"))))
		if err != nil {
			t.Fatal(err)
		}
		playBy(t, db, told, func(under http.RoundTripper) http.RoundTripper {
			r = &rival{T: t, db: db, under: under, raced: map[string]int{}}
			return r
		})
		export := filepath.Join(t.TempDir(), "books.journal")
		exportJournal(t, db, export)
		out := run(t, "python3", filepath.Join(scenarios, "compare.py"), export)
		if !strings.HasSuffix(strings.TrimSpace(out), "320 sums expected, 0 differ") {
			t.Errorf("compare.py: %s", out)
		}
		if len(r.raced) < 25 {
			t.Errorf("%d operations were raced: the story has changed", len(r.raced))
		}
		all := 0
		for _, n := range r.raced {
			all += n
		}
		t.Logf("%d acts of %d operations, each four times: %v", all, len(r.raced), slices.Sorted(maps.Keys(r.raced)))
	})
}

// unshown are the acts whose thing does not show that they were done: of two at once the second is refused by the rule
// that the act itself has, with this status, and not for its tag.
var unshown = map[string]int{
	"/grants/…/refund-payments": http.StatusConflict, // the grant does not show its refund
	"/payments/…/reissues":      http.StatusConflict, // a payment does not show what was paid in its place
	"/transfers/…/rejections":   http.StatusConflict, // a transfer does not show what came back
}

// rival sends beside each act one that saw the same.
type rival struct {
	*testing.T

	db    *store.DB
	under http.RoundTripper
	raced map[string]int
}

// named are ids, numbers and codes in a path.
var named = regexp.MustCompile(`/[^/]*[0-9A-Z_][^/]*`)

// RoundTrip makes rival an [http.RoundTripper].
func (r *rival) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return r.under.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	before := r.rows()
	first := r.send(req, body, "", "")
	if first.StatusCode != http.StatusPreconditionRequired {
		return first, nil
	}
	var refusal rest.Problem
	if err := json.NewDecoder(first.Body).Decode(&refusal); err != nil {
		return nil, err
	}
	look := req.Clone(req.Context())
	look.Method, look.Body, look.ContentLength = http.MethodGet, http.NoBody, 0
	look.Header.Del("Idempotency-Key")
	look.Header.Del("Content-Type")
	look.URL.Path = refusal.Instead[0].Href
	seen, err := r.under.RoundTrip(look)
	if err != nil {
		return nil, err
	}
	tag := seen.Header.Get("ETag")
	if old := r.send(req, body, `"old"`, ""); old.StatusCode != http.StatusPreconditionFailed {
		r.Errorf("%s %s with an old tag: %d", req.Method, req.URL.Path, old.StatusCode)
	}
	if after := r.rows(); after != before {
		r.Errorf("%s %s without a tag or with an old one left %d rows", req.Method, req.URL.Path, after-before)
	}
	var both [2]*http.Response
	var end sync.WaitGroup
	for i, more := range []string{"", "-rival"} {
		end.Go(func() { both[i] = r.send(req, body, tag, more) }) //nolint:bodyclose // the winner's goes to the player
	}
	end.Wait()
	path := strings.TrimPrefix(req.URL.Path, rest.Base)
	act := named.ReplaceAllString(path, "/…")
	r.raced[act]++
	won, lost := both[0], both[1]
	if won.StatusCode >= http.StatusBadRequest {
		won, lost = lost, won
	}
	switch {
	case won.StatusCode < http.StatusBadRequest && lost.StatusCode == http.StatusPreconditionFailed:
	case won.StatusCode < http.StatusBadRequest && lost.StatusCode == unshown[act]:
	case won.StatusCode >= http.StatusBadRequest: // the story wants it refused
		return both[0], nil
	default:
		said, err := io.ReadAll(lost.Body)
		r.Errorf("%s %s twice at once: %d and %d %s %v", req.Method, path, won.StatusCode, lost.StatusCode, said, err)
	}
	return won, nil
}

func (r *rival) send(req *http.Request, body []byte, tag, more string) *http.Response {
	one := req.Clone(req.Context())
	one.Body = io.NopCloser(bytes.NewReader(body))
	one.Header.Set("If-Match", tag)
	one.Header.Set("Idempotency-Key", req.Header.Get("Idempotency-Key")+more)
	resp, err := r.under.RoundTrip(one)
	if err != nil {
		r.Fatal(err)
	}
	return resp
}

// rows counts what every act leaves.
func (r *rival) rows() (n int) {
	err := r.db.View(r.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT (SELECT COUNT(*) FROM audit_events) + (SELECT COUNT(*) FROM idempotency_keys)").
			Scan(r.Context(), &n)
	})
	if err != nil {
		r.Fatal(err)
	}
	return n
}
