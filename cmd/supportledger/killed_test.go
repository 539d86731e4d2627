package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/backup"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestMigrationKilled kills a migration at any moment: the next one ends it, and what it made is a whole schema.
func TestMigrationKilled(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			began := time.Now()
			ran(t, 0, "migrate", "--db", emptyOf(t, engine))
			took, finished, closing, rounds := time.Since(began), 0, 0, storetest.Rounds(4, 100)
			for range rounds {
				dsn := emptyOf(t, engine)
				killedAfter(t, rand.N(took), "migrate", "--db", dsn)
				cmd := exec.Command("supportledger", "migrate", "--plan", "--db", dsn)
				if out, err := cmd.Output(); err == nil && len(out) == 0 { // it fails where not even a file was made
					finished++
					took = took * 2 / 3 // the machine is quicker than it was
				}
				ran(t, 0, "migrate", "--db", dsn)
				ran(t, 0, "init", "--db", dsn, "--organisation", "Example")
				verify := exec.Command("supportledger", "verify", "--db", dsn)
				out, err := verify.CombinedOutput()
				if strings.Contains(string(out), "without the write-ahead log") {
					closing++ // the log was folded in and gone, and the file did not say so yet
				} else if err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			}
			if finished == rounds {
				t.Error("no kill hit a migration, so this shows nothing")
			}
			t.Logf("%d of %d migrations were finished before the kill, %d were just closing", finished, rounds, closing)
		})
	}
}

// TestRetentionKilled kills the server while it deletes old backups: those that are left are whole, the newest is
// among them, and the next backup deletes the rest.
func TestRetentionKilled(t *testing.T) {
	dsn := restored(t, store.SQLite)
	file, _ := made(t, dsn)
	whole, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	hit := 0
	for range storetest.Rounds(2, 50) {
		dir := t.TempDir()
		const old = 5000
		names := make([]string, old)
		for i := range old {
			names[i] = filepath.Join(dir, backup.NameAt(now.Add(-time.Duration(i+48)*time.Hour), false))
			if err := os.Link(file, names[i]); err != nil {
				t.Fatal(err)
			}
		}
		args := []string{"serve", "--db", dsn, "--addr", "127.0.0.1:0", "--verify-every", "0", "--backup-dir", dir,
			"--backup-days", "1", "--backup-weeks", "1", "--backup-months", "1"}
		p := begin(t, nil, args...)
		p.await(listening)
		one := names[old-1-rand.N(old/2)] // the oldest go first
		for began := time.Now(); ; {
			if _, err := os.Stat(one); err != nil {
				break
			}
			if time.Since(began) > storetest.Within(time.Minute) {
				t.Fatalf("nothing is deleted: %s", p.said())
			}
		}
		p.kill()
		left := backups(t, dir)
		newest := left[len(left)-1]
		for _, b := range left {
			if info, err := os.Stat(b.Path); err != nil || b != newest && !os.SameFile(info, whole) {
				t.Errorf("%s is not what it was: %v", b.Path, err)
			}
		}
		if now.Sub(newest.At) > time.Minute {
			t.Errorf("the newest that is left is of %s", newest.At)
		}
		manifestOf(t, newest.Path)
		if _, err := (backup.Retention{Days: 1, Weeks: 1, Months: 1}).Prune(dir, time.Now()); err != nil {
			t.Fatal(err)
		}
		if kept := backups(t, dir); len(kept) > 3 || kept[len(kept)-1] != newest {
			t.Errorf("the next one keeps %v", kept)
		}
		if len(left) > 3 {
			hit++
		}
	}
	if hit == 0 {
		t.Error("no kill hit the deletion, so this shows nothing")
	}
}

func backups(t *testing.T, dir string) []backup.Scheduled {
	t.Helper()
	all, err := backup.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
