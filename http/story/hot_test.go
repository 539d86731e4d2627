package story_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// hot are the operations that people and programs call most: path, or path and body of what is written anew each time,
// with %d for what must differ and DAY for today.
var hot = []struct{ path, body string }{
	{path: "/me"},
	{path: "/accounts"},
	{path: "/funds"},
	{path: "/balances?account=1010&fund=UNR"},
	{path: "/reports/trial-balance"},
	{path: "/journal-entries?limit=20"},
	{path: "/approvals"},
	{path: "/disbursements?limit=20"},
	{path: "/disbursements/D-2026-0001"},
	{path: "/plans?limit=20"},
	{path: "/plans/P-101"},
	{path: "/grants/G1"},
	{path: "/payees?limit=20"},
	{path: "/payments?limit=20"},
	{path: "/bank-lines?limit=20"},
	{path: "/donors?limit=20"},
	{"/journal-entries", `{"date":"DAY","text":"Tea %d","lines":[{"account":"1010","fund":"UNR","direction":"debit","amount":"1.00"},` +
		`{"account":"4200","fund":"UNR","direction":"credit","amount":"1.00"}]}`},
	{"/gifts", `{"donor":"D-77","fund":"UNR","date":"DAY","gross":"5%d.00"}`},
	{"/bank-lines", `{"account":"1010","date":"DAY","amount":"1.00","reference":"HOT-%d"}`},
	{"/disbursements", `{"settlement":"payment","date":"DAY","category":"emergency-aid","account":"1010","amount":"10.00",` +
		`"payee":"C-1","paid_by":"card","shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed %d"}`},
}

// TestHotOperations counts what twenty hot operations cost in the books of the worked story: statements sent to the
// database, exactly, and allocations of caller and server together, within a tenth. Time goes by the machine, counts do
// not. testdata/hot.txt is written anew with -update.
func TestHotOperations(t *testing.T) {
	var told strings.Builder
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		play(t, db, nil)
		c := apitest.Serve(t, db)
		today := string(ledger.DateOf(storetest.ClockOf(db).Now()))
		finance, casework := c.As(db, "hot", access.FinanceOfficer), c.As(db, "hot too", access.Caseworker)
		for n, op := range hot {
			id, caller := 0, finance
			if op.path == "/disbursements" {
				caller = casework
			}
			call := func() {
				id++
				body := strings.ReplaceAll(op.body, "DAY", today)
				if body != "" {
					body = fmt.Sprintf(body, id)
				}
				callRaw(t, caller, op.path, body, fmt.Sprintf("hot-%d-%d", n, id))
			}
			for range 3 {
				call()
			}
			sent := storetest.CountSQL(db, call).Statements
			fmt.Fprintf(&told, "%s %s %d %d\n", t.Name()[len("TestHotOperations/"):], strings.Fields(op.path)[0], sent,
				allocations(5, call))
		}
	})
	compareCounts(t, filepath.Join("testdata", "hot.txt"), told.String())
}

// callRaw sends one request past the judge of the document, whose own allocations are many.
func callRaw(t *testing.T, c *apitest.Client, path, body, key string) {
	t.Helper()
	method, want := http.MethodGet, http.StatusOK
	if body != "" {
		method, want = http.MethodPost, http.StatusCreated
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.Base+rest.Base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header()
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	read, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != want {
		t.Fatalf("%s: %d %s %v", path, answer.StatusCode, read, err)
	}
}

// allocations is the least number of allocations that a call took: others may run beside it.
func allocations(times int, call func()) uint64 {
	least := ^uint64(0)
	for range times {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call()
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return least
}

// compareCounts holds counts against those of a file.
func compareCounts(t *testing.T, file, told string) {
	t.Helper()
	if asked := flag.Lookup("update"); asked != nil && asked.Value.String() == "true" {
		if err := os.WriteFile(file, []byte(told), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	was := map[string][2]int{}
	for line := range strings.Lines(string(kept)) {
		var engine, path string
		var n [2]int
		if _, err := fmt.Sscan(line, &engine, &path, &n[0], &n[1]); err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		was[engine+" "+path] = n
	}
	for line := range strings.Lines(told) {
		var engine, path string
		var now [2]int
		if _, err := fmt.Sscan(line, &engine, &path, &now[0], &now[1]); err != nil {
			t.Fatal(err)
		}
		before := was[engine+" "+path]
		if now[0] > before[0] || now[1] > before[1]+before[1]/10 {
			t.Errorf("%s on %s sends %d statements and takes %d allocations; it was %d and %d", path, engine, now[0], now[1],
				before[0], before[1])
		}
	}
}
