package main

import (
	"archive/zip"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestRunGoesOnAfterKill kills -9 a run of statements again and again, until it is through: every donor has one
// statement.
func TestRunGoesOnAfterKill(t *testing.T) {
	const donors = 60
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens := opened(t, db)
		gave(t, db, donors)
		token := []string{"SUPPORTLEDGER_TOKEN=" + tokens["finance_officer"]}
		p := begin(t, token, "statement", "run", "--db", storetest.DSN(db), "--kind", "donor_annual", "--from", "2026-01-01",
			"--to", "2026-10-31")
		id := p.await(`Run (run_\w+): prepare, 60 to do`)[0]
		for kills := 0; kills < 3; kills++ {
			before := countStatements(t, db)
			for waited := 0; countStatements(t, db) < before+3 && waited < 3000; waited++ {
				time.Sleep(10 * time.Millisecond)
			}
			p.kill()
			if n := countStatements(t, db); n == donors {
				t.Errorf("after %d kills all is done already, so this shows nothing", kills)
			}
			p = begin(t, token, "statement", "run", "--db", storetest.DSN(db), "--run", id)
			p.await(`to do`)
		}
		if code := p.exit(); code != 0 {
			t.Fatalf("it ends with %d: %s", code, p.said())
		}
		if !regexp.MustCompile(`prepare: 60 of 60 done, 0 refused`).MatchString(p.said()) ||
			countStatements(t, db) != donors {
			t.Errorf("%d statements: %s", countStatements(t, db), p.said())
		}
		file := filepath.Join(t.TempDir(), "run.zip")
		p = begin(t, nil, "statement", "run", "--db", storetest.DSN(db), "--run", id, "-o", file)
		if code := p.exit(); code != 0 {
			t.Fatalf("it ends with %d: %s", code, p.said())
		}
		z, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = z.Close() }()
		if len(z.File) != donors+1 {
			t.Errorf("%d files", len(z.File))
		}
	})
}

// gave makes donors who gave to a fund.
func gave(t *testing.T, db *store.DB, n int) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		for _, code := range []ledger.FundCode{generalFund, "D1"} {
			if err := book.OpenFund(t.Context(), tx,
				ledger.Fund{Code: code, Name: "Education", Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
		}
		register := grants.Register{Book: book}
		for i := range n {
			if err := gift(t.Context(), tx, register, i); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func gift(ctx context.Context, tx *store.Tx, register grants.Register, i int) error {
	d, err := donors.Register(ctx, tx,
		donors.Donor{Code: fmt.Sprintf("D-%04d", i), Kind: donors.Person, Language: "da"})
	if err != nil {
		return err
	}
	amount, err := ledger.ParseMoney("100.00", "DKK")
	if err != nil {
		return err
	}
	_, err = gifts.Register{Grants: register}.Receive(ctx, tx, gifts.Gift{Number: fmt.Sprintf("GIFT-%d", i), Donor: d, Fund: "D1",
		On: "2026-03-03", Gross: amount,
		Fee: ledger.Zero("DKK"), Account: "1010"})
	return err
}

func countStatements(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT COUNT(*) FROM statements").Scan(t.Context(), &n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
