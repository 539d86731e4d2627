package rest

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

// Sheet is a view that can be shown as a table: a List or a report.
type Sheet interface {
	TableRows() any // a slice of view structs
	TablePage() PageView
	TableFacts() []Fact // what stands above the table on a printed page
}

// Fact is a line above a table, such as "As of: 2026-06-30".
type Fact struct {
	Name  Text
	Value string
}

// IsSheet tells whether an answer can be a table.
func IsSheet(t reflect.Type) bool { return t.Implements(reflect.TypeFor[Sheet]()) }

// The media types of tables.
const (
	TypeCSV  = "text/csv"
	TypeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// tableParams are what every list and report takes besides its own parameters.
type tableParams struct {
	Format  string `query:"format" json:"-" enum:"json,csv,xlsx" description:"What to answer with; Accept does the same. A table has all rows, unless limit or cursor asks for a page. Lists inside a row are left out of it."`
	Profile string `query:"csv_profile" json:"-" enum:"rfc4180,da-excel" description:"How CSV is written: rfc4180 (commas, decimal points) or da-excel (semicolons, decimal commas, byte order mark). rfc4180 where none is given."`
	Lang    string `query:"lang" json:"-" enum:"da,en" description:"Language of a table's headings; Accept-Language does the same."`
}

// tableNames are the names of tableParams.
var tableNames = []string{"format", "csv_profile", "lang"}

// TableRequest is how an answer shall be written.
type TableRequest struct {
	Format  string // json, csv, xlsx
	Profile string // rfc4180, da-excel
	Lang    Lang
	Whole   bool // all rows, not a page of them
}

// tableOf reads how an answer shall be written. The parameter wins over the header.
func (e *Endpoint) tableOf(c *gin.Context, query url.Values) (TableRequest, error) {
	t := TableRequest{Format: "json", Profile: "rfc4180", Lang: langOf(c.GetHeader("Accept-Language"))}
	if !IsSheet(e.Out) {
		return t, nil
	}
	t.Format = acceptedFormat(c.GetHeader("Accept"))
	lang := string(t.Lang)
	var faults []*Fault
	for i, choice := range []struct {
		into *string
		of   []string
	}{{&t.Format, []string{"json", "csv", "xlsx"}}, {&t.Profile, []string{"rfc4180", "da-excel"}},
		{&lang, []string{"da", "en"}}} {
		values := query[tableNames[i]]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 || !slices.Contains(choice.of, values[0]) {
			all := strings.Join(choice.of, ", ")
			faults = append(faults, &Fault{in: "query", Pointer: "/" + tableNames[i], Code: "not_one_of",
				Message: Text{"This value is not one of those allowed.", "Værdien er ikke blandt de tilladte."},
				Hint:    Text{"one of: " + all, "én af: " + all}})
			continue
		}
		*choice.into = values[0]
	}
	t.Lang, t.Whole = Lang(lang), !query.Has("limit") && !query.Has("cursor")
	if len(faults) > 0 {
		return t, refuseFaults(faults)
	}
	return t, nil
}

// acceptedFormat picks a format by an Accept header: a table only where it is asked for by name and nothing that we
// have is wanted more.
func acceptedFormat(header string) string {
	best, weight := "json", 0.0
	for part := range strings.SplitSeq(header, ",") {
		kind, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		format := map[string]string{TypeCSV: "csv", TypeXLSX: "xlsx", "application/json": "json", "*/*": "json",
			"application/*": "json"}[strings.TrimSpace(kind)]
		q := 1.0
		if _, v, ok := strings.Cut(params, "q="); ok {
			q, _ = strconv.ParseFloat(strings.TrimSpace(v), 64)
		}
		if format != "" && q > weight {
			best, weight = format, q
		}
	}
	return best
}

// PageIn finds the Page of a request, where it has one.
func PageIn(in any) (*Page, bool) {
	field := reflect.ValueOf(in).Elem().FieldByName("Page")
	if !field.IsValid() {
		return nil, false
	}
	page, ok := field.Addr().Interface().(*Page)
	return page, ok
}
