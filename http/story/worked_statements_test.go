package story_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"supportledger/statements/collecting"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"supportledger/statements/page"
	"supportledger/store"
	"supportledger/store/storetest"
)

var hashes = regexp.MustCompile(`(Data ?hash \(SHA-256\):) [0-9a-f]{64}`)

// TestWorkedStatements keeps the statements of the worked story as text, in both languages: as the organisation reads
// the draft and as it leaves, or why it does not. Their figures are those that statements_promised.txtar promises; the
// words are reviewed here.
func TestWorkedStatements(t *testing.T) {
	db := storetest.SQLite(t)
	play(t, db, nil)
	storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
	var who []store.Actor
	act := func(do func(context.Context, *store.Tx, statements.Issuer) error) error {
		return db.Update(t.Context(), func(tx *store.Tx) error {
			office, err := statements.OpenIssuer(t.Context(), tx, statements.Issuer{})
			if err != nil {
				return err
			}
			return do(t.Context(), tx, office)
		})
	}
	if err := act(func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		for i := range 3 {
			u, err := access.CreateUser(ctx, tx, fmt.Sprintf("hand%d", i), access.FinanceOfficer)
			if err != nil {
				return err
			}
			who = append(who, store.Actor{User: string(u.ID)})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, of := range []collecting.Request{{Subject: "G1"}, {Subject: "G2"}, {Subject: "G3"}, {Subject: "G4"},
		{Subject: "D-77"}, {Subject: "D1", Kind: figures.FundReport}, {Subject: "UNR", Kind: figures.FundReport},
		{Subject: "G1", Kind: figures.FundReport}} {
		of.To = "2026-12-31"
		var draft, issued statements.Statement
		refused := act(func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			tx.By = who[0]
			if draft, err = o.Prepare(ctx, tx, of, figures.English, ""); err != nil {
				t.Fatal(err)
			}
			if _, err = o.CheckPrivacy(ctx, tx, string(draft.ID)); err != nil {
				return err
			}
			tx.By = who[1]
			if _, err = o.Review(ctx, tx, string(draft.ID)); err != nil {
				return err
			}
			tx.By = who[2]
			issued, err = o.Issue(ctx, tx, string(draft.ID))
			return err
		})
		for _, lang := range figures.Langs {
			name := fmt.Sprintf("worked/%s%s.%s.txt", of.Subject, map[bool]string{true: "-fund"}[of.Kind != ""], lang)
			var b strings.Builder
			fmt.Fprintf(&b, "---- draft, as the organisation reads it ----\n\n%s\n---- as it leaves ----\n\n",
				page.Text(draft.Value, lang))
			switch uncleared := (*statements.NotCleared)(nil); {
			case errors.As(refused, &uncleared):
				for _, f := range uncleared.Report.Findings {
					fmt.Fprintf(&b, "%s: %s: %s\n", f.Action, f.Figure, f.Rule)
				}
			case refused != nil:
				t.Fatalf("%s: %v", of.Subject, refused)
			default:
				b.WriteString(page.Text(issued.Cleared, lang))
				for _, wrong := range figurestest.Untrue(draft.Value, issued.Cleared, lang, page.Prose(issued.Cleared, lang)) {
					t.Errorf("%s, %s: %s", of.Subject, lang, wrong)
				}
			}
			text := hashes.ReplaceAllString(b.String(), "$1 …") // ids of rates, which are drawn, are in it
			figurestest.Golden(t, name, []byte(text))
		}
	}
}
