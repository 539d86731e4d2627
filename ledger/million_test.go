package ledger

import (
	"flag"
	"testing"

	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
)

var (
	million = flag.String("million", "", "make a SQLite file of this name with many sound entries, to measure verify on")
	entries = flag.Int("million-entries", 1_000_000, "how many")
)

// TestMakeAMillion makes books to measure on: rows by SQL, then their leaves. It is no test of anything.
func TestMakeAMillion(t *testing.T) {
	if *million == "" {
		t.Skip("go test ./ledger -run MakeAMillion -million FILE, then: supportledger verify --db sqlite:FILE")
	}
	db, err := store.Open(t.Context(), "sqlite:"+*million, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	book := Book{Base: "DKK", General: "UNR", Organisation: "Million"}
	if err := db.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *store.Tx) error {
		if err := Create(t.Context(), tx, book); err != nil {
			return err
		}
		return madeUp(t, tx)
	})
	for after, done := int64(0), false; !done; {
		update(func(tx *store.Tx) error {
			page, err := storedEntries(t.Context(), tx, after, 20000)
			var e proof.Encoder
			for i := range page {
				proof.Append(tx, page[i].leaf(&e, proof.NewSeal()))
				if err := access.Record(t.Context(), tx, access.Event{Action: "entry.posted",
					Subject: string(page[i].ID)}); err != nil {
					return err
				}
				after = page[i].Seq
			}
			done = len(page) == 0
			return err
		})
	}
}

// madeUp writes entries over twenty funds, eight accounts and three years.
func madeUp(t *testing.T, tx *store.Tx) error {
	t.Helper()
	var triggers []string
	if err := tx.NewRaw("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('entries', "+
		"'entry_lines', 'balances')").Scan(t.Context(), &triggers); err != nil {
		return err
	}
	for _, name := range triggers {
		if _, err := tx.ExecContext(t.Context(), "DROP TRIGGER "+name); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?0)
			SELECT i, 2024 + (i - 1) * 3 / ?0 AS year, 'F' || (i % 20) AS fund, 100 + i % 100000 AS amount,
			date((2024 + (i - 1) * 3 / ?0) || '-01-01', '+' || (i * 7 % 365) || ' days') AS day FROM n`,
		`INSERT INTO funds (code, name, restriction, opened_on) WITH RECURSIVE f(i) AS (SELECT 0 UNION ALL SELECT i + 1
			FROM f WHERE i < 19)
			SELECT 'F' || i, 'Fund ' || i, 'none', '2024-01-01' FROM f`,
		`INSERT INTO fiscal_years (year, last_number) SELECT year, COUNT(*) FROM n GROUP BY year`,
		`INSERT INTO periods (month, state) SELECT DISTINCT substr(day, 1, 7), 'open' FROM n`,
		`INSERT INTO entry_lines (entry_seq, line, account, fund, currency, amount, base, category, plan, payee, partner)
			SELECT i, 1, '1010', fund, 'DKK', amount, amount, '', '', '', '' FROM n`,
		`INSERT INTO entry_lines (entry_seq, line, account, fund, currency, amount, base, category, plan, payee, partner)
			SELECT i, 2, CASE i % 3 WHEN 0 THEN '4100' WHEN 1 THEN '4900' ELSE '2100' END, fund, 'DKK', -amount, -amount,
				'tuition', 'P-' || (i % 500), '', '' FROM n`,
		`INSERT INTO entries (seq, id, fiscal_year, number, date, book, text, act, source, line_count, reason, created_by,
			created_at)
			SELECT i, printf('ent_%026d', i), year, ROW_NUMBER() OVER (PARTITION BY year ORDER BY i), day, 'actual',
				'Entry number ' || i, 'manual', '', 2, '',
			'usr_06h0jraaehskv0s7ctae86ef4w', '2026-01-15T09:00:00.000000Z' FROM n ORDER BY i`,
		`INSERT INTO balances (account, fund, currency, date, amount, base) SELECT l.account, l.fund, l.currency, e.date,
			SUM(l.amount), SUM(l.base)
			FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq GROUP BY 1, 2, 3, 4`,
		`UPDATE book SET last_seq = ?0`,
		`DROP TABLE n`,
	} {
		if _, err := tx.NewRaw(text, *entries).Exec(t.Context()); err != nil {
			return err
		}
	}
	return nil
}
