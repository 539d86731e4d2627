package grants_test

import (
	"context"
	"errors"
	"testing"

	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sector-systems 0.9: all grants added up are the general ledger, to the øre, in three currencies' worth of acts; and a
// cost written past the grant's own acts shows as a difference.
func TestAllGrantsReconcileToTheGeneralLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		eur := deferred()
		eur.RateMethod, eur.RefundDeMinimis = grants.ReceiptRate, money("0.00", "EUR")
		usd := deferred()
		usd.Recognition, usd.CurrencyBearer, usd.RefundDeMinimis = grants.Immediate, grants.BornByGrant, money("0.00", "USD")
		o.sign("G1", money("1000.00", "DKK"), deferred())
		o.sign("G2", money("6000.00", "EUR"), eur)
		o.sign("G4", money("10000.00", "USD"), usd)
		for _, act := range []func(ctx context.Context, tx *store.Tx, r grants.Register) error{
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Receive(ctx, tx, grants.Receipt{Grant: "G1", On: "2026-02-01", Amount: money("600.00", "DKK"),
					Account: "1010"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Receive(ctx, tx, grants.Receipt{Grant: "G2", On: "2026-02-01", Amount: money("3000.00", "EUR"),
					Rate: rate("7.4600 DKK/EUR"), Account: "1010"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Award(ctx, tx, "G4", "2026-03-01", rate("6.4500 DKK/USD"))
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.ReceiveAward(ctx, tx, grants.AwardReceipt{Grant: "G4", On: "2026-04-15",
					Received: money("4985.00", "USD"), Withheld: money("15.00", "USD"),
					Rate: rate("6.3800 DKK/USD"), Account: "1030"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Post(ctx, tx, ledger.Entry{Date: "2026-04-20", Act: "payment", Text: "cost", Lines: []ledger.Line{
					ledger.Base("5400", "G1", money("59.99", "DKK")), ledger.Base("1010", "G1", money("-59.99", "DKK")),
					ledger.Base("5200", "G2", money("100.01", "DKK")), ledger.Base("1010", "G2", money("-100.01", "DKK"))}})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.BookInterest(ctx, tx, grants.Interest{Grant: "G1", On: "2026-05-30", Amount: money("0.40", "DKK"),
					Account: "1010"})
				return err
			},
		} {
			o.must(o.step("finance", act))
		}
		reconcile := func() (out grants.Reconciliation) {
			o.must(o.db.View(o.Context(), func(tx *store.Tx) (err error) {
				out, err = o.register.Reconcile(o.Context(), tx, ledger.Span{To: "2026-12-31"})
				return err
			}))
			return out
		}
		all := reconcile()
		if !all.Balanced() {
			t.Errorf("differences %+v; grants %+v", all.Difference, all.Grants)
		}
		for _, want := range []struct{ what, got, want string }{{"received", all.Total.Received.Amount.String(), "22980.00"},
			{"released", all.Total.Released.Amount.String(), "160.00"},
			{"deferred", all.Total.Deferred.Amount.String(), "22820.40"}, {"receivable", all.Total.Receivable.Amount.String(),
				"32250.00"}} {
			if want.got != want.want {
				t.Errorf("%s %s, want %s", want.what, want.got, want.want)
			}
		}
		o.must(o.do("finance", func(tx *store.Tx) error {
			_, err := o.register.Book.Post(o.Context(), tx, ledger.Entry{Date: "2026-06-01", Act: "manual",
				Text: "past the release", Lines: []ledger.Line{
					ledger.Base("5400", "G1", money("0.01", "DKK")), ledger.Base("1010", "G1", money("-0.01", "DKK"))}})
			return err
		}))
		if all = reconcile(); all.Balanced() || all.Grants[0].Release.String() != "0.01" {
			t.Errorf("an øre without its release: %+v", all.Grants[0].Release)
		}
	})
}

// A second grant that claims the same receipt is refused, by the rule and by the database.
func TestASecondGrantCannotClaimTheSameReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		o.sign("G1", money("1000.00", "DKK"), deferred())
		o.sign("G2", money("1000.00", "DKK"), deferred())
		const document = `INSERT INTO evidence (id, sha256, media_type, bytes, kind, taken_on, retention_until, stored_by, stored_at)
			VALUES ('evd_1', '0123456789012345678901234567890123456789012345678901234567890123', 'application/pdf', 1, 'receipt', '2026-03-01', '2031-12-31', '', '2026-03-01T09:00:00.000000Z')`
		o.must(o.do("", func(tx *store.Tx) error { _, err := tx.ExecContext(o.Context(), document); return err }))
		claim := func(line, whole string, fund ledger.FundCode, share string) error {
			return o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.ClaimCost(ctx, tx, grants.ClaimedCost{Evidence: "evd_1", Line: line, Amount: money(whole, "DKK"),
					Claims: []grants.Claim{{Fund: fund, Share: money(share, "DKK")}}})
				return err
			})
		}
		wants(t, "a share", claim("books", "100.00", "G1", "60.00"), nil)
		wants(t, "an øre too much", claim("books", "100.00", "G2", "40.01"), grants.ErrEvidenceOverclaimed)
		wants(t, "at another amount", claim("books", "200.00", "G2", "40.00"), grants.ErrCostAmount)
		wants(t, "the same fund again", claim("books", "100.00", "G1", "1.00"), grants.ErrCostClaimed)
		wants(t, "the whole beside a line", claim("", "100.00", "G2", "1.00"), grants.ErrCostLines)
		wants(t, "another line", claim("bag", "50.00", "G2", "50.00"), nil)
		past := o.do("", func(tx *store.Tx) error {
			_, err := tx.ExecContext(o.Context(), `INSERT INTO cost_claims (id, cost_id, fund, share, entry_id, claimed_by, claimed_at)
				SELECT 'ccl_x', id, 'G2', 4001, NULL, '', '' FROM evidence_costs WHERE line = 'books'`)
			return err
		})
		if past == nil {
			t.Error("the database took a claim beyond the document")
		}
		wants(t, "what is left", claim("books", "100.00", "G2", "40.00"), nil)
	})
}

// Tax Assessment Act § 8 A: gifts per donor and year, what was given back left out, the tax id sealed and opened for a
// reason.
func TestGiftListOfAYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		v := vaulttest.New(t)
		give := func(number string, donor grants.Donor, on ledger.Date, gross string) {
			o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.ReceiveGift(ctx, tx, grants.Gift{Number: number, Donor: donor, Fund: "UNR", On: on,
					Gross: money(gross, "DKK"), Fee: money("0.00", "DKK"), Account: "1010"})
				return err
			}))
		}
		var donor grants.Donor
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) (err error) {
			if donor, err = r.RegisterDonor(ctx, tx, grants.Donor{Code: "D-77", Kind: grants.Person,
				Language: "da"}); err != nil {
				return err
			}
			_, err = r.SealDonor(ctx, tx, v, "D-77", map[grants.DonorField]string{grants.DonorTaxID: "000000-0000"})
			return err
		}))
		give("GIFT-1", donor, "2026-01-01", "5000.00")
		give("GIFT-2", donor, "2026-12-31", "0.01")
		give("GIFT-3", donor, "2026-03-05", "500.00")
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, err := r.RefundGift(ctx, tx, "GIFT-3", "2026-03-20")
			return err
		}))
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			list, err := r.TaxGiftList(ctx, tx, v, 2026, "Report to the tax agency")
			if err == nil && (len(list) != 1 || list[0].Total.String() != "5000.01" || list[0].Gifts != 2 ||
				list[0].TaxID != "000000-0000") {
				t.Errorf("list %v", list)
			}
			return err
		}))
		erased := o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, err := r.TaxGiftList(ctx, tx, nil, 2026, "Report to the tax agency")
			return err
		})
		if !errors.Is(erased, vault.ErrNoVault) {
			t.Errorf("without a key: %v", erased)
		}
	})
}

// A pledge is promised, received, overdue and cancelled apart; a gift given back is not received.
func TestPledgeAndItsInstalments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := openOffice(t, db)
		var p grants.Pledge
		standing := func(want string) {
			t.Helper()
			o.must(o.db.View(o.Context(), func(tx *store.Tx) error {
				s, err := o.register.PledgeStanding(o.Context(), tx, p, "2026-03-02")
				if got := s.Paid.String() + " " + s.Cancelled.String() + " " + s.Open.String() + " " +
					s.Overdue.String(); got != want {
					t.Errorf("paid, cancelled, open, overdue: %s, want %s", got, want)
				}
				return err
			}))
		}
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			donor, err := r.RegisterDonor(ctx, tx, grants.Donor{Code: "D-1", Kind: grants.Person, Language: "da"})
			if err != nil {
				return err
			}
			p, err = r.MakePledge(ctx, tx, grants.Pledge{Donor: donor, Fund: "UNR", On: "2026-01-05",
				Amount: money("300.00", "DKK"), Planned: []grants.Planned{
					{DueOn: "2026-02-01", Amount: money("100.00", "DKK")}, {DueOn: "2026-03-01", Amount: money("100.00", "DKK")},
					{DueOn: "2026-04-01", Amount: money("100.00", "DKK")}}})
			if err != nil {
				return err
			}
			_, err = r.ReceiveGift(ctx, tx, grants.Gift{Number: "GIFT-1", Donor: donor, Fund: "UNR", On: "2026-02-01",
				Gross: money("150.00", "DKK"),
				Fee:   money("0.00", "DKK"), Account: "1010", Pledge: p.Number})
			return err
		}))
		standing("150.00 0.00 150.00 50.00")
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, err := r.RefundGift(ctx, tx, "GIFT-1", "2026-03-02")
			return err
		}))
		standing("0.00 0.00 300.00 200.00")
		o.must(o.step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) (err error) {
			p, err = r.CancelPledge(ctx, tx, p.Number, "The donor wrote so in a letter")
			return err
		}))
		standing("0.00 300.00 0.00 0.00")
	})
}
