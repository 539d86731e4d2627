package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// process is the program at work, in a process of its own.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	began time.Time
	mu    sync.Mutex
	text  bytes.Buffer  // standard output and standard error, as they came
	first time.Duration // until the first of it
	news  chan struct{} // something was written
	ended chan struct{} // and Wait has returned
}

// begin starts the program with additions to its environment. It is killed at the end of the test, if it still runs.
func begin(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("supportledger", args...), news: make(chan struct{}, 1),
		ended: make(chan struct{}), began: time.Now()}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

// Write keeps what the program says.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text.Len() == 0 {
		p.first = time.Since(p.began)
	}
	select {
	case p.news <- struct{}{}:
	default:
	}
	return p.text.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// await waits for the program to say something and gives the groups of it.
func (p *process) await(pattern string) []string {
	p.t.Helper()
	wanted := regexp.MustCompile(pattern)
	late := time.After(time.Minute)
	for {
		if found := wanted.FindStringSubmatch(p.said()); found != nil {
			return found[1:]
		}
		select {
		case <-p.news:
		case <-p.ended:
			if found := wanted.FindStringSubmatch(p.said()); found != nil {
				return found[1:]
			}
			p.t.Fatalf("it ended without saying %s:\n%s", pattern, p.said())
		case <-late:
			p.t.Fatalf("it does not say %s:\n%s", pattern, p.said())
		}
	}
}

// signal asks the program to end.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
}

// exit waits for the end and gives the exit code.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(time.Minute):
		p.t.Fatalf("it does not end:\n%s", p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // gone already is as good
	<-p.ended
}

// served starts the server on a database of storetest and gives its address.
func served(t *testing.T, db *store.DB) (*process, string) {
	t.Helper()
	p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0")
	return p, p.await(`Listening on (http://\S+)/api/v1/docs`)[0]
}

// opened opens books in an empty database and gives a token per role.
func opened(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	storetest.ClockOf(db).Set(time.Now())
	book := ledger.Book{Base: "DKK", General: generalFund, Organisation: "Example"}
	tokens, err := openBooks(t.Context(), db, book, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// call is a request as a client keeps it, to send it again.
type call struct{ token, key, path, body string }

// answer is what came back.
type answer struct {
	status   int
	replayed bool
	body     string
}

var client = &http.Client{Transport: rest.Seeing{}, Timeout: 30 * time.Second}

// send sends a POST, or a GET where the call has no body. An error is a request without an answer.
func (c call) send(ctx context.Context, url string) (answer, error) {
	method := http.MethodGet
	if c.body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, url+"/api/v1"+c.path, strings.NewReader(c.body))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		req.Header.Set("Idempotency-Key", c.key)
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header.Get("Idempotency-Replayed") == "true", string(body)}, err
}

// must is send for a request that is answered with this status.
func (c call) must(t *testing.T, url string, status int) answer {
	t.Helper()
	a, err := c.send(t.Context(), url)
	if err != nil || a.status != status {
		t.Fatalf("%s: %v, answered %d, want %d: %s", c.path, err, a.status, status, a.body)
	}
	return a
}

// list reads all pages of a list.
func list[T any](t *testing.T, url, token, path string) []T {
	t.Helper()
	var all []T
	for cursor := ""; ; {
		var page struct {
			Data []T `json:"data"`
			Page struct {
				Next string `json:"next_cursor"`
			} `json:"page"`
		}
		a := call{token: token, path: path + "?limit=200" + cursor}.must(t, url, http.StatusOK)
		if err := json.Unmarshal([]byte(a.body), &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Data...)
		if page.Page.Next == "" {
			return all
		}
		cursor = "&cursor=" + page.Page.Next
	}
}

// hold keeps every writer waiting until release: SQLite's only writer is taken, on PostgreSQL a table.
func hold(t *testing.T, db *store.DB, table string) (release func()) {
	t.Helper()
	held, let := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- db.Update(context.Background(), func(tx *store.Tx) error {
			if tx.Engine == store.Postgres {
				if _, err := tx.ExecContext(context.Background(), "LOCK TABLE "+table+" IN EXCLUSIVE MODE"); err != nil {
					return err
				}
			}
			close(held)
			<-let
			return nil
		})
	}()
	select {
	case <-held:
	case err := <-done:
		t.Fatalf("nothing is held: %v", err)
	}
	once := sync.OnceFunc(func() {
		close(let)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(once)
	return once
}

var errWaiting = errors.New("it still waits")

// within gives what a channel brings in that time.
func within[T any](c <-chan T, d time.Duration) (T, error) {
	select {
	case v := <-c:
		return v, nil
	case <-time.After(d):
		var none T
		return none, errWaiting
	}
}

// lines are those lines of a text that begin with a prefix, spaces aside.
func lines(text, prefix string) []string {
	var out []string
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); strings.HasPrefix(line, prefix) {
			out = append(out, line)
		}
	}
	return out
}

// fund is the body of a new fund.
func fund(code string) string {
	return fmt.Sprintf(`{"code":%q,"restriction":"none","opened_on":"2026-01-01"}`, code)
}
