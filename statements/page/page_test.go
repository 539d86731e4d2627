package page

import (
	"reflect"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"
	"unicode/utf8"
)

func TestTextGolden(t *testing.T) {
	for _, lang := range figures.Langs {
		figurestest.Golden(t, "g1."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.G1()), lang)))
		figurestest.Golden(t, "g2."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.G2()), lang)))
		figurestest.Golden(t, "ecb."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.ECB()), lang)))
		figurestest.Golden(t, "g3."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.G3()), lang)))
		figurestest.Golden(t, "whole."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.Whole()), lang)))
		figurestest.Golden(t, "donor."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.Donor()), lang)))
		figurestest.Golden(t, "fund."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.Fund()), lang)))
		figurestest.Golden(t, "long."+string(lang)+".txt", []byte(Text(figurestest.Ref(figurestest.Long(40)), lang)))
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	for _, lang := range figures.Langs {
		wordy := figurestest.G2()
		wordy.Organisation.Name = strings.Repeat("Foreningen Nordlys ", 6)
		wordy.Grantor.Name = strings.Repeat("Foundation ", 20)
		wordy.Receipts[0].Text = strings.Repeat("as agreed ", 12)
		wordy.Receipts[0].Original = figurestest.Of("123456789.00", "USD")
		wordy.Parts[0].Holder = strings.Repeat("bank ", 30)
		wordy.Rates[0].Ref = strings.Repeat("T-", 40)
		wordy.Lines[0].Key = strings.Repeat("tuition-", 20)
		wordy.Signatures = []figures.Signature{{Role: figures.Auditor, Name: strings.Repeat("Åse ", 40)}}
		for _, s := range []figures.GrantStatement{figurestest.G1(), figurestest.G2(), figurestest.G3(), figurestest.Long(40),
			figurestest.Whole(), wordy} {
			for _, line := range strings.Split(Text(&s, lang), "\n") {
				if utf8.RuneCountInString(line) > textWidth {
					t.Errorf("%s %s: too wide: %q", s.Grant, lang, line)
				}
			}
		}
	}
}

// Every text exists in both languages, with the same places to fill.
func TestEveryTextIsTranslated(t *testing.T) {
	check := func(name string, p figures.Name) {
		if p.EN == "" || p.DA == "" {
			t.Errorf("%s: %q in English, %q in Danish", name, p.EN, p.DA)
		}
		for _, mark := range []string{"{amount}", "{date}", "{percent}", "{text}", "{version}", "{page}", "{pages}",
			"{received}", "{spent}", "{closing}", "{refunded}", "{interest}", "{number}"} {
			if strings.Contains(p.EN, mark) != strings.Contains(p.DA, mark) {
				t.Errorf("%s: %s is in one language only", name, mark)
			}
		}
	}
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		p := v.Field(i)
		check(v.Type().Field(i).Name, figures.Name{EN: p.Field(0).String(), DA: p.Field(1).String()})
	}
	for r, p := range restrictionWords {
		check(string(r), p)
	}
}
