package apitest

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi-validator/paths"

	"supportledger/http/rest"
)

// Of two requests that saw the same, one takes effect, whatever the operation. That is two things. Those that change
// one thing take turns, which http/story and TestIfMatchHoldsInARace race. And what an act leaves no longer answers to
// the tag that it was given, or the act itself refuses to be done again: that is held here of every operation that any
// test of the API performs with a tag, once on each engine. With RACES=1, as make soak has it, the two are sent at the
// same moment instead.

// held are the operations that were sent twice in this process, and keys the keys under which the second of two won.
var held, keys sync.Map

// repeatable are operations that may be done again with the same tag, and why.
var repeatable = map[string]string{
	"replayWebhookEvents": "to where the position stands already it changes nothing",
}

// twice sends a request, and of the first of an operation that succeeds a second one with the same tag.
func (c *Client) twice(req *http.Request) (*http.Response, error) {
	if won, ok := keys.Load(c.Base + req.Header.Get("Idempotency-Key")); ok && won == req.URL.Path {
		req.Header.Set("Idempotency-Key", req.Header.Get("Idempotency-Key")+rival) // it is a repetition
	}
	id := c.tagged(req)
	if id == "" {
		return http.DefaultTransport.RoundTrip(req)
	}
	body, err := drain(&req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	if os.Getenv("RACES") != "" {
		return c.race(id, req, body)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || resp.StatusCode >= http.StatusBadRequest || resp.Header.Get("Idempotency-Replayed") != "" {
		return resp, err
	}
	if _, before := held.LoadOrStore(id, true); before {
		return resp, nil
	}
	again := rivalOf(req, body)
	query := again.URL.Query()
	query.Set("dry_run", "true")
	again.URL.RawQuery = query.Encode()
	second, err := http.DefaultTransport.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	said, err := drain(&second.Body)
	if second.StatusCode < http.StatusBadRequest {
		c.t.Errorf("apitest: %s, done again with the tag of before: %d %s", id, second.StatusCode, said)
	}
	return resp, err
}

// race sends a request and its rival at the same moment. Where one of them takes effect the other must not.
func (c *Client) race(id string, req *http.Request, body []byte) (*http.Response, error) {
	var both [2]*http.Response
	var errs [2]error
	var said [2][]byte
	var end sync.WaitGroup
	for i, one := range []*http.Request{req, rivalOf(req, body)} {
		end.Go(func() {
			if both[i], errs[i] = http.DefaultTransport.RoundTrip(one); errs[i] == nil { //nolint:bodyclose // drained
				said[i], errs[i] = drain(&both[i].Body)
			}
		})
	}
	end.Wait()
	if errs[0] != nil || errs[1] != nil {
		return nil, errs[0]
	}
	passed := [2]bool{both[0].StatusCode < http.StatusBadRequest, both[1].StatusCode < http.StatusBadRequest}
	switch {
	case passed[0] && passed[1]:
		c.t.Errorf("apitest: %s, twice at once with one tag: %d %s and %d %s", id, both[0].StatusCode, said[0],
			both[1].StatusCode, said[1])
	case passed[0] != passed[1]:
		held.Store(id, true)
		c.t.Logf("apitest: raced %s: %d and %d", id, both[0].StatusCode, both[1].StatusCode)
	}
	if passed[1] && !passed[0] {
		if key := req.Header.Get("Idempotency-Key"); key != "" {
			keys.Store(c.Base+key, req.URL.Path)
		}
		both[1].Request = req
		return both[1], nil
	}
	return both[0], nil
}

// rival is what the key of the second request ends in.
const rival = "-rival"

func rivalOf(req *http.Request, body []byte) *http.Request {
	again := req.Clone(req.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	if key := req.Header.Get("Idempotency-Key"); key != "" {
		again.Header.Set("Idempotency-Key", key+rival)
	}
	return again
}

// tagged names the operation and the engine of a request that brings a tag, "" where it was held before.
func (c *Client) tagged(req *http.Request) string {
	tag := req.Header.Get("If-Match")
	if tag == "" || !strings.HasPrefix(req.URL.Path, rest.Base) || req.URL.Query().Get("dry_run") != "" {
		return ""
	}
	route, _, _ := paths.FindPath(req, c.judge.model, c.judge.opts)
	if route == nil {
		return ""
	}
	op := operationOf(route, req.Method)
	if op == nil || op.Extensions.GetOrZero("x-if-match") == nil || repeatable[op.OperationId] != "" {
		return ""
	}
	id := op.OperationId + " on sqlite"
	if strings.Contains(c.t.Name(), "/postgres") {
		id = op.OperationId + " on postgres"
	}
	if _, before := held.Load(id); before {
		return ""
	}
	return id
}
