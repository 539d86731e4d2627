package table

import "testing"

// A text that a spreadsheet would take for a formula stays a text.
func TestFormulasAreTexts(t *testing.T) {
	for text, want := range map[string]string{
		"=HYPERLINK(1)": "'=HYPERLINK(1)", "+45": "'+45", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		"\r=1": "'\r=1", "＝1": "'＝1", "": "", "Rent = 5": "Rent = 5", "ÆØÅ": "ÆØÅ",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
