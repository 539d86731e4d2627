package store

import (
	"context"
	"database/sql"
)

// ViewPair is [DB.View] with two transactions on the same snapshot, so that two goroutines can read all of the books at
// once, each with its own tx. On PostgreSQL the first exports its snapshot to the second. SQLite cannot export one;
// there both begin while the write lock is held, so that nothing is committed in between.
func (db *DB) ViewPair(ctx context.Context, fn func(one, other *Tx) error) error {
	leave, err := db.guard.enter()
	if err != nil {
		return err
	}
	defer leave()
	release, err := db.blockWrites(ctx)
	if err != nil {
		return err
	}
	defer release()
	return db.view(ctx, func(one *Tx) error {
		snapshot, err := one.snapshot(ctx)
		if err != nil {
			return err
		}
		return db.view(ctx, func(other *Tx) error {
			if snapshot != "" {
				_, err = other.ExecContext(ctx, "SET TRANSACTION SNAPSHOT ?", snapshot)
			} else {
				_, err = other.snapshot(ctx)
			}
			if err != nil {
				return err
			}
			release()
			return fn(one, other)
		})
	})
}

// snapshot makes a tx that has not read yet take its snapshot; name is empty on SQLite, where a snapshot has none.
func (tx *Tx) snapshot(ctx context.Context) (name string, err error) {
	text := "SELECT '' FROM (SELECT COUNT(*) FROM sqlite_schema)"
	if tx.Engine == Postgres {
		text = "SELECT pg_export_snapshot()"
	}
	err = tx.QueryRowContext(ctx, text).Scan(&name)
	return name, err
}

// blockWrites holds the write lock on SQLite until release, which may be called twice.
func (db *DB) blockWrites(ctx context.Context) (release func(), err error) {
	if db.engine != SQLite {
		return func() {}, nil
	}
	if db.readOnly { // whoever writes cannot be kept waiting from here
		if db.found.shared {
			return nil, &failure{means: ErrBusy, text: "somebody may be writing", cause: ErrReadOnly}
		}
		return func() {}, nil
	}
	conn, err := db.connect(ctx, db.write)
	if err != nil {
		return nil, err
	}
	lock, err := conn.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		_ = conn.Close()
		return nil, db.unavailable(ctx, err)
	}
	return func() {
		_ = lock.Rollback() // ended already, the second time
		_ = conn.Close()
	}, nil
}
