package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"supportledger/store"
)

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
	Instead             []Way     `json:"instead,omitempty" description:"Where to do instead what was asked for, or to read first."`
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

// Fault is a FieldError before the language is known. It is an error, so that decoders can return it; whoever
// knows where they stand in the request fills in the place.
type Fault struct {
	in, Pointer, Code string
	Message, Hint     Text
}

// at words a fault at a place.
func (f *Fault) at(pointer string, l Lang) FieldError {
	return FieldError{In: f.in, Pointer: pointer, Code: f.Code, Message: f.Message.In(l), Hint: f.Hint.In(l)}
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message.EN }

// Refusal is an error of this package: a row of the table by its code, and the faults that led to it.
type Refusal struct {
	Code   string
	Faults []*Fault
	Detail Text
}

func (r *Refusal) Error() string {
	if len(r.Faults) > 0 {
		return r.Code + ": " + r.Faults[0].Error()
	}
	return r.Code
}

// Refuse makes the refusal of one code without faults.
func Refuse(code string) error { return &Refusal{Code: code} }

// refuseFaults makes the refusal for faults found in the request: the code of a single fault when it is a
// problem of its own, and validation_failed otherwise.
func refuseFaults(faults []*Fault) error {
	for _, f := range faults {
		if f.Code == "not_found" && f.in != "path" {
			f.Code = "unknown_reference" // the path was found
		}
	}
	code := "validation_failed"
	if len(faults) == 1 {
		if _, ok := own.kindOf(faults[0].Code); ok {
			code = faults[0].Code
		}
	}
	return &Refusal{Code: code, Faults: faults}
}

// placed is an error of an act together with the place in the request that caused it.
type placed struct {
	Pointer string
	err     error
}

func (p *placed) Error() string { return p.Pointer + ": " + p.err.Error() }
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

// KindFor finds the row of an error: by our own code, by the code that a database trigger gave, by the first
// sentinel in the chain; internal when nobody foresaw it.
func (t ProblemTable) KindFor(err error) ProblemKind {
	var r *Refusal
	if errors.As(err, &r) {
		if found, ok := t.kindOf(r.Code); ok {
			return found
		}
	}
	var refused *store.Refused
	if errors.As(err, &refused) {
		if found, ok := t.kindOf(refused.Code); ok {
			return found
		}
	}
	at := PlacesIn(err)
	if len(at) > 0 {
		err = at[0].err // of several places the first one speaks for all
	}
	if f := faultOf(err); f != nil {
		if found, ok := t.kindOf(f.Code); ok {
			return found
		}
		found, _ := t.kindOf("validation_failed")
		return found
	}
	for r := range t.Kinds() {
		if r.Err == nil || !errors.Is(err, r.Err) {
			continue
		}
		if r.Status == http.StatusNotFound && len(at) > 0 {
			r, _ = t.kindOf("unknown_reference") // the path was found; it is the body that names something unknown
		}
		return r
	}
	internal, _ := t.kindOf("internal")
	return internal
}

// ProblemOf words an error. Instance and request id are the caller's to fill in.
func (t ProblemTable) ProblemOf(err error, l Lang) (Problem, ProblemKind) {
	r := t.KindFor(err)
	p := Problem{
		Type:   "/problems/" + strings.ReplaceAll(r.Code, "_", "-"),
		Title:  r.Title.In(l),
		Status: r.Status,
		Code:   r.Code,
		Hint:   r.Hint.In(l),
		Errors: t.fieldErrors(err, l),
		Detail: t.detailOf(err, r, l),
	}
	p.ConflictingResource, p.Instead = t.related(err)
	return p, r
}

// detailOf tells what happened this time, without a word that came from the database or from our insides.
func (t ProblemTable) detailOf(err error, r ProblemKind, l Lang) string {
	var ref *Refusal
	if errors.As(err, &ref) {
		return ref.Detail.In(l)
	}
	if s := t.detail(err, l); s != "" {
		return s
	}
	var refused *store.Refused
	if errors.As(err, &refused) && refused.Code != store.Constraint { // whose message are the driver's words
		return refused.Message
	}
	switch at := PlacesIn(err); len(at) {
	case 0:
	case 1:
		err = at[0].err
	default:
		return "" // each place has its own words
	}
	if r.Err == nil || !speaks(r.Err) || err.Error() == r.Err.Error() {
		return ""
	}
	return SentenceCase(err.Error())
}

// speaks tells whether the text around a sentinel may be shown: that of the domain packages is written for
// people, that of store and context may carry a driver's words.
func speaks(sentinel error) bool {
	from, _, _ := strings.Cut(sentinel.Error(), " ")
	return from != "store:" && from != "context"
}

// SentenceCase drops the package name that our errors start with: "grants: no such line" → "No such line".
func SentenceCase(s string) string {
	if name, rest, ok := strings.Cut(s, ": "); ok && !strings.ContainsAny(name, " \"") {
		s = rest
	}
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fieldErrors collects the places of a refusal, or of every At in the tree of err.
func (t ProblemTable) fieldErrors(err error, l Lang) []FieldError {
	var out []FieldError
	var ref *Refusal
	if errors.As(err, &ref) {
		for _, f := range ref.Faults {
			out = append(out, f.at(f.Pointer, l))
		}
		return out
	}
	for _, of := range t {
		if of.Faults == nil {
			continue
		}
		for _, f := range of.Faults(err) {
			out = append(out, f.at(f.Pointer, l))
		}
	}
	for _, p := range PlacesIn(err) {
		if f := faultOf(p.err); f != nil {
			f.in = ""
			out = append(out, f.at(p.Pointer, l))
			continue
		}
		if of := t.KindFor(p); of.Code != "internal" {
			of := Fault{Code: of.Code, Message: of.Title, Hint: of.Hint}
			out = append(out, of.at(p.Pointer, l))
		}
	}
	return out
}

// PlacesIn lists every At in the tree of wrapped and joined errors, in order.
func PlacesIn(err error) []*placed {
	switch e := err.(type) { //nolint:errorlint // the tree itself is walked, node by node
	case *placed:
		return []*placed{e}
	case interface{ Unwrap() error }:
		return PlacesIn(e.Unwrap())
	case interface{ Unwrap() []error }:
		var out []*placed
		for _, part := range e.Unwrap() {
			out = append(out, PlacesIn(part)...)
		}
		return out
	}
	return nil
}

// ForLog tells an operator why something failed, without the values that a driver repeats in its messages: bun
// writes every argument into the SQL text, so a driver's message may hold a name.
func ForLog(err error) string {
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
