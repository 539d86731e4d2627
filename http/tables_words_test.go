package http

import (
	"reflect"
	"strings"
	"testing"

	"supportledger/http/rest"
	"supportledger/http/rest/table"
	"supportledger/store/storetest"
)

// TestEveryTableHasWords holds every list and report of the API: it has a title, and each of its columns a heading, in
// both languages. What is missing is named the way it is written down in tables_words.go.
func TestEveryTableHasWords(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	for _, e := range s.api.Endpoints {
		if !rest.IsSheet(e.Out) {
			continue
		}
		tables++
		if _, known := table.Titles[table.FileName(e.Op.Path)]; !known {
			t.Errorf("%q of %s has no title", table.FileName(e.Op.Path), e.Op.ID)
		}
		view, _ := reflect.New(e.Out).Elem().Interface().(rest.Sheet)
		columns := table.ColumnsOf(reflect.TypeOf(view.TableRows()).Elem())
		if len(columns) < 2 {
			t.Errorf("%s has columns %v", e.Op.ID, columns)
		}
		for _, c := range columns {
			for name := range strings.SplitSeq(strings.TrimSuffix(c.Key, "_currency"), ".") {
				if _, known := table.Headings[name]; !known && table.Headings[c.Key] == (rest.Text{}) {
					t.Errorf("%q of %s has no heading: give it one in tables_words.go", name, e.Op.ID)
				}
			}
		}
	}
	if tables < 15 {
		t.Errorf("only %d lists and reports were found", tables)
	}
}
