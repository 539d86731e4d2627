package store_test

import (
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// BenchmarkUpdate is one write of one row, committed: on SQLite the cost of an fsync, on the throw-away PostgreSQL
// (which never flushes) that of the way there and back.
func BenchmarkUpdate(b *testing.B) {
	for name, db := range map[string]*store.DB{"sqlite": storetest.SQLite(b), "postgres": storetest.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				err := db.Update(b.Context(), func(tx *store.Tx) error {
					return do(tx, "INSERT INTO counters (series, last) VALUES (?, 0)", store.NewID("ser"))
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkView is a View that reads nothing: the price of a snapshot.
func BenchmarkView(b *testing.B) {
	for name, db := range map[string]*store.DB{"sqlite": storetest.SQLite(b), "postgres": storetest.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := db.View(b.Context(), func(*store.Tx) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
