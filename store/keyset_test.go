package store_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

// Pages of any size, in either order, together hold every row once.
func TestKeysetPagesHoldEveryRowOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const rows = 23
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			if _, err := tx.NewRaw("CREATE TABLE keyset_rows (day TEXT, n BIGINT, PRIMARY KEY (day, n))").
				Exec(t.Context()); err != nil {
				return err
			}
			for n := range rows {
				day := fmt.Sprintf("2026-01-%02d", 1+n/5)
				if _, err := tx.NewRaw("INSERT INTO keyset_rows (day, n) VALUES (?, ?)", day, n).Exec(t.Context()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []int
		for n := range rows {
			want = append(want, n)
		}
		for _, size := range []int{1, 4, 5, rows, rows + 1} {
			if diff := cmp.Diff(want, keysetPages(t, db, size, false)); diff != "" {
				t.Errorf("pages of %d, ascending: %s", size, diff)
			}
			down := keysetPages(t, db, size, true)
			slices.Reverse(down)
			if diff := cmp.Diff(want, down); diff != "" {
				t.Errorf("pages of %d, descending: %s", size, diff)
			}
		}
	})
}

// keysetPages reads all pages of keyset_rows, one after the other.
func keysetPages(t *testing.T, db *store.DB, size int, descending bool) []int {
	t.Helper()
	var all []int
	page := store.Keyset{Limit: size}
	for {
		var rows []struct {
			Day string
			N   int
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			q := tx.NewSelect().TableExpr("keyset_rows").Column("day", "n")
			if descending {
				return page.Descending(q, "day", "n").Scan(t.Context(), &rows)
			}
			return page.Ascending(q, "day", "n").Scan(t.Context(), &rows)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all = append(all, r.N)
		}
		if len(rows) < size {
			return all
		}
		last := rows[len(rows)-1]
		page.After = []string{last.Day, strconv.Itoa(last.N)}
	}
}
