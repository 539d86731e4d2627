package journal_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/ledger/ledgertest"
	"supportledger/store"
	"supportledger/store/storetest"
)

var (
	books  = ledgertest.Books
	update = ledgertest.Update
)

const entriesCSV = "external_id,date,text,account,fund,amount\n" +
	"A-1,2026-01-15,Interest,1010,UNR,12.50\nA-1,2026-01-15,Interest,4200,UNR,-12.50\n" +
	"A-2,2026-01-16,Gift,1010,UNR,100.00\nA-2,2026-01-16,Gift,4200,UNR,-100.00\n"

func entriesFile(text string) journal.ImportFile {
	return journal.ImportFile{Kind: journal.ImportEntries, Profile: journal.ProfileRFC4180, Name: "a.csv",
		Content: []byte(text)}
}

// balances are what the books hold on a day far away.
func balances(t *testing.T, db *store.DB, book ledger.Book) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		all, err := book.Balances(t.Context(), tx, "2199-01-01")
		for _, b := range all {
			out[fmt.Sprint(b.Account, " ", b.Fund, " ", b.Amount.Currency)] = b.Amount.String() + " " + b.Base.String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestImportCommitUndo takes a file into the books and out again: same balances as before, and the file may come again.
func TestImportCommitUndo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book, before := books(t, db), map[string]string{}
		if diff := cmp.Diff(before, balances(t, db, book)); diff != "" {
			t.Fatal(diff)
		}
		for round := 1; round <= 2; round++ {
			var im journal.Import
			var preview journal.Preview
			update(t, db, func(tx *store.Tx) (err error) {
				im, preview, err = journal.Upload(t.Context(), tx, book, entriesFile(entriesCSV))
				return err
			})
			if im.State != journal.ImportPreviewed || preview.New != 4 || len(preview.Entries) != 2 ||
				preview.ControlTotal.String() != "112.50" {
				t.Fatalf("round %d: %+v, %+v", round, im, preview)
			}
			fails(t, db, journal.ErrImportExists, func(tx *store.Tx) error {
				_, _, err := journal.Upload(t.Context(), tx, book, entriesFile(entriesCSV))
				return err
			})
			fails(t, db, journal.ErrImportState, func(tx *store.Tx) error {
				_, _, err := journal.Undo(t.Context(), tx, book, im.ID, "Not committed yet")
				return err
			})
			update(t, db, func(tx *store.Tx) error {
				done, posted, err := journal.Commit(t.Context(), tx, book, im.ID)
				if err == nil && (len(posted) != 2 || done.State != journal.ImportCommitted) {
					t.Errorf("round %d: posted %d, %s", round, len(posted), done.State)
				}
				return err
			})
			if got := balances(t, db, book)["1010 UNR DKK"]; got != "112.50 112.50" {
				t.Errorf("round %d: bank holds %s", round, got)
			}
			fails(t, db, journal.ErrImportState, func(tx *store.Tx) error {
				_, _, err := journal.Commit(t.Context(), tx, book, im.ID)
				return err
			})
			// Another file with the same entries has nothing new; one with other amounts under the same ids is wrong.
			update(t, db, func(tx *store.Tx) error {
				p, err := journal.PreviewFile(t.Context(), tx, book, entriesFile(entriesCSV+"\n"))
				if err == nil && (p.Duplicate != 4 || p.Rows[0].Entry == "") {
					t.Errorf("round %d: %+v", round, p)
				}
				return err
			})
			update(t, db, func(tx *store.Tx) error {
				p, err := journal.PreviewFile(t.Context(), tx, book, entriesFile(strings.ReplaceAll(entriesCSV, "12.50", "12.60")))
				if err == nil && (p.Duplicate != 2 || p.Errors != 2 || !errors.Is(p.Rows[0].Err, ledger.ErrExternalIDTaken)) {
					t.Errorf("round %d: %+v", round, p)
				}
				return err
			})
			update(t, db, func(tx *store.Tx) error {
				done, posted, err := journal.Undo(t.Context(), tx, book, im.ID, "The wrong month was exported")
				if err == nil && (len(posted) != 2 || done.State != journal.ImportUndone || posted[0].Reverses == "") {
					t.Errorf("round %d: undone %d, %s", round, len(posted), done.State)
				}
				return err
			})
			if diff := cmp.Diff(before, balances(t, db, book)); diff != "" {
				t.Errorf("round %d: the undoing left\n%s", round, diff)
			}
		}
	})
}

// fails wants an update to be refused.
func fails(t *testing.T, db *store.DB, want error, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

// TestImportUndoNeedsOpenMonth: once the month is closed, nothing of the import is reversed.
func TestImportUndoNeedsOpenMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		var im journal.Import
		update(t, db, func(tx *store.Tx) (err error) {
			if im, _, err = journal.Upload(t.Context(), tx, book, entriesFile(entriesCSV)); err != nil {
				return err
			}
			if _, _, err = journal.Commit(t.Context(), tx, book, im.ID); err != nil {
				return err
			}
			_, err = tx.NewRaw("UPDATE periods SET state = 'closed' WHERE month = '2026-01'").Exec(t.Context())
			return err
		})
		fails(t, db, ledger.ErrPeriodClosed, func(tx *store.Tx) error {
			_, _, err := journal.Undo(t.Context(), tx, book, im.ID, "Too late for that now")
			return err
		})
		update(t, db, func(tx *store.Tx) error {
			p, err := journal.PreviewFile(t.Context(), tx, book, entriesFile(strings.ReplaceAll(entriesCSV, "A-", "B-")))
			if err == nil && (p.Errors != 4 || !errors.Is(p.Rows[0].Err, ledger.ErrPeriodClosed)) {
				t.Errorf("%+v", p)
			}
			return err
		})
	})
}

// TestImportGuards: the database lets an import go through its own states only, whoever writes.
func TestImportGuards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			_, _, err := journal.Upload(t.Context(), tx, book, entriesFile(entriesCSV))
			return err
		})
		for _, sql := range []string{
			"UPDATE imports SET state = 'undone'", "UPDATE imports SET state = 'uploaded'",
			"UPDATE imports SET sha256 = 'x' || substr(sha256, 2), state = 'committed'",
			"DELETE FROM imports", "INSERT INTO import_entries (import_id, entry_id) SELECT 'imp_none', id FROM imports",
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.NewRaw(sql).Exec(t.Context())
				return err
			})
			if !errors.Is(err, store.ErrRefused) {
				t.Errorf("%s: %v", sql, err)
			}
		}
	})
}

func TestImportOpeningBalances(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		file := journal.ImportFile{Kind: journal.ImportOpeningBalances, Profile: journal.ProfileDanish, Name: "o.csv",
			Content: []byte(
				"\ufeffdate;fund;account;amount;currency;base_amount;rate\r\n01-01-2026;UNR;1010;250000,00;;;\r\n" +
					"01-01-2026;UNR;2010;-1000,00;DKK;;\r\n" +
					"01-01-2026;G1;1020;1000,00;EUR;7442,00;7,4420 DKK/EUR\r\n")}
		update(t, db, func(tx *store.Tx) error {
			im, p, err := journal.Upload(t.Context(), tx, book, file)
			if err != nil {
				return err
			}
			if p.Errors > 0 {
				t.Fatalf("%+v", p.Rows)
			}
			_, _, err = journal.Commit(t.Context(), tx, book, im.ID)
			return err
		})
		want := map[string]string{"1010 UNR DKK": "250000.00 250000.00", "2010 UNR DKK": "-1000.00 -1000.00",
			"3100 UNR DKK": "-249000.00 -249000.00",
			"1020 G1 EUR":  "1000.00 7442.00", "3200 G1 DKK": "-7442.00 -7442.00"}
		if diff := cmp.Diff(want, balances(t, db, book)); diff != "" {
			t.Error(diff)
		}
		update(t, db, func(tx *store.Tx) error { // the foreign money can be drawn
			eur, _ := ledger.ParseMoney("500.00", "EUR")
			draws, err := book.Draw(t.Context(), tx, ledger.Pool{Account: "1020", Fund: "G1", Currency: "EUR"}, eur,
				"2026-02-01")
			if err == nil && (len(draws) != 1 || draws[0].Cost.String() != "3721.00") {
				t.Errorf("drew %+v", draws)
			}
			return err
		})
	})
}

// TestImportRows says of single rows what is wrong with them.
func TestImportRows(t *testing.T) {
	db := storetest.SQLite(t)
	book := books(t, db)
	head := "external_id,date,text,account,fund,amount\n"
	twin := "A,2026-01-15,x,4200,UNR,-1.00\n"
	for row, want := range map[string]error{
		"A,2026-01-15,x,1010,UNR,1.00\n":     nil,
		"A,2026-13-15,x,1010,UNR,1.00\n":     ledger.ErrDate,
		"A,15-01-2026,x,1010,UNR,1.00\n":     ledger.ErrDate, // only da-excel writes so
		"A,2026-01-15,x,1010,UNR,1.005\n":    ledger.ErrAmount,
		"A,2026-01-15,x,1010,UNR,\"1,00\"\n": ledger.ErrAmount,
		"A,2026-01-15,x,1010,UNR,1e0\n":      ledger.ErrAmount,
		"A,2026-01-15,x,1010,UNR,1.01\n":     ledger.ErrUnbalanced,
		"A,2026-01-15,x,9999,UNR,1.00\n":     ledger.ErrUnknownAccount,
		"A,2026-01-15,x,1010,NOPE,1.00\n":    ledger.ErrUnknownFund,
		"A,2026-01-15,x,1010,G1,1.00\n":      ledger.ErrUnbalanced,
		"A,2026-01-15,x,1020,UNR,1.00\n":     ledger.ErrEntryShape, // an account in EUR
		"A,2026-01-15,x,9100,UNR,1.00\n":     ledger.ErrBooksMixed,
		"A,2026-01-15,y,1010,UNR,1.00\n":     ledger.ErrEntryShape, // two texts
		"A,2026-01-15,,1010,UNR,1.00\n":      ledger.ErrEntryShape,
		",2026-01-15,x,1010,UNR,1.00\n":      ledger.ErrEntryShape,
		"A,2026-01-15,x,1010,UNR,0.00\n":     ledger.ErrEntryShape,
	} {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			p, err := journal.PreviewFile(t.Context(), tx, book, entriesFile(head+row+twin))
			if err != nil {
				return err
			}
			var got error
			for _, r := range p.Rows {
				got = errors.Join(got, r.Err)
			}
			if want == nil && got != nil || !errors.Is(got, want) || (want != nil) != (len(p.Entries) == 0) {
				t.Errorf("%q: %v, want %v; %d entries", row, got, want, len(p.Entries))
			}
			return nil
		})
		if err != nil {
			t.Errorf("%q: %v", row, err)
		}
	}
}

// TestImportFiles refuses files that are no table of their kind.
func TestImportFiles(t *testing.T) {
	db := storetest.SQLite(t)
	book := books(t, db)
	head := "external_id,date,text,account,fund,amount\n"
	for name, f := range map[string]journal.ImportFile{
		"empty":           entriesFile(""),
		"only a head":     entriesFile(head),
		"other separator": entriesFile(strings.ReplaceAll(entriesCSV, ",", ";")),
		"no column":       entriesFile("external_id,date,text,account,amount\na,b,c,d,e\n"),
		"a column twice":  entriesFile("external_id,date,text,account,fund,amount,fund\na,b,c,d,e,f,g\n"),
		"two ways":        entriesFile("external_id,date,text,account,fund,amount,debit,credit\na,b,c,d,e,f,g,h\n"),
		"only debits":     entriesFile("external_id,date,text,account,fund,debit\na,b,c,d,e,f\n"),
		"ragged":          entriesFile(head + "a,b\n"),
		"not UTF-8":       entriesFile(head + "a,b,\xe6,d,e,f\n"),
		"too many rows":   entriesFile(head + strings.Repeat("a,b,c,d,e,f\n", journal.MaxImportRows+1)),
		"too large":       entriesFile(strings.Repeat("x", journal.MaxImportBytes+1)),
		"no workbook": {Kind: journal.ImportEntries, Profile: journal.ProfileXLSX,
			Content: []byte("PK\x03\x04 not really")},
		"zip bomb":          {Kind: journal.ImportEntries, Profile: journal.ProfileXLSX, Content: bomb(t)},
		"an unknown kind":   {Kind: "grants", Profile: journal.ProfileRFC4180, Content: []byte(entriesCSV)},
		"no profile stated": {Kind: journal.ImportEntries, Content: []byte(entriesCSV)},
	} {
		err := db.View(t.Context(), func(tx *store.Tx) error {
			_, err := journal.PreviewFile(t.Context(), tx, book, f)
			return err
		})
		if !errors.Is(err, journal.ErrImportFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bomb is a small file that unpacks to 64 MiB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	part, err := w.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	for range 64 {
		if _, err := part.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestImportProfilesAgree writes the same amounts in both CSV profiles: they make the same entries.
func TestImportProfilesAgree(t *testing.T) {
	db := storetest.SQLite(t)
	book := books(t, db)
	rapid.Check(t, func(rt *rapid.T) {
		minor := rapid.SliceOfN(rapid.Int64Range(1, 1e12), 1, 20).Draw(rt, "minor")
		var plain, danish strings.Builder
		plain.WriteString("external_id,date,text,account,fund,debit,credit\n")
		danish.WriteString("external_id;date;text;account;fund;amount\n")
		for i, n := range minor {
			amount := ledger.OfMinor(n, "DKK").String()
			comma := strings.Replace(amount, ".", ",", 1)
			fmt.Fprintf(&plain, "E%d,2026-01-31,t,1010,UNR,%s,\nE%d,2026-01-31,t,4200,UNR,,%s\n", i, amount, i, amount)
			fmt.Fprintf(&danish, "E%d;31-01-2026;t;1010;UNR;%s\nE%d;31-01-2026;t;4200;UNR;-%s\n", i, comma, i, comma)
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			a, err := journal.PreviewFile(t.Context(), tx, book, entriesFile(plain.String()))
			if err != nil {
				return err
			}
			f := entriesFile(danish.String())
			f.Profile = journal.ProfileDanish
			b, err := journal.PreviewFile(t.Context(), tx, book, f)
			same := cmp.Comparer(func(x, y decimal.Decimal) bool { return x.Equal(y) })
			if diff := cmp.Diff(a.Entries, b.Entries, same, cmp.AllowUnexported(ledger.Lot{})); err == nil &&
				(diff != "" || len(a.Entries) != len(minor)) {
				rt.Fatalf("%d entries; %s", len(a.Entries), diff)
			}
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// FuzzImport: whatever a file holds, it is refused as a file, or every row has an answer and every entry balances.
func FuzzImport(f *testing.F) {
	f.Add([]byte(entriesCSV), false, false)
	f.Add([]byte("external_id;date;text;account;fund;debit;credit\n"+
		"A;31-01-2026;x;1010;UNR;1,00;\nA;31-01-2026;x;4200;UNR;;1,00\n"), true, false)
	f.Add([]byte("date,fund,account,amount,currency,base_amount,rate\n2026-01-01,G1,1020,5.00,EUR,37.21,7.442 DKK/EUR\n"),
		false, true)
	db := storetest.SQLite(f)
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
	if err := db.Update(f.Context(), func(tx *store.Tx) error {
		if err := ledger.Create(f.Context(), tx, book); err != nil {
			return err
		}
		return book.OpenFund(f.Context(), tx, ledger.Fund{Code: "UNR", Name: "UNR", Restriction: ledger.Unrestricted,
			OpenedOn: "2026-01-01"})
	}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte, danish, opening bool) {
		file := entriesFile(string(content))
		if danish {
			file.Profile = journal.ProfileDanish
		}
		if opening {
			file.Kind = journal.ImportOpeningBalances
		}
		var p journal.Preview
		err := db.View(t.Context(), func(tx *store.Tx) (err error) {
			p, err = journal.PreviewFile(t.Context(), tx, book, file)
			return err
		})
		if err != nil {
			if !errors.Is(err, journal.ErrImportFile) {
				t.Fatalf("%q: %v", content, err)
			}
			return
		}
		if p.New+p.Duplicate+p.Errors != len(p.Rows) {
			t.Fatalf("%q: %+v", content, p)
		}
		for _, e := range p.Entries {
			sum := ledger.Zero("DKK")
			for _, l := range e.Lines {
				sum = sum.Add(l.Base)
			}
			if !sum.IsZero() || len(e.Lines) < 2 || e.ExternalID == "" {
				t.Fatalf("%q makes %+v", content, e)
			}
		}
	})
}
