package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
)

// Tx is a running transaction. Its bun part builds queries; begin, commit and rollback belong to View and Update.
type Tx struct {
	bun.Tx
	At     time.Time // the one instant of everything done here: UTC, whole microseconds
	By     Actor     // who does it
	Engine Engine

	conn     *sql.Conn  // that it runs on
	counter  *txCounter // nil unless somebody observes
	compiled *compiled  // SQLite: what the connections have compiled
	unnamed  bool       // PostgreSQL: no statement is known by a name

	views  bool      // it is that of a View
	memory *memory   // of a View that remembers
	rows   *rowWatch // SQLite: the rows that were changed; nil where nobody looks
	proves bool      // PostgreSQL: the database notes the rows that were changed

	fuses     bool // the final script may bring the COMMIT: PostgreSQL
	apart     bool // but here it may not, since rows of proven tables were changed
	committed bool // a COMMIT was sent with a script

	final  Script
	before []func(context.Context, *Tx) error
	after  []func()
	locals map[reflect.Type]any
}

// BeforeCommit has fn run when everything else of the tx is done and just before its COMMIT: in the order of the calls,
// inside the tx, once per attempt. An error of fn rolls the tx back and is what Update returns. fn may call
// BeforeCommit again; what it adds runs too. A fn of Update that is run again starts without any. It is for what must
// be written once per tx however many acts it holds, under a lock that is to be held shortest.
func (tx *Tx) BeforeCommit(fn func(ctx context.Context, tx *Tx) error) {
	tx.before = append(tx.before, fn)
}

// FinalWrites is the script that Update runs last, after all of [Tx.BeforeCommit] and in one round trip: for rows that
// nothing in the tx reads. An error of it is what Update returns.
func (tx *Tx) FinalWrites() *Script { return &tx.final }

// AfterCommit has fn run once the tx has been committed, in the order of the calls: for what lies outside of the
// database and may only be done when the database remembers why. It does not run when the tx was rolled back, nor when
// the process ends in between, nor when nobody knows whether the commit arrived ([ErrUncertain]): what it does must be
// mended by somebody who reads the database later.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// TxLocal returns the T of this tx: a value that a package keeps for the length of one attempt of Update or View. It is
// the zero value at the first call. T must be a type of the calling package, so that no other package shares it.
func TxLocal[T any](tx *Tx) *T {
	key := reflect.TypeFor[T]()
	v, ok := tx.locals[key]
	if !ok {
		if tx.locals == nil {
			tx.locals = map[reflect.Type]any{}
		}
		v = new(T)
		tx.locals[key] = v
	}
	return v.(*T) //nolint:errcheck,forcetypeassert // stored above under its own type
}

// settle runs what waits for the commit.
func (tx *Tx) settle(ctx context.Context) error {
	for i := 0; i < len(tx.before); i++ { // the list may grow while it runs
		if err := tx.before[i](ctx, tx); err != nil {
			return err
		}
	}
	changed, err := tx.runFinal(ctx)
	if err != nil || len(changed) == 0 || SealRows == nil {
		return err
	}
	if err := SealRows(ctx, tx, changed); err != nil {
		return err
	}
	if tx.Engine == Postgres && len(tx.final.steps) > 0 {
		return tx.commitWith(ctx)
	}
	return tx.final.Run(ctx, tx)
}

// Lock makes a SELECT hold its rows until the transaction ends. On PostgreSQL that is FOR NO KEY UPDATE: holders
// exclude each other, but not rows elsewhere that refer to these by a foreign key, which FOR UPDATE would meet in a
// deadlock. On SQLite the query stays as it is, since the whole Update is alone already, and in a View, where nothing
// changes.
func (tx *Tx) Lock(q *bun.SelectQuery) *bun.SelectQuery {
	if tx.Engine == Postgres && !tx.views {
		return q.For("NO KEY UPDATE")
	}
	return q
}

// Locking is [Tx.Lock] for a constant text.
func (tx *Tx) Locking(text string) string {
	if tx.Engine == Postgres && !tx.views {
		return text + " FOR NO KEY UPDATE"
	}
	return text
}

// Snapshot reports whether all that is read here is of one instant: that of a View.
func (tx *Tx) Snapshot() bool { return tx.views }

const (
	// attempts is how often Update runs fn at most when PostgreSQL ends it for the sake of another transaction.
	attempts = 5
	// connWait bounds the wait for a free connection, so that a queue ends in ErrBusy and not in silence.
	connWait = 20 * time.Second
)

// View runs fn on one snapshot of the database, taken by its first query; a write is refused with [ErrReadOnly]. On
// PostgreSQL that is REPEATABLE READ READ ONLY.
func (db *DB) View(ctx context.Context, fn func(tx *Tx) error) error {
	leave, err := db.guard.enter()
	if err != nil {
		return err
	}
	defer leave()
	return db.view(ctx, fn)
}

func (db *DB) view(ctx context.Context, fn func(tx *Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if db.engine == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return db.run(ctx, db.read, opts, fn)
}

// Update runs fn and commits what it wrote, or nothing if it fails or panics. Two kinds of failure mean "somebody
// else went first" on PostgreSQL, deadlock and serialization: then fn runs again, at most five times in all, before
// the caller gets [ErrBusy].
func (db *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	leave, err := db.guard.enter()
	if err != nil {
		return err
	}
	defer leave()
	if db.readOnly {
		return ErrReadOnly
	}
	opts := &sql.TxOptions{}
	if db.engine == Postgres {
		opts.Isolation = sql.LevelReadCommitted // said aloud, since a server may have another default
	}
	for attempt := 1; ; attempt++ {
		err := db.run(ctx, db.write, opts, fn)
		if errors.Is(err, errChanged) {
			err = db.run(context.WithValue(ctx, apartKey{}, true), db.write, opts, fn)
		}
		db.noteTrouble(err)
		if attempt == attempts || !rerun(err) || pause(ctx, attempt) != nil {
			return err
		}
	}
}

// pause waits a random while, at least 5, 10, 20 and 40 ms and less than three times that. Without chance, two
// transactions that collided would meet again; without a least, the loser could be back before the winner woke up.
func pause(ctx context.Context, attempt int) error {
	least := 5 * time.Millisecond << (attempt - 1)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(least + rand.N(2*least)):
		return nil
	}
}

// Abort ends a transaction from a place that cannot return an error, by a panic with it: View and Update roll back and
// return Err. It is for values that have no representation, such as an amount beyond the bound of the books.
type Abort struct{ Err error }

// unlessAborted calls fn; an [Abort] becomes its error, any other panic goes on.
func unlessAborted(fn func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case Abort:
			err = v.Err
		default:
			panic(v)
		}
	}()
	return fn()
}

// run is one attempt. Whatever leaves fn early - an error, a panic, a test's FailNow - rolls back; a panic then goes on
// its way with its own stack.
func (db *DB) run(ctx context.Context, pool *bun.DB, opts *sql.TxOptions, fn func(tx *Tx) error) (err error) {
	writes, counter := pool == db.write && !opts.ReadOnly, (*txCounter)(nil) // PostgreSQL has one pool for both
	if observe := db.observer(ctx, writes); observe != nil {
		counter = &txCounter{trace: observe}
		pool = pool.WithQueryHook(counter)
		defer func() { observe.End(counter.TxStats, err != nil) }()
	}
	conn, err := db.connect(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Close()
	raw, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return db.unavailable(ctx, err)
	}
	finished := false
	defer func() {
		if finished {
			return
		}
		if lost := raw.Rollback(); lost != nil && err != nil {
			err = afterLostRollback(ctx, err, lost)
		}
	}()
	tx := &Tx{Tx: raw, At: instant(db.clock), By: ActorFrom(ctx), Engine: db.engine, conn: conn.Conn, counter: counter,
		compiled: db.compiled, unnamed: db.unnamed, views: opts.ReadOnly}
	tx.apart, _ = ctx.Value(apartKey{}).(bool)
	if writes {
		if err := db.watchRows(ctx, tx); err != nil {
			return Classify(err)
		}
		if tx.rows != nil {
			defer tx.unwatch()
		}
	}
	if err := unlessAborted(func() error { return fn(tx) }); err != nil {
		return Classify(err)
	}
	began := time.Now()
	if err := unlessAborted(func() error { return tx.settle(ctx) }); err != nil {
		if tx.committed && !spoken(err) && !pgconn.SafeToRetry(err) { // which has not been sent
			return &failure{means: ErrUncertain, cause: err}
		}
		return Classify(err)
	}
	finished = true
	if !tx.committed {
		began = time.Now()
	}
	if err := db.commit(ctx, raw, tx.committed); err != nil {
		return err
	}
	if committed := db.committed.Load(); committed != nil && writes {
		(*committed)(time.Since(began))
	}
	for _, fn := range tx.after {
		fn()
	}
	return nil
}

// watchRows has the rows noted that a tx changes, where the schema has a tree to prove them with.
func (db *DB) watchRows(ctx context.Context, tx *Tx) error {
	if db.engine == Postgres {
		tx.proves = db.proves.Load()
		if tx.proves {
			return nil
		}
		err := tx.stream(ctx, "SELECT to_regclass('row_changes') IS NOT NULL", func(row Scanner) error {
			return row.Scan(&tx.proves)
		})
		db.proves.Store(tx.proves)
		return err
	}
	shapes := db.watched.Load()
	if shapes == nil {
		found, err := watchedTables(ctx, tx)
		if err != nil {
			return err
		}
		shapes = &found
		if len(found) > 0 {
			db.watched.Store(shapes)
		}
	}
	if len(*shapes) == 0 {
		return nil
	}
	return tx.watch(*shapes)
}

// connect takes a connection of its own, waiting no longer than connWait.
func (db *DB) connect(ctx context.Context, pool *bun.DB) (bun.Conn, error) {
	waiting, cancel := context.WithTimeoutCause(ctx, connWait, ErrBusy)
	defer cancel()
	conn, err := pool.Conn(waiting)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return conn, ctx.Err()
	case errors.Is(context.Cause(waiting), ErrBusy):
		return conn, &failure{means: ErrBusy, text: "no free connection", cause: err}
	}
	return conn, db.unavailable(ctx, err)
}

// commit ends a transaction. A refusal that the database words itself (a deferred constraint, a serialization failure)
// is definite, and so is a context that was done before the commit was sent: nothing was written. Any other failure
// met on the way to a server leaves open whether the commit arrived.
func (db *DB) commit(ctx context.Context, raw bun.Tx, done bool) error {
	if done {
		_ = raw.Commit() // which has nothing to send; the end of the context means nothing now
		return nil
	}
	if ctx.Err() != nil {
		_ = raw.Rollback()
		return ctx.Err()
	}
	err := raw.Commit()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && (db.engine == SQLite || errors.Is(err, sql.ErrTxDone)):
		return ctx.Err() // SQLite's driver reports a commit that took effect as a success, whatever the context says
	case errors.Is(err, sql.ErrTxDone):
		return errors.New("store: fn ended the transaction itself; View and Update do that")
	case spoken(err):
		return Classify(err)
	}
	return &failure{means: ErrUncertain, cause: err}
}
