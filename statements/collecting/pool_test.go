package collecting

import (
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

// Whatever is given, given back, spent and taken back: what all gifts paid is what was spent, no gift pays more than it
// is, and what was told of a period stays true when more happens later.
func TestPoolPaysWhatIsSpent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "events")
		var events []event
		gifts := map[*pooled]decimal.Decimal{}
		var given []*pooled
		spent, middle := decimal.Zero, ledger.Date("2026-06-30")
		for range n {
			day := ledger.Date(time.Date(2026, 1, 1+rapid.IntRange(0, 360).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format(
				time.DateOnly))
			amount := decimal.New(rapid.Int64Range(1, 100000).Draw(t, "amount"), -2)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				g := &pooled{donor: donors.ID(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "donor")), left: amount}
				gifts[g], given = amount, append(given, g)
				events = append(events, event{day, 0, func(p *pool) { p.receive(day, g) }})
			case 1:
				spent = spent.Add(amount)
				events = append(events, event{day, 3, func(p *pool) { p.spend(day, "therapy", amount) }})
			case 2:
				if len(given) > 0 && !gifts[given[0]].IsZero() {
					g := given[0]
					gifts[g] = decimal.Zero
					given = given[1:]
					events = append(events, event{"2026-12-31", 1, func(p *pool) { p.giveBack("2026-12-31", g) }})
				}
			}
		}
		p := play(events)
		paid := figures.Sum(p.drawn, func(d draw) decimal.Decimal { return d.amount })
		owed := figures.Sum(p.owed, func(u use) decimal.Decimal { return u.amount })
		if !paid.Add(owed).Equal(spent) {
			t.Fatalf("paid %s and owed %s of %s", paid, owed, spent)
		}
		for g, amount := range gifts {
			of := figures.Sum(p.drawn, func(d draw) decimal.Decimal {
				if d.of != g {
					return decimal.Zero
				}
				return d.amount
			})
			if g.gone && !of.IsZero() || !g.gone && !of.Add(g.left).Equal(amount) {
				t.Fatalf("a gift of %s paid %s and has %s left", amount, of, g.left)
			}
		}
		for _, donor := range []donors.ID{"a", "b"} {
			_, first := p.of(donor, figures.Period{From: "2026-01-01", To: middle})
			before, _ := p.of(donor, figures.Period{From: "2026-07-01", To: "2026-12-31"})
			if !first["therapy"][0].Equal(before) {
				t.Fatalf("%s: the second half-year begins with %s spent, the first ended with %s", donor, before,
					first["therapy"][0])
			}
		}
	})
}

// Every plain category has a name in both languages.
func TestPlainCategoriesHaveNames(t *testing.T) {
	for _, key := range plainOrder {
		if l := (figures.Line{Key: key}); figures.English.Category(l) == figures.Danish.Category(l) {
			t.Errorf("%s has no words", key)
		}
	}
}
