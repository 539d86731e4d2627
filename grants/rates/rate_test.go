package rates

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// newYear is the ECB's file around a year's end: no rate on weekends, Christmas and New Year's Day.
const newYear = `Date,USD,DKK,NOK,
2027-01-05,1.1020,7.4710,N/A,
2027-01-04,1.1010,7.4700,11.40,
2026-12-31,1.1000,7.4690,11.41,
2026-12-30,1.0990,7.4680,11.42,
2026-12-29,1.0980,7.4670,11.43,
2026-12-28,1.0970,7.4660,11.44,
2026-12-24,1.0960,7.4650,11.45,
`

const envelope = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject>
<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube><Cube time='2027-01-04'>
<Cube currency='USD' rate='1.1010'/><Cube currency='DKK' rate='7.4700'/></Cube></Cube></gesmes:Envelope>`

const monthlyCSV = "Country;Currency;isoA3Code;value;month\nDenmark;Danish krone;DKK;7.4600;2026-12\n" +
	"Nigeria;Naira;NGN;1690.5;2026-12\n" +
	"Denmark;Danish krone;DKK;7.4700;2027-01\nNigeria;Naira;NGN;1702.25;2027-01\n"

const monthlyXML = `<?xml version="1.0"?><rates><rate><country>Denmark</country>
<isoA3Code>DKK</isoA3Code><value>7.4600</value></rate>
<rate><country>Nigeria</country><isoA3Code>NGN</isoA3Code><value>1690.5</value></rate></rates>`

func read(t *testing.T, f File) string {
	t.Helper()
	rates, err := f.Quotes()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, k := range rates {
		fmt.Fprintf(&b, "%s %s; ", k.On, k.Rate)
	}
	return b.String()
}

func TestRateFilesAsPublished(t *testing.T) {
	for name, c := range map[string]struct {
		file File
		want string
	}{
		"history, some currencies and days": {File{Source: ECB, Content: []byte(newYear),
			Currencies: []ledger.Currency{"DKK", "NOK"}, From: "2027-01-01"},
			"2027-01-04 7.47 DKK/EUR; 2027-01-04 11.4 NOK/EUR; 2027-01-05 7.471 DKK/EUR; "},
		"daily CSV": {File{Source: ECB, Content: []byte("Date, USD, DKK, \n4 January 2027, 1.1010, 7.4700, \n")},
			"2027-01-04 7.47 DKK/EUR; 2027-01-04 1.101 USD/EUR; "},
		"daily XML": {File{Source: ECB, Content: []byte(envelope)},
			"2027-01-04 7.47 DKK/EUR; 2027-01-04 1.101 USD/EUR; "},
		"InforEuro CSV": {File{Source: InforEuro, Content: []byte(monthlyCSV), To: "2026-12-31"},
			"2026-12-01 7.46 DKK/EUR; 2026-12-01 1690.5 NGN/EUR; "},
		"InforEuro XML": {File{Source: InforEuro, Content: []byte(monthlyXML), Month: "2026-12"},
			"2026-12-01 7.46 DKK/EUR; 2026-12-01 1690.5 NGN/EUR; "},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(t, c.file)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRateFilesThatAreNone(t *testing.T) {
	laughs := `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Cube>` +
		`<Cube time="2026-12-31"><Cube currency="DKK" rate="&b;"/></Cube></Cube>`
	for name, f := range map[string]File{
		"empty":       {Source: ECB},
		"not text":    {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,\xff\n")},
		"a zero byte": {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,7.4\x00\n")},
		"too large":   {Source: ECB, Content: bytes.Repeat([]byte("x"), MaxFile+1)},
		"entities":    {Source: ECB, Content: []byte(laughs)},
		"an entity nobody declared": {Source: ECB,
			Content: []byte(`<Cube><Cube time="2026-12-31"><Cube currency="DKK" rate="&b;"/></Cube></Cube>`)},
		"another encoding":          {Source: ECB, Content: []byte(`<?xml version="1.0" encoding="latin1"?><Cube/>`)},
		"nested":                    {Source: ECB, Content: []byte(strings.Repeat("<Cube>", 100_000))},
		"cut off":                   {Source: ECB, Content: []byte(envelope[:len(envelope)-30])},
		"no head":                   {Source: ECB, Content: []byte("2026-12-31,7.46\n")},
		"no day":                    {Source: ECB, Content: []byte("Date,DKK\n31/12/26,7.46\n")},
		"no such day":               {Source: ECB, Content: []byte("Date,DKK\n2026-02-30,7.46\n")},
		"an exponent":               {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,1e999999999\n")},
		"negative":                  {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,-7.46\n")},
		"zero":                      {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,0\n")},
		"a decimal comma":           {Source: ECB, Content: []byte("Date;DKK\n2026-12-31;7,46\n")},
		"a formula":                 {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,=1+1\n")},
		"a day twice":               {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,7.46\n2026-12-31,7.47\n")},
		"a column twice":            {Source: ECB, Content: []byte("Date,DKK,DKK\n2026-12-31,7.46,7.47\n")},
		"a short row":               {Source: ECB, Content: []byte("Date,DKK,USD\n2026-12-31,7.46\n")},
		"an open quote":             {Source: ECB, Content: []byte("Date,DKK\n2026-12-31,\"7.46\n")},
		"a rate outside a day":      {Source: ECB, Content: []byte(`<Cube><Cube currency="DKK" rate="7.46"/></Cube>`)},
		"InforEuro without a month": {Source: InforEuro, Content: []byte(monthlyXML)},
		"InforEuro without a code":  {Source: InforEuro, Content: []byte("country;value\nDenmark;7.46\n"), Month: "2026-12"},
		"nothing wanted":            {Source: ECB, Content: []byte(newYear), From: "2030-01-01"},
	} {
		rates, err := f.Quotes()
		if !errors.Is(err, ErrRateFile) || len(rates) > 0 {
			t.Errorf("%s: %d rates, %v", name, len(rates), err)
		}
	}
}

// FuzzRateFile holds that whatever is brought in is refused or gives rates that are rates.
func FuzzRateFile(f *testing.F) {
	for _, s := range []string{newYear, envelope, monthlyCSV, monthlyXML} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, content []byte, ecb bool) {
		file := File{Source: InforEuro, Content: content, Month: "2026-12"}
		if ecb {
			file.Source = ECB
		}
		rates, err := file.Quotes()
		if err != nil && !errors.Is(err, ErrRateFile) {
			t.Fatal(err)
		}
		for _, k := range rates {
			if again, err := ledger.ParseRate(k.Rate.String()); err != nil || !again.Value.Equal(k.Rate.Value) ||
				k.Rate.Den != euro || k.Rate.Num == euro {
				t.Fatalf("%+v: %v", k, err)
			}
			if _, err := ledger.ParseDate(string(k.On)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// house is fresh books in base currency DKK.
type house struct {
	*testing.T
	db   *store.DB
	book ledger.Book
}

func onBoth(t *testing.T, fn func(h house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := house{t, db, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}}
		h.do(func(tx *store.Tx) error { return ledger.Create(t.Context(), tx, h.book) })
		fn(h)
	})
}

// do runs an act that must succeed.
func (h house) do(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

func of(amount string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(amount, c)
	if err != nil {
		panic(err)
	}
	return m
}

func rate(quoted string) ledger.Rate {
	r, err := ledger.ParseRate(quoted)
	if err != nil {
		panic(err)
	}
	return r
}

// reporting is a converter over the rates of the files above.
func (h house) reporting(c Conversion) (out Converter, err error) {
	c.Base = h.book.Base
	err = h.db.View(h.Context(), func(tx *store.Tx) (err error) {
		out, err = NewConverter(h.Context(), tx, c)
		return err
	})
	return out, err
}

func (h house) imports(f File) (out Imported) {
	h.Helper()
	h.do(func(tx *store.Tx) (err error) {
		out, err = Import(h.Context(), tx, f)
		return err
	})
	return out
}

// TestSectorSystems43 has the rows of sector-systems.md §4.3 about rates; the others stand in package grants.
func TestSectorSystems43(t *testing.T) {
	onBoth(t, func(h house) {
		h.imports(File{Source: ECB, Content: []byte(newYear)})
		h.imports(File{Source: InforEuro, Content: []byte(monthlyCSV)})
		converts := func(c Conversion, base, want string) {
			t.Helper()
			c.Period = ledger.Span{From: "2026-12-28", To: "2027-01-05"}
			conv, err := h.reporting(c)
			if err != nil {
				h.Fatal(err)
			}
			got, err := conv.Convert(Spent{On: "2026-12-28", Original: of(base, "DKK"), Base: of(base, "DKK")})
			if err != nil || got.String() != want {
				h.Errorf("%s DKK are %s %s, want %s; %v", base, got, c.To, want, err)
			}
		}
		// row 7, EU model grant article 21.3: average of the ECB's daily rates, InforEuro if there are none
		converts(Conversion{Method: ECBAverage, To: "EUR"}, "1000.00", "133.90") // at 7.4685, the mean of six days
		converts(Conversion{Method: ECBAverage, To: "NGN"}, "646.55", "146855.63")
		// row 8, Elrha: the report is at the budget rate
		converts(Conversion{Method: BudgetRate, To: "EUR", Budget: rate("7.5 DKK/EUR")}, "1000.00", "133.33")
	})
}

func TestStandards5RateMethods(t *testing.T) {
	onBoth(t, func(h house) {
		h.imports(File{Source: ECB, Content: []byte(newYear)})
		h.imports(File{Source: InforEuro, Content: []byte(monthlyCSV)})
		dkk := func(day ledger.Date, base string) Spent {
			return Spent{On: day, Original: of(base, "DKK"), Base: of(base, "DKK")}
		}
		ngn := Spent{On: "2026-12-28", Original: of("150000.00", "NGN"), Base: of("646.55", "DKK")}
		eur := Spent{On: "2027-01-04", Original: of("12.34", "EUR"), Base: of("92.06", "DKK")}
		for name, c := range map[string]struct {
			method Method
			to     ledger.Currency
			period ledger.Span
			budget string
			spent  []Spent
			want   string
			rates  int
		}{
			// 7.4660, 7.4670, 7.4680, 7.4690, 7.4700, 7.4710 average to 7.4685: days without a rate count for nothing, and the
			// year's end between them neither. 1000 / 7.4685 = 133.8957...
			"ECB average across a year's end": {ECBAverage, "EUR", ledger.Span{From: "2026-12-28", To: "2027-01-05"}, "",
				[]Spent{dkk("2026-12-28", "400.00"), dkk("2027-01-05", "600.00")}, "133.90", 6},
			// A weekend has no rate of its own: that of the business day before, 7.4690. 1000 / 7.4690 = 133.8867...
			"ECB average of days without a rate": {ECBAverage, "EUR", ledger.Span{From: "2027-01-01", To: "2027-01-03"}, "",
				[]Spent{dkk("2027-01-02", "1000.00")}, "133.89", 1},
			// Krone to dollar goes over the euro in one step: 1000 x 1.0995 / 7.4685 = 147.2183...
			"ECB average into dollars": {ECBAverage, "USD", ledger.Span{From: "2026-12-28", To: "2027-01-05"}, "",
				[]Spent{dkk("2026-12-30", "1000.00")}, "147.22", 12},
			// Naira went into the books at the lot's rate, 646.55; that is converted, once, and the naira are never touched:
			// 646.55 / 7.4685 = 86.5702... The receipt in euro stands as it was paid.
			"naira once, euro never": {ECBAverage, "EUR", ledger.Span{From: "2026-12-28", To: "2027-01-05"}, "",
				[]Spent{ngn, eur}, "98.91", 6},
			// The ECB has no naira: the average of InforEuro's two months, 1696.375. 646.55 / 7.4685 x 1696.375 = 146855.6278...
			"a currency without ECB rates": {ECBAverage, "NGN", ledger.Span{From: "2026-12-28", To: "2027-01-05"}, "",
				[]Spent{dkk("2026-12-28", "646.55")}, "146855.63", 8},
			// Each month at its own rate, rounded once: 400 / 7.46 + 600 / 7.47 = 133.9404...
			"InforEuro by month": {MonthlyRate, "EUR", ledger.Span{From: "2026-12-01", To: "2027-01-31"}, "",
				[]Spent{dkk("2026-12-28", "400.00"), dkk("2027-01-05", "600.00")}, "133.94", 2},
			"budget rate": {BudgetRate, "EUR", ledger.Span{From: "2026-12-01", To: "2027-01-31"}, "7.5 DKK/EUR",
				[]Spent{dkk("2026-12-28", "1000.00")}, "133.33", 0},
			// 150,000 naira at the budget's 2,000 NGN/GBP are 75.00; not the krone of the lot at any rate.
			"budget rate of what was paid": {BudgetRate, "GBP", ledger.Span{From: "2026-12-01", To: "2027-01-31"},
				"2000 NGN/GBP", []Spent{ngn}, "75.00", 0},
		} {
			conversion := Conversion{Method: c.method, To: c.to, Period: c.period}
			if c.budget != "" {
				conversion.Budget = rate(c.budget)
			}
			conv, err := h.reporting(conversion)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			got, err := conv.Convert(c.spent...)
			if err != nil || got.String() != c.want || len(conv.Used()) != c.rates {
				t.Errorf("%s: %s with %d rates, want %s with %d; %v", name, got, len(conv.Used()), c.want, c.rates, err)
			}
		}
		for name, c := range map[string]struct {
			method Method
			to     ledger.Currency
			period ledger.Span
		}{
			"no rates at the end":   {ECBAverage, "EUR", ledger.Span{From: "2026-12-28", To: "2027-01-31"}},
			"no rates at the start": {ECBAverage, "EUR", ledger.Span{From: "2026-12-01", To: "2027-01-05"}},
			"no rates at all":       {ECBAverage, "GBP", ledger.Span{From: "2026-12-28", To: "2027-01-05"}},
			"a month without":       {MonthlyRate, "EUR", ledger.Span{From: "2026-11-30", To: "2027-01-05"}},
		} {
			conversion := Conversion{Method: c.method, To: c.to, Period: c.period}
			if _, err := h.reporting(conversion); !errors.Is(err, ErrRateGap) {
				t.Errorf("%s: %v", name, err)
			}
		}
		period := ledger.Span{From: "2026-12-01", To: "2027-01-31"}
		noRate := Conversion{Method: BudgetRate, To: "EUR", Period: period}
		if _, err := h.reporting(noRate); !errors.Is(err, ErrRateMissing) {
			t.Errorf("no budget rate: %v", err)
		}
		for _, method := range []Method{OwnCurrency, ReceiptRate} {
			c, err := h.reporting(Conversion{Method: method, To: "EUR", Period: period})
			if err != nil || !c.FromBooks {
				t.Errorf("%s: %+v, %v", method, c, err)
			}
		}
	})
}

// A figure is rounded once: the sum of parts never differs from the exact sum by more than half a minor unit.
func TestRule1ConvertedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := decimal.New(rapid.Int64Range(1, 1e9).Draw(t, "rate"), -4)
		c := Converter{Conversion: Conversion{Base: "DKK", To: "EUR",
			Budget: ledger.Rate{Value: value, Num: "DKK", Den: "EUR"}}}
		exact := new(big.Rat)
		var spent []Spent
		for _, øre := range rapid.SliceOfN(rapid.Int64Range(-1e12, 1e12), 1, 30).Draw(t, "cost") {
			spent = append(spent, Spent{Original: ledger.OfMinor(øre, "DKK"), Base: ledger.OfMinor(øre, "DKK")})
			exact.Add(exact, new(big.Rat).Quo(big.NewRat(øre, 100), value.Rat()))
		}
		got, err := c.Convert(spent...)
		if err != nil {
			t.Fatal(err)
		}
		off := new(big.Rat).Sub(got.Amount.Rat(), exact)
		if off.Abs(off).Cmp(big.NewRat(1, 200)) > 0 || got.Amount.Exponent() < -2 {
			t.Fatalf("%s, exactly %s", got, exact.FloatString(6))
		}
	})
}

func TestRatesOnRecord(t *testing.T) {
	onBoth(t, func(h house) {
		file := File{Source: ECB, Content: []byte(newYear), Currencies: []ledger.Currency{"DKK"}}
		first := h.imports(file)
		if again := h.imports(file); first.New != 7 || again.New != 0 || again.Known != 7 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		file.Content = []byte(strings.Replace(newYear, "7.4650", "7.4655", 1))
		if corrected := h.imports(file); corrected.Corrected != 1 || corrected.Known != 6 {
			t.Errorf("corrected %+v", corrected)
		}
		used := first.Quotes[0].ID
		h.do(func(tx *store.Tx) error { return Use(h.Context(), tx, "sta_1", used) })
		err := h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := Import(h.Context(), tx, File{Source: ECB, Content: []byte(newYear),
				Currencies: []ledger.Currency{"DKK", "USD"}})
			return err
		})
		var locked *LockedQuote
		if !errors.As(err, &locked) || locked.Quote.ID != used {
			t.Errorf("a rate that a statement stands on: %v", err)
		}
		var all []Quote
		h.do(func(tx *store.Tx) (err error) {
			all, err = List(h.Context(), tx, Filter{})
			return err
		})
		if len(all) != 7 {
			t.Errorf("a refused file left %d rates", len(all))
		}
		// The database says the same to whoever goes past the service.
		for _, sql := range []string{"UPDATE fx_rates SET rate = '1' WHERE id = ?",
			"UPDATE fx_rates SET state = 'provisional' WHERE id = ?",
			"DELETE FROM fx_rates WHERE id = ?", "DELETE FROM fx_rate_uses WHERE rate_id = ?",
			"UPDATE fx_rate_uses SET used_by = 'x' WHERE rate_id = ?"} {
			err := h.db.Update(h.Context(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(h.Context(), sql, used)
				return err
			})
			if err == nil {
				t.Errorf("the database allows %s", sql)
			}
		}
		err = h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(h.Context(), "INSERT INTO fx_rate_uses (rate_id, used_by, used_at) VALUES (?, 'sta_2', '')",
				first.Quotes[1].ID)
			return err
		})
		if err == nil {
			t.Error("the database lets a statement stand on a provisional rate")
		}
		err = h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := Enter(h.Context(), tx, h.book, Quote{On: "2026-12-31", Rate: rate("226 NGN/DKK")})
			return err
		})
		if !errors.Is(err, ErrRateEvidence) {
			t.Errorf("by hand without evidence: %v", err)
		}
	})
}

// A code is three capital letters: what stands on either side of them in the alphabet of machines is none.
func TestCodesOfCurrencies(t *testing.T) {
	for text, want := range map[string]bool{"DKK": true, "AZA": true, "": false, "DK": false, "DKKK": false, "dkk": false,
		"DK1": false, "D@K": false, "D[K": false, "D K": false, "ØRE": false} {
		if got := isCode(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// The comma at the end of a line is no currency, and a currency may lack a rate; a rate without a currency is a fault.
func TestColumnsOfADay(t *testing.T) {
	for name, c := range map[string]struct {
		head, cells []string
		sound       bool
	}{
		"a rate":                  {[]string{"Date", "USD"}, []string{"2026-01-02", "1.1"}, true},
		"and a comma":             {[]string{"Date", "USD", ""}, []string{"2026-01-02", "1.1", " "}, true},
		"a currency without rate": {[]string{"Date", "USD"}, []string{"2026-01-02", ""}, true},
		"a rate of no currency":   {[]string{"Date", ""}, []string{"2026-01-02", "1.1"}, false},
		"no day":                  {[]string{"Date", "USD"}, []string{"2026-02-30", "1.1"}, false},
	} {
		b := &fileReader{seen: map[string]bool{}}
		if err := b.dayRow(2, c.head, c.cells); (err == nil) != c.sound {
			t.Errorf("%s: %v", name, err)
		}
	}
}
