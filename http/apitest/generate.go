package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"supportledger/http/rest"
)

// Generator makes requests out of the document and nothing else: for any operation a path, parameters, headers and a
// body, most of them such as the document wants, some of them broken. What answers show is remembered by its name, so
// that later requests are about things that are there.
type Generator struct {
	Operations []*Generated

	under  *Client
	doc    object
	chance *rand.Rand
	seen   map[string][]any    // values, by the name of the member that showed them
	things map[string][]string // paths of things, by "/grants/{}"
}

// object is a JSON object.
type object = map[string]any

// Generated is an operation that requests are made for.
type Generated struct {
	ID, Method, Path string
	Roles            []string // that may call it; nil is everyone

	op object
}

// Exchange is one generated request with its answer.
type Exchange struct {
	Of         *Generated
	Request    string // as it can be sent again
	Status     int
	Answer     []byte
	Took       time.Duration
	Complaints []string // what the document does not say of it

	sent *http.Request
	body []byte
}

// NewGenerator reads the document of a client's server.
func NewGenerator(c *Client, seed uint64) *Generator {
	c.t.Helper()
	g := &Generator{under: c, chance: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // it decides what is tested, no more
		seen: map[string][]any{}, things: map[string][]string{}}
	c.Get("/openapi.json").Want(http.StatusOK).Into(&g.doc)
	for path, item := range g.doc["paths"].(object) { //nolint:forcetypeassert,errcheck // the document was validated
		for method, op := range item.(object) { //nolint:forcetypeassert,errcheck // as above
			o := &Generated{Method: strings.ToUpper(method), Path: path}
			o.op, _ = op.(object)
			o.ID, _ = o.op["operationId"].(string)
			for _, role := range list(o.op["x-roles"]) {
				o.Roles = append(o.Roles, fmt.Sprint(role))
			}
			g.Operations = append(g.Operations, o)
		}
	}
	slices.SortFunc(g.Operations, func(a, b *Generated) int { return strings.Compare(a.ID, b.ID) })
	return g
}

// Plain asks for a list without any parameter, to learn what there is.
func (g *Generator) Plain(c *Client, o *Generated) Exchange {
	g.under.t.Helper()
	req := g.begin(c, o.Method, o.Path, "", nil)
	return g.send(c, o, req, nil)
}

// Do makes a request for an operation, sends it as the client's user, and judges the answer. Where the operation wants
// to know what was seen, that is read first.
func (g *Generator) Do(c *Client, o *Generated) []Exchange {
	g.under.t.Helper()
	path, query, head := g.target(o), url.Values{}, http.Header{}
	for _, p := range list(o.op["parameters"]) {
		g.parameter(g.resolve(p), query, head)
	}
	var done []Exchange
	if twin, _ := o.op["x-if-match"].(string); twin != "" {
		head.Del("If-Match")
		if g.is(85) {
			looked := g.look(c, o, path, twin, head)
			done = append(done, looked...)
		}
	}
	body, kind := g.body(o)
	if kind != "" {
		head.Set("Content-Type", kind)
	}
	g.unusual(head)
	if _, own := head["Accept"]; !own && g.is(25) {
		head.Set("Accept", g.one(g.produced(o)))
	}
	req := g.begin(c, o.Method, path, query.Encode(), body)
	for name, values := range head {
		req.Header[name] = values
	}
	return append(done, g.send(c, o, req, body))
}

// Again sends a request that reads some more times, and gives the shortest that it took: on a busy machine one time
// says nothing. A write is not sent again.
func (g *Generator) Again(c *Client, e Exchange, times int) time.Duration {
	g.under.t.Helper()
	least := e.Took
	if e.sent.Method != http.MethodGet {
		return least
	}
	for range times {
		least = min(least, g.send(c, e.Of, e.sent.Clone(c.t.Context()), e.body).Took)
	}
	return least
}

// look reads the thing that an act is about, and puts its tag among the headers.
func (g *Generator) look(c *Client, o *Generated, path, twin string, head http.Header) []Exchange {
	i := slices.IndexFunc(g.Operations, func(other *Generated) bool { return other.ID == twin })
	if i < 0 {
		return nil
	}
	shows := g.Operations[i]
	own, sent := strings.Split(o.Path, "/"), strings.Split(path, "/")
	parts := strings.Split(shows.Path, "/")
	for n, part := range parts {
		if strings.HasPrefix(part, "{") && n < len(own) && strings.HasPrefix(own[n], "{") {
			parts[n] = sent[n]
		}
	}
	e, tag := g.sendTagged(c, shows, g.begin(c, shows.Method, strings.Join(parts, "/"), "", nil), nil)
	if tag == "" {
		tag = `"none"`
	}
	head.Set("If-Match", tag)
	return []Exchange{e}
}

// begin makes a request with the client's token.
func (g *Generator) begin(c *Client, method, path, query string, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.Base+rest.Base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatalf("apitest: %s %s: %v", method, path, err)
	}
	req.URL.RawQuery = query
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req
}

func (g *Generator) send(c *Client, o *Generated, req *http.Request, body []byte) Exchange {
	e, _ := g.sendTagged(c, o, req, body)
	return e
}

// sendTagged sends a request and holds both sides against the document.
func (g *Generator) sendTagged(c *Client, o *Generated, req *http.Request, body []byte) (Exchange, string) {
	e := Exchange{Of: o, Request: shown(req, body), sent: req, body: body}
	began := time.Now()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		c.t.Errorf("apitest: %s: %v", e.Request, err)
		return e, ""
	}
	e.Answer, err = io.ReadAll(resp.Body)
	e.Took, e.Status = time.Since(began), resp.StatusCode
	_ = resp.Body.Close() // it was only read
	if err != nil {
		e.Complaints = append(e.Complaints, err.Error())
	}
	e.Complaints = append(e.Complaints, c.judge.complaints(req, body, resp, e.Answer)...)
	if resp.StatusCode < http.StatusMultipleChoices {
		g.remember(o, req.URL.Path, e.Answer)
	}
	return e, resp.Header.Get("ETag")
}

// shown is a request as curl would send it, without its token.
func shown(req *http.Request, body []byte) string {
	out := req.Method + " " + req.URL.RequestURI()
	for name, values := range req.Header {
		if name != "Authorization" {
			out += fmt.Sprintf(" -H %q", name+": "+strings.Join(values, ","))
		}
	}
	if len(body) > 0 {
		out += fmt.Sprintf(" -d '%.2000s'", body)
	}
	return out
}

// kept is how many values of a name are remembered.
const kept = 60

// remember keeps what an answer shows.
func (g *Generator) remember(o *Generated, path string, answer []byte) {
	var shown any
	if json.Unmarshal(answer, &shown) != nil {
		return
	}
	path = strings.TrimPrefix(path, rest.Base)
	top, _ := shown.(object)
	for _, item := range append(list(top["data"]), shown) {
		g.thing(o, path, item)
	}
	g.gather("", shown)
}

// thing keeps where something that was listed or made stands, for every path of the document that leads there.
func (g *Generator) thing(o *Generated, path string, item any) {
	members, _ := item.(object)
	for _, other := range g.Operations {
		rest, below := strings.CutPrefix(other.Path, o.Path+"/{")
		param, _, _ := strings.Cut(rest, "}")
		if !below {
			continue
		}
		for _, name := range []string{param, "id", "number", "code", "month", "version", "year", "key", "name"} {
			if v := members[name]; v != nil && fmt.Sprint(v) != "" {
				keep(g, g.things, plainPath(o.Path+"/{}"), path+"/"+url.PathEscape(fmt.Sprint(v)))
				break
			}
		}
	}
}

// gather keeps the values of all members.
func (g *Generator) gather(name string, value any) {
	switch v := value.(type) {
	case object:
		for n, member := range v {
			g.gather(n, member)
		}
	case []any:
		for _, member := range v {
			g.gather(name, member)
		}
	default:
		keep(g, g.seen, name, value)
	}
}

// keep adds a value to those of a key, in the place of one of them where there are many.
func keep[T comparable](g *Generator, in map[string][]T, key string, value T) {
	switch before := in[key]; {
	case slices.Contains(before, value):
	case len(before) < kept:
		in[key] = append(before, value)
	default:
		before[g.chance.IntN(kept)] = value
	}
}

// plainPath writes all parameters of a path alike.
func plainPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// target is a path of an operation: of a thing that is there, where one is known.
func (g *Generator) target(o *Generated) string {
	parts, schemas := strings.Split(o.Path, "/"), map[string]object{}
	for _, p := range list(o.op["parameters"]) {
		if p := g.resolve(p); p["in"] == "path" {
			name, _ := p["name"].(string)
			schemas[name], _ = p["schema"].(object)
		}
	}
	done := 0
	for n := len(parts); n > 1 && g.is(92); n-- {
		known := g.things[plainPath(strings.Join(parts[:n], "/"))]
		if len(known) > 0 && strings.HasPrefix(parts[n-1], "{") {
			at := strings.Split(g.one(known), "/")
			copy(parts, at[:n])
			done = n
			break
		}
	}
	for i, part := range parts {
		if i < done || !strings.HasPrefix(part, "{") {
			continue
		}
		name := strings.Trim(part, "{}")
		text := fmt.Sprint(g.value(schemas[name], name, 0))
		if g.is(10) {
			text = g.one(oddTexts)
		}
		if text == "" || text == "." || text == ".." {
			text = "1"
		}
		parts[i] = url.PathEscape(text)
	}
	return strings.Join(parts, "/")
}

// parameter gives a parameter of the query or a header some value.
func (g *Generator) parameter(p object, query url.Values, head http.Header) {
	name, _ := p["name"].(string)
	required, _ := p["required"].(bool)
	if !g.is(20) && (!required || g.is(4)) {
		return
	}
	schema, _ := p["schema"].(object)
	text := g.text(schema, name)
	if g.is(12) {
		text = g.one(oddTexts)
	}
	switch p["in"] {
	case "query":
		query.Add(name, text)
		if g.is(2) {
			query.Add(name, text)
		}
	case "header":
		if name == "Idempotency-Key" && g.is(90) {
			text = fmt.Sprintf("generated-%d", g.chance.Uint64())
			keep(g, g.seen, name, any(text))
			if again := g.seen[name]; g.is(8) {
				text = fmt.Sprint(oneOf(g, again))
			}
		}
		if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			head.Set(name, text)
		}
	}
}

// text is a value as a parameter has it: several are separated by commas.
func (g *Generator) text(schema object, name string) string {
	value := g.value(schema, name, 0)
	if many, ok := value.([]any); ok {
		parts := make([]string, len(many))
		for i, v := range many {
			parts[i] = fmt.Sprint(v)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(value)
}

// unusual adds, now and then, headers that no operation declares.
func (g *Generator) unusual(head http.Header) {
	for name, values := range map[string][]string{
		"Accept-Language":   {"da", "en;q=0.2, da", "*", "xx"},
		"Content-Type":      {"text/plain", "application/json; charset=latin1", "application/xml", ";"},
		"X-Request-Id":      {"mine-1", strings.Repeat("x", 300)},
		"If-Match":          {"*", `"old"`, "W/\"a\"", "no quotes"},
		"Origin":            {"https://elsewhere.example"},
		"X-Forwarded-For":   {"127.0.0.1"},
		"If-Modified-Since": {"yesterday"},
	} {
		if g.is(3) {
			head.Set(name, g.one(values))
		}
	}
}

// produced are media types that an answer may have, and some that none has.
func (g *Generator) produced(o *Generated) []string {
	out := []string{"*/*", "application/json", "text/csv", "text/html", "nonsense", "application/json;q=0"}
	responses, _ := o.op["responses"].(object)
	for _, r := range responses {
		content, _ := g.resolve(r)["content"].(object)
		for kind := range content {
			out = append(out, kind)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// is is true in so many of a hundred cases.
func (g *Generator) is(percent int) bool { return g.chance.IntN(100) < percent }

// one chooses.
func (g *Generator) one(from []string) string { return oneOf(g, from) }

func oneOf[T any](g *Generator, from []T) T { return from[g.chance.IntN(len(from))] }

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// resolve follows a reference within the document.
func (g *Generator) resolve(v any) object {
	o, _ := v.(object)
	ref, _ := o["$ref"].(string)
	if ref == "" {
		return o
	}
	var at any = g.doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		in, _ := at.(object)
		at = in[part]
	}
	return g.resolve(at)
}
