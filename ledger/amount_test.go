package ledger_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
)

// money reads "4250.00 NGN".
func money(s string) ledger.Money {
	amount, c, _ := strings.Cut(s, " ")
	m, err := ledger.ParseMoney(amount, ledger.Currency(c))
	if err != nil {
		panic(err)
	}
	return m
}

func rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

// weights reads "37.5/37.5/25".
func weights(s string) []decimal.Decimal {
	var w []decimal.Decimal
	for part := range strings.SplitSeq(s, "/") {
		w = append(w, decimal.RequireFromString(part))
	}
	return w
}

// written joins amounts as "3.76 3.75 2.50".
func written(parts []ledger.Money) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.String()
	}
	return strings.Join(texts, " ")
}

func TestRule2SplitByLargestRemainder(t *testing.T) {
	for _, c := range []struct{ amount, by, want string }{
		{"90.09 DKK", "60/40", "54.05 36.04"}, // S04, fees
		{"6769.91 DKK", "60/40", "4061.95 2707.96"},
		{"1530000.00 NGN", "60/40", "918000.00 612000.00"},
		{"6511.13 DKK", "60/40", "3906.68 2604.45"},
		{"10.01 DKK", "37.5/37.5/25", "3.76 3.75 2.50"}, // the constructed example
		{"100.00 DKK", "1/1/1", "33.34 33.33 33.33"},    // full tie: order of the list
		{"100.00 DKK", "33.33/33.33/33.34", "33.33 33.33 33.34"},
		{"0.02 DKK", "25/75", "0.00 0.02"},                  // .5 lost by both: the larger weight
		{"0.02 DKK", "75/25", "0.02 0.00"},                  // in whatever order
		{"0.01 DKK", "50/50", "0.01 0.00"},                  // same weight: the first
		{"-90.09 DKK", "60/40", "-54.05 -36.04"},            // like the positive one
		{"-10.01 DKK", "37.5/37.5/25", "-3.76 -3.75 -2.50"}, // also in its ties
		{"0.00 DKK", "60/40", "0.00 0.00"},
		{"1000 JPY", "1/1/1", "334 333 333"}, // no minor unit
		{"1.000 KWD", "2/1", "0.667 0.333"},  // three decimals
		{"7.00 DKK", "100", "7.00"},
		{"7.00 DKK", "0/100", "0.00 7.00"},
		{"0.05 DKK", "0.0000000001/0.0000000001/0.0000000003", "0.01 0.01 0.03"},
		{"99999999999.99 DKK", "60/40", "59999999999.99 40000000000.00"},
	} {
		if got := written(money(c.amount).Split(weights(c.by))); got != c.want {
			t.Errorf("%s at %s = %s, want %s", c.amount, c.by, got, c.want)
		}
	}
}

// currencies have no, two, two, three decimals.
var currencies = rapid.SampledFrom([]ledger.Currency{"JPY", "DKK", "NGN", "KWD"})

// amounts are up to the bound of the books, often small.
func amounts(t *rapid.T, label string, least, most int64) ledger.Money {
	small := rapid.Bool().Draw(t, label+" small")
	if small {
		least, most = max(least, -300), min(most, 300)
	}
	return ledger.OfMinor(rapid.Int64Range(least, most).Draw(t, label), currencies.Draw(t, label+" currency"))
}

const trillions = ledger.MaxMinor

// Rule 2, from its own words and in exact fractions: parts sum to the whole; each is its exact share rounded up or
// down; no part rounded down lost more than one rounded up, nor as much with a larger weight or an earlier place.
func TestRule2SplitHoldsForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := amounts(t, "amount", -trillions, trillions)
		n := rapid.IntRange(1, 6).Draw(t, "parts")
		w, total := make([]decimal.Decimal, n), new(big.Rat)
		for i := range w {
			w[i] = decimal.New(rapid.Int64Range(0, 1000).Draw(t, "weight"), -rapid.Int32Range(-2, 4).Draw(t, "places"))
			total.Add(total, w[i].Rat())
		}
		if total.Sign() == 0 {
			t.Skip("nothing to weigh by")
		}
		parts := m.Split(w)
		if sum := ledger.Total(m.Currency, parts...); sum.Cmp(m) != 0 {
			t.Fatalf("parts %s sum to %s, not %s", written(parts), sum, m)
		}
		if diff := gocmp.Diff(negated(m.Neg().Split(w)), parts); diff != "" {
			t.Fatalf("the negative amount splits differently: %s", diff)
		}
		sign := int64(cmp.Or(m.Sign(), 1))
		lost := make([]*big.Rat, n)
		up := make([]bool, n)
		for i, p := range parts {
			exact := new(big.Rat).Quo(new(big.Rat).Mul(big.NewRat(sign*m.Minor(), 1), w[i].Rat()), total)
			floor := new(big.Int).Quo(exact.Num(), exact.Denom())
			lost[i] = new(big.Rat).Sub(exact, new(big.Rat).SetInt(floor))
			switch over := sign*p.Minor() - floor.Int64(); {
			case over < 0 || over > 1 || over == 1 && lost[i].Sign() == 0:
				t.Fatalf("part %d is %s, its exact share is %s minor units", i, p, exact.FloatString(3))
			default:
				up[i] = over == 1
			}
		}
		for i := range parts {
			for j := range parts {
				if up[i] || !up[j] {
					continue
				}
				order := cmp.Or(lost[j].Cmp(lost[i]), w[j].Cmp(w[i]), cmp.Compare(i, j))
				if order < 0 {
					t.Fatalf("part %d was rounded up before part %d: %s by %v", j, i, written(parts), w)
				}
			}
		}
	})
}

func negated(parts []ledger.Money) []ledger.Money {
	out := slices.Clone(parts)
	for i := range out {
		out[i] = out[i].Neg()
	}
	return out
}

func TestRule1RoundsHalfAwayFromZeroOnce(t *testing.T) {
	for _, c := range []struct{ amount, rate, want string }{
		{"2.01 NGN", "2 NGN/DKK", "1.01"}, // 1.005
		{"-2.01 NGN", "2 NGN/DKK", "-1.01"},
		{"0.01 NGN", "2 NGN/DKK", "0.01"}, // 0.005
		{"0.01 NGN", "2.00001 NGN/DKK", "0.00"},
		{"0.01 EUR", "7.4500 DKK/EUR", "0.07"},
		{"0.10 EUR", "7.4500 DKK/EUR", "0.75"}, // 0.745
		{"-0.10 EUR", "7.4500 DKK/EUR", "-0.75"},
		// 0.004999… with 25 nines: a quotient that is cut to sixteen places and rounded again would give 0.01.
		{"100000000000.00 NGN", "20000000000000.000000001 NGN/DKK", "0.00"},
		{"600000.00 NGN", "226 NGN/DKK", "2654.87"},
	} {
		got, err := rate(c.rate).Convert(money(c.amount), "DKK")
		if err != nil || got.String() != c.want {
			t.Errorf("%s at %s = %s, %v, want %s", c.amount, c.rate, got, err, c.want)
		}
	}
}

func TestRule5RatesAreUsedAsQuoted(t *testing.T) {
	for _, c := range []struct{ amount, rate, to, want string }{
		{"6800.00 DKK", "226 NGN/DKK", "NGN", "1536800.00"}, // S04, gross
		{"6800.00 NGN", "226 NGN/DKK", "DKK", "30.09"},      // S04, receiving fee
		{"1800000.00 NGN", "225 NGN/DKK", "DKK", "8000.00"}, // S03
		{"1200000.00 NGN", "225 NGN/DKK", "DKK", "5333.33"},
		{"2000.00 EUR", "7.4420 DKK/EUR", "DKK", "14884.00"}, // S02
		{"3000.00 EUR", "7.4600 DKK/EUR", "DKK", "22380.00"},
		{"36.04 DKK", "7.4600 DKK/EUR", "EUR", "4.83"},     // rule 13
		{"259.99 DKK", "7.4600 DKK/EUR", "EUR", "34.85"},   // S08
		{"2628.77 DKK", "7.46 DKK/EUR", "EUR", "352.38"},   // what rule 17 warns of
		{"100.00 DKK", "18.52 KES/DKK", "KES", "1852.00"},  // a second partner
		{"1852.00 KES", "18.52 KES/DKK", "DKK", "100.00"},  //
		{"1000 JPY", "0.0455 DKK/JPY", "DKK", "45.50"},     // from whole units
		{"45.53 DKK", "0.0455 DKK/JPY", "JPY", "1001"},     // 1000.66, into whole units
		{"5.00 DKK", "1 DKK/DKK", "DKK", "5.00"},           // par
		{"529000.00 NGN", "236 NGN/DKK", "DKK", "2241.53"}, // S12
	} {
		got, err := rate(c.rate).Convert(money(c.amount), ledger.Currency(c.to))
		if err != nil || got.String() != c.want || string(got.Currency) != c.to {
			t.Errorf("%s at %s = %s %s, %v, want %s %s", c.amount, c.rate, got, got.Currency, err, c.want, c.to)
		}
	}
	for _, c := range []struct{ amount, rate, to string }{
		{"1.00 EUR", "226 NGN/DKK", "DKK"}, {"1.00 NGN", "226 NGN/DKK", "EUR"}, {"1.00 NGN", "226 NGN/DKK", "NGN"},
		{"1.00 DKK", "1 DKK/DKK", "EUR"},
	} {
		var bad *ledger.AmountError
		if got, err := rate(c.rate).Convert(money(c.amount), ledger.Currency(c.to)); !errors.As(err, &bad) ||
			bad.Code != "rate_mismatch" {
			t.Errorf("%s at %s to %s = %s, %v", c.amount, c.rate, c.to, got, err)
		}
	}
}

// halfAway rounds a fraction to places, half away from zero, in whole numbers only.
func halfAway(r *big.Rat, places int32) string {
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
	double := new(big.Int).Mul(new(big.Int).Abs(scaled.Num()), big.NewInt(2))
	rounded := new(big.Int).Quo(double.Add(double, scaled.Denom()), new(big.Int).Mul(scaled.Denom(), big.NewInt(2)))
	if scaled.Sign() < 0 {
		rounded.Neg(rounded)
	}
	return decimal.NewFromBigInt(rounded, -places).StringFixed(places)
}

func TestRule1ConvertIsTheExactFigureRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := decimal.New(rapid.Int64Range(1, 99_999_999_999).Draw(t, "rate"), -rapid.Int32Range(0, 10).Draw(t, "places"))
		r := ledger.Rate{Value: value, Num: "NGN", Den: "KWD"}
		num, den := ledger.OfMinor(rapid.Int64Range(-trillions, trillions).Draw(t, "num"), "NGN"),
			ledger.OfMinor(rapid.Int64Range(-1e9, 1e9).Draw(t, "den"), "KWD")
		divided, err1 := r.Convert(num, "KWD")
		times, err2 := r.Convert(den, "NGN")
		if want := halfAway(new(big.Rat).Quo(num.Amount.Rat(), value.Rat()), 3); err1 == nil && divided.String() != want {
			t.Fatalf("%s NGN at %s = %s, want %s", num, r, divided, want)
		}
		if want := halfAway(new(big.Rat).Mul(den.Amount.Rat(), value.Rat()), 2); err2 == nil && times.String() != want {
			t.Fatalf("%s KWD at %s = %s, want %s", den, r, times, want)
		}
		if err := cmp.Or(err1, err2); err != nil { // TestNoProductWraps has the bounds
			t.Skip(err)
		}
	})
}

func TestParseMoneyGate(t *testing.T) {
	for _, c := range []struct{ text, code string }{
		{"4250.00", ""}, {"4250", ""}, {"0", ""}, {"0.01", ""}, {"-0.01", ""}, {"100000000000.00", ""},
		{"100000000000.01", "amount_too_large"}, {"-100000000000.01", "amount_too_large"},
		{"999999999999999.99", "amount_too_large"},
		{"", "amount_malformed"}, {" 1", "amount_malformed"}, {"1 ", "amount_malformed"}, {"1\n", "amount_malformed"},
		{"+1", "amount_malformed"}, {"1.", "amount_malformed"}, {".5", "amount_malformed"}, {"--1", "amount_malformed"},
		{"1e9", "amount_malformed"}, {"1E9", "amount_malformed"}, {"0x10", "amount_malformed"}, {"1_000", "amount_malformed"},
		{"4,250.00", "amount_malformed"}, {"4.250,00", "amount_malformed"}, {"NaN", "amount_malformed"},
		{"Inf", "amount_malformed"},
		{"007", "amount_malformed"}, {"00.10", "amount_malformed"}, {"١", "amount_malformed"}, {"１", "amount_malformed"},
		{"1000000000000000", "amount_malformed"}, {"0." + strings.Repeat("0", 40), "amount_malformed"},
		{strings.Repeat("9", 1_000_000), "amount_malformed"},
		{"1.001", "too_many_decimals"}, {"1.000", "too_many_decimals"}, {"0.0000000001", "too_many_decimals"},
	} {
		m, err := ledger.ParseMoney(c.text, "DKK")
		var bad *ledger.AmountError
		switch {
		case c.code == "" && err != nil:
			t.Errorf("%q is refused: %v", c.text, err)
		case c.code != "" && (!errors.As(err, &bad) || bad.Code != c.code || !errors.Is(err, ledger.ErrAmount)):
			t.Errorf("%.40q gives %s, %v; want %s", c.text, m, err, c.code)
		case c.code != "" && len(err.Error()) > 300:
			t.Errorf("the answer to %.40q repeats %d bytes of it", c.text, len(err.Error()))
		}
	}
	for text, hint := range map[string]string{"4.250,00": `send "4250.00"`, "12,5": `send "12.5"`,
		"-1.000.000,01": `send "-1000000.01"`} {
		var bad *ledger.AmountError
		if _, err := ledger.ParseMoney(text, "DKK"); !errors.As(err, &bad) || bad.Hint != hint {
			t.Errorf("%q is answered by %v", text, err)
		}
	}
}

func TestParseCurrencyGate(t *testing.T) {
	for _, good := range []string{"DKK", "NGN", "KES", "JPY", "KWD"} {
		if c, err := ledger.ParseCurrency(good); err != nil || string(c) != good {
			t.Errorf("%q gives %q, %v", good, c, err)
		}
	}
	for _, bad := range []string{"", "dkk", "Dkk", "DK", "DKKK", " DKK", "XYZ", "D\x00K", strings.Repeat("DKK", 100_000)} {
		var got *ledger.AmountError
		if c, err := ledger.ParseCurrency(bad); !errors.As(err, &got) || got.Code != "currency_unknown" ||
			len(err.Error()) > 300 {
			t.Errorf("%.40q gives %q, %v", bad, c, err)
		}
	}
}

func TestParseRateGate(t *testing.T) {
	for _, good := range []string{"226 NGN/DKK", "7.4420 DKK/EUR", "0.0455 DKK/JPY", "1 DKK/DKK"} {
		if _, err := ledger.ParseRate(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for bad, code := range map[string]string{
		"": "rate_malformed", "226": "rate_malformed", "226 NGN": "rate_malformed", "NGN/DKK": "rate_malformed",
		"0 NGN/DKK":  "rate_malformed",
		"-1 NGN/DKK": "rate_malformed", "226  NGN/DKK": "currency_unknown", "1e3 NGN/DKK": "rate_malformed",
		"226,5 NGN/DKK": "rate_malformed",
		"2 DKK/DKK":     "rate_malformed", "226 NGN/DKK/EUR": "currency_unknown", "226 ngn/dkk": "currency_unknown",
		"226 NGN/XYZ":  "currency_unknown",
		"226 NGN/DKK ": "currency_unknown", "226 /DKK": "currency_unknown",
		strings.Repeat("9", 1_000_000) + " NGN/DKK": "rate_malformed",
	} {
		var got *ledger.AmountError
		if r, err := ledger.ParseRate(bad); !errors.As(err, &got) || (got.Code != code && got.Code != "rate_malformed") {
			t.Errorf("%.40q gives %s, %v; want %s", bad, r, err, code)
		}
	}
}

func TestParseDateGate(t *testing.T) {
	for _, good := range []string{"2026-01-31", "2024-02-29", "1900-01-01", "2199-12-31"} {
		if d, err := ledger.ParseDate(good); err != nil || string(d) != good {
			t.Errorf("%q gives %q, %v", good, d, err)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "26-01-01",
		"31-01-2026", "2026/01/31",
		"2026-01-31 ", " 2026-01-31", "2026-01-31T00:00:00Z", "1899-12-31", "2200-01-01", "９９９９-01-01",
		strings.Repeat("2026-01-31", 100_000)} {
		if d, err := ledger.ParseDate(bad); !errors.Is(err, ledger.ErrDate) || len(err.Error()) > 200 {
			t.Errorf("%.40q gives %q, %v", bad, d, err)
		}
	}
}

// What passes the gate comes out again as it went in, fits the databases' column, and sorts as time does.
func TestWrittenAmountsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := amounts(t, "amount", -trillions, trillions)
		back, err := ledger.ParseMoney(m.String(), m.Currency)
		if err != nil || back.Cmp(m) != 0 || ledger.OfMinor(m.Minor(), m.Currency).Cmp(m) != 0 {
			t.Fatalf("%s %s reads back as %s, %v", m, m.Currency, back, err)
		}
		r := ledger.Rate{Value: decimal.New(rapid.Int64Range(1, trillions).Draw(t, "rate"),
			-rapid.Int32Range(0, 8).Draw(t, "places")), Num: "NGN", Den: "DKK"}
		if again, err := ledger.ParseRate(r.String()); err != nil || !again.Value.Equal(r.Value) {
			t.Fatalf("%s reads back as %s, %v", r, again, err)
		}
		a := ledger.NewDate(rapid.IntRange(1900, 2199).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"))
		b := a.AddDays(rapid.IntRange(1, 400).Draw(t, "days"))
		if a >= b || !a.Time().Before(b.Time()) || a.Month() > b.Month() {
			t.Fatalf("%s and %s are out of order", a, b)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"4250.00", "-0.01", "4.250,00", "1e9", "999999999999999.9999", "00", "0.", "\x00"} {
		f.Add(s, "DKK")
	}
	f.Add("1.001", "KWD")
	f.Add("1", "JPY")
	f.Fuzz(func(t *testing.T, s, currency string) {
		c, err := ledger.ParseCurrency(currency)
		if err != nil || c.Digits() > 3 {
			return // CLF and UYW have four decimals, and no grant
		}
		m, err := ledger.ParseMoney(s, c)
		if err != nil {
			if !errors.Is(err, ledger.ErrAmount) || len(err.Error()) > 400 {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if len(s) > 24 || strings.ContainsAny(s, "eE+, _") {
			t.Fatalf("%q passed the gate", s)
		}
		if back := ledger.OfMinor(m.Minor(), c); back.Cmp(m) != 0 {
			t.Fatalf("%q of %s does not fit the column: %s came back as %s", s, c, m, back)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, s := range []string{"226 NGN/DKK", "7.4420 DKK/EUR", "1 DKK/DKK", "0 NGN/DKK", "226 NGN/", "226", " /"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ledger.ParseRate(s)
		if err != nil {
			if !errors.Is(err, ledger.ErrAmount) || len(err.Error()) > 400 {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		again, err := ledger.ParseRate(r.String())
		if err != nil || !again.Value.Equal(r.Value) || again.Num != r.Num || again.Den != r.Den || r.Value.Sign() <= 0 {
			t.Fatalf("%q read as %s, and that as %s, %v", s, r, again, err)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-01-31", "2026-02-30", "0000-00-00", "2026-1-1", "9999-12-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ledger.ParseDate(s)
		if err != nil {
			if !errors.Is(err, ledger.ErrDate) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if string(d) != s || fmt.Sprintf("%04d", d.Year()) != s[:4] || d.AddDays(0) != d {
			t.Fatalf("%q read as %s", s, d)
		}
	})
}
