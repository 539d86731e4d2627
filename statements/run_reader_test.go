package statements_test

import (
	"bytes"
	"context"
	"strings"
	"supportledger/statements/collecting"
	"testing"

	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
)

// A run gives each donor her own language, and none to who has nothing: no money, no gift, no use of it.
func TestRunForItsReaders(t *testing.T) {
	onBoth(t, func(h *house) {
		h.nextYear()
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := donors.Register(ctx, tx, donors.Donor{Code: "D-EN", Kind: donors.Person, Language: "en"})
			return err
		})
		h.give("D-77", "GIFT-1", "2026-03-03", "5000.00")
		h.give("D-EN", "GIFT-2", "2026-03-05", "500.00")
		h.give("D-78", "GIFT-3", "2026-01-05", "70.00")
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := gifts.Register{Grants: h.office.Grants}.Refund(ctx, tx, "GIFT-3", "2026-01-20")
			return err
		})
		run := h.startRun("preparer", statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-02-01", To: "2026-12-31"})
		if err := h.runner().All(t.Context(), run.ID, statements.RunPrepare, nil); err != nil {
			t.Fatal(err)
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			all, err := h.office.Outcomes(ctx, tx, statements.OutcomeFilter{Run: run.ID, Step: statements.RunPrepare})
			for _, o := range all {
				switch {
				case o.Subject == "D-78":
					if !strings.Contains(o.Refusal, "nothing was given") {
						t.Errorf("D-78 has nothing: %+v", o)
					}
				case o.Refusal != "":
					t.Errorf("%+v", o)
				default:
					s, err := h.office.Statement(ctx, tx, string(o.Statement))
					want := map[string]figures.Lang{"D-77": figures.Danish, "D-EN": figures.English}[o.Subject]
					if err != nil || s.Lang != want {
						t.Errorf("%s in %s, want %s: %v", o.Subject, s.Lang, want, err)
					}
				}
			}
			return err
		})
	})
}

// What a file is, is told apart: a draft, a locked copy, what another program wrote, an altered one, another key's.
func TestVerdicts(t *testing.T) {
	onBoth(t, func(h *house) {
		s := h.seal(h.issued(collecting.Request{Subject: "G1", To: "2026-12-31"}, "").ID)
		locked, err := page.Lock(s.Document, "a passphrase that is long")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(locked, []byte("/R 6")) && !bytes.Contains(locked, []byte("/R\n6")) {
			t.Error("the copy is not locked by revision 6")
		}
		altered := bytes.Clone(s.Document)
		altered[len(altered)/2] ^= 1
		draft, err := page.PDF(s.Value, figures.English)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			file []byte
			key  string
			want sealing.Verdict
		}{"genuine": {s.Document, h.public, ""}, "locked": {locked, h.public, sealing.IsLocked},
			"altered": {altered, h.public, sealing.WasAltered}, "draft": {draft, h.public, sealing.IsUnsealed},
			"pages": {s.Pages(), h.public, sealing.IsUnsealed}, "text": {[]byte("hello"), h.public, sealing.NoStatement},
			"foreign": {[]byte("%PDF-1.7\n%%EOF\n"), h.public, sealing.NoStatement}} {
			_, err := sealing.Check(c.file, c.key)
			var got sealing.Verdict
			if a, not := err.(*sealing.Altered); not { //nolint:errorlint // it is never wrapped
				got = a.Kind()
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q (%v)", name, got, c.want, err)
			}
		}
	})
}
