package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"supportledger/store"
)

// Two people read one thing, both change it, and the second undoes what the first did without having seen it; or a
// request is approved that somebody made ten times as large a moment before. So every change of what is there, and
// every decision on it, names the state that the caller saw (RFC 9110 §13.1.1): [Op.Match] names the GET that shows it,
// and If-Match carries that answer's ETag. The tag is a hash of what the GET shows, and is compared inside the
// transaction of the act.
//
// On PostgreSQL another change may commit between the comparison and our own write. So changes of one thing take turns:
// each compares when those before it have committed.

// ErrNoVersion is a change that does not say what it was made from.
var ErrNoVersion = errors.New("http: no If-Match")

// Why an operation that writes needs no If-Match: [Op.NoMatch] is one of these.
const (
	MakesNew    = "it makes something new, or puts something beside what is there"
	OwnAccount  = "it concerns the caller's own way in and nothing that others change"
	TakesAway   = "it takes a way in, whoever changed it before"
	ReadsPerson = "it reads: what it writes is the note of who read"
	NewVersion  = "it writes a further version; those before it stay as they are"
	ByRule      = "it takes all that waits for one rule of the books, each once, and nobody chose what"
	NamesAll    = "its body names all that it acts on, and each of them only once can be acted on"
)

// Pair finds for each operation the one that shows what it changes.
func (a *API) Pair() {
	for _, e := range a.Endpoints {
		if e.Op.Match == "" {
			continue
		}
		e.twin = a.Operation(e.Op.Match)
		e.twin.edited = true
		if err := e.checkMatch(); err != nil {
			panic(fmt.Sprintf("http: %s: %v", e.Op.ID, err))
		}
	}
	a.pairActions()
}

// checkMatch refuses a declaration that could not be kept.
func (e *Endpoint) checkMatch() error {
	own := e.In.names("path")
	switch {
	case e.Reads() || e.alone != nil || e.Collect != nil:
		return fmt.Errorf("what is compared with If-Match has a transaction of its own that writes")
	case !e.twin.Reads() || e.twin.isFile() || e.twin.Out == reflect.TypeFor[None]():
		return fmt.Errorf("%s does not show a thing", e.twin.Op.ID)
	case slices.ContainsFunc(e.twin.In.names("path"), func(p string) bool { return !slices.Contains(own, p) }):
		return fmt.Errorf("the path of %s has parameters that this one lacks", e.twin.Op.ID)
	}
	return nil
}

// tagged tells whether the operation's answer shows a thing that can be changed.
func (e *Endpoint) tagged() bool { return e.edited || e.twin != nil && e.Out == e.twin.Out }

// Tag is a strong tag of what is shown, but for the fields tagged etag:"-": those say what follows from the clock, or
// what the caller and others may do next, and differ while the thing stays as it is.
func (e *Endpoint) Tag(body []byte) string {
	sum := sha256.New()
	var fields map[string]jsontext.Value
	if len(e.beside) == 0 || json.Unmarshal(body, &fields) != nil {
		sum.Write(bytes.TrimSpace(body))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(e.beside, name) {
			fmt.Fprintf(sum, "%q:%s,", name, fields[name])
		}
	}
	return `"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:15]) + `"`
}

// besides are the fields of a view that its tag is not made of.
func besides(view reflect.Type) (names []string) {
	if view.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(view) {
		if f.Tag.Get("etag") == "-" {
			names = append(names, JSONName(f))
		}
	}
	return names
}

// readMatch takes If-Match, and what the twin needs to look. `*` names no state, so it is none.
func (e *Endpoint) readMatch(c *gin.Context, req *Request) error {
	if e.twin == nil {
		return nil
	}
	for tag := range strings.SplitSeq(strings.Join(c.Request.Header.Values("If-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag != "" && tag != "*" {
			req.match = append(req.match, tag)
		}
	}
	req.shownAt = Base + e.twin.Op.Path
	for _, p := range c.Params {
		req.shownAt = strings.Replace(req.shownAt, ":"+p.Key, url.PathEscape(p.Value), 1)
	}
	if len(req.match) == 0 {
		return &unseen{ErrNoVersion, req.shownAt}
	}
	req.seen = e.twin.newIn()
	return e.twin.bindPath(c, req.seen)
}

// matchingKey marks the context of an operation that is performed for its tag alone.
type matchingKey struct{}

// Matching tells an operation that reads whether its answer only becomes a tag: then it leaves out what the tag is not
// made of, and what that costs.
func Matching(ctx context.Context) bool { return ctx.Value(matchingKey{}) != nil }

// matches refuses a change that was made from another state than there is. [store.ErrStale].
func (e *Endpoint) matches(ctx context.Context, tx *store.Tx, req Request) error {
	if e.twin == nil {
		return nil
	}
	body, err := e.shown(ctx, tx, req)
	if err != nil {
		return err
	}
	if tx.Engine == store.Postgres && slices.Contains(req.match, e.twin.Tag(body)) {
		if err := tx.Turn(ctx, e.twin.Op.Path+" "+nameIn(body)); err != nil {
			return err
		}
		if body, err = e.shown(ctx, tx, req); err != nil {
			return err
		}
	}
	if !slices.Contains(req.match, e.twin.Tag(body)) {
		return &unseen{store.ErrStale, req.shownAt}
	}
	return nil
}

// unseen is a request that names no state, or another than there is, with where the state is shown.
type unseen struct {
	err  error
	href string
}

func (u *unseen) Error() string { return u.err.Error() }
func (u *unseen) Unwrap() error { return u.err }

// seenInstead tells a client where to read what it has to see.
func seenInstead(err error) (*Resource, []Way) {
	var u *unseen
	if !errors.As(err, &u) {
		return nil, nil
	}
	return nil, []Way{{Rel: "read", Href: u.href}}
}

// shown is what the twin shows now.
func (e *Endpoint) shown(ctx context.Context, tx *store.Tx, req Request) ([]byte, error) {
	view, err := e.twin.Act(context.WithValue(ctx, matchingKey{}, true), tx, req.seen)
	if err != nil {
		return nil, err
	}
	return Marshal(view)
}

// nameIn is the id of what is shown, which is the same by whatever name it was asked for; "" where it has none: then
// all things of its kind share a turn.
func nameIn(body []byte) string {
	var thing struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(body, &thing) // what has no id leaves it empty
	return thing.ID
}

// matchParam is If-Match in the document.
type matchParam struct {
	IfMatch string `header:"If-Match" json:"-" required:"true" description:"ETag of the state that you saw and act on, as the operation of x-if-match answers it. Without one: precondition_required; another state than there is: stale_version."`
}
