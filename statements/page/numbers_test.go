package page

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"

	"github.com/shopspring/decimal"
)

// scaled is a statement with amounts of twelve digits, in a currency.
func scaled(c ledger.Currency, by int64) *figures.GrantStatement {
	s := figurestest.Long(40)
	times := func(d decimal.Decimal) decimal.Decimal { return d.Mul(decimal.NewFromInt(by)).Truncate(c.Digits()) }
	s.Currency, s.Base, s.Deferred = c, c, nil
	s.Granted, s.Opening = times(s.Granted), times(s.Opening)
	for i := range s.Receipts {
		s.Receipts[i].Amount = times(s.Receipts[i].Amount)
	}
	for i := range s.Lines {
		s.Lines[i].InPeriod, s.Lines[i].ToDate = times(s.Lines[i].InPeriod), times(s.Lines[i].ToDate)
	}
	for i := range s.Budget {
		s.Budget[i].Budget = times(s.Budget[i].Budget)
	}
	for i := range s.Parts {
		s.Parts[i].Amount, s.Parts[i].Quantity = times(s.Parts[i].Amount), ledger.Money{}
	}
	s.Commitments = decimal.NullDecimal{}
	s.Total()
	return &s
}

// No number is broken over two lines, however long: every figure of the text rendering stands in the PDF as it is.
func TestNumbersNeverBreak(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	form := regexp.MustCompile(`−?\d[\d.,]{9,}\d`)
	for name, v := range map[string]figures.Value{"DKK": scaled("DKK", 9999999), "NGN": scaled("NGN", 99999999),
		"JPY": scaled("JPY", 9999999), "KWD": scaled("KWD", 999999)} {
		for _, lang := range figures.Langs {
			pdf, err := PDF(v, lang)
			if err != nil {
				t.Fatal(name, err)
			}
			file := filepath.Join(t.TempDir(), "s.pdf")
			if err := os.WriteFile(file, pdf, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
			if err != nil {
				t.Fatal(err)
			}
			text := " " + strings.Join(strings.Fields(string(out)), "  ") + " "
			for _, number := range form.FindAllString(Text(v, lang), -1) {
				if !strings.Contains(text, strings.TrimRight(number, ".,")) {
					t.Fatalf("%s %s: %s is broken", name, lang, number)
				}
			}
		}
	}
}
