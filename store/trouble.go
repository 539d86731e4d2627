package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// noteTrouble remembers a write that the disk made fail, until a try goes through: see [DB.Writing]. A transaction that
// commits proves nothing, it may have had nothing to write.
func (db *DB) noteTrouble(err error) {
	if errors.Is(err, ErrDiskFull) || errors.Is(err, ErrDiskFailed) || errors.Is(err, ErrReadOnly) ||
		db.engine == SQLite && errors.Is(err, ErrUncertain) { // the disk failed in the middle of a commit
		db.trouble.Store(&err)
	}
}

// room is how much a try writes: more than an act takes.
const room = 1 << 20

// Writing says whether the books can be written: nil where the last write went through, or a try does. After a write
// that the disk made fail it tries one, so that what waits for it notices that there is room again.
func (db *DB) Writing(ctx context.Context) error {
	last := db.trouble.Load()
	if last == nil {
		return nil
	}
	err := db.try(ctx)
	switch {
	case errors.Is(err, ErrBusy):
		return *last
	case err != nil && ctx.Err() == nil:
		db.trouble.Store(&err)
	case err == nil:
		db.trouble.CompareAndSwap(last, nil) // unless another write failed meanwhile
	}
	return err
}

// try writes something that nothing reads, and as much as an act takes where the books are.
func (db *DB) try(ctx context.Context) error {
	if db.engine == SQLite {
		if err := tryFile(filepath.Dir(db.found.name)); err != nil {
			return &failure{means: ErrUnavailable, cause: err}
		}
	}
	return db.Update(ctx, func(tx *Tx) error {
		var may bool
		if db.engine == Postgres {
			const ask = "SELECT has_database_privilege(current_database(), 'TEMPORARY')"
			if err := tx.QueryRowContext(ctx, ask).Scan(&may); err != nil {
				return err
			}
		}
		if may {
			const text = `CREATE TEMPORARY TABLE supportledger_room ON COMMIT DROP AS
				SELECT gen_random_uuid()::text || repeat('x', 2000) FROM generate_series(1, 500)`
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		// A row that stays as it was is not written by SQLite at all, so one comes and goes.
		const comes = "INSERT INTO idempotency_keys (user_id, key, fingerprint, route, status, body, created_at) " +
			"VALUES ('', 'room', ?0, '', 0, ?0, '')"
		if _, err := tx.ExecContext(ctx, comes, []byte{}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM idempotency_keys WHERE user_id = '' AND key = 'room'")
		return err
	})
}

// tryFile writes a file and deletes it.
func tryFile(dir string) error {
	f, err := os.CreateTemp(dir, ".supportledger-")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, room))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
