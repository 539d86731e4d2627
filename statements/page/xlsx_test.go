package page

import (
	"bytes"
	"strings"
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
		have := map[string]bool{}
		for _, sheet := range file.GetSheetList() {
			rows, err := file.GetRows(sheet, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				for _, c := range r {
					if d, err := decimal.NewFromString(c); err == nil {
						have[d.String()] = true
					}
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

// Every formula gives the figure that is printed, and which a program that computes nothing shows; sums and what is
// left of a budget are formulas, the sheets are named after the tables, and their heads stay.
func TestFormulasGiveTheFigures(t *testing.T) {
	for name, v := range samples() {
		for _, lang := range figures.Langs {
			data, err := XLSX(v, lang)
			if err != nil {
				t.Fatal(err)
			}
			file, err := excelize.OpenReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			p, formulas := paperOf(v, lang), 0
			sheets := file.GetSheetList()
			for i, sheet := range sheets {
				rows, err := file.GetRows(sheet, excelize.Options{RawCellValue: true})
				if err != nil {
					t.Fatal(err)
				}
				formulas += formulasOf(t, file, sheet, rows)
				if i == 0 || i > len(p.blocks) {
					continue
				}
				of := p.blocks[i-1]
				if !strings.HasPrefix(strings.NewReplacer("/", "-").Replace(of.title), strings.TrimSuffix(sheet, " (2)")) {
					t.Errorf("%s: sheet %q has the table %q", name, sheet, of.title)
				}
				panes, err := file.GetPanes(sheet)
				if err != nil || len(of.columns) > 0 && (!panes.Freeze || panes.YSplit != 2) {
					t.Errorf("%s %s: the head moves: %+v %v", name, sheet, panes, err)
				}
			}
			if s, ok := v.(*figures.GrantStatement); ok && formulas < 2+len(s.Budget) && name != "bare" {
				t.Errorf("%s: %d formulas", name, formulas)
			}
		}
	}
}

func formulasOf(t *testing.T, file *excelize.File, sheet string, rows [][]string) (n int) {
	t.Helper()
	for y, row := range rows {
		for x, kept := range row {
			cell, _ := excelize.CoordinatesToCellName(x+1, y+1)
			formula, err := file.GetCellFormula(sheet, cell)
			if err != nil {
				t.Fatal(err)
			}
			if formula == "" {
				continue
			}
			n++
			computed, err := file.CalcCellValue(sheet, cell, excelize.Options{RawCellValue: true})
			want, bad := decimal.NewFromString(kept)
			got, worse := decimal.NewFromString(computed)
			if err != nil || bad != nil || worse != nil || !got.Round(3).Equal(want.Round(3)) {
				t.Errorf("%s!%s =%s gives %q, printed is %q (%v)", sheet, cell, formula, computed, kept, err)
			}
		}
	}
	return n
}
