package journal

import (
	"fmt"
	"slices"
	"strings"

	"supportledger/ledger"
)

// Sheet is a file of rows under a head line, for imports of what is no entry: donors, gifts. It is read as the files of
// entries are, by the same three profiles and within the same limits.
type Sheet struct{ table importTable }

// SheetRow is a row of a sheet.
type SheetRow struct {
	Number int // in the file; the head line is 1
	source sourceRow
}

// ReadSheet cuts a file into cells. Every column of must is there, every other is one of may. The faults that it tells
// repeat nothing of what stands in the file: where its head line is missing, the first row is somebody's. Errors are
// *[ImportFault].
func ReadSheet(profile ImportProfile, content []byte, must, may []string) (Sheet, error) {
	all := append(slices.Clone(must), may...)
	table, err := ImportFile{Profile: profile, Content: content}.cut(func(head []string) error {
		for i, name := range head {
			switch {
			case !slices.Contains(all, name):
				return &ImportFault{1,
					fmt.Sprintf("column %d has another name; the columns are %s, and the profile says what stands between them", i+1,
						strings.Join(all, ", "))}
			case slices.Contains(head[:i], name):
				return &ImportFault{1, "the column " + name + " stands there twice"}
			}
		}
		for _, name := range must {
			if !slices.Contains(head, name) {
				return &ImportFault{1, "the column " + name + " is missing"}
			}
		}
		return nil
	})
	return Sheet{table}, err
}

// Rows are the rows below the head line that are not empty.
func (s Sheet) Rows() []SheetRow {
	rows := make([]SheetRow, len(s.table.rows))
	for i, r := range s.table.rows {
		rows[i] = SheetRow{r.number, r}
	}
	return rows
}

// Cell is what a row has in a column, without the spaces around it; "" where the file has no such column.
func (s Sheet) Cell(r SheetRow, column string) string { return s.table.cell(r.source, column) }

// Date reads a date as the profile has it.
func (s Sheet) Date(text string) (ledger.Date, error) { return s.table.date(text) }

// Money reads an amount as the profile has it: 4250.00, or 4250,00 in a Danish file.
func (s Sheet) Money(text string, c ledger.Currency) (ledger.Money, error) {
	return s.table.money(text, c)
}

// CheckText wants a text that is there, of at most so many letters, all of them visible. The error repeats nothing of
// it.
func CheckText(text string, most int) error { return checkText(text, most) }
