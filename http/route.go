package http

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// Base is the path under which the whole API stands; its major version is part of it.
const Base = "/api/v1"

// API is the set of operations: each is both a handler and its own description. Routes are added before the
// server starts and never after.
type API struct {
	db        *store.DB
	log       *slog.Logger
	engine    *gin.Engine
	endpoints []*endpoint
	document  func() ([]byte, error) // the OpenAPI document, made when somebody first asks
	collector collector
	rate      limiter
	archive   *ledger.Archive // of evidence; nil keeps none
	vault     *vault.Vault    // of personal data; nil keeps none
	address   string          // of the public pages; "" where there are none
	sessions  *scs.SessionManager
	provider  *provider // of identities; nil is none
}

// Op describes one operation to the router, to the permission check and to the readers of the document.
type Op struct {
	Method  string // GET, POST, PUT, PATCH, DELETE
	Path    string // below Base, parameters with a colon: "/grants/:id/instalments"
	ID      string // operationId, lowerCamel verb and noun: "receiveInstalment"
	Summary string // one line, English
	Danish  string // the same line in Danish
	Tag     string // the resource, plural: "grants"
	About   string // optional: what the summary leaves out

	Roles    []access.Role // who may call it; empty: everyone who is signed in
	Public   bool          // no token needed
	Money    bool          // it has a money effect: Idempotency-Key is required, where other writes may do without
	Personal bool          // what it is sent or answers is only for the caller's eyes: it takes no Idempotency-Key, under which answers are stored
	Own      bool          // it concerns the caller's own account and nothing else
	Screen   bool          // it is for a person who signed in, not for a token

	Status   int      // of success; 0: 201 for POST, 204 without an Out, else 200
	Known    bool     // it may find what it would make: then 200 instead of Status, told by the Out's [Knows]
	Location string   // optional: where the new thing stands, "/grants/{id}", {id} out of the answer
	Produces []string // media types of an Out that is a File

	Body    int64   // most bytes of the request body; 0: 64 KiB
	Refuses []error // the sentinels of package-level errors that it may answer with, for the document
	Example string  // optional: a request body that works, as JSON
}

// None stands for a request without parameters or an answer without content (204).
type None struct{}

// File is an answer that is not JSON, such as a PDF. Its Type is one of the operation's Produces.
type File struct {
	Type string // media type
	Name string // for saving, ASCII, without a path
	Body []byte
	Save bool // it came from outside: a browser saves it and does not open it

	// Stream writes the body in the place of Body, after the tx has ended: for what is too large to be held, or not yet known.
	Stream func(ctx context.Context, w io.Writer) error
	// Size is how many bytes Stream will write, 0 where nobody knows: what breaks off then is seen by whoever reads it.
	Size int64
}

// Octets is a field of a request that takes its body as it is, as application/octet-stream: at most one, without fields
// from JSON beside it. Whatever else belongs to it goes into the query.
type Octets []byte

// Preparer is a request that does work of its own before the tx is opened, such as unpacking a picture: others wait for a
// tx to end.
type Preparer interface {
	// Prepare has all fields filled and in shape. Its error is answered like one of the act.
	Prepare() error
}

// Knows is an Out of an operation that is Known.
type Knows interface {
	// WasThere tells whether the thing was there before.
	WasThere() bool
}

// endpoint is a registered operation with everything that is known about its types before the first request.
type endpoint struct {
	api    *API
	op     Op
	in     shape        // of the request struct
	out    reflect.Type // of the view struct
	newIn  func() any
	act    func(ctx context.Context, tx *store.Tx, in any) (any, error)
	status int

	twin   *endpoint // the GET of what this changes; see match.go
	edited bool      // is somebody's twin

	alone func(ctx context.Context, c *gin.Context, in any) (any, error) // set where an operation goes its own way; see alone

	propose func(book ledger.Book, in any) (ledger.Entry, error) // set where requests are collected; see collect
}

// methods are those that the API uses.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Route registers an operation: the handler, and its description from the same types and tags.
//
// In is a struct. Each of its fields comes from exactly one place: `path:"id"` or `query:"limit"` (both with
// json:"-"), or `json:"amount"` for the body; one of type Octets (json:"-") takes a body that is no JSON. `validate:` tags hold its shape (see validate.go for those that there
// are) and become the schema; `description:` explains a field. Fields may be string and integer kinds, bool,
// Decimal, ledger.Money, ledger.Date, ledger.Currency, ledger.Rate, Ref, and structs and slices of these.
//
// Out is a struct that json shows, a List, a File, or None.
//
// act runs in one transaction, a View for GET and an Update for everything else, and may run again: it must do
// nothing but read and write through tx. The answer of a write is stored under its Idempotency-Key, with a hash of its body, so
// nothing personal may be in one that is not declared Personal: what a person's own words and numbers come in or go out in is a
// vault.Personal, which only such an operation has.
//
// A mistake in the declaration panics: it is found by any test that starts the server.
func Route[In, Out any](api *API, op Op, act func(ctx context.Context, tx *store.Tx, in In) (Out, error)) {
	api.register(&endpoint{
		api: api, op: op,
		in:    shapeOf(reflect.TypeFor[In]()),
		out:   reflect.TypeFor[Out](),
		newIn: func() any { return new(In) },
		act:   func(ctx context.Context, tx *store.Tx, in any) (any, error) { return act(ctx, tx, *in.(*In)) }, //nolint:errcheck,forcetypeassert // newIn made it
	})
}

// register is all of Route that does not depend on the types, so that it is compiled once and not once an operation.
func (a *API) register(e *endpoint) {
	e.status = e.successStatus()
	if err := e.check(); err != nil {
		panic(fmt.Sprintf("http: %s %s: %v", e.op.Method, e.op.Path, err))
	}
	a.endpoints = append(a.endpoints, e)
	a.engine.Handle(e.op.Method, Base+e.op.Path, e.serve)
}

func (e *endpoint) successStatus() int {
	switch {
	case e.op.Status != 0:
		return e.op.Status
	case e.out == reflect.TypeFor[None]():
		return http.StatusNoContent
	case e.op.Method == http.MethodPost:
		return http.StatusCreated
	}
	return http.StatusOK
}

func (e *endpoint) reads() bool { return e.op.Method == http.MethodGet }

// hasBody tells whether a request has a JSON body: a writing method and at least one field for it.
func (e *endpoint) hasBody() bool {
	return !e.reads() && e.op.Method != http.MethodDelete && len(e.in.json) > 0
}

// paged tells whether the answer comes in pages.
func (e *endpoint) paged() bool {
	_, found := e.in.goType.FieldByName("Page")
	return found
}

// takesOctets tells whether a request has a body that is no JSON.
func (e *endpoint) takesOctets() bool { return e.in.octets != nil }

func (e *endpoint) isFile() bool { return e.out == reflect.TypeFor[File]() }

// operationPath is how a path may look: plural kebab-case nouns and parameters, no wildcard.
var operationPath = regexp.MustCompile(`^(/[a-z][a-z0-9-]*|/:[a-z][a-z_]*)+$`)

// check refuses a declaration that would mislead somebody.
func (e *endpoint) check() error {
	op := e.op
	switch {
	case !slices.Contains(methods, op.Method):
		return fmt.Errorf("method %q is not one of %v", op.Method, methods)
	case !operationPath.MatchString(op.Path):
		return fmt.Errorf("path %q is not made of kebab-case words and :parameters", op.Path)
	case op.ID == "" || op.Summary == "" || op.Danish == "" || op.Tag == "":
		return fmt.Errorf("ID, Summary, Danish and Tag are for the readers: none may be empty")
	case op.Public && (op.Own || op.Screen || len(op.Roles) > 0), op.Own && len(op.Roles) > 0:
		return fmt.Errorf("what is public is nobody's, and one's own account is everybody's: Roles say something else")
	case op.Money && (e.reads() || op.Public || op.Personal):
		return fmt.Errorf("a money operation writes, somebody answers for it, and its answer is kept")
	case !op.Personal && (isPersonal(e.in.goType) || isPersonal(e.out)):
		return fmt.Errorf("a request or an answer with a vault.Personal in it is Personal: no key keeps anything of it")
	case e.isFile() != (len(op.Produces) > 0):
		return fmt.Errorf("field Produces goes with an Out that is a File")
	case e.isFile() && !e.reads():
		return fmt.Errorf("a File is read, not written")
	case e.op.Known != e.out.Implements(reflect.TypeFor[Knows]()):
		return fmt.Errorf("field Known goes with an Out that Knows")
	case e.status == http.StatusNoContent && e.out != reflect.TypeFor[None]():
		return fmt.Errorf("204 has no content, but Out is %s", e.out)
	}
	return e.checkShape()
}

// isPersonal tells whether a value of a type can hold a text about a person, at any depth.
func isPersonal(t reflect.Type, above ...reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return isPersonal(t.Elem(), above...)
	case reflect.Struct:
		return !slices.Contains(above, t) && slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return f.IsExported() && isPersonal(f.Type, append(above, t)...)
		})
	}
	return t == reflect.TypeFor[vault.Personal]()
}

// checkShape holds the request struct against the path and the method.
func (e *endpoint) checkShape() error {
	if e.in.err != nil {
		return e.in.err
	}
	var declared []string
	for part := range strings.SplitSeq(e.op.Path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			declared = append(declared, name)
		}
	}
	bound := e.in.names("path")
	slices.Sort(declared)
	slices.Sort(bound)
	if !slices.Equal(declared, bound) {
		return fmt.Errorf("the path has parameters %v, %s has %v", declared, e.in.goType, bound)
	}
	if (e.reads() || e.op.Method == http.MethodDelete) && len(e.in.json) > 0 {
		return fmt.Errorf("%s takes no body, but %s has json fields", e.op.Method, e.in.goType)
	}
	if e.takesOctets() && (e.reads() || e.op.Method == http.MethodDelete || len(e.in.json) > 0) {
		return fmt.Errorf("%s has Octets, which are the whole body of a write", e.in.goType)
	}
	if e.op.Example != "" && !e.hasBody() {
		return fmt.Errorf("an example of a body that does not exist")
	}
	if e.hasBody() && e.op.Example != "" {
		in := e.newIn()
		if err := decodeJSON([]byte(e.op.Example), in); err != nil {
			return fmt.Errorf("the example does not decode: %w", err)
		}
	}
	return nil
}
