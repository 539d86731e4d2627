package story_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// firstHalf is what these tests play: further scenarios would move the figures they hold.
var firstHalf = []string{"S00", "S01", "S02", "S03", "S04", "S05", "S06"}

// reportPaths are the reports with what each needs; the worked story ends in June.
var reportPaths = []string{
	"/reports/trial-balance?as_of=2026-06-30",
	"/reports/trial-balance?as_of=2026-03-10&fund=G1,G2",
	"/reports/general-ledger?account=1010&from=2026-02-01&to=2026-06-30",
	"/reports/general-ledger?account=1300&to=2026-06-30",
	"/reports/fund-balances?as_of=2026-06-30",
	"/reports/activities?from=2026-02-01&to=2026-06-30",
	"/reports/activities?to=2026-06-30",
	"/reports/budget-actual?grant=G1&as_of=2026-06-30",
	"/reports/budget-actual?grant=G2&as_of=2026-06-30",
	"/reports/open-commitments?as_of=2026-06-30",
	"/reports/partner-advances?as_of=2026-06-30",
	"/reports/suspense?as_of=2026-06-30",
}

// TestEveryFigureLeadsToItsLines follows the link of every figure of every report and adds up what stands there.
func TestEveryFigureLeadsToItsLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client := play(t, db, firstHalf).As(db, "auditor", access.Auditor)
		sums := map[string]decimal.Decimal{}
		for _, path := range reportPaths {
			var answer any
			client.Get(path).Want(200).Into(&answer)
			figures := figuresIn(answer)
			if len(figures) == 0 {
				t.Errorf("%s has no figures", path)
			}
			for _, f := range figures {
				key := f.Href + f.Currency + f.Side
				if _, known := sums[key]; !known {
					sums[key] = sumBehind(t, client, f)
				}
				if !sums[key].Equal(f.Amount) {
					t.Errorf("%s: a figure is %s %s, the lines behind %s come to %s", path, f.Amount, f.Currency, f.Href, sums[key])
				}
			}
		}
		t.Logf("followed %d links", len(sums))
	})
}

type figure struct {
	Amount   decimal.Decimal
	Currency string
	Side     string
	Href     string
}

// figuresIn finds the figures in an answer: the objects with an amount and a way to its lines.
func figuresIn(v any) []figure {
	var found []figure
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			found = append(found, figuresIn(e)...)
		}
	case map[string]any:
		if v["href"] != nil && v["side"] != nil {
			amount, _ := v["amount"].(string)
			return []figure{{decimal.RequireFromString(amount), v["currency"].(string), v["side"].(string), v["href"].(string)}}
		}
		for _, e := range v {
			found = append(found, figuresIn(e)...)
		}
	}
	return found
}

// sumBehind adds up the pages of lines behind a figure.
func sumBehind(t *testing.T, client *apitest.Client, f figure) decimal.Decimal {
	t.Helper()
	sum, cursor := decimal.Zero, ""
	for {
		var page struct {
			Data []struct {
				Direction string
				Amount    struct{ Amount decimal.Decimal }
				Base      struct{ Amount decimal.Decimal } `json:"base_amount"`
			}
			Page struct {
				NextCursor string `json:"next_cursor"`
				HasMore    bool   `json:"has_more"`
			}
		}
		client.Get(strings.TrimPrefix(f.Href, "/api/v1") + "&limit=7" + cursor).Want(200).Into(&page)
		for _, l := range page.Data {
			amount := l.Amount.Amount
			if f.Currency == "DKK" {
				amount = l.Base.Amount
			}
			if l.Direction != f.Side {
				amount = amount.Neg()
			}
			sum = sum.Add(amount)
		}
		if !page.Page.HasMore {
			return sum
		}
		cursor = "&cursor=" + page.Page.NextCursor
	}
}

// TestTrialBalanceOfTheWorkedStory holds the trial balance after S00-S06 against what an accountant wrote down, and
// against what hledger makes of the exported journal.
func TestTrialBalanceOfTheWorkedStory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client := play(t, db, firstHalf).As(db, "auditor", access.Auditor)
		var trial struct {
			Rows []struct {
				Kind, Book, Account string
				Debit, Credit       *struct{ Amount decimal.Decimal }
			}
		}
		client.Get("/reports/trial-balance?as_of=2026-06-30").Want(200).Into(&trial)
		got := map[string]string{}
		for _, r := range trial.Rows {
			held := decimal.Zero
			if r.Debit != nil {
				held = held.Add(r.Debit.Amount)
			}
			if r.Credit != nil {
				held = held.Sub(r.Credit.Amount)
			}
			got[strings.TrimSpace(r.Book+" "+r.Account)] = held.StringFixed(2)
		}
		if diff := cmp.Diff(wantTrial, got); diff != "" {
			t.Errorf("trial balance (-want +got):\n%s", diff)
		}
		for account, amount := range byHledger(t, db) {
			book := "actual "
			if strings.HasPrefix(account, "9") {
				book = "budgetary "
			}
			if got[book+account] != amount {
				t.Errorf("account %s stands at %s, hledger says %s", account, got[book+account], amount)
			}
		}
	})
}

// byHledger is the balance of every account at cost, by number.
func byHledger(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	export := filepath.Join(t.TempDir(), "books.journal")
	exportJournal(t, db, export)
	rows, err := csv.NewReader(strings.NewReader(run(t, "hledger", "-f", export, "balance", "--cost", "--flat", "-N", "-e",
		"2026-07-01", "-O", "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	chart := chartByPath(t, db)
	out := map[string]string{}
	for _, r := range rows[1:] {
		amount, _, _ := strings.Cut(r[1], " ")
		out[chart[r[0]]] = amount
	}
	if len(out) < 10 {
		t.Errorf("hledger knows only %v", out)
	}
	return out
}

// tablePaths are all lists; reports are tables besides.
var tablePaths = []string{"/accounts", "/funds", "/periods", "/balances?as_of=2026-06-30", "/journal-entries",
	"/journal-lines", "/donors", "/grants",
	"/plans", "/disbursements", "/statements"}

// TestTables asks for every list and report as CSV in both profiles and as a workbook: all have the same rows, and
// every amount is the same number.
func TestTables(t *testing.T) {
	db := storetest.SQLite(t)
	client := play(t, db, firstHalf).As(db, "auditor", access.Auditor)
	for _, path := range slices.Concat(tablePaths, reportPaths) {
		t.Run(path, func(t *testing.T) {
			client := client.In(t)
			join := "?"
			if strings.Contains(path, "?") {
				join = "&"
			}
			plain := readTable(t, client.With("Accept", "text/csv").Get(path).Want(200), ',')
			danish := readTable(t, client.Get(path+join+"format=csv&csv_profile=da-excel&lang=da").Want(200), ';')
			answer := client.Get(path + join + "format=xlsx").Want(200)
			book := readSheet(t, answer)
			if len(plain) != len(danish) || len(plain) != len(book) {
				t.Fatalf("%d rows of CSV, %d in Danish, %d in the workbook", len(plain), len(danish), len(book))
			}
			if cmp.Equal(plain[0], danish[0]) && len(plain[0]) > 3 {
				t.Errorf("headings are the same in Danish: %v", plain[0])
			}
			for i := range plain[1:] {
				for j, cell := range plain[i+1] {
					if other := danish[i+1][j]; other != cell && strings.Replace(other, ",", ".", 1) != cell {
						t.Errorf("row %d: %q in Danish is %q", i, cell, other)
					}
					if got := cellAt(book[i+1], j); got != cell && !sameNumber(got, cell) {
						t.Errorf("row %d, %s: %q in the workbook is %q", i, plain[0][j], cell, got)
					}
				}
			}
			if name := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(name, "attachment; filename=\"") ||
				!strings.HasSuffix(name, ".xlsx\"") {
				t.Errorf("the workbook is called %s", name)
			}
		})
	}
}

func cellAt(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return "" // trailing empty cells are not kept
}

func sameNumber(a, b string) bool {
	x, err := decimal.NewFromString(a)
	y, other := decimal.NewFromString(b)
	return err == nil && other == nil && x.Equal(y)
}

func readTable(t *testing.T, a apitest.Answer, comma rune) [][]string {
	t.Helper()
	body, marked := bytes.CutPrefix(a.Body, []byte("\ufeff"))
	if marked != (comma == ';') {
		t.Errorf("byte order mark: %v", marked)
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// readWorkbook gives the rows below the facts, numbers as they are stored.
func readSheet(t *testing.T, a apitest.Answer) [][]string {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := file.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 4 || rows[0][0] == "" || !strings.HasPrefix(rows[1][0], "Organisation: Example") {
		t.Fatalf("above the table stands %v", rows[:min(4, len(rows))])
	}
	blank := slices.IndexFunc(rows, func(r []string) bool { return len(r) == 0 })
	rows = rows[blank+1:]
	for i, row := range rows[1:] {
		for j, cell := range row {
			if strings.Contains(strings.ToLower(rows[0][j]), "date") || rows[0][j] == "From" || rows[0][j] == "To" ||
				strings.HasSuffix(rows[0][j], " on") {
				rows[i+1][j] = day(cell)
			}
		}
	}
	return rows
}

// day writes a spreadsheet's number of a day as the day.
func day(cell string) string {
	var n int
	if _, err := fmt.Sscanf(cell, "%d", &n); err != nil || n < 40000 {
		return cell
	}
	at, err := excelize.ExcelDateToTime(float64(n), false)
	if err != nil {
		return cell
	}
	return at.Format("2006-01-02")
}

func chartByPath(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.QueryContext(t.Context(), "SELECT path, number FROM accounts")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var path, number string
			if err := rows.Scan(&path, &number); err != nil {
				return err
			}
			out[path] = number
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// wantTrial is the trial balance of 30 June after S00-S06, debit positive.
var wantTrial = map[string]string{
	"actual": "0.00", "actual 1010": "277994.00", "actual 1020": "7460.00", "actual 1300": "132.74",
	"actual 2100": "-35370.20",
	"actual 3100": "-250000.00", "actual 4100": "-7009.80", "actual 4300": "-282.54", "actual 5100": "2654.87",
	"actual 5110": "3982.30",
	"actual 6100": "120.09", "actual 6200": "36.00", "actual 6300": "282.54",
	"budgetary": "0.00", "budgetary 9100": "6666.66", "budgetary 9900": "-6666.66",
}
