package story_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// foreign is what an accounting program makes of our books: account, fund and currency, and what they hold.
type foreign map[string]string

func (f foreign) add(t *testing.T, account, fund, currency, amount string) {
	t.Helper()
	key := strings.Join([]string{account, fund, currency}, " ")
	n, err := decimal.NewFromString(strings.TrimSpace(amount))
	if err != nil {
		t.Fatalf("%s holds %q", key, amount)
	}
	if before, ok := f[key]; ok {
		n = n.Add(decimal.RequireFromString(before))
	}
	f[key] = n.String()
	if n.IsZero() {
		delete(f, key)
	}
}

// exportsAgree exports the books in every format, lets the programs of those formats check them, and holds the balances
// that they compute per account, fund and currency to ours.
func exportsAgree(t *testing.T, db *store.DB) {
	t.Helper()
	dir := t.TempDir()
	ours, paths, funds, currencies := ourBalances(t, db)
	if len(ours) < 20 {
		t.Fatalf("only %d balances to compare", len(ours))
	}
	in := func(as journal.ExportFormat, name string) string {
		name = filepath.Join(dir, name)
		exportAs(t, db, as, name)
		return name
	}
	hledger := in(journal.ExportHledger, "books.journal")
	run(t, "hledger", "-f", hledger, "check", "--strict")
	beancount := in(journal.ExportBeancount, "books.beancount")
	if out := run(t, "bean-check", beancount); out != "" {
		t.Errorf("bean-check: %s", out)
	}
	cli := in(journal.ExportLedger, "books.ledger")
	run(t, "ledger", "--args-only", "--pedantic", "-f", cli, "bal")
	for name, theirs := range map[string]foreign{
		"hledger":   fromHledger(t, hledger, funds, currencies),
		"beancount": fromBeancount(t, beancount),
		"ledger":    fromLedger(t, cli, funds, currencies),
		"csv":       fromRows(t, readCSV(t, in(journal.ExportCSV, "books.csv"), ','), paths),
		"csv-excel": fromRows(t, readCSV(t, in(journal.ExportCSVDanish, "books-da.csv"), ';'), paths),
		"xlsx":      fromRows(t, readWorkbook(t, in(journal.ExportXLSX, "books.xlsx")), paths),
	} {
		if diff := cmp.Diff(ours, theirs); diff != "" {
			t.Errorf("%s holds other balances (-ours +theirs):\n%s", name, diff)
		}
	}
}

// ourBalances are the books' own, by path; a cost without a quantity stands in base currency, as the formats write it.
func ourBalances(t *testing.T, db *store.DB) (ours foreign, paths map[string]bool, funds, currencies []string) {
	t.Helper()
	ours, paths = foreign{}, map[string]bool{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		accounts, err := book.Accounts(t.Context(), tx)
		if err != nil {
			return err
		}
		balances, err := book.Balances(t.Context(), tx, "2199-12-31")
		seen := map[string]bool{}
		for _, b := range balances {
			path, c := accounts[b.Account].Path, string(b.Amount.Currency)
			paths[path] = true
			ours.add(t, path, string(b.Fund), c, b.Amount.String())
			if !seen["fund "+string(b.Fund)] {
				seen["fund "+string(b.Fund)], funds = true, append(funds, string(b.Fund))
			}
			if !seen[c] {
				seen[c], currencies = true, append(currencies, c)
			}
		}
		if err != nil {
			return err
		}
		posted, err := book.Entries(t.Context(), tx, ledger.Span{}, 0, 100_000)
		for _, p := range posted {
			for _, l := range p.Lines {
				if l.Amount.IsZero() {
					ours.add(t, accounts[l.Account].Path, string(l.Fund), string(book.Base), l.Base.String())
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ours, paths, funds, currencies
}

func exportAs(t *testing.T, db *store.DB, as journal.ExportFormat, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		return (journal.Export{Format: as}).Write(t.Context(), tx, book, file)
	}); err != nil {
		t.Fatal(err)
	}
}

func fromHledger(t *testing.T, journal string, funds, currencies []string) foreign {
	t.Helper()
	out := foreign{}
	for _, fund := range funds {
		for _, c := range currencies {
			rows := parseCSV(t, run(t, "hledger", "-f", journal, "bal", "-O", "csv", "--flat", "-N", "tag:fund=^"+fund+"$",
				"cur:^"+c+"$"), ',')
			for _, r := range rows[1:] {
				out.add(t, r[0], fund, c, strings.TrimSuffix(r[1], " "+c))
			}
		}
	}
	return out
}

func fromLedger(t *testing.T, journal string, funds, currencies []string) foreign {
	t.Helper()
	out := foreign{}
	for _, fund := range funds {
		for _, c := range currencies {
			said := run(t, "ledger", "--args-only", "-f", journal, "bal", "--flat", "--no-total", "--format",
				`%(account)\t%(quantity(scrub(total)))\n`,
				"--limit", fmt.Sprintf(`tag("fund")==%q and commodity(amount)==%q`, fund, c))
			for line := range strings.Lines(said) {
				account, amount, _ := strings.Cut(strings.TrimSpace(line), "\t")
				out.add(t, account, fund, c, amount)
			}
		}
	}
	return out
}

// fromBeancount asks for our own paths, which stand at the accounts.
func fromBeancount(t *testing.T, journal string) foreign {
	t.Helper()
	out := foreign{}
	said := run(t, "bean-query", "-f", "csv", journal,
		"SELECT getitem(open_meta(account), 'path') AS path, meta('fund') AS fund, currency, number")
	for _, r := range parseCSV(t, said, ',')[1:] {
		out.add(t, strings.TrimSpace(r[0]), strings.TrimSpace(r[1]), strings.TrimSpace(r[2]), r[3])
	}
	return out
}

// fromRows adds up an export that is a table.
func fromRows(t *testing.T, rows [][]string, paths map[string]bool) foreign {
	t.Helper()
	out := foreign{}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[strings.TrimPrefix(name, "\ufeff")] = i
	}
	number := func(s string) string { return strings.Replace(s, ",", ".", 1) }
	for _, r := range rows[1:] {
		currency, amount := r[at["currency"]], number(r[at["amount"]])
		if decimal.RequireFromString(amount).IsZero() {
			currency, amount = "DKK", number(r[at["base_amount"]])
		}
		if path := r[at["account_path"]]; paths[path] {
			out.add(t, path, r[at["fund"]], currency, amount)
		}
	}
	return out
}

func readCSV(t *testing.T, name string, comma rune) [][]string {
	t.Helper()
	return parseCSV(t, read(t, name), comma)
}

func parseCSV(t *testing.T, text string, comma rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%d rows, %v, in %.200q", len(rows), err, text)
	}
	return rows
}

func readWorkbook(t *testing.T, name string) [][]string {
	t.Helper()
	file, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
