// Package client calls the API from Go. The types and one method for each operation are generated from
// docs/openapi.json; what is here sends them: signed in, under a key, and again where it is safe to.
//
//	c := client.New("https://books.example", token)
//	fund, err := c.GetFund(ctx, "SCHOOL", nil)
//
// A refusal is a *Refusal with the server's problem document in it.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// Base is the path under which the whole API stands.
const Base = "/api/v1"

// Client calls one server as one user. Its methods may be called by many goroutines.
type Client struct {
	Server string       // https://books.example, without the API's path
	Token  string       // slt_…
	HTTP   *http.Client // New gives one that repeats what is safe to repeat
}

// New makes a client with a transport that repeats; see [Transport].
func New(server, token string) *Client {
	return &Client{Server: strings.TrimSuffix(server, "/"), Token: token, HTTP: &http.Client{Transport: Transport{}}}
}

// None is the answer of an operation that answers with nothing.
type None struct{}

// File is an answer that is not JSON, such as a PDF.
type File struct {
	Type string // media type
	Body []byte
}

// Refusal is an answer of 400 and above.
type Refusal struct {
	Status  int
	Problem Problem
	Body    []byte // as it came, where it is no problem document
}

func (r *Refusal) Error() string {
	if r.Problem.Code == "" {
		return fmt.Sprintf("client: the server answered %d: %.200s", r.Status, r.Body)
	}
	return fmt.Sprintf("client: %d %s: %s", r.Status, r.Problem.Code, r.Problem.Title)
}

// IsRefused reports whether an error is a refusal with this code, such as period_closed.
func IsRefused(err error, code string) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Problem.Code == code
}

// headersOf is the key of a context under which an answer's headers are kept.
type headersOf struct{}

// WithHeaders gives a context whose call writes the headers of its answer into h: an ETag to send as If-Match, the
// Link of a next page, what is left of the rate limit.
func WithHeaders(ctx context.Context, h *http.Header) context.Context {
	return context.WithValue(ctx, headersOf{}, h)
}

// request is what a generated method sends.
type request struct {
	method, path string
	params       any // pointer to a struct of query parameters and headers
	body         any
}

// pathOf fills parameters into a path, in their order.
func pathOf(template string, parameters ...any) string {
	var out strings.Builder
	for _, p := range parameters {
		before, rest, _ := strings.Cut(template, "{")
		_, after, _ := strings.Cut(rest, "}")
		fmt.Fprintf(&out, "%s%s", before, url.PathEscape(fmt.Sprint(p)))
		template = after
	}
	return out.String() + template
}

// call sends a request and reads its answer.
func call[Out any](ctx context.Context, c *Client, r request) (out Out, err error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return out, err
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return out, fmt.Errorf("client: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return out, fmt.Errorf("client: %w", err)
	}
	if h, ok := ctx.Value(headersOf{}).(*http.Header); ok {
		*h = resp.Header
	}
	if resp.StatusCode >= http.StatusBadRequest {
		refused := &Refusal{Status: resp.StatusCode, Body: body}
		if bad := json.Unmarshal(body, &refused.Problem); bad != nil {
			refused.Problem = Problem{} // a proxy's page, not one of ours
		}
		return out, refused
	}
	switch to := any(&out).(type) {
	case *None:
	case *File:
		to.Type, to.Body = resp.Header.Get("Content-Type"), body
	default:
		if err := json.Unmarshal(body, to); err != nil {
			return out, fmt.Errorf("client: answer of %s %s: %w", r.method, r.path, err)
		}
	}
	return out, nil
}

// request makes what goes over the wire.
func (c *Client) request(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader
	kind := ""
	switch b := r.body.(type) {
	case nil:
	case io.Reader:
		body, kind = b, "application/octet-stream"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
		body, kind = bytes.NewReader(text), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.Server+Base+r.path, body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	setParams(req, r.params)
	return req, nil
}

// keyHeader names a request, so that it takes effect once however often it is sent.
const keyHeader = "Idempotency-Key"

// setParams writes a struct of parameters: those with a form tag into the query, the others as headers. A request that
// may have a key is given one, so that it can be repeated.
func setParams(req *http.Request, params any) {
	v := reflect.ValueOf(params)
	if !v.IsValid() {
		return
	}
	t := v.Type().Elem()
	query := url.Values{}
	for i := range t.NumField() {
		name, _, inQuery := strings.Cut(t.Field(i).Tag.Get("form"), ",")
		if name == "" {
			name, _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
			inQuery = false
		}
		text := ""
		if !v.IsNil() {
			text = textOf(v.Elem().Field(i))
		}
		switch {
		case text != "" && inQuery:
			query.Set(name, text)
		case text != "":
			req.Header.Set(name, text)
		case name == keyHeader:
			req.Header.Set(name, rand.Text())
		}
	}
	req.URL.RawQuery = query.Encode()
}

// textOf writes a parameter as text; "" is none.
func textOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return textOf(v.Elem())
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, textOf(v.Index(i)))
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v.Interface())
}
