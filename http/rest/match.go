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

	"supportledger/store"
)

// Two people read one thing, both change it, and the second undoes what the first did without having seen it. So an
// answer that shows a thing that can be changed bears an ETag, and a change may say with If-Match which state it was
// made from (RFC 9110 §13.1.1). There is nothing to declare: a PUT, PATCH or DELETE on the path of a GET has that one
// for its twin. The tag is a hash of what the twin shows, and is compared inside the transaction of the change.
//
// On PostgreSQL another change may commit between the comparison and our own write; acts that save a version with the
// row refuse that themselves, with the same answer.

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
	view, err := cmp.Or(req.twin, e.twin).Act(ctx, tx, req.seen)
	if err != nil {
		return ctx, err
	}
	body, err := Marshal(view)
	if err != nil {
		return ctx, err
	}
	for _, tag := range req.match {
		if tag == "*" || tag == etag(body) {
			return context.WithValue(ctx, matchedKey{}, true), nil
		}
	}
	return ctx, store.ErrStale
}

// matchParam is If-Match in the document.
type matchParam struct {
	IfMatch string `header:"If-Match" json:"-" description:"ETag of the state that the change was made from; another state answers stale_version."`
}
