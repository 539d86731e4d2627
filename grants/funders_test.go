package grants_test

import (
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/grantstest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// S09: an award is income at once; what a bank withheld is made good, the difference stays with its bearer.
func TestRule56AwardAndItsReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		p := grantstest.Deferred()
		p.Recognition, p.CurrencyBearer = grants.Immediate, grants.BornByGrant
		o.Sign("G4", grantstest.Money("10000.00", "USD"), p)
		award := func(on ledger.Date) error {
			return o.Do("finance", func(tx *store.Tx) error {
				_, err := o.Register.Award(t.Context(), tx, "G4", on, grantstest.Rate("6.4500 DKK/USD"))
				return err
			})
		}
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := grants.AddCondition(t.Context(), tx, "G4", grants.Condition{Kind: "matching", Text: "Half from others",
				Disbursements: true})
			return err
		}))
		if err := award("2026-03-01"); !errors.Is(err, grants.ErrConditionOpen) {
			t.Errorf("what a condition holds back is not income: %v", err)
		}
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := grants.DecideCondition(t.Context(), tx, "G4", "C1",
				grants.ConditionDecision{State: grants.ConditionMet, On: "2026-03-01", Reason: "Others gave half"})
			return err
		}))
		o.Must(award("2026-03-01"))
		o.WantLines("1200 G4 10000.00 USD @@ 64500.00\n4100 G4 -64500.00 DKK")
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := o.Register.ReceiveAward(t.Context(), tx, grants.AwardReceipt{Grant: "G4", On: "2026-04-15",
				Received: grantstest.Money("9985.00", "USD"),
				Withheld: grantstest.Money("15.00", "USD"), Rate: grantstest.Rate("6.3800 DKK/USD"), Account: "1030"})
			return err
		}))
		o.WantLines("1010 G4 95.70 DKK\n1010 UNR -95.70 DKK\n1030 G4 9985.00 USD @@ 63704.30\n" +
			"1200 G4 -10000.00 USD @@ -64500.00\n6100 UNR 95.70 DKK\n6200 G4 700.00 DKK")
		if err := award("2026-03-02"); !errors.Is(err, grants.ErrWrongRecognition) {
			t.Errorf("a second award: %v", err)
		}
	})
}

// S19: interest belongs to the grantor, a disallowance goes to the general fund, the whole rest is refunded - by
// another person than the one who drew up the account.
func TestRules59And60ClosingAGrant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		o.Sign("G3", grantstest.Money("90000.00", "DKK"), grantstest.Deferred())
		act := func(user string, fn func(tx *store.Tx) error) { t.Helper(); o.Must(o.Do(user, fn)) }
		act("finance", func(tx *store.Tx) error {
			_, err := o.Register.Receive(t.Context(), tx, grants.Receipt{Grant: "G3", On: "2026-02-01",
				Amount: grantstest.Money("90000.00", "DKK"), Account: "1010"})
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.Register.Post(t.Context(), tx, ledger.Entry{Date: "2026-04-20", Lines: []ledger.Line{
				ledger.Base("5400", "G3", grantstest.Money("2700.00", "DKK")),
				ledger.Base("5200", "G3", grantstest.Money("65450.00", "DKK")),
				ledger.Base("1010", "G3", grantstest.Money("-68150.00", "DKK"))}})
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.Register.BookInterest(t.Context(), tx, grants.Interest{Grant: "G3", On: "2026-11-30",
				Amount: grantstest.Money("85.40", "DKK"), Account: "1010"})
			return err
		})
		o.WantLines("1010 G3 85.40 DKK\n2100 G3 -85.40 DKK")
		act("finance", func(tx *store.Tx) error {
			_, err := o.Register.Disallow(t.Context(), tx, grants.Disallowance{Grant: "G3", Finding: "F-1", On: "2026-12-10",
				Account: "1010", Items: []grants.DisallowedItem{
					{Category: "emergency-aid", Amount: grantstest.Money("1500.00", "DKK")},
					{Category: "therapy", Amount: grantstest.Money("900.00", "DKK")}}})
			return err
		})
		o.WantLines("1010 G3 2400.00 DKK\n1010 UNR -2400.00 DKK\n2100 G3 -1500.00 DKK\n2100 G3 -900.00 DKK\n" +
			"4100 G3 1500.00 DKK\n4100 G3 900.00 DKK\n5200 G3 -900.00 DKK\n5400 G3 -1500.00 DKK\n6900 UNR 2400.00 DKK")
		act("finance", func(tx *store.Tx) error {
			_, _, err := o.Register.End(t.Context(), tx, "G3", "2026-11-30")
			return err
		})
		act("finance", func(tx *store.Tx) error {
			_, err := o.Register.CloseAccount(t.Context(), tx, "G3", "2026-12-20")
			return err
		})
		o.WantLines("2100 G3 24335.40 DKK\n2110 G3 -24335.40 DKK")
		pay := func(tx *store.Tx) error {
			_, err := o.Register.PayRefund(t.Context(), tx, "G3", "2026-12-28", "1010")
			return err
		}
		if err := o.Do("finance", pay); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("who drew up the account paid it: %v", err)
		}
		act("treasurer", pay)
		o.WantLines("1010 G3 -24335.40 DKK\n2110 G3 24335.40 DKK")
	})
}

// RULES 60: a rest within the de minimis may be kept; a larger one may not.
func TestRule60ResidueKept(t *testing.T) {
	for rest, keeps := range map[string]bool{"312.40": true, "500.01": false} {
		t.Run(rest, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				o := grantstest.Open(t, db)
				o.Sign("G3", grantstest.Money("1000.00", "DKK"), grantstest.Deferred())
				o.Must(o.Do("finance", func(tx *store.Tx) error {
					_, err := o.Register.Receive(t.Context(), tx, grants.Receipt{Grant: "G3", On: "2026-02-01",
						Amount: grantstest.Money(rest, "DKK"), Account: "1010"})
					return err
				}))
				err := o.Do("finance", func(tx *store.Tx) error {
					_, err := o.Register.KeepResidue(t.Context(), tx, "G3", grants.Residue{On: "2026-12-28", Account: "1010",
						Letter: "2026-77"})
					return err
				})
				if !keeps {
					if !errors.Is(err, grants.ErrAboveDeMinimis) {
						t.Errorf("kept: %v", err)
					}
					return
				}
				o.Must(err)
				o.WantLines("1010 G3 -312.40 DKK\n1010 UNR 312.40 DKK\n2100 G3 312.40 DKK\n4100 UNR -312.40 DKK")
			})
		})
	}
}
