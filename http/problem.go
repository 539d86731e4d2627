package http

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"supportledger/store"
)

// Lang is the language of what people read: codes, keys and amounts are the same in both.
type Lang string

// The languages that the API answers in.
const (
	English Lang = "en"
	Danish  Lang = "da"
)

// langOf picks the language of an Accept-Language header (RFC 9110 §12.5.4): of ours the one with the highest
// weight, the earlier one on a tie, English when it names neither.
func langOf(header string) Lang {
	best, weight := English, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary != string(English) && primary != string(Danish) {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > weight {
			best, weight = Lang(primary), q
		}
	}
	return best
}

// text is one sentence in both languages.
type text struct{ en, da string }

func (t text) in(l Lang) string {
	if l == Danish {
		return t.da
	}
	return t.en
}

// Problem is the document that every refusal is answered with (RFC 9457). Code is for programs and never
// changes; Title, Detail and Hint are for people and follow Accept-Language.
type Problem struct {
	Type      string       `json:"type" description:"Address of a page about this kind of problem, served by this program."`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Code      string       `json:"code" description:"Stable name of the kind of problem."`
	Detail    string       `json:"detail,omitempty" description:"What happened this time."`
	Hint      string       `json:"hint,omitempty" description:"What to do about it."`
	Instance  string       `json:"instance" description:"The path that was asked for."`
	RequestID string       `json:"request_id" description:"Also in the X-Request-Id header, the log and the audit trail."`
	Errors    []FieldError `json:"errors,omitempty"`

	ConflictingResource *Resource `json:"conflicting_resource,omitempty" description:"What is there already, where that is the problem."`
	Instead             []Way     `json:"instead,omitempty" description:"Where to do instead what was asked for."`
}

// Resource names one thing of the API.
type Resource struct {
	ID   string `json:"id"`
	Href string `json:"href"`
}

// Way leads to another operation.
type Way struct {
	Rel  string `json:"rel" description:"What is done there: reversals."`
	Href string `json:"href"`
}

// FieldError points at one place of the request that must change.
type FieldError struct {
	In      string `json:"in,omitempty" validate:"omitempty,oneof=path query header" description:"Where the place is, when it is not the body."`
	Pointer string `json:"pointer" description:"JSON Pointer (RFC 6901) into the body, or into the parameters named by in."`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty" description:"What to send instead."`
}

// fault is a FieldError before the language is known. It is an error, so that decoders can return it; whoever
// knows where they stand in the request fills in the place.
type fault struct {
	in, pointer, code string
	message, hint     text
}

func (f *fault) Error() string { return f.code + ": " + f.message.en }

// refusal is an error of this package: a row of the table by its code, and the faults that led to it.
type refusal struct {
	code   string
	faults []*fault
	detail text
}

func (r *refusal) Error() string {
	if len(r.faults) > 0 {
		return r.code + ": " + r.faults[0].Error()
	}
	return r.code
}

// refuse makes the refusal of one code without faults.
func refuse(code string) error { return &refusal{code: code} }

// refuseFaults makes the refusal for faults found in the request: the code of a single fault when it is a
// problem of its own, and validation_failed otherwise.
func refuseFaults(faults []*fault) error {
	code := "validation_failed"
	if len(faults) == 1 {
		if _, ok := rowOf(faults[0].code); ok {
			code = faults[0].code
		}
	}
	return &refusal{code: code, faults: faults}
}

// placed is an error of an act together with the place in the request that caused it.
type placed struct {
	pointer string
	err     error
}

func (p *placed) Error() string { return p.pointer + ": " + p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// At says which place of the request body an error is about, as a JSON Pointer: At("/fund", err). A nil error
// stays nil. What does not exist becomes 422 unknown_reference, since the path was found and it is the body that
// names something unknown. Several are joined with errors.Join.
func At(pointer string, err error) error {
	if err == nil {
		return nil
	}
	return &placed{pointer, err}
}

// rowFor finds the row of an error: by our own code, by the code that a database trigger gave, by the first
// sentinel in the chain; internal when nobody foresaw it.
func rowFor(err error) row {
	var r *refusal
	if errors.As(err, &r) {
		if found, ok := rowOf(r.code); ok {
			return found
		}
	}
	var t *store.Refused
	if errors.As(err, &t) {
		if found, ok := rowOf(t.Code); ok {
			return found
		}
	}
	at := placesIn(err)
	if len(at) > 0 {
		err = at[0].err // of several places the first one speaks for all
	}
	if f := faultOf(err); f != nil {
		if found, ok := rowOf(f.code); ok {
			return found
		}
		found, _ := rowOf("validation_failed")
		return found
	}
	for _, r := range problems {
		if r.err == nil || !errors.Is(err, r.err) {
			continue
		}
		if r.status == http.StatusNotFound && len(at) > 0 {
			r, _ = rowOf("unknown_reference") // the path was found; it is the body that names something unknown
		}
		return r
	}
	internal, _ := rowOf("internal")
	return internal
}

// problemOf words an error. Instance and request id are the caller's to fill in.
func problemOf(err error, l Lang) (Problem, row) {
	r := rowFor(err)
	p := Problem{
		Type:   "/problems/" + strings.ReplaceAll(r.code, "_", "-"),
		Title:  r.title.in(l),
		Status: r.status,
		Code:   r.code,
		Hint:   r.hint.in(l),
		Errors: fieldErrors(err, l),
		Detail: detailOf(err, r, l),
	}
	p.ConflictingResource, p.Instead = related(err)
	return p, r
}

// detailOf tells what happened this time, without a word that came from the database or from our insides.
func detailOf(err error, r row, l Lang) string {
	var ref *refusal
	if errors.As(err, &ref) {
		return ref.detail.in(l)
	}
	if s := sentence(err, l); s != "" {
		return s
	}
	var t *store.Refused
	if errors.As(err, &t) {
		return t.Message
	}
	switch at := placesIn(err); len(at) {
	case 0:
	case 1:
		err = at[0].err
	default:
		return "" // each place has its own words
	}
	if r.err == nil || !speaks(r.err) || err.Error() == r.err.Error() {
		return ""
	}
	return sentenceCase(err.Error())
}

// speaks tells whether the text around a sentinel may be shown: that of the trade's own packages is written for
// people, that of store and context may carry a driver's words.
func speaks(sentinel error) bool {
	from, _, _ := strings.Cut(sentinel.Error(), " ")
	return from != "store:" && from != "context"
}

// sentenceCase drops the package name that our errors start with: "grants: no such line" → "No such line".
func sentenceCase(s string) string {
	if name, rest, ok := strings.Cut(s, ": "); ok && !strings.ContainsAny(name, " \"") {
		s = rest
	}
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fieldErrors collects the places of a refusal, or of every At in the tree of err.
func fieldErrors(err error, l Lang) []FieldError {
	var out []FieldError
	var ref *refusal
	if errors.As(err, &ref) {
		for _, f := range ref.faults {
			out = append(out, FieldError{f.in, f.pointer, f.code, f.message.in(l), f.hint.in(l)})
		}
		return out
	}
	for _, p := range placesIn(err) {
		if f := faultOf(p.err); f != nil {
			out = append(out, FieldError{"", p.pointer, f.code, f.message.in(l), f.hint.in(l)})
			continue
		}
		if of := rowFor(p); of.code != "internal" {
			out = append(out, FieldError{"", p.pointer, of.code, of.title.in(l), of.hint.in(l)})
		}
	}
	return out
}

// placesIn lists every At in the tree of wrapped and joined errors, in order.
func placesIn(err error) []*placed {
	switch e := err.(type) { //nolint:errorlint // the tree itself is walked, node by node
	case *placed:
		return []*placed{e}
	case interface{ Unwrap() error }:
		return placesIn(e.Unwrap())
	case interface{ Unwrap() []error }:
		var out []*placed
		for _, part := range e.Unwrap() {
			out = append(out, placesIn(part)...)
		}
		return out
	}
	return nil
}

// forLog tells an operator why something failed, without the values that a driver repeats in its messages: bun
// writes every argument into the SQL text, so a driver's message may hold a name.
func forLog(err error) string {
	var pg interface{ SQLState() string }
	if errors.As(err, &pg) {
		return "SQLSTATE " + pg.SQLState()
	}
	var lite interface{ Code() int }
	if errors.As(err, &lite) {
		return fmt.Sprintf("sqlite code %d", lite.Code())
	}
	return unquoted(err.Error())
}

// unquoted blanks everything between quotation marks, since that is where messages put values, and keeps 300 bytes.
func unquoted(s string) string {
	var b strings.Builder
	open := rune(0)
	for _, r := range s {
		switch {
		case open == 0 && strings.ContainsRune("\"'`", r):
			open = r
			b.WriteRune('…')
		case open == r:
			open = 0
		case open == 0:
			b.WriteRune(r)
		}
		if b.Len() > 300 {
			break
		}
	}
	return b.String()
}
