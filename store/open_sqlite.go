package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite" // the driver "sqlite", in Go, so that one static binary is enough
)

// pragma is a setting of a connection.
type pragma struct{ name, set, want string }

// pragmas are asserted, not only asked for: SQLite answers an unknown or impossible pragma with silence.
var pragmas = []pragma{
	{"journal_mode", "WAL", "wal"},                 // readers do not wait for the writer
	{"synchronous", "FULL", "2"},                   // an acknowledged commit survives a power cut
	{"foreign_keys", "1", "1"},                     // off by default, for history's sake
	{"recursive_triggers", "1", "1"},               // without it INSERT OR REPLACE deletes rows past the DELETE triggers
	{"trusted_schema", "0", "0"},                   // a file from elsewhere may not call functions from its schema
	{"temp_store", "MEMORY", "2"},                  // sorting leaves no traces of the books in /tmp
	{"busy_timeout", "5000", "5000"},               // ms to wait for another process that is writing
	{"journal_size_limit", "67108864", "67108864"}, // a burst does not leave a huge -wal file behind
	{"wal_autocheckpoint", "8000", "8000"},         // pages: a page that many commits change goes back into the file once
	{"cache_size", "-32768", "-32768"},             // 32 MB to write with; with the 2 MB of old a post waits for its pages
}

// readOnly are the options of connections that only read. There are several of them and each has a cache of its own,
// hence a smaller one.
const readOnly = "&_query_only=1&_pragma=cache_size(-8192)"

// sqliteReaders is how many Views run at once. Readers never wait for the writer, only for each other.
const sqliteReaders = 8

// openSQLite opens one connection that writes, each transaction BEGIN IMMEDIATE, and a pool that only reads. A
// transaction that began as a reader and then writes fails at once when another one wrote in between
// (SQLITE_BUSY_SNAPSHOT, which no timeout helps); beginning as the writer, it waits its turn.
//
// Other processes may open the same file on the same machine, to read at any time, to write when it is their turn
// (SQLite's own file locks; 5 s, then ErrBusy). No lock of ours stands in the way of an export beside a running
// server. A network file system is no place for books: its locks cannot be trusted.
func (db *DB) openSQLite(ctx context.Context, dsn string, o Options) error {
	file, err := sqliteFile(dsn)
	if err != nil {
		return err
	}
	if err := prepareFile(file, o.MustExist); err != nil {
		return err
	}
	db.compiled = &compiled{conns: map[any]map[string]statement{}}
	if db.found, err = findFiles(file); err != nil {
		return err
	}
	if o.ReadOnly && !writable(file) {
		return db.openReadOnly(ctx)
	}
	// fdatasync keeps a commit as safe as fsync does and spares the file system the time stamp; where there is none, fsync
	// it is.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return err
	}
	if db.write, err = sqlitePool(file, 1, pragmas, "&_txlock=immediate"); err != nil {
		return err
	}
	if err := db.turnToLog(ctx); err != nil {
		return err
	}
	if db.read, err = sqlitePool(file, sqliteReaders, pragmas, readOnly); err == nil {
		db.read = db.read.WithQueryHook(withholding{})
	}
	return err
}

// sqliteFile takes the path out of sqlite:FILE and makes it absolute. Three ways in which people write it are one:
// sqlite:books.db, sqlite:/srv/books.db, sqlite:///srv/books.db.
func sqliteFile(dsn string) (string, error) {
	file := strings.TrimPrefix(strings.TrimPrefix(dsn, "sqlite:"), "//")
	switch {
	case file == "":
		return "", errors.New(`store: "sqlite:" names no file; write for example sqlite:books.db`)
	case strings.Contains(file, ":memory:"):
		return "", errors.New("store: books are not kept in memory; write sqlite:FILE with a file in a temporary folder")
	case strings.ContainsAny(file, "?\x00"):
		return "", errors.New("store: sqlite:FILE takes a file name only, without ?options")
	}
	return filepath.Abs(file)
}

// prepareFile creates the file readable by its owner alone, where SQLite would follow the umask. Its -wal and -shm
// get the same rights from SQLite.
func prepareFile(file string, mustExist bool) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("store: %s is a folder; name a file in it, for example sqlite:%s", file,
			filepath.Join(file, "books.db"))
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist) && mustExist:
		return fmt.Errorf("store: there are no books at %s; check the name, or create them with the command migrate", file)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("store: the books cannot be created: %w", err)
	}
	return f.Close()
}

func sqlitePool(file string, size int, pragmas []pragma, options string) (*bun.DB, error) {
	dsn := "file:" + (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath() + "?_defensive=1&_dqs=0&_error_rc=1"
	for _, p := range pragmas {
		dsn += "&_pragma=" + url.QueryEscape(p.name+"("+p.set+")")
	}
	dsn += options
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// assertPragmas reads every pragma back. On the way it is the first real use of the file.
func assertPragmas(ctx context.Context, pool *sql.DB, pragmas []pragma) error {
	for _, p := range pragmas {
		var got string
		if err := pool.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("store: the books cannot be opened: %w", Classify(err))
		}
		if got != p.want {
			return fmt.Errorf("store: SQLite runs with %s=%s, but the promises of the books need %s", p.name, got, p.want)
		}
	}
	return nil
}
