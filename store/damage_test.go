package store_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// A value that was changed in the file behind an index is found by the engine's own check, and sound files pass.
func TestDamage(t *testing.T) {
	db := storetest.SQLite(t)
	file := strings.TrimPrefix(storetest.DSN(db), "sqlite:")
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("INSERT INTO users (id, handle, created_at) VALUES ('usr_1', 'watchmaker', '')").Exec(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	check := func(dsn string) []string {
		t.Helper()
		other, err := store.Open(t.Context(), dsn, store.Options{MustExist: true})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		var found []string
		if err := other.View(t.Context(), func(tx *store.Tx) (err error) {
			found, err = store.Damage(t.Context(), tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return found
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if found := check("sqlite:" + file); len(found) != 0 {
		t.Errorf("a sound file: %v", found)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(content, []byte("watchmaker"), []byte("watchmakes"), 1)
	damaged := file + ".damaged"
	if err := os.WriteFile(damaged, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	if found := check("sqlite:" + damaged); len(found) == 0 || bytes.Equal(content, changed) {
		t.Errorf("a row and its index differ, and nothing is found: %v", found)
	}
}
