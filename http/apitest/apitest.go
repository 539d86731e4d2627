// Package apitest is a client for tests of the API that believes the OpenAPI document and nothing else.
//
// It starts the real server on a real socket, fetches the document from it, and holds every request and every
// answer against that document: path, parameters, headers, bodies, status, undeclared fields, and whether the code
// of a problem is among those that the operation admits to. What the document does not say fails the test, so the
// document cannot drift from the handlers.
//
// A request that breaks the document is allowed, since refusing such requests is what a test may be about; then
// the server must refuse it. Its answer is validated like any other.
package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"

	"supportledger/http/rest"

	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/cache"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"
	"github.com/pb33f/libopenapi-validator/paths"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"

	apphttp "supportledger/http"
	"supportledger/store"
)

// Client sends requests to one server. Its zero value is of no use: take one from Serve or Connect.
type Client struct {
	// Base is the address of the server: http://127.0.0.1:41234.
	Base string
	// HTTP is the client below, for requests outside the API; it validates what lies inside.
	HTTP *http.Client

	t      testing.TB
	token  string
	header http.Header
	judge  *judge
}

// Serve starts a server on a migrated database for the length of the test, with the routes that the test brings
// besides the program's own, and with a vault of its own.
func Serve(t testing.TB, db *store.DB, more ...func(*rest.API)) *Client {
	t.Helper()
	return ServeWith(t, db, apphttp.Options{Version: "test", Vault: vaulttest.New(t)}, more...)
}

// ServeWith is Serve with options of the server, such as a log to read.
func ServeWith(t testing.TB, db *store.DB, o apphttp.Options, more ...func(*rest.API)) *Client {
	t.Helper()
	server, err := apphttp.New(db, o, more...)
	if err != nil {
		t.Fatalf("apitest: %v", err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("apitest: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("apitest: server ended: %v", err)
		}
	})
	return Connect(t, "http://"+l.Addr().String())
}

// Connect makes a client for a server that runs already.
func Connect(t testing.TB, base string) *Client {
	t.Helper()
	j, err := newJudge(base)
	if err != nil {
		t.Fatalf("apitest: %v", err)
	}
	c := &Client{Base: base, t: t, judge: j}
	c.HTTP = &http.Client{Transport: c, Timeout: 60 * time.Second}
	t.Cleanup(c.HTTP.CloseIdleConnections)
	return c
}

// As makes a user with these roles and answers a client that is signed in as that user. The handle is the user's
// name in the books, so each may be taken once.
func (c *Client) As(db *store.DB, handle string, roles ...access.Role) *Client {
	c.t.Helper()
	var secret string
	err := db.Update(context.Background(), func(tx *store.Tx) error {
		user, err := access.CreateUser(context.Background(), tx, handle, roles...)
		if err != nil {
			return err
		}
		secret, err = access.IssueToken(context.Background(), tx, user.ID, 30*24*time.Hour)
		return err
	})
	if err != nil {
		c.t.Fatalf("apitest: user %s: %v", handle, err)
	}
	return c.WithToken(secret)
}

// Header is what the client signs its requests in with.
func (c *Client) Header() http.Header { return http.Header{"Authorization": {"Bearer " + c.token}} }

// Headers are what [Client.With] put beside it.
func (c *Client) Headers() http.Header { return c.header.Clone() }

// WithToken is the client signed in with a token.
func (c *Client) WithToken(secret string) *Client {
	other := *c
	other.token = secret
	return &other
}

// At is the client with its token at the server of another one.
func (c *Client) At(other *Client) *Client { return other.WithToken(c.token) }

// With is the client that sends one more header with every request.
func (c *Client) With(name, value string) *Client {
	other := *c
	other.header = c.header.Clone()
	if other.header == nil {
		other.header = http.Header{}
	}
	other.header.Set(name, value)
	return &other
}

// In is the client whose failures are reported to another test, such as a subtest.
func (c *Client) In(t testing.TB) *Client {
	other := *c
	other.t = t
	other.HTTP = &http.Client{Transport: &other, Timeout: 60 * time.Second}
	return &other
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	t testing.TB
}

// Into reads the body as JSON.
func (a Answer) Into(v any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Body, v); err != nil {
		a.t.Fatalf("apitest: %v in %s", err, a.Body)
	}
}

// Want fails the test unless the status is as expected, and shows the answer then.
func (a Answer) Want(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("apitest: status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// Problem fails the test unless the answer is a problem with this status and code, and gives it.
func (a Answer) Problem(status int, code string) rest.Problem {
	a.t.Helper()
	var p rest.Problem
	a.Into(&p)
	if a.Status != status || p.Code != code {
		a.t.Fatalf("apitest: %d %s, want %d %s: %s", a.Status, p.Code, status, code, a.Body)
	}
	return p
}

// Get asks for a path below the API's base: "/grants?limit=5".
func (c *Client) Get(path string) Answer {
	c.t.Helper()
	return c.Do(http.MethodGet, path, nil)
}

// Post sends a body: a string or []byte as it is, nil as none, anything else as JSON.
func (c *Client) Post(path string, body any) Answer {
	c.t.Helper()
	return c.Do(http.MethodPost, path, body)
}

// Do sends any request below the API's base.
func (c *Client) Do(method, path string, body any) Answer {
	c.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			c.t.Fatalf("apitest: %v", err)
		}
		r = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.Base+rest.Base+path, r)
	if err != nil {
		c.t.Fatalf("apitest: %v", err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	return c.Send(req)
}

// Send sends a request as it is, signed in with the client's token.
func (c *Client) Send(req *http.Request) Answer {
	c.t.Helper()
	if c.token != "" && req.Header.Get("Authorization") == "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.RoundTrip(req)
	if err != nil {
		c.t.Fatalf("apitest: %s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("apitest: %v", err)
	}
	return Answer{resp.StatusCode, resp.Header, body, c.t}
}

// Raw sends a request, signed in, and gives the body that came back, whatever it is. Nothing is held against the
// document: it is for tests that look at everything the server says.
func (c *Client) Raw(req *http.Request) []byte {
	c.t.Helper()
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	resp, err := rest.Seeing{}.RoundTrip(req)
	if err != nil {
		c.t.Fatalf("apitest: %s: %v", req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("apitest: %v", err)
	}
	return body
}

// RoundTrip sends a request and judges it and its answer. It makes Client an http.RoundTripper, so that any Go
// client can be held to the document. Requests outside the API pass unjudged.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	sent, err := drain(&req.Body)
	if err != nil {
		return nil, err
	}
	seen := &looked{of: c}
	resp, err := rest.Seeing{Under: seen}.RoundTrip(req)
	if err != nil || !inAPI(req.URL.Path) {
		return resp, err
	}
	got, err := drain(&resp.Body)
	if err != nil {
		return nil, err
	}
	req = resp.Request // with what was seen
	wrong := append(c.judge.complaints(req, sent, resp, got), seen.untold(req, sent, resp, got)...)
	for _, complaint := range wrong {
		c.t.Errorf("apitest: %s %s → %d: %s", req.Method, req.URL.Path, resp.StatusCode, complaint)
	}
	return resp, nil
}

// inAPI tells operations from the pages about them.
func inAPI(path string) bool {
	rest, ok := strings.CutPrefix(path, rest.Base+"/")
	return ok && rest != "openapi.json" && rest != "docs" && !strings.HasPrefix(rest, "docs/")
}

// drain reads a body and puts it back.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	b, err := io.ReadAll(*body)
	_ = (*body).Close()
	*body = io.NopCloser(bytes.NewReader(b))
	return b, err
}

// judge holds requests and answers against a document. The validator caches compiled schemas and is made once per
// document, which tests of one package share.
type judge struct {
	check validator.Validator
	model *v3.Document
	opts  *config.ValidationOptions
}

var judges sync.Map // by document, since compiling one costs more than a test

func newJudge(base string) (*judge, error) {
	document, err := documentOf(base)
	for again := 0; err != nil && again < 3; again++ { // a machine that does much else may not make it in time at first
		document, err = documentOf(base)
	}
	if err != nil {
		return nil, err
	}
	if j, ok := judges.Load(string(document)); ok {
		if j, ok := j.(*judge); ok {
			return j, nil
		}
	}
	j, err := newJudgeOf(document)
	if err != nil {
		return nil, err
	}
	judges.Store(string(document), j)
	return j, nil
}

func documentOf(base string) ([]byte, error) {
	resp, err := http.Get(base + rest.Base + "/openapi.json") //nolint:noctx // a test's context is the test
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}

func newJudgeOf(document []byte) (*judge, error) {
	doc, err := libopenapi.NewDocument(document)
	if err != nil {
		return nil, err
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, err
	}
	schemas := &lazily{SchemaCache: cache.NewDefaultCache()}
	opts := []config.Option{
		config.WithSchemaCache(schemas),
		config.WithFormatAssertions(),
		config.WithRejectUndeclaredRequestBody(),
		config.WithStrictMode(),
		config.WithStrictIgnoredHeadersExtra(commonHeaders...),
		config.WithStrictIgnorePaths("$.cookies.*"), // the session is a security scheme, the device is a courtesy
	}
	schemas.made = true
	check, errs := validator.NewValidator(doc, opts...)
	schemas.made = false
	if len(errs) > 0 {
		return nil, errs[0]
	}
	if ok, errs := check.ValidateDocument(); !ok {
		return nil, fmt.Errorf("the document is not OpenAPI 3.1: %v", describe(errs))
	}
	return &judge{check: check, model: &model.Model, opts: config.NewValidationOptions(opts...)}, nil
}

// lazily keeps compiled schemas. A new validator compiles those of the whole document, each beside all others, which
// takes longer than most tests: while it is made, all are said to be there, and each is compiled when it is first asked
// for.
type lazily struct {
	cache.SchemaCache

	made bool
}

func (l *lazily) Load(key uint64) (*cache.SchemaCacheEntry, bool) {
	if l.made {
		return nil, true
	}
	return l.SchemaCache.Load(key)
}

// commonHeaders are on every answer and so are not declared for each.
var commonHeaders = []string{
	"Cross-Origin-Resource-Policy", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options",
	"Cache-Control", "Content-Disposition", "Accept-Language", "X-Request-Id", "Allow", "Connection",
	"RateLimit", "RateLimit-Policy",
}

// complaints lists what is wrong with one exchange.
func (j *judge) complaints(req *http.Request, sent []byte, resp *http.Response, got []byte) []string {
	route, _, path := paths.FindPath(req, j.model, j.opts)
	if route == nil {
		if resp.StatusCode == http.StatusNotFound {
			return nil
		}
		return []string{"the document does not know the path"}
	}
	operation := operationOf(route, req.Method)
	if operation == nil {
		if resp.StatusCode == http.StatusMethodNotAllowed {
			return nil
		}
		return []string{"the document does not know the method"}
	}
	if resp.StatusCode == http.StatusNotFound && problemCode(got) == "no_such_path" {
		return nil // the router and the validator differ on empty parameters; nothing was done
	}
	var out []string
	asked := req.Clone(req.Context())
	asked.Body = io.NopCloser(bytes.NewReader(sent))
	if ok, errs := j.check.ValidateHttpRequestSync(asked); !ok && resp.StatusCode < 400 && !j.withoutEmpty(req, sent) {
		out = append(out, prefixed("it was accepted, but breaks the document: ", errs)...)
	}
	answered := *resp
	answered.Body = io.NopCloser(bytes.NewReader(got))
	asked.Body = io.NopCloser(bytes.NewReader(sent))
	if ok, errs := j.check.ValidateHttpResponse(asked, &answered); !ok {
		out = append(out, prefixed("the answer breaks the document: ", errs)...)
	}
	var marked struct {
		Dry *bool `json:"dry_run"`
	}
	if req.URL.Query().Get("dry_run") == "true" && resp.StatusCode == http.StatusOK &&
		(json.Unmarshal(got, &marked) != nil || marked.Dry == nil) {
		out = append(out, "the answer to a dry run has no dry_run: who keeps it takes it for something that happened")
	}
	if resp.StatusCode >= 400 {
		out = append(out, undocumented(operation, path, resp.StatusCode, got)...)
	}
	return out
}

func operationOf(item *v3.PathItem, method string) *v3.Operation {
	return item.GetOperations().GetOrZero(strings.ToLower(method))
}

// problemCode is the code of a problem document, "" for anything else.
func problemCode(body []byte) string {
	var p rest.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		return ""
	}
	return p.Code
}

// undocumented says whether the code of a problem is one that the operation admits to.
func undocumented(op *v3.Operation, path string, status int, body []byte) []string {
	code := problemCode(body)
	if code == "" {
		return []string{"a refusal that is no problem document"}
	}
	answer := op.Responses.Codes.GetOrZero(fmt.Sprint(status))
	if answer == nil {
		return []string{fmt.Sprintf("%s does not document status %d (%s)", path, status, code)}
	}
	var codes map[string][]string
	if node := op.Extensions.GetOrZero("x-problem-codes"); node != nil {
		if err := node.Decode(&codes); err != nil {
			return []string{err.Error()}
		}
	}
	if !slices.Contains(codes[fmt.Sprint(status)], code) {
		return []string{fmt.Sprintf("%s refuses with %d %s, which it does not document: add its sentinel to Refuses",
			op.OperationId, status, code)}
	}
	return nil
}

func prefixed(prefix string, errs []*errors.ValidationError) []string {
	out := describe(errs)
	for i := range out {
		out[i] = prefix + out[i]
	}
	return out
}

func describe(errs []*errors.ValidationError) []string {
	var out []string
	for _, e := range errs {
		line := e.Message + ": " + e.Reason
		for _, s := range e.SchemaValidationErrors {
			line += fmt.Sprintf(" [%s: %s]", s.FieldPath, s.Reason)
		}
		out = append(out, line)
	}
	return out
}

// Operations lists the operations of the document as "POST /grants/{id}", for a test that counts them.
func (c *Client) Operations() []string {
	var out []string
	for path, item := range c.judge.model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			out = append(out, strings.ToUpper(method)+" "+path)
		}
	}
	set := map[string]bool{}
	for _, o := range out {
		set[o] = true
	}
	return slices.Sorted(maps.Keys(set))
}
