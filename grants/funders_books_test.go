package grants_test

import (
	"context"
	"testing"

	"supportledger/grants"
	"supportledger/grants/grantstest"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sector-systems 0.9: all grants added up are the general ledger, to the øre, in three currencies' worth of acts; and a
// cost written past the grant's own acts shows as a difference.
func TestAllGrantsReconcileToTheGeneralLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		eur := grantstest.Deferred()
		eur.RateMethod, eur.RefundDeMinimis = rates.ReceiptRate, grantstest.Money("0.00", "EUR")
		usd := grantstest.Deferred()
		usd.Recognition, usd.CurrencyBearer, usd.RefundDeMinimis = grants.Immediate, grants.BornByGrant,
			grantstest.Money("0.00", "USD")
		o.Sign("G1", grantstest.Money("1000.00", "DKK"), grantstest.Deferred())
		o.Sign("G2", grantstest.Money("6000.00", "EUR"), eur)
		o.Sign("G4", grantstest.Money("10000.00", "USD"), usd)
		for _, act := range []func(ctx context.Context, tx *store.Tx, r grants.Register) error{
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Receive(ctx, tx, grants.Receipt{Grant: "G1", On: "2026-02-01",
					Amount:  grantstest.Money("600.00", "DKK"),
					Account: "1010"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Receive(ctx, tx, grants.Receipt{Grant: "G2", On: "2026-02-01",
					Amount: grantstest.Money("3000.00", "EUR"),
					Rate:   grantstest.Rate("7.4600 DKK/EUR"), Account: "1010"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Award(ctx, tx, "G4", "2026-03-01", grantstest.Rate("6.4500 DKK/USD"))
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.ReceiveAward(ctx, tx, grants.AwardReceipt{Grant: "G4", On: "2026-04-15",
					Received: grantstest.Money("4985.00", "USD"), Withheld: grantstest.Money("15.00", "USD"),
					Rate: grantstest.Rate("6.3800 DKK/USD"), Account: "1030"})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Post(ctx, tx, ledger.Entry{Date: "2026-04-20", Act: "payment", Text: "cost", Lines: []ledger.Line{
					ledger.Base("5400", "G1", grantstest.Money("59.99", "DKK")),
					ledger.Base("1010", "G1", grantstest.Money("-59.99", "DKK")),
					ledger.Base("5200", "G2", grantstest.Money("100.01", "DKK")),
					ledger.Base("1010", "G2", grantstest.Money("-100.01", "DKK"))}})
				return err
			},
			func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.BookInterest(ctx, tx, grants.Interest{Grant: "G1", On: "2026-05-30",
					Amount:  grantstest.Money("0.40", "DKK"),
					Account: "1010"})
				return err
			},
		} {
			o.Must(o.Step("finance", act))
		}
		reconcile := func() (out grants.Reconciliation) {
			o.Must(o.DB.View(o.Context(), func(tx *store.Tx) (err error) {
				out, err = o.Register.Reconcile(o.Context(), tx, ledger.Span{To: "2026-12-31"})
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
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := o.Register.Book.Post(o.Context(), tx, ledger.Entry{Date: "2026-06-01", Act: "manual",
				Text: "past the release", Lines: []ledger.Line{
					ledger.Base("5400", "G1", grantstest.Money("0.01", "DKK")),
					ledger.Base("1010", "G1", grantstest.Money("-0.01", "DKK"))}})
			return err
		}))
		if all = reconcile(); all.Balanced() || all.Grants[0].Release.String() != "0.01" {
			t.Errorf("an øre without its release: %+v", all.Grants[0].Release)
		}
	})
}
