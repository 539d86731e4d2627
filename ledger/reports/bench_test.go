package reports_test

import (
	"testing"

	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
	"supportledger/store/storetest"
)

// million fills SQLite with a million entries over five years, 40 funds and every account of the chart that money moves
// on, by SQL: what Book.Post would write in ten minutes. The guards of single entries are dropped for it.
func million(b *testing.B) (*store.DB, ledger.Book) {
	db := storetest.SQLite(b)
	book := ledger.Book{Base: "DKK", General: "F00", Organisation: "Example"}
	err := db.Update(b.Context(), func(tx *store.Tx) error {
		if err := ledger.Create(b.Context(), tx, book); err != nil {
			return err
		}
		for _, text := range []string{
			`DROP TRIGGER entries_insert`, `DROP TRIGGER entries_seal`, `DROP TRIGGER entry_lines_insert`,
			`CREATE TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
				SELECT i FROM n`,
			`CREATE TABLE chosen AS SELECT number, row_number() OVER (ORDER BY number) - 1 AS i FROM accounts
				WHERE type <> 'budgetary'`,
			`INSERT INTO funds SELECT printf('F%02d', i - 1), 'Fund', CASE i WHEN 1 THEN 'none' ELSE 'purpose' END,
				'2021-01-01' FROM numbers WHERE i <= 40`,
			`INSERT INTO fiscal_years SELECT 2020 + i, 1000000 FROM numbers WHERE i <= 5`,
			`INSERT INTO entry_lines SELECT n.i, side.line, c.number, printf('F%02d', (n.i * 7919 / 13) % 40), 'DKK',
				side.sign * (n.i % 9973 + 1), side.sign * (n.i % 9973 + 1), '', '', '', '', NULL
				FROM numbers n CROSS JOIN (SELECT 1 AS line, 1 AS sign UNION ALL SELECT 2, -1) side
				JOIN chosen c ON c.i = CASE side.line WHEN 1 THEN (n.i * 104729 / 7) % 33 ELSE (n.i * 1299709 / 11) % 33 END`,
			`INSERT INTO entries SELECT i, 'ent_' || i, CAST(substr(date('2021-01-01', ((i * 1825 / 1000000)) || ' days'), 1, 4)
				AS INTEGER), i,
				date('2021-01-01', ((i * 1825 / 1000000)) || ' days'), 'actual', 'Generated', 'manual', '', 2, NULL, NULL, '',
				NULL, '',
				strftime('%Y-%m-%dT%H:%M:%S.000000Z', '2021-01-01', (i * 157) || ' seconds') FROM numbers`,
			`INSERT INTO balances SELECT l.account, l.fund, l.currency, e.date, SUM(l.amount), SUM(l.base)
				FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq GROUP BY 1, 2, 3, 4`,
			`UPDATE book SET last_seq = 1000000`,
		} {
			if _, err := tx.ExecContext(b.Context(), text); err != nil {
				b.Fatalf("%.40s: %v", text, err)
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db, book
}

// BenchmarkReportsOfAMillion is what reports over a million entries cost on SQLite. The trial balance as of any day has
// to stay below 50 ms.
func BenchmarkReportsOfAMillion(b *testing.B) {
	db, book := million(b)
	read := func(name string, fn func(tx *store.Tx) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := db.View(b.Context(), fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	trial := func(span ledger.Span) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			_, err := reports.ReadTrialBalance(b.Context(), tx, book, span)
			return err
		}
	}
	read("trial balance, first day", trial(ledger.Span{To: "2021-01-02"}))
	read("trial balance, middle of a month", trial(ledger.Span{To: "2023-06-17"}))
	read("trial balance, last day but one", trial(ledger.Span{To: "2025-12-30"}))
	read("trial balance, end of a year", trial(ledger.Span{To: "2024-12-31"}))
	read("trial balance, known at half", trial(ledger.Span{To: "2025-12-30", Through: 500_000}))
	year := ledger.Span{From: "2024-01-01", To: "2024-12-31"}
	read("fund balances", func(tx *store.Tx) error {
		_, err := reports.ReadFundBalances(b.Context(), tx, book,
			year)
		return err
	})
	read("activities of a year", func(tx *store.Tx) error {
		_,
			err := reports.ReadActivities(b.Context(), tx, book, year)
		return err
	})
	month := ledger.Span{From: "2024-05-01", To: "2024-05-31"}
	read("ledger of an account, a month, first page", func(tx *store.Tx) error {
		_, err := reports.ReadGeneralLedger(b.Context(), tx, book,
			reports.GeneralPage{Account: "1010", Span: month, Limit: 50})
		return err
	})
	read("ledger of an account, all of it, first page", func(tx *store.Tx) error {
		_, err := reports.ReadGeneralLedger(b.Context(), tx, book,
			reports.GeneralPage{Account: "1010", Span: ledger.Span{To: "2025-12-31"}, Limit: 50})
		return err
	})
	read("lines of an account, a page in the middle", func(tx *store.Tx) error {
		_, err := book.Lines(b.Context(), tx, ledger.Selection{Accounts: []ledger.AccountNo{"1010"}},
			ledger.Position{Seq: 500_000}, 201)
		return err
	})
}
