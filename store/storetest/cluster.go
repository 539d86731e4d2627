package storetest

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is a PostgreSQL of its own that archives its log, to be recovered to an instant.
type Cluster struct {
	Dir string // has the folders data and archive
	DSN string // of an empty database

	programs, base string
	running        io.Closer
	ended          <-chan struct{}
}

// NewCluster starts one with settings of its own, in which ARCHIVE stands for the archive's folder.
func NewCluster(t testing.TB, settings string) *Cluster {
	t.Helper()
	c := &Cluster{Dir: folder(t)}
	archive := filepath.Join(c.Dir, "archive")
	must(t, os.Mkdir(archive, 0o700))
	_, err := unprivileged(archive)
	must(t, err)
	c.programs, err = findPrograms()
	must(t, err)
	c.DSN, c.running, c.ended, err = start(c.Dir, durable+"fsync = off\n"+
		strings.ReplaceAll(settings, "ARCHIVE", archive), "keep")
	must(t, err)
	t.Cleanup(c.Stop)
	return c
}

// BaseBackup copies the files of the running cluster, as pg_basebackup does.
func (c *Cluster) BaseBackup(t testing.TB) {
	t.Helper()
	c.base = folder(t)
	attributes, err := unprivileged(c.base)
	must(t, err)
	cmd := exec.CommandContext(t.Context(), filepath.Join(c.programs, "pg_basebackup"), "-D",
		filepath.Join(c.base, "data"), "-h", c.Dir, "-U", "supportledger", "-X", "fetch", "--checkpoint=fast", "--no-sync")
	cmd.SysProcAttr, cmd.Dir = attributes, c.base
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pg_basebackup: %v\n%s", err, out)
	}
}

// Standby starts the base backup as a standby that follows the cluster, and waits until it answers.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(c.base, "data", "standby.signal"), nil, 0o644))
	s := &Cluster{Dir: c.base, programs: c.programs}
	var err error
	s.DSN, s.running, s.ended, err = start(c.base, durable+"fsync = off\nhot_standby = on\nprimary_conninfo = 'host="+
		c.Dir+" user=supportledger'\n", "keep")
	must(t, err)
	t.Cleanup(s.Stop)
	Await(t, c.DSN, "SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE state = 'streaming')")
	return s
}

// Promote makes a standby that has all that the cluster has one that takes writes.
func (c *Cluster) Promote(t testing.TB) {
	t.Helper()
	Await(t, c.DSN, "SELECT pg_promote()")
	Await(t, c.DSN, "SELECT NOT pg_is_in_recovery()")
}

// Start starts the cluster again with its data, as somebody does who does not know that it was replaced.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	settings, err := os.ReadFile(filepath.Join(c.Dir, "postgresql.conf"))
	must(t, err)
	_, c.running, c.ended, err = start(c.Dir, string(settings), "keep")
	must(t, err)
}

// SwitchLog has what was written so far archived.
func (c *Cluster) SwitchLog(t testing.TB) {
	t.Helper()
	Await(t, c.DSN, "SELECT pg_walfile_name(pg_switch_wal()) IS NOT NULL")
	Await(t, c.DSN, "SELECT COALESCE(last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1), false) "+
		"FROM pg_stat_archiver")
}

// Stop stops the server. It may be called again.
func (c *Cluster) Stop() {
	_ = c.running.Close()
	<-c.ended
}

// Recover starts the base backup with the archived log up to an instant, and waits until it takes writes.
func (c *Cluster) Recover(t testing.TB, to time.Time) (dsn string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(c.base, "data", "recovery.signal"), nil, 0o644))
	dsn, running, ended, err := start(c.base, durable+"fsync = off\nrestore_command = 'cp "+
		filepath.Join(c.Dir, "archive")+"/%f %p'\nrecovery_target_action = 'promote'\nrecovery_target_time = '"+
		to.UTC().Format("2006-01-02 15:04:05.000000-07")+"'\n", "keep")
	must(t, err)
	t.Cleanup(func() {
		_ = running.Close()
		<-ended
	})
	Await(t, dsn, "SELECT NOT pg_is_in_recovery()")
	return dsn
}

// Await asks a server until the answer is true.
func Await(t testing.TB, dsn, question string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if yes, err := answer(t.Context(), dsn, question); err == nil && yes {
			return
		} else if time.Since(began) > Within(time.Minute) {
			t.Fatalf("storetest: %s is not true within a minute: %v", question, err)
		}
	}
}

func answer(ctx context.Context, dsn, question string) (yes bool, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(ctx) }()
	err = conn.QueryRow(ctx, question).Scan(&yes)
	return yes, err
}

// folder is a folder for a server that is removed at the end of the test, after the server has stopped.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := shortTempDir()
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
}
