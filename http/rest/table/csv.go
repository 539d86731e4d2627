package table

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// csv writes the table as CSV (RFC 4180), or as Danish Excel opens it without asking: semicolons, decimal commas, a
// byte order mark.
func (t table) csv(danish bool) ([]byte, error) {
	var out bytes.Buffer
	if danish {
		out.WriteString("\ufeff")
	}
	w := csv.NewWriter(&out)
	w.UseCRLF = true
	if danish {
		w.Comma = ';'
	}
	line := make([]string, len(t.columns))
	for i, c := range t.columns {
		line[i] = harmless(t.heading(c))
	}
	if err := w.Write(line); err != nil {
		return nil, err
	}
	for _, row := range t.rows {
		for i, c := range row {
			switch {
			case c.kind == textCell:
				line[i] = harmless(c.text)
			case c.kind == numberCell && danish:
				line[i] = strings.Replace(c.text, ".", ",", 1)
			default:
				line[i] = c.text
			}
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
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
