package evidence_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"supportledger/ledger/evidence"
	"supportledger/ledger/ledgertest"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// An owner of the database who takes the guards away, or of the folder, is found.
func TestVerifyEvidenceFindsEveryChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledgertest.Books(t, db)
		a, dir := archive(t)
		posted := ledgertest.Post(t, db, book, ledgertest.Opening("UNR", "2026-01-05", "100.00"),
			ledgertest.Opening("UNR", "2026-01-10", "40.00"))
		one, _ := storedIn(t, db, a, receipt)
		two, _ := storedIn(t, db, a, receipt+"another")
		ledgertest.Update(t, db, func(tx *store.Tx) error {
			_, err := evidence.Attach(t.Context(), tx, book, posted[0].Number, one.ID)
			return err
		})
		found := func(tx *store.Tx, a *evidence.Archive) []proof.Finding {
			var out proof.Findings
			done, err := evidence.Verify(t.Context(), tx, a, &out, func(int64) {})
			if err != nil || done.Documents == 0 || a == nil && done.Opened != 0 {
				t.Errorf("verified %+v: %v", done, err)
			}
			return out.List
		}
		ledgertest.View(t, db, func(tx *store.Tx) error {
			if list := found(tx, a); len(list) != 0 {
				t.Errorf("untouched: %v", list)
			}
			return nil
		})
		for name, attack := range map[string]struct{ sql, finding string }{
			"another content": {"UPDATE evidence SET sha256 = '" + strings.Repeat("0", 64) + "' WHERE id = '" +
				string(one.ID) + "'", "its row was changed"},
			"another kind": {"UPDATE evidence SET kind = 'bank' WHERE id = '" + string(one.ID) + "'",
				"its row was changed"},
			"gone":              {"DELETE FROM evidence WHERE id = '" + string(two.ID) + "'", "its row is gone"},
			"a proof taken off": {"DELETE FROM entry_evidence", "proved it, and that is gone"},
			"a proof added": {"INSERT INTO entry_evidence (entry_id, evidence_id, attached_by, attached_at) SELECT '" +
				string(posted[1].ID) + "', '" + string(two.ID) +
				"', attached_by, attached_at FROM entry_evidence", "that was written past this program"},
			"written in": {"INSERT INTO evidence SELECT 'evd_forged', '" + strings.Repeat("a", 64) +
				"', media_type, bytes, kind, taken_on, retention_until, stored_by, stored_at FROM evidence WHERE id = '" +
				string(two.ID) + "'",
				"it was written past this program"},
		} {
			undone := errors.New("undone")
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				storetest.DisableGuards(t, tx)
				if _, err := tx.ExecContext(t.Context(), attack.sql); err != nil {
					t.Errorf("%s: the attack failed, so it proves nothing: %v", name, err)
				}
				if list := found(tx, nil); len(list) != 1 || !strings.Contains(list[0].String(), attack.finding) {
					t.Errorf("%s: %v", name, list)
				}
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatal(err)
			}
		}
		for path, content := range kept(t, dir) {
			if !bytes.Contains([]byte(path), []byte(one.SHA256)) {
				continue
			}
			content[len(content)-1] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ledgertest.View(t, db, func(tx *store.Tx) error {
			if list := found(tx, a); len(list) != 1 || !strings.Contains(list[0].Place, string(one.ID)) {
				t.Errorf("a file of which a bit was changed: %v", list)
			}
			return nil
		})
		countedWithoutKey(t, db, dir, two)
	})
}

// countedWithoutKey holds that a document that is gone or cut short is found without the key, and one that is there is
// not.
func countedWithoutKey(t *testing.T, db *store.DB, dir string, d evidence.Document) {
	t.Helper()
	blobs, err := evidence.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	counted := func(want ...string) {
		t.Helper()
		ledgertest.View(t, db, func(tx *store.Tx) error {
			var out proof.Findings
			done, err := evidence.Verify(t.Context(), tx, evidence.OpenLocked(blobs), &out, func(int64) {})
			if err != nil || done.Counted != done.Documents || len(out.List) != len(want) ||
				len(want) == 1 && !strings.Contains(out.List[0].String(), want[0]) {
				t.Errorf("counted %+v: %v, %v; want %v", done, out.List, err, want)
			}
			return nil
		})
	}
	counted()
	for path, content := range kept(t, dir) {
		if !strings.Contains(path, d.SHA256) {
			continue
		}
		if err := os.WriteFile(path, content[1:], 0o600); err != nil {
			t.Fatal(err)
		}
		counted("bytes, want")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		counted("its file is missing")
	}
}
