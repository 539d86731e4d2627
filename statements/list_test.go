package statements_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"supportledger/statements/collecting"
	"testing"
	"time"

	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
)

// A page is what follows the key before it, and lists the same statements as the whole list does.
func TestListsByPages(t *testing.T) {
	onBoth(t, func(h *house) {
		h.donors(7)
		run := h.startRun("preparer", statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-01-01", To: "2026-12-31"})
		if err := h.runner().All(t.Context(), run.ID, statements.RunPrepare, nil); err != nil {
			t.Fatal(err)
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			whole, err := h.office.Statements(ctx, tx, store.Keyset{})
			if err != nil || len(whole) != 7 {
				return fmt.Errorf("%d statements: %w", len(whole), err)
			}
			for i, l := range whole {
				s, err := h.office.Statement(ctx, tx, string(l.ID))
				if err != nil {
					return err
				}
				if want := s.Listed(); l.Hash != want.Hash || l.Period != want.Period || l.Subject != want.Subject ||
					l.State != want.State {
					t.Errorf("listed as %+v, and it is %+v", l, want)
				}
				if i > 0 && whole[i-1].ID < l.ID {
					t.Error("not the newest first")
				}
			}
			var paged []string
			for page := (store.Keyset{Limit: 3}); ; {
				rows, err := h.office.Statements(ctx, tx, page)
				if err != nil {
					return err
				}
				for _, l := range rows {
					paged = append(paged, string(l.ID))
				}
				if len(rows) < page.Limit {
					break
				}
				page.After = []string{paged[len(paged)-1]}
			}
			for i, l := range whole {
				if i >= len(paged) || paged[i] != string(l.ID) {
					t.Fatalf("pages give %v", paged)
				}
			}
			second, err := h.office.Outcomes(ctx, tx, statements.OutcomeFilter{Run: run.ID, Step: statements.RunPrepare,
				Page: store.Keyset{After: []string{"5"}, Limit: 10}})
			if len(second) != 2 || second[0].Position != 6 {
				t.Errorf("outcomes after the fifth: %+v", second)
			}
			return err
		})
	})
}

// A page of fifty takes less than a tenth of a second beside 20,000 statements (MANY=1; else beside 400).
func TestPageBesideManyStatements(t *testing.T) {
	n := 400
	if os.Getenv("MANY") != "" {
		n = 20000
	}
	onBoth(t, func(h *house) {
		h.donors(5)
		h.do("preparer", func(ctx context.Context, tx *store.Tx) error {
			s, err := h.office.Prepare(ctx, tx, collecting.Request{Subject: "D-1000", To: "2026-12-31"}, figures.Danish, "")
			if err != nil {
				return err
			}
			columns := "kind, from_date, to_date, lang, state, round, version, cutoff_seq, value, data_hash, prepared_by, " +
				"created_at, reason"
			text := `INSERT INTO statements (id, subject, ` + columns + `)
				WITH RECURSIVE counted (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < ?)
				SELECT 'sta_' || CAST(1000000 + i AS TEXT), 'D-' || CAST(1000000 + i AS TEXT), ` + columns +
				` FROM statements, counted WHERE id = ?`
			_, err = tx.NewRaw(text, n, s.ID).Exec(ctx)
			return err
		})
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			page := store.Keyset{After: []string{fmt.Sprintf("sta_%d", 1000000+n/2)}, Limit: 51}
			began := time.Now()
			rows, err := h.office.Statements(ctx, tx, page)
			took := time.Since(began)
			t.Logf("%d of %d statements in %s", len(rows), n, took)
			if len(rows) != 51 || took > 100*time.Millisecond && n == 20000 || !strings.HasPrefix(string(rows[0].ID), "sta_10") {
				t.Errorf("%d rows in %s", len(rows), took)
			}
			return err
		})
	})
}
