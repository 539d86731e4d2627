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
	under := func(how string) string {
		return "1 0 obj <</Type /ObjStm " + how + ">> stream\r\n0a>\nendstream endobj\n"
	}
	of := func(body string) string { return "%PDF-1.7\n" + body + "\n%%EOF\n" }
	for name, c := range map[string]struct {
		content string
		want    error
	}{
		"a script":                            {of("<</OpenAction <</S /JavaScript /JS (app.alert(1))>>>>"), evidence.ErrActive},
		"its name in numbers":                 {of("<</S /J#61vaScript>>"), evidence.ErrActive},
		"a script that is packed":             {of(packed("<</S /JavaScript>>")), evidence.ErrActive},
		"behind another stream":               {of(packed("<</Type /Page>>") + packed("<</S /Launch>>")), evidence.ErrActive},
		"a form that sends":                   {of("<</S /SubmitForm /F (https://elsewhere.example)>>"), evidence.ErrActive},
		"a page that begins so":               {"%PDF-1.7\n<html><script>alert(1)</script></html>", evidence.ErrType},
		"opened at its first page":            {of("<</OpenAction [3 0 R /Fit]>>" + packed("<</Type /Page>>")), nil},
		"another file opened":                 {of(`<</AA <</O <</S /GoToR /F (\\\\elsewhere\\x)>>>>>>`), evidence.ErrActive},
		"packed as numbers":                   {of(under("/Filter /ASCIIHexDecode")), evidence.ErrActive},
		"packed twice":                        {of(under("/Filter [/FlateDecode /FlateDecode]")), evidence.ErrActive},
		"packed by a predictor":               {of(under("/Filter/FlateDecode/DecodeParms<</Predictor 12>>")), evidence.ErrActive},
		"its filter in numbers":               {of(under("/F#69lter /LZWDecode")), evidence.ErrActive},
		"packed somewhere else":               {of(under("/Filter 9 0 R")), evidence.ErrActive},
		"encrypted":                           {of("trailer <</Encrypt 9 0 R>>"), evidence.ErrActive},
		"a page before it":                    {"<html><script>alert(1)</script>" + of(""), evidence.ErrType},
		"a program before it":                 {"MZ" + of(""), evidence.ErrType},
		"a scan with three letters by chance": {of("<</Filter /DCTDecode>> stream\n\xff\xd8/JS\x00\xff\nendstream"), nil},
		"packed as usual":                     {of(under("/Filter[ /FlateDecode ]")), nil},
		"an end with a newline":               {of("") + "\r\n\x00", nil},
		"an invoice with its XML":             {of("<</AF [5 0 R] /Names <</EmbeddedFiles 6 0 R>>>>"), nil},
	} {
		if _, err := evidence.Clean([]byte(c.content)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
