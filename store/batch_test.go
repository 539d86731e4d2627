package store_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

// The queries of a batch are answered in order, each to its own Row; none sees the final writes of its own tx, a later
// tx does.
func TestQueryBatchAndFinalWrites(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		type pair struct {
			ID   int64
			Name string
		}
		type pairs struct {
			ID   int64 `bun:",pk"`
			Name string
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return do(tx, "CREATE TABLE pairs (id bigint PRIMARY KEY, name text NOT NULL)")
		}); err != nil {
			t.Fatal(err)
		}
		ask := func(into *[]pair, text string, args ...any) store.BatchQuery {
			return store.BatchQuery{Text: text, Args: args, Row: func(r store.Scanner) error {
				var p pair
				err := r.Scan(&p.ID, &p.Name)
				*into = append(*into, p)
				return err
			}}
		}
		const all, one = "SELECT id, name FROM pairs ORDER BY id", "SELECT id, name FROM pairs WHERE name = ?"
		odd := "what? $1; -- 'quoted'"
		var before, named, after []pair
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := store.Insert(t.Context(), tx, []pairs{{1, "one"}, {2, odd}}); err != nil {
				return err
			}
			store.AddRows(tx.FinalWrites(), tx, []pairs{{3, "three"}})
			return store.QueryBatch(t.Context(), tx, ask(&before, all), ask(&named, one, odd))
		})
		if err == nil {
			err = db.View(t.Context(), func(tx *store.Tx) error {
				return store.QueryBatch(t.Context(), tx,
					ask(&after, all))
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		got, want := [][]pair{before, named, after}, [][]pair{{{1, "one"}, {2, odd}}, {{2, odd}},
			{{1, "one"}, {2, odd}, {3, "three"}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}

		// What is refused at the very end is what Update returns, and nothing of the tx stays.
		err = db.Update(t.Context(), func(tx *store.Tx) error {
			store.AddRows(tx.FinalWrites(), tx, []pairs{{4, "four"}, {1, "again"}})
			return nil
		})
		if !errors.Is(err, store.ErrDuplicate) {
			t.Errorf("a row that is there: %v", err)
		}
		// A question that cannot be answered, or whose asker does not want the answer, ends them all.
		const last, other = "SELECT id, name FROM pairs ORDER BY name", "SELECT id, name FROM pairs ORDER BY name DESC"
		for name, second := range map[string]store.BatchQuery{
			"no table": ask(&named, "SELECT id, name FROM nowhere"),
			"an error": {Text: all, Row: func(store.Scanner) error { return errSpent }},
		} {
			third := 0
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				return store.QueryBatch(t.Context(), tx, ask(&before, all), second,
					store.BatchQuery{Text: last, Row: func(store.Scanner) error { third++; return nil }})
			})
			if err == nil || third > 0 {
				t.Errorf("%s: %v, and the third got %d rows", name, err, third)
			}
		}
		// What the server had compiled of them by then stands in nobody's way.
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return store.QueryBatch(t.Context(), tx, ask(&after, other), ask(&after, last))
		}); err != nil {
			t.Error(err)
		}
	})
}

// Statements that the writing connection keeps do not keep the file open: closing folds the log back into it.
func TestCloseFoldsTheLogBack(t *testing.T) {
	only(store.SQLite)(t, func(t *testing.T, db *store.DB, dsn string) {
		type kept struct {
			ID int64 `bun:",pk"`
		}
		must(t, db.Update(t.Context(), func(tx *store.Tx) error {
			if err := do(tx, "CREATE TABLE kepts (id bigint PRIMARY KEY)"); err != nil {
				return err
			}
			return store.Insert(t.Context(), tx, []kept{{1}, {2}})
		}))
		must(t, db.Close())
		if _, err := os.Stat(strings.TrimPrefix(dsn, "sqlite:") + "-wal"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the log stands beside the file: %v", err)
		}
	})
}
