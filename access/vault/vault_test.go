package vault_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/store"
	"supportledger/store/storetest"
)

var name = vault.Place{Table: "beneficiary_identities", Column: "name", Row: "ben_1", Version: 1}

// update runs an act and gives its error.
func update(t testing.TB, db *store.DB, act func(ctx context.Context, tx *store.Tx) error) error {
	t.Helper()
	return db.Update(t.Context(), func(tx *store.Tx) error { return act(t.Context(), tx) })
}

// safe is a vault and the database that its keys lie in.
type safe struct {
	db    *store.DB
	vault *vault.Vault
}

func seal(t testing.TB, s safe, subject string, at vault.Place, text string) []byte {
	t.Helper()
	var sealed []byte
	if err := update(t, s.db, func(ctx context.Context, tx *store.Tx) (err error) {
		sealed, err = s.vault.Seal(ctx, tx, subject, at, text)
		return err
	}); err != nil {
		t.Fatalf("seal: %v", err)
	}
	return sealed
}

func open(t testing.TB, s safe, subject string, at vault.Place, sealed []byte) (text string, err error) {
	t.Helper()
	err = s.db.View(t.Context(), func(tx *store.Tx) (err error) {
		text, err = s.vault.Open(t.Context(), tx, subject, at, sealed)
		return err
	})
	return text, err
}

func destroy(t testing.TB, db *store.DB, v *vault.Vault, subject string) error {
	t.Helper()
	return update(t, db, func(ctx context.Context, tx *store.Tx) error { return v.Destroy(ctx, tx, subject) })
}

// TestSealedStaysInItsPlace holds that what is sealed opens where it was sealed and nowhere else: not for another
// subject, not in another table, column, row or version, not with a bit changed.
func TestSealedStaysInItsPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := vaulttest.New(t)
		seal(t, safe{db, v}, "ben_2", name, "x")
		rapid.Check(t, func(rt *rapid.T) {
			text := rapid.String().Draw(rt, "text")
			sealed := seal(t, safe{db, v}, "ben_1", name, text)
			if got, err := open(t, safe{db, v}, "ben_1", name, sealed); err != nil || got != text {
				rt.Fatalf("opened %q, %v; sealed %q", got, err, text)
			}
			if len(text) > 3 && bytes.Contains(sealed, []byte(text)) {
				rt.Fatal("the text stands in what was sealed")
			}
			elsewhere := name
			subject := "ben_1"
			switch rapid.IntRange(0, 5).Draw(rt, "move") {
			case 0:
				subject = "ben_2"
			case 1:
				elsewhere.Table = "payees"
			case 2:
				elsewhere.Column = "bank"
			case 3:
				elsewhere.Row = "ben_2"
			case 4:
				elsewhere.Version = 2
			case 5:
				sealed[rapid.IntRange(0, len(sealed)-1).Draw(rt, "byte")] ^= 1
			}
			if _, err := open(t, safe{db, v}, subject, elsewhere, sealed); !errors.Is(err, vault.ErrUnsealed) {
				rt.Fatalf("opened out of place: %v", err)
			}
		})
	})
}

// TestLengthTellsLittle holds that short texts are all alike in length.
func TestLengthTellsLittle(t *testing.T) {
	db, v := storetest.SQLite(t), vaulttest.New(t)
	lengths := map[int]bool{}
	for n := range 61 {
		lengths[len(seal(t, safe{db, v}, "ben_1", name, strings.Repeat("a", n)))] = true
	}
	if len(lengths) != 1 {
		t.Errorf("texts of 0 to 60 bytes have %d lengths", len(lengths))
	}
	if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := v.Seal(ctx, tx, "ben_1", name, strings.Repeat("a", 64<<10+1))
		return err
	}); !errors.Is(err, vault.ErrTextTooBig) {
		t.Errorf("too long: %v", err)
	}
}

func TestIndex(t *testing.T) {
	v, other := vaulttest.New(t), vaulttest.New(t)
	index := func(v *vault.Vault, at vault.Place, text string) string {
		b, err := v.Index(at, text)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	same := index(v, name, "Ada Éxample")
	for _, text := range []string{"ada example", " ADA  EXAMPLE", "Ada Éxample"} {
		if index(v, name, text) != same {
			t.Errorf("%q is found apart", text)
		}
	}
	row := name
	row.Row = "ben_9"
	if index(v, row, "Ada Éxample") != same {
		t.Error("the index depends on the row, so nothing is found by it")
	}
	column := name
	column.Column = "contact"
	if index(v, column, "Ada Éxample") == same || index(other, name, "Ada Éxample") == same ||
		index(v, name, "Ada Example 2") == same {
		t.Error("different things share an index")
	}
}

// TestDestroyed holds that an erased subject opens with nothing that is left: neither its rows, nor an older copy of
// the database with the master key; only the older copy of the file of halves would open that. A rolled back erasure
// takes nothing.
func TestDestroyed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v, file := vaulttest.At(t)
		gone, stays := seal(t, safe{db, v}, "ben_1", name, "gone"), seal(t, safe{db, v}, "ben_2", name, "stays")
		row := keyRow(t, db, "ben_1")
		older, err := os.ReadFile(vault.HalvesOf(file))
		if err != nil {
			t.Fatal(err)
		}

		if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(v.Destroy(ctx, tx, "ben_1"), errRollback)
		}); !errors.Is(err, errRollback) {
			t.Fatal(err)
		}
		if text, err := open(t, safe{db, v}, "ben_1", name, gone); err != nil || text != "gone" {
			t.Fatalf("a rolled back erasure took the key: %q %v", text, err)
		}

		if err := destroy(t, db, v, "ben_1"); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t, safe{db, v}, "ben_1", name, gone); !errors.Is(err, vault.ErrErased) {
			t.Errorf("opened after the erasure: %v", err)
		}
		if text, err := open(t, safe{db, v}, "ben_2", name, stays); err != nil || text != "stays" {
			t.Errorf("somebody else's field: %q %v", text, err)
		}
		if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := v.Seal(ctx, tx, "ben_1", name, "again")
			return err
		}); !errors.Is(err, vault.ErrErased) {
			t.Errorf("sealed again: %v", err)
		}
		if err := destroy(t, db, v, "ben_1"); !errors.Is(err, vault.ErrErased) {
			t.Errorf("destroyed twice: %v", err)
		}

		olderCopies(t, db, file, before{older, row, gone})
	})
}

// before is what there was of a subject before it was erased: the file of halves, its row, and what was sealed for it.
type before struct {
	halves []byte
	row    row
	sealed []byte
}

// olderCopies looks what older copies of the database and of the file of halves open, after the erasure.
func olderCopies(t *testing.T, db *store.DB, file string, was before) {
	t.Helper()
	restored := storetest.SQLite(t) // an older backup of the database
	insertKey(t, restored, was.row)
	if _, err := open(t, safe{restored, vaulttest.Reopen(t, file)}, "ben_1", name, was.sealed); !errors.Is(err, vault.ErrKeyMissing) {
		t.Errorf("an older backup opened with the master key alone: %v", err)
	}
	olderFile := filepath.Join(t.TempDir(), "vault.json")
	copyFile(t, file, olderFile)
	if err := os.WriteFile(vault.HalvesOf(olderFile), was.halves, 0o600); err != nil {
		t.Fatal(err)
	}
	again := vaulttest.Reopen(t, olderFile)
	if text, err := open(t, safe{restored, again}, "ben_1", name, was.sealed); err != nil || text != "gone" {
		t.Errorf("with the older file of halves: %q %v, which the test must see to be worth anything", text, err)
	}
	if _, err := open(t, safe{db, again}, "ben_1", name, was.sealed); !errors.Is(err, vault.ErrErased) {
		t.Errorf("the live database opened with the older file: %v", err)
	}

	settle := func() (n int) {
		if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
			n,
				err = again.Settle(t.Context(), tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := settle(); n != 1 {
		t.Errorf("settling an older file of halves took %d halves, want 1", n)
	}
	if n := settle(); n != 0 {
		t.Errorf("and again %d", n)
	}
	if _, err := open(t, safe{restored, again}, "ben_1", name, was.sealed); !errors.Is(err, vault.ErrKeyMissing) {
		t.Errorf("settled, and still opens: %v", err)
	}
}

var errRollback = errors.New("rolled back")

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type row struct {
	Subject, ID string
	Wrapped     []byte
}

func keyRow(t *testing.T, db *store.DB, subject string) (r row) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewSelect().Table("vault_keys").Column("subject", "id", "wrapped").Where("subject = ?", subject).
			Scan(t.Context(), &r.Subject, &r.ID, &r.Wrapped)
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

func insertKey(t *testing.T, db *store.DB, r row) {
	t.Helper()
	if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.NewRaw("INSERT INTO vault_keys (subject, id, wrapped, created_at) VALUES (?, ?, ?, "+
			"'2026-01-01T00:00:00.000000Z')", r.Subject, r.ID, r.Wrapped).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestGuards holds that raw SQL neither takes an erasure back, nor gives an erased subject a key.
func TestGuards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := vaulttest.New(t)
		seal(t, safe{db, v}, "ben_1", name, "x")
		seal(t, safe{db, v}, "ben_2", name, "x")
		if err := destroy(t, db, v, "ben_1"); err != nil {
			t.Fatal(err)
		}
		args := map[string][]any{"erased": {[]byte{1}}}
		for text, code := range map[string]string{
			"INSERT INTO vault_keys (subject, id, wrapped, created_at) VALUES ('ben_1', 'k', ?, '')":          "erased",
			"UPDATE vault_keys SET subject = 'ben_3' WHERE subject = 'ben_2'":                                 "append_only",
			"UPDATE vault_erasures SET erased_by = 'x'":                                                       "append_only",
			"DELETE FROM vault_erasures":                                                                      "append_only",
			"INSERT INTO vault_erasures (subject, key_id, erased_by, erased_at) VALUES ('ben_1', '', '', '')": "append_only",
			"INSERT INTO vault_erasures (subject, key_id, erased_by, erased_at) VALUES ('ben_2', '', '', '')": "key_remains",
		} {
			err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.NewRaw(text, args[code]...).Exec(ctx)
				return err
			})
			var refused *store.Refused
			if !errors.As(err, &refused) || refused.Code != code {
				t.Errorf("%s: %v, want %s", text, err, code)
			}
		}
	})
}

// TestTwins holds that many who seal for a new subject at once end with one key, and that all their texts open.
func TestTwins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := vaulttest.New(t)
		var all sync.WaitGroup
		sealed := make([][]byte, 16)
		for i := range sealed {
			all.Go(func() { sealed[i] = seal(t, safe{db, v}, "ben_1", name, "same") })
		}
		all.Wait()
		for _, s := range sealed {
			if text, err := open(t, safe{db, v}, "ben_1", name, s); err != nil || text != "same" {
				t.Errorf("%q %v", text, err)
			}
		}
	})
}

// TestKeyFile holds how a key file is locked, that nothing is written over, and that a line cut short by a crash harms
// no other.
func TestKeyFile(t *testing.T) {
	db := storetest.SQLite(t)
	file := filepath.Join(t.TempDir(), "vault.json")
	ctx := t.Context()
	if err := vault.Create(ctx, file, vault.Options{Passphrase: "seven invented words"}); err != nil {
		t.Fatal(err)
	}
	if err := vault.Create(ctx, file, vault.Options{}); !errors.Is(err, os.ErrExist) {
		t.Errorf("created over a key: %v", err)
	}
	for _, wrong := range []string{"", "seven invented wordz"} {
		if _, err := vault.Open(ctx, file, vault.Options{Passphrase: wrong}); !errors.Is(err, vault.ErrKeyFile) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
	v, err := vault.Open(ctx, file, vault.Options{Passphrase: "seven invented words"})
	if err != nil {
		t.Fatal(err)
	}
	one := seal(t, safe{db, v}, "ben_1", name, "one")
	halves, err := os.OpenFile(vault.HalvesOf(file), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := halves.WriteString("\nkey_torn aGFsZ"); err != nil {
		t.Fatal(err)
	}
	_ = halves.Close()
	two := seal(t, safe{db, v}, "ben_2", name, "two")
	for subject, sealed := range map[string][]byte{"ben_1": one, "ben_2": two} {
		if _, err := open(t, safe{db, v}, subject, name, sealed); err != nil {
			t.Errorf("%s after a torn line: %v", subject, err)
		}
	}
	if _, err := open(t, safe{db, vaulttest.New(t)}, "ben_1", name, one); !errors.Is(err, vault.ErrKeyMissing) {
		t.Errorf("another vault: %v", err)
	}
	if err := os.Remove(vault.HalvesOf(file)); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Open(ctx, file, vault.Options{Passphrase: "seven invented words"}); !errors.Is(err,
		vault.ErrKeyFile) {
		t.Errorf("without halves: %v", err)
	}
	var none *vault.Vault
	if _, err := none.Open(ctx, nil, "ben_1", name, one); !errors.Is(err, vault.ErrNoVault) {
		t.Errorf("no vault: %v", err)
	}
}

// service stands for a key service: it wraps with a key that is not in the file.
type service struct{ flip byte }

func (s service) Wrap(_ context.Context, key, bound []byte) ([]byte, error) {
	return append(s.turn(key), bound...), nil
}

func (s service) Unwrap(_ context.Context, wrapped, bound []byte) ([]byte, error) {
	key, ok := bytes.CutSuffix(wrapped, bound)
	if !ok {
		return nil, errors.New("bound to something else")
	}
	return s.turn(key), nil
}

func (s service) turn(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= s.flip
	}
	return out
}

// TestKeyService holds that the master key may lie elsewhere.
func TestKeyService(t *testing.T) {
	db := storetest.SQLite(t)
	file := filepath.Join(t.TempDir(), "vault.json")
	o := vault.Options{Master: service{flip: 0x5a}}
	if err := vault.Create(t.Context(), file, o); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(t, safe{db, v}, "ben_1", name, "elsewhere")
	if text, err := open(t, safe{db, v}, "ben_1", name, sealed); err != nil || text != "elsewhere" {
		t.Errorf("%q %v", text, err)
	}
	for _, other := range []vault.Options{{}, {Master: service{flip: 0x11}}} {
		if _, err := vault.Open(t.Context(), file, other); !errors.Is(err, vault.ErrKeyFile) {
			t.Errorf("opened without its key service: %v", err)
		}
	}
}

// TestErasedOnlyByTombstone holds that nobody is called erased, and nobody sealed anew, where the keys are those of
// other books or of an older copy.
func TestErasedOnlyByTombstone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v, file := vaulttest.At(t)
		claim := func(v *vault.Vault) error {
			return update(t, db, func(ctx context.Context, tx *store.Tx) error { return v.Claim(ctx, tx) })
		}
		before := filepath.Join(t.TempDir(), "vault.json")
		copyFile(t, file, before)
		copyFile(t, vault.HalvesOf(file), vault.HalvesOf(before))
		if err := claim(v); err != nil {
			t.Fatal(err)
		}
		lives, gone := seal(t, safe{db, v}, "ben_1", name, "x"), seal(t, safe{db, v}, "ben_2", name, "x")
		if err := destroy(t, db, v, "ben_2"); err != nil {
			t.Fatal(err)
		}
		if err := claim(v); err != nil {
			t.Errorf("claimed again: %v", err)
		}
		older := vaulttest.Reopen(t, before)
		for what, wrong := range map[string]*vault.Vault{"other books": vaulttest.New(t), "older": older} {
			want := access.ErrForeignKey
			if what == "older" {
				want = access.ErrOlderKey
			}
			if err := claim(wrong); !errors.Is(err, want) {
				t.Errorf("%s: claimed: %v", what, err)
			}
			if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return wrong.Belongs(ctx, tx)
			}); !errors.Is(err, want) {
				t.Errorf("%s: belongs: %v", what, err)
			}
			if err := update(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, err := wrong.Seal(ctx, tx, "ben_1", name, "again")
				return err
			}); !errors.Is(err, vault.ErrKeyMissing) {
				t.Errorf("%s: sealed: %v", what, err)
			}
			found := openAll(t, db, wrong, vault.Sealed{Subject: "ben_1", At: name, Bytes: lives},
				vault.Sealed{Subject: "ben_2", At: name, Bytes: gone})
			if !errors.Is(found[0].Err, vault.ErrKeyMissing) || !errors.Is(found[1].Err, vault.ErrErased) {
				t.Errorf("%s: %v, %v", what, found[0].Err, found[1].Err)
			}
		}
	})
}

func openAll(t *testing.T, db *store.DB, v *vault.Vault, sealed ...vault.Sealed) (found []vault.Opened) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		found, err = v.OpenAll(t.Context(), tx, sealed)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}
