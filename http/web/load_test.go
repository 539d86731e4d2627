package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// atMost is within how many milliseconds 99 of 100 pages begin to arrive.
const atMost = 50 * time.Millisecond

// TestPagesBeginAtOnce asks for pages over 9,000 disbursements as sixteen people at once, and measures when the first
// byte comes. It is of a machine that does nothing else, and so only under SOAK.
func TestPagesBeginAtOnce(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("with SOAK=1 it measures")
	}
	w := staged(t, storetest.SQLite(t))
	n := w.many(t, 9000)
	lead, finance := w.as(t, access.ProgrammeLead), w.as(t, access.FinanceOfficer)
	pages := []struct {
		of   reader
		path string
	}{{lead, "/inbox"}, {lead, "/disbursements/" + w.left.Requests[0]}, {lead, "/plans/" + w.left.Plan},
		{finance, "/finance"}, {finance, "/payment-runs"}, {finance, "/journal"}, {finance, "/bank"}, {lead, "/due"}}
	for _, p := range pages {
		p.of.get(p.path).want(http.StatusOK)
	}
	const clients, each = 16, 40
	took := make([][]time.Duration, len(pages))
	var mu sync.Mutex
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			for i := range each {
				at := (c + i) % len(pages)
				first, err := firstByte(pages[at].of, pages[at].path)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				took[at] = append(took[at], first)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	var every []time.Duration
	for i, p := range pages {
		every = append(every, took[i]...)
		t.Logf("%-28s p50 %v, p99 %v", p.path, share(took[i], 50), share(took[i], 99))
	}
	p99 := share(every, 99)
	t.Logf("%d disbursements, %d clients, %d pages: p50 %v, p99 %v", n, clients, len(every), share(every, 50), p99)
	if p99 > atMost {
		t.Errorf("p99 is %v, over %v", p99, atMost)
	}
}

// share is what so many of a hundred are not longer than.
func share(all []time.Duration, of int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, len(all)*of/100)].Round(100 * time.Microsecond)
}

// firstByte is how long it takes until a page begins to arrive.
func firstByte(r reader, path string) (first time.Duration, err error) {
	began := time.Now()
	ctx := httptrace.WithClientTrace(r.t.Context(), &httptrace.ClientTrace{
		GotFirstResponseByte: func() { first = time.Since(began) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.at+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", "text/html")
	resp, err := r.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %d", path, resp.StatusCode)
	}
	return first, nil
}

// many has the books hold so many disbursements: those that are there, again and again, settled long ago.
func (w world) many(t *testing.T, wanted int) (n int) {
	t.Helper()
	err := w.db.Update(t.Context(), func(tx *store.Tx) error {
		var columns []string
		if err := tx.NewRaw("SELECT name FROM pragma_table_info('disbursements')").Scan(t.Context(), &columns); err != nil {
			return err
		}
		values := slices.Clone(columns)
		for i, column := range columns {
			switch column {
			case "id", "number":
				values[i] = column + " || '+' || n"
			case "state":
				values[i] = "'draft'"
			}
		}
		text := fmt.Sprintf("WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?) "+
			"INSERT INTO disbursements (%s) SELECT %s FROM disbursements, c", strings.Join(columns, ", "),
			strings.Join(values, ", "))
		if _, err := tx.NewRaw(text, wanted/len(w.left.Requests)).Exec(t.Context()); err != nil {
			return err
		}
		_, err := tx.NewRaw("UPDATE disbursements SET state = 'cancelled', version = version + 1 WHERE id LIKE '%+%'").
			Exec(t.Context())
		if err != nil {
			return err
		}
		return tx.NewRaw("SELECT COUNT(*) FROM disbursements").Scan(t.Context(), &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
