package journal_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"supportledger/ledger/journal"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestWorkbooksThatRepeatATextAreBounded reads small workbooks whose cells show one long text many times: 105 kB of it
// took 14.8 GB.
func TestWorkbooksThatRepeatATextAreBounded(t *testing.T) {
	db := storetest.SQLite(t)
	book := books(t, db)
	cell := func(column string, row int) string { return fmt.Sprintf(`<c r="%s%d" t="s"><v>0</v></c>`, column, row) }
	rows := func(n int, columns ...string) string {
		var s strings.Builder
		for r := 1; r <= n; r++ {
			fmt.Fprintf(&s, `<row r="%d">`, r)
			for _, c := range columns {
				s.WriteString(cell(c, r))
			}
			s.WriteString("</row>")
		}
		return s.String()
	}
	for name, w := range map[string]struct {
		sheet string
		text  int // bytes
		want  string
	}{
		"a long text":     {rows(400, "A"), 1 << 20, "8000 bytes"},
		"a row of it":     {`<row r="1">` + strings.Repeat(cell("A", 1), 70_000) + `</row>`, 7000, "row without end"},
		"many texts":      {rows(4000, "A", "B"), 7000, "8 MiB"},
		"no more than it": {rows(1, "A"), 7000, "below its head line"},
	} {
		f := journal.ImportFile{Kind: journal.ImportEntries, Profile: journal.ProfileXLSX,
			Content: workbook(t, w.sheet, strings.Repeat("A", w.text))}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := db.View(t.Context(), func(tx *store.Tx) error {
			_, err := journal.PreviewFile(t.Context(), tx, book, f)
			return err
		})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 160<<20 || !errors.Is(err, journal.ErrImportFile) ||
			!strings.Contains(err.Error(), w.want) {
			t.Errorf("%s: %d MiB taken, %v", name, took>>20, err)
		}
	}
}

// workbook is a file of one sheet that has one shared text.
func workbook(t *testing.T, sheet, text string) []byte {
	t.Helper()
	const main, rels, office = "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
		"http://schemas.openxmlformats.org/package/2006/relationships",
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels": `<Relationships xmlns="` + rels + `"><Relationship Id="rId1" Type="` + office +
			`/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns="` + main + `" xmlns:r="` + office +
			`"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="` + rels + `"><Relationship Id="rId1" Type="` + office +
			`/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": `<worksheet xmlns="` + main + `"><sheetData>` + sheet + `</sheetData></worksheet>`,
		"xl/sharedStrings.xml":     `<sst xmlns="` + main + `"><si><t>` + text + `</t></si></sst>`,
	} {
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
