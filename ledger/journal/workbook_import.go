package journal

import (
	"bytes"
	"encoding/xml"
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
	maxWorkbookCell    = 8000    // bytes; no column of an import takes as many
	maxWorkbookRow     = 16_384  // cells, as a spreadsheet has columns
	maxWorkbookText    = 8 << 20 // bytes of all cells together: many may repeat one text that the file has once
)

// errRepeats refuses a workbook that is small by itself and large in what its cells show.
var errRepeats = &ImportFault{0, "the workbook has a text of more than 8000 bytes, or a row without end"}

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
	if !bounded(file) {
		return nil, errRepeats
	}
	sheets := file.GetSheetList()
	if len(sheets) != 1 {
		return nil, &ImportFault{0, "the workbook has more than one sheet; which one is meant is not guessed"}
	}
	if props, err := file.GetWorkbookProps(); err != nil || props.Date1904 != nil && *props.Date1904 {
		return nil, &ImportFault{0, "the workbook counts days from 1904; save it with the usual calendar"}
	}
	return sheetSource(file, sheets[0])
}

// bounded looks at the parts of a workbook before their reader does, who copies a text as often as cells show it, and a
// row whole.
func bounded(file *excelize.File) bool {
	within := true
	file.Pkg.Range(func(_, part any) bool {
		content, isBytes := part.([]byte)
		within = !isBytes || boundedPart(file, content)
		return within
	})
	return within
}

func boundedPart(file *excelize.File, part []byte) bool {
	decoder := xml.NewDecoder(bytes.NewReader(part))
	decoder.CharsetReader = file.CharsetReader
	text, cells, size := "", 0, 0 // text is the element whose text is counted
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return true // its end, or where its reader stops too
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				cells = 0
			case "c":
				cells++
				text, size = "c", 0
			case "si":
				text, size = "si", 0
			}
		case xml.EndElement:
			if t.Name.Local == text {
				text = ""
			}
		case xml.CharData:
			if text != "" {
				size += len(t)
			}
		}
		if cells > maxWorkbookRow || size > maxWorkbookCell {
			return false
		}
	}
}

func sheetSource(file *excelize.File, sheet string) ([]sourceRow, error) {
	lines, err := file.Rows(sheet)
	if err != nil {
		return nil, &ImportFault{0, "the sheet cannot be read"}
	}
	var rows []sourceRow
	dates, size := -1, 0
	for number := 1; lines.Next(); number++ {
		cells, err := lines.Columns(excelize.Options{RawCellValue: true})
		switch {
		case err != nil:
			return nil, &ImportFault{number, "the row cannot be read"}
		case number > maxWorkbookRows || len(cells) > maxWorkbookColumns:
			return nil, &ImportFault{number, "the sheet reaches further than any import does"}
		}
		for i, c := range cells {
			if size += len(c); size > maxWorkbookText {
				return nil, &ImportFault{number, "the cells of the sheet have more than 8 MiB of text together"}
			}
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
