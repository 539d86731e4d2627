package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// TestDatabaseTurnsReadOnly has a PostgreSQL refuse writes while a server works, as one does that runs out of space or
// whose operator holds it still, and take them again: the refusal says so, /readyz is red, what reads goes on, and the
// same process goes on by itself.
func TestDatabaseTurnsReadOnly(t *testing.T) {
	dsn := storetest.EmptyPostgres(t)
	token := openedAt(t, dsn)["finance_officer"]
	operator, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = operator.Close() })
	var name string
	if err := operator.Pool().QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	turn := func(to string) {
		t.Helper()
		for _, text := range []string{"SET default_transaction_read_only = off",
			"ALTER DATABASE " + name + " SET default_transaction_read_only = " + to,
			"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "' AND pid <> pg_backend_pid()"} {
			if _, err := operator.Pool().ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	}
	operator.Pool().SetMaxOpenConns(1)
	w := newWriter(t, dsn, token)
	w.takes(10)
	turn("on")
	w.refused("read_only")
	turn("off")
	w.goesOn()
	w.keptAll(dsn)
}

// TestDiskTurnsReadOnly has the file system of a SQLite file turn itself read-only while a server works, as one does
// that met an error on its disk: the refusal says that the disk fails, /readyz is red, and what was acknowledged is
// there when the disk is mounted again. The kernel takes no further write of a process that had the file open, so that
// needs a start.
func TestDiskTurnsReadOnly(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a file system takes root")
	}
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "disk")
	mount := func(args ...string) error {
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%v: %w %s", args, err, out)
		}
		return nil
	}
	if err := os.WriteFile(image, make([]byte, 48<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mount("mkfs.ext4", "-q", image); err != nil {
		t.Skipf("there is no ext4 here: %v", err)
	}
	if err := mount("mount", "-o", "loop", image, dir); err != nil {
		t.Skipf("a file cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	dsn := "sqlite:" + filepath.Join(dir, "books.db")
	token := openedAt(t, dsn)["finance_officer"]
	w := newWriter(t, dsn, token)
	w.takes(10)
	if err := mount("mount", "-o", "remount,abort", dir); err != nil {
		w.p.kill()
		t.Skipf("this ext4 does not turn itself read-only: %v", err)
	}
	w.refused("disk_failed", "read_only", "uncertain")
	w.p.kill()
	for _, args := range [][]string{{"umount", dir}, {"mount", "-o", "loop", image, dir}} {
		if err := mount(args...); err != nil {
			t.Fatal(err)
		}
	}
	again := newWriter(t, dsn, token)
	again.acknowledged, again.n = w.acknowledged, 5000
	again.goesOn()
	again.keptAll(dsn)
}

// writer posts to a server of its own.
type writer struct {
	*testing.T

	p            *process
	url, token   string
	n            int
	acknowledged []string
}

func newWriter(t *testing.T, dsn, token string) *writer {
	t.Helper()
	p := begin(t, nil, "serve", "--db", dsn, "--addr", "127.0.0.1:0", "--verify-every", "0")
	return &writer{T: t, p: p, url: p.await(listening)[0], token: token}
}

// post books something and notes it where it is acknowledged.
func (w *writer) post() answer {
	w.Helper()
	w.n++
	a, err := call{w.token, fmt.Sprint("write-", w.n), "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1.00"}`}.send(w.Context(), w.url)
	if err != nil {
		w.Fatal(err)
	}
	if a.status == http.StatusCreated {
		w.acknowledged = append(w.acknowledged, effectID.FindString(a.body))
	}
	return a
}

func (w *writer) takes(n int) {
	w.Helper()
	call{token: w.token, path: "/funds", body: fund("UNR")}.must(w.T, w.url, http.StatusCreated)
	for range n {
		if a := w.post(); a.status != http.StatusCreated {
			w.Fatalf("it answers %d: %s", a.status, a.body)
		}
	}
}

// refused wants all writes refused with one of these codes soon, /readyz red, and reads answered.
func (w *writer) refused(codes ...string) {
	w.Helper()
	said := ""
	for began, met := time.Now(), 0; met < 5; {
		a := w.post()
		said = a.body
		for _, code := range codes {
			if a.status == http.StatusServiceUnavailable && strings.Contains(a.body, `"`+code+`"`) {
				met++
			}
		}
		if time.Since(began) > storetest.Within(20*time.Second) {
			w.Fatalf("a write is answered %d: %s", a.status, a.body)
		}
	}
	if status, body := readyz(w.T, w.url); status != http.StatusServiceUnavailable ||
		!strings.Contains(body, `"writing":"failed"`) {
		w.Errorf("while nothing can be written readyz answers %d: %s", status, body)
	}
	call{token: w.token, path: "/funds"}.must(w.T, w.url, http.StatusOK) // what reads goes on
	w.Logf("refused with %s", said)
}

// goesOn wants a write taken soon, and /readyz green.
func (w *writer) goesOn() {
	w.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		a := w.post()
		if a.status == http.StatusCreated {
			break
		}
		if time.Since(began) > storetest.Within(20*time.Second) {
			w.Fatalf("it still answers %d: %s", a.status, a.body)
		}
	}
	if status, body := readyz(w.T, w.url); status != http.StatusOK {
		w.Errorf("readyz answers %d: %s", status, body)
	}
}

// keptAll ends the server and looks for all that was acknowledged.
func (w *writer) keptAll(dsn string) {
	w.Helper()
	w.p.kill()
	ran(w.T, 0, "verify", "--db", dsn)
	file := filepath.Join(w.TempDir(), "books.slbackup")
	ran(w.T, 0, "backup", "--db", dsn, "-o", file)
	if missing := entriesIn(w.T, file, w.acknowledged); len(missing) > 0 {
		w.Errorf("%d of %d acknowledged entries are gone", len(missing), len(w.acknowledged))
	}
}
