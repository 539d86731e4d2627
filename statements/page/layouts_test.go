package page

import (
	"slices"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"
)

// Every layout that an agreement can name is here, has parts and columns that exist, and prints as reviewed.
func TestLayouts(t *testing.T) {
	if len(layouts) != len(figures.Layouts) {
		t.Errorf("%d layouts, %d codes", len(layouts), len(figures.Layouts))
	}
	for _, code := range figures.Layouts {
		of, known := layouts[code]
		if !known || len(of.parts) == 0 {
			t.Fatalf("no layout %q", code)
		}
		s := figurestest.Funder(code)
		paper := grantPaper{&s, writer{lang: figures.English, currency: s.Currency, books: s.Base}}
		for _, name := range of.parts {
			paper.part(name) // one that is not there panics
		}
		room := 0
		for _, c := range paper.spendingHead() {
			if room += c.mm; c.mm < 8 {
				t.Errorf("%s: the column %s has %d mm", code, c.is, c.mm)
			}
		}
		if room != textWide || code != figures.LayoutFoundation && !slices.Contains(of.parts, "vouchers") {
			t.Errorf("%s: columns of %d mm", code, room)
		}
		if code == "" {
			continue
		}
		for _, lang := range figures.Langs {
			figurestest.Golden(t, "layout."+string(code)+"."+string(lang)+".txt", []byte(Text(&s, lang)))
			if _, err := PDF(&s, lang); err != nil {
				t.Errorf("%s %s: %v", code, lang, err)
			}
		}
	}
}

// Subtotals are the sums of their lines, and a line off by more than the limit has to be explained.
func TestHeadingsAndLimits(t *testing.T) {
	s := figurestest.Funder(figures.LayoutEU)
	for _, h := range s.Headings() {
		sum := h.Budget
		for _, l := range h.Lines {
			sum = sum.Sub(l.Budget)
		}
		if !sum.IsZero() {
			t.Errorf("heading %s is off by %s", h.No, sum)
		}
	}
	if err := s.Foots(); err != nil {
		t.Error(err)
	}
	all := s.Unexplained()
	for i := range s.Budget {
		s.Budget[i].Reason = figures.ReasonTiming
	}
	if len(all) == 0 || len(s.Unexplained()) > 0 {
		t.Errorf("unexplained: %v, then %v", all, s.Unexplained())
	}
	s.Budget[0].Reason, s.Budget[0].Variance, s.Budget[0].VarianceOf = "", figurestest.Dec("-2400.00"),
		figures.PercentOf(figurestest.Dec("-2400.00"), figurestest.Dec("24000.00"))
	if len(s.Unexplained()) > 0 {
		t.Error("exactly at the limit is within it")
	}
}
