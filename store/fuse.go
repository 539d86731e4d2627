package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// CommitWithFinal says that what the tx writes most often changes no row of a proven table, so that on PostgreSQL the
// COMMIT can go with the final writes, in their round trip. Where a row was changed after all, the script ends before
// its COMMIT, and Update runs fn once more with a COMMIT of its own.
func (tx *Tx) CommitWithFinal() { tx.fuses = true }

// apartKey marks the context of an Update whose COMMIT goes by itself.
type apartKey struct{}

// errChanged ends an attempt whose COMMIT was to go with its final writes.
var errChanged = errors.New("store: rows changed that are to be proven")

// noChanges fails where the tx changed rows of proven tables, by a division by zero.
const noChanges = "SELECT 1 / (CASE WHEN EXISTS (SELECT 1 FROM row_changes " +
	"WHERE xid = pg_current_xact_id_if_assigned()) THEN 0 ELSE 1 END)"

const divisionByZero = "22012"

// commitWith runs the final script and commits, in one round trip. A script that is refused ends before the COMMIT.
func (tx *Tx) commitWith(ctx context.Context) error {
	tx.final.steps = append(tx.final.steps, step{text: "COMMIT"})
	texts, err := tx.final.texts()
	if err != nil {
		return err
	}
	tx.counter.counted(nil)
	return tx.conn.Raw(func(conn any) error {
		pg, err := postgresOf(ctx, conn)
		if err != nil {
			return err
		}
		tx.committed = true
		results, err := pg.PgConn().Exec(ctx, texts).ReadAll()
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == divisionByZero && tx.fuses && !tx.apart {
			return fmt.Errorf("%w: %w", errChanged, err)
		}
		if err != nil {
			return err
		}
		if tag := results[len(results)-1].CommandTag.String(); tag != "COMMIT" {
			return fmt.Errorf("store: a COMMIT was answered with %s", tag)
		}
		conn.(*postgresConn).committed = true //nolint:errcheck,forcetypeassert // as postgresOf has seen
		return nil
	})
}
