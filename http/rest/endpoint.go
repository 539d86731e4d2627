package rest

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

	"supportledger/store"
)

// AnswerWithin ends a request that waits for the database before the connection's own limit cuts it off, so that
// the client gets a definite word.
const AnswerWithin = 25 * time.Second

// Reply is an answer before it is sent: what is stored under an idempotency key and given again.
type Reply struct {
	Status   int
	Kind     string // media type; "" has no body
	Body     []byte
	Name     string // for saving
	Replayed bool
	dry      bool
	Attached bool                                         // to be saved, not shown
	Stream   func(ctx context.Context, w io.Writer) error // writes the body as it is made
	size     int64                                        // of what stream writes, where it is known
}

// Request is what was understood of a request.
type Request struct {
	In          any
	Table       TableRequest
	Dry         bool
	Key         string            // Idempotency-Key; "" is none
	Reasons     map[string]string // why something unusual is meant, by the code of the question
	match       []string          // If-Match; empty is none
	seen        any               // what the twin needs to show the state that is compared
	shownAt     string            // where it does
	path        gin.Params
	plain       bool   // the answer leaves out what may be done next
	brief       bool   // and says who else could only where the caller may not
	Fingerprint []byte // of the whole request; says whether a key is used for the same again
}

// serve is the handler of every operation.
func (e *Endpoint) serve(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), AnswerWithin)
	defer cancel()
	if err := e.limited(c); err != nil {
		e.API.Fail(c, err)
		return
	}
	out, err := e.answer(withLang(ctx, langOf(c.GetHeader("Accept-Language"))), c)
	if err != nil {
		e.API.Fail(c, err)
		return
	}
	e.send(c, out)
}

// limited counts a request: of a token by its token, of what anybody may call as [API.TakePublic] does.
func (e *Endpoint) limited(c *gin.Context) error {
	if e.Op.Public {
		return e.API.TakePublic(c)
	}
	err := e.API.rate.take(secretOf(c), Clock.Now())
	e.API.rate.tell(c.Writer.Header(), secretOf(c))
	return err
}

// answer authenticates the caller, reads the request and runs the act.
func (e *Endpoint) answer(ctx context.Context, c *gin.Context) (Reply, error) {
	if e.API.ReadOnly && !e.Reads() {
		return Reply{}, Refuse("read_only")
	}
	if e.alone != nil {
		return e.goAlone(ctx, c)
	}
	if e.Collect != nil {
		return e.Collect(ctx, c)
	}
	if e.Reads() && !e.Op.Public {
		return e.look(ctx, c)
	}
	actor, err := e.Authorise(ctx, c)
	if err != nil {
		return Reply{}, err
	}
	req, err := e.Read(c)
	if err != nil {
		return Reply{}, err
	}
	return e.Run(store.WithActor(ctx, actor), req)
}

// look goes the same way for what only reads, in one snapshot from the token to the answer.
func (e *Endpoint) look(ctx context.Context, c *gin.Context) (out Reply, err error) {
	by, err := e.API.CredentialOf(c)
	if err != nil {
		return Reply{}, err
	}
	err = e.API.DB.View(ctx, func(tx *store.Tx) error {
		if tx.By, err = e.admit(ctx, tx, by, c.GetString(RequestIDKey)); err != nil {
			return err
		}
		req, err := e.Read(c)
		if err != nil {
			return err
		}
		out, err = e.perform(store.WithActor(ctx, tx.By), tx, req)
		return err
	})
	return out, err
}

// Read understands a request before anything is opened for it: parameters, body, their rules of shape, the key.
func (e *Endpoint) Read(c *gin.Context) (Request, error) {
	req := Request{In: e.newIn(), path: c.Params}
	if err := e.readMatch(c, &req); err != nil {
		return req, err
	}
	var body []byte
	if !e.Reads() {
		var err error
		if req.Key, err = e.idempotencyKey(c.Request.Header); err != nil {
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
		reflect.ValueOf(req.In).Elem().FieldByIndex(e.In.parts).Set(reflect.ValueOf(parts))
	}
	sent := body
	if e.asks() && e.hasBody() {
		var err error
		if req.Reasons, body, err = takeReasons(body); err != nil {
			return req, err
		}
	}
	if err := e.decode(body, req.In); err != nil {
		return req, err
	}
	if err := e.bindParams(c, req.In); err != nil {
		return req, err
	}
	if err := Validate(req.In); err != nil {
		return req, err
	}
	query := c.Request.URL.Query()
	var err error
	if req.Dry, err = dryRun(query); err != nil {
		return req, err
	}
	if req.Table, err = e.tableOf(c, query); err != nil {
		return req, err
	}
	if e.asks() && !e.hasBody() {
		if req.Reasons, err = reasonsIn(query); err != nil {
			return req, err
		}
	}
	if sent = parts.whole(sent); e.Op.Personal {
		sent = nil // not even a hash of what is personal is kept
	}
	req.Fingerprint = fingerprint(c.Request, query, sent)
	tellFilter(req.In, query)
	if p, ok := req.In.(Preparer); ok {
		return req, p.Prepare()
	}
	return req, nil
}

// decode reads the body, which an operation without fields for it may leave out or send as {}.
func (e *Endpoint) decode(body []byte, in any) error {
	if e.takesOctets() {
		if len(body) == 0 {
			return malformed("", "body_required",
				Text{"The document itself is needed in the body.", "Selve dokumentet skal være i indholdet."})
		}
		reflect.ValueOf(in).Elem().FieldByIndex(e.In.octets).SetBytes(body)
		return nil
	}
	if !e.hasBody() {
		if len(body) == 0 || e.Reads() {
			return nil
		}
		return decodeJSON(body, &struct{}{})
	}
	if len(body) == 0 {
		return malformed("", "body_required",
			Text{"A JSON object is needed in the body.", "Der skal være et JSON-objekt i indholdet."})
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
	return false, refuseFaults([]*Fault{{in: "query", Pointer: "/dry_run", Code: "wrong_type",
		Message: Text{"This value does not fit.", "Værdien passer ikke."},
		Hint:    Text{"send true or false", "send true eller false"}}})
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

// Run opens the one transaction of a request. The act may run more than once, so everything that it fills is set
// anew inside.
func (e *Endpoint) Run(ctx context.Context, req Request) (out Reply, err error) {
	if e.Reads() {
		err = e.API.DB.View(ctx, func(tx *store.Tx) error {
			out, err = e.perform(ctx, tx, req)
			return err
		})
		return out, err
	}
	err = e.API.DB.Update(ctx, func(tx *store.Tx) error {
		if out, err = e.once(ctx, tx, req); err != nil {
			return err
		}
		if req.Dry {
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
func (e *Endpoint) once(ctx context.Context, tx *store.Tx, req Request) (Reply, error) {
	if req.Key == "" || req.Dry {
		return e.perform(ctx, tx, req)
	}
	before, err := claim(ctx, tx, req, e.Op)
	if err != nil || before != nil {
		return valueOr(before), err
	}
	out, err := e.perform(ctx, tx, req)
	if err != nil {
		return out, err
	}
	return out, complete(ctx, tx, req.Key, e.Op, out)
}

func valueOr(r *Reply) Reply {
	if r == nil {
		return Reply{}
	}
	return *r
}

// perform runs the act and renders what it gives, so that an answer that cannot be shown is not committed either.
func (e *Endpoint) perform(ctx context.Context, tx *store.Tx, req Request) (Reply, error) {
	if f := req.Table.Format; f == "csv" || f == "xlsx" {
		return e.API.Tabulate(ctx, tx, e, req)
	}
	if err := e.matches(ctx, tx, req); err != nil {
		return Reply{}, err
	}
	ctx, err := e.doubts(ctx, tx, req)
	if err != nil {
		return Reply{}, err
	}
	if len(e.next) > 0 && !req.plain {
		tx.Remember() // the acts that are rehearsed read much of what is shown, each again
	}
	view, err := e.Act(ctx, tx, req.In)
	if err != nil {
		return Reply{}, err
	}
	out := Reply{Status: e.Status, dry: req.Dry}
	if file, ok := view.(File); ok {
		out.Kind, out.Body, out.Name, out.Attached, out.Stream, out.size = file.Type, file.Body, file.Name, file.Save,
			file.Stream, file.Size
		return out, nil
	}
	if e.Out == reflect.TypeFor[None]() {
		return out, nil
	}
	if k, ok := view.(Knows); ok && k.WasThere() {
		out.Status = http.StatusOK
	}
	out.Kind = "application/json"
	if out.Body, err = Marshal(view); err != nil {
		return Reply{}, fmt.Errorf("http: answer of %s: %w", e.Op.ID, err)
	}
	if out.Body, err = e.withActions(ctx, tx, req, out.Body); err != nil {
		return Reply{}, err
	}
	if req.Dry {
		out.Status = http.StatusOK
		out.Body = markDry(out.Body)
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

// Marshal writes a view as JSON with a line end.
func Marshal(view any) ([]byte, error) {
	b, err := json.Marshal(view, ViewOptions)
	return append(b, '\n'), err
}

// send writes an answer. Its headers come out of the answer itself, so a replayed one has the same.
func (e *Endpoint) send(c *gin.Context, out Reply) {
	h := c.Writer.Header()
	if out.dry {
		h.Set("Dry-Run", "true")
	}
	if key := c.GetHeader("Idempotency-Key"); key != "" && e.takesKey() && !out.dry {
		h.Set("Idempotency-Key", key)
	}
	if out.Replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	if e.tagged() && out.Kind == "application/json" && !out.dry {
		h.Set("ETag", e.Tag(out.Body))
	}
	e.sendLinks(c, out)
	if out.Name != "" {
		how := "inline"
		if out.Attached {
			how = "attachment"
		}
		h.Set("Content-Disposition", fmt.Sprintf("%s; filename=%q", how, out.Name))
	}
	if out.Kind == "" {
		c.Status(out.Status)
		c.Writer.WriteHeaderNow()
		return
	}
	if out.Stream != nil {
		e.API.stream(c, out)
		return
	}
	c.Data(out.Status, out.Kind, out.Body)
}

// sendLinks sets Location of a new thing and Link of a next page.
func (e *Endpoint) sendLinks(c *gin.Context, out Reply) {
	if out.Kind != "application/json" || out.dry {
		return
	}
	var known struct {
		ID   string   `json:"id"`
		Page PageView `json:"page"`
	}
	if e.Op.Location == "" && !e.paged() {
		return
	}
	if err := json.Unmarshal(out.Body, &known); err != nil {
		return
	}
	if e.Op.Location != "" && known.ID != "" {
		c.Header("Location", Base+strings.ReplaceAll(e.Op.Location, "{id}", known.ID))
	}
	if known.Page.NextCursor != "" {
		query := c.Request.URL.Query()
		query.Set("cursor", known.Page.NextCursor)
		c.Header("Link", fmt.Sprintf("<%s?%s>; rel=\"next\"", c.Request.URL.EscapedPath(), query.Encode()))
	}
}

// goAlone answers an operation that opens its transactions itself.
func (e *Endpoint) goAlone(ctx context.Context, c *gin.Context) (Reply, error) {
	actor, err := e.Authorise(ctx, c)
	if err != nil {
		return Reply{}, err
	}
	req, err := e.Read(c)
	if err != nil {
		return Reply{}, err
	}
	view, err := e.alone(store.WithActor(ctx, actor), c, req.In)
	if err != nil {
		return Reply{}, err
	}
	out := Reply{Status: e.Status}
	if _, none := view.(None); none {
		return out, nil
	}
	out.Kind = "application/json"
	out.Body, err = Marshal(view)
	return out, err
}
