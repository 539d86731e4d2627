package rest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"supportledger/access"
	"supportledger/store"
)

// The pages are a client of the API inside the same process. They make requests of operations as any client does and
// get the same answers: one authorisation, one binding, one idempotency, one transaction, one table of problems. So no
// page can do what the API would refuse, and a rule is written once.

// Ask is a request that a page makes of an operation.
type Ask struct {
	Path  map[string]string // values of the path's parameters
	Query url.Values
	Body  any    // becomes the JSON body; nil is none
	Raw   []byte // the body of an operation that takes octets
	Key   string // Idempotency-Key; left out where the operation takes none
	// Seen is the ETag of what the user decided on, as Of shows it, which is what the operation compares: its Match.
	// Another state answers stale_version. Both are empty where the operation has none.
	Seen, Of string
	// Plain leaves out of the answer what may be done next with the thing: a page is about another one.
	Plain bool
	Lang  Lang
}

// ByID asks about one thing.
func ByID(id string) Ask { return Ask{Path: map[string]string{"id": id}} }

// Operation finds a registered operation by its id.
func (a *API) Operation(id string) *Endpoint {
	i := slices.IndexFunc(a.Endpoints, func(e *Endpoint) bool { return e.Op.ID == id })
	if i < 0 {
		panic(fmt.Sprintf("http: there is no operation %s", id))
	}
	return a.Endpoints[i]
}

// Take counts one request of a page against the rate of its session.
func (a *API) Take(c *gin.Context) error { return a.rate.take(secretOf(c), Clock.Now()) }

// Look is one snapshot of the books in which a page reads, as a user who is signed in.
type Look struct {
	Who  access.Principal
	tx   *store.Tx
	ctx  context.Context //nolint:containedctx // it ends with the snapshot, as the Look does
	page *gin.Context
	api  *API
}

// Look opens a snapshot for a page. Only the cookie of a session opens one: a program's token is for the API.
func (a *API) Look(c *gin.Context, l Lang, read func(*Look) error) error {
	id, err := a.SessionOf(c)
	if err != nil {
		return err
	}
	if id == "" {
		return access.ErrUnauthenticated
	}
	ctx, cancel := context.WithTimeout(withLang(c.Request.Context(), l), AnswerWithin)
	defer cancel()
	return a.DB.View(ctx, func(tx *store.Tx) error {
		who, err := access.AuthenticateWith(ctx, tx, access.Credential{Session: id})
		if err != nil {
			return err
		}
		tx.By = who.Actor(c.GetString(RequestIDKey))
		tx.Remember() // a page asks several operations, and rehearses what its rows can be done with
		return read(&Look{Who: who, tx: tx, ctx: store.WithActor(ctx, tx.By), page: c, api: a})
	})
}

// Today is the day of the snapshot.
func (l *Look) Today() string { return store.FormatTime(l.tx.At)[:len("2006-01-02")] }

// Now is the instant of the snapshot, as answers write it.
func (l *Look) Now() string { return Instant(l.tx.At) }

// May tells whether the user may call an operation; of which things, the operation itself says.
func (l *Look) May(id string) error { return access.Allow(l.Who, l.api.Operation(id).Action()) }

// Can is May where nobody needs the reason.
func (l *Look) Can(id string) bool { return l.May(id) == nil }

// Ask performs an operation that reads, and reads its answer into a struct of the page's own, which has the fields that
// the page shows. It gives the ETag of the answer.
func (l *Look) Ask(id string, ask Ask, into any) (tag string, err error) {
	out, err := l.Reply(id, ask)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(out.Body, into); err != nil {
		return "", fmt.Errorf("http: a page reads %s: %w", id, err)
	}
	return l.api.Operation(id).Tag(out.Body), nil
}

// Reply performs an operation that reads.
func (l *Look) Reply(id string, ask Ask) (Reply, error) {
	e := l.api.Operation(id)
	if !e.Reads() {
		return Reply{}, fmt.Errorf("http: a page looks with %s, which writes", id)
	}
	if err := access.Allow(l.Who, e.Action()); err != nil {
		return Reply{}, err
	}
	inner, err := e.inside(l.ctx, l.page, ask)
	if err != nil {
		return Reply{}, err
	}
	req, err := e.Read(inner)
	if err != nil {
		return Reply{}, err
	}
	req.plain, req.brief = ask.Plain, true
	return e.perform(l.ctx, l.tx, req)
}

// Next says of an act on a thing what the thing's own answer says in allowed_actions: for the rows of a list, whose
// answer says of none. Shown is the row.
func (l *Look) Next(id string, path map[string]string, shown []byte) ([]ActionView, error) {
	e := l.api.Operation(id)
	r := tries{tx: l.tx, api: l.api, of: e.twin, caller: l.Who, brief: true}
	for name, value := range path {
		r.path = append(r.path, gin.Param{Key: name, Value: value})
	}
	return r.views(l.ctx, e, shown)
}

// Do performs any operation as the user of a page's session, in a transaction of its own.
func (a *API) Do(c *gin.Context, id string, ask Ask) (Reply, error) {
	e := a.Operation(id)
	if a.ReadOnly && !e.Reads() {
		return Reply{}, store.ErrReadOnly
	}
	ctx, cancel := context.WithTimeout(withLang(c.Request.Context(), ask.Lang), AnswerWithin)
	defer cancel()
	if e.asks() {
		var err error
		if ask, err = ask.withReasons(typedReasons(c.Request.PostForm)); err != nil {
			return Reply{}, fmt.Errorf("http: a page asks for %s: %w", id, err)
		}
	}
	inner, err := e.inside(ctx, c, ask)
	if err != nil {
		return Reply{}, err
	}
	if ask.Seen != "" {
		inner.Request.Header.Set("If-Match", ask.Seen)
	}
	if ask.Of != "" && ask.Of != e.Op.Match {
		return Reply{}, fmt.Errorf("http: a page shows %q for %s, which compares %q", ask.Of, id, e.Op.Match)
	}
	return e.answer(ctx, inner)
}

// inside is the context of an operation that a page asks for. It has the host and the cookies of the page's own request
// and none of its other headers, and it answers into nothing but cookies.
func (e *Endpoint) inside(ctx context.Context, page *gin.Context, ask Ask) (*gin.Context, error) {
	path := Base + e.Op.Path
	var params gin.Params
	for name, value := range ask.Path {
		path = strings.ReplaceAll(path, ":"+name, url.PathEscape(value))
		params = append(params, gin.Param{Key: name, Value: value})
	}
	body, kind := ask.Raw, "application/octet-stream"
	if ask.Raw == nil && !e.Reads() {
		kind = "application/json"
		if ask.Body != nil {
			var err error
			// A form that arrives twice must ask for the same, byte for byte: its key stands for the body.
			if body, err = json.Marshal(ask.Body, json.Deterministic(true)); err != nil {
				return nil, fmt.Errorf("http: a page asks for %s: %w", e.Op.ID, err)
			}
		}
	}
	r, err := http.NewRequestWithContext(ctx, e.Op.Method, path+"?"+ask.Query.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("http: a page asks for %s: %w", e.Op.ID, err)
	}
	r.Host = page.Request.Host
	if len(body) > 0 {
		r.Header.Set("Content-Type", kind)
	}
	r.Header["Cookie"] = page.Request.Header["Cookie"]
	r.Header.Set("Accept-Language", string(ask.Lang))
	if ask.Key != "" && e.takesKey() {
		r.Header.Set("Idempotency-Key", ask.Key)
	}
	inner := gin.CreateTestContextOnly(page.Writer, e.API.Engine)
	inner.Request, inner.Params = r, params
	inner.Set(RequestIDKey, page.GetString(RequestIDKey))
	return inner, nil
}

// LangOf picks the language of an Accept-Language header.
func LangOf(header string) Lang { return langOf(header) }
