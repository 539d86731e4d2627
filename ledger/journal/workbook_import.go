package journal

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"supportledger/ledger"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// What an imported workbook may be when it is unpacked: a small file can claim to be a large one.
const (
	maxWorkbookBytes   = 32 << 20
	maxWorkbookRows    = 2 * MaxImportRows
	maxWorkbookColumns = 20
)

// workbookSource reads the one sheet of a workbook. Days come as numbers of days, and numbers as a spreadsheet keeps
// them: what differs from a short decimal only in its sixteenth digit is that decimal.
func workbookSource(content []byte) (rows []sourceRow, err error) {
	defer func() { // the file comes from outside and its reader was not written against malice
		if recover() != nil {
			rows, err = nil, &ImportFault{0, "the file is not a workbook that can be read"}
		}
	}()
	file, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxWorkbookBytes, UnzipXMLSizeLimit: maxWorkbookBytes})
	if err != nil {
		return nil, &ImportFault{0, "the file is not a workbook that can be read, or unpacks to more than 32 MiB"}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sheets := file.GetSheetList()
	if len(sheets) != 1 {
		return nil, &ImportFault{0, "the workbook has more than one sheet; which one is meant is not guessed"}
	}
	if props, err := file.GetWorkbookProps(); err != nil || props.Date1904 != nil && *props.Date1904 {
		return nil, &ImportFault{0, "the workbook counts days from 1904; save it with the usual calendar"}
	}
	return sheetSource(file, sheets[0])
}

func sheetSource(file *excelize.File, sheet string) ([]sourceRow, error) {
	lines, err := file.Rows(sheet)
	if err != nil {
		return nil, &ImportFault{0, "the sheet cannot be read"}
	}
	var rows []sourceRow
	dates := -1
	for number := 1; lines.Next(); number++ {
		cells, err := lines.Columns(excelize.Options{RawCellValue: true})
		switch {
		case err != nil:
			return nil, &ImportFault{number, "the row cannot be read"}
		case number > maxWorkbookRows || len(cells) > maxWorkbookColumns:
			return nil, &ImportFault{number, "the sheet reaches further than any import does"}
		}
		for i, c := range cells {
			cells[i] = workbookCell(c, len(rows) > 0 && i == dates)
		}
		before := len(rows)
		if rows, err = appendSource(rows, sourceRow{number, cells}); err != nil {
			return nil, err
		}
		if before == 0 && len(rows) == 1 {
			for i, name := range rows[0].cells {
				if name == "date" {
					dates = i
				}
			}
		}
	}
	return rows, nil
}

var (
	wholeDays  = regexp.MustCompile(`^[0-9]{1,6}$`)
	longNumber = regexp.MustCompile(`^-?[0-9]+\.[0-9]{11,}$`)
)

// spreadsheetDigits is how many significant digits a spreadsheet keeps of a number.
const spreadsheetDigits = 15

// workbookCell is the text of a cell: a day where it is one, and a number without what the binary fraction added.
func workbookCell(raw string, isDate bool) string {
	raw = strings.TrimSpace(raw)
	if isDate && wholeDays.MatchString(raw) {
		days, _ := strconv.Atoi(raw) // at most six digits
		return string(ledger.NewDate(1899, 12, 30).AddDays(days))
	}
	if longNumber.MatchString(raw) && len(raw) <= 40 {
		d, err := decimal.NewFromString(raw)
		if err == nil && !d.IsZero() {
			return d.Round(spreadsheetDigits - int32(d.NumDigits()) - d.Exponent()).String()
		}
	}
	return raw
}
