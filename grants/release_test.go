package grants

import (
	"errors"
	"testing"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

func TestRule7ReceiptAndRule11Currency(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "60000.00", "DKK", "7")
		h.sign("G2", "6000.00", "EUR", "0")
		// Awards make no entry: the opening balance is still the only one.
		for _, c := range []struct {
			grant  ledger.FundCode
			in     Instalment
			want   string
			base   string
			number string
		}{
			{"G1", h.receive("G1", "2026-01-05", "20000.00 DKK", "", "1010"), "1010 20000.00, 2100 -20000.00", "20000.00",
				"2026-000002"},
			{"G2", h.receive("G2", "2026-01-07", "3000.00 EUR", "7.4600 DKK/EUR", "1020"),
				"1020 3000.00 EUR=22380.00, 2100 -3000.00 EUR=-22380.00", "22380.00", "2026-000003"},
			// Paid into our DKK account: the bank in DKK, what we owe in EUR, at the bank's rate.
			{"G2", h.receive("G2", "2026-02-07", "1000.00 EUR", "7.4555 DKK/EUR", "1010"),
				"1010 7455.50, 2100 -1000.00 EUR=-7455.50", "7455.50", "2026-000004"},
		} {
			if got := lines(c.in.Entry, c.grant, "1010", "1020", "2100", "4100"); got != c.want ||
				c.in.Base.String() != c.base || c.in.Entry.Number != c.number {
				t.Errorf("%s: %s, base %s, number %s", c.grant, got, c.in.Base, c.in.Entry.Number)
			}
		}
		err := h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := h.reg.Receive(h.Context(), tx, Receipt{Grant: "G2", On: "2026-03-01", Amount: of("1.00", "EUR"),
				Account: "1010"})
			return err
		})
		if !errors.Is(err, rates.ErrRateMissing) {
			t.Errorf("euros without a rate: %v", err)
		}
	})
}

func TestRule8And14ReleaseInTheSameEntryPerCostLine(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "60000.00", "DKK", "7")
		h.sign("G2", "6000.00", "EUR", "0")
		h.receive("G1", "2026-01-05", "20000.00 DKK", "", "1010")
		h.receive("G2", "2026-01-07", "3000.00 EUR", "7.4600 DKK/EUR", "1010")
		// S04
		if got, want := lines(h.pay("G1", "2026-01-12", "6100", "54.05"), "G1", "2100", "4100"),
			"2100 54.05, 4100 -54.05"; got != want {
			t.Errorf("fees release %s, want %s", got, want)
		}
		// One release per fund and account, all lines of it together (rule 14): S08's 259.99 stood in two lots.
		p := h.pay("G2", "2026-07-31", "5110", "53.09", "5110", "206.90", "5100", "36.04")
		if got, want := lines(p, "G2", "2100", "4100"),
			"2100 34.85 EUR=259.99, 2100 4.83 EUR=36.04, 4100 -259.99, 4100 -36.04"; got != want {
			t.Errorf("releases %s, want %s", got, want)
		}
		for _, l := range p.Lines {
			want := map[string]string{"259.99": "stipend", "36.04": "tuition"}[l.Base.Abs().String()]
			if (l.Account == "2100" || l.Account == "4100") && l.Category != want {
				t.Errorf("a release of %s is for %q, want %q", l.Base, l.Category, want)
			}
		}
		// UNR's cost releases nothing.
		if got := lines(h.pay("UNR", "2026-08-01", "6100", "10.00"), "UNR", "2100", "4100"); got != "" {
			t.Errorf("the general fund releases %s", got)
		}
	})
}

func TestRule9NetAndRule10NotCapped(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "60000.00", "DKK", "7")
		h.receive("G1", "2026-01-05", "100.00 DKK", "", "1010")
		// A gain is a negative release; cost and gain of one entry are two releases that net.
		p := h.pay("G1", "2026-02-01", "5100", "50.00", "4900", "-8.00")
		if got, want := lines(p, "G1", "2100", "4100"), "2100 50.00, 2100 -8.00, 4100 -50.00, 4100 8.00"; got != want {
			t.Errorf("releases %s, want %s", got, want)
		}
		// Cost beyond what came in (on credit: 2010) leaves 2100 in debit.
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.Post(h.Context(), tx, ledger.Entry{Date: "2026-03-01", Text: "invoice", Act: "invoice",
				Lines: []ledger.Line{
					ledger.Base("5200", "G1", of("500.00", "DKK")), ledger.Base("2010", "G1", of("-500.00", "DKK"))}})
			return err
		})
		if got := h.balance("2100", "G1"); got != "442.00" {
			t.Errorf("2100 stands at %s, want a debit of 442.00", got)
		}
		if got := h.balance("4100", "G1"); got != "-542.00" {
			t.Errorf("4100 stands at %s", got)
		}
	})
}

func TestRule12LayersByDateOfTheReceipt(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G2", "6000.00", "EUR", "0")
		h.receive("G2", "2026-01-07", "10.00 EUR", "7.4600 DKK/EUR", "1010")
		h.receive("G2", "2026-03-07", "10.00 EUR", "7.5000 DKK/EUR", "1010")
		check := func(on ledger.Date, amount, want string) {
			h.Helper()
			if got := lines(h.pay("G2", on, "5100", amount), "G2", "2100"); got != want {
				t.Errorf("%s on %s releases %s, want %s", amount, on, got, want)
			}
		}
		check("2026-01-20", "50.00", "2100 6.70 EUR=50.00")
		// the rest of January's (rule 15), then March's
		check("2026-04-01", "30.00", "2100 3.30 EUR=24.60, 2100 0.72 EUR=5.40")
		// Entered late, dated before March's receipt: only January's layer is there then, and it is used up. Beyond all
		// layers, at the rate of the newest.
		check("2026-02-01", "7.46", "2100 1.00 EUR=7.46")
		h.receive("G2", "2026-02-15", "5.00 EUR", "7.4000 DKK/EUR", "1010") // entered late too: it queues by its date
		check("2026-04-02", "40.00", "2100 5.00 EUR=37.00, 2100 0.40 EUR=3.00")
		if got := h.balance("2100", "G2"); got != "-59.14" { // 74.60 + 75.00 + 37.00 - 127.46
			t.Errorf("2100 stands at %s", got)
		}
	})
}
