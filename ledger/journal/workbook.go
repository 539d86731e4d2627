package journal

import (
	"bufio"
	"errors"
	"fmt"

	"supportledger/ledger"

	"github.com/xuri/excelize/v2"
)

// workbookRows is how many rows a worksheet holds.
const workbookRows = 1 << 20

// errWorkbookFull is a journal of more lines than a worksheet has rows.
var errWorkbookFull = errors.New("ledger: the journal has more lines than a worksheet has rows; export CSV")

// workbook writes the journal as an XLSX file with one sheet. Amounts are number cells that hold their exact decimal
// text; what a spreadsheet keeps of more than fifteen digits is its own affair, and CSV has them all.
type workbook struct {
	out    *bufio.Writer
	file   *excelize.File
	known  exported
	number int // style of amounts
	row    int
}

const workbookSheet = "Sheet1"

func newWorkbook(out *bufio.Writer, known exported) (*workbook, error) {
	w := &workbook{out: out, file: excelize.NewFile(), known: known}
	format := "#,##0.00"
	var err error
	w.number, err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
	return w, err
}

func (w *workbook) head() error {
	w.row = 1
	for i, name := range journalColumns {
		if err := w.text(i, name); err != nil {
			return err
		}
	}
	return w.file.SetPanes(workbookSheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2",
		ActivePane: "bottomLeft"})
}

func (w *workbook) text(column int, s string) error {
	at, err := excelize.CoordinatesToCellName(column+1, w.row)
	if err != nil || s == "" {
		return err
	}
	return w.file.SetCellStr(workbookSheet, at, s)
}

func (w *workbook) entry(p ledger.Posted) error {
	for i := range p.Lines {
		w.row++
		if w.row > workbookRows {
			return errWorkbookFull
		}
		for c, s := range w.known.journalRow(p, i) {
			write := w.text
			if c == amountColumn || c == baseColumn {
				write = w.amount
			}
			if err := write(c, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// amount writes a number by its digits, so that it passes no binary fraction.
func (w *workbook) amount(column int, s string) error {
	at, err := excelize.CoordinatesToCellName(column+1, w.row)
	if err != nil {
		return err
	}
	if err := w.file.SetCellDefault(workbookSheet, at, s); err != nil {
		return err
	}
	return w.file.SetCellStyle(workbookSheet, at, at, w.number)
}

func (w *workbook) end() error {
	if err := w.file.Write(w.out); err != nil {
		return fmt.Errorf("ledger: workbook: %w", err)
	}
	return errors.Join(w.file.Close(), w.out.Flush())
}
