package judge_test

import (
	"testing"

	"supportledger/access"
	"supportledger/disbursements/judge"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestFundsWithoutGrantCostNothing posts an entry by hand on a fund that is no grant's, with and without the judge: it
// is asked while everybody waits for the head row, and sends no statement then.
func TestFundsWithoutGrantCostNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}
		ctx := store.WithActor(t.Context(), store.Actor{User: "usr_1", Roles: []string{string(access.FinanceOfficer)}})
		must := func(act func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Update(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		must(func(tx *store.Tx) error {
			if err := ledger.Create(ctx, tx, book); err != nil {
				return err
			}
			return book.OpenFund(ctx, tx, ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted,
				OpenedOn: "2026-01-01"})
		})
		statements := func(book ledger.Book) int {
			return storetest.CountSQL(db, func() {
				must(func(tx *store.Tx) error {
					amount := ledger.OfMinor(1000, "DKK")
					_, err := book.Post(ctx, tx, ledger.Entry{Date: "2026-01-15", Act: ledger.ManualAct, Text: "Fee",
						Lines: []ledger.Line{ledger.Base("6100", "UNR", amount), ledger.Base("1010", "UNR", amount.Neg())}})
					return err
				})
			}).Statements
		}
		must(func(tx *store.Tx) error {
			amount := ledger.OfMinor(100000, "DKK")
			_, err := book.Post(ctx, tx, ledger.Entry{Date: "2026-01-02", Act: ledger.ManualAct, Text: "Gift",
				Lines: []ledger.Line{ledger.Base("1010", "UNR", amount), ledger.Base("4200", "UNR", amount.Neg())}})
			return err
		})
		without := statements(book)
		book.Judge = judge.Entry
		if with := statements(book); with != without {
			t.Errorf("%d statements with the judge, %d without", with, without)
		}
	})
}
