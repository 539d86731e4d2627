package rest

import (
	"encoding"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// shape is what a request struct declares: which field comes from where.
type shape struct {
	GoType reflect.Type
	params []param
	json   []string // names in the body, in order
	octets []int    // index of the field that takes a body that is no JSON
	parts  []int    // index of the field that takes the documents of a form

	partsOf string // name of the part with the JSON body
	err     error  // what is wrong with the declaration
}

// param is one field that comes from the path or the query.
type param struct {
	in    string // "path" or "query"
	name  string
	index []int
	many  bool // a slice: values separated by commas
}

func (s shape) names(in string) []string {
	var out []string
	for _, p := range s.params {
		if p.in == in {
			out = append(out, p.name)
		}
	}
	return out
}

// shapeOf reads the tags of a request struct.
func shapeOf(t reflect.Type) shape {
	s := shape{GoType: t}
	if t.Kind() != reflect.Struct {
		s.err = fmt.Errorf("%s is not a struct", t)
		return s
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		if f.Type == reflect.TypeFor[Octets]() && f.Tag.Get("json") == "-" && s.octets == nil {
			s.octets = f.Index
			continue
		}
		if f.Type == reflect.TypeFor[Parts]() && f.Tag.Get("parts") != "" {
			s.parts, s.partsOf = f.Index, f.Tag.Get("parts")
			continue
		}
		p := param{index: f.Index, many: f.Type.Kind() == reflect.Slice}
		for _, in := range []string{"path", "query"} {
			if name := f.Tag.Get(in); name != "" {
				p.in, p.name = in, name
			}
		}
		body := JSONName(f)
		switch {
		case p.in == "" && body == "":
			s.err = fmt.Errorf("%s.%s comes from nowhere: give it a path, query or json tag", t, f.Name)
		case p.in != "" && f.Tag.Get("json") != "-":
			s.err = fmt.Errorf(`%s.%s comes from the %s: tag it json:"-", or a body could set it`, t, f.Name, p.in)
		case p.in != "":
			if err := setText(reflect.New(f.Type).Elem(), ""); err == errNotText { //nolint:errorlint // our own, never wrapped
				s.err = fmt.Errorf("%s.%s: a %s cannot be a parameter", t, f.Name, f.Type)
			}
			s.params = append(s.params, p)
		default:
			s.json = append(s.json, body)
		}
	}
	return s
}

// bindParams fills the fields that come from path and query. A query parameter that is not declared is refused,
// since a misspelt filter would answer with too much; so is one that is given twice.
func (e *Endpoint) bindParams(c *gin.Context, in any) error {
	into := reflect.ValueOf(in).Elem()
	query, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return refuseFaults([]*Fault{{in: "query", Code: "malformed_query",
			Message: Text{"The query cannot be read.", "Adressens parametre kan ikke læses."}}})
	}
	faults := e.strangers(query)
	for _, p := range e.In.params {
		if f := p.bind(c, query, into.FieldByIndex(p.index)); f != nil {
			faults = append(faults, f)
		}
	}
	if len(faults) > 0 {
		return refuseFaults(faults)
	}
	return nil
}

// bindPath fills the fields that come from the path alone.
func (e *Endpoint) bindPath(c *gin.Context, in any) error {
	into := reflect.ValueOf(in).Elem()
	for _, p := range e.In.params {
		if p.in != "path" {
			continue
		}
		if f := p.bind(c, nil, into.FieldByIndex(p.index)); f != nil {
			return refuseFaults([]*Fault{f})
		}
	}
	return nil
}

// strangers are the query parameters that this operation does not have.
func (e *Endpoint) strangers(query url.Values) []*Fault {
	allowed := e.In.names("query")
	if e.rehearses() {
		allowed = append(allowed, "dry_run")
	}
	if e.asks() && e.takesOctets() {
		allowed = append(allowed, ConfirmMember)
	}
	if IsSheet(e.Out) {
		allowed = append(allowed, tableNames...)
	}
	var faults []*Fault
	for _, name := range sortedKeys(query) {
		if slices.Contains(allowed, name) {
			continue
		}
		f := &Fault{in: "query", Pointer: "/" + escapePointer(name), Code: "unknown_parameter",
			Message: Text{"There is no such parameter.", "Parameteren findes ikke."}}
		all := strings.Join(allowed, ", ")
		switch near := nearest(name, allowed); {
		case near != "":
			f.Hint = Text{fmt.Sprintf("did you mean %q? The parameters are: %s", near, all),
				fmt.Sprintf("mente du %q? Parametrene er: %s", near, all)}
		case all != "":
			f.Hint = Text{"the parameters are: " + all, "parametrene er: " + all}
		default:
			f.Hint = Text{"this address takes none", "denne adresse har ingen"}
		}
		faults = append(faults, f)
	}
	return faults
}

func sortedKeys(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// bind sets one field, and says what is wrong with the value.
func (p param) bind(c *gin.Context, query url.Values, into reflect.Value) *Fault {
	value := c.Param(p.name)
	if p.in == "query" {
		values, given := query[p.name]
		if !given {
			return nil
		}
		if len(values) > 1 {
			return p.fault(&Fault{Code: "given_twice",
				Message: Text{"The parameter is given twice.", "Parameteren er angivet to gange."},
				Hint: Text{"give it once; several values are separated by commas",
					"angiv den én gang; flere værdier adskilles med komma"}})
		}
		value = values[0]
	}
	parts := []string{value}
	if p.many {
		parts = strings.Split(value, ",")
		into.Set(reflect.MakeSlice(into.Type(), len(parts), len(parts)))
	}
	for i, part := range parts {
		target := into
		if p.many {
			target = into.Index(i)
		}
		if err := setText(target, part); err != nil {
			return p.fault(faultFrom(err, target.Type()))
		}
	}
	return nil
}

func (p param) fault(f *Fault) *Fault {
	f.in, f.Pointer = p.in, "/"+escapePointer(p.name)
	return f
}

// faultFrom words an error of setText.
func faultFrom(err error, t reflect.Type) *Fault {
	if f := faultOf(err); f != nil {
		return f
	}
	want := words[reflect.String]
	if w, ok := words[t.Kind()]; ok {
		want = w
	}
	return &Fault{Code: "wrong_type", Message: Text{"This value does not fit.", "Værdien passer ikke."},
		Hint: Text{"send " + want.EN, "send " + want.DA}}
}

// exact is the largest whole number that every reader of JSON takes exactly.
const exact = 1<<53 - 1

// errNotText is for field types that cannot stand in a path or query.
var errNotText = fmt.Errorf("http: not a text")

// setText gives a field of a simple type the value that a text stands for.
func setText(into reflect.Value, s string) error {
	if f, ok := formats[into.Type()]; ok {
		return f.set(into, s)
	}
	if own, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return own.UnmarshalText([]byte(s))
	}
	switch into.Kind() {
	case reflect.Slice:
		return setText(reflect.New(into.Type().Elem()).Elem(), s)
	case reflect.String:
		if strings.IndexFunc(s, hides) >= 0 || !validText(s) {
			return &Fault{Code: "forbidden_character",
				Message: Text{"It has a character that is not accepted.", "Den har et tegn, der ikke modtages."}}
		}
		into.SetString(s)
	case reflect.Bool:
		if s != "true" && s != "false" {
			return strconv.ErrSyntax
		}
		into.SetBool(s == "true")
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err
		}
		if n > exact || n < -exact {
			return strconv.ErrRange
		}
		into.SetInt(n)
	default:
		return errNotText
	}
	return nil
}

// escapePointer writes a name as one token of a JSON Pointer (RFC 6901 §3).
func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}
