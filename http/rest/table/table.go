package table

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// Every list and every report is also a table: CSV or XLSX, by ?format= or by Accept. A table is made here out of the
// same view struct that JSON shows, so no resource has code of its own for it (tables_columns.go says how a field
// becomes a column).

// tableRows is what a table may hold, so that no one request takes all memory.
const tableRows = 100_000

// table is what is written as CSV or XLSX.
type table struct {
	title   string
	facts   []rest.Fact
	columns []column
	rows    [][]tableCell
	base    ledger.Currency // of columns that say so
	lang    rest.Lang
	printed time.Time
}

// Tabulate performs a reading act and writes its rows as a table: those of all pages, or of the one that was asked for.
func Tabulate(ctx context.Context, tx *store.Tx, e *rest.Endpoint, req rest.Request) (rest.Reply, error) {
	t := table{title: titleOf(e.Op.Path).In(req.Table.Lang), lang: req.Table.Lang, printed: tx.At}
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return rest.Reply{}, err
	}
	t.base = book.Base
	t.facts = []rest.Fact{{Name: rest.Text{EN: "Organisation", DA: "Organisation"}, Value: book.Organisation}}
	page, paged := rest.PageIn(req.In)
	if paged && req.Table.Whole {
		page.ReadWhole()
	}
	for {
		view, err := e.Act(ctx, tx, req.In)
		if err != nil {
			return rest.Reply{}, err
		}
		shown, ok := view.(rest.Sheet)
		if !ok {
			return rest.Reply{}, fmt.Errorf("http: %T of %s is no table", view, e.Op.ID)
		}
		if t.columns == nil {
			t.facts = append(t.facts, shown.TableFacts()...)
		}
		t.add(shown.TableRows())
		if !paged || !req.Table.Whole || !shown.TablePage().HasMore {
			break
		}
		if len(t.rows) >= tableRows {
			return rest.Reply{}, rest.Refuse("table_too_large")
		}
		page.Cursor = shown.TablePage().NextCursor
	}
	return t.reply(e.Op.Path, req.Table)
}

// reply writes the table in the format that was asked for. Its name says what it is and never whose.
func (t table) reply(at string, want rest.TableRequest) (rest.Reply, error) {
	out := rest.Reply{Status: http.StatusOK,
		Name: FileName(at) + "-" + string(ledger.DateOf(t.printed)) + "." + want.Format, Attached: true}
	var err error
	if want.Format == "xlsx" {
		out.Kind = rest.TypeXLSX
		out.Body, err = t.xlsx()
		return out, err
	}
	out.Kind = rest.TypeCSV + "; charset=utf-8"
	out.Body, err = t.csv(want.Profile == "da-excel")
	return out, err
}

// FileName is the last word of a path that is no parameter.
func FileName(at string) string {
	for strings.HasPrefix(path.Base(at), ":") {
		at = path.Dir(at)
	}
	return path.Base(at)
}

// add appends view structs as rows.
func (t *table) add(rows any) {
	v := reflect.ValueOf(rows)
	if t.columns == nil {
		t.columns = ColumnsOf(v.Type().Elem())
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
	words := headingOf(c.Key).In(t.lang)
	if c.base {
		words += ", " + string(t.base)
	}
	return words
}
