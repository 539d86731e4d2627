package storetest

import (
	"testing"

	"supportledger/store"
)

// DisableGuards turns triggers and foreign keys off for the rest of a tx, as the owner of a database can: verify must
// find what is written then. On SQLite the triggers are dropped, so the tx must be rolled back.
func DisableGuards(t testing.TB, tx *store.Tx) {
	t.Helper()
	do := func(text string) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if tx.Engine == store.Postgres {
		do("SET LOCAL session_replication_role = replica")
		return
	}
	var names []string
	if err := tx.NewRaw("SELECT name FROM sqlite_schema WHERE type = 'trigger'").Scan(t.Context(), &names); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		do("DROP TRIGGER " + name)
	}
	do("PRAGMA defer_foreign_keys = ON")
}
