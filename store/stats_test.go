package store_test

import (
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// Statements and rows are counted whichever way they take: through bun, a stream, a batch, an insert or a script.
func TestCountSQL(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		type number struct {
			N int64 `bun:",pk"`
		}
		update := func(fn func(tx *store.Tx) error) func() {
			return func() { must(t, db.Update(t.Context(), fn)) }
		}
		var n int64
		take := func(r store.Scanner) error { return r.Scan(&n) }
		all := store.BatchQuery{Text: "SELECT n FROM numbers", Row: take}
		update(func(*store.Tx) error { return nil })() // the first transaction reads what the tables are
		for _, step := range []struct {
			name string
			fn   func(tx *store.Tx) error
			want store.TxStats
		}{
			{"a table", func(tx *store.Tx) error { return do(tx, "CREATE TABLE numbers (n bigint PRIMARY KEY)") },
				store.TxStats{Statements: 1}},
			{"rows", func(tx *store.Tx) error { return store.Insert(t.Context(), tx, []number{{1}, {2}, {3}}) },
				store.TxStats{Statements: 1}},
			{"a script", func(tx *store.Tx) error {
				tx.FinalWrites().Add(tx.NewRaw("DELETE FROM numbers WHERE n = 8"))
				tx.FinalWrites().Add(tx.NewRaw("DELETE FROM numbers WHERE n = 9"))
				return nil
			}, store.TxStats{Statements: 1}},
			{"a list", func(tx *store.Tx) error {
				var rows []number
				return tx.NewSelect().Model(&rows).Where("n > 1").Scan(t.Context())
			}, store.TxStats{Statements: 1, Rows: 2}},
			{"one value", func(tx *store.Tx) error {
				_, err := tx.NewSelect().Model((*number)(nil)).Count(t.Context())
				return err
			}, store.TxStats{Statements: 1, Rows: 1}},
			{"a stream", func(tx *store.Tx) error { return tx.Stream(t.Context(), "SELECT n FROM numbers", take) },
				store.TxStats{Statements: 1, Rows: 3}},
			{"each row", func(tx *store.Tx) error {
				q := tx.NewSelect().Model((*number)(nil))
				return store.EachRow(t.Context(), tx, q, func(number) error { return nil })
			}, store.TxStats{Statements: 1, Rows: 3}},
			{"a batch", func(tx *store.Tx) error { return store.QueryBatch(t.Context(), tx, all, all) },
				store.TxStats{Statements: 2, Rows: 6}},
		} {
			if db.Engine() == store.Postgres && step.name != "a script" {
				step.want.Statements++ // the rows that triggers noted; a script reads them in its own round trip
			}
			if got := storetest.CountSQL(db, update(step.fn)); got != step.want {
				t.Errorf("%s: %+v, want %+v", step.name, got, step.want)
			}
		}
	})
}
