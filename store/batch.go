package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// BatchQuery is one query of a [QueryBatch]; Row is called with each row of its result.
type BatchQuery struct {
	Query fmt.Stringer // made by bun
	Row   func(row Scanner) error
}

// Scanner is a row of a result. Scan copies its columns, in order, to where dest points.
type Scanner interface{ Scan(dest ...any) error }

// QueryBatch sends several queries in one round trip and reads their results in order; [Script] does the same for
// writes. On PostgreSQL each query sees what was committed before it began, so when the first waits for a lock, the
// others see what the holder of that lock committed.
func QueryBatch(ctx context.Context, tx *Tx, queries ...BatchQuery) error {
	if tx.Engine != Postgres {
		for _, q := range queries {
			if err := tx.stream(ctx, q.Query.String(), q.Row); err != nil {
				return err
			}
		}
		return nil
	}
	var batch pgx.Batch
	for _, q := range queries {
		batch.Queue(q.Query.String())
	}
	return tx.conn.Raw(func(conn any) (err error) {
		results := conn.(*stdlib.Conn).Conn().SendBatch(ctx, &batch) //nolint:errcheck,forcetypeassert // pgx is the driver
		defer func() {
			if lost := results.Close(); err == nil {
				err = lost
			}
		}()
		for _, q := range queries {
			rows, err := results.Query()
			if err := eachRow(rows, err, tx.counter.counted(q.Row)); err != nil {
				return err
			}
		}
		return nil
	})
}
