package story_test

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// listed is an operation of the API that answers a list, with the path of one such list.
type listed struct{ op, path string }

// TestListsReadTheirPageOnly asks for a page of every list in books of 200 rows a table and again in books of 600
// (20,000 with SOAK=1): the statements sent to the database and the rows read from it must not grow. The lists are
// those of the API description, so a new one is looked at by itself. PostgreSQL gets the rows that SQLite has.
func TestListsReadTheirPageOnly(t *testing.T) {
	db := storetest.SQLite(t)
	play(t, db, nil)
	b := &bookshelf{t: t, db: db, client: apitest.Serve(t, db)}
	for _, role := range access.Roles {
		b.readers = append(b.readers, b.client.As(db, "reader "+string(role), role))
	}
	storetest.ClockOf(db).Advance(20 * 24 * time.Hour) // a statement is of months that are over
	(&service{client: b.client}).act(t, b.readers[slices.Index(access.Roles, access.FinanceOfficer)], "/statements",
		`{"subject":"G1","to":"2026-01-31"}`, "DRAFT")
	raw := rawOf(t, db)
	fillEmpty(t, raw)
	seed(t, raw)
	lists := b.lists(raw)
	c := newCopier(t, raw)
	c.until(200)
	small := filepath.Join(t.TempDir(), "small.db")
	do(t, raw, "VACUUM INTO '"+small+"'")
	before := b.measure(lists)
	c.until(storetest.Rounds(600, 20_000))
	b.judge(lists, before)
	t.Run("postgres", func(t *testing.T) {
		pg := storetest.Postgres(t)
		there := &bookshelf{t: t, db: pg, client: apitest.Serve(t, pg)}
		for _, r := range b.readers {
			there.readers = append(there.readers, r.At(there.client))
		}
		m := newMirror(t, pg)
		m.fill(openRaw(t, small))
		few := there.measure(lists)
		m.fill(raw)
		there.judge(lists, few)
	})
}

// judge asks for a page of every list again, now that the tables are large, and for some lists as a table.
func (b *bookshelf) judge(lists []listed, small map[string]listStats) {
	b.t.Helper()
	large := b.measure(lists)
	for _, l := range lists {
		before, after := small[l.op], large[l.op]
		b.t.Logf("%s: %d statements, %d rows; then %d, %d in %v", l.op, before.Statements, before.Rows, after.Statements,
			after.Rows, after.took)
		grew := after.Statements > before.Statements || after.Rows > before.Rows+before.Rows/2+10
		switch {
		case after.status != http.StatusOK && alone[l.op] == "" && waiting[l.op] == "":
			b.t.Errorf("%s: %s answers %d: %s", l.op, l.path, after.status, after.body)
		case !after.more && l.op == l.path && alone[l.op] == "" && waiting[l.op] == "":
			b.t.Errorf("%s: %s has no second page, so nothing is known of it: %s", l.op, l.path, after.body)
		case grew && waiting[l.op] == "":
			b.t.Errorf("%s: %s sent %d statements and read %d rows of small tables, %d and %d of large ones", l.op, l.path,
				before.Statements, before.Rows, after.Statements, after.Rows)
		}
	}
	for _, path := range []string{"/disbursements", "/payments", "/bank-lines", "/gifts"} {
		b.table(path)
	}
	finance := b.readers[slices.Index(access.Roles, access.FinanceOfficer)]
	for _, path := range []string{"/disbursements?limit=1", "/statements?limit=50"} {
		took := []time.Duration{}
		for range 9 {
			took = append(took, b.page(finance, path).took)
		}
		slices.Sort(took)
		b.t.Logf("%s: %v in the median of nine", path, took[4])
	}
}

// heapWhile is by how much the heap of server and client together grows at most while something runs.
func heapWhile(run func()) uint64 {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	runtime.GC()
	metrics.Read(heap)
	before, most := heap[0].Value.Uint64(), uint64(0)
	done, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		for {
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	run()
	close(done)
	<-seen
	return max(most, before) - before
}

// alone are lists of which these books have no second page, with the reason. What they read may not grow either.
var alone = map[string]string{
	"/backups":                 "files of a folder",
	"/bank-imports/{id}/lines": "lines of one file, which are not copied",
	"/donor-imports/{id}/rows": "rows of one file, which is kept and read as a whole",
	"/imports/{id}/rows":       "rows of one file, which is kept and read as a whole",
	"/jobs":                    "river keeps its own tables, which are not copied; what is done is kept for two days",
}

// waiting are lists that read all that waits for somebody, and whose rows go by it.
var waiting = map[string]string{
	"/approval-reminders": "counts by role and step of what waits: what a policy still wants is known of one at a time",
	"/bank-differences":   "one row for each account of ours at a bank, which its lines are counted for",
	"/match-suggestions":  "lines of one account that nobody has explained are weighed against each other",
	"/office-reminders":   "what is due of what waits and of transfers that are open",
	"/receipt-samples":    "a sample is drawn: rows are read until a page of it is full, so their number goes by chance",
}

// seed makes something to see in lists that show no row of what the worked story and fillEmpty have written, or only
// a few rows of one thing.
func seed(t *testing.T, raw *sql.DB) {
	t.Helper()
	for _, text := range []string{
		"UPDATE account_changes SET kind = 'roles'",
		"UPDATE entry_drafts SET entry_id = NULL",
		"UPDATE time_sheet_days SET fund = 'G1', on_day = '2026-01-05'",
		"DELETE FROM payee_warnings", "DELETE FROM payee_details", // they are sealed
		"UPDATE disbursements SET state = 'evidenced' WHERE number LIKE '%3' OR number LIKE '%6'",
		"UPDATE disbursements SET state = 'submitted', submitted_on = '2026-01-15' " +
			"WHERE id = (SELECT MIN(id) FROM disbursements)",
	} {
		do(t, raw, text)
	}
	do(t, raw, "INSERT INTO own_accounts SELECT a.number, 1, o.name, o.iban, o.bic, o.entered_by, o.entered_at "+
		"FROM accounts AS a, own_accounts AS o WHERE a.path LIKE 'assets:bank:%' AND a.number <> o.account")
	again(t, raw, "complaints", map[string]string{"id": "id || '+' || n", "number": "number || '+' || n",
		"kind": "CASE n % 2 WHEN 0 THEN 'service' ELSE 'privacy' END"})
	again(t, raw, "tokens", map[string]string{"id": "id || '+' || n", "hash": "randomblob(32)",
		"kind": "CASE n % 2 WHEN 0 THEN 'session' ELSE 'token' END"})
	again(t, raw, "entry_drafts", map[string]string{"id": "id || '+' || n"})
	again(t, raw, "bank_lines", map[string]string{"id": "id || '+' || n",
		"created_at": "'2020' || substr(created_at, 5)"}) // that nobody has explained since
	again(t, raw, "statements", map[string]string{"id": "id || '+' || n", "subject": "subject || '+' || n"})
	again(t, raw, "in_kind_contributions", map[string]string{"id": "id || '+' || n",
		"entry_id": "entry_id || '+' || n"})
}

// again writes each row of a table sixteen times more, n being the number of the copy.
func again(t *testing.T, raw *sql.DB, table string, values map[string]string) {
	t.Helper()
	columns := column(t, raw, "SELECT name FROM pragma_table_info('"+table+"')")
	chosen := slices.Clone(columns)
	for i, col := range columns {
		chosen[i] = cmp.Or(values[col], col)
	}
	do(t, raw, fmt.Sprintf("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 16) "+
		"INSERT INTO %s (%s) SELECT %s FROM %s, c", table, strings.Join(columns, ", "), strings.Join(chosen, ", "), table))
}

// ids choose the thing that a list belongs to, by the path up to the parameter.
var ids = map[string]string{
	"/payment-batches/": "SELECT number FROM payment_batches",
	"/statement-runs/":  "SELECT id FROM statement_runs",
	"/statements/":      "SELECT id FROM statements",
	"/periods/":         "SELECT month FROM periods",
	"/grants/":          "SELECT code FROM grants",
	"/disbursements/":   "SELECT id FROM disbursements",
	"/plans/":           "SELECT number FROM plans",
	"/beneficiaries/":   "SELECT code FROM beneficiaries",
	"/donor-imports/":   "SELECT id FROM donor_imports",
	"/imports/":         "SELECT id FROM imports",
	"/bank-imports/":    "SELECT id FROM bank_imports",

	"/webhook-endpoints/": "SELECT id FROM webhook_endpoints",
}

// queries are what a list wants beside the page.
var queries = map[string]string{
	"/approval-reminders":     "&limit=1",
	"/bank-accounts":          "&limit=1",
	"/bank-differences":       "&limit=1",
	"/match-suggestions":      "&account=1010&limit=1",
	"/due-items":              "&from=2020-01-01&to=2099-12-31",
	"/duplicates":             "&all=true",
	"/reminders":              "&on=2030-01-01",
	"/reports/time-sheets":    "&fund=G1&from=2020-01-01&to=2099-12-31",
	"/reports/complaints":     "&from=2020-01-01&to=2099-12-31&limit=1",
	"/reports/general-ledger": "&account=1010&from=2026-01-01&to=2026-12-31",
	"/reports/gift-list":      "&year=2026",
	"/retention":              "&on=2099-01-01",
}

// bookshelf is a server over books that grow, with a client for every role.
type bookshelf struct {
	t       *testing.T
	db      *store.DB
	client  *apitest.Client
	readers []*apitest.Client
}

// lists finds the operations that take a cursor.
func (b *bookshelf) lists(raw *sql.DB) (found []listed) {
	b.t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Ref string `json:"$ref"`
			}
		}
	}
	if err := json.Unmarshal(b.client.Get("/openapi.json").Want(http.StatusOK).Body, &document); err != nil {
		b.t.Fatal(err)
	}
	for path, operations := range document.Paths {
		get, reads := operations["get"]
		if !reads || !slices.ContainsFunc(get.Parameters,
			func(p struct {
				Ref string `json:"$ref"`
			}) bool {
				return p.Ref == "#/components/parameters/Cursor"
			}) {
			continue
		}
		if strings.HasPrefix(path, "/own-statements/") {
			continue // a donor's own few, opened by the link of a mail
		}
		filled := path
		if before, rest, owned := strings.Cut(path, "{"); owned {
			_, after, _ := strings.Cut(rest, "}")
			id := ids[before]
			if id == "" || strings.Contains(after, "{") {
				b.t.Errorf("%s: choose a thing for it in ids", path)
				continue
			}
			filled = before + url.PathEscape(column(b.t, raw, id+" ORDER BY 1 LIMIT 1")[0]) + after
		}
		found = append(found, listed{path, filled})
	}
	slices.SortFunc(found, func(a, b listed) int { return strings.Compare(a.op, b.op) })
	return found
}

// listStats is what a page of a list took.
type listStats struct {
	store.TxStats
	status int
	more   bool
	took   time.Duration
	body   string // its beginning
}

// seen is how much a page tells: of those that no reader gets to the end, the answer of one who may read it.
func (s listStats) seen() int {
	return slices.Index([]int{http.StatusForbidden, http.StatusNotFound, http.StatusInternalServerError,
		http.StatusUnprocessableEntity, http.StatusOK}, s.status)
}

// measure asks for a page of each list as the first reader who gets one that goes on.
func (b *bookshelf) measure(lists []listed) map[string]listStats {
	b.t.Helper()
	measured := map[string]listStats{}
	for _, l := range lists {
		for _, c := range b.readers {
			limit := "?limit=5"
			if strings.Contains(queries[l.op], "&limit=") {
				limit = "?"
			}
			stats := b.page(c, l.path+limit+queries[l.op])
			if best, known := measured[l.op]; !known || stats.more || stats.seen() > best.seen() {
				measured[l.op] = stats
			}
			if stats.more {
				break
			}
		}
	}
	return measured
}

func (b *bookshelf) page(c *apitest.Client, path string) (stats listStats) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.client.Base+rest.Base+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	began := time.Now()
	var body []byte
	stats.TxStats = storetest.CountSQL(b.db, func() { body = c.Raw(req) })
	stats.took = time.Since(began).Round(time.Millisecond)
	var page struct {
		Status int
		Page   rest.PageView
	}
	if err := json.Unmarshal(body, &page); err != nil {
		b.t.Fatalf("%s: %v: %s", path, err, body)
	}
	stats.status, stats.more, stats.body = cmp.Or(page.Status, http.StatusOK), page.Page.HasMore,
		fmt.Sprintf("%.300s", body)
	return stats
}

// table asks for a list as CSV and again page by page: both hold the same number of rows.
func (b *bookshelf) table(path string) {
	b.t.Helper()
	c := b.readers[slices.Index(access.Roles, access.FinanceOfficer)]
	began := time.Now()
	var csv []byte
	grew := heapWhile(func() { csv = c.Get(path + "?format=csv").Want(http.StatusOK).Body })
	took := time.Since(began)
	rows, pages := 0, 0
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		var page struct {
			Data []json.RawMessage
			Page rest.PageView
		}
		answer := c.Get(path + "?limit=200&cursor=" + url.QueryEscape(cursor)).Want(http.StatusOK)
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			b.t.Fatalf("%s: %v", path, err)
		}
		rows, cursor = rows+len(page.Data), page.Page.NextCursor
	}
	if lines := strings.Count(string(csv), "\n") - 1; lines != rows || pages < 2 {
		b.t.Errorf("%s: CSV of %d rows, %d pages of %d", path, lines, pages, rows)
	}
	b.t.Logf("%s: CSV of %d rows and %d bytes in %v, the heap grew by %d KB", path, rows, len(csv),
		took.Round(time.Millisecond), grew>>10)
}

// madeUp are values that a reader of the books parses, by column.
var madeUp = map[string]string{"currency": "'DKK'", "rate": "'7.46'", "amount": "100", "month": "'2026-01'",
	"year": "2026", "percent": "'100'", "at_least": "''", "attained": "''", "failing_since": "''", "claimed_until": "''"}

// fillEmpty writes one made-up row into every table that the worked story leaves empty: it refers to rows that are
// there, its states are the first that the table allows.
func fillEmpty(t *testing.T, raw *sql.DB) {
	t.Helper()
	tables := column(t, raw,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'river%'")
	for range 3 { // until what is referred to has been written
		for _, table := range tables {
			if column(t, raw, "SELECT count(*) FROM "+table)[0] != "0" {
				continue
			}
			text := column(t, raw, "SELECT sql FROM sqlite_schema WHERE name = '"+table+"'")[0]
			parents := map[string]string{}
			for _, pair := range column(t, raw,
				`SELECT "from" || ' ' || coalesce("to", 'id') || ' FROM ' || "table" FROM pragma_foreign_key_list('`+table+`')`) {
				col, parent, _ := strings.Cut(pair, " ")
				parents[col] = "(SELECT " + parent + " LIMIT 1)"
			}
			var columns, values []string
			for _, pair := range column(t, raw, "SELECT name || ' ' || type FROM pragma_table_info('"+table+"')") {
				col, typ, _ := strings.Cut(pair, " ")
				columns = append(columns, col)
				allowed := regexp.MustCompile(`\b` + col + ` IN \(('[^']*')`).FindStringSubmatch(text)
				switch {
				case parents[col] != "":
					values = append(values, "coalesce("+parents[col]+", 'x')")
				case allowed != nil:
					values = append(values, allowed[1])
				case madeUp[col] != "":
					values = append(values, madeUp[col])
				case strings.HasSuffix(col, "_at") || col == "at":
					values = append(values, "'2026-01-15T09:00:00.000000Z'")
				case dated(col):
					values = append(values, "'2026-01-15'")
				case typ == "INTEGER":
					values = append(values, "1")
				case typ == "BLOB":
					values = append(values, "x'00'")
				default:
					values = append(values, "'x'")
				}
			}
			if _, err := raw.ExecContext(t.Context(),
				"INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")); err != nil {
				t.Logf("%s stays empty: %v", table, err)
			}
		}
	}
}

// rawOf opens a SQLite file as its owner can, past the program, and takes its guards away.
func rawOf(t *testing.T, db *store.DB) *sql.DB {
	t.Helper()
	raw := openRaw(t, strings.TrimPrefix(storetest.DSN(db), "sqlite:"))
	for _, name := range column(t, raw, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
		do(t, raw, "DROP TRIGGER "+name)
	}
	for _, pragma := range []string{"foreign_keys = OFF", "ignore_check_constraints = ON", "synchronous = OFF",
		"busy_timeout = 10000"} {
		do(t, raw, "PRAGMA "+pragma)
	}
	return raw
}

func openRaw(t *testing.T, file string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1) // pragmas are of a connection
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

func do(t *testing.T, raw *sql.DB, text string) {
	t.Helper()
	if _, err := raw.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// column reads the first column of a query as text.
func column(t *testing.T, raw *sql.DB, text string) (values []string) {
	t.Helper()
	rows, err := raw.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
