package http

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"supportledger/ledger"
	"supportledger/store"
)

// answerWithin ends a request that waits for the database before the connection's own limit cuts it off, so that
// the client gets a definite word.
const answerWithin = 25 * time.Second

// reply is an answer before it is sent: what is stored under an idempotency key and given again.
type reply struct {
	status   int
	kind     string // media type; "" has no body
	body     []byte
	entry    *ledger.Posted // what the body is made of, where it is not there yet
	name     string         // for saving
	replayed bool
	dry      bool
	attached bool                                         // to be saved, not shown
	stream   func(ctx context.Context, w io.Writer) error // writes the body as it is made
	size     int64                                        // of what stream writes, where it is known
}

// request is what was understood of a request.
type request struct {
	in          any
	table       tableRequest
	dry         bool
	key         string   // Idempotency-Key; "" is none
	match       []string // If-Match; empty is none
	seen        any      // what the twin needs to show the state that is compared
	fingerprint []byte   // of the whole request; says whether a key is used for the same again
}

// serve is the handler of every operation.
func (e *endpoint) serve(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), answerWithin)
	defer cancel()
	if !e.op.Public {
		if err := e.api.rate.take(secretOf(c), timer.Now()); err != nil {
			e.api.fail(c, err)
			return
		}
	}
	out, err := e.answer(withVault(withLang(ctx, langOf(c.GetHeader("Accept-Language"))), e.api.vault), c)
	if err != nil {
		e.api.fail(c, err)
		return
	}
	e.send(c, out)
}

// answer goes the way of every request: who asks, what is asked, the act.
func (e *endpoint) answer(ctx context.Context, c *gin.Context) (reply, error) {
	if e.alone != nil {
		return e.goAlone(ctx, c)
	}
	if e.propose != nil {
		return e.collected(ctx, c)
	}
	if e.reads() && !e.op.Public {
		return e.look(ctx, c)
	}
	actor, err := e.authorise(ctx, c)
	if err != nil {
		return reply{}, err
	}
	req, err := e.read(c)
	if err != nil {
		return reply{}, err
	}
	return e.run(store.WithActor(ctx, actor), req)
}

// look goes the same way for what only reads, in one snapshot from the token to the answer.
func (e *endpoint) look(ctx context.Context, c *gin.Context) (out reply, err error) {
	by, err := e.api.credentialOf(c) //nolint:contextcheck // the session is looked up in the request that c carries
	if err != nil {
		return reply{}, err
	}
	err = e.api.db.View(ctx, func(tx *store.Tx) error {
		if tx.By, err = e.admit(ctx, tx, by, c.GetString(keyRequest)); err != nil {
			return err
		}
		req, err := e.read(c)
		if err != nil {
			return err
		}
		out, err = e.perform(store.WithActor(ctx, tx.By), tx, req)
		return err
	})
	return out, err
}

// read understands a request before anything is opened for it: parameters, body, their rules of shape, the key.
func (e *endpoint) read(c *gin.Context) (request, error) {
	req := request{in: e.newIn()}
	var body []byte
	if !e.reads() {
		var err error
		if req.key, err = e.idempotencyKey(c.Request.Header); err != nil {
			return req, err
		}
		if body, err = e.readBody(c.Writer, c.Request); err != nil {
			return req, err
		}
	}
	var parts Parts
	if e.inParts(c.Request) {
		var err error
		if body, parts, err = e.unpack(c.Request, body); err != nil {
			return req, err
		}
		reflect.ValueOf(req.in).Elem().FieldByIndex(e.in.parts).Set(reflect.ValueOf(parts))
	}
	if err := e.decode(body, req.in); err != nil {
		return req, err
	}
	if err := e.bindParams(c, req.in); err != nil {
		return req, err
	}
	if err := validate(req.in); err != nil {
		return req, err
	}
	err := e.readMatch(c, &req)
	if err != nil {
		return req, err
	}
	query := c.Request.URL.Query()
	if req.dry, err = dryRun(query); err != nil {
		return req, err
	}
	if req.table, err = e.tableOf(c, query); err != nil {
		return req, err
	}
	req.fingerprint = fingerprint(c.Request, query, parts.whole(body))
	tellFilter(req.in, query)
	if p, ok := req.in.(Preparer); ok {
		return req, p.Prepare()
	}
	return req, nil
}

// decode reads the body, which an operation without fields for it may leave out or send as {}.
func (e *endpoint) decode(body []byte, in any) error {
	if e.takesOctets() {
		if len(body) == 0 {
			return malformed("", "body_required", text{"The document itself is needed in the body.", "Selve dokumentet skal være i indholdet."})
		}
		reflect.ValueOf(in).Elem().FieldByIndex(e.in.octets).SetBytes(body)
		return nil
	}
	if !e.hasBody() {
		if len(body) == 0 || e.reads() {
			return nil
		}
		return decodeJSON(body, &struct{}{})
	}
	if len(body) == 0 {
		return malformed("", "body_required", text{"A JSON object is needed in the body.", "Der skal være et JSON-objekt i indholdet."})
	}
	return decodeJSON(body, in)
}

// dryRun reads ?dry_run=true.
func dryRun(query url.Values) (bool, error) {
	switch values := query["dry_run"]; {
	case len(values) == 0 || len(values) == 1 && values[0] == "false":
		return false, nil
	case len(values) == 1 && values[0] == "true":
		return true, nil
	}
	return false, refuseFaults([]*fault{{in: "query", pointer: "/dry_run", code: "wrong_type",
		message: text{"This value does not fit.", "Værdien passer ikke."}, hint: text{"send true or false", "send true eller false"}}})
}

// fingerprint is the SHA-256 of everything that makes a request what it is. Each part carries its length, so that
// no two requests share the bytes.
func fingerprint(r *http.Request, query url.Values, body []byte) []byte {
	query.Del("dry_run")
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.EscapedPath(), query.Encode(), string(body)} {
		_ = binary.Write(h, binary.BigEndian, uint64(len(part))) // a hash takes everything
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// errDryRun ends a transaction that must leave nothing behind.
var errDryRun = errors.New("http: dry run, rolled back")

// run opens the one transaction of a request. The act may run more than once, so everything that it fills is set
// anew inside.
func (e *endpoint) run(ctx context.Context, req request) (out reply, err error) {
	if e.reads() {
		err = e.api.db.View(ctx, func(tx *store.Tx) error {
			out, err = e.perform(ctx, tx, req)
			return err
		})
		return out, err
	}
	err = e.api.db.Update(ctx, func(tx *store.Tx) error {
		if out, err = e.once(ctx, tx, req); err != nil {
			return err
		}
		if req.dry {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return out, err
}

// once performs an act, or gives the answer that its key has already brought. A dry run neither uses a key up nor
// looks at it.
func (e *endpoint) once(ctx context.Context, tx *store.Tx, req request) (reply, error) {
	if req.key == "" || req.dry {
		return e.perform(ctx, tx, req)
	}
	before, err := claim(ctx, tx, req, e.op)
	if err != nil || before != nil {
		return valueOr(before), err
	}
	out, err := e.perform(ctx, tx, req)
	if err != nil {
		return out, err
	}
	return out, complete(ctx, tx, req.key, out)
}

func valueOr(r *reply) reply {
	if r == nil {
		return reply{}
	}
	return *r
}

// perform runs the act and renders what it gives, so that an answer that cannot be shown is not committed either.
func (e *endpoint) perform(ctx context.Context, tx *store.Tx, req request) (reply, error) {
	if f := req.table.format; f == "csv" || f == "xlsx" {
		return e.tabulate(ctx, tx, req)
	}
	ctx, err := e.matches(ctx, tx, req)
	if err != nil {
		return reply{}, err
	}
	view, err := e.act(ctx, tx, req.in)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: e.status, dry: req.dry}
	if file, ok := view.(File); ok {
		out.kind, out.body, out.name, out.attached, out.stream, out.size = file.Type, file.Body, file.Name, file.Save, file.Stream, file.Size
		return out, nil
	}
	if e.out == reflect.TypeFor[None]() {
		return out, nil
	}
	if k, ok := view.(Knows); ok && k.WasThere() {
		out.status = http.StatusOK
	}
	out.kind = "application/json"
	if out.body, err = show(view); err != nil {
		return reply{}, fmt.Errorf("http: answer of %s: %w", e.op.ID, err)
	}
	if req.dry {
		out.status = http.StatusOK
		out.body = markDry(out.body)
	}
	return out, nil
}

// markDry makes "dry_run":true the first member of a JSON object, so that nobody who keeps an answer takes it for
// something that happened.
func markDry(object []byte) []byte {
	rest := bytes.TrimLeft(object[1:], " \n")
	if rest[0] != '}' {
		rest = append([]byte(","), rest...)
	}
	return append([]byte(`{"dry_run":true`), rest...)
}

// show writes a view as JSON with a line end.
func show(view any) ([]byte, error) {
	b, err := json.Marshal(view, showing)
	return append(b, '\n'), err
}

// send writes an answer. Its headers come out of the answer itself, so a replayed one has the same.
func (e *endpoint) send(c *gin.Context, out reply) {
	h := c.Writer.Header()
	if out.dry {
		h.Set("Dry-Run", "true")
	}
	if out.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	if e.tagged() && out.kind == "application/json" && !out.dry {
		h.Set("ETag", etag(out.body))
	}
	e.sendLinks(c, out)
	if out.name != "" {
		how := "inline"
		if out.attached {
			how = "attachment"
		}
		h.Set("Content-Disposition", fmt.Sprintf("%s; filename=%q", how, out.name))
	}
	if out.kind == "" {
		c.Status(out.status)
		c.Writer.WriteHeaderNow()
		return
	}
	if out.stream != nil {
		e.api.stream(c, out)
		return
	}
	c.Data(out.status, out.kind, out.body)
}

// sendLinks sets Location of a new thing and Link of a next page.
func (e *endpoint) sendLinks(c *gin.Context, out reply) {
	if out.kind != "application/json" || out.dry {
		return
	}
	var known struct {
		ID   string   `json:"id"`
		Page PageView `json:"page"`
	}
	if e.op.Location == "" && !e.paged() {
		return
	}
	if err := json.Unmarshal(out.body, &known); err != nil {
		return
	}
	if e.op.Location != "" && known.ID != "" {
		c.Header("Location", Base+strings.ReplaceAll(e.op.Location, "{id}", known.ID))
	}
	if known.Page.NextCursor != "" {
		query := c.Request.URL.Query()
		query.Set("cursor", known.Page.NextCursor)
		c.Header("Link", fmt.Sprintf("<%s?%s>; rel=\"next\"", c.Request.URL.EscapedPath(), query.Encode()))
	}
}
