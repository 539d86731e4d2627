package store

import (
	"context"
	"database/sql"
)

// ViewBoth is [DB.View] with two transactions on one and the same snapshot: who reads all of the books can read in two places at
// once, each of which uses its own tx alone. On PostgreSQL the first exports its snapshot to the second. SQLite has no word for
// that; there both begin while the writer's turn is held, so that nothing can be committed in between.
func (db *DB) ViewBoth(ctx context.Context, fn func(one, other *Tx) error) error {
	leave, err := db.guard.enter()
	if err != nil {
		return err
	}
	defer leave()
	release, err := db.still(ctx)
	if err != nil {
		return err
	}
	defer release()
	return db.look(ctx, func(one *Tx) error {
		snapshot, err := one.snapshot(ctx)
		if err != nil {
			return err
		}
		return db.look(ctx, func(other *Tx) error {
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

// snapshot takes the snapshot of a tx that has not read yet, and names it where the engine has names.
func (tx *Tx) snapshot(ctx context.Context) (name string, err error) {
	text := "SELECT '' FROM (SELECT COUNT(*) FROM sqlite_schema)"
	if tx.Engine == Postgres {
		text = "SELECT pg_export_snapshot()"
	}
	err = tx.QueryRowContext(ctx, text).Scan(&name)
	return name, err
}

// still holds the writer's turn on SQLite until release, which may be called again.
func (db *DB) still(ctx context.Context) (release func(), err error) {
	if db.engine != SQLite {
		return func() {}, nil
	}
	conn, err := db.connect(ctx, db.write)
	if err != nil {
		return nil, err
	}
	turn, err := conn.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		_ = conn.Close()
		return nil, db.unavailable(ctx, err)
	}
	return func() {
		_ = turn.Rollback() // ended already, the second time
		_ = conn.Close()
	}, nil
}
