package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"

	"supportledger/migrations"
)

// Engine names the database behind a [DB].
type Engine string

// The engines served. Their words are also the folders of package migrations.
const (
	SQLite   Engine = migrations.SQLite
	Postgres Engine = migrations.Postgres
)

// Options are what [Open] cannot know by itself. The zero value is good for production.
type Options struct {
	// Clock tells the instant of every transaction; nil is the system's clock.
	Clock Clock
	// Log receives what an operator should know (never a value out of the books); nil is silence.
	Log *slog.Logger
	// MustExist makes Open refuse a SQLite file that is not there instead of creating an empty one. Commands that
	// only read set it, so that a mistyped name is not answered with empty books.
	MustExist bool
	// ReadOnly opens books that the process may only read, for whoever does not write: a file on a medium or of a user
	// that cannot be written, a standby of PostgreSQL. Where the books can be written, nothing is different.
	ReadOnly bool
	// MaxConns bounds the connections to PostgreSQL; 0 is 16. SQLite has one writer and a few readers whatever it says.
	MaxConns int
	// Schema holds the migrations, laid out as in package migrations; nil is the schema built in. Tests give their own.
	Schema fs.FS
}

// DB is an open database. It is safe for use by many goroutines and lives as long as the process.
type DB struct {
	engine Engine
	clock  Clock
	log    *slog.Logger
	write  *bun.DB             // SQLite: one connection. PostgreSQL: the pool
	read   *bun.DB             // SQLite: query_only connections. PostgreSQL: the same pool
	files  fs.FS               // the migrations' texts
	schema *migrate.Migrations // and which there are
	guard  guard

	observe   atomic.Pointer[TxObserver]          // of [DB.OnTxBegin]
	committed atomic.Pointer[func(time.Duration)] // of [DB.OnCommit]

	trouble  atomic.Pointer[error] // why the last write failed, where the disk was the reason
	found    files                 // SQLite: what lay on the disk before Open
	forgiven atomic.Bool           // and that a log is missing there is known
	closed   atomic.Bool
	readOnly bool // SQLite: the file cannot be written

	timelines timelines // PostgreSQL: which servers are old ones

	compiled *compiled // SQLite: what the connections have compiled
	unnamed  bool      // PostgreSQL: a pooler stands between, which knows no statement by its name

	watched atomic.Pointer[map[string]watched] // SQLite: the proven tables, once they are there
	proves  atomic.Bool                        // PostgreSQL: the database notes changed rows
}

// Open opens a database named "sqlite:FILE" or "postgres://user:password@host:port/database" and asserts what the
// promises of this package rest on. It does not migrate: see [DB.Migrate] and [DB.CheckSchema].
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	db := &DB{clock: o.Clock, log: o.Log}
	if db.clock == nil {
		db.clock = SystemClock{}
	}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	if o.Schema == nil {
		o.Schema = migrations.Files()
	}
	open, err := opener(db, dsn)
	if err != nil {
		return nil, err
	}
	db.files = o.Schema
	if db.schema, err = migrations.Index(db.files, string(db.engine)); err != nil {
		return nil, err
	}
	if err := open(ctx, dsn, o); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// opener tells the engine by the scheme of dsn. The text of dsn is kept out of the errors: it may hold a password.
func opener(db *DB, dsn string) (func(context.Context, string, Options) error, error) {
	scheme, _, found := strings.Cut(dsn, ":")
	switch {
	case found && scheme == "sqlite":
		db.engine = SQLite
		return db.openSQLite, nil
	case found && (scheme == "postgres" || scheme == "postgresql"):
		db.engine = Postgres
		return db.openPostgres, nil
	}
	return nil, errors.New(`store: cannot tell which database is meant; write "sqlite:books.db" for a file or ` +
		`"postgres://user:password@host:5432/database" for a server`)
}

// Engine says which engine this database runs on. Only package store and tests need to know.
func (db *DB) Engine() Engine { return db.engine }

// Clock is the clock given to [Open].
func (db *DB) Clock() Clock { return db.clock }

// Ping asks the database for a sign of life, for reading and for writing connections alike.
func (db *DB) Ping(ctx context.Context) error {
	for _, pool := range []*bun.DB{db.read, db.write} {
		if _, err := pool.ExecContext(ctx, "SELECT 1"); err != nil {
			return db.unavailable(ctx, err)
		}
	}
	return nil
}

// Close waits for what is running and closes all connections. On SQLite the readers go first: the last connection
// to close folds the write-ahead log back into the file, and a reader may not write.
func (db *DB) Close() error {
	if db.closed.Swap(true) {
		return nil
	}
	var errs []error
	if db.read != nil && db.read.DB != db.write.DB {
		errs = append(errs, db.compiled.end(db.read), db.read.Close())
	}
	if db.write != nil {
		errs = append(errs, db.compiled.end(db.write), db.turnFromLog(), db.write.Close())
	}
	return errors.Join(errs...)
}

// Clock tells the time. It is injected, since dates decide about money and a test must be able to stand on any day.
type Clock interface{ Now() time.Time }

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the current instant in UTC.
func (SystemClock) Now() time.Time { return time.Now().UTC() }

// Actor says who acts. The zero value is the system itself.
type Actor struct {
	User    string   // id of the user
	Token   string   // id of the token that the request came with
	Request string   // id of the request, as in the log and in X-Request-Id
	Roles   []string // roles of the user at the time of the request
	Scopes  []string // what the token was issued for; empty is all that the user may
	Session bool     // a person signed in at a screen, not a program's token
	Factors int      // by how many factors
}

type actorKey struct{}

// WithActor returns a context whose transactions are run by a.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns the actor put in by [WithActor], or the zero Actor: the system itself.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}

// ExactlyOne checks that a write touched one row, as an UPDATE … WHERE id = ? AND version = ? must. No row is
// [ErrStale]: somebody else changed it first. Several rows are a mistake in the WHERE clause.
func ExactlyOne(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	switch n {
	case 1:
		return nil
	case 0:
		return ErrStale
	}
	return fmt.Errorf("store: a write meant for one row touched %d", n)
}
