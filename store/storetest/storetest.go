// Package storetest gives every test a real database, on both engines, migrated and empty.
//
//	storetest.Each(t, func(t *testing.T, db *store.DB) { … })  // subtests "sqlite" and "postgres"
//
// There is no mock of the database: half of our rules live in it. SQLite is a file in the test's folder. PostgreSQL
// is started once per test binary from the installed programs, on a unix socket in a temporary folder, and ends
// with the process however that ends; or TEST_POSTGRES_DSN names a server on which databases may be created. If
// neither can be had, tests fail and say what to install: a check that cannot fail is no check.
//
// The schema is migrated once per engine and test binary, then copied for each test (a file copy; CREATE DATABASE …
// TEMPLATE), so a test pays a few milliseconds for its own database and may do with it what it likes.
package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"supportledger/store"
)

// Start is the instant at which every test's [Clock] stands at first: a working day, a Thursday.
var Start = time.Date(2026, time.January, 15, 9, 0, 0, 0, time.UTC)

// Clock is a clock that stands still until told otherwise. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at t.
func NewClock(t time.Time) *Clock { return &Clock{now: t} }

// Now returns the instant at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set puts the clock to t, forwards or back.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock on by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ClockOf returns the clock of a database opened by this package, to be set by the test.
func ClockOf(db *store.DB) *Clock { return db.Clock().(*Clock) }

var dsns sync.Map // *store.DB → string

// DSN returns the address of a database opened by this package, for tests that start the binary on it or look at it
// from a session of their own.
func DSN(db *store.DB) string {
	dsn, ok := dsns.Load(db)
	if !ok {
		panic("storetest: this database was not opened by storetest")
	}
	return dsn.(string)
}

// Each runs fn as the subtests "sqlite" and "postgres", each with a database of its own.
func Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns a migrated, empty database in a file of its own, closed at the end of the test.
func SQLite(t testing.TB) *store.DB {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("storetest: the schema on SQLite: %v", err)
	}
	file := filepath.Join(t.TempDir(), "books.db")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return open(t, "sqlite:"+file)
}

// EmptySQLite returns the address of a SQLite file that does not exist yet.
func EmptySQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "books.db")
}

func open(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{Clock: NewClock(Start), MaxConns: 8})
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	dsns.Store(db, dsn)
	t.Cleanup(func() {
		dsns.Delete(db)
		if err := db.Close(); err != nil {
			t.Errorf("storetest: close: %v", err)
		}
	})
	return db
}

// sqliteTemplate is the content of a migrated file, made once.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "supportledger")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "books.db")
	if err := migrated("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// migrated brings the schema of a database up and closes it, so that it can be copied.
func migrated(dsn string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, dsn, store.Options{Clock: NewClock(Start), MaxConns: 2})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, nil); err != nil {
		_ = db.Close()
		return err
	}
	return db.Close()
}
