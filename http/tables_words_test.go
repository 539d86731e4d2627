package http

import (
	"reflect"
	"strings"
	"testing"

	"supportledger/store/storetest"
)

// TestEveryTableHasWords holds every list and report of the API: it has a title, and each of its columns a heading, in both
// languages. What is missing is named the way it is written down in tables_words.go.
func TestEveryTableHasWords(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	for _, e := range s.api.endpoints {
		if !isSheet(e.out) {
			continue
		}
		tables++
		if _, known := tableTitles[fileName(e.op.Path)]; !known {
			t.Errorf("%q of %s has no title", fileName(e.op.Path), e.op.ID)
		}
		view, _ := reflect.New(e.out).Elem().Interface().(sheet)
		columns := columnsOf(reflect.TypeOf(view.rows()).Elem())
		if len(columns) < 2 {
			t.Errorf("%s has columns %v", e.op.ID, columns)
		}
		for _, c := range columns {
			for name := range strings.SplitSeq(strings.TrimSuffix(c.key, "_currency"), ".") {
				if _, known := columnWords[name]; !known && columnWords[c.key] == (text{}) {
					t.Errorf("%q of %s has no heading: give it one in tables_words.go", name, e.op.ID)
				}
			}
		}
	}
	if tables < 15 {
		t.Errorf("only %d lists and reports were found", tables)
	}
}
