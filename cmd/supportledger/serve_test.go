package main

import (
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// SIGTERM lets a request that is under way finish: it is answered and it counts, while nobody new is let in.
func TestStopFinishesRequestsInFlight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens := opened(t, db)
		p, url := served(t, db)
		finance := tokens["finance_officer"]
		call{token: finance, path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)

		release := hold(t, db, "idempotency_keys")
		slow := call{finance, "slow", "/opening-balances",
			`{"date":"2026-01-01","fund":"UNR","account":"1010","amount":"250.00"}`}
		answered := make(chan answer, 1)
		go func() {
			a, err := slow.send(t.Context(), url)
			if err != nil {
				a.body = err.Error()
			}
			answered <- a
		}()
		if a, err := within(answered, 300*time.Millisecond); err == nil {
			t.Fatalf("it did not wait for the lock: %d %s", a.status, a.body)
		}

		p.signal(syscall.SIGTERM)
		awaitRefusal(t, url)
		if a, err := within(answered, 300*time.Millisecond); err == nil {
			t.Fatalf("it was answered before it could be done: %d %s", a.status, a.body)
		}
		release()
		a, err := within(answered, 10*time.Second)
		if err != nil || a.status != http.StatusCreated {
			t.Fatalf("the request in flight: %v, %d %s", err, a.status, a.body)
		}
		if code := p.exit(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.said())
		}
		if !strings.Contains(p.said(), "Stopped; every request in flight was answered.") {
			t.Errorf("it says:\n%s", p.said())
		}

		_, url = served(t, db)
		if a := slow.must(t, url, http.StatusCreated); !a.replayed {
			t.Error("what was answered after SIGTERM was not kept")
		}
	})
}

// Who cannot wait for a request in flight sends the signal twice.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	db := storetest.SQLite(t)
	tokens := opened(t, db)
	p, url := served(t, db)
	hold(t, db, "idempotency_keys")
	go func() {
		slow := call{tokens["finance_officer"], "slow", "/funds", fund("UNR")}
		_, _ = slow.send(t.Context(), url) // it ends with the server
	}()
	time.Sleep(200 * time.Millisecond)
	p.signal(syscall.SIGTERM)
	awaitRefusal(t, url)
	p.signal(syscall.SIGTERM)
	if p.exit(); time.Since(p.began) > 20*time.Second || strings.Contains(p.said(), "Stopped;") {
		t.Errorf("it waited:\n%s", p.said())
	}
}

// awaitRefusal waits until nobody listens any more.
func awaitRefusal(t *testing.T, url string) {
	t.Helper()
	for range 100 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_ = conn.Close()
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("new connections are still taken")
}

// /readyz says whether the server can do its work, and turns when the books are no longer its own version's.
func TestReadiness(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, url := served(t, db)
		ready := func(want int, words ...string) {
			t.Helper()
			resp, err := http.Get(url + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body := make([]byte, 500)
			n, _ := resp.Body.Read(body)
			for _, word := range words {
				if !strings.Contains(string(body[:n]), word) {
					t.Errorf("%s is not in %s", word, body[:n])
				}
			}
			if resp.StatusCode != want {
				t.Errorf("status %d, want %d: %s", resp.StatusCode, want, body[:n])
			}
		}
		ready(http.StatusOK, `"status":"ready"`, `"serving":"ok"`, `"database":"ok"`, `"schema":"ok"`)
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO bun_migrations (name, group_id) VALUES ('20991231000000', 99)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ready(http.StatusServiceUnavailable, `"status":"not_ready"`, `"database":"ok"`, `"schema":"failed"`)
	})
}

// No token reaches the log of the server, whether the request that carries it is answered, refused or broken.
func TestNoTokenInTheLog(t *testing.T) {
	db := storetest.SQLite(t)
	tokens := opened(t, db)
	p, url := served(t, db)
	const unknown = "slt_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for _, c := range []call{
		{token: tokens["auditor"], path: "/funds"},
		{token: tokens["auditor"], path: "/funds", body: fund("X")},
		{token: unknown, path: "/funds"},
		{token: tokens["finance_officer"], path: "/funds/" + tokens["auditor"]},
		{token: tokens["finance_officer"], path: "/funds?token=" + tokens["auditor"]},
		{token: tokens["finance_officer"], path: "/funds", body: fund(tokens["auditor"])},
		{token: tokens["finance_officer"], key: tokens["auditor"], path: "/opening-balances", body: `{"date":"2026-01-01"}`},
	} {
		if _, err := c.send(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if said := p.said(); strings.Contains(said, "slt_") || strings.Count(said, `"msg":"request"`) != 7 {
		t.Errorf("the log:\n%s", said)
	}
}

// The first words come at once, whatever follows: 100 ms, in the best of some tries. Where tests run side by side the
// machine is busy, and the program by itself needs half of that to start; then three times its start counts.
func TestFirstWordsComeAtOnce(t *testing.T) {
	kept := t.TempDir()
	if out, err := exec.Command("supportledger", "demo", "--no-serve", "--scenarios", "S00-S06", "--keep",
		kept).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	books := "sqlite:" + kept + "/supportledger.db"
	most := max(100*time.Millisecond, 3*firstWord(t, 0, "version"))
	for _, args := range [][]string{
		{"--help"},
		{"version"},
		{"demo", "--no-serve"},
		{"serve", "--db", books, "--addr", "127.0.0.1:0"},
		{"migrate", "--db", books},
		{"export", "journal", "--db", books},
		{"statement", "render", "--db", books, "--subject", "G1", "--to", "2026-06-30"},
	} {
		best := firstWord(t, most, args...)
		t.Logf("%-20s %4d ms", strings.Join(args[:min(2, len(args))], " "), best.Milliseconds())
		if best > most {
			t.Errorf("%v says its first word after %v, more than %v", args, best, most)
		}
	}
}

// firstWord is how long the program takes to say something: the best of five tries, or of twenty while it takes more
// than most.
func firstWord(t *testing.T, most time.Duration, args ...string) time.Duration {
	best := time.Hour
	for i := 0; i < 5 || i < 20 && best > most && most > 0; i++ {
		p := begin(t, []string{"TMPDIR=" + t.TempDir()}, args...)
		p.await(`\S`)
		best = min(best, p.first)
		p.signal(syscall.SIGTERM)
		p.exit()
	}
	return best
}
