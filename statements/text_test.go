package statements

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

func TestTextGolden(t *testing.T) {
	for _, lang := range Langs {
		golden(t, "g1."+string(lang)+".txt", []byte(g1().Text(lang)))
		golden(t, "g2."+string(lang)+".txt", []byte(g2().Text(lang)))
		golden(t, "ecb."+string(lang)+".txt", []byte(ecb().Text(lang)))
		golden(t, "g3."+string(lang)+".txt", []byte(g3().Text(lang)))
		golden(t, "long."+string(lang)+".txt", []byte(long(40).Text(lang)))
	}
}

func TestTextFitsItsWidth(t *testing.T) {
	for _, lang := range Langs {
		wordy := g2()
		wordy.Organisation.Name = strings.Repeat("Foreningen Nordlys ", 6)
		wordy.Grantor.Name = strings.Repeat("Foundation ", 20)
		wordy.Receipts[0].Text = strings.Repeat("as agreed ", 12)
		wordy.Receipts[0].Original = of("123456789.00", "USD")
		wordy.Parts[0].Holder = strings.Repeat("bank ", 30)
		wordy.Rates[0].Ref = strings.Repeat("T-", 40)
		wordy.Lines[0].Key = strings.Repeat("tuition-", 20)
		wordy.Signatures = []Signature{{Auditor, strings.Repeat("Åse ", 40)}}
		for _, s := range []GrantStatement{g1(), g2(), g3(), long(40), whole(), wordy} {
			for _, line := range strings.Split(s.Text(lang), "\n") {
				if utf8.RuneCountInString(line) > textWidth {
					t.Errorf("%s %s: too wide: %q", s.Grant, lang, line)
				}
			}
		}
	}
}

// Every phrase exists in every language, and every code has words.
func TestEveryPhraseIsTranslated(t *testing.T) {
	check := func(name string, p phrase) {
		if p.en == "" || p.da == "" {
			t.Errorf("%s: %q in English, %q in Danish", name, p.en, p.da)
		}
		for _, mark := range []string{"{amount}", "{date}", "{percent}", "{text}", "{version}", "{page}", "{pages}", "{received}", "{spent}", "{closing}", "{refunded}", "{interest}", "{number}"} {
			if strings.Contains(p.en, mark) != strings.Contains(p.da, mark) {
				t.Errorf("%s: %s is in one language only", name, mark)
			}
		}
	}
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		p := v.Field(i)
		check(v.Type().Field(i).Name, phrase{p.Field(0).String(), p.Field(1).String()})
	}
	for _, m := range []any{categoryWords, placeWords, receiptWords, rateUseWords, roleWords, noteWords, reasonWords} {
		for _, key := range reflect.ValueOf(m).MapKeys() {
			p := reflect.ValueOf(m).MapIndex(key)
			check(key.String(), phrase{p.Field(0).String(), p.Field(1).String()})
		}
	}
}

// The tables of words hold every code that is declared: none is printed as nothing.
func TestEveryCodeHasWords(t *testing.T) {
	for _, r := range ReasonCodes {
		if reasonWords[r].en == "" || len(ReasonCodes) != len(reasonWords) {
			t.Errorf("reason %s has no words", r)
		}
	}
	for _, kind := range partKinds {
		if placeWords[kind].en == "" || closingKeys[kind] == "" {
			t.Errorf("part kind %s has no words or no key", kind)
		}
	}
	if len(partKinds) != len(placeWords) || len(partKinds) != len(closingKeys) {
		t.Error("a part kind is missing from partKinds, placeWords or closingKeys")
	}
	for typ, table := range map[string]any{"NoteCode": noteWords, "PartKind": placeWords, "ReceiptKind": receiptWords,
		"RateUse": rateUseWords, "SignatureRole": roleWords} {
		for name, value := range constants(t, typ) {
			if !reflect.ValueOf(table).MapIndex(reflect.ValueOf(value).Convert(reflect.TypeOf(table).Key())).IsValid() {
				t.Errorf("%s %s (%q) has no words", typ, name, value)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{English.amount(of("1234567.80", "DKK")), "1,234,567.80"},
		{Danish.amount(of("1234567.80", "DKK")), "1.234.567,80"},
		{English.amount(of("-0.05", "DKK")), "−0.05"},
		{Danish.amount(of("-4250", "DKK")), "−4.250,00"},
		{English.amount(of("100", "JPY")), "100"},
		{English.amount(of("1000.5", "KWD")), "1,000.500"},
		{English.amount(of("0", "DKK")), "0.00"},
		{English.money(of("4250.00", "DKK")), "DKK 4,250.00"},
		{English.money(of("-4250.00", "DKK")), "−DKK 4,250.00"},
		{Danish.money(of("4250.00", "DKK")), "4.250,00 kr."},
		{Danish.money(of("4250.00", "EUR")), "4.250,00 EUR"},
		{English.percent(decimal.NewNullDecimal(dec("7.2"))), "7.2%"},
		{Danish.percent(decimal.NewNullDecimal(dec("-112.35"))), "−112,4 %"},
		{Danish.percent(decimal.NullDecimal{}), "–"},
		{English.rateInPercent(dec("7")), "7%"},
		{Danish.rateInPercent(dec("7.25")), "7,25 %"},
		{English.rate(rate("226 NGN/DKK")), "226.00 NGN per DKK"},
		{Danish.rate(rate("7.46 DKK/EUR")), "7,4600 DKK pr. EUR"},
		{Danish.rate(rate("7.4600 DKK/EUR")), "7,4600 DKK pr. EUR"},
		{English.rate(ledger.Rate{}), ""},
		{English.date("2026-06-30"), "30 June 2026"},
		{Danish.date("2026-01-05"), "5. januar 2026"},
		{English.period(Period{"2026-01-01", "2026-06-30"}), "1 January – 30 June 2026"},
		{Danish.period(Period{"2025-07-01", "2026-06-30"}), "1. juli 2025 – 30. juni 2026"},
		{English.shortDate("2026-01-05"), "5 Jan 2026"},
		{Danish.shortDate("2026-01-05"), "05.01.2026"},
		{Danish.category(Line{Key: "legal-aid"}), "Retshjælp"},
		{English.category(Line{Key: "night-school"}), "Night school"},
		{Danish.category(Line{Key: "tuition", Name: Name{"Fees", "Gebyr"}}), "Gebyr"},
		{English.note(Note{Code: NoteFeesGeneral, Since: "2026-07-01"}), "From 1 July 2026: transfer fees are paid from our own free funds and are no part of this statement."},
		{Danish.note(Note{Code: NoteFree, Text: "{amount} som skrevet"}), "{amount} som skrevet"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestParseLang(t *testing.T) {
	if lang, err := ParseLang("da"); lang != Danish || err != nil {
		t.Errorf("da: %v, %v", lang, err)
	}
	for _, bad := range []string{"", "DA", "sv", "en-GB"} {
		if _, err := ParseLang(bad); err == nil {
			t.Errorf("%q is taken for a language", bad)
		}
	}
}
