package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"supportledger/store/storetest"
)

// TestRecoveryToAnInstant has PostgreSQL archive its log and recovers the books to an instant, as docs/BACKUP.md says:
// they hold all that was acknowledged before it and nothing after, verify is clean, and a server with a witness of the
// newer books refuses them until somebody acknowledges that they are older.
func TestRecoveryToAnInstant(t *testing.T) {
	c := storetest.NewCluster(t, "archive_mode = on\nwal_level = replica\n"+
		"archive_command = 'test ! -f ARCHIVE/%f && cp %p ARCHIVE/%f'\n")
	books, witness := c.DSN, t.TempDir()
	ran(t, 0, "init", "--db", books, "--organisation", "Example")
	c.BaseBackup(t)
	ran(t, 0, "user", "add", "--db", books, "auditor-before")
	instant := time.Now().UTC()
	time.Sleep(1100 * time.Millisecond)
	ran(t, 0, "user", "add", "--db", books, "auditor-after")
	p := begin(t, nil, "serve", "--db", books, "--addr", "127.0.0.1:0", "--witness", witness)
	p.await(listening)
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Fatal(p.said())
	}
	c.SwitchLog(t)
	c.Stop()

	recovered := c.Recover(t, instant)
	if out := ran(t, 0, "user", "list", "--db", recovered); !strings.Contains(out, "auditor-before") ||
		strings.Contains(out, "auditor-after") {
		t.Errorf("recovered to the instant between two accounts: %s", out)
	}
	ran(t, 0, "verify", "--db", recovered)
	args := []string{"serve", "--db", recovered, "--addr", "127.0.0.1:0", "--witness", witness}
	if out := ran(t, exitFound, args...); !strings.Contains(out, "--acknowledge-rollback") {
		t.Errorf("older books are served: %s", out)
	}
	left, err := os.ReadDir(filepath.Join(c.Dir, "archive"))
	if err != nil || len(left) == 0 {
		t.Errorf("nothing was archived: %v", err)
	}
}
