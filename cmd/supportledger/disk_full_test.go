package main

import (
	"context"
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

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestDiskFull fills the disk of the books while clients post, and makes room again. Refusals are clear, nothing that
// was acknowledged is lost, and the same process goes on by itself.
func TestDiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a small file system takes root")
	}
	t.Run("sqlite", func(t *testing.T) {
		dir, dsn, tokens := onSmallDisk(t)
		fillTheDisk(t, dir, dsn, tokens)
		backupOntoFullDisk(t, dir)
	})
	t.Run("postgres", func(t *testing.T) {
		dir, dsn, tokens := postgresOnSmallDisk(t)
		fillTheDisk(t, dir, dsn, tokens)
	})
}

func fillTheDisk(t *testing.T, dir, dsn string, tokens map[string]string) {
	t.Helper()
	p := begin(t, nil, "serve", "--db", dsn, "--addr", "127.0.0.1:0", "--verify-every", "0")
	url := p.await(listening)[0]
	token := tokens["finance_officer"]
	call{token: token, path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
	post := func(n int) answer {
		a, err := call{token, fmt.Sprint("full-", n), "/opening-balances",
			`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1.00"}`}.send(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	acknowledged, refused := []string{}, 0
	for n := range 30 {
		a := post(n)
		if a.status != http.StatusCreated {
			t.Fatalf("with room it answers %d: %s", a.status, a.body)
		}
		acknowledged = append(acknowledged, effectID.FindString(a.body))
	}
	ballast := filepath.Join(dir, "ballast")
	_ = os.WriteFile(ballast, make([]byte, 128<<20), 0o600) // as much as goes in
	for n := 100; n < 5000 && refused < 20; n++ {
		switch a := post(n); a.status {
		case http.StatusCreated:
			acknowledged = append(acknowledged, effectID.FindString(a.body))
		case http.StatusServiceUnavailable:
			if refused++; !strings.Contains(a.body, `"disk_full"`) {
				t.Fatalf("a full disk is not called so: %s", a.body)
			}
		default:
			t.Fatalf("answered %d: %s", a.status, a.body)
		}
	}
	if refused == 0 {
		t.Fatal("the disk never was full, so this shows nothing")
	}
	if status, body := readyz(t, url); status != http.StatusServiceUnavailable ||
		!strings.Contains(body, `"writing":"failed"`) {
		t.Errorf("while the disk is full readyz answers %d: %s", status, body)
	}
	call{token: token, path: "/funds"}.must(t, url, http.StatusOK) // what reads goes on
	_ = os.Remove(ballast)
	began := time.Now()
	for n := 1000; ; n++ {
		a := post(n)
		if a.status == http.StatusCreated {
			acknowledged = append(acknowledged, effectID.FindString(a.body))
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("with room again it still answers %d: %s", a.status, a.body)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if status, body := readyz(t, url); status != http.StatusOK {
		t.Errorf("with room again readyz answers %d: %s", status, body)
	}
	t.Logf("%d acknowledged, %d refused while full, first one again after %v", len(acknowledged), refused,
		time.Since(began))
	p.kill()
	ran(t, 0, "verify", "--db", dsn)
	file := filepath.Join(t.TempDir(), "books.slbackup")
	ran(t, 0, "backup", "--db", dsn, "-o", file)
	if missing := entriesIn(t, file, acknowledged); len(missing) > 0 {
		t.Errorf("%d of %d acknowledged entries are gone", len(missing), len(acknowledged))
	}
}

// onSmallDisk opens books on a file system of 24 MB.
func onSmallDisk(t *testing.T) (dir, dsn string, tokens map[string]string) {
	t.Helper()
	dir = smallDisk(t, "size=24m")
	dsn = "sqlite:" + filepath.Join(dir, "books.db")
	return dir, dsn, openedAt(t, dsn)
}

// smallDisk mounts a file system of that size.
func smallDisk(t *testing.T, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return dir
}

// postgresOnSmallDisk opens books in a database of PostgreSQL whose files are on a small file system of their own.
func postgresOnSmallDisk(t *testing.T) (dir, dsn string, tokens map[string]string) {
	t.Helper()
	at := storetest.EmptyPostgres(t)
	server, err := store.Open(t.Context(), at, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	do := func(ctx context.Context, text string) {
		if _, err := server.Pool().ExecContext(ctx, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	var data string
	if err := server.Pool().QueryRowContext(t.Context(), "SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("who owns a folder cannot be told here")
	}
	dir = smallDisk(t, fmt.Sprintf("size=72m,mode=0700,uid=%d,gid=%d", owner.Uid, owner.Gid))
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("small_%d", time.Now().UnixNano())
	do(t.Context(), "CREATE TABLESPACE "+name+" LOCATION '"+dir+"'")
	do(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' TABLESPACE "+name)
	t.Cleanup(func() {
		do(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		do(context.Background(), "DROP TABLESPACE "+name)
		_ = server.Close()
	})
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return dir, u.String(), openedAt(t, u.String())
}

// openedAt opens books in an empty database and closes it again.
func openedAt(t *testing.T, dsn string) map[string]string {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	book := ledger.Book{Base: "DKK", General: generalFund, Organisation: "Example"}
	tokens, err := openBooks(t.Context(), db, book, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return tokens
}

// backupOntoFullDisk leaves nothing that could be taken for a backup.
func backupOntoFullDisk(t *testing.T, dir string) {
	t.Helper()
	_ = os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 32<<20), 0o600)
	out := ran(t, 1, "backup", "--db", restored(t, store.SQLite), "-o", filepath.Join(dir, "b.slbackup"))
	left, _ := filepath.Glob(filepath.Join(dir, "*slbackup*"))
	if len(left) > 0 || !strings.Contains(out, "no backup was written") {
		t.Errorf("left %v, said %s", left, out)
	}
}
