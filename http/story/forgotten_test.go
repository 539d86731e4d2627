package story_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sealedField is a sealed field as a thief finds it.
type sealedField struct {
	BeneficiaryID string
	Field         string
	Version       int
	Sealed        []byte
}

func sealedFields(t *testing.T, db *store.DB) (fields []sealedField) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewSelect().Table("identities").Column("beneficiary_id", "field", "version", "sealed").Scan(t.Context(), &fields)
	}); err != nil {
		t.Fatal(err)
	}
	return fields
}

// opened counts which of some sealed fields a vault opens with the keys that stand in a database, by their text.
func opened(t *testing.T, db *store.DB, v *vault.Vault, fields []sealedField) map[string]int {
	t.Helper()
	texts := map[string]int{}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, f := range fields {
			at := vault.Place{Table: "identities", Column: f.Field, Row: f.BeneficiaryID, Version: f.Version}
			if text, err := v.Open(t.Context(), tx, f.BeneficiaryID, at, f.Sealed); err == nil {
				texts[text]++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return texts
}

// restored puts a copy that backupOf made back, beside the database it is of.
func restored(t *testing.T, engine store.Engine, copied string) *store.DB {
	t.Helper()
	dsn := "sqlite:" + copied
	if engine == store.Postgres {
		dsn = storetest.EmptyPostgres(t)
		if out, err := exec.CommandContext(t.Context(), program(t, "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", copied, dsn).CombinedOutput(); err != nil {
			t.Fatalf("psql: %v %s", err, out)
		}
	}
	db, err := store.Open(t.Context(), dsn, store.Options{Clock: storetest.NewClock(storetest.Start)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// keysAsOf copies a key file and its halves, as an older backup of them, and gives the copy's place.
func keysAsOf(t *testing.T, file string) string {
	t.Helper()
	older := filepath.Join(t.TempDir(), "vault.json")
	for from, to := range map[string]string{file: older, vault.HalvesOf(file): vault.HalvesOf(older)} {
		if err := os.WriteFile(to, contentOf(t, from), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return older
}

// TestForgotten erases one of two people and holds that nothing of hers opens: not from the live database, not from a copy made after,
// not from one made before, as long as nobody has the older file of halves too; that the other person's fields open as before; that
// verify is clean; and that the trial balance is the same to the byte.
func TestForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		play(t, db, []string{"S00", "S01", "S02", "S03"})
		v, file := vaulttest.At(t)
		c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: v})
		caring, officer, auditor := c.As(db, "caring", access.Caseworker), c.As(db, "officer", access.PrivacyOfficer), c.As(db, "audit", access.Auditor)
		var gone, stays struct{ Code string }
		for who, texts := range map[*struct{ Code string }]string{&gone: `{"names":"gone","contact":"gone"}`, &stays: `{"names":"stays"}`} {
			caring.Post("/beneficiaries", nil).Want(http.StatusCreated).Into(who)
			caring.Do(http.MethodPut, "/beneficiaries/"+who.Code+"/identity", texts).Want(http.StatusNoContent)
		}
		taken, before, olderKeys := sealedFields(t, db), backupOf(t, db, storetest.DSN(db)), keysAsOf(t, file)
		trial := func() (rows string) {
			var r struct{ Rows json.RawMessage }
			auditor.Get("/reports/trial-balance?as_of=2026-12-31").Want(http.StatusOK).Into(&r)
			return string(r.Rows)
		}
		balance := trial()
		if len(taken) != 3 || len(balance) < 1000 {
			t.Fatalf("%d sealed fields and a trial balance %s", len(taken), balance)
		}

		officer.Post("/beneficiaries/"+gone.Code+"/erasures", `{"reason":"the person asked for it"}`).Want(http.StatusCreated)

		after := backupOf(t, db, storetest.DSN(db))
		now, old := vaulttest.Reopen(t, file), vaulttest.Reopen(t, olderKeys)
		earlier, later := restored(t, db.Engine(), before), restored(t, db.Engine(), after)
		for _, look := range []struct {
			name string
			db   *store.DB
			keys *vault.Vault
			gone int
		}{
			{"the live database", db, now, 0},
			{"the live database with the older keys", db, old, 0},
			{"a copy made after", later, now, 0},
			{"a copy made after with the older keys", later, old, 0},
			{"a copy made before", earlier, now, 0},
			{"a copy made before with the older keys, which the test must see open to be worth anything", earlier, old, 2},
		} {
			texts := opened(t, look.db, look.keys, taken)
			if texts["gone"] != look.gone || texts["stays"] != 1 {
				t.Errorf("%s opens %v, want %d fields of the person who is gone and the one of who stays", look.name, texts, look.gone)
			}
		}
		for name, books := range map[string]*store.DB{"live": db, "restored": later} {
			if left := sealedFields(t, books); len(left) != 1 {
				t.Errorf("%s: %d sealed fields are left, want 1", name, len(left))
			}
			if err := books.View(t.Context(), func(tx *store.Tx) error {
				if r := verified(t, tx, verify.Options{}); len(r.Findings) > 0 {
					t.Errorf("%s: verify finds %v", name, r.Findings)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := trial(); got != balance {
			t.Errorf("the trial balance was\n%s\nand is\n%s", balance, got)
		}
	})
}
