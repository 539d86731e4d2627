package http_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"path/filepath"
	"testing"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger/evidence"

	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

const receipt = "%PDF-1.7\nTuition, spring term\n%%EOF\n"

// archive is an archive in a folder of its own.
func archive(t *testing.T) *evidence.Archive {
	t.Helper()
	key, err := evidence.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := evidence.OpenFolder(filepath.Join(t.TempDir(), "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	a, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// withBooks serves books with one entry in them.
func withBooks(t *testing.T, db *store.DB, a *evidence.Archive) (*apitest.Client, ledger.Posted) {
	t.Helper()
	var posted []ledger.Posted
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		if err := book.OpenFund(t.Context(), tx,
			ledger.Fund{Code: "UNR", Name: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		amount, err := ledger.ParseMoney("12.50", "DKK")
		if err != nil {
			return err
		}
		posted, err = book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-31", Text: "Interest", Act: "manual",
			Lines: []ledger.Line{ledger.Base("1010", "UNR", amount), ledger.Base("4200", "UNR", amount.Neg())}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Evidence: a})
	return c.As(db, "finance", access.FinanceOfficer), posted[0]
}

type evidenceAnswer struct {
	ID        string   `json:"id"`
	MediaType string   `json:"media_type"`
	Until     string   `json:"retention_until"`
	Entries   []string `json:"entries"`
}

// TestEvidence follows a document through its operations: stored, found, stored again, saved, attached, shown on its
// entry.
func TestEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, entry := withBooks(t, db, archive(t))
		up := c.With("Content-Type", "application/octet-stream")
		const to = "/evidence?kind=receipt&taken_on=2025-12-30"
		if tried := up.Post(to+"&dry_run=true", receipt).Want(200); !bytes.Contains(tried.Body, []byte(`"dry_run":true`)) {
			t.Errorf("a dry run says %s", tried.Body)
		}
		var made, found evidenceAnswer
		first := up.With("Idempotency-Key", "e1").Post(to, receipt).Want(201)
		first.Into(&made)
		if first.Header.Get("Location") != rest.Base+"/evidence/"+made.ID || made.Until != "2030-12-31" {
			t.Errorf("made %+v at %s", made, first.Header.Get("Location"))
		}
		if again := up.With("Idempotency-Key", "e1").Post(to, receipt).Want(201); again.Header.Get(
			"Idempotency-Replayed") != "true" {
			t.Error("the same request was not answered as before")
		}
		up.Post(to, receipt).Want(200).Into(&found)
		if found.ID != made.ID {
			t.Errorf("the same document is %s and %s", made.ID, found.ID)
		}
		content := c.Get("/evidence/" + made.ID + "/content").Want(200)
		for name, want := range map[string]string{"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff",
			"Content-Disposition": fmt.Sprintf(`attachment; filename="%s.pdf"`, made.ID)} {
			if got := content.Header.Get(name); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		if string(content.Body) != receipt {
			t.Errorf("content %q", content.Body)
		}
		attach := "/journal-entries/" + entry.Number + "/evidence"
		c.Post(attach, `{"evidence_id":"evd_none"}`).Problem(422, "unknown_reference")
		c.Post("/journal-entries/2026-000009/evidence", `{"evidence_id":"`+made.ID+`"}`).Problem(404, "not_found")
		for range 2 {
			c.Post(attach, `{"evidence_id":"`+made.ID+`"}`).Want(200)
		}
		c.Get("/evidence/" + made.ID).Want(200).Into(&found)
		if len(found.Entries) != 1 || found.Entries[0] != string(entry.ID) || found.Until != "2031-12-31" {
			t.Errorf("attached: %+v", found)
		}
		for _, path := range []string{"/journal-entries/" + entry.Number, "/journal-entries"} {
			if shown := c.Get(path).Want(200); !bytes.Contains(shown.Body, []byte(`"evidence":["`+made.ID+`"]`)) {
				t.Errorf("%s does not show it: %s", path, shown.Body)
			}
		}
		c.Get("/evidence/evd_none").Problem(404, "not_found")
	})
}

// TestEvidenceRefused holds what is refused, and with which word.
func TestEvidenceRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := withBooks(t, db, archive(t))
		up := c.With("Content-Type", "application/octet-stream")
		const to = "/evidence?kind=receipt"
		up.Post(to, "<script>alert(1)</script>").Problem(415, "evidence_type_not_allowed")
		up.Post(to, append([]byte(receipt), make([]byte, evidence.MaxBytes)...)).Problem(413, "body_too_large")
		up.Post(to, "").Problem(400, "malformed_json")
		up.Post("/evidence", receipt).Problem(422, "validation_failed")
		up.Post("/evidence?kind=selfie", receipt).Problem(422, "validation_failed")
		up.Post(to+"&file_name=amina.pdf", receipt).Problem(422, "unknown_parameter")
		c.With("Content-Type", "application/pdf").Post(to, receipt).Problem(415, "media_type_not_allowed")
		c.Post(to, `{"content":""}`).Problem(415, "media_type_not_allowed")
		var cut bytes.Buffer
		if err := jpeg.Encode(&cut, image.NewGray(image.Rect(0, 0, 30, 30)), nil); err != nil {
			t.Fatal(err)
		}
		up.Post(to, cut.Bytes()[:200]).Problem(422, "evidence_unreadable")
		auditor := c.As(db, "auditor", access.Auditor).With("Content-Type", "application/octet-stream")
		auditor.Post(to, receipt).Problem(http.StatusForbidden, "forbidden_scope")
	})
}

// TestEvidenceWithoutKey holds that a server without a key refuses documents and does everything else.
func TestEvidenceWithoutKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, entry := withBooks(t, db, nil)
		c.With("Content-Type", "application/octet-stream").Post("/evidence?kind=receipt", receipt).Problem(501,
			"evidence_not_set_up")
		c.Get("/journal-entries/" + entry.Number).Want(200)
	})
}
