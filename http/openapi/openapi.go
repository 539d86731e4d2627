// Package openapi writes a description of the API so that people and programs read it easily: what many operations say
// alike stands once among the components, and each operation and each schema has a line of its own, so that a
// difference between two versions is the lines of what changed.
package openapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// object is a JSON object.
type object = map[string]any

// Condense rewrites an OpenAPI document without changing what it says.
func Condense(document []byte) ([]byte, error) {
	read := json.NewDecoder(bytes.NewReader(document))
	read.UseNumber()
	var d object
	if err := read.Decode(&d); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	operations := operationsOf(d)
	explain(d, operations)
	for _, op := range operations {
		for _, p := range parametersOf(op) {
			plain(p)
		}
	}
	share(d, operations)
	return lines(d)
}

// operationsOf gives the operations of a document, in the order of paths and methods.
func operationsOf(d object) (found []object) {
	paths, _ := d["paths"].(object)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := paths[path].(object)
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if op, ok := item[method].(object); ok {
				found = append(found, op)
			}
		}
	}
	return found
}

func parametersOf(op object) (found []object) {
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if p, ok := p.(object); ok {
			found = append(found, p)
		}
	}
	return found
}

// plain takes out of a parameter's schema what the parameter says already.
func plain(p object) {
	schema, _ := p["schema"].(object)
	if schema["description"] == p["description"] {
		delete(schema, "description")
	}
	if all, _ := schema["allOf"].([]any); len(all) == 1 && len(schema) == 1 {
		p["schema"] = all[0]
	}
}

// often is how many operations say something alike before it stands among the components.
const often = 3

// share moves parameters that many operations have alike among the components. Those of paths stay: a name for each of
// their kinds would be no help.
func share(d object, operations []object) {
	uses, names := map[string]int{}, map[string]string{}
	for _, op := range operations {
		for _, p := range parametersOf(op) {
			if p["in"] == "path" {
				continue
			}
			text := textOf(p)
			uses[text]++
			names[text], _ = p["name"].(string)
		}
	}
	shared := slices.Collect(maps.Keys(uses))
	slices.SortFunc(shared, func(a, b string) int {
		return cmp.Or(cmp.Compare(names[a], names[b]), cmp.Compare(uses[b], uses[a]), cmp.Compare(a, b))
	})
	called, components := map[string]string{}, object{}
	for _, text := range shared {
		if uses[text] < often {
			continue
		}
		name := pascal(names[text])
		for n := 2; components[name] != nil; n++ {
			name = fmt.Sprintf("%s%d", pascal(names[text]), n)
		}
		components[name], called[text] = json.RawMessage(text), name
	}
	for _, op := range operations {
		list, _ := op["parameters"].([]any)
		for i := range list {
			if name := called[textOf(list[i])]; name != "" {
				list[i] = object{"$ref": "#/components/parameters/" + name}
			}
		}
	}
	if all, ok := d["components"].(object); ok && len(components) > 0 {
		all["parameters"] = components
	}
}

// textOf is a value as JSON; two are alike whose texts are.
func textOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was JSON before
	}
	return string(text)
}

// pascal writes a parameter's name as a component is called: IdempotencyKey, AsOf.
func pascal(name string) string {
	out, between := "", func(r rune) bool { return strings.ContainsRune("-_[]", r) }
	for part := range strings.FieldsFuncSeq(name, between) {
		out += strings.ToUpper(part[:1]) + part[1:]
	}
	return out
}

// lines writes a document with a line for each of its smaller parts.
func lines(d object) ([]byte, error) {
	var out bytes.Buffer
	if err := write(&out, d, "", 3); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// write writes a value; members of objects stand on lines of their own down to a depth.
func write(out *bytes.Buffer, v any, indent string, depth int) error {
	o, ok := v.(object)
	if !ok || depth == 0 || len(o) == 0 {
		text, err := compact(v)
		out.Write(text)
		return err
	}
	out.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(o)) {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, "\n%s %s:", indent, textOf(name))
		if err := write(out, o[name], indent+" ", depth-1); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n%s}", indent)
	return nil
}

// compact writes a value on one line, with < and > as they are.
func compact(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
