package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"supportledger/store"
)

// The tests below kill -9 a process of their own: this test binary again, running only TestChild.
const childEnv = "STORE_TEST_CHILD"

// TestChild is the process that gets killed. It tells its parent on standard output how far it is.
func TestChild(t *testing.T) {
	task, dsn, found := strings.Cut(os.Getenv(childEnv), " ")
	if !found {
		t.Skip("this is the child of the crash tests; it does nothing by itself")
	}
	files := schema
	if task == "migrate" {
		files = slowMigration(strings.HasPrefix(dsn, "sqlite"))
	}
	db := open(t, dsn, store.Options{Schema: files})
	must(t, db.Migrate(t.Context(), func(name string) { fmt.Println("child", name) }))
	for i := 1; ; i++ {
		must(t, draw(db, 1))
		fmt.Println("child", i)
	}
}

// slowMigration does something and is then busy for a minute.
func slowMigration(sqlite bool) fstest.MapFS {
	busy := "SELECT pg_sleep(60);"
	if sqlite {
		busy = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT COUNT(*) FROM n;"
	}
	return with("3_slow.tx.up.sql",
		"CREATE TABLE slow (\n    id TEXT\n);\n--bun:split\nUPDATE budgets SET remaining = 5;\n--bun:split\n"+busy)
}

// child starts the process; its lines come over the channel, which is closed at its end.
func child(t *testing.T, task, dsn string) (*exec.Cmd, <-chan string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childEnv+"="+task+" "+dsn)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			if line, ours := strings.CutPrefix(s.Text(), "child "); ours {
				lines <- line
			} else {
				t.Log(s.Text())
			}
		}
	}()
	return cmd, lines
}

// What was acknowledged before a kill -9 is there afterwards, and at most the one act under way besides.
func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, dsn string) {
		cmd, lines := child(t, "write", dsn)
		acknowledged := 0
		for line := range lines {
			var err error
			acknowledged, err = strconv.Atoi(line)
			must(t, err)
			if acknowledged == 40 {
				must(t, cmd.Process.Kill())
			}
		}
		if acknowledged < 40 {
			t.Fatalf("the child ended by itself after %d", acknowledged)
		}
		waitForQuiet(t, db)
		drawn := count(t, db, "SELECT COUNT(*) FROM draws")
		left := count(t, db, "SELECT remaining FROM budgets")
		if drawn < int64(acknowledged) || drawn > int64(acknowledged)+1 || left != 1000-drawn {
			t.Errorf("acknowledged %d, found %d draws and %d left", acknowledged, drawn, left)
		}
		must(t, draw(db, 1)) // no lock stayed behind
	})
}

// A migration killed in the middle leaves neither a part of itself nor a lock: the next one simply does it.
func TestKilledMigrationLeavesNoLock(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, dsn string) {
		cmd, lines := child(t, "migrate", dsn)
		if line := <-lines; line != "3_slow" {
			t.Fatalf("the child says %q", line)
		}
		time.Sleep(300 * time.Millisecond)
		must(t, cmd.Process.Kill())
		began := time.Now()
		next := open(t, dsn, store.Options{Schema: with("3_slow.tx.up.sql", "CREATE TABLE slow (\n    id TEXT\n);")})
		must(t, next.Migrate(t.Context(), nil))
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("waited %v for a dead process", took)
		}
		must(t, next.CheckSchema(t.Context()))
		if left := count(t, db, "SELECT remaining FROM budgets"); left != 1000 {
			t.Errorf("%d: a part of the killed migration stayed", left)
		}
	})
}

// waitForQuiet lets the server of a killed client finish what it had received.
func waitForQuiet(t *testing.T, db *store.DB) {
	t.Helper()
	for i := 0; db.Engine() == store.Postgres && i < 100; i++ {
		if count(t, db, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND "+
			"pid <> pg_backend_pid()") == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
