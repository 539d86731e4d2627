package page

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// exactDigits is how many significant digits a spreadsheet keeps of a number; what has more is written as text.
const exactDigits = 15

// XLSX renders a statement as a workbook: a sheet for the overview, one for each table under its title, one for the
// notes. The figures are those of the PDF, as real numbers with a format; what is the sum or the difference of others
// is a formula that gives the same.
func XLSX(v figures.Value, lang figures.Lang) ([]byte, error) {
	p := paperOf(v, lang)
	b := book{file: excelize.NewFile(), styles: map[string]int{}}
	defer func() { _ = b.file.Close() }() // nothing of it lies on disk
	b.open(words.bookmarkFirst.In(lang))
	b.head(p)
	for _, of := range p.blocks {
		b.open(of.title)
		b.block(of)
	}
	if len(p.notes) > 0 {
		b.open(words.notes.In(lang))
		b.line("bold", words.notes.In(lang))
		for i, note := range p.notes {
			b.line("", fmt.Sprintf("%d. %s", i+1, note))
		}
	}
	b.page(p)
	if b.err != nil {
		return nil, fmt.Errorf("statements: workbook: %w", b.err)
	}
	var out bytes.Buffer
	_, err := b.file.WriteTo(&out)
	return out.Bytes(), err
}

// book is a workbook while it is written, with the first thing that went wrong.
type book struct {
	file   *excelize.File
	sheets []string
	sheet  string
	row    int
	styles map[string]int // by look and number format
	err    error
}

func (b *book) note(err error) {
	if b.err == nil {
		b.err = err
	}
}

// sheetName is a title as the name of a sheet: at most 31 characters, none of those that a sheet's name cannot have.
func (b *book) sheetName(title string) string {
	name := []rune(strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) {
			return '-'
		}
		return r
	}, title), "' "))
	for n := 1; ; n++ {
		tail := ""
		if n > 1 {
			tail = fmt.Sprintf(" (%d)", n)
		}
		tried := string(name[:min(len(name), 31-len(tail))]) + tail
		if !slices.ContainsFunc(b.sheets, func(s string) bool { return strings.EqualFold(s, tried) }) {
			return tried
		}
	}
}

// open begins the next sheet.
func (b *book) open(title string) {
	name := b.sheetName(title)
	if len(b.sheets) == 0 {
		b.note(b.file.SetSheetName("Sheet1", name))
	} else {
		_, err := b.file.NewSheet(name)
		b.note(err)
	}
	b.sheets, b.sheet, b.row = append(b.sheets, name), name, 0
}

// line writes texts into the next row.
func (b *book) line(look string, texts ...string) {
	b.cells(look, figures.Each(texts, word))
}

// cellName is the name of a cell; columns count from 0.
func (b *book) cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	b.note(err)
	return name
}

// isNumber reports whether a figure is written as a number.
func isNumber(f figure) bool {
	return f.number.Valid && len(strings.Trim(f.number.Decimal.Coefficient().String(), "-")) <= exactDigits
}

func (b *book) cells(look string, cells []figure) {
	b.row++
	for i, c := range cells {
		if c.text == "" {
			continue
		}
		name, format := b.cellName(i, b.row), ""
		if !isNumber(c) {
			b.note(b.file.SetCellStr(b.sheet, name, c.text)) // never a formula, whatever it begins with
		} else {
			f, _ := c.number.Decimal.Float64() // of up to 15 digits prints back as the decimal
			b.note(b.file.SetCellFloat(b.sheet, name, f, int(c.digits), 64))
			format = "#,##0"
			if c.digits > 0 {
				format += "." + strings.Repeat("0", int(c.digits))
			}
		}
		b.note(b.file.SetCellStyle(b.sheet, name, name, b.style(look, format)))
	}
}

func (b *book) style(look, format string) int {
	key := look + "|" + format
	if id, known := b.styles[key]; known {
		return id
	}
	s := &excelize.Style{}
	if look == "bold" || look == "title" {
		s.Font = &excelize.Font{Bold: true}
	}
	if look == "title" {
		s.Font.Size = 16
	}
	if format != "" {
		s.CustomNumFmt = &format
	}
	id, err := b.file.NewStyle(s)
	b.note(err)
	b.styles[key] = id
	return id
}

func (b *book) head(p paper) {
	if p.draft {
		b.line("bold", words.draft.In(p.lang)+" – "+words.draftNotice.In(p.lang))
	}
	b.line("bold", p.organisation, p.about)
	b.line("title", p.title)
	for _, text := range []string{p.project, p.heading, p.prepared} {
		if text != "" {
			b.line("", text)
		}
	}
	for _, fact := range p.facts {
		b.line("", fact[0], fact[1])
	}
	b.line("")
	sum, formula := decimal.Zero, ""
	for i, t := range p.terms {
		b.cells("", []figure{word(strings.TrimSpace(t.sign + " " + t.label)), t.figure})
		switch {
		case i+1 == len(p.terms):
			b.formula(1, t.figure, sum, formula)
		case t.sign == figures.Minus:
			sum, formula = sum.Sub(t.figure.number.Decimal), formula+"-"+b.cellName(1, b.row)
		default:
			sum, formula = sum.Add(t.figure.number.Decimal), formula+"+"+b.cellName(1, b.row)
		}
	}
	for _, text := range p.sentences {
		b.line("", text)
	}
	b.line("")
	b.line("", words.dataHash.In(p.lang), p.hash)
}

// formula puts a formula behind a figure of the row, where it gives that figure.
func (b *book) formula(column int, f figure, gives decimal.Decimal, formula string) {
	if isNumber(f) && f.number.Decimal.Equal(gives) && formula != "" {
		b.note(b.file.SetCellFormula(b.sheet, b.cellName(column, b.row), strings.TrimPrefix(formula, "+")))
	}
}

// block writes a table under its head, which stays where it is when the rows move.
func (b *book) block(of block) {
	title := of.title
	if of.unit != "" {
		title += " (" + of.unit + ")"
	}
	b.line("bold", title)
	if len(of.columns) > 0 {
		b.line("bold", figures.Each(of.columns, func(c column) string { return c.head })...)
		b.note(b.file.SetPanes(b.sheet, &excelize.Panes{Freeze: true, YSplit: b.row, TopLeftCell: b.cellName(0, b.row+1),
			ActivePane: "bottomLeft"}))
	}
	var parts, main []placed // rows that a sum is made of: all of them, and those of the main line
	for _, r := range of.rows {
		look := ""
		if r.level == sumLevel || r.level == subLevel {
			look = "bold"
		}
		b.cells(look, r.cells)
		b.differences(of.columns, r)
		switch {
		case r.level == sumLevel:
			b.sums(of.columns, r, parts)
		case r.level == subLevel:
			b.sums(of.columns, r, main)
		case r.level == headLevel:
			main = nil
		case r.counts || r.level == lineLevel:
			parts, main = append(parts, placed{b.row, r}), append(main, placed{b.row, r})
		}
		if r.note != "" {
			b.line("", "", r.note)
		}
	}
	for _, text := range of.after {
		b.line("", text)
	}
}

// placed is a row of a table with the row of the sheet that it is in.
type placed struct {
	at int
	tableRow
}

// sums puts sums of rows behind the figures that are that.
func (b *book) sums(columns []column, of tableRow, parts []placed) {
	for i, f := range of.cells {
		if i >= len(columns) || !columns[i].right || !f.number.Valid || differenceOf[columns[i].is] != nil {
			continue
		}
		total, ranges := decimal.Zero, []string{}
		from, to := 0, 0
		end := func() {
			if from > 0 {
				ranges = append(ranges, b.cellName(i, from)+":"+b.cellName(i, to))
			}
		}
		for _, p := range parts {
			if i >= len(p.cells) || !isNumber(p.cells[i]) {
				continue
			}
			total = total.Add(p.cells[i].number.Decimal)
			if from == 0 || p.at != to+1 {
				end()
				from = p.at
			}
			to = p.at
		}
		if end(); len(ranges) > 0 && len(ranges) <= 200 {
			b.formula(i, f, total, "SUM("+strings.Join(ranges, ",")+")")
		}
	}
}

// differenceOf are the columns that are made of two others, with the sign of the second.
var differenceOf = map[string][]string{"left": {"budget", "-", "to_date"}, "expected": {"to_date", "+", "committed"}}

// differences puts the formula behind each figure that is made of others of its row.
func (b *book) differences(columns []column, r tableRow) {
	at := func(is string) int { return slices.IndexFunc(columns, func(c column) bool { return c.is == is }) }
	for i, c := range columns {
		made := differenceOf[c.is]
		if made == nil || i >= len(r.cells) || !r.cells[i].number.Valid {
			continue
		}
		first, second := at(made[0]), at(made[2])
		if first < 0 || second < 0 || !isNumber(r.cells[first]) || !isNumber(r.cells[second]) {
			continue
		}
		gives := r.cells[second].number.Decimal
		if made[1] == "-" {
			gives = gives.Neg()
		}
		b.formula(i, r.cells[i], r.cells[first].number.Decimal.Add(gives), b.cellName(first, b.row)+made[1]+
			b.cellName(second, b.row))
	}
}

// page sets widths and how it prints.
func (b *book) page(p paper) {
	size, fit, one := 9, 1, 0
	for _, sheet := range b.sheets {
		b.note(b.file.SetColWidth(sheet, "A", "B", 34))
		b.note(b.file.SetColWidth(sheet, "C", "J", 16))
		b.note(b.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Size: &size, FitToWidth: &fit, FitToHeight: &one}))
	}
	b.note(b.file.SetDocProps(&excelize.DocProperties{Title: p.running, Creator: producer, Language: string(p.lang),
		Created: p.created().Format("2006-01-02T15:04:05Z"), Modified: p.created().Format("2006-01-02T15:04:05Z")}))
}
