package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf8"
)

// oddTexts are texts that few programs expect.
var oddTexts = []string{"", " ", "null", "true", "-1", "0", "1e9", "99999999999999999999", "4.250,00", "NaN", "2026-02-30",
	"0000-00-00", "9999-12-31", "1/7-2026", "*", "%", "'; DROP TABLE grants; --", "<script>alert(1)</script>", "../../etc/passwd",
	"æøå ÆØÅ", "\u202eabc", "\u0000", "👩‍👩‍👧", "a,b,,c", "{}", "[]", "\xff\xfe", "none-1", "G1/../G2", "=1+1",
	strings.Repeat("a", 300), strings.Repeat("æ", 2000)}

var (
	someDates = []string{"2026-01-05", "2026-01-31", "2026-02-28", "2026-03-15", "2026-07-01", "2026-11-30", "2026-12-01",
		"2026-12-31", "2025-06-30", "2027-01-01", "1999-12-31", "2099-12-31"}
	someAmounts = []string{"1.00", "100.00", "4250.00", "0.01", "12.5", "7", "0", "99999999999.99", "100000000000.01",
		"999999999999999.9999999999", "0.0000000001"}
	someCurrencies = []string{"DKK", "DKK", "EUR", "NGN", "USD", "JPY", "XXX"}
	someRates      = []string{"226 NGN/DKK", "7.46 DKK/EUR", "0.0000000001 DKK/EUR", "999999999999999 NGN/DKK", "1 DKK/DKK"}
	someInstants   = []string{"2026-03-31T17:00:00Z", "2026-12-01T00:00:00+01:00", "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999999Z"}
	someWords = []string{"As was agreed", "Rent", "Undervisning, æøå", "x", "B-0042", "G1", "1010", "UNR", "stipend", "A-1"}
)

// deepest is how far objects nest in what is made up.
const deepest = 6

// value makes a value that a schema takes. A name that answers have shown gets what they showed, mostly.
func (g *Generator) value(schema any, name string, depth int) any {
	s := g.resolve(schema)
	for _, all := range list(s["allOf"]) {
		return g.value(all, name, depth)
	}
	if choices := list(s["anyOf"]); len(choices) > 0 {
		return g.value(oneOf(g, choices), name, depth)
	}
	if c, ok := s["const"]; ok {
		return c
	}
	if words := list(s["enum"]); len(words) > 0 {
		return oneOf(g, words)
	}
	switch typeOf(s) {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.array(s, name, depth)
	case "boolean":
		return g.is(50)
	case "integer", "number":
		return g.number(s, name)
	case "string":
		return g.string(s, name)
	}
	return g.one(someWords)
}

// typeOf is the type of a schema, the first but null where it has several.
func typeOf(s object) string {
	for _, t := range append(list(s["type"]), s["type"]) {
		if name, ok := t.(string); ok && name != "null" {
			return name
		}
	}
	return ""
}

func (g *Generator) object(s object, depth int) object {
	out := object{}
	required := list(s["required"])
	members, _ := s["properties"].(object)
	for _, name := range sorted(members) {
		often := 35
		if slices.Contains(required, any(name)) {
			often = 98
		}
		if depth < deepest && g.is(often) {
			out[name] = g.value(members[name], name, depth+1)
		}
	}
	if more, ok := s["additionalProperties"].(object); ok && len(members) == 0 && depth < deepest {
		for range g.chance.IntN(3) {
			out[g.one(someWords)] = g.value(more, "", depth+1)
		}
	}
	return out
}

func (g *Generator) array(s object, name string, depth int) []any {
	n := g.limit(s["minItems"], 0) + g.chance.IntN(3)
	if most := g.limit(s["maxItems"], 100); n > most {
		n = most
	}
	out := []any{}
	for range n {
		v := g.value(s["items"], name, depth+1)
		if s["uniqueItems"] == true && slices.ContainsFunc(out, func(o any) bool { return fmt.Sprint(o) == fmt.Sprint(v) }) {
			continue
		}
		out = append(out, v)
	}
	return out
}

// limit reads a number of a schema.
func (g *Generator) limit(v any, otherwise int) int {
	if n, ok := v.(float64); ok {
		return int(n)
	}
	return otherwise
}

func (g *Generator) number(s object, name string) any {
	least, most := g.limit(s["minimum"], 0), g.limit(s["maximum"], 1000)
	if known := g.seen[name]; len(known) > 0 && g.is(50) {
		if n, ok := oneOf(g, known).(float64); ok && n >= float64(least) && n <= float64(most) {
			return n
		}
	}
	switch {
	case name == "year":
		return 2024 + g.chance.IntN(5)
	case g.is(10):
		return oneOf(g, []any{least, most, math.MaxInt32, math.MaxInt64, -1})
	}
	return least + g.chance.IntN(max(min(most-least, 20), 0)+1)
}

func (g *Generator) string(s object, name string) string {
	pattern, _ := s["pattern"].(string)
	if known := g.seen[name]; len(known) > 0 && g.is(65) {
		if text, ok := oneOf(g, known).(string); ok {
			return text
		}
	}
	switch {
	case s["format"] == "date":
		return g.one(someDates)
	case s["format"] == "date-time":
		return g.one(someInstants)
	case strings.Contains(pattern, "[A-Z]{3}/"):
		return g.one(someRates)
	case pattern == "^[A-Z]{3}$":
		return g.one(someCurrencies)
	case strings.Contains(pattern, "[1-9][0-9]{0,14}"):
		return g.one(someAmounts)
	}
	text := g.one(someWords)
	if least := g.limit(s["minLength"], 0); len(text) < least {
		text += strings.Repeat("a", least-len(text))
	}
	if most := g.limit(s["maxLength"], 1000); len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// body makes the body of a request, and the media type that it is sent as.
func (g *Generator) body(o *Generated) ([]byte, string) {
	content, _ := g.resolve(o.op["requestBody"])["content"].(object)
	if len(content) == 0 {
		if o.Method != http.MethodGet && g.is(3) {
			return []byte(`{"surplus":true}`), "application/json"
		}
		return nil, ""
	}
	kind := g.one(sorted(content))
	media, _ := content[kind].(object)
	if kind == "application/octet-stream" {
		return g.document(), kind
	}
	var made any
	example, shows := media["example"]
	switch {
	case shows && g.is(40):
		made = g.mixed(example)
	case kind == "application/json":
		made = g.value(media["schema"], "", 0)
	default:
		return g.form(media)
	}
	if g.is(25) {
		made = g.spoilt(made)
	}
	text, err := json.Marshal(made)
	if err != nil {
		return []byte("{}"), kind
	}
	if g.is(4) {
		text = oneOf(g, [][]byte{nil, text[:len(text)/2], append(text, '{', '}'), []byte("[]"), []byte("null"), []byte(`"x"`),
			bytes.ReplaceAll(text, []byte(`"`), []byte(`'`)), append([]byte("\ufeff"), text...), []byte("{\"a\":\"\xff\"}"),
			[]byte(strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000))})
	}
	return text, kind
}

// mixed is an example with values in it that answers have shown.
func (g *Generator) mixed(example any) any {
	members, ok := example.(object)
	if !ok {
		return example
	}
	out := object{}
	for name, v := range members {
		out[name] = v
		if known := g.seen[name]; len(known) > 0 && g.is(40) {
			out[name] = oneOf(g, known)
		}
	}
	return out
}

// spoilt is a value with one thing in it that does not belong there.
func (g *Generator) spoilt(v any) any {
	odd := []any{nil, true, -1, 1.5, 1e300, "", []any{}, object{}, object{"amount": 5}, []any{nil}, g.text(object{}, ""),
		g.oddText(), g.oddText(), g.oddText()}
	switch members := v.(type) {
	case object:
		if names := sorted(members); len(names) > 0 && g.is(85) {
			name := g.one(names)
			members[name] = g.spoilt(members[name])
			if g.is(10) {
				delete(members, name)
			}
		} else {
			members[g.one([]string{"id", "reasn", "", "dry_run", "approved_by", "confirm"})] = oneOf(g, odd)
		}
		return members
	case []any:
		if len(members) > 0 && g.is(60) {
			i := g.chance.IntN(len(members))
			members[i] = g.spoilt(members[i])
			return members
		}
		return append(members, oneOf(g, odd))
	}
	return oneOf(g, odd)
}

// oddText is one that JSON can carry.
func (g *Generator) oddText() string {
	text := g.one(oddTexts)
	if !utf8.ValidString(text) {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	return text
}

// document is the beginning of some kind of file.
func (g *Generator) document() []byte {
	return oneOf(g, [][]byte{nil, []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"), []byte("\x89PNG\r\n\x1a\nshort"),
		[]byte("external_id,date,text,account,fund,amount\nA-1,2026-01-02,One,1010,UNR,1.00\n"), []byte("Dato;Tekst;Beløb\n"),
		[]byte("\xff\xd8\xff\xe0 no picture"), []byte("PK\x03\x04 no workbook"), []byte("<?xml version=\"1.0\"?><Document/>"),
		[]byte("<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt/></Document>"),
		bytes.Repeat([]byte("x"), 100_000), []byte("MZ\x90\x00")})
}

// form makes a body of several parts.
func (g *Generator) form(media object) ([]byte, string) {
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	schema := g.resolve(media["schema"])
	members, _ := schema["properties"].(object)
	for _, name := range sorted(members) {
		part := g.resolve(members[name])
		head := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, name)}}
		content := []byte(`{"text":"As was agreed"}`)
		if part["format"] == "binary" {
			head.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename="a.pdf"`, name))
			content = g.document()
		}
		if !g.is(70) {
			continue
		}
		if p, err := w.CreatePart(head); err == nil {
			_, _ = p.Write(content) // a buffer takes everything
		}
	}
	_ = w.Close() // as above
	return out.Bytes(), w.FormDataContentType()
}

func sorted(o object) []string {
	names := make([]string, 0, len(o))
	for name := range o {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
