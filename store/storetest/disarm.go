package storetest

import (
	"testing"

	"supportledger/store"
)

// Disarm takes triggers and references out of the way for the rest of a tx, as the owner of a database can: what is written
// then is what verify has to find. On SQLite the triggers are dropped, so the tx must be rolled back.
func Disarm(t testing.TB, tx *store.Tx) {
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
