package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// advance is a part of a transfer, all of it open.
func advance(name, quantity, cost, quoted string) ledger.Lot {
	lot := ledger.Lot{ID: ledger.LotID(name), Name: name, Quantity: money(quantity), Cost: dkk(cost)}
	if quoted != "" {
		lot.Rate = rate(quoted)
	}
	lot.OpenQuantity, lot.OpenCost = lot.Quantity, lot.Cost
	return lot
}

// take draws from lots and puts down what they hold afterwards.
func take(lots []ledger.Lot, quantity ledger.Money) ([]ledger.Draw, error) {
	draws, err := ledger.DrawFIFO(ledger.Pool{Currency: quantity.Currency}, lots, quantity)
	for _, d := range draws {
		i := slices.IndexFunc(lots, func(l ledger.Lot) bool { return l.ID == d.Lot })
		lots[i].OpenQuantity, lots[i].OpenCost = lots[i].OpenQuantity.Sub(d.Quantity), lots[i].OpenCost.Sub(d.Cost)
	}
	return draws, err
}

// drawn writes draws as "T-001 18000.00=79.65, T-002 72000.00=310.34".
func drawn(draws []ledger.Draw) string {
	texts := make([]string, len(draws))
	for i, d := range draws {
		texts[i] = fmt.Sprintf("%s %s=%s", d.Lot, d.Quantity, d.Cost)
	}
	return strings.Join(texts, ", ")
}

func TestRule22CostAtQuotedRate(t *testing.T) {
	for _, c := range []struct {
		why, quantity, cost, rate, draw, want string
	}{
		{"S08: by cost over quantity it would round to 310.35", "918000.00 NGN", "3956.90", "232 NGN/DKK", "72000.00 NGN",
			"310.34"},
		{"S05, G1's semester", "918000.00 NGN", "4061.95", "226 NGN/DKK", "360000.00 NGN", "1592.92"},
		{"S05, G2's semester", "612000.00 NGN", "2707.96", "226 NGN/DKK", "240000.00 NGN", "1061.95"},
		{"rates that multiply", "1000.00 EUR", "7460.00", "7.4600 DKK/EUR", "333.33 EUR", "2486.64"},
		{"a partner in Kenya", "185200.00 KES", "10000.00", "18.52 KES/DKK", "18519.00 KES", "999.95"},
	} {
		lots := []ledger.Lot{advance("T", c.quantity, c.cost, c.rate)}
		if got, err := take(lots, money(c.draw)); err != nil || len(got) != 1 || got[0].Cost.String() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.why, got, err, c.want)
		}
	}
	// S05, 30 June: what was drawn before does not move the cost; by remaining cost it would be 1,327.42.
	lots := []ledger.Lot{advance("T-001", "612000.00 NGN", "2707.96", "226 NGN/DKK")}
	for _, c := range [][2]string{{"240000.00 NGN", "1061.95"}, {"60000.00 NGN", "265.49"}, {"300000.00 NGN", "1327.43"}} {
		if got, err := take(lots, money(c[0])); err != nil || got[0].Cost.String() != c[1] {
			t.Errorf("%s costs %v, %v, want %s", c[0], got, err, c[1])
		}
	}
}

func TestRule23LastDrawTakesTheRest(t *testing.T) {
	// S08: G2's 12,000 NGN left of T-001 cost 53.09, not 53.10.
	lots := []ledger.Lot{advance("T-001", "612000.00 NGN", "2707.96", "226 NGN/DKK")}
	for _, c := range [][2]string{{"240000.00 NGN", "1061.95"}, {"60000.00 NGN", "265.49"}, {"300000.00 NGN", "1327.43"},
		{"12000.00 NGN", "53.09"}} {
		if got, err := take(lots, money(c[0])); err != nil || got[0].Cost.String() != c[1] {
			t.Errorf("%s costs %v, %v, want %s", c[0], got, err, c[1])
		}
	}
	// A lot that cost less than its rate says (a favour of the bank): nothing takes more than is left.
	lots = []ledger.Lot{advance("T-9", "3000.00 NGN", "10.00", "226 NGN/DKK")}
	for _, c := range [][2]string{{"2500.00 NGN", "T-9 2500.00=10.00"}, {"400.00 NGN", "T-9 400.00=0.00"},
		{"100.00 NGN", "T-9 100.00=0.00"}} {
		if got, err := take(lots, money(c[0])); err != nil || drawn(got) != c[1] {
			t.Errorf("%s: %s, %v, want %s", c[0], drawn(got), err, c[1])
		}
	}
	// One that cost more leaves the difference to the last.
	lots = []ledger.Lot{advance("T-8", "3000.00 NGN", "20.00", "226 NGN/DKK")}
	if got, err := take(lots, money("2999.99 NGN")); err != nil || drawn(got) != "T-8 2999.99=13.27" {
		t.Errorf("%s, %v", drawn(got), err)
	}
	if got, err := take(lots, money("0.01 NGN")); err != nil || drawn(got) != "T-8 0.01=6.73" {
		t.Errorf("%s, %v", drawn(got), err)
	}
	// A draw beyond the quantity is refused, and says what there is.
	lots = []ledger.Lot{advance("T-1", "100.00 NGN", "0.44", "226 NGN/DKK"),
		advance("T-2", "50.00 NGN", "0.22", "226 NGN/DKK")}
	var short *ledger.Exhausted
	if got, err := take(lots, money("150.01 NGN")); !errors.As(err, &short) || got != nil ||
		short.Left.String() != "150.00" || short.Asked.String() != "150.01" {
		t.Errorf("drawing beyond gives %s, %v", drawn(got), err)
	}
}

func TestRule21OldestFirst(t *testing.T) {
	// S08: July's stipend of G1, with 18,000 NGN left of T-001.
	lots := []ledger.Lot{advance("T-001", "918000.00 NGN", "4061.95", "226 NGN/DKK"),
		advance("T-002", "918000.00 NGN", "3956.90", "232 NGN/DKK")}
	lots[0].OpenQuantity, lots[0].OpenCost = money("18000.00 NGN"), dkk("79.65")
	if got, err := take(lots, money("90000.00 NGN")); err != nil ||
		drawn(got) != "T-001 18000.00=79.65, T-002 72000.00=310.34" {
		t.Errorf("%s, %v", drawn(got), err)
	}
	// Three lots at once, the middle one emptied before.
	lots = []ledger.Lot{advance("A", "10.00 NGN", "0.04", "226 NGN/DKK"), advance("B", "10.00 NGN", "0.05", "220 NGN/DKK"),
		advance("C", "10.00 NGN", "0.04", "240 NGN/DKK"),
		advance("D", "10.00 NGN", "0.05", "210 NGN/DKK")}
	lots[1].OpenQuantity, lots[1].OpenCost = money("0.00 NGN"), dkk("0.00")
	if got, err := take(lots, money("25.00 NGN")); err != nil || drawn(got) != "A 10.00=0.04, C 10.00=0.04, D 5.00=0.02" {
		t.Errorf("%s, %v", drawn(got), err)
	}
	if got, err := take(lots, money("0.00 NGN")); err != nil || got != nil {
		t.Errorf("drawing nothing gives %s, %v", drawn(got), err)
	}
}

// A lot without a rate of its own, such as what a partner paid twice, is drawn pro rata of its cost (rule 29).
func TestRule29ProRataWithoutARate(t *testing.T) {
	lots := []ledger.Lot{advance("dup", "90000.00 NGN", "387.93", "")}
	for _, c := range [][2]string{{"30000.00 NGN", "129.31"}, {"15000.00 NGN", "64.66"}, {"15000.00 NGN", "64.66"},
		{"30000.00 NGN", "129.30"}} {
		if got, err := take(lots, money(c[0])); err != nil || got[0].Cost.String() != c[1] {
			t.Errorf("%s costs %v, %v, want %s", c[0], got, err, c[1])
		}
	}
}

// Rules 19-24 for any lots and any draws, until nothing is left: oldest first, at the quoted rate, never more than what
// is left, and what is emptied is emptied of cost too.
func TestRule19To24DrawsNeverLoseOrInventCost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lots := make([]ledger.Lot, rapid.IntRange(1, 5).Draw(t, "lots"))
		open := ledger.Zero("NGN")
		for i := range lots {
			q := ledger.OfMinor(rapid.Int64Range(1, 500_000).Draw(t, "quantity"), "NGN")
			r := ledger.Rate{Value: ledger.OfMinor(rapid.Int64Range(5, 30_000).Draw(t, "rate"), "DKK").Amount, Num: "NGN",
				Den: "DKK"}
			cost, err := r.Convert(q, "DKK")
			if err != nil {
				t.Fatal(err)
			}
			off := ledger.OfMinor(rapid.Int64Range(-3, 3).Draw(t, "off"), "DKK") // its cost is a part of a total (rule 4)
			if cost = cost.Add(off); cost.Sign() < 0 {
				cost = ledger.Zero("DKK")
			}
			lots[i] = ledger.Lot{ID: ledger.LotID(fmt.Sprint(i)), Rate: r, Quantity: q, Cost: cost, OpenQuantity: q,
				OpenCost: cost}
			open = open.Add(q)
		}
		for open.Sign() > 0 {
			before := slices.Clone(lots)
			want := ledger.OfMinor(rapid.Int64Range(1, open.Minor()).Draw(t, "draw"), "NGN")
			if rapid.IntRange(0, 3).Draw(t, "all") == 0 {
				want = open
			}
			draws, err := take(lots, want)
			if err != nil {
				t.Fatalf("drawing %s of %s: %v", want, open, err)
			}
			checkDraws(t, before, lots, draws, want)
			open = open.Sub(want)
		}
		if draws, err := take(lots, ledger.OfMinor(1, "NGN")); !errors.Is(err, ledger.ErrLotExhausted) || draws != nil {
			t.Fatalf("empty lots gave %s, %v", drawn(draws), err)
		}
	})
}

func checkDraws(t *rapid.T, before, after []ledger.Lot, draws []ledger.Draw, want ledger.Money) {
	total, last := ledger.Zero("NGN"), -1
	for _, d := range draws {
		i := slices.IndexFunc(before, func(l ledger.Lot) bool { return l.ID == d.Lot })
		was, is := before[i], after[i]
		total = total.Add(d.Quantity)
		for j := last + 1; j < i; j++ {
			if before[j].OpenQuantity.Sign() > 0 {
				t.Fatalf("lot %d was passed over with %s open", j, before[j].OpenQuantity)
			}
		}
		atRate, err := was.Rate.Convert(d.Quantity, "DKK")
		switch {
		case err != nil:
			t.Fatal(err)
		case last >= 0 && after[last].OpenQuantity.Sign() > 0:
			t.Fatalf("lot %d was drawn while %d still held %s", i, last, after[last].OpenQuantity)
		case d.Quantity.Sign() <= 0 || d.Cost.Sign() < 0 || is.OpenQuantity.Sign() < 0 || is.OpenCost.Sign() < 0:
			t.Fatalf("a draw of %s at %s leaves %s at %s", d.Quantity, d.Cost, is.OpenQuantity, is.OpenCost)
		case is.OpenQuantity.IsZero() && !is.OpenCost.IsZero():
			t.Fatalf("the last draw left %s of cost behind", is.OpenCost)
		case !is.OpenQuantity.IsZero() && d.Cost.Cmp(atRate) != 0 && !is.OpenCost.IsZero():
			t.Fatalf("%s cost %s, at the quoted rate %s", d.Quantity, d.Cost, atRate)
		}
		last = i
	}
	if total.Cmp(want) != 0 {
		t.Fatalf("asked for %s, drew %s", want, total)
	}
}

// pool is where the advances of fund G1 at a partner lie.
func pool(partner string) ledger.Pool {
	return ledger.Pool{Account: "1300", Holder: partner, Fund: "G1", Currency: "NGN"}
}

// advanceEntry puts an advance of a fund into the books, out of thin air (3100). Its lot is called after it.
func advanceEntry(p ledger.Pool, on ledger.Date, lot ledger.Lot) ledger.Entry {
	lot.ID, lot.Kind, lot.Pool, lot.OpenedOn = ledger.LotID("lot_"+lot.Name), ledger.CurrencyLot, p, on
	return ledger.Entry{Date: on, Text: lot.Name, Act: "transfer", Opens: []ledger.Lot{lot}, Lines: []ledger.Line{
		ledger.InCurrency(p.Account, p.Fund, lot.Quantity, lot.Cost).WithLot(lot.ID),
		ledger.Base("3100", p.Fund, lot.Cost.Neg())}}
}

// spend draws a quantity on a day, "1000.00 NGN on 2026-02-01", and posts it as cost; it answers what was drawn, by the names of the lots.
func spend(t *testing.T, tx *store.Tx, book ledger.Book, p ledger.Pool, what string) (string, error) {
	t.Helper()
	quantity, day, _ := strings.Cut(what, " on ")
	on := ledger.Date(day)
	draws, err := book.Draw(t.Context(), tx, p, money(quantity), on)
	if err != nil {
		return "", err
	}
	lots, err := book.Lots(t.Context(), tx, p, "2099-12-31")
	if err != nil {
		return "", err
	}
	e := ledger.Entry{Date: on, Text: "spend", Act: "liquidation", Lines: []ledger.Line{
		ledger.InCurrency("5100", p.Fund, money(quantity), ledger.Drawn("DKK", draws))}}
	for i, d := range draws {
		e.Lines = append(e.Lines, ledger.InCurrency(p.Account, p.Fund, d.Quantity.Neg(), d.Cost.Neg()).WithLot(d.Lot))
		at := slices.IndexFunc(lots, func(l ledger.Lot) bool { return l.ID == d.Lot })
		draws[i].Lot = ledger.LotID(lots[at].Name)
	}
	_, err = book.Post(t.Context(), tx, e)
	return drawn(draws), err
}

func TestRule20FundsAndPartnersHavePoolsOfTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		ng, ke := pool("NG-01"), pool("NG-02")
		unr, kes := ng, ng
		unr.Fund, kes.Currency = "UNR", "KES"
		update(t, db, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx,
				advanceEntry(ng, "2026-01-12", advance("T-001", "1000.00 NGN", "4.42", "226 NGN/DKK")),
				advanceEntry(ke, "2026-01-12", advance("T-002", "1000.00 NGN", "4.42", "226 NGN/DKK")),
				advanceEntry(unr, "2026-01-12", advance("T-003", "1000.00 NGN", "4.42", "226 NGN/DKK")),
				advanceEntry(kes, "2026-01-12", advance("T-004", "1000.00 KES", "54.00", "18.52 KES/DKK")))
			return err
		})
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := spend(t, tx, book, ng, "1000.01 NGN on 2026-02-01")
			return err
		})
		if !errors.Is(err, ledger.ErrLotExhausted) {
			t.Errorf("a pool of 1,000 gave 1,000.01: %v", err)
		}
		update(t, db, func(tx *store.Tx) error {
			got, err := spend(t, tx, book, ng, "1000.00 NGN on 2026-02-01")
			if got != "T-001 1000.00=4.42" {
				t.Errorf("drew %s", got)
			}
			return err
		})
	})
}

func TestRule25BackDatedDrawsAndLots(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		p := pool("NG-01")
		post := func(e ledger.Entry) {
			t.Helper()
			update(t, db, func(tx *store.Tx) error { _, err := book.Post(t.Context(), tx, e); return err })
		}
		draw := func(quantity string, on ledger.Date, want string) {
			t.Helper()
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				got, err := spend(t, tx, book, p, quantity+" on "+string(on))
				if err == nil && got != want {
					t.Errorf("%s on %s drew %s, want %s", quantity, on, got, want)
				}
				return err
			})
			if (err != nil) != (want == "") || err != nil && !errors.Is(err, ledger.ErrLotExhausted) {
				t.Errorf("%s on %s: %v", quantity, on, err)
			}
		}
		post(advanceEntry(p, "2026-01-12", advance("Jan", "1000.00 NGN", "4.42", "226 NGN/DKK")))
		post(advanceEntry(p, "2026-03-12", advance("Mar", "1000.00 NGN", "4.31", "232 NGN/DKK")))
		draw("1200.00 NGN", "2026-02-28", "") // March's lot is not there in February
		draw("400.00 NGN", "2026-04-01", "Jan 400.00=1.77")
		draw("700.00 NGN", "2026-02-28", "") // and January's is partly gone, whatever the date
		post(advanceEntry(p, "2026-02-12", advance("Feb", "500.00 NGN", "2.50", "200 NGN/DKK")))
		draw("700.00 NGN", "2026-03-31", "Jan 600.00=2.65, Feb 100.00=0.50") // entered late, queues by its date from now on
		draw("500.00 NGN", "2026-03-31", "Feb 400.00=2.00, Mar 100.00=0.43")
		// The same day: in order of entry, however lots are named.
		post(advanceEntry(p, "2026-05-01", advance("b", "100.00 NGN", "0.44", "226 NGN/DKK")))
		post(advanceEntry(p, "2026-05-01", advance("a", "100.00 NGN", "0.44", "226 NGN/DKK")))
		draw("1050.00 NGN", "2026-05-01", "Mar 900.00=3.88, b 100.00=0.44, a 50.00=0.22")
		draw("50.01 NGN", "2026-05-01", "")
		draw("50.00 NGN", "2026-05-01", "a 50.00=0.22")
	})
}
