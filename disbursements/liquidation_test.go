package disbursements_test

import (
	"context"
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// worked opens G1 (DKK), G2 (EUR) and plan P-101 with a first transfer, as in S01-S04.
func worked(h *house) {
	h.Helper()
	h.sign("G1", "DKK 60000.00 fees:grant fx:grant indirect:7")
	h.sign("G2", "EUR 6000.00 fees:grant fx:general")
	must(h, h.receive("G1", "2026-01-05", of("20000.00", "DKK"), "", "1010"))
	must(h, h.receive("G2", "2026-01-07", of("3000.00", "EUR"), "7.4600 DKK/EUR", "1020"))
	must(h, h.exchange(sale("G2", "2026-01-09", "2000.00", "7.4420 DKK/EUR", "30.00")))
	h.plan("P-101", "NGN at 225 NGN/DKK", "G1=60 G2=40", "150000.00", make([]ledger.Date, 20)...)
	must(h, h.approveYear("lead", "P-101", 2026, "2026-01-10"))
	must(h, h.send("P-101", "NG-01", transfer("T-001", "", "6800.00 + 60.00 at 226 NGN/DKK less 6800.00")))
}

// settled takes a disbursement all the way, and writes the two entries that it made.
func (h *house) settled(partner string, units int, amount ledger.Money, split []beneficiaries.Share,
	on ledger.Date) (cost, relief string) {
	h.Helper()
	d, err := h.draft("P-101", partner, units, amount, split)
	must(h, err)
	must(h, h.authorised(d.Number))
	must(h, h.liquidate(d.Number, on))
	err = h.db.View(h.ctx, func(tx *store.Tx) error {
		found, err := h.requests.Disbursement(h.ctx, tx, d.Number)
		if err != nil {
			return err
		}
		p, err := h.requests.Book.Entry(h.ctx, tx, string(found.Entry))
		cost = written(p.Entry)
		return err
	})
	must(h, err)
	if p := h.last(); p.Act == "relief" && p.Source == string(d.ID) {
		relief = written(p.Entry)
	}
	return cost, relief
}

func TestRule3And28LiquidationSplitsThenValues(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		check := func(units int, amount string, on ledger.Date, wantCost, wantRelief string) {
			h.Helper()
			cost, relief := h.settled("NG-01", units, of(amount, "NGN"), nil, on)
			if cost != wantCost || relief != wantRelief {
				h.Errorf("%s\n%s, want\n%s\n%s", cost, relief, wantCost, wantRelief)
			}
		}
		check(4, "600000.00", "2026-01-20", // S05
			"5110 G1 360000.00 NGN=1592.92 | 1300 G1 -360000.00 NGN=-1592.92 | 5110 G2 240000.00 NGN=1061.95 | 1300 G2 "+
				"-240000.00 NGN=-1061.95 | "+
				"2100 G1 1592.92 | 4100 G1 -1592.92 | 4100 G2 -1061.95 | 2100 G2 142.35 EUR=1061.95",
			"9100 G1 -360000.00 NGN=-1600.00 | 9900 G1 360000.00 NGN=1600.00 | 9100 G2 -240000.00 NGN=-1066.67 | 9900 G2 "+
				"240000.00 NGN=1066.67")
		check(6, "900000.00", "2026-06-30",
			"5110 G1 540000.00 NGN=2389.38 | 1300 G1 -540000.00 NGN=-2389.38 | 5110 G2 360000.00 NGN=1592.92 | 1300 G2 "+
				"-360000.00 NGN=-1592.92 | "+
				"2100 G1 2389.38 | 4100 G1 -2389.38 | 4100 G2 -1592.92 | 2100 G2 213.53 EUR=1592.92",
			"9100 G1 -540000.00 NGN=-2400.00 | 9900 G1 540000.00 NGN=2400.00 | 9100 G2 -360000.00 NGN=-1600.00 | 9900 G2 "+
				"360000.00 NGN=1600.00")
		// S07 and S08: 18,000 and 12,000 NGN are left of T-001. Valuing 30,000 first and splitting would give 79.64 + 53.10.
		must(h, h.send("P-101", "NG-01", transfer("T-002", "", "6600.00 + 60.00 at 232 NGN/DKK less 1200.00")))
		check(1, "150000.00", "2026-07-31",
			"5110 G1 90000.00 NGN=389.99 | 1300 G1 -18000.00 NGN=-79.65 | 1300 G1 -72000.00 NGN=-310.34 | "+
				"5110 G2 60000.00 NGN=259.99 | 1300 G2 -12000.00 NGN=-53.09 | 1300 G2 -48000.00 NGN=-206.90 | "+
				"2100 G1 389.99 | 4100 G1 -389.99 | 4100 G2 -259.99 | 2100 G2 34.85 EUR=259.99",
			"9100 G1 -90000.00 NGN=-400.00 | 9900 G1 90000.00 NGN=400.00 | 9100 G2 -60000.00 NGN=-266.67 | 9900 G2 60000.00 "+
				"NGN=266.67")
	})
}

// Rule 40: a dearer or cheaper actual relieves what was planned. Rule 41: cost with a split of its own relieves
// nothing.
func TestRule40And41ReliefIsWhatWasPlanned(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		const planned = "9100 G1 -90000.00 NGN=-400.00 | 9900 G1 90000.00 NGN=400.00 | 9100 G2 -60000.00 NGN=-266.67 | " +
			"9900 G2 60000.00 NGN=266.67"
		for _, amount := range []string{"150000.00", "165000.00", "0.01"} {
			if _, relief := h.settled("NG-01", 1, of(amount, "NGN"), nil, "2026-02-01"); relief != planned {
				h.Errorf("%s relieves %s, want %s", amount, relief, planned)
			}
		}
		cost, relief := h.settled("NG-01", 1, of("150000.00", "NGN"), shares("G1=100"), "2026-02-01") // S14
		if want := "5110 G1 150000.00 NGN=663.72 | 1300 G1 -150000.00 NGN=-663.72 | 2100 G1 663.72 | 4100 G1 -663.72"; cost != want || relief != "" {
			h.Errorf("%s, relief %q, want %s and none", cost, relief, want)
		}
		if got := h.balance("9100", "G1"); got != "1530000.00 NGN=6800.00" {
			h.Errorf("committed: %s", got)
		}
	})
}

// Rules 19-20: partners and funds hold apart; what one lacks the other does not lend.
func TestRule19TwoPartnersTwoCurrencies(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		must(h, h.send("P-101", "KE-01", transfer("T-050", "", "1000.00 + 0.00 at 18.52 KES/DKK less 0.00")))
		cost, _ := h.settled("KE-01", 1, of("18520.00", "KES"), nil, "2026-02-01")
		if want := "5110 G1 11112.00 KES=600.00 | 1301 G1 -11112.00 KES=-600.00 | 5110 G2 7408.00 KES=400.00 | 1301 G2 " +
			"-7408.00 KES=-400.00 | " +
			"2100 G1 600.00 | 4100 G1 -600.00 | 4100 G2 -400.00 | 2100 G2 53.62 EUR=400.00"; cost != want {
			h.Errorf("%s, want\n%s", cost, want)
		}
		for _, c := range []struct {
			partner string
			amount  ledger.Money
			split   string
		}{
			{"KE-01", of("0.02", "KES"), "G1=50 G2=50"},       // Kenya is empty, Nigeria is not
			{"NG-01", of("918000.01", "NGN"), "G1=100"},       // G1 has 918,000.00
			{"NG-01", of("100.00", "NGN"), "G1=50 UNR=50"},    // the general fund has sent nothing
			{"NG-01", of("1530000.00", "NGN"), "G1=59 G2=41"}, // as a whole it is there, but not G2's part
		} {
			d, err := h.draft("P-101", c.partner, 1, c.amount, shares(c.split))
			must(h, err)
			if err := h.authorised(d.Number); !errors.Is(err, ledger.ErrLotExhausted) {
				h.Errorf("%s at %s by %s: %v", c.amount, c.partner, c.split, err)
			}
		}
		cost, _ = h.settled("NG-01", 1, of("1530000.00", "NGN"), nil, "2026-03-01") // 60/40 is exactly what each has
		if want := "5110 G1 918000.00 NGN=4061.95 | 1300 G1 -918000.00 NGN=-4061.95 | 5110 G2 612000.00 NGN=2707.96 | " +
			"1300 G2 -612000.00 NGN=-2707.96 | " +
			"2100 G1 4061.95 | 4100 G1 -4061.95 | 4100 G2 -2707.96 | 2100 G2 363.00 EUR=2707.96"; cost != want {
			h.Errorf("%s, want\n%s", cost, want)
		}
	})
}

// Nobody acts twice on one disbursement or transfer, and every step wants the one before.
func TestDutiesOfADisbursement(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		refused := func(who string, do act, want error) {
			h.Helper()
			if err := h.step(who, do, d.Number); !errors.Is(err, want) {
				h.Errorf("%s: %v, want %v", who, err, want)
			}
		}
		refused("lead", disbursements.Decisions.Approve, advances.ErrState)
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		refused("maker", disbursements.Decisions.Submit, advances.ErrState)
		refused("maker", disbursements.Decisions.Approve, access.ErrMakerCannotApprove)
		refused("finance", disbursements.Decisions.Authorise, advances.ErrState)
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		refused("maker", disbursements.Decisions.Authorise, access.ErrMakerCannotApprove)
		refused("lead", disbursements.Decisions.Authorise, access.ErrMakerCannotApprove)
		if err := h.liquidate(d.Number, "2026-02-01"); !errors.Is(err, advances.ErrState) {
			h.Errorf("liquidated before it was authorised: %v", err)
		}
		back := func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement,
			error) {
			return o.Return(ctx, tx, key, "the amount is not that of the invoice")
		}
		short := func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement,
			error) {
			return o.Return(ctx, tx, key, "  no  ")
		}
		refused("finance", short, ledger.ErrReasonRequired)
		must(h, h.step("finance", back, d.Number)) // a new round: everybody may act again, once
		must(h, h.step("lead", disbursements.Decisions.Submit, d.Number))
		refused("lead", disbursements.Decisions.Approve, access.ErrMakerCannotApprove)
		refused("maker", disbursements.Decisions.Approve,
			access.ErrMakerCannotApprove) // who wrote it does not decide on it, whoever asked
		must(h, h.step("chief", disbursements.Decisions.Approve, d.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
		must(h, h.liquidate(d.Number, "2026-02-01"))
		refused("chief", back, advances.ErrState)
		if err := h.liquidate(d.Number, "2026-02-01"); !errors.Is(err, advances.ErrState) {
			h.Errorf("liquidated twice: %v", err)
		}

		x := transfer("T-002", "", "100.00 + 0.00 at 226 NGN/DKK less 0.00")
		h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
			if x.Partner, err = h.advances.Partner(ctx, tx, "NG-01"); err != nil {
				return err
			}
			if x.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err != nil {
				return err
			}
			_, err = h.advances.RequestTransfer(ctx, tx, x)
			return err
		})
		authorise := func(who string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.AuthoriseTransfer(ctx, tx, "T-002")
				return err
			})
		}
		if err := authorise("maker"); !errors.Is(err, access.ErrMakerCannotApprove) {
			h.Errorf("who requested a transfer authorises it: %v", err)
		}
		must(h, authorise("finance"))
		if err := authorise("lead"); !errors.Is(err, advances.ErrState) {
			h.Errorf("authorised twice: %v", err)
		}
	})
}

// Numbers that people gave are stepped over.
func TestTransferNumbersOfOurOwnAreFree(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h) // T-001
		for _, c := range [][2]string{{"T-003", "T-003"}, {"", "T-002"}, {"", "T-004"}} {
			h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
				x := transfer(c[0], "", "100.00 + 0.00 at 226 NGN/DKK less 0.00")
				if x.Partner, err = h.advances.Partner(ctx, tx, "NG-01"); err != nil {
					return err
				}
				if x.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err != nil {
					return err
				}
				x, err = h.advances.RequestTransfer(ctx, tx, x)
				if x.Number != c[1] {
					h.Errorf("%q became %s, want %s", c[0], x.Number, c[1])
				}
				return err
			})
		}
	})
}
