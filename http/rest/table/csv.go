package table

import (
	"encoding/csv"
	"io"
	"iter"
	"strings"
)

// csv writes the table as CSV (RFC 4180), or as Danish Excel opens it: semicolons, decimal commas, a byte order mark.
func (t table) csv(to io.Writer, danish bool, pages iter.Seq2[page, error]) error {
	if danish {
		if _, err := io.WriteString(to, "\ufeff"); err != nil {
			return err
		}
	}
	w := csv.NewWriter(to)
	w.UseCRLF = true
	if danish {
		w.Comma = ';'
	}
	line := make([]string, len(t.columns))
	for i, c := range t.columns {
		line[i] = harmless(t.heading(c))
	}
	if err := w.Write(line); err != nil {
		return err
	}
	for rows, err := range pages {
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := w.Write(csvLine(line, t.cells(row), danish)); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

// csvLine writes cells into line.
func csvLine(line []string, cells []tableCell, danish bool) []string {
	for i, c := range cells {
		switch {
		case c.kind == textCell:
			line[i] = harmless(c.text)
		case c.kind == numberCell && danish:
			line[i] = strings.Replace(c.text, ".", ",", 1)
		default:
			line[i] = c.text
		}
	}
	return line
}

// harmless keeps a spreadsheet from taking a text for a formula: what begins like one gets an apostrophe in front, as a
// person would type it (OWASP, CSV Injection). The full-width signs are what some spreadsheets turn into the narrow
// ones.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
