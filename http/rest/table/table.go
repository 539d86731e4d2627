package table

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
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
// same view struct that JSON shows, so no resource has code of its own for it (columns.go says how a field becomes a
// column). Its rows are written as they are read, so a long table takes no more memory than a page of it.

// workbookRows is what a workbook may hold: it cannot be sent before its last row is read. CSV has no such limit.
const workbookRows = 100_000

// streamWithin is how long one CSV may take to be sent. It is read from one snapshot, which the database keeps for it.
const streamWithin = 10 * time.Minute

// table is what is written as CSV or XLSX.
type table struct {
	title   string
	facts   []rest.Fact
	columns []column
	base    ledger.Currency // of columns that say so
	lang    rest.Lang
	printed time.Time
}

// page is rows that were read at once.
type page []reflect.Value

// reader reads the pages of a list or report, one after the other.
type reader struct {
	endpoint *rest.Endpoint
	request  rest.Request
	page     *rest.Page // of the request; nil where the answer comes whole, or one page is asked for
}

// Tabulate performs a reading act and writes its rows as a table: those of all pages, or of the one that was asked for.
// The first page is read in tx, so that what is refused is refused before anything is sent.
func Tabulate(ctx context.Context, tx *store.Tx, e *rest.Endpoint, req rest.Request) (rest.Reply, error) {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return rest.Reply{}, err
	}
	r := reader{endpoint: e, request: req}
	if at, paged := rest.PageIn(req.In); paged && req.Table.Whole {
		at.ReadWhole()
		r.page = at
	}
	first, err := r.read(ctx, tx)
	if err != nil {
		return rest.Reply{}, err
	}
	organisation := rest.Fact{Name: rest.Text{EN: "Organisation", DA: "Organisation"}, Value: book.Organisation}
	t := table{title: titleOf(e.Op.Path).In(req.Table.Lang), lang: req.Table.Lang, printed: tx.At, base: book.Base,
		facts: append([]rest.Fact{organisation}, first.TableFacts()...)}
	t.columns = ColumnsOf(reflect.TypeOf(first.TableRows()).Elem())
	out := rest.Reply{Status: http.StatusOK, Attached: true,
		Name: FileName(e.Op.Path) + "-" + string(ledger.DateOf(t.printed)) + "." + req.Table.Format}
	if req.Table.Format == "xlsx" {
		out.Kind = rest.TypeXLSX
		out.Stream, err = t.xlsx(ctx, tx, r, first)
		return out, err
	}
	out.Kind = rest.TypeCSV + "; charset=utf-8"
	danish := req.Table.Profile == "da-excel"
	if r.page == nil || !first.TablePage().HasMore {
		var body bytes.Buffer
		err := t.csv(&body, danish, r.pages(ctx, tx, first))
		out.Body = body.Bytes()
		return out, err
	}
	actor := tx.By
	out.Stream = func(ctx context.Context, w io.Writer) error {
		ctx, cancel := context.WithTimeout(store.WithActor(ctx, actor), streamWithin)
		defer cancel()
		return e.API.DB.View(ctx, func(tx *store.Tx) error { // one snapshot for all pages
			r.page.ReadWhole()
			return t.csv(w, danish, r.pages(ctx, tx, nil))
		})
	}
	return out, nil
}

// read performs the act for one page.
func (r reader) read(ctx context.Context, tx *store.Tx) (rest.Sheet, error) {
	view, err := r.endpoint.Act(ctx, tx, r.request.In)
	if err != nil {
		return nil, err
	}
	shown, ok := view.(rest.Sheet)
	if !ok {
		return nil, fmt.Errorf("http: %T of %s is no table", view, r.endpoint.Op.ID)
	}
	return shown, nil
}

// pages are the pages from the first one on, which is read where it is nil.
func (r reader) pages(ctx context.Context, tx *store.Tx, first rest.Sheet) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		for shown := first; ; shown = nil {
			if shown == nil {
				var err error
				if shown, err = r.read(ctx, tx); err != nil {
					yield(nil, err)
					return
				}
			}
			rows := reflect.ValueOf(shown.TableRows())
			read := make(page, rows.Len())
			for i := range read {
				read[i] = rows.Index(i)
			}
			if !yield(read, nil) || r.page == nil || !shown.TablePage().HasMore {
				return
			}
			r.page.Cursor = shown.TablePage().NextCursor
		}
	}
}

// cells reads the columns of a row.
func (t table) cells(row reflect.Value) []tableCell {
	cells := make([]tableCell, len(t.columns))
	for i, c := range t.columns {
		cells[i] = c.cell(row)
	}
	return cells
}

// FileName is the last word of a path that is no parameter.
func FileName(at string) string {
	for strings.HasPrefix(path.Base(at), ":") {
		at = path.Dir(at)
	}
	return path.Base(at)
}

// heading is what stands above a column.
func (t table) heading(c column) string {
	words := headingOf(c.Key).In(t.lang)
	if c.base {
		words += ", " + string(t.base)
	}
	return words
}
