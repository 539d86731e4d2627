package storetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
)

// On a server that outlives the tests, what a killed run left behind goes, and what a living run uses stays.
func TestSettleDropsOrphansOnly(t *testing.T) {
	db := Postgres(t)
	if err := admin("CREATE DATABASE slt_0dead_1 TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	dsn, err := server()
	if err != nil {
		t.Fatal(err)
	}
	if err := settle(dsn); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var orphans, ours int
	const tally = "SELECT COUNT(*) FILTER (WHERE datname LIKE 'slt\\_0dead\\_%'), COUNT(*) FILTER (WHERE datname LIKE " +
		"$1 || '\\_%') FROM pg_database"
	if err := conn.QueryRow(t.Context(), tally, run).Scan(&orphans, &ours); err != nil {
		t.Fatal(err)
	}
	if orphans != 0 || ours != 2 {
		t.Errorf("%d orphans and %d of our own are left, want 0 and 2", orphans, ours)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("a database in use was dropped: %v", err)
	}
}
