package http_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// batchOf is a batch of payments, given as "external_id amount".
func batchOf(mode string, items ...string) string {
	entries := make([]string, len(items))
	for i, it := range items {
		id, amount, _ := strings.Cut(it, " ")
		entries[i] = strings.Replace(payment("Cost", amount), "{", fmt.Sprintf(`{"external_id":%q,`, id), 1)
	}
	return fmt.Sprintf(`{"mode":%q,"entries":[%s]}`, mode, strings.Join(entries, ","))
}

type batchAnswer struct {
	Posted, Refused int
	Known           int `json:"already_posted"`
	Items           []struct {
		Status  string
		Entry   struct{ Number string }
		Problem struct{ Code, Pointer string }
	}
}

func (a batchAnswer) String() string {
	var words []string
	for _, it := range a.Items {
		words = append(words, strings.TrimSpace(it.Status+" "+it.Entry.Number+it.Problem.Code))
	}
	return strings.Join(words, ", ")
}

func TestBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := booksServed(t, db)
		mixed := batchOf("best_effort", "a 1.00", "b 99999999.00", "c 2.00", "a 1.00", "a 1.50", "b 99999999.00")
		for _, s := range []struct{ key, body, want string }{
			{"1", mixed,
				"posted 2026-000002, refused fund_overdrawn, posted 2026-000003, already_posted 2026-000002, refused " +
					"external_id_taken, refused fund_overdrawn"},
			{"1", mixed,
				"posted 2026-000002, refused fund_overdrawn, posted 2026-000003, already_posted 2026-000002, refused " +
					"external_id_taken, refused fund_overdrawn"},
			{"2", batchOf("best_effort", "a 1.00", "c 3.00", "d 4.00"),
				"already_posted 2026-000002, refused external_id_taken, posted 2026-000004"},
			{"3", batchOf("all_or_nothing", "a 1.00", "e 5.00", "e 5.00"),
				"already_posted 2026-000002, posted 2026-000005, already_posted 2026-000005"},
		} {
			var a batchAnswer
			c.In(t).With("Idempotency-Key", s.key).Post("/journal-entries/batches", s.body).Want(200).Into(&a)
			if got := a.String(); got != s.want {
				t.Errorf("batch %s: %s\nwant %s", s.key, got, s.want)
			}
		}
		p := c.With("Idempotency-Key", "4").Post("/journal-entries/batches",
			batchOf("all_or_nothing", "f 1.00", "g 99999999.00", "h 1.005", "c 9.00")).Problem(422, "batch_refused")
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Pointer+" "+e.Code)
		}
		if got := strings.Join(places,
			", "); got != "/entries/1 fund_overdrawn, /entries/2/lines/0/amount too_many_decimals, /entries/3 external_id_taken" {
			t.Errorf("refused because of %s", got)
		}
		if n := tally(t, db, "SELECT COUNT(*) FROM entries"); n != 5 {
			t.Errorf("%d entries", n)
		}
		if n := tally(t, db, "SELECT COUNT(*) FROM audit_events WHERE action = 'entry.posted'"); n != 4 {
			t.Errorf("%d events", n)
		}
	})
}

// TestBatchesOverTheSameAccountsFinish: four large all-or-nothing batches at once, and single posts between them.
func TestBatchesOverTheSameAccountsFinish(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, secret := booksServed(t, db)
		const each = 400
		var wg sync.WaitGroup
		for b := range 4 {
			items := make([]string, each)
			for i := range items {
				items[i] = fmt.Sprintf("b%d-%d 1.00", b, i)
			}
			body := batchOf("all_or_nothing", items...)
			wg.Go(func() {
				var a batchAnswer
				answer := c.With("Idempotency-Key", fmt.Sprint("batch", b)).Post("/journal-entries/batches", body)
				if err := json.Unmarshal(answer.Body, &a); err != nil || a.Posted != each {
					t.Errorf("batch %d: %d posted, %d %.300s", b, a.Posted, answer.Status, answer.Body)
				}
			})
			wg.Go(func() {
				for i := range 10 {
					if o := send(t.Context(), c.Base, secret, fmt.Sprint("single", b, "-", i),
						payment("Cost", "1.00")); o.status != 201 {
						t.Errorf("single: %d %s", o.status, o.body)
					}
				}
			})
		}
		wg.Wait()
		if n, last := tally(t, db, "SELECT COUNT(*) FROM entries"),
			tally(t, db, "SELECT MAX(number) FROM entries"); n != 1+4*each+40 || last != n {
			t.Errorf("%d entries, the last is %d", n, last)
		}
	})
}

// The largest batch that there may be is one commit; with one entry more nothing is posted.
func TestTheLargestBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, secret := booksServed(t, db)
		items := make([]string, 5001)
		for i := range items {
			items[i] = fmt.Sprintf("n%d 0.01", i)
		}
		ask := func(key string, items []string) outcome {
			return sendTo(t.Context(), c.Base+rest.Base+"/journal-entries/batches", secret, key, batchOf("all_or_nothing", items...))
		}
		if o := ask("over", items); o.status != 422 || tally(t, db, "SELECT MAX(number) FROM entries") != 1 {
			t.Errorf("one too many: %d %.300s", o.status, o.body)
		}
		var a batchAnswer
		o := ask("full", items[:5000])
		if err := json.Unmarshal(o.body, &a); err != nil || a.Posted != 5000 ||
			tally(t, db, "SELECT MAX(number) FROM entries") != 5001 {
			t.Errorf("%d posted: %d %.300s", a.Posted, o.status, o.body)
		}
	})
}
