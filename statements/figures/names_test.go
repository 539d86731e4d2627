package figures

import (
	"reflect"
	"strings"
	"supportledger/ledger"
	"testing"

	"github.com/shopspring/decimal"
)

// The tables of words hold every code that is declared: none is printed as nothing.
func TestEveryCodeHasWords(t *testing.T) {
	for _, r := range ReasonCodes {
		if reasonWords[r].EN == "" || len(ReasonCodes) != len(reasonWords) {
			t.Errorf("reason %s has no words", r)
		}
	}
	for _, kind := range PartKinds {
		if placeWords[kind].EN == "" || closingKeys[kind] == "" {
			t.Errorf("part kind %s has no words or no key", kind)
		}
	}
	if len(PartKinds) != len(placeWords) || len(PartKinds) != len(closingKeys) {
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
		{English.Money(of("4250.00", "DKK")), "DKK 4,250.00"},
		{English.Money(of("-4250.00", "DKK")), "−DKK 4,250.00"},
		{Danish.Money(of("4250.00", "DKK")), "4.250,00 kr."},
		{Danish.Money(of("4250.00", "EUR")), "4.250,00 EUR"},
		{English.Percent(decimal.NewNullDecimal(decimal.RequireFromString("7.2"))), "7.2%"},
		{Danish.Percent(decimal.NewNullDecimal(decimal.RequireFromString("-112.35"))), "−112,4 %"},
		{Danish.Percent(decimal.NullDecimal{}), "–"},
		{English.RateInPercent(decimal.RequireFromString("7")), "7%"},
		{Danish.RateInPercent(decimal.RequireFromString("7.25")), "7,25 %"},
		{English.Rate(quoted("226 NGN/DKK")), "226.00 NGN per DKK"},
		{Danish.Rate(quoted("7.46 DKK/EUR")), "7,4600 DKK pr. EUR"},
		{Danish.Rate(quoted("7.4600 DKK/EUR")), "7,4600 DKK pr. EUR"},
		{English.Rate(ledger.Rate{}), ""},
		{English.Date("2026-06-30"), "30 June 2026"},
		{Danish.Date("2026-01-05"), "5. januar 2026"},
		{English.Period(Period{"2026-01-01", "2026-06-30"}), "1 January – 30 June 2026"},
		{Danish.Period(Period{"2025-07-01", "2026-06-30"}), "1. juli 2025 – 30. juni 2026"},
		{English.ShortDate("2026-01-05"), "5 Jan 2026"},
		{Danish.ShortDate("2026-01-05"), "05.01.2026"},
		{Danish.Category(Line{Key: "legal-aid"}), "Retshjælp"},
		{English.Category(Line{Key: "night-school"}), "Night school"},
		{Danish.Category(Line{Key: "tuition", Name: Name{"Fees", "Gebyr"}}), "Gebyr"},
		{English.Note(Note{Code: NoteFeesGeneral, Since: "2026-07-01"}),
			"From 1 July 2026: transfer fees are paid from our own free funds and are no part of this statement."},
		{Danish.Note(Note{Code: NoteFree, Text: "{amount} som skrevet"}), "{amount} som skrevet"},
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

// Every code has a name in both languages, with the same places to fill.
func TestEveryNameIsTranslated(t *testing.T) {
	check := func(name string, p Name) {
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
	for _, m := range []any{categoryWords, placeWords, receiptWords, rateUseWords, roleWords, noteWords, reasonWords} {
		for _, key := range reflect.ValueOf(m).MapKeys() {
			p := reflect.ValueOf(m).MapIndex(key)
			check(key.String(), Name{p.Field(0).String(), p.Field(1).String()})
		}
	}
}

func TestPercentagesAreRoundedOnce(t *testing.T) {
	// 1/3 of 0.15 is 33.33…; 5/2 per mille is the half that goes away from zero.
	if got := percentOf(decimal.RequireFromString("0.0005"),
		decimal.RequireFromString("0.2")); !got.Decimal.Equal(decimal.RequireFromString("0.3")) {
		t.Errorf("0.25 %% is printed as %s", got.Decimal)
	}
	if got := percentOf(decimal.RequireFromString("-0.0005"),
		decimal.RequireFromString("0.2")); !got.Decimal.Equal(decimal.RequireFromString("-0.3")) {
		t.Errorf("-0.25 %% is printed as %s", got.Decimal)
	}
	if got := percentOf(decimal.RequireFromString("1"), decimal.Zero); got.Valid {
		t.Errorf("a share of nothing is %s", got.Decimal)
	}
}

func of(amount string, c ledger.Currency) ledger.Money {
	return ledger.Money{Amount: decimal.RequireFromString(amount), Currency: c}
}

func quoted(text string) ledger.Rate {
	r, err := ledger.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}
