package grants

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// charge charges indirect cost and writes "base at rate: charge".
func (h house) charge(grant string, on ledger.Date) (string, IndirectCharge) {
	h.Helper()
	var c IndirectCharge
	h.do(func(tx *store.Tx) (err error) {
		c, err = h.reg.ChargeIndirect(h.Context(), tx, grant, on)
		return err
	})
	return fmt.Sprintf("%s at %s: %s", c.Base, c.Rate, c.Charge), c
}

func (h house) amendRate(grant string, on ledger.Date, percent string) {
	h.Helper()
	r := decimal.RequireFromString(percent)
	h.do(func(tx *store.Tx) error {
		_, err := h.reg.Amend(h.Context(), tx, grant, on, Change{IndirectRate: &r})
		return err
	})
}

func TestRule45To48IndirectCost(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "60000.00", "DKK", "7")
		h.receive("G1", "2026-01-05", "20000.00 DKK", "", "1010")
		want := func(on ledger.Date, want string) IndirectCharge {
			h.Helper()
			got, c := h.charge("G1", on)
			if got != want {
				t.Errorf("on %s: %s, want %s", on, got, want)
			}
			return c
		}
		// S06: fees are in, the stipends of the same day are, the loss of S13 is not.
		h.pay("G1", "2026-01-12", "6100", "54.05")
		h.pay("G1", "2026-01-20", "5100", "1592.92")
		h.pay("G1", "2026-06-30", "5110", "2389.38")
		c := want("2026-06-30", "4036.35 at 7: 282.54")
		if got, want := lines(*c.Entry, "G1", "6300", "1010", "2100", "4100"),
			"6300 282.54, 1010 -282.54, 2100 282.54, 4100 -282.54"; got != want {
			t.Errorf("the grant's lines are %s, want %s", got, want)
		}
		if got, want := lines(*c.Entry, "UNR", "1010", "4300", "4100", "2100"), "1010 282.54, 4300 -282.54"; got != want {
			t.Errorf("the general fund's lines are %s, want %s", got, want)
		}
		if c := want("2026-06-30", "4036.35 at 7: 0.00"); c.Entry != nil {
			t.Errorf("a charge of nothing made entry %s", c.Entry.Number)
		}
		h.pay("G1", "2026-11-20", "5100", "3144.60", "6200", "25.86")
		if c := want("2026-12-31", "7180.95 at 7: 220.13"); c.Before.String() != "282.54" { // by itself it would be 220.12
			t.Errorf("charged before: %s", c.Before)
		}
		// The year-end resets nothing; a late entry of last year and a disallowance of this one both count.
		h.pay("G1", "2026-12-30", "5100", "0.10")
		h.pay("G1", "2027-02-01", "5100", "-2400.00")
		want("2027-03-31", "4781.05 at 7: -168.00") // 334.67 - 502.67
		// A day before what was charged later: what came after does not count.
		want("2026-06-29", "1646.97 at 7: 115.29")
		want("2027-03-31", "4781.05 at 7: -115.29")
	})
}

func TestRule47AmendedRateByDateRoundedOnce(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "60000.00", "DKK", "7")
		h.receive("G1", "2026-01-05", "20000.00 DKK", "", "1010")
		h.amendRate("G1", "2026-07-01", "8")
		h.pay("G1", "2026-06-30", "5100", "10.05")
		h.pay("G1", "2026-07-01", "5100", "10.05")
		// 0.7035 + 0.804 = 1.5075; rounded apart it would be 1.50.
		if got, _ := h.charge("G1", "2026-12-31"); got != "20.10 at 8: 1.51" {
			t.Errorf("charged %s", got)
		}
		h.amendRate("G1", "2026-07-01", "0") // replaced: the second half bears nothing, so something comes back
		if got, _ := h.charge("G1", "2026-12-31"); got != "20.10 at 0: -0.81" {
			t.Errorf("charged %s", got)
		}
	})
}

func TestRule45Exclusions(t *testing.T) {
	onBoth(t, func(h house) {
		for i, c := range []struct {
			excludes []string
			want     string
		}{
			{[]string{CurrencyDifferences}, "1054.05 at 7: 73.78"}, // gains are out with the losses
			{nil, "1076.05 at 7: 75.32"},                           // 30.00 of losses less 8.00 of gains
			{[]string{CurrencyDifferences, "tuition"}, "54.05 at 7: 3.78"},
			{[]string{"transfer-fees"}, "1022.00 at 7: 71.54"},
		} {
			code := fmt.Sprintf("X%d", i)
			policy := Policy{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
				CurrencyBearer: BornByGrant,
				IndirectRate:   decimal.NewFromInt(7), IndirectExcludes: c.excludes, Interest: InterestToGrantor,
				RefundDeMinimis: of("0", "DKK")}
			h.do(func(tx *store.Tx) error {
				_, err := h.reg.Sign(h.Context(), tx, Grant{Code: code, Donor: h.donor, Title: code, Amount: of("5000.00", "DKK"),
					SignedOn: "2026-01-02", Policies: Policies{policy}})
				return err
			})
			h.receive(code, "2026-01-05", "5000.00 DKK", "", "1010")
			h.pay(ledger.FundCode(code), "2026-02-01", "5100", "1000.00", "6100", "54.05", "6200", "30.00", "4900", "-8.00")
			if got, _ := h.charge(code, "2026-12-31"); got != c.want {
				t.Errorf("without %v: %s, want %s", c.excludes, got, c.want)
			}
		}
	})
}

// Whatever is spent, entered late, taken back and amended: after a charge the grant bears rate × base exactly, rounded
// once, and income equals cost.
func TestRule46ChargesAreCumulative(t *testing.T) {
	onBoth(t, func(h house) {
		n := 0
		few(h.T, func(t *rapid.T) {
			n++
			code := fmt.Sprintf("R%d", n)
			g := h.sign(code, "900000.00", "DKK", "7.5")
			h.receive(code, "2026-01-05", "500000.00 DKK", "", "1010")
			rates := map[ledger.Date]decimal.Decimal{"2026-01-02": decimal.RequireFromString("7.5")}
			type cost struct {
				on     ledger.Date
				amount ledger.Money
			}
			var costs []cost
			day := func() ledger.Date { return ledger.NewDate(2026, 1, rapid.IntRange(6, 500).Draw(t, "day")) }
			for range rapid.IntRange(1, 6).Draw(t, "acts") {
				on := day()
				switch rapid.IntRange(0, 3).Draw(t, "act") {
				case 0:
					percent := decimal.New(rapid.Int64Range(0, 200).Draw(t, "rate"), -1)
					h.amendRate(code, on, percent.String())
					rates[on] = percent
				default:
					amount := ledger.OfMinor(rapid.Int64Range(-20_000, 90_000).Draw(t, "cost"), "DKK")
					h.pay(g.Fund(), on, "5100", amount.String(), "6200", "3.33")
					costs = append(costs, cost{on, amount})
				}
			}
			on := day()
			_, c := h.charge(code, on)
			exact := decimal.Zero
			for _, k := range costs {
				if k.on > on {
					continue
				}
				var in ledger.Date
				for from := range rates {
					if from <= k.on && from > in {
						in = from
					}
				}
				exact = exact.Add(k.amount.Amount.Mul(rates[in]).Div(decimal.NewFromInt(100)))
			}
			if want := exact.Round(2); !c.Charge.Amount.Equal(want) {
				t.Fatalf("charged %s on %s, want %s; costs %v, rates %v", c.Charge, on, want, costs, rates)
			}
			if _, again := h.charge(code, on); !again.Charge.IsZero() || again.Entry != nil {
				t.Fatalf("charged %s more on the same day", again.Charge)
			}
			if got := h.balance("4100", g.Fund()); got != h.negSum(g.Fund(), "5100", "6200", "6300") {
				t.Fatalf("income of %s is %s", code, got)
			}
		})
	})
}

// negSum is the other side of what accounts of a fund hold together.
func (h house) negSum(fund ledger.FundCode, accounts ...ledger.AccountNo) string {
	total := ledger.Zero("DKK")
	for _, a := range slices.Compact(accounts) {
		total = total.Sub(of(h.balance(a, fund), "DKK"))
	}
	return total.String()
}
