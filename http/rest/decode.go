package rest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxBody  = 64 << 10 // bytes of a JSON body, where an operation does not say otherwise
	maxDepth = 16       // no request of ours nests deeper than six
)

// octetStream is the media type of a body that is taken as it is: what it is, its bytes say.
const octetStream = "application/octet-stream"

// readBody reads a body after checking that it claims to be what the operation takes. MaxBytesReader also closes the
// connection on a body that is too large, so that nobody is made to read the rest.
func (e *Endpoint) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	want := "application/json"
	if e.takesOctets() {
		want = octetStream
	}
	most := cmp.Or(e.Op.Body, maxBody)
	if e.inParts(r) {
		want, most = formData, maxForm
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, Refuse("body_too_large")
	}
	if err != nil {
		return nil, malformed("", "body_incomplete", Text{"The body ended too early.", "Indholdet sluttede for tidligt."})
	}
	if len(body) == 0 {
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != want || r.Header.Get("Content-Encoding") != "" {
		return nil, Refuse("media_type_not_allowed")
	}
	return body, nil
}

// decodeJSON reads one JSON object into a request struct, and nothing but that: no second value after it, no
// name twice, no name that the struct does not have (names are case-sensitive), no null, no invalid UTF-8, no
// depth beyond reason, no control or direction characters that make a text look like another.
func decodeJSON(body []byte, into any) error {
	if err := scan(body); err != nil {
		return err
	}
	if kind := jsontext.Value(body).Kind(); kind != '{' {
		return refuseFaults([]*Fault{wrongKind(kind, words[reflect.Struct])})
	}
	err := json.Unmarshal(body, into, json.RejectUnknownMembers(true), reading)
	if err == nil {
		return nil
	}
	return semantic(err, reflect.TypeOf(into))
}

// scan walks all tokens once before any of them gets a meaning, so that a body that is broken at its end has
// not been half understood.
func scan(body []byte) error {
	if !utf8.Valid(body) {
		return malformed("", "invalid_utf8", Text{"The text is not valid UTF-8.", "Teksten er ikke gyldig UTF-8."})
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body))
	done := false
	for {
		tok, err := dec.ReadToken()
		if errors.Is(err, io.EOF) && done {
			return nil
		}
		at := string(dec.StackPointer())
		if done {
			return malformed("", "trailing_data",
				Text{"There is something after the JSON object.", "Der står noget efter JSON-objektet."})
		}
		if err != nil {
			return broken(err)
		}
		if dec.StackDepth() > maxDepth {
			return malformed(at, "too_deep", Text{"The JSON is nested too deeply.", "JSON er indlejret for dybt."})
		}
		if f := forbidden(tok); f != nil {
			f.Pointer = at
			return refuseFaults([]*Fault{f})
		}
		done = dec.StackDepth() == 0
	}
}

// broken words a syntax error of the JSON itself.
func broken(err error) error {
	var s *jsontext.SyntacticError
	if !errors.As(err, &s) {
		return malformed("", "syntax", Text{"The JSON ends too early.", "JSON slutter for tidligt."})
	}
	at := string(s.JSONPointer)
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return malformed(at, "duplicate_field", Text{"The name appears twice.", "Navnet står to gange."})
	}
	return malformed(at, "syntax", Text{
		fmt.Sprintf("This is not JSON, at byte %d.", s.ByteOffset),
		fmt.Sprintf("Dette er ikke JSON, ved byte %d.", s.ByteOffset)})
}

func malformed(pointer, code string, message Text) error {
	return &Refusal{Code: "malformed_json", Faults: []*Fault{{Pointer: pointer, Code: code, Message: message}}}
}

// forbidden refuses null (an optional field is left out) and text that hides something: NUL and other control
// characters, marks that turn the direction of reading, and characters without width.
func forbidden(tok jsontext.Token) *Fault {
	switch tok.Kind() {
	case 'n':
		return &Fault{Code: "null_not_allowed",
			Message: Text{"null has no meaning here.", "null har ingen betydning her."},
			Hint:    Text{"leave the field out", "udelad feltet"}}
	case '"':
		if i := strings.IndexFunc(tok.String(), hides); i >= 0 {
			r, _ := utf8.DecodeRuneInString(tok.String()[i:])
			return &Fault{Code: "forbidden_character",
				Message: Text{fmt.Sprintf("The character U+%04X is not accepted.", r),
					fmt.Sprintf("Tegnet U+%04X modtages ikke.", r)},
				Hint: Text{"remove it", "fjern det"}}
		}
	}
	return nil
}

// hides tells whether a character is invisible and changes what a reader sees. Joiners (U+200C, U+200D) stay:
// several scripts need them.
func hides(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r':
		return false
	case unicode.IsControl(r):
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return r == 0x200b || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

// semantic words an error of meaning: an unknown name, or a value that does not fit its field.
func semantic(err error, into reflect.Type) error {
	var s *json.SemanticError
	if !errors.As(err, &s) {
		return broken(err)
	}
	var f *Fault
	switch {
	case errors.Is(s.Err, json.ErrUnknownName):
		f = unknownField(s.JSONPointer, into)
	case errors.As(s.Err, &f):
		copied := *f
		f = &copied
	default:
		f = misfit(s)
	}
	f.Pointer = string(s.JSONPointer) + f.Pointer
	return refuseFaults([]*Fault{f})
}

// misfit words a JSON value of the wrong kind, or out of the range of its field.
func misfit(s *json.SemanticError) *Fault {
	want := Text{"another value", "en anden værdi"}
	if s.GoType != nil {
		if f, ok := formats[s.GoType]; ok {
			want = f.hint
		} else if w, ok := words[s.GoType.Kind()]; ok {
			want = w
		}
	}
	return wrongKind(s.JSONKind, want)
}

func wrongKind(got jsontext.Kind, want Text) *Fault {
	is := Text{"another kind of value", "en anden slags værdi"}
	if w, ok := kinds[got]; ok {
		is = w
	}
	return &Fault{Code: "wrong_type",
		Message: Text{"This is " + is.EN + ".", "Dette er " + is.DA + "."},
		Hint:    Text{"send " + want.EN, "send " + want.DA}}
}

// kinds names the JSON kinds, words the kinds of Go that stand for them.
var (
	kinds = map[jsontext.Kind]Text{
		'"': {"a string", "en tekst"}, '0': {"a number", "et tal"}, '{': {"an object", "et objekt"},
		'[': {"a list", "en liste"}, 't': {"true", "true"}, 'f': {"false", "false"}, 'n': {"null", "null"},
	}
	words = map[reflect.Kind]Text{
		reflect.String: {"a string", "en tekst"}, reflect.Struct: {"an object", "et objekt"},
		reflect.Slice: {"a list", "en liste"}, reflect.Bool: {"true or false", "true eller false"},
		reflect.Int: {"a whole number", "et helt tal"}, reflect.Int64: {"a whole number", "et helt tal"},
		reflect.Map: {"an object", "et objekt"}, reflect.Pointer: {"another value", "en anden værdi"},
	}
)

// unknownField names the field that was probably meant, or all that there are.
func unknownField(pointer jsontext.Pointer, into reflect.Type) *Fault {
	f := &Fault{Code: "unknown_field", Message: Text{"There is no such field.", "Feltet findes ikke."}}
	names := fieldsAt(into, string(pointer.Parent()))
	if near := nearest(pointer.LastToken(), names); near != "" {
		f.Hint = Text{fmt.Sprintf("did you mean %q?", near), fmt.Sprintf("mente du %q?", near)}
	} else if len(names) > 0 {
		all := strings.Join(names, ", ")
		f.Hint = Text{"the fields are: " + all, "felterne er: " + all}
	}
	return f
}
