package iso20022_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
)

const danskeFile = "\"Dato\";\"Tekst\";\"Beløb\";\"Saldo\";\"Status\";\"Afstemt\"\n" +
	"\"13.07.2026\";\"Overførsel T-002\";\"-6.660,00\";\"93.340,00\";\"Udført\";\"Nej\"\n" +
	"\"14.07.2026\";\"Gebyr\";\"-60,00\";\"93.280,00\";\"Udført\";\"Nej\"\n" +
	"\"15.07.2026\";\"Kort\";\"-12,00\";\"\";\"Venter\";\"Nej\"\n"

const nordeaFile = "\ufeffBogføringsdato;Beløb;Afsender;Modtager;Navn;Beskrivelse;Saldo;Valuta;Afstemt;\n" +
	"Reserveret;-39,95;12345678901;;;KORT;;DKK;;\n" +
	"2026/07/14;-60,00;12345678901;;;Gebyr;93280,00;DKK;;\n" +
	"2026/07/13;-6660;12345678901;;;Overførsel T-002;93340,00;DKK;;\n"

func TestBankCSV(t *testing.T) {
	want := []string{"2026-07-13 -6660.00 Overførsel T-002 93340.00", "2026-07-14 -60.00 Gebyr 93280.00"}
	latin := []byte{}
	for _, r := range danskeFile {
		latin = append(latin, byte(r))
	}
	for name, c := range map[string]struct {
		profile iso20022.Profile
		file    string
	}{
		"danske-erhverv":            {iso20022.DanskeErhverv, danskeFile},
		"danske-erhverv in latin 1": {iso20022.DanskeErhverv, string(latin)},
		"nordea, newest first":      {iso20022.Nordea, nordeaFile},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := c.profile.Read(strings.NewReader(c.file), "DKK")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, booked(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(s.Lines) != 3 {
				t.Errorf("%d lines, want the pending one too", len(s.Lines))
			}
		})
	}
}

func booked(s iso20022.Statement) []string {
	var out []string
	for _, l := range s.Lines {
		if !l.Pending {
			out = append(out, fmt.Sprintf("%s %s %s %s", l.BookedOn, l.Amount, l.Text, l.Balance))
		}
	}
	return out
}

func generic(t interface{ Fatal(...any) }, separator rune, decimal string) iso20022.Profile {
	p, err := iso20022.Generic(iso20022.Table{Separator: separator, Decimal: decimal})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Any statement, in any separator and decimal mark, oldest or newest first, reads as what it was.
func TestGenericRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		style := rapid.SampledFrom([]string{";,", ";.", ",.", "\t,", "\t."}).Draw(rt, "style")
		p := generic(rt, rune(style[0]), style[1:])
		at, rows, want := rapid.Int64Range(-1_000_000, 1_000_000).Draw(rt, "opening"), []string{}, []string{}
		for i := range rapid.IntRange(1, 8).Draw(rt, "lines") {
			amount := rapid.Int64Range(-999_999_999, 999_999_999).Draw(rt, "amount")
			at += amount
			day := ledger.Date("2026-07-01").AddDays(i)
			rows = append(rows, strings.Join([]string{string(day), "text", local(amount, style[1:]), local(at, style[1:])},
				style[:1]))
			want = append(want, fmt.Sprintf("%s %s text %s", day, minor(amount), minor(at)))
		}
		if rapid.Bool().Draw(rt, "newest first") {
			slices.Reverse(rows)
		}
		file := strings.Join([]string{"date", "text", "amount", "balance"}, style[:1]) + "\n" + strings.Join(rows, "\n") +
			"\n"
		s, err := p.Read(strings.NewReader(file), "DKK")
		if err != nil {
			rt.Fatalf("%v\n%s", err, file)
		}
		if diff := cmp.Diff(want, booked(s)); diff != "" {
			rt.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// local writes minor units with a decimal mark, and thousands in groups where that leaves no doubt about the separator.
func local(n int64, decimal string) string {
	whole, cents, sign := n/100, n%100, ""
	if n < 0 {
		whole, cents, sign = -whole, -cents, "-"
	}
	digits := fmt.Sprint(whole)
	if decimal == "," {
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + "." + digits[i:]
		}
	}
	return fmt.Sprintf("%s%s%s%02d", sign, digits, decimal, cents)
}

func TestRefusedCSV(t *testing.T) {
	p := generic(t, ';', ",")
	head := "date;text;amount;balance\n"
	for _, c := range []struct{ name, file, code string }{
		{"nothing", "", "empty"},
		{"only a head line", head, "empty"},
		{"another separator", strings.ReplaceAll(head, ";", ",") + "2026-07-01,x,1.00,1.00\n", "columns"},
		{"a point for a comma", head + "2026-07-01;x;1.00;1,00\n", "amount"},
		{"groups of two", head + "2026-07-01;x;1.00.00,00;1,00\n", "amount"},
		{"an exponent that leaves parts of an øre", head + "2026-07-01;x;1e-3;1,00\n", "amount"},
		{"half an øre", head + "2026-07-01;x;0,005;1,00\n", "amount"},
		{"a day that there is not", head + "2026-02-30;x;1,00;1,00\n", "date"},
		{"a gap", head + "2026-07-01;x;1,00;1,00\n2026-07-02;x;1,00;3,00\n", "balance_chain"},
		{"a quotation mark alone", head + "2026-07-01;\"x;1,00;1,00\n", "csv"},
		{"a workbook", "PK\x03\x04\x00\x00", "encoding"},
		{"latin 1 under a profile of UTF-8", head + "2026-07-01;R\xf8d;1,00;1,00\n", "encoding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := p.Read(strings.NewReader(c.file), "DKK")
			wantFault(t, err, c.code)
		})
	}
	if _, err := iso20022.Generic(iso20022.Table{Separator: ',', Decimal: ","}); !errors.Is(err, iso20022.ErrFile) {
		t.Errorf("a separator that is the decimal mark is taken: %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(danskeFile)
	f.Add(nordeaFile)
	f.Fuzz(func(t *testing.T, file string) {
		for _, p := range []iso20022.Profile{iso20022.DanskeErhverv, iso20022.Nordea, generic(t, ';', ",")} {
			s, err := p.Read(strings.NewReader(file), "DKK")
			if err != nil && !errors.Is(err, iso20022.ErrFile) {
				t.Errorf("%s: %v", p.Name, err)
			}
			if err == nil && s.Chain() != nil {
				t.Errorf("%s: taken, and does not add up", p.Name)
			}
		}
	})
}
