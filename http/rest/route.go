package rest

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

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/store"
)

// Base is the path under which the whole API stands; its major version is part of it.
const Base = "/api/v1"

// API is the set of operations: each is both a handler and its own description. Routes are added before the
// server starts and never after.
type API struct {
	DB        *store.DB
	Log       *slog.Logger
	Engine    *gin.Engine
	Endpoints []*Endpoint
	Document  func() ([]byte, error) // the OpenAPI document, made when somebody first asks
	rate      limiter
	address   limiter // of what anybody may call, by address
	anybody   limiter // and all of that together
	Problems  ProblemTable
	ReadOnly  bool // what would write is refused

	// Doubts asks about what any request of some kind says, such as a day or a rate; nil asks nothing.
	Doubts func(ctx context.Context, tx *store.Tx, op Op, in any) error
	// DoubtCodes are the codes of all questions, for the document.
	DoubtCodes []string

	// Known names the device of a request that signed in before, "" of any other.
	Known func(c *gin.Context) string
	// sessionOf gives the session that a request's cookie leads to, "" without one.
	SessionOf func(c *gin.Context) (access.TokenID, error)
	// tabulate performs a reading act and writes its rows as a table.
	Tabulate func(ctx context.Context, tx *store.Tx, e *Endpoint, req Request) (Reply, error)
}

// New makes an API without operations.
func New(db *store.DB, log *slog.Logger, requestsPerSecond int, problems ProblemTable) *API {
	return &API{DB: db, Log: log, Engine: newEngine(), rate: limiter{perSecond: requestsPerSecond},
		address: limiter{perSecond: perAddress, grows: true}, anybody: limiter{perSecond: perAll}, Problems: problems,
		Known:     func(*gin.Context) string { return "" },
		SessionOf: func(*gin.Context) (access.TokenID, error) { return "", nil }}
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

	Roles  []access.Role // who may call it; empty: everyone who is signed in
	Public bool          // no token needed
	Money  bool          // it has a money effect: Idempotency-Key is required, where other writes may do without
	// Personal says that what it is sent or answers is only for the caller's eyes: no answer of it is kept under an
	// Idempotency-Key.
	Personal bool
	Own      bool // it concerns the caller's own account and nothing else
	Screen   bool // it is for a person who signed in, not for a token

	// Match is the ID of the GET that shows what this changes or decides on: a request carries that answer's ETag as
	// If-Match, and another state is refused. Every write has it, or NoMatch, which says why it needs none; see match.go.
	Match, NoMatch string

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

	// Stream writes the body in the place of Body, after the tx has ended: for what is too large to be held, or not yet
	// known.
	Stream func(ctx context.Context, w io.Writer) error
	// Size is how many bytes Stream will write, 0 where nobody knows: what breaks off then is seen by whoever reads it.
	Size int64
}

// Octets is a field of a request that takes its body as it is, as application/octet-stream: at most one, without fields
// from JSON beside it. Whatever else belongs to it goes into the query.
type Octets []byte

// Preparer is a request that does work of its own before the tx is opened, such as unpacking a picture: others wait for
// a tx to end.
type Preparer interface {
	// Prepare has all fields filled and in shape. Its error is answered like one of the act.
	Prepare() error
}

// Knows is an Out of an operation that is Known.
type Knows interface {
	// WasThere tells whether the thing was there before.
	WasThere() bool
}

// Endpoint is a registered operation with everything that is known about its types before the first request.
type Endpoint struct {
	API    *API
	Op     Op
	In     shape        // of the request struct
	Out    reflect.Type // of the view struct
	newIn  func() any
	Act    func(ctx context.Context, tx *store.Tx, in any) (any, error)
	Status int

	twin   *Endpoint   // the operation of Op.Match
	edited bool        // is somebody's twin
	beside []string    // fields of Out that its tag is not made of
	next   []*Endpoint // what can be done with what it shows

	// alone is set where an operation opens its transactions itself; see RouteAlone.
	alone func(ctx context.Context, c *gin.Context, in any) (any, error)
	// Collect is set where requests are posted together; see package groupcommit.
	Collect func(ctx context.Context, c *gin.Context) (Reply, error)
}

// methods are those that the API uses.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// Route registers an operation: the handler, and its description from the same types and tags.
//
// In is a struct. Each of its fields comes from exactly one place: `path:"id"` or `query:"limit"` (both with json:"-"),
// or `json:"amount"` for the body; one of type Octets (json:"-") takes a body that is no JSON. `validate:` tags hold
// its shape (see validate.go for those that there are) and become the schema; `description:` explains a field. Fields
// may be string and integer kinds, bool, Decimal, ledger.Money, ledger.Date, ledger.Currency, ledger.Rate, Ref, and
// structs and slices of these.
//
// Out is a struct that json shows, a List, a File, or None.
//
// act runs in one transaction, a View for GET and an Update for everything else, and may run again: it must do nothing
// but read and write through tx. The answer of a write is stored under its Idempotency-Key, with a hash of its body, so
// nothing personal may be in one that is not declared Personal: what a person's own words and numbers come in or go out
// in is a vault.Personal, which only such an operation has.
//
// A mistake in the declaration panics: it is found by any test that starts the server.
func Route[In, Out any](api *API, op Op, act func(ctx context.Context, tx *store.Tx, in In) (Out, error)) {
	api.register(&Endpoint{
		API: api, Op: op,
		In:    shapeOf(reflect.TypeFor[In]()),
		Out:   reflect.TypeFor[Out](),
		newIn: func() any { return new(In) },
		Act: func(ctx context.Context, tx *store.Tx, in any) (any, error) {
			return act(ctx, tx, *in.(*In)) //nolint:errcheck // newIn made it
		},
	})
}

// register is all of Route that does not depend on the types, so that it is compiled once and not once an operation.
func (a *API) register(e *Endpoint) {
	e.Status, e.beside = e.successStatus(), besides(e.Out)
	if err := e.check(); err != nil {
		panic(fmt.Sprintf("http: %s %s: %v", e.Op.Method, e.Op.Path, err))
	}
	a.Endpoints = append(a.Endpoints, e)
	a.Engine.Handle(e.Op.Method, Base+e.Op.Path, e.serve)
	if e.Reads() {
		a.Engine.HEAD(Base+e.Op.Path, e.serve) // net/http leaves the body out
	}
}

func (e *Endpoint) successStatus() int {
	switch {
	case e.Op.Status != 0:
		return e.Op.Status
	case e.Out == reflect.TypeFor[None]():
		return http.StatusNoContent
	case e.Op.Method == http.MethodPost:
		return http.StatusCreated
	}
	return http.StatusOK
}

// Reads tells whether the operation changes nothing.
func (e *Endpoint) Reads() bool { return e.Op.Method == http.MethodGet }

// hasBody tells whether a request has a JSON body: a writing method and at least one field for it.
func (e *Endpoint) hasBody() bool {
	return !e.Reads() && e.Op.Method != http.MethodDelete && len(e.In.json) > 0
}

// paged tells whether the answer comes in pages.
func (e *Endpoint) paged() bool {
	_, found := e.In.GoType.FieldByName("Page")
	return found
}

// takesOctets tells whether a request has a body that is no JSON.
func (e *Endpoint) takesOctets() bool { return e.In.octets != nil }

func (e *Endpoint) isFile() bool { return e.Out == reflect.TypeFor[File]() }

// operationPath is how a path may look: plural kebab-case nouns and parameters, no wildcard.
var operationPath = regexp.MustCompile(`^(/[a-z][a-z0-9-]*|/:[a-z][a-z_]*)+$`)

// check refuses a declaration that would mislead somebody.
func (e *Endpoint) check() error {
	op := e.Op
	switch {
	case !slices.Contains(methods, op.Method):
		return fmt.Errorf("method %q is not one of %v", op.Method, methods)
	case !operationPath.MatchString(op.Path):
		return fmt.Errorf("path %q is not made of kebab-case words and :parameters", op.Path)
	case op.ID == "" || op.Summary == "" || op.Danish == "" || op.Tag == "":
		return fmt.Errorf("ID, Summary, Danish and Tag are for the readers: none may be empty")
	case op.Public && (op.Own || op.Screen || len(op.Roles) > 0), op.Own && len(op.Roles) > 0:
		return fmt.Errorf("what is public is nobody's, and one's own account is everybody's: Roles say something else")
	case op.Money && (e.Reads() || op.Public || op.Personal):
		return fmt.Errorf("a money operation writes, somebody answers for it, and its answer is kept")
	case !op.Personal && (IsPersonal(e.In.GoType) || IsPersonal(e.Out)):
		return fmt.Errorf("a request or an answer with a vault.Personal in it is Personal: no key keeps anything of it")
	case e.In.GoType == reflect.TypeFor[Page]():
		return fmt.Errorf("a list's request embeds Page beside its filters; by itself it is not seen")
	case e.isFile() != (len(op.Produces) > 0):
		return fmt.Errorf("field Produces goes with an Out that is a File")
	case e.isFile() && !e.Reads():
		return fmt.Errorf("a File is read, not written")
	case e.Op.Known != e.Out.Implements(reflect.TypeFor[Knows]()):
		return fmt.Errorf("field Known goes with an Out that Knows")
	case IsSheet(e.Out) && !e.Reads() && !op.Personal:
		return fmt.Errorf("a table that a write answers with is Personal: no key keeps one")
	case e.Status == http.StatusNoContent && e.Out != reflect.TypeFor[None]():
		return fmt.Errorf("204 has no content, but Out is %s", e.Out)
	}
	return e.checkShape()
}

// IsPersonal tells whether a value of a type can hold a text about a person, at any depth.
func IsPersonal(t reflect.Type, above ...reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return IsPersonal(t.Elem(), above...)
	case reflect.Struct:
		return !slices.Contains(above, t) && slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return f.IsExported() && IsPersonal(f.Type, append(above, t)...)
		})
	}
	return t == reflect.TypeFor[vault.Personal]()
}

// checkShape holds the request struct against the path and the method.
func (e *Endpoint) checkShape() error {
	if e.In.err != nil {
		return e.In.err
	}
	var declared []string
	for part := range strings.SplitSeq(e.Op.Path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			declared = append(declared, name)
		}
	}
	bound := e.In.names("path")
	slices.Sort(declared)
	slices.Sort(bound)
	if !slices.Equal(declared, bound) {
		return fmt.Errorf("the path has parameters %v, %s has %v", declared, e.In.GoType, bound)
	}
	if (e.Reads() || e.Op.Method == http.MethodDelete) && len(e.In.json) > 0 {
		return fmt.Errorf("%s takes no body, but %s has json fields", e.Op.Method, e.In.GoType)
	}
	if e.takesOctets() && (e.Reads() || e.Op.Method == http.MethodDelete || len(e.In.json) > 0) {
		return fmt.Errorf("%s has Octets, which are the whole body of a write", e.In.GoType)
	}
	if e.Op.Example != "" && !e.hasBody() {
		return fmt.Errorf("an example of a body that does not exist")
	}
	if e.hasBody() && e.Op.Example != "" {
		in := e.newIn()
		if err := decodeJSON([]byte(e.Op.Example), in); err != nil {
			return fmt.Errorf("the example does not decode: %w", err)
		}
	}
	return nil
}

// The methods that operations have most.
const (
	Get  = http.MethodGet
	Post = http.MethodPost
	Put  = http.MethodPut
)

// RouteAlone registers an operation that opens its transactions itself, since what it does in
// between takes long (a password is hashed), and it may set cookies.
func RouteAlone[In, Out any](api *API, op Op, act func(ctx context.Context, c *gin.Context, in In) (Out, error)) {
	Route(api, op, func(context.Context, *store.Tx, In) (Out, error) {
		var none Out
		return none, fmt.Errorf("http: %s opens its transactions itself", op.ID)
	})
	e := api.Endpoints[len(api.Endpoints)-1]
	e.alone = func(ctx context.Context, c *gin.Context, in any) (any, error) {
		typed, ok := in.(*In)
		if !ok {
			return nil, fmt.Errorf("http: %T given to %s", in, op.ID)
		}
		return act(ctx, c, *typed)
	}
}
