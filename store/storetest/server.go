package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// supervise runs beside the tests and holds the reading end of a pipe whose writing end only this process has. When
// the process is gone - finished, failed, killed - the pipe ends, and the shell stops the server and removes its
// folder, unless it is to be kept. Nothing has to be called at the end of a test binary, and nothing can be forgotten.
const supervise = `
PATH="$PATH:/usr/bin:/bin"
[ -f "$2/data/PG_VERSION" ] || "$1/initdb" -D "$2/data" --no-sync -E UTF8 --no-locale -k -A trust -U supportledger \
  >"$2/log" 2>&1 || { echo failed >"$2/failed"; }
[ -f "$2/failed" ] || { "$1/postgres" -D "$2/data" -k "$2" -c config_file="$2/postgresql.conf" \
  >>"$2/log" 2>&1 </dev/null & pid=$!; }
read -r _
[ -z "$3" ] && { [ -n "$pid" ] && kill -QUIT "$pid" && wait "$pid"; cd / && rm -rf "$2"; }
[ -n "$3" ] && [ -n "$pid" ] && kill -INT "$pid" && wait "$pid"
`

// configuration makes a server that is cheap to run and quick to start, and forgets everything: it is thrown away.
// Its time zone is an odd one on purpose, to show that nothing of ours depends on it.
const configuration = `
listen_addresses = ''
max_connections = 100
shared_buffers = 16MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
autovacuum = off
jit = off
timezone = 'Asia/Kathmandu'
log_timezone = 'UTC'
deadlock_timeout = 200ms
`

// durable makes a server that keeps its promises, as one in use does, with the memory of a small machine.
const durable = `
listen_addresses = ''
max_connections = 100
shared_buffers = 256MB
max_wal_size = 4GB
timezone = 'UTC'
log_timezone = 'UTC'
`

// lifeline is the writing end of the pipe. It is kept here, since a file that nothing refers to is closed.
var lifeline io.Closer //nolint:unused // being referred to is its use

// startServer starts a PostgreSQL of our own and waits until it answers.
func startServer() (string, error) {
	dir, err := shortTempDir()
	if err != nil {
		return "", err
	}
	dsn, writing, _, err := start(dir, configuration, "")
	lifeline = writing
	return dsn, err
}

// Durable starts a PostgreSQL that flushes what it commits in a folder that is kept, to measure on what one in use
// would do: the same folder gives the same databases again. It ends with stop, or with the process.
func Durable(dir string) (dsn string, stop func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", nil, err
	}
	dsn, writing, ended, err := start(dir, durable, "keep")
	if err != nil {
		return "", nil, err
	}
	return dsn, func() {
		_ = writing.Close()
		<-ended
	}, nil
}

// start starts a server in dir. It lives until the pipe is closed or this process is gone.
func start(dir, configuration, keep string) (dsn string, pipe io.Closer, ended <-chan struct{}, err error) {
	programs, err := findPrograms()
	if err != nil {
		return "", nil, nil, err
	}
	_ = os.Remove(filepath.Join(dir, "failed")) // of an earlier try in a folder that is kept
	if err := os.WriteFile(filepath.Join(dir, "postgresql.conf"), []byte(configuration), 0o644); err != nil {
		return "", nil, nil, err
	}
	attributes, err := unprivileged(dir)
	if err != nil {
		return "", nil, nil, err
	}
	reading, writing, err := os.Pipe()
	if err != nil {
		return "", nil, nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", supervise, "supervise", programs, dir, keep)
	cmd.Stdin = reading
	cmd.Dir = dir
	cmd.SysProcAttr = attributes
	if err := cmd.Start(); err != nil {
		return "", nil, nil, err
	}
	_ = reading.Close()
	gone := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(gone)
	}()
	dsn = (&url.URL{Scheme: "postgres", User: url.User("supportledger"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode()}).String()
	return dsn, writing, gone, awaitServer(dsn, dir)
}

// findPrograms returns the folder that holds initdb and postgres.
func findPrograms() (string, error) {
	var candidates []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			candidates = append(candidates, filepath.Dir(path))
		}
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(debian) // the newest first
	for _, dir := range append(candidates, debian...) {
		_, initdb := os.Stat(filepath.Join(dir, "initdb"))
		_, postgres := os.Stat(filepath.Join(dir, "postgres"))
		if initdb == nil && postgres == nil {
			return dir, nil
		}
	}
	return "", errors.New("PostgreSQL is not installed, and these tests run on it too; " +
		"on Debian or Ubuntu: apt-get install postgresql; or set TEST_POSTGRES_DSN=postgres://… to a server on which " +
		"databases may be created")
}

// shortTempDir makes a folder for the server. A unix socket's path ends at 107 bytes.
func shortTempDir() (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	return os.MkdirTemp(parent, "slpg")
}

// unprivileged gives dir to a user who may run a server, since PostgreSQL refuses root, and puts the processes into a
// group of their own, which a Ctrl-C at the terminal does not reach.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attributes, nil
	}
	var found *user.User
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			found = u
			break
		}
	}
	if found == nil {
		return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody; run the " +
			"tests as another user")
	}
	uid, err1 := strconv.Atoi(found.Uid)
	gid, err2 := strconv.Atoi(found.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}

// awaitServer asks until the server answers. A busy machine may take its time; a server that failed is noticed.
func awaitServer(dsn, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		_, failed := os.Stat(filepath.Join(dir, "failed"))
		if failed == nil || ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log"))
			return fmt.Errorf("PostgreSQL does not start: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// PostgresLog returns what the server has logged so far, to look for what must not be in it. Where the server is not
// ours (TEST_POSTGRES_DSN) the test is skipped.
func PostgresLog(t testing.TB) string {
	t.Helper()
	dsn, err := server()
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	u, err := url.Parse(dsn)
	if err != nil || os.Getenv("TEST_POSTGRES_DSN") != "" {
		t.Skip("the log of a server that is not ours cannot be read")
	}
	log, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "log"))
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return string(log)
}
