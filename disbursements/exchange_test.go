package disbursements_test

import (
	"errors"
	"testing"

	"supportledger/disbursements/advances"
	"supportledger/ledger"
)

func must(h *house, err error) {
	h.Helper()
	if err != nil {
		h.Fatalf("%v", err)
	}
}

func sale(fund ledger.FundCode, on ledger.Date, amount, quoted, fee string) advances.Exchange {
	return advances.Exchange{Fund: fund, Date: on, Amount: of(amount, "EUR"), From: "1020", To: "1010",
		Rate: rate(quoted), Fee: of(fee, "DKK")}
}

func TestRule33To36ExchangeAndItsBearer(t *testing.T) {
	for _, c := range []struct{ why, terms, quoted, fee, want string }{
		// Rule 34: the conversion fee follows the bearer of currency differences, though G2 bears transfer fees itself.
		{"S02: UNR bears the loss", "EUR 6000.00 fees:grant fx:general", "7.4420 DKK/EUR", "30.00",
			"1020 G2 -2000.00 EUR=-14920.00 | 6200 UNR 36.00 | 6100 UNR 30.00 | 1010 G2 14920.00 | 1010 UNR -66.00"},
		{"rule 36: who bears losses keeps gains", "EUR 6000.00 fees:grant fx:general", "7.5000 DKK/EUR", "30.00",
			"1020 G2 -2000.00 EUR=-14920.00 | 4900 UNR -80.00 | 6100 UNR 30.00 | 1010 G2 14920.00 | 1010 UNR 50.00"},
		{"the grant bears a loss: cost, released", "EUR 6000.00 fees:general fx:grant", "7.4420 DKK/EUR", "30.00",
			"1020 G2 -2000.00 EUR=-14920.00 | 6200 G2 36.00 | 6100 G2 30.00 | 1010 G2 14854.00 | 4100 G2 -36.00 | 2100 G2 " +
				"4.83 EUR=36.00 | 4100 G2 -30.00 | 2100 G2 4.02 EUR=30.00"},
		{"the grant keeps a gain: a negative release (rule 9), beyond what was drawn", "EUR 6000.00 fees:general fx:grant",
			"7.5000 DKK/EUR", "0.00",
			"1020 G2 -2000.00 EUR=-14920.00 | 4900 G2 -80.00 | 1010 G2 15000.00 | 4100 G2 80.00 | 2100 G2 -10.72 EUR=-80.00"},
		{"no difference, no fee", "EUR 6000.00 fx:general", "7.4600 DKK/EUR", "0.00",
			"1020 G2 -2000.00 EUR=-14920.00 | 1010 G2 14920.00"},
	} {
		t.Run(c.why, func(t *testing.T) {
			onBoth(t, func(h *house) {
				h.sign("G2", c.terms)
				must(h, h.receive("G2", "2026-01-07", of("3000.00", "EUR"), "7.4600 DKK/EUR", "1020"))
				must(h, h.exchange(sale("G2", "2026-01-09", "2000.00", c.quoted, c.fee)))
				if got := written(h.last().Entry); got != c.want {
					t.Errorf("%s, want\n%s", got, c.want)
				}
			})
		})
	}
}

func TestRule21And37ExchangeDrawsOldestLotsByPolicyOfTheDay(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G2", "EUR 6000.00 fx:general")
		must(h, h.receive("G2", "2026-01-07", of("100.00", "EUR"), "7.4600 DKK/EUR", "1020"))
		must(h, h.receive("G2", "2026-02-07", of("100.00", "EUR"), "7.5000 DKK/EUR", "1020"))
		must(h, h.exchange(sale("G2", "2026-03-01", "150.00", "7.4800 DKK/EUR", "0.00")))
		want := "1020 G2 -100.00 EUR=-746.00 | 1020 G2 -50.00 EUR=-375.00 | 4900 UNR -1.00 | 1010 G2 1121.00 | 1010 UNR 1.00" // one net figure over both lots
		if got := written(h.last().Entry); got != want {
			h.Errorf("%s, want\n%s", got, want)
		}
		// Entered late: in January there was one lot, and it is drawn.
		if err := h.exchange(sale("G2", "2026-01-31", "1.00", "7.4800 DKK/EUR", "0.00")); !errors.Is(err,
			ledger.ErrLotExhausted) {
			h.Errorf("sold in January: %v", err)
		}
		must(h, h.exchange(sale("G2", "2026-03-02", "50.00", "7.5000 DKK/EUR", "0.00")))
		if got := h.balance("1020", "G2"); got != "" {
			h.Errorf("the account holds %s", got)
		}
	})
}

func TestExchangeBuys(t *testing.T) {
	onBoth(t, func(h *house) {
		buy := advances.Exchange{Fund: "UNR", Date: "2026-02-01", Amount: of("1000.00", "DKK"), From: "1010", To: "1020",
			Rate: rate("7.4700 DKK/EUR"), Fee: of("15.00", "DKK")}
		must(h, h.exchange(buy))
		if got, want := written(h.last().Entry),
			"1020 UNR 133.87 EUR=1000.00 | 6100 UNR 15.00 | 1010 UNR -1015.00"; got != want {
			h.Errorf("%s, want %s", got, want)
		}
		// Sold again at the quoted rate in two parts: the second takes the rest of the cost (rule 23).
		must(h, h.exchange(sale("UNR", "2026-02-02", "100.00", "7.4700 DKK/EUR", "0.00")))
		must(h, h.exchange(sale("UNR", "2026-02-02", "33.87", "7.4700 DKK/EUR", "0.00")))
		if got, want := written(h.last().Entry),
			"1020 UNR -33.87 EUR=-253.00 | 4900 UNR -0.01 | 1010 UNR 253.01"; got != want {
			h.Errorf("%s, want %s", got, want)
		}
		for name, c := range map[string]struct {
			x    advances.Exchange
			want error
		}{
			"more than there is": {sale("UNR", "2026-03-01", "0.01", "7.4700 DKK/EUR", "0.00"), ledger.ErrLotExhausted},
			"unknown fund":       {sale("X", "2026-03-01", "0.01", "7.4700 DKK/EUR", "0.00"), ledger.ErrUnknownFund},
			"another currency": {advances.Exchange{Fund: "UNR", Date: "2026-03-01", Amount: of("1.00", "DKK"),
				From: "1020", To: "1010", Rate: rate("7.4700 DKK/EUR"), Fee: of("0", "DKK")}, advances.ErrBankCurrency},
			"one account": {advances.Exchange{Fund: "UNR", Date: "2026-03-01", Amount: of("1.00", "DKK"),
				From: "1010", To: "1010", Rate: rate("1 DKK/DKK"), Fee: of("0", "DKK")}, advances.ErrSameAccount},
			"euros for dollars": {advances.Exchange{Fund: "UNR", Date: "2026-03-01", Amount: of("1.00", "EUR"),
				From: "1020", To: "1030", Rate: rate("1.1 USD/EUR"), Fee: of("0", "DKK")}, advances.ErrSameAccount},
			"no bank": {advances.Exchange{Fund: "UNR", Date: "2026-03-01", Amount: of("1.00", "DKK"),
				From: "1010", To: "5100", Rate: rate("1 DKK/DKK"), Fee: of("0", "DKK")}, ledger.ErrUnknownAccount},
			"beyond the bank": {advances.Exchange{Fund: "UNR", Date: "2026-03-01", Amount: of("250000.00", "DKK"),
				From: "1010", To: "1020", Rate: rate("7.4700 DKK/EUR"), Fee: of("0", "DKK")}, ledger.ErrFundOverdrawn},
		} {
			if err := h.exchange(c.x); !errors.Is(err, c.want) {
				h.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}
