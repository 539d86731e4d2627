package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"supportledger/cmd/witness"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// readOnlyView shows a folder where nothing can be written: mounted read-only for root, else by its rights.
func readOnlyView(t *testing.T, dir string) string {
	t.Helper()
	if os.Geteuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		return dir
	}
	at := t.TempDir()
	for _, args := range [][]string{{"--bind", dir, at}, {"-o", "remount,bind,ro", at}} {
		if out, err := exec.CommandContext(t.Context(), "mount", args...).CombinedOutput(); err != nil {
			t.Skipf("nothing can be mounted here: %v %s", err, out)
		}
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", at).Run() })
	return at
}

// beside copies books to a folder of their own: the file, and what lies beside it of these.
func beside(t *testing.T, file string, suffixes ...string) (copied string) {
	t.Helper()
	copied = filepath.Join(t.TempDir(), "books.db")
	for _, suffix := range append(suffixes, "") {
		content, err := os.ReadFile(file + suffix)
		if err == nil {
			err = os.WriteFile(copied+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// busyFile is a file of books that a server has open, whose newest commits stand in the log alone.
func busyFile(t *testing.T) (file string, p *process, post func()) {
	t.Helper()
	db := storetest.SQLite(t)
	tokens := opened(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	p, at := served(t, db)
	n := 0
	post = func() {
		t.Helper()
		n++
		call{token: tokens["finance_officer"], path: "/funds", body: fund(fmt.Sprintf("F%d", n))}.must(t, at,
			http.StatusCreated)
	}
	post()
	return strings.TrimPrefix(storetest.DSN(db), "sqlite:"), p, post
}

// Books are verified and exported where nothing can be written: a closed file, one that a crash left with its log, with
// and without the index of the log, and one that a server has open.
func TestVerifyOnReadOnlyMedia(t *testing.T) {
	file, p, post := busyFile(t)
	crashed := map[string]string{"with its log": beside(t, file, "-wal"), "with log and index": beside(t, file, "-wal", "-shm")}
	post()
	crashed["while it is served"] = file
	leaves := map[string]string{}
	for name, file := range crashed {
		dsn := "sqlite:" + filepath.Join(readOnlyView(t, filepath.Dir(file)), filepath.Base(file))
		said := ran(t, 0, "verify", "--db", dsn)
		leaves[name] = strings.Fields(said)[0]
		ran(t, 0, "export", "journal", "--db", dsn, "-o", os.DevNull)
		if _, err := os.Stat(file + "-wal"); err != nil {
			t.Errorf("%s: the log is gone: %v", name, err)
		}
	}
	if leaves["with its log"] != leaves["with log and index"] || leaves["with its log"] >= leaves["while it is served"] {
		t.Errorf("what stands in the log was not read: %v", leaves)
	}
	p.signal(syscall.SIGTERM)
	if p.exit() != 0 {
		t.Fatal(p.said())
	}
	if left, _ := filepath.Glob(file + "*"); len(left) != 1 {
		t.Errorf("a stopped server leaves %v", left)
	}
	dsn := "sqlite:" + filepath.Join(readOnlyView(t, filepath.Dir(file)), filepath.Base(file))
	if said := ran(t, 0, "verify", "--db", dsn); strings.Fields(said)[0] != leaves["while it is served"] {
		t.Error(said)
	}
}

// A user who may only read verifies books on PostgreSQL.
func TestVerifyByAReadOnlyUser(t *testing.T) {
	db := storetest.Postgres(t)
	opened(t, db)
	role := fmt.Sprintf("reader_%d", time.Now().UnixNano())
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, text := range []string{"CREATE ROLE " + role + " LOGIN", "GRANT USAGE ON SCHEMA public TO " + role,
			"GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role} {
			if _, err := tx.ExecContext(t.Context(), text); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = db.Update(context.Background(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(context.Background(), "DROP OWNED BY "+role+"; DROP ROLE "+role)
			return err
		})
	})
	u, err := url.Parse(storetest.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(role)
	ran(t, 0, "verify", "--db", u.String())
	ran(t, 0, "export", "journal", "--db", u.String(), "-o", os.DevNull)
}

// A copy of a running file that lacks the log, and a log that was lost after a crash, are found; the books are served
// when somebody says that they know.
func TestACopyWithoutItsLogIsFound(t *testing.T) {
	file, _, _ := busyFile(t)
	torn := beside(t, file)
	serve := []string{"serve", "--db", "sqlite:" + torn, "--addr", "127.0.0.1:0"}
	for range 2 { // looking does not make it whole
		for _, args := range [][]string{{"verify", "--db", "sqlite:" + torn}, serve} {
			if said := ran(t, exitFound, args...); !strings.Contains(said, "without the write-ahead log") {
				t.Errorf("%s says\n%s", args[0], said)
			}
		}
	}
	p := begin(t, nil, append(serve, "--acknowledge-rollback")...)
	p.await(listening)
	p.signal(syscall.SIGTERM)
	p.exit()
	ran(t, 0, "verify", "--db", "sqlite:"+torn)
}

// Books that were put where others had been open, whose log still lies there, are not mixed with it.
func TestBooksBesideAnOldLogAreRefused(t *testing.T) {
	file, p, post := busyFile(t)
	older := beside(t, file, "-wal")
	ran(t, 0, "user", "list", "--db", "sqlite:"+older) // closes it: one file
	for range 5 {
		post()
	}
	later := beside(t, file, "-wal")
	p.kill()
	content, err := os.ReadFile(older)
	if err == nil {
		err = os.WriteFile(later, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"serve", "verify"} {
		args := []string{command, "--db", "sqlite:" + later}
		if said := ran(t, exitFound, args...); !strings.Contains(said, "Move books.db-wal away") {
			t.Error(said)
		}
	}
	if err := os.Rename(later+"-wal", later+"-aside"); err != nil {
		t.Fatal(err)
	}
	ran(t, 0, "verify", "--db", "sqlite:"+later)
}

// A server whose books are put back while it serves them stops within a minute, hourly where only signed checkpoints
// remember more.
func TestBooksPutBackAreServedNoLonger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		dir := witness.Folder(t.TempDir())
		var ended error
		k := &care{witnessFlags: witnessFlags{Witness: dir}, db: db, end: func(err error) { ended = err }}
		for _, all := range []bool{true, false} {
			if err := k.witness(t.Context(), all); err != nil || ended != nil {
				t.Fatal(err, ended)
			}
		}
		text, err := json.Marshal(map[string]any{"leaves": 1_000_000, "root": proof.Hash{}, "at": "2026-11-30"})
		if err == nil {
			err = os.WriteFile(filepath.Join(string(dir), "books.seen"), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := k.witness(t.Context(), false); !witness.Older(err) || !witness.Older(ended) {
			t.Errorf("%v, ended by %v", err, ended)
		}
		private, _, err := proof.NewKey("example.org/other")
		if err != nil {
			t.Fatal(err)
		}
		other := storetest.SQLite(t)
		opened(t, other)
		var signed proof.Checkpoint
		if err := other.View(t.Context(), func(tx *store.Tx) error {
			signed, err = proof.Signer{PrivateKey: private}.Sign(t.Context(), tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		ended = nil
		if err := os.Remove(filepath.Join(string(dir), "books.seen")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(string(dir), "1.note"), []byte(signed.Note), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := k.witness(t.Context(), false); err != nil {
			t.Error(err)
		}
		if err := k.witness(t.Context(), true); !witness.Older(err) || !witness.Older(ended) {
			t.Errorf("%v, ended by %v", err, ended)
		}
	})
}
