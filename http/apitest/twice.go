package apitest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi-validator/paths"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"supportledger/http/rest"
)

// Of two requests that saw the same, one takes effect, whatever the operation. That is two things. Those that change
// one thing take turns, which http/story and TestIfMatchHoldsInARace race. And what an act leaves no longer answers to
// the tag that it was given, or the act itself refuses to be done again: that is held here of every operation that any
// test of the API performs with a tag, once on each engine: the second is answered with 412 or 409. With RACES=1, as
// make soak has it, the two are sent at the same moment instead. With HELD=file each of them is noted there.

// held are the operations that were sent twice in this process, and keys the keys under which the second of two won.
var held, keys sync.Map

// twice sends a request, and of the first of an operation that succeeds a second one with the same tag.
func (c *Client) twice(req *http.Request) (*http.Response, error) {
	if won, ok := keys.Load(c.Base + req.Header.Get("Idempotency-Key")); ok && won == req.URL.Path {
		req.Header.Set("Idempotency-Key", req.Header.Get("Idempotency-Key")+rival) // it is a repetition
	}
	id, rehearsed := c.tagged(req)
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
	if rehearsed {
		query := again.URL.Query()
		query.Set("dry_run", "true")
		again.URL.RawQuery = query.Encode()
	}
	second, err := http.DefaultTransport.RoundTrip(again)
	if err != nil {
		return nil, err
	}
	c.note(id, resp.StatusCode, second.StatusCode)
	said, err := drain(&second.Body)
	if !refusesSecond(req.Method, second.StatusCode) {
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
		for i := range both {
			if !passed[i] && !refusesSecond(req.Method, both[i].StatusCode) {
				c.t.Errorf("apitest: %s, the second of two at once: %d %s", id, both[i].StatusCode, said[i])
			}
		}
		held.Store(id, true)
		c.t.Logf("apitest: raced %s: %d and %d", id, both[0].StatusCode, both[1].StatusCode)
		c.note(id, both[0].StatusCode, both[1].StatusCode)
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

// note writes to the file that HELD names which operation was sent twice, by which test, and what was answered.
func (c *Client) note(id string, first, second int) {
	if os.Getenv("HELD") == "" {
		return
	}
	f, err := os.OpenFile(os.Getenv("HELD"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(f, "%s %s %s %d %d\n", id, filepath.Base(os.Args[0]), c.t.Name(), first, second)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		c.t.Errorf("apitest: %v", err)
	}
}

// refusesSecond tells whether a status says that another one was there before. What one has taken away is not there.
func refusesSecond(method string, status int) bool {
	return status == http.StatusPreconditionFailed || status == http.StatusConflict ||
		method == http.MethodDelete && status == http.StatusNotFound
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

// tagged names the operation and the engine of a request that brings a tag, "" where it was held before, and tells
// whether the operation can be rehearsed.
func (c *Client) tagged(req *http.Request) (id string, rehearsed bool) {
	tag := req.Header.Get("If-Match")
	if tag == "" || !strings.HasPrefix(req.URL.Path, rest.Base) || req.URL.Query().Get("dry_run") != "" {
		return "", false
	}
	route, _, _ := paths.FindPath(req, c.judge.model, c.judge.opts)
	if route == nil {
		return "", false
	}
	op := operationOf(route, req.Method)
	if op == nil || op.Extensions.GetOrZero("x-if-match") == nil {
		return "", false
	}
	id = op.OperationId + " on sqlite"
	if strings.Contains(c.t.Name(), "/postgres") {
		id = op.OperationId + " on postgres"
	}
	if _, before := held.Load(id); before {
		return "", false
	}
	return id, slices.ContainsFunc(op.Parameters, func(p *v3.Parameter) bool { return p.Name == "dry_run" })
}
