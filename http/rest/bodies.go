package rest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"supportledger/ledger"
)

// Body is a body that an operation could be sent; Text is nil where it takes none.
type Body struct {
	Decision string // which of several decisions it is; "" where there is one
	Text     []byte
}

// Bodies are bodies that an operation on a shown thing could be sent today, one for each decision that it takes: its
// example, or else something in every field that is required, with what the shown thing says of the same name.
func (e *Endpoint) Bodies(shown []byte, today string) []Body {
	if !e.hasBody() {
		return []Body{{}}
	}
	body := map[string]any{}
	if e.Op.Example != "" {
		_ = json.Unmarshal([]byte(e.Op.Example), &body) // decoded when it was registered
	} else {
		body = likely(e.In.GoType, today)
	}
	var thing map[string]any
	_ = json.Unmarshal(shown, &thing) // what is no object says nothing
	for _, name := range e.In.json {
		f, _ := memberOf(e.In.GoType, name)
		if f.Type == reflect.TypeFor[ledger.Date]() && (name == "date" || body[name] != nil) {
			body[name] = today
		}
		if said, ok := thing[name].(string); ok && carried(f, body[name]) {
			body[name] = said
		}
	}
	decision, takes := memberOf(e.In.GoType, decisionMember)
	if !takes {
		return []Body{{Text: textOf(body)}}
	}
	var bodies []Body
	for _, word := range wordsOf(decision) {
		one := map[string]any{decisionMember: word}
		for name, value := range body {
			if name != decisionMember {
				one[name] = value
			}
		}
		bodies = append(bodies, Body{Decision: word, Text: textOf(one)})
	}
	return bodies
}

// carried tells the fields of a body that say again what the thing shows, such as its version: those that are there
// without a choice or a reason of their own.
func carried(f reflect.StructField, value any) bool {
	name := JSONName(f)
	_, text := value.(string)
	return text && name != "date" && name != "reason" && wordsOf(f) == nil
}

func textOf(body map[string]any) []byte {
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return []byte("{}")
	}
	return text
}

// wordsOf are the texts that a field may hold.
func wordsOf(f reflect.StructField) []string {
	names, params, err := tagRules(f.Tag.Get("validate"))
	if i := slices.Index(names, "oneof"); err == nil && i >= 0 {
		return strings.Fields(params[i])
	}
	return nil
}

// likely is an object with something in each field that is required, and a reason where there may be one.
func likely(t reflect.Type, today string) map[string]any {
	body := map[string]any{}
	for _, f := range reflect.VisibleFields(t) {
		name := JSONName(f)
		if f.Anonymous || name == "" {
			continue
		}
		names, params, err := tagRules(f.Tag.Get("validate"))
		if err != nil || name != "reason" && name != "year" && !demanded(f) {
			continue
		}
		if name == "year" {
			body[name] = atoi(today[:len("2006")])
			continue
		}
		body[name] = something(f.Type, names, params, today)
	}
	return body
}

// something is a value that fits a type and its rules.
func something(t reflect.Type, names, params []string, today string) any {
	t = Underlying(t)
	rule := func(name string) (string, bool) {
		if i := slices.Index(names, name); i >= 0 {
			return params[i], true
		}
		return "", false
	}
	if f, ok := formats[t]; ok {
		if t == reflect.TypeFor[ledger.Date]() {
			return today
		}
		return f.schema.Examples[0]
	}
	switch {
	case t == reflect.TypeFor[ledger.Money]():
		return map[string]any{"amount": "1.00", "currency": "DKK"}
	case t == reflect.TypeFor[Decimal]():
		return "1"
	case t.Kind() == reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return ""
		}
		least, _ := rule("min")
		var inner, limits []string
		if i := slices.Index(names, "dive"); i >= 0 {
			inner, limits = names[i+1:], params[i+1:]
		}
		return slices.Repeat([]any{something(t.Elem(), inner, limits, today)}, max(atoi(least), 1))
	case t.Kind() == reflect.Struct:
		return likely(t, today)
	case t.Kind() == reflect.Bool:
		return true
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		least, _ := rule("min")
		return max(atoi(least), 1)
	case t == reflect.TypeFor[Ref]():
		return "none-1"
	}
	if words, ok := rule("oneof"); ok {
		return strings.Fields(words)[0]
	}
	if n, ok := rule("len"); ok {
		return strings.Repeat("a", atoi(n))
	}
	return "As was agreed"
}

// atoi reads the number of a rule; none is 0.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
