package storetest_test

import (
	"context"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

func TestEachDatabaseIsMigratedAndEmpty(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.CheckSchema(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewSelect().TableExpr("users").ColumnExpr("count(*)").Scan(context.Background(), &n)
		})
		if err != nil || n != 0 {
			t.Fatalf("users: %d, %v", n, err)
		}
	})
}
