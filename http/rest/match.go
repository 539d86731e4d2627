package rest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"supportledger/store"
)

// Two people read one thing, both change it, and the second undoes what the first did without having seen it. So an
// answer that shows a thing that can be changed bears an ETag, and a change may say with If-Match which state it was
// made from (RFC 9110 §13.1.1). There is nothing to declare: a PUT, PATCH or DELETE on the path of a GET has that one
// for its twin. The tag is a hash of what the twin shows, and is compared inside the transaction of the change.
//
// On PostgreSQL another change may commit between the comparison and our own write. So changes of one thing take turns:
// each compares when those before it have committed.

// ErrNoVersion is a change that does not say what it was made from, where that is asked for.
var ErrNoVersion = errors.New("http: neither If-Match nor a version")

// Pair finds the twins.
func (a *API) Pair() {
	shown := map[string]*Endpoint{}
	for _, e := range a.Endpoints {
		if e.Reads() && !e.Op.Personal && !e.isFile() && !e.paged() && !IsSheet(e.Out) && len(e.In.names("path")) > 0 {
			shown[e.Op.Path] = e
		}
	}
	for _, e := range a.Endpoints {
		switch e.Op.Method {
		case http.MethodPut, http.MethodPatch, http.MethodDelete:
			if e.twin = shown[e.Op.Path]; e.twin != nil {
				e.twin.edited = true
			}
		}
	}
}

// tagged tells whether the operation's answer shows a thing that can be changed.
func (e *Endpoint) tagged() bool { return e.edited || e.twin != nil && e.Out == e.twin.Out }

// etag is a strong tag of what is shown.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// readMatch takes If-Match, and what the twin needs to look.
func (e *Endpoint) readMatch(c *gin.Context, req *Request) error {
	if e.twin == nil {
		return nil
	}
	for tag := range strings.SplitSeq(strings.Join(c.Request.Header.Values("If-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			req.match = append(req.match, tag)
		}
	}
	if len(req.match) == 0 {
		return nil
	}
	req.seen = e.twin.newIn()
	return e.twin.bindPath(c, req.seen)
}

// matchedKey marks the context of an act whose If-Match held.
type matchedKey struct{}

// Matched tells an act whether If-Match has shown what it was made from.
func Matched(ctx context.Context) bool { return ctx.Value(matchedKey{}) != nil }

// matches refuses a change that was made from another state than there is. [store.ErrStale]. `*` is any state.
func (e *Endpoint) matches(ctx context.Context, tx *store.Tx, req Request) (context.Context, error) {
	if len(req.match) == 0 {
		return ctx, nil
	}
	body, err := e.shown(ctx, tx, req)
	if err != nil {
		return ctx, err
	}
	if tx.Engine == store.Postgres {
		if err := tx.Turn(ctx, req.twinOf(e).Op.Path+" "+nameIn(body)); err != nil {
			return ctx, err
		}
		if body, err = e.shown(ctx, tx, req); err != nil {
			return ctx, err
		}
	}
	for _, tag := range req.match {
		if tag == "*" || tag == etag(body) {
			return context.WithValue(ctx, matchedKey{}, true), nil
		}
	}
	return ctx, store.ErrStale
}

// twinOf is the twin of this request: its own, or that of its operation.
func (r Request) twinOf(e *Endpoint) *Endpoint { return cmp.Or(r.twin, e.twin) }

// shown is what the twin shows now.
func (e *Endpoint) shown(ctx context.Context, tx *store.Tx, req Request) ([]byte, error) {
	view, err := req.twinOf(e).Act(ctx, tx, req.seen)
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
	IfMatch string `header:"If-Match" json:"-" description:"ETag of the state that the change was made from; another state answers stale_version."`
}
