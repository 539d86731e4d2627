package advances

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/beneficiaries"
	"supportledger/ledger"
)

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

// shares reads "G1=60 G2=40".
func shares(s string) []beneficiaries.Share {
	var out []beneficiaries.Share
	for part := range strings.FieldsSeq(s) {
		fund, percent, _ := strings.Cut(part, "=")
		out = append(out, beneficiaries.Share{Fund: ledger.FundCode(fund), Percent: decimal.RequireFromString(percent)})
	}
	return out
}

// transfer reads "6800.00 + 60.00 at 226 NGN/DKK less 6800.00".
func transfer(number, split, text string) Transfer {
	said := strings.Fields(text)
	sent, sending, receiving := said[0], said[2], said[7]
	r := rate(said[4] + " " + said[5])
	c := r.Num
	if c == "DKK" {
		c = r.Den
	}
	return Transfer{Number: number, Date: "2026-01-12", Account: "1010",
		Partner: Partner{Code: "P-" + string(c), Currency: c, Account: "1300"},
		Plan:    beneficiaries.Plan{Number: "P-101", Current: beneficiaries.PlanVersion{Shares: shares(split)}},
		Sent:    of(sent, "DKK"), SendingFee: of(sending, "DKK"), Rate: r, ReceivingFee: of(receiving, c)}
}

// written writes an entry's lines, fund by fund: "1300 G1 918000.00 NGN=4061.95 | 6100 G1 54.05 | …".
func written(e ledger.Entry) string {
	var lines []string
	for _, l := range e.Lines {
		if l.Amount.IsZero() && l.Base.IsZero() {
			continue
		}
		text := fmt.Sprintf("%s %s %s", l.Account, l.Fund, l.Amount)
		if l.Amount.Currency != "DKK" {
			text += fmt.Sprintf(" %s=%s", l.Amount.Currency, l.Base)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, " | ")
}

func TestRule27And33Transfer(t *testing.T) {
	for _, c := range []struct {
		why      string
		transfer Transfer
		bearers  []ledger.FundCode
		want     string
	}{
		{"S04: each grant bears its fees", transfer("T-001", "G1=60 G2=40", "6800.00 + 60.00 at 226 NGN/DKK less 6800.00"),
			[]ledger.FundCode{"G1", "G2"},
			"1300 G1 918000.00 NGN=4061.95 | 6100 G1 54.05 | 1300 G2 612000.00 NGN=2707.96 | 6100 G2 36.04 | 1010 G1 " +
				"-4116.00 | 1010 G2 -2744.00"},
		{"S07: UNR bears G2's; rule 6: the bank by fund is the sum of what it bears",
			transfer("T-002", "G1=60 G2=40", "6600.00 + 60.00 at 232 NGN/DKK less 1200.00"), []ledger.FundCode{"G1", "UNR"},
			"1300 G1 918000.00 NGN=3956.90 | 6100 G1 39.10 | 1300 G2 612000.00 NGN=2637.93 | 6100 UNR 26.07 | 1010 G1 " +
				"-3996.00 | 1010 G2 -2637.93 | 1010 UNR -26.07"},
		{"S12: a plan of the general fund", transfer("T-003", "UNR=100", "2300.00 + 60.00 at 230 NGN/DKK less 0.00"),
			[]ledger.FundCode{"UNR"},
			"1300 UNR 529000.00 NGN=2300.00 | 6100 UNR 60.00 | 1010 UNR -2360.00"},
		{"three ways, to Kenya; UNR bears two of three",
			transfer("T-010", "G1=33.33 G2=33.33 G3=33.34", "1000.00 + 25.00 at 18.52 KES/DKK less 100.00"),
			[]ledger.FundCode{"UNR", "G2", "UNR"},
			"1300 G1 6139.39 KES=331.50 | 6100 UNR 10.13 | 1300 G2 6139.38 KES=331.50 | 6100 G2 10.13 | 1300 G3 6141.23 " +
				"KES=331.60 | 6100 UNR 10.14 | " +
				"1010 G1 -331.50 | 1010 UNR -20.27 | 1010 G2 -341.63 | 1010 G3 -331.60"},
		{"a rate that multiplies", transfer("T-011", "G1=50 G2=50", "746.00 + 0.00 at 7.4600 DKK/EUR less 0.01"),
			[]ledger.FundCode{"G1", "G2"},
			"1300 G1 50.00 EUR=372.97 | 6100 G1 0.04 | 1300 G2 49.99 EUR=372.96 | 6100 G2 0.03 | 1010 G1 -373.01 | 1010 G2 " +
				"-372.99"},
	} {
		e, err := c.transfer.entry("DKK", c.bearers)
		if err != nil || written(e) != c.want {
			t.Errorf("%s:\n%s, %v, want\n%s", c.why, written(e), err, c.want)
		}
	}
	for _, c := range []Transfer{
		transfer("T", "G1=100", "100.00 + 0.00 at 226 NGN/DKK less 22600.00"), // the fee takes it all
		transfer("T", "G1=100", "100.00 + 0.00 at 226 NGN/DKK less 22599.00"), // 99.995… rounds to all of it
		transfer("T", "G1=100", "0.01 + 0.00 at 7.4600 DKK/EUR less 0.00"),    // not a cent arrives
	} {
		if e, err := c.entry("DKK", []ledger.FundCode{"G1"}); !errors.Is(err,
			ErrFeeExceedsAmount) {
			t.Errorf("%s of %s: %s, %v", c.ReceivingFee, c.Sent, written(e), err)
		}
	}
}

// Any transfer: quantity, advance and fees are split whole, every fund's lines balance, its one bank line is what it
// bears, and a fund whose fees fall on another has no cost.
func TestRule27TransfersBalancePerFund(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, bearers := drawnTransfer(t)
		whole, err := x.amounts("DKK")
		if err != nil {
			t.Skip("the fee is not smaller than the amount")
		}
		e, err := x.entry("DKK", bearers)
		if err != nil {
			t.Fatal(err)
		}
		quantity, zero := ledger.Zero(x.Partner.Currency), ledger.Zero("DKK")
		advance, fees, bank := zero, zero, zero
		balance, advances, borne, banked := map[ledger.FundCode]ledger.Money{}, map[ledger.FundCode]ledger.Money{},
			map[ledger.FundCode]ledger.Money{}, map[ledger.FundCode]ledger.Money{}
		add := func(to map[ledger.FundCode]ledger.Money, fund ledger.FundCode, m ledger.Money) {
			if to[fund].Currency == "" {
				to[fund] = zero
			}
			to[fund] = to[fund].Add(m)
		}
		for _, l := range e.Lines {
			add(balance, l.Fund, l.Base)
			switch l.Account {
			case "1300":
				quantity, advance = quantity.Add(l.Amount), advance.Add(l.Base)
				add(advances, l.Fund, l.Base)
			case "6100":
				fees = fees.Add(l.Base)
				add(borne, l.Fund, l.Base)
			case "1010":
				bank = bank.Add(l.Base)
				if banked[l.Fund].Currency != "" {
					t.Fatalf("two bank lines of %s: %s", l.Fund, written(e))
				}
				add(banked, l.Fund, l.Base)
			}
		}
		for fund, off := range balance {
			if !off.IsZero() {
				t.Fatalf("fund %s is off by %s: %s", fund, off, written(e))
			}
		}
		for i, s := range x.Plan.Current.Shares {
			if bearers[i] != s.Fund && borne[s.Fund].Currency != "" && !slices.Contains(bearers, s.Fund) {
				t.Fatalf("%s bears fees that fall on %s: %s", s.Fund, bearers[i], written(e))
			}
		}
		if quantity.Cmp(whole.net) != 0 || advance.Cmp(whole.advance) != 0 || fees.Cmp(whole.fees) != 0 ||
			bank.Neg().Cmp(x.Sent.Add(x.SendingFee)) != 0 {
			t.Fatalf("%s sent, %s fee: %s", x.Sent, x.SendingFee, written(e))
		}
	})
}

func drawnTransfer(t *rapid.T) (Transfer, []ledger.FundCode) {
	n := rapid.IntRange(1, 4).Draw(t, "funds")
	var split []string
	bearers := make([]ledger.FundCode, n)
	for i := range n {
		split = append(split, fmt.Sprintf("G%d=%d", i, rapid.IntRange(1, 99).Draw(t, "percent")))
		bearers[i] = rapid.SampledFrom([]ledger.FundCode{ledger.FundCode(fmt.Sprintf("G%d", i)), "UNR"}).Draw(t, "bearer")
	}
	pair := rapid.SampledFrom([]string{"NGN/DKK", "DKK/EUR", "KES/DKK", "JPY/DKK"}).Draw(t, "pair")
	places := rapid.Int32Range(0, 4).Draw(t, "places")
	quoted := decimal.New(rapid.Int64Range(1, 3_000_000).Draw(t, "rate"), -places).String() + " " + pair
	x := transfer("T", strings.Join(split, " "), "0 + 0 at "+quoted+" less 0")
	x.Sent = ledger.OfMinor(rapid.Int64Range(1, 9_000_000).Draw(t, "sent"), "DKK")
	x.SendingFee = ledger.OfMinor(rapid.Int64Range(0, 10_000).Draw(t, "fee"), "DKK")
	x.ReceivingFee = ledger.OfMinor(rapid.Int64Range(0, 1_000_000).Draw(t, "receiving"), x.Partner.Currency)
	return x, bearers
}
