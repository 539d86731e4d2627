// Package ledgertest opens small books for the tests of ledger and of the packages around it: [Books] makes them,
// [Post] and [Opening] fill them, and [Update], [View] and [Refused] run a transaction that has to commit, or to be
// refused with a certain error. A step that fails ends the test.
package ledgertest

import (
	"errors"
	"testing"

	"supportledger/ledger"
	"supportledger/store"
)

// Books opens books in DKK with the funds UNR and G1.
func Books(t testing.TB, db *store.DB) ledger.Book {
	t.Helper()
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
	Update(t, db, func(tx *store.Tx) error {
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		for code, r := range map[ledger.FundCode]ledger.Restriction{"UNR": ledger.Unrestricted, "G1": ledger.BoundByGrant} {
			fund := ledger.Fund{Code: code, Name: string(code), Restriction: r, OpenedOn: "2026-01-01"}
			if err := book.OpenFund(t.Context(), tx, fund); err != nil {
				return err
			}
		}
		return nil
	})
	return book
}

// Update runs fn in a transaction that must commit.
func Update(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// View runs fn in a transaction that reads.
func View(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Post posts entries.
func Post(t testing.TB, db *store.DB, book ledger.Book, entries ...ledger.Entry) (posted []ledger.Posted) {
	t.Helper()
	Update(t, db, func(tx *store.Tx) (err error) {
		posted, err = book.Post(t.Context(), tx, entries...)
		return err
	})
	return posted
}

// Refused runs an act that must fail with an error.
func Refused(t testing.TB, db *store.DB, want error, act func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), act); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// Opening brings money of a fund, in DKK, into the base bank.
func Opening(fund ledger.FundCode, on ledger.Date, amount string) ledger.Entry {
	m, err := ledger.ParseMoney(amount, "DKK")
	if err != nil {
		panic(err)
	}
	return ledger.Entry{Date: on, Text: "Opening", Act: "opening-balance", Lines: []ledger.Line{
		ledger.Base("1010", fund, m), ledger.Base("3100", fund, m.Neg()),
	}}
}
