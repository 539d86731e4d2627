package page

import (
	"bytes"
	"fmt"
	"strings"
	"supportledger/statements/figures"

	"github.com/xuri/excelize/v2"
)

// exactDigits is how many significant digits a spreadsheet keeps of a number; what has more is written as text.
const exactDigits = 15

// XLSX renders a statement as a workbook with one sheet: the same figures as the PDF, as real numbers with a format.
func XLSX(v figures.Value, lang figures.Lang) ([]byte, error) {
	p := paperOf(v, lang)
	b := book{file: excelize.NewFile(), sheet: "Sheet1", styles: map[string]int{}}
	defer func() { _ = b.file.Close() }() // nothing of it lies on disk
	b.head(p)
	for _, block := range p.blocks {
		b.block(block)
	}
	if len(p.notes) > 0 {
		b.line("bold", words.notes.In(p.lang))
		for i, note := range p.notes {
			b.line("", fmt.Sprintf("%d. %s", i+1, note))
		}
		b.line("")
	}
	b.line("", words.dataHash.In(p.lang), p.hash)
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

// line writes texts into the next row.
func (b *book) line(look string, texts ...string) {
	b.cells(look, figures.Each(texts, word))
}

func (b *book) cells(look string, cells []figure) {
	b.row++
	for i, c := range cells {
		name, err := excelize.CoordinatesToCellName(i+1, b.row)
		b.note(err)
		if c.text == "" {
			continue
		}
		number := c.number.Valid && len(strings.Trim(c.number.Decimal.Coefficient().String(), "-")) <= exactDigits
		if !number {
			b.note(b.file.SetCellStr(b.sheet, name, c.text)) // never a formula, whatever it begins with
		} else {
			f, _ := c.number.Decimal.Float64() // of up to 15 digits prints back as the decimal
			b.note(b.file.SetCellFloat(b.sheet, name, f, int(c.digits), 64))
		}
		format := ""
		if number {
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
	for _, t := range p.terms {
		b.cells("", []figure{word(strings.TrimSpace(t.sign + " " + t.label)), t.figure})
	}
	for _, text := range p.sentences {
		b.line("", text)
	}
	b.line("")
}

func (b *book) block(of block) {
	title := of.title
	if of.unit != "" {
		title += " (" + of.unit + ")"
	}
	b.line("bold", title)
	if len(of.columns) > 0 {
		b.line("bold", figures.Each(of.columns, func(c column) string { return c.head })...)
	}
	for _, r := range of.rows {
		look := ""
		if r.level == sumLevel {
			look = "bold"
		}
		b.cells(look, r.cells)
		if r.note != "" {
			b.line("", "", r.note)
		}
	}
	for _, text := range of.after {
		b.line("", text)
	}
	b.line("")
}

// page sets widths and how it prints.
func (b *book) page(p paper) {
	b.note(b.file.SetColWidth(b.sheet, "A", "A", 34))
	b.note(b.file.SetColWidth(b.sheet, "B", "B", 34))
	b.note(b.file.SetColWidth(b.sheet, "C", "I", 16))
	size, fit, one := 9, 1, 0
	b.note(b.file.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Size: &size, FitToWidth: &fit, FitToHeight: &one}))
	b.note(b.file.SetDocProps(&excelize.DocProperties{Title: p.running, Creator: "supportledger", Language: string(p.lang),
		Created: p.created().Format("2006-01-02T15:04:05Z"), Modified: p.created().Format("2006-01-02T15:04:05Z")}))
}
