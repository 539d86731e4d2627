package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// exactDigits is how many significant digits a spreadsheet keeps of a number; up to so many, a float prints back as the
// very decimal that it was read from.
const exactDigits = 15

// workbook is an XLSX file while it is written.
type workbook struct {
	file   *excelize.File
	out    *excelize.StreamWriter
	styles map[string]int // by number format
	bold   int
	lines  int
}

const sheetName = "Sheet1"

// measuredRows is how many rows are looked at for the width of a column.
const measuredRows = 1000

// xlsx makes a workbook of the table that prints as a report, and gives what sends it: a title, what it is about and
// when it was printed, then the table with its head on every page. Amounts and days are numbers with a format. An
// amount of more digits than a spreadsheet keeps has its exact text in a hidden column at the end. A workbook says of
// its columns how wide they are before its first row, so the pages are read twice, in one snapshot; its rows wait in
// a file while it is made.
func (t table) xlsx(ctx context.Context, tx *store.Tx, r reader, first rest.Sheet) (send, error) {
	seen, err := t.survey(r.pages(ctx, tx, first))
	if err != nil {
		return nil, err
	}
	if r.page != nil && first.TablePage().HasMore {
		r.page.ReadWhole()
		first = nil
	}
	file := excelize.NewFile()
	w := workbook{file: file, styles: map[string]int{}}
	for _, step := range []func() error{
		w.begin,
		func() error { return w.columns(t, seen) },
		func() error { return w.head(t, seen) },
		func() error { return w.body(t, seen, r.pages(ctx, tx, first)) },
		func() error { return w.out.Flush() },
		func() error { return w.paper(t) },
	} {
		if err := step(); err != nil {
			return nil, errors.Join(fmt.Errorf("http: workbook: %w", err), file.Close())
		}
	}
	return func(_ context.Context, to io.Writer) error {
		_, err := file.WriteTo(to)
		return errors.Join(err, file.Close())
	}, nil
}

// send sends a body that is made.
type send = func(ctx context.Context, to io.Writer) error

// survey is what a workbook has to know of its rows before the first of them.
type survey struct {
	widths []int
	long   []int // columns with an amount of more digits than a spreadsheet keeps
}

// survey reads all rows, and refuses more than a workbook may hold.
func (t table) survey(pages iter.Seq2[page, error]) (survey, error) {
	seen := survey{widths: make([]int, len(t.columns))}
	for i, c := range t.columns {
		seen.widths[i] = utf8.RuneCountInString(t.heading(c))
	}
	long, rows := make([]bool, len(t.columns)), 0
	for read, err := range pages {
		if err != nil {
			return seen, err
		}
		for _, row := range read {
			if rows++; rows > workbookRows {
				return seen, rest.Refuse("table_too_large")
			}
			for i, c := range t.cells(row) {
				if rows <= measuredRows {
					seen.widths[i] = max(seen.widths[i], utf8.RuneCountInString(c.text)+len(c.text)/4*int(c.kind&numberCell))
				}
				long[i] = long[i] || c.kind == numberCell && digits(c.text) > exactDigits
			}
		}
	}
	for i, is := range long {
		if is {
			seen.long = append(seen.long, i)
		}
	}
	return seen, nil
}

func (w *workbook) begin() (err error) {
	if w.out, err = w.file.NewStreamWriter(sheetName); err != nil {
		return err
	}
	w.bold, err = w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	return err
}

// columns gives each column room for its longest cell, within reason, and hides those of exact amounts.
func (w *workbook) columns(t table, seen survey) error {
	for i, longest := range seen.widths {
		if err := w.out.SetColWidth(i+1, i+1, float64(min(max(longest, 8), 50)+2)); err != nil {
			return err
		}
	}
	for i := range seen.long {
		at := len(t.columns) + i + 1
		if err := w.out.SetColVisible(at, at, false); err != nil {
			return err
		}
	}
	return w.out.SetPanes(&excelize.Panes{Freeze: true, YSplit: t.headRow(),
		TopLeftCell: fmt.Sprintf("A%d", t.headRow()+1), ActivePane: "bottomLeft"})
}

// headRow is the row of the headings: below the title, its facts, the time of printing and an empty line.
func (t table) headRow() int { return len(t.facts) + 4 }

// line writes the next row.
func (w *workbook) line(cells ...any) error {
	w.lines++
	return w.out.SetRow(fmt.Sprintf("A%d", w.lines), cells)
}

// head writes what stands above the table, and its headings.
func (w *workbook) head(t table, seen survey) error {
	if err := w.line(excelize.Cell{StyleID: w.bold, Value: harmless(t.title)}); err != nil {
		return err
	}
	for _, f := range append(t.facts,
		rest.Fact{Name: rest.Text{EN: "Printed at", DA: "Udskrevet"}, Value: store.FormatTime(t.printed)}) {
		if err := w.line(f.Name.In(t.lang) + ": " + f.Value); err != nil {
			return err
		}
	}
	if err := w.line(); err != nil {
		return err
	}
	var cells []any
	for _, c := range t.columns {
		cells = append(cells, excelize.Cell{StyleID: w.bold, Value: harmless(t.heading(c))})
	}
	for _, i := range seen.long {
		cells = append(cells, excelize.Cell{StyleID: w.bold,
			Value: t.heading(t.columns[i]) + rest.Text{EN: ", exact", DA: ", nøjagtig"}.In(t.lang)})
	}
	return w.line(cells...)
}

func (w *workbook) body(t table, seen survey, pages iter.Seq2[page, error]) error {
	for read, err := range pages {
		if err != nil {
			return err
		}
		for _, row := range read {
			if err := w.row(t.cells(row), seen); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *workbook) row(read []tableCell, seen survey) error {
	cells := make([]any, 0, len(read)+len(seen.long))
	for _, c := range read {
		cell, err := w.cell(c)
		if err != nil {
			return err
		}
		cells = append(cells, cell)
	}
	for _, i := range seen.long {
		cells = append(cells, read[i].text)
	}
	return w.line(cells...)
}

// digits counts the significant digits of a plain decimal.
func digits(number string) int {
	return len(strings.TrimLeft(strings.NewReplacer("-", "", ".", "").Replace(number), "0"))
}

// cell gives a cell its value and format.
func (w *workbook) cell(c tableCell) (any, error) {
	switch {
	case c.text == "":
		return nil, nil
	case c.kind == numberCell:
		_, fraction, _ := strings.Cut(c.text, ".")
		format := "#,##0"
		if fraction != "" {
			format += "." + strings.Repeat("0", len(fraction))
		}
		number, err := strconv.ParseFloat(c.text, 64)
		if err != nil {
			return nil, err
		}
		style, err := w.style(format)
		return excelize.Cell{StyleID: style, Value: number}, err
	case c.kind == dateCell:
		style, err := w.style("yyyy-mm-dd")
		return excelize.Cell{StyleID: style, Value: ledger.Date(c.text).Time()}, err
	}
	return harmless(c.text), nil
}

func (w *workbook) style(format string) (int, error) {
	if id, known := w.styles[format]; known {
		return id, nil
	}
	id, err := w.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	w.styles[format] = id
	return id, err
}

// paper says how the workbook prints and what it says about itself.
func (w *workbook) paper(t table) error {
	landscape, a4, fit, pages := "landscape", 9, 1, 0
	on := true
	head := fmt.Sprintf("%s!$%d:$%d", sheetName, t.headRow(), t.headRow())
	created := t.printed.UTC().Format("2006-01-02T15:04:05Z")
	for _, err := range []error{
		w.file.SetPageLayout(sheetName,
			&excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &fit, FitToHeight: &pages}),
		w.file.SetSheetProps(sheetName, &excelize.SheetPropsOptions{FitToPage: &on}),
		w.file.SetHeaderFooter(sheetName,
			&excelize.HeaderFooterOptions{OddFooter: "&L" + strings.ReplaceAll(t.title, "&", "&&") + "&R&P / &N"}),
		w.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: head, Scope: sheetName}),
		w.file.SetDocProps(&excelize.DocProperties{Creator: "supportledger", LastModifiedBy: "supportledger", Title: t.title,
			Created: created, Modified: created}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
