package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Transport sends a request again while that is safe and of use: one that only reads, or that carries an
// Idempotency-Key, under which it takes effect once. It waits as long as the server says (Retry-After), otherwise twice
// as long each time, by chance a little more or less, so that many clients do not come back at once.
type Transport struct {
	Under http.RoundTripper // nil is the default transport
	Tries int               // at most; 0 is 5
	First time.Duration     // to wait after the first try; 0 is 200 ms
}

const (
	usualTries = 5
	usualFirst = 200 * time.Millisecond
	longest    = time.Minute // that a server's word is waited for
)

// RoundTrip makes Transport an [http.RoundTripper].
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	under, tries, wait := t.Under, t.Tries, t.First
	if under == nil {
		under = http.DefaultTransport
	}
	if tries == 0 {
		tries = usualTries
	}
	if wait == 0 {
		wait = usualFirst
	}
	body, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		again := req.Clone(req.Context())
		if body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err := under.RoundTrip(again)
		if try == tries || !repeatable(req) || err == nil && !passing(resp.StatusCode) {
			return resp, err
		}
		pause := wait/2 + rand.N(wait) //nolint:gosec // it spreads clients, and keeps nothing secret
		if err == nil {
			if seconds, bad := strconv.Atoi(resp.Header.Get("Retry-After")); bad == nil {
				pause = min(time.Duration(seconds)*time.Second+rand.N(wait), longest) //nolint:gosec // as above
			}
			_ = resp.Body.Close() // nobody reads a refusal that passes
		}
		if err := pauseFor(req.Context(), pause); err != nil {
			return nil, err
		}
		wait *= 2
	}
}

// bodyOf reads the body of a request, which may be sent several times.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("client: body of a request: %w", err)
	}
	return body, req.Body.Close()
}

// repeatable tells whether a request may be sent again when nobody knows what became of it.
func repeatable(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Method == http.MethodHead || req.Header.Get(keyHeader) != ""
}

// passing tells whether a refusal may be gone in a moment.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("client: %w", context.Cause(ctx))
	case <-timer.C:
		return nil
	}
}
