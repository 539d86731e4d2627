package story_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// sealedFields is all that is sealed under keys of people, donors and payees, as a thief finds it.
func sealedFields(t *testing.T, db *store.DB) (fields []vault.Sealed) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, from := range []struct{ table, subject, column, version string }{
			{"identities", "beneficiary_id", "field", "version"}, {"donor_secrets", "donor_id", "field", "1"},
			{"payee_details", "payee_id", "'sealed'", "version"}} {
			var rows []struct {
				Subject, Field string
				Version        int
				Sealed         []byte
			}
			if err := tx.NewRaw("SELECT "+from.subject+" AS subject, "+from.column+" AS field, "+from.version+
				" AS version, sealed FROM "+from.table).Scan(t.Context(), &rows); err != nil {
				return err
			}
			for _, r := range rows {
				fields = append(fields, vault.Sealed{Subject: r.Subject,
					At: vault.Place{Table: from.table, Column: r.Field, Row: r.Subject, Version: r.Version}, Bytes: r.Sealed})
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return fields
}

// opened counts which of some sealed fields a vault opens with the keys that stand in a database, by whom they are of.
func opened(t *testing.T, db *store.DB, v *vault.Vault, fields []vault.Sealed) map[string]int {
	t.Helper()
	of := map[string]int{}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, f := range fields {
			if text, err := v.Open(t.Context(), tx, f.Subject, f.At, f.Bytes); err == nil && text != "" {
				of[f.Subject]++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return of
}

// known is somebody of whom something is sealed: a person supported, a donor, a payee.
type known struct{ ID, Code string }

// sealedTwice has a person, a donor and a payee of whom something is known, and the donor gives.
func sealedTwice(caring, finance *apitest.Client, name string) (all []known) {
	var person, donor, payee known
	caring.Post("/beneficiaries", nil).Want(http.StatusCreated).Into(&person)
	caring.Do(http.MethodPut, "/beneficiaries/"+person.Code+"/identity", `{"names":"`+name+`","contact":"`+name+`"}`).Want(
		http.StatusNoContent)
	finance.Post("/donors", `{"kind":"person","language":"da"}`).Want(http.StatusCreated).Into(&donor)
	finance.Post("/donors/"+donor.Code+"/personal-data", `{"name":"`+name+`","address":"`+name+`"}`).Want(http.StatusOK)
	finance.With("Idempotency-Key", name).Post("/gifts",
		`{"donor":"`+donor.Code+`","fund":"UNR","date":"2026-01-15","gross":"100.00"}`).Want(http.StatusCreated)
	finance.Post("/payees", `{"code":"`+strings.ToUpper(name)+`","kind":"person","alias":"Payee of `+name+`"}`).Want(
		http.StatusCreated).Into(&payee)
	finance.Post("/payees/"+payee.Code+"/bank-details", `{"registration_number":"0040","account_number":"0440116243",`+
		`"confirm":{"payee_account_shared":"the two of the test share one"}}`).
		Want(http.StatusCreated)
	return []known{person, donor, payee}
}

// restored puts a copy that backupOf made back, beside the database it is of.
func restored(t *testing.T, engine store.Engine, copied string) *store.DB {
	t.Helper()
	dsn := "sqlite:" + copied
	if engine == store.Postgres {
		dsn = storetest.EmptyPostgres(t)
		if out, err := exec.CommandContext(t.Context(), program(t, "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", copied, dsn).
			CombinedOutput(); err != nil {
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

// TestForgotten erases a person, a donor and a payee, each beside another one, and holds that nothing of theirs opens:
// not from the live database, not from a copy made after, not from one made before, as long as nobody has the older
// file of halves too; that what is known of the others opens as before; that verify is clean; and that the trial
// balance and the yearly list of gifts are the same to the byte.
func TestForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		play(t, db, []string{"S00", "S01", "S02", "S03"})
		v, file := vaulttest.At(t)
		c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: v})
		caring, officer, auditor := c.As(db, "caring", access.Caseworker), c.As(db, "officer", access.PrivacyOfficer),
			c.As(db, "audit", access.Auditor)
		finance := c.As(db, "giving", access.FinanceOfficer)
		gone, stay := sealedTwice(caring, finance, "gone"), sealedTwice(caring, finance, "stays")
		taken, before, olderKeys := sealedFields(t, db), backupOf(t, db, storetest.DSN(db)), keysAsOf(t, file)
		totals := func() (rows string) {
			var r struct{ Rows json.RawMessage }
			auditor.Get("/reports/trial-balance?as_of=2026-12-31").Want(http.StatusOK).Into(&r)
			return string(r.Rows) + string(auditor.Get("/reports/gift-list?year=2026").Want(http.StatusOK).Body)
		}
		balance := totals()
		if len(taken) != 10 || len(balance) < 1000 {
			t.Fatalf("%d sealed fields and totals %s", len(taken), balance)
		}

		officer.Post("/beneficiaries/"+gone[0].Code+"/erasures", `{"reason":"the person asked for it"}`).Want(
			http.StatusCreated)
		officer.Post("/donors/"+gone[1].Code+"/erasures", `{"reason":"the donor asked for it"}`).Want(http.StatusOK)
		officer.Post("/payees/"+gone[2].Code+"/erasures", `{"reason":"the payee asked for it"}`).Want(http.StatusOK)

		after := backupOf(t, db, storetest.DSN(db))
		now, old := vaulttest.Reopen(t, file), vaulttest.Reopen(t, olderKeys)
		earlier, later := restored(t, db.Engine(), before), restored(t, db.Engine(), after)
		for _, look := range []struct {
			name string
			db   *store.DB
			keys *vault.Vault
			gone [3]int
		}{
			{"the live database", db, now, [3]int{}},
			{"the live database with the older keys", db, old, [3]int{}},
			{"a copy made after", later, now, [3]int{}},
			{"a copy made after with the older keys", later, old, [3]int{}},
			{"a copy made before", earlier, now, [3]int{}},
			{"a copy made before with the older keys, which the test must see open to be worth anything", earlier, old,
				[3]int{2, 2, 1}},
		} {
			of := opened(t, look.db, look.keys, taken)
			for i, kept := range []int{2, 2, 1} {
				if of[gone[i].ID] != look.gone[i] || of[stay[i].ID] != kept {
					t.Errorf("%s opens %d fields of who is gone, want %d, and %d of who stays, want %d: %s", look.name, of[gone[i].ID],
						look.gone[i], of[stay[i].ID], kept, gone[i].Code)
				}
			}
		}
		for name, books := range map[string]*store.DB{"live": db, "restored": later} {
			if left := sealedFields(t, books); len(
				left) != 6 { // what is known of who stays, and of the payee what opens no more
				t.Errorf("%s: %d sealed fields are left, want 6", name, len(left))
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
		if got := totals(); got != balance {
			t.Errorf("the totals were\n%s\nand are\n%s", balance, got)
		}
	})
}
