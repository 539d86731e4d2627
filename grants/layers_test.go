package grants

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"supportledger/grants/rates"
	"supportledger/ledger"
)

// Rules 12-17: what a grant that reports in another currency received, in layers.

func of(amount string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(amount, c)
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

// layer is a receipt of a quantity of EUR at a rate, all of it open.
func layer(name, quantity, quoted string) ledger.Lot {
	l := ledger.Lot{ID: ledger.LotID(name), Kind: ledger.DeferredLot, Rate: rate(quoted), Quantity: of(quantity, "EUR"),
		Pool: ledger.Pool{Currency: "EUR"}}
	var err error
	if l.Cost, err = l.Rate.Convert(l.Quantity, "DKK"); err != nil {
		panic(err)
	}
	l.OpenQuantity, l.OpenCost = l.Quantity, l.Cost
	return l
}

// written writes draws as "A 4.83=36.04, B …" and what the layers hold then as "A 2995.17=22343.96".
func written(draws []ledger.Draw) string {
	texts := make([]string, len(draws))
	for i, d := range draws {
		texts[i] = fmt.Sprintf("%s %s=%s", d.Lot, d.Quantity, d.Cost)
	}
	return strings.Join(texts, ", ")
}

func left(layers []ledger.Lot) string {
	texts := make([]string, len(layers))
	for i, l := range layers {
		texts[i] = fmt.Sprintf("%s %s=%s", l.ID, l.OpenQuantity, l.OpenCost)
	}
	return strings.Join(texts, ", ")
}

type step struct{ release, want string }

// play releases one amount after another, negative ones giving back, and compares each with what it should take.
func play(t *testing.T, layers []ledger.Lot, steps []step, end string) {
	t.Helper()
	for _, s := range steps {
		draws, err := takeLayers(layers, of(s.release, "DKK"))
		if err != nil || written(draws) != s.want {
			t.Errorf("releasing %s takes %s, %v, want %s", s.release, written(draws), err, s.want)
		}
	}
	if got := left(layers); got != end {
		t.Errorf("the layers hold %s, want %s", got, end)
	}
}

func TestRule13EquivalentIsRoundedPerRelease(t *testing.T) {
	// G2's first half year: S04 fees, S05 tuition and stipends. Their sum, 360.71, is what its statement shows (rule 17).
	play(t, []ledger.Lot{layer("A", "3000.00", "7.4600 DKK/EUR")}, []step{
		{"36.04", "A 4.83=36.04"}, {"1061.95", "A 142.35=1061.95"}, {"265.49", "A 35.59=265.49"},
		{"1327.43", "A 177.94=1327.43"},
		{"259.99", "A 34.85=259.99"}, // S08: two lots of one cost line are one release (rule 14)
	}, "A 2604.44=19429.10")
}

func TestRule12OldestLayerThenNextThenBeyond(t *testing.T) {
	layers := []ledger.Lot{layer("A", "10.00", "7.4600 DKK/EUR"), layer("B", "10.00", "7.5000 DKK/EUR"),
		layer("C", "10.00", "7.3000 DKK/EUR")}
	play(t, layers, []step{
		{"50.00", "A 6.70=50.00"},
		{"174.60", "A 3.30=24.60, B 10.00=75.00, C 10.00=73.00, C 0.27=2.00"}, // three layers, and 2.00 beyond all of them
		{"7.30", "C 1.00=7.30"}, // at the rate of the newest
		{"0.03", "C 0.00=0.03"}, // too small for a cent
	}, "A 0.00=0.00, B 0.00=0.00, C -1.27=-9.33")
	// A receipt that comes later is a layer of its own; what stands beyond stays where it is.
	layers = append(layers, layer("D", "5.00", "7.4000 DKK/EUR"))
	play(t, layers, []step{{"38.00", "D 5.00=37.00, D 0.14=1.00"}},
		"A 0.00=0.00, B 0.00=0.00, C -1.27=-9.33, D -0.14=-1.00")
	if _, err := takeLayers(nil, of("1.00", "DKK")); !errors.Is(err, rates.ErrRateMissing) {
		t.Errorf("a grant that received nothing released something: %v", err)
	}
	if draws, err := takeLayers(nil, of("0.00", "DKK")); err != nil || draws != nil {
		t.Errorf("releasing nothing takes %s, %v", written(draws), err)
	}
}

func TestRule15ZeroMeetsZero(t *testing.T) {
	// Three thirds of 100 EUR: 33.33 each by the rate, so the last takes 33.34.
	play(t, []ledger.Lot{layer("A", "100.00", "7.5000 DKK/EUR")}, []step{
		{"250.00", "A 33.33=250.00"}, {"250.00", "A 33.33=250.00"}, {"250.00", "A 33.34=250.00"},
	}, "A 0.00=0.00")
	// Many small releases, each rounded up, use the euros up before the kroner. No release takes euros that are not there,
	// and none gives any back by the way.
	play(t, []ledger.Lot{layer("A", "0.02", "7.5000 DKK/EUR")}, []step{
		{"0.04", "A 0.01=0.04"}, {"0.04", "A 0.01=0.04"}, {"0.04", "A 0.00=0.04"}, {"0.03", "A 0.00=0.03"},
	}, "A 0.00=0.00")
	// What stands beyond all layers and is given back whole leaves nothing behind either.
	play(t, []ledger.Lot{layer("A", "1.00", "7.5000 DKK/EUR")}, []step{
		{"7.50", "A 1.00=7.50"}, {"0.04", "A 0.01=0.04"}, {"0.04", "A 0.01=0.04"}, {"0.04", "A 0.01=0.04"},
		{"-0.12", "A -0.03=-0.12"},
	}, "A 0.00=0.00")
}

func TestRule16MoneyBackGoesToTheLayerDrawnLast(t *testing.T) {
	layers := []ledger.Lot{layer("A", "10.00", "7.4600 DKK/EUR"), layer("B", "10.00", "7.5000 DKK/EUR"),
		layer("C", "10.00", "7.3000 DKK/EUR")}
	play(t, layers, []step{
		{"104.60", "A 10.00=74.60, B 4.00=30.00"},
		{"-15.00", "B -2.00=-15.00"},
		{"-52.30", "B -2.00=-15.00, A -5.00=-37.30"}, // the rest of B, then the one before
		{"-37.30", "A -5.00=-37.30"},
		{"-7.30", "C -1.00=-7.30"}, // more than was ever drawn: to the newest
	}, "A 10.00=74.60, B 10.00=75.00, C 11.00=80.30")
	if _, err := takeLayers(nil, of("-1.00", "DKK")); !errors.Is(err, rates.ErrRateMissing) {
		t.Errorf("money came back to a grant that received nothing: %v", err)
	}
}

// Whatever is released and given back: base amounts are exact, oldest goes out first and newest comes back first, a
// line never has euros on one side and kroner on the other, and a layer without kroner has no euros.
func TestRule12To16LayersStayTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var layers []ledger.Lot
		most := rapid.SampledFrom([]int64{8, 5000}).Draw(t, "size")
		for i := range rapid.IntRange(1, 4).Draw(t, "layers") {
			r := ledger.Rate{Value: ledger.OfMinor(rapid.Int64Range(500, 1500).Draw(t, "rate"), "DKK").Amount, Num: "DKK",
				Den: "EUR"}
			layers = append(layers, layer(fmt.Sprint(i), ledger.OfMinor(rapid.Int64Range(1, most).Draw(t, "quantity"),
				"EUR").String(), r.String()))
		}
		for range rapid.IntRange(1, 30).Draw(t, "releases") {
			most := rapid.SampledFrom([]int64{12, 4 * most}).Draw(t, "at most")
			checkRelease(t, layers, ledger.OfMinor(rapid.Int64Range(-most, most).Draw(t, "base"), "DKK"))
		}
	})
}

func checkRelease(t *rapid.T, layers []ledger.Lot, base ledger.Money) {
	before := slices.Clone(layers)
	draws, err := takeLayers(layers, base)
	if err != nil {
		t.Fatalf("releasing %s from %s: %v", base, left(before), err)
	}
	taken := ledger.Zero("DKK")
	sums := map[ledger.LotID]ledger.Draw{}
	for _, d := range draws {
		if d.Cost.Sign() != base.Sign() || d.Quantity.Sign()*d.Cost.Sign() < 0 {
			t.Fatalf("releasing %s takes %s on two sides", base, written(draws))
		}
		taken = taken.Add(d.Cost)
		s, ok := sums[d.Lot]
		if !ok {
			s = ledger.Draw{Quantity: ledger.Zero("EUR"), Cost: ledger.Zero("DKK")}
		}
		sums[d.Lot] = ledger.Draw{Quantity: s.Quantity.Add(d.Quantity), Cost: s.Cost.Add(d.Cost)}
	}
	if taken.Cmp(base) != 0 {
		t.Fatalf("releasing %s takes %s of cost", base, taken)
	}
	newest := len(layers) - 1
	for i, is := range layers {
		was, moved := before[i], sums[is.ID]
		if moved.Quantity.Currency != "" && (was.OpenQuantity.Sub(moved.Quantity).Cmp(is.OpenQuantity) != 0 ||
			was.OpenCost.Sub(moved.Cost).Cmp(is.OpenCost) != 0) {
			t.Fatalf("layer %s went from %s to %s, by %s", is.ID, left(before), left(layers), written(draws))
		}
		switch {
		case is.OpenCost.IsZero() && !was.OpenCost.IsZero() && !is.OpenQuantity.IsZero():
			t.Fatalf("layer %s has no kroner and %s euros: %s", is.ID, is.OpenQuantity, written(draws))
		case i < newest && (is.OpenCost.Sign() < 0 || is.OpenCost.Cmp(is.Cost) > 0):
			t.Fatalf("layer %s, not the newest, holds %s of %s", is.ID, is.OpenCost, is.Cost)
		case is.OpenCost.Sign() > 0 && is.OpenQuantity.Sign() < 0:
			t.Fatalf("layer %s has kroner and owes euros: %s", is.ID, left(layers))
		case base.Sign() > 0 && i < newest && is.OpenCost.Sign() > 0 && moved.Cost.Currency == "" && len(draws) > 0 &&
			draws[0].Lot > is.ID:
			t.Fatalf("layer %s was passed over: %s", is.ID, written(draws))
		case base.Sign() < 0 && i < newest && moved.Cost.Currency != "" &&
			layers[newest].OpenCost.Cmp(layers[newest].Cost) < 0:
			t.Fatalf("money came back to layer %s while the newest still lacks some: %s", is.ID, left(layers))
		}
	}
}
