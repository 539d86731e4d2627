package http_test

import (
	"errors"
	"testing"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestACommitGoesWithItsWrites holds what a COMMIT that goes in one script with the final writes may do. A row of a
// proven table that changed gets its leaf, by a second run. What the database refuses is refused. And where the
// connection is lost on the way, nobody says that nothing was written.
func TestACommitGoesWithItsWrites(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		db := storetest.Postgres(t)
		booksServed(t, db)
		runs := 0
		update := func(act func(tx *store.Tx) error) error {
			runs = 0
			return db.Update(t.Context(), func(tx *store.Tx) error {
				runs++
				tx.CommitWithFinal()
				return act(tx)
			})
		}
		probe := func(n int) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				tx.FinalWrites().Add(tx.NewRaw("INSERT INTO probe (n) VALUES (?)", n))
				return nil
			}
		}
		has := func(want int, query string) {
			t.Helper()
			if got := tally(t, db, query); got != want {
				t.Errorf("%d of %s, want %d", got, query, want)
			}
		}
		err := update(func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "CREATE TABLE probe (n BIGINT PRIMARY KEY CHECK (n > 0))")
			return err
		})
		if err != nil || runs != 1 {
			t.Fatalf("%v after %d runs", err, runs)
		}

		const leaves = "SELECT COUNT(*) FROM proof_leaves WHERE kind = 'row' AND ref LIKE 'funds/%SCHOOL%'"
		err = update(func(tx *store.Tx) error {
			book, err := ledger.Open(t.Context(), tx)
			if err != nil {
				return err
			}
			return book.OpenFund(t.Context(), tx, ledger.Fund{Code: "SCHOOL", Name: "School",
				Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"})
		})
		if err != nil || runs != 2 {
			t.Errorf("a fund is opened: %v after %d runs", err, runs)
		}
		has(1, leaves)

		if err := update(probe(1)); err != nil || runs != 1 {
			t.Errorf("%v after %d runs", err, runs)
		}
		if err := update(probe(0)); !errors.Is(err, store.ErrRefused) || runs != 1 {
			t.Errorf("a row that is refused: %v after %d runs", err, runs)
		}
		has(1, "SELECT COUNT(*) FROM probe")

		err = update(func(tx *store.Tx) error {
			err := probe(2)(tx)
			tx.FinalWrites().Add(tx.NewRaw("SELECT pg_terminate_backend(pg_backend_pid())"))
			return err
		})
		if !errors.Is(err, store.ErrUncertain) || runs != 1 {
			t.Errorf("the connection is lost on the way: %v after %d runs", err, runs)
		}
		has(1, "SELECT COUNT(*) FROM probe")
		if err := update(probe(3)); err != nil {
			t.Errorf("the pool has another connection: %v", err)
		}
	})
}
