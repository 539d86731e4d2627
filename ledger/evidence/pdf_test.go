package evidence_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"testing"

	"supportledger/ledger/evidence"
)

// A PDF that does something when it is opened is refused, and what only begins like one.
func TestCleanRefusesWhatActs(t *testing.T) {
	packed := func(text string) string {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return "1 0 obj <</Type /ObjStm /Filter /FlateDecode>> stream\r\n" + out.String() + "\nendstream endobj\n"
	}
	of := func(body string) string { return "%PDF-1.7\n" + body + "\n%%EOF\n" }
	for name, c := range map[string]struct {
		content string
		want    error
	}{
		"a script":                 {of("<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>"), evidence.ErrActive},
		"its name in numbers":      {of("<</S /J#61vaScript>>"), evidence.ErrActive},
		"a script that is packed":  {of(packed("<</S /JavaScript>>")), evidence.ErrActive},
		"behind another stream":    {of(packed("<</Type /Page>>") + packed("<</S /Launch>>")), evidence.ErrActive},
		"a form that sends":        {of("<</S /SubmitForm /F (https://elsewhere.example)>>"), evidence.ErrActive},
		"a page that begins so":    {"%PDF-1.7\n<html><script>alert(1)</script></html>", evidence.ErrType},
		"opened at its first page": {of("<</OpenAction [3 0 R /Fit]>>" + packed("<</Type /Page>>")), nil},
		"an invoice with its XML":  {of("<</AF [5 0 R] /Names <</EmbeddedFiles 6 0 R>>>>"), nil},
	} {
		if _, err := evidence.Clean([]byte(c.content)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
