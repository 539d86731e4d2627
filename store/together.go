package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Ask is a query and who takes its rows.
type Ask struct {
	Query fmt.Stringer // of bun
	Row   func(row Scanner) error
}

// Scanner is a row: its columns go into pointers, in order.
type Scanner interface{ Scan(dest ...any) error }

// Together asks several questions in one way to the server and back, in order; on PostgreSQL each sees what was committed
// before it began, so a first one that waits for a lock is followed by others that see what it waited for. It is to
// reading what [Script] is to writing.
func Together(ctx context.Context, tx *Tx, asks ...Ask) error {
	if tx.Engine != Postgres {
		for _, a := range asks {
			if err := tx.stream(ctx, a.Query.String(), a.Row); err != nil {
				return err
			}
		}
		return nil
	}
	var batch pgx.Batch
	for _, a := range asks {
		batch.Queue(a.Query.String())
	}
	return tx.conn.Raw(func(conn any) (err error) {
		answers := conn.(*stdlib.Conn).Conn().SendBatch(ctx, &batch) //nolint:errcheck,forcetypeassert // the pool's driver is pgx
		defer func() {
			if lost := answers.Close(); err == nil {
				err = lost
			}
		}()
		for _, a := range asks {
			rows, err := answers.Query()
			if err := eachRow(rows, err, a.Row); err != nil {
				return err
			}
		}
		return nil
	})
}
