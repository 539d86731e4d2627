package rest

import (
	"reflect"
	"strings"
)

// fieldsAt lists the JSON names of the struct that a pointer into a request leads to.
func fieldsAt(t reflect.Type, pointer string) []string {
	t = Underlying(t)
	for _, token := range strings.Split(pointer, "/")[1:] {
		switch t.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map:
			t = Underlying(t.Elem())
		case reflect.Struct:
			field, ok := jsonField(t, token)
			if !ok {
				return nil
			}
			t = Underlying(field)
		default:
			return nil
		}
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if name := JSONName(f); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Underlying is the type that a pointer, or a pointer to one, leads to.
func Underlying(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func jsonField(t reflect.Type, name string) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if JSONName(f) == name {
			return f.Type, true
		}
	}
	return nil, false
}

// JSONName is the name of a field in JSON, or "" when it has none: embedded structs, parameters (tagged
// json:"-") and unexported fields.
func JSONName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

// nearest finds the one name that a misspelt one probably stands for, or "".
func nearest(got string, names []string) string {
	best, distance := "", 3
	for _, name := range names {
		if plain(name) == plain(got) {
			return name
		}
		if d := edits(got, name); d < distance && d*3 <= len(name)+1 {
			best, distance = name, d
		}
	}
	return best
}

// plain makes budgetRate, Budget-Rate and budget_rate the same.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// edits counts the single letters to insert, delete or replace to get from a to b (Levenshtein), giving up
// early on names that nobody could confuse.
func edits(a, b string) int {
	if len(a) > 64 || len(a)-len(b) > 3 || len(b)-len(a) > 3 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
