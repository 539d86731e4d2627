package openapi

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var wordsText string

// words are descriptions by "field", or by "Schema.field" where a schema means something of its own by it.
var words = readWords(wordsText)

// Words are what fields and parameters are by their names, where nothing else is said of them.
func Words() map[string]string { return words }

func readWords(text string) map[string]string {
	read := map[string]string{}
	for line := range strings.Lines(text) {
		if name, words, found := strings.Cut(strings.TrimSpace(line), ": "); found && !strings.HasPrefix(line, "#") {
			read[name] = words
		}
	}
	return read
}

// explain describes the fields of all schemas and the parameters that nobody has described.
func explain(d object, operations []object) {
	components, _ := d["components"].(object)
	schemas, _ := components["schemas"].(object)
	for of, s := range schemas {
		s, _ := s.(object)
		members, _ := s["properties"].(object)
		for name, member := range members {
			if member, ok := member.(object); ok {
				members[name] = explained(of, name, member)
			}
		}
	}
	for _, op := range operations {
		of, _ := op["operationId"].(string)
		for _, p := range parametersOf(op) {
			name, _ := p["name"].(string)
			for _, key := range []string{of + "." + name, "?" + name, name} {
				if said, found := words[key]; found && p["description"] == nil {
					p["description"] = said
				}
			}
		}
	}
}

// explained is a field or a parameter with its description. JSON Schema lets words stand beside a reference, but not
// every reader of the document looks past them.
func explained(of, name string, member object) object {
	said, found := words[of+"."+name]
	if !found {
		said, found = words[name]
	}
	if _, own := member["description"]; own || !found {
		return member
	}
	if ref, refers := member["$ref"]; refers {
		return object{"allOf": []any{object{"$ref": ref}}, "description": said}
	}
	member["description"] = said
	return member
}
