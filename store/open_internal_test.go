package store

import (
	"strings"
	"testing"
)

// The assertion at start is itself asserted: books on a connection that would lose acknowledged writes are refused.
func TestPragmasAreAsserted(t *testing.T) {
	file := t.TempDir() + "/books.db"
	for _, p := range pragmas {
		other := map[string]string{"journal_mode": "DELETE", "synchronous": "NORMAL", "trusted_schema": "1",
			"temp_store": "FILE"}[p.name]
		if other == "" {
			other = "0"
		}
		good, err := sqlitePool(file, 1, pragmas, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := assertPragmas(t.Context(), good.DB, pragmas); err != nil {
			t.Fatal(err)
		}
		if _, err := good.Exec("PRAGMA " + p.name + " = " + other); err != nil {
			t.Fatal(err)
		}
		if err := assertPragmas(t.Context(), good.DB, pragmas); err == nil || !strings.Contains(err.Error(), p.name) {
			t.Errorf("%s=%s: %v", p.name, other, err)
		}
		if err := good.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkGuard(b *testing.B) {
	var g guard
	for b.Loop() {
		leave, err := g.enter()
		if err != nil {
			b.Fatal(err)
		}
		leave()
	}
}
