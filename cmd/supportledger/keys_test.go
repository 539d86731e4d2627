package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/access/vault"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// keysOfBooks are the files of keys of a test's books.
type keysOfBooks struct{ dir, vault, documents, evidence string }

// sealedBooks opens books and keeps one person's name and one document in them, as a server would.
func sealedBooks(t *testing.T, db *store.DB) keysOfBooks {
	t.Helper()
	opened(t, db)
	k := newKeys(t)
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		v, a := k.open(t)
		if err := v.Claim(t.Context(), tx); err != nil {
			return err
		}
		if err := a.Claim(t.Context(), tx); err != nil {
			return err
		}
		at := vault.Place{Table: "donors", Column: "name", Row: "don_1", Version: 1}
		if _, err := v.Seal(t.Context(), tx, "don_1", at, "invented"); err != nil {
			return err
		}
		c, err := evidence.Clean([]byte("%PDF-1.4\n%%EOF\n"))
		if err != nil {
			return err
		}
		_, _, err = a.Store(t.Context(), tx, c, "receipt", "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newKeys(t *testing.T) keysOfBooks {
	t.Helper()
	dir := t.TempDir()
	k := keysOfBooks{dir, filepath.Join(dir, "vault.json"), filepath.Join(dir, "documents"),
		filepath.Join(dir, "evidence.key")}
	key, err := evidence.NewKey()
	if err == nil {
		err = os.WriteFile(k.evidence, key, 0o600)
	}
	if err == nil {
		err = vault.Create(t.Context(), k.vault, vault.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k keysOfBooks) open(t *testing.T) (*vault.Vault, *evidence.Archive) {
	t.Helper()
	v, err := vault.Open(t.Context(), k.vault, vault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := evidenceFlags{Evidence: k.documents, EvidenceKey: k.evidence}.archive("")
	if err != nil {
		t.Fatal(err)
	}
	return v, a
}

// serve starts the server with these keys.
func (k keysOfBooks) serve(t *testing.T, db *store.DB) *process {
	t.Helper()
	return begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--vault-key", k.vault,
		"--evidence", k.documents, "--evidence-key", k.evidence)
}

// A key that is not the one of the books, or a copy from before, stops the server with a sentence; nothing is sealed
// under it and nobody is called erased.
func TestKeysBelongToTheirBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ours, other := sealedBooks(t, db), newKeys(t)
		older := newKeys(t)
		for from, to := range map[string]string{ours.vault: older.vault, ours.evidence: older.evidence} {
			copied(t, from, to)
		}
		for want, k := range map[string]keysOfBooks{
			"--vault-key: this key belongs to other books":    {"", other.vault, ours.documents, ours.evidence},
			"--evidence-key: this key belongs to other books": {"", ours.vault, ours.documents, other.evidence},
			"the halves of 1 of 1 keys are not in":            {"", older.vault, ours.documents, ours.evidence},
			"is not in its folder":                            {"", ours.vault, older.documents, ours.evidence},
		} {
			if p := k.serve(t, db); p.exit() != exitRefused || !strings.Contains(p.said(), want) {
				t.Errorf("exit code %d, want %q in\n%s", p.exit(), want, p.said())
			}
		}
		p := ours.serve(t, db)
		url := p.await(`Listening on (http://\S+)/api/v1/docs`)[0]
		if status, body := readyz(t, url); status != http.StatusOK || !strings.Contains(body, `"keys":"ok"`) {
			t.Errorf("%d %s", status, body)
		}
		copied(t, vault.HalvesOf(other.vault), vault.HalvesOf(ours.vault))
		if status, body := readyz(t, url); status != http.StatusServiceUnavailable ||
			!strings.Contains(body, `"keys":"failed"`) {
			t.Errorf("with an older file of halves: %d %s", status, body)
		}
	})
}

func copied(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readyz(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// A checkpoint by another key than the first one's is refused: it would be another signer's word about these books.
func TestCheckpointsHaveOneKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		dir := t.TempDir()
		sign := func(key string) *process {
			file := filepath.Join(dir, key)
			begin(t, nil, "proof", "keygen", "--name", "example.org/books", "--key", file).exit()
			p := begin(t, nil, "proof", "checkpoint", "--db", storetest.DSN(db), "--key", file, "--witness", dir)
			p.exit()
			return p
		}
		if p := sign("first"); p.exit() != 0 {
			t.Fatal(p.said())
		}
		if p := sign("second"); p.exit() != exitRefused || !strings.Contains(p.said(), "belongs to other books") {
			t.Errorf("exit code %d:\n%s", p.exit(), p.said())
		}
	})
}
