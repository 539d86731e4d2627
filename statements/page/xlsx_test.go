package page

import (
	"bytes"
	"supportledger/statements/figures"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
)

// The workbook has every figure as a number.
func TestWorkbookHasEveryFigure(t *testing.T) {
	for name, s := range samples() {
		data, err := XLSX(s, figures.Danish)
		if err != nil {
			t.Fatal(err)
		}
		file, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := file.GetRows("Sheet1", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, r := range rows {
			for _, c := range r {
				if d, err := decimal.NewFromString(c); err == nil {
					have[d.String()] = true
				}
			}
		}
		for _, f := range paperOf(s, figures.Danish).figures() {
			if f.number.Valid && !have[f.number.Decimal.String()] {
				t.Errorf("%s: %s (%s) is missing", name, f.text, f.key)
			}
		}
	}
}
