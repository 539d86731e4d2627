package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Seeing is a transport for programs that act on what is there now, such as the player of a story: where the server
// wants to know which state was seen (428), it reads that state and sends the request again with its ETag. A request
// that brings If-Match itself, be it empty, is sent as it is.
type Seeing struct {
	Under http.RoundTripper // nil is the default transport
}

// RoundTrip makes Seeing an [http.RoundTripper].
func (s Seeing) RoundTrip(req *http.Request) (*http.Response, error) {
	under := s.Under
	if under == nil {
		under = http.DefaultTransport
	}
	if _, own := req.Header["If-Match"]; own || req.Method == http.MethodGet {
		return under.RoundTrip(req)
	}
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("http: body of a request: %w", err)
		}
		_ = req.Body.Close() // it was only read
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := under.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusPreconditionRequired {
		return resp, err
	}
	tag, err := tagWhere(under, req, resp)
	if err != nil {
		return nil, err
	}
	again := req.Clone(req.Context())
	again.Header.Set("If-Match", tag)
	again.Body = io.NopCloser(bytes.NewReader(body))
	return under.RoundTrip(again)
}

// tagWhere reads the state that a refusal leads to, as the user of the request, and gives its tag.
func tagWhere(under http.RoundTripper, req *http.Request, refusal *http.Response) (string, error) {
	var p Problem
	err := json.NewDecoder(refusal.Body).Decode(&p)
	_ = refusal.Body.Close() // it was only read
	if err == nil && len(p.Instead) == 0 {
		err = errors.New("it does not say where to read")
	}
	if err != nil {
		return "", fmt.Errorf("http: refusal of a request without If-Match: %w", err)
	}
	at := *req.URL
	at.RawPath, at.RawQuery = "", ""
	where, err := at.Parse(p.Instead[0].Href)
	if err != nil {
		return "", fmt.Errorf("http: refusal of a request without If-Match: %w", err)
	}
	look, err := http.NewRequestWithContext(req.Context(), http.MethodGet, where.String(), http.NoBody)
	if err != nil {
		return "", fmt.Errorf("http: looking at what a request is about: %w", err)
	}
	for _, name := range []string{"Authorization", "Cookie"} {
		look.Header[name] = req.Header[name]
	}
	resp, err := under.RoundTrip(look)
	if err != nil {
		return "", err
	}
	_ = resp.Body.Close() // only its header was asked for
	if tag := resp.Header.Get("ETag"); tag != "" {
		return tag, nil
	}
	return `"none"`, nil // the answer to it says why there is none
}
