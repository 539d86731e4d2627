package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"supportledger/client"
	"supportledger/http/story"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestGeneratedClientPlaysTheStory plays S00-S06 with every request put into the generated types and every answer read
// back out of them: what a type does not have is refused here, and the books come out the same.
func TestGeneratedClientPlaysTheStory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		told, err := story.Worked()
		if err != nil {
			t.Fatal(err)
		}
		told = told.Of([]string{"S00", "S01", "S02", "S03", "S04", "S05", "S06"})
		served, player := newPlayer(t, db)
		typed := &typed{t: t, server: served.Base, operations: operationsByPath(t)}
		player.Client = &http.Client{Transport: typed}
		if err := player.Play(t.Context(), told); err != nil {
			t.Fatal(err)
		}
		export := filepath.Join(t.TempDir(), "books.journal")
		exportJournal(t, db, export)
		out := run(t, "python3", filepath.Join(scenarios, "compare.py"), export, "--scenarios",
			"S00,S01,S02,S03,S04,S05,S06", "--until", "2026-06-30")
		if !strings.HasSuffix(strings.TrimSpace(out), "65 sums expected, 0 differ") || typed.calls < 30 {
			t.Errorf("%d calls; compare.py: %s", typed.calls, out)
		}
	})
}

// operationsByPath reads the committed document: the operation's name by method and path.
func operationsByPath(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for path, item := range document.Paths {
		for method, op := range item {
			found[strings.ToUpper(method)+" "+path] = strings.ToUpper(op.OperationID[:1]) + op.OperationID[1:]
		}
	}
	return found
}

// typed sends requests through the generated client.
type typed struct {
	t          *testing.T
	server     string
	operations map[string]string
	calls      int
}

// find gives the operation of a path and the parameters in it.
func (c *typed) find(method, path string) (name string, parameters []string) {
	asked := strings.Split(path, "/")
	for operation, is := range c.operations {
		verb, template, _ := strings.Cut(operation, " ")
		parts := strings.Split(template, "/")
		if verb != method || len(parts) != len(asked) {
			continue
		}
		var filled []string
		fits := true
		for i, part := range parts {
			if strings.HasPrefix(part, "{") {
				filled = append(filled, asked[i])
			} else {
				fits = fits && part == asked[i]
			}
		}
		if fits && (name == "" || len(filled) < len(parameters)) {
			name, parameters = is, filled
		}
	}
	return name, parameters
}

// RoundTrip makes it an [http.RoundTripper].
func (c *typed) RoundTrip(req *http.Request) (*http.Response, error) {
	c.calls++
	name, parameters := c.find(req.Method, strings.TrimPrefix(req.URL.Path, client.Base))
	by := client.New(c.server, strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
	var raw bytes.Buffer
	by.HTTP.Transport = client.Transport{Under: keeping{&raw}}
	method := reflect.ValueOf(by).MethodByName(name)
	if !method.IsValid() {
		return nil, errors.New(req.Method + " " + req.URL.Path + ": no method " + name)
	}
	var header http.Header
	arguments := []reflect.Value{reflect.ValueOf(client.WithHeaders(req.Context(), &header))}
	for i := 1; i < method.Type().NumIn(); i++ {
		kind := method.Type().In(i)
		switch {
		case kind.Kind() == reflect.Pointer:
			arguments = append(arguments, c.params(req, kind.Elem()))
		case len(parameters) >= i:
			v := reflect.New(kind).Elem()
			setText(v, parameters[i-1])
			arguments = append(arguments, v)
		case kind == reflect.TypeFor[io.Reader]():
			arguments = append(arguments, reflect.ValueOf(req.Body))
		default:
			v := reflect.New(kind)
			strict := json.NewDecoder(req.Body)
			strict.DisallowUnknownFields()
			if err := strict.Decode(v.Interface()); err != nil {
				c.t.Errorf("%s: the generated type does not take what the story sends: %v", name, err)
			}
			arguments = append(arguments, v.Elem())
		}
	}
	answered := method.Call(arguments)
	return c.response(name, header, raw.Bytes(), answered)
}

// response makes an answer out of what a method gave, and holds it against what came over the wire.
func (c *typed) response(name string, h http.Header, raw []byte, answered []reflect.Value) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, Header: h}
	if err, failed := answered[1].Interface().(error); failed {
		var refused *client.Refusal
		if !errors.As(err, &refused) {
			return nil, err
		}
		resp.StatusCode, resp.Body = refused.Status, io.NopCloser(bytes.NewReader(refused.Body))
		return resp, nil
	}
	body, err := json.Marshal(answered[0].Interface())
	if err != nil {
		return nil, err
	}
	if json.Valid(raw) {
		var was, is any
		if err := errors.Join(json.Unmarshal(raw, &was), json.Unmarshal(body, &is)); err != nil {
			return nil, err
		}
		c.missing(name, was, is)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// missing reports members that the generated types lost.
func (c *typed) missing(at string, was, is any) {
	switch was := was.(type) {
	case map[string]any:
		is, ok := is.(map[string]any)
		for name, v := range was {
			if _, there := is[name]; v != nil && (!ok || !there) {
				c.t.Errorf("%s.%s is not in the generated type", at, name)
				continue
			}
			c.missing(at+"."+name, v, is[name])
		}
	case []any:
		is, _ := is.([]any)
		for i := range min(len(was), len(is)) {
			c.missing(at, was[i], is[i])
		}
		if len(was) != len(is) {
			c.t.Errorf("%s has %d elements, and %d in the generated type", at, len(was), len(is))
		}
	}
}

// params fills the struct of query parameters and headers.
func (c *typed) params(req *http.Request, of reflect.Type) reflect.Value {
	v := reflect.New(of)
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		text := req.URL.Query().Get(name)
		if of.Field(i).Tag.Get("form") == "" {
			text = req.Header.Get(name)
		}
		if text != "" {
			setText(v.Elem().Field(i), text)
		}
	}
	return v
}

// setText reads a parameter's text into what holds it.
func setText(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setText(v.Elem(), text)
	case reflect.Slice:
		for part := range strings.SplitSeq(text, ",") {
			element := reflect.New(v.Type().Elem()).Elem()
			setText(element, part)
			v.Set(reflect.Append(v, element))
		}
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			panic(err)
		}
		v.SetInt(n)
	case reflect.Bool:
		v.SetBool(text == "true")
	default:
		v.SetString(text)
	}
}

// keeping keeps what came over the wire.
type keeping struct{ into *bytes.Buffer }

func (k keeping) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	k.into.Reset()
	_, err = k.into.ReadFrom(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(k.into.Bytes()))
	return resp, err
}

// A refusal that passes is waited for, and what cannot be repeated is sent once.
func TestTheClientRepeatsWhatIsSafe(t *testing.T) {
	for _, c := range []struct {
		method, key string
		tries       int
	}{{http.MethodGet, "", 3}, {http.MethodPost, "k", 3}, {http.MethodPost, "", 1}} {
		tries := 0
		busy := client.Transport{First: 1, Under: answering(func(req *http.Request) *http.Response {
			tries++
			body, err := io.ReadAll(req.Body)
			if err != nil || string(body) != "whole" {
				t.Errorf("try %d has the body %q: %v", tries, body, err)
			}
			status := http.StatusServiceUnavailable
			if tries == 3 {
				status = http.StatusOK
			}
			return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"0"}}, Body: http.NoBody}
		})}
		req, err := http.NewRequestWithContext(context.Background(), c.method, "http://books.invalid",
			strings.NewReader("whole"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Idempotency-Key", c.key)
		resp, err := busy.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if tries != c.tries {
			t.Errorf("%s with the key %q was sent %d times, want %d", c.method, c.key, tries, c.tries)
		}
	}
}

type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) { return a(req), nil }
