package http

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/ledger"
	"supportledger/store"
)

// Every list and every report is also a table: CSV or XLSX, by ?format= or by Accept. A table is made here out of the
// same view struct that JSON shows, so no resource has code of its own for it (tables_columns.go says how a field
// becomes a column).

// sheet is a view that can be shown as a table: a List or a report.
type sheet interface {
	rows() any // a slice of view structs
	page() PageView
	about() []fact // what stands above the table on a printed page
}

// fact is a line above a table, such as "As of: 2026-06-30".
type fact struct {
	name  text
	value string
}

func (l List[T]) rows() any      { return l.Data }
func (l List[T]) page() PageView { return l.Page }
func (l List[T]) about() []fact  { return nil }

// isSheet tells whether an answer can be a table.
func isSheet(t reflect.Type) bool { return t.Implements(reflect.TypeFor[sheet]()) }

// The media types of tables.
const (
	typeCSV  = "text/csv"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// tableParams are what every list and report takes besides its own parameters.
type tableParams struct {
	Format  string `query:"format" json:"-" enum:"json,csv,xlsx" description:"What to answer with; Accept does the same. A table has all rows, unless limit or cursor asks for a page. Lists inside a row are left out of it."`
	Profile string `query:"csv_profile" json:"-" enum:"rfc4180,da-excel" description:"How CSV is written: rfc4180 (commas, decimal points) or da-excel (semicolons, decimal commas, byte order mark). rfc4180 where none is given."`
	Lang    string `query:"lang" json:"-" enum:"da,en" description:"Language of a table's headings; Accept-Language does the same."`
}

// tableNames are the names of tableParams.
var tableNames = []string{"format", "csv_profile", "lang"}

// tableRequest is how an answer shall be written.
type tableRequest struct {
	format  string // json, csv, xlsx
	profile string // rfc4180, da-excel
	lang    Lang
	whole   bool // all rows, not a page of them
}

// tableOf reads how an answer shall be written. The parameter wins over the header.
func (e *endpoint) tableOf(c *gin.Context, query url.Values) (tableRequest, error) {
	t := tableRequest{format: "json", profile: "rfc4180", lang: langOf(c.GetHeader("Accept-Language"))}
	if !isSheet(e.out) {
		return t, nil
	}
	t.format = acceptedFormat(c.GetHeader("Accept"))
	lang := string(t.lang)
	var faults []*fault
	for i, choice := range []struct {
		into *string
		of   []string
	}{{&t.format, []string{"json", "csv", "xlsx"}}, {&t.profile, []string{"rfc4180", "da-excel"}}, {&lang, []string{"da", "en"}}} {
		values := query[tableNames[i]]
		if len(values) == 0 {
			continue
		}
		if len(values) > 1 || !slices.Contains(choice.of, values[0]) {
			all := strings.Join(choice.of, ", ")
			faults = append(faults, &fault{in: "query", pointer: "/" + tableNames[i], code: "not_one_of",
				message: text{"This value is not one of those allowed.", "Værdien er ikke blandt de tilladte."}, hint: text{"one of: " + all, "én af: " + all}})
			continue
		}
		*choice.into = values[0]
	}
	t.lang, t.whole = Lang(lang), !query.Has("limit") && !query.Has("cursor")
	if len(faults) > 0 {
		return t, refuseFaults(faults)
	}
	return t, nil
}

// acceptedFormat picks a format by an Accept header: a table only where it is asked for by name and nothing that we have
// is wanted more.
func acceptedFormat(header string) string {
	best, weight := "json", 0.0
	for part := range strings.SplitSeq(header, ",") {
		kind, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		format := map[string]string{typeCSV: "csv", typeXLSX: "xlsx", "application/json": "json", "*/*": "json", "application/*": "json"}[strings.TrimSpace(kind)]
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

// What a table may hold, so that no one request takes all memory, and how many rows are read at a time for it.
const (
	tableRows = 100_000
	tablePage = 1000
)

// table is what is written as CSV or XLSX.
type table struct {
	title   string
	facts   []fact
	columns []column
	rows    [][]tableCell
	base    ledger.Currency // of columns that say so
	lang    Lang
	printed time.Time
}

// tabulate performs a reading act and writes its rows as a table: those of all pages, or of the one that was asked for.
func (e *endpoint) tabulate(ctx context.Context, tx *store.Tx, req request) (reply, error) {
	t := table{title: titleOf(e.op.Path).in(req.table.lang), lang: req.table.lang, printed: tx.At}
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return reply{}, err
	}
	t.base = book.Base
	t.facts = []fact{{text{"Organisation", "Organisation"}, book.Organisation}}
	page, paged := pageIn(req.in)
	if paged && req.table.whole {
		page.Cursor, page.Limit, page.whole = "", 0, true
	}
	for {
		view, err := e.act(ctx, tx, req.in)
		if err != nil {
			return reply{}, err
		}
		shown, ok := view.(sheet)
		if !ok {
			return reply{}, fmt.Errorf("http: %T of %s is no table", view, e.op.ID)
		}
		if t.columns == nil {
			t.facts = append(t.facts, shown.about()...)
		}
		t.add(shown.rows())
		if !paged || !req.table.whole || !shown.page().HasMore {
			break
		}
		if len(t.rows) >= tableRows {
			return reply{}, refuse("table_too_large")
		}
		page.Cursor = shown.page().NextCursor
	}
	return t.reply(e.op.Path, req.table)
}

// reply writes the table in the format that was asked for. Its name says what it is and never whose.
func (t table) reply(at string, want tableRequest) (reply, error) {
	out := reply{status: http.StatusOK, name: fileName(at) + "-" + string(ledger.DateOf(t.printed)) + "." + want.format, attached: true}
	var err error
	if want.format == "xlsx" {
		out.kind = typeXLSX
		out.body, err = t.xlsx()
		return out, err
	}
	out.kind = typeCSV + "; charset=utf-8"
	out.body, err = t.csv(want.profile == "da-excel")
	return out, err
}

// fileName is the last word of a path that is no parameter.
func fileName(at string) string {
	for strings.HasPrefix(path.Base(at), ":") {
		at = path.Dir(at)
	}
	return path.Base(at)
}

// add appends view structs as rows.
func (t *table) add(rows any) {
	v := reflect.ValueOf(rows)
	if t.columns == nil {
		t.columns = columnsOf(v.Type().Elem())
	}
	for i := range v.Len() {
		row := make([]tableCell, len(t.columns))
		for j, c := range t.columns {
			row[j] = c.cell(v.Index(i))
		}
		t.rows = append(t.rows, row)
	}
}

// heading is what stands above a column.
func (t table) heading(c column) string {
	words := headingOf(c.key).in(t.lang)
	if c.base {
		words += ", " + string(t.base)
	}
	return words
}

// pageIn finds the Page of a request, where it has one.
func pageIn(in any) (*Page, bool) {
	field := reflect.ValueOf(in).Elem().FieldByName("Page")
	if !field.IsValid() {
		return nil, false
	}
	page, ok := field.Addr().Interface().(*Page)
	return page, ok
}
