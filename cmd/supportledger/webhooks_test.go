package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// forgetful receives webhooks, fails every third time, and forgets nothing.
type forgetful struct {
	mu    sync.Mutex
	calls int
	taken []string            // subjects
	ids   map[string][]string // webhook-id of each subject
}

func (f *forgetful) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var e struct{ Subject string }
	_ = json.Unmarshal(body, &e)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls++; f.calls%3 == 0 {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	f.taken = append(f.taken, e.Subject)
	f.ids[e.Subject] = append(f.ids[e.Subject], r.Header.Get("Webhook-Id"))
}

func (f *forgetful) heard() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.taken)
}

// TestReceiverHearsAllThroughKills kills -9 the server while events are told to a receiver that fails every third time,
// and sends again what had no answer: every entry is told in order, none is missing, and one that is told twice has one
// webhook-id.
func TestReceiverHearsAllThroughKills(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens, keys := opened(t, db), newKeys(t)
		receiver := &forgetful{ids: map[string][]string{}}
		at := httptest.NewServer(receiver)
		t.Cleanup(at.Close)
		serve := func() (*process, string) {
			p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--vault-key", keys.vault,
				"--webhook-to", at.URL, "--webhook-network", "127.0.0.0/8")
			return p, p.await(`Listening on (http://\S+)/api/v1/docs`)[0]
		}
		p, url := serve()
		var made struct{ ID string }
		ask := call{tokens["admin"], "", "/webhook-endpoints",
			fmt.Sprintf(`{"url":%q,"types":["opening_balance"],"reason":"The case system"}`, at.URL)}
		decide := func(id string) call {
			return call{tokens["treasurer"], "", "/webhook-endpoints/" + id + "/decisions", `{"decision":"approve"}`}
		}
		into(t, ask, url, &made)
		into(t, decide(made.ID), url, &made)
		into(t, call{tokens["finance_officer"], "", "/funds",
			`{"code":"UNR","restriction":"none","opened_on":"2026-01-01"}`}, url, &made)
		const all, kills = 12, 2
		for n := range all {
			c := call{tokens["finance_officer"], fmt.Sprintf("hook-%d", n), "/opening-balances",
				fmt.Sprintf(`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"%d.00"}`, n+1)}
			into(t, c, url, &made)
			if n%(all/kills) != all/kills-1 {
				continue
			}
			for waited := 0; len(receiver.heard()) < n-2 && waited < 1000; waited++ {
				time.Sleep(10 * time.Millisecond)
			}
			p.kill()
			lapse(t, db)
			p, url = serve()
			into(t, c, url, &made) // as a client does that got no answer
		}
		var feed struct {
			Data []struct{ Subject string }
		}
		into(t, call{tokens["finance_officer"], "", "/events?type=opening_balance&limit=200", ""}, url, &feed)
		var want []string
		for _, e := range feed.Data {
			want = append(want, e.Subject)
		}
		if len(want) != all {
			t.Fatalf("%d events of %d acts", len(want), all)
		}
		for waited := 0; waited < 6000 && !slices.Contains(receiver.heard(), want[len(want)-1]); waited++ {
			time.Sleep(10 * time.Millisecond)
		}
		if got := slices.Compact(receiver.heard()); !slices.Equal(got, want) {
			t.Errorf("%d events, of which it heard %d: %v, want %v\n%s", len(want), len(got), got, want, p.said())
		}
		for subject, ids := range receiver.ids {
			if len(slices.Compact(ids)) != 1 {
				t.Errorf("%s was told under the ids %v", subject, ids)
			}
		}
	})
}

// lapse ends the claim of a process that was killed, as a quarter of a minute does.
func lapse(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("UPDATE webhook_progress SET claimed_until = ''").Exec(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// into sends a call that must succeed and reads its answer.
func into(t *testing.T, c call, url string, v any) {
	t.Helper()
	a, err := c.send(t.Context(), url)
	if err != nil || a.status >= 300 {
		t.Fatalf("%s: %d %s, %v", c.path, a.status, a.body, err)
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatal(err)
	}
}
