package statements

import (
	"slices"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"supportledger/statements/page"
	"testing"
)

// The control takes away what nobody outside may read, whatever it knows of people: words, commitments, gifts in kind,
// and the places of vouchers in the books; and it says so.
func TestWithholdingAReport(t *testing.T) {
	s := figurestest.Whole()
	w := withholder{lines: map[string]bool{"1": true}}
	cleared := w.grant(s)
	if err := cleared.Foots(); err != nil {
		t.Error(err)
	}
	text := page.Text(cleared, figures.English) + string(cleared.JSON(figures.English))
	for _, secret := range []string{"The second semester", "Rents were lower", "V-12", "2026-000100", "3,000.00",
		"1,800.00", "NG-01", "226"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q left the organisation", secret)
		}
	}
	for _, public := range []string{"2026-Q3/60", "Earlier or later", "letter of 20 July 2026", "28,000.00", "5–10",
		"1 Jun 2027"} {
		if !strings.Contains(text, public) {
			t.Errorf("%q was withheld", public)
		}
	}
	if len(cleared.Vouchers) != 60 ||
		!slices.ContainsFunc(cleared.Notes, func(n figures.Note) bool { return n.Code == figures.NoteSmallGroups }) {
		t.Errorf("%d vouchers, notes %v", len(cleared.Vouchers), cleared.Notes)
	}
	if len(s.Vouchers) != 62 || s.Vouchers[0].Entry == "" || s.Budget[0].Explanation == "" || s.Changes[0].Reason == "" {
		t.Error("what was collected was changed by clearing it")
	}
	unknown := withholder{}
	if c := unknown.grant(s); len(c.Vouchers) != 0 || strings.Contains(page.Text(c, figures.English), "VOUCHERS") {
		t.Errorf("a control that knows nobody lists %d vouchers", len(c.Vouchers))
	}
}
