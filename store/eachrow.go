package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"

	"github.com/uptrace/bun"
)

// EachRow runs q and hands its rows on one by one as they arrive, read into T as bun would read them: a column goes
// into the field of its name. It is for code that reads a whole table by the same row type as single acts do. Nothing
// else may run in the tx until it returns.
func EachRow[T any](ctx context.Context, tx *Tx, q *bun.SelectQuery, row func(T) error) error {
	var value T // one for all rows: every column is written anew for each
	var places []any
	fields := tx.Dialect().Tables().Get(reflect.TypeFor[T]()).FieldMap
	read := tx.counter.counted(func(from Scanner) error { return from.Scan(places...) })
	scan := func(columns []string, from Scanner) error {
		for _, column := range columns[len(places):] {
			field, known := fields[column]
			if !known {
				return fmt.Errorf("store: %T has no field for the column %q", value, column)
			}
			places = append(places, field.Value(reflect.ValueOf(&value).Elem()).Addr().Interface())
		}
		if err := read(from); err != nil {
			return err
		}
		return row(value)
	}
	return tx.conn.Raw(func(conn any) error {
		if postgres, err := postgresOf(ctx, conn); postgres != nil {
			if err != nil {
				return err
			}
			rows, err := postgres.Query(ctx, q.String())
			var columns []string
			return eachRow(rows, err, func(from Scanner) error {
				if columns == nil {
					for _, f := range rows.FieldDescriptions() {
						columns = append(columns, f.Name)
					}
				}
				return scan(columns, from)
			})
		}
		queryer := conn.(driver.QueryerContext) //nolint:errcheck // the driver's connection is one
		return streamSQLite(ctx, queryer, q.String(), func(from Scanner) error {
			return scan(from.(*sqliteRow).columns, from) //nolint:errcheck // streamSQLite hands on nothing else
		})
	})
}

// EachPage hands rows to page, so many at a time: for what reads more of a page than its rows. Read reads the rows
// behind a key, and id is the key of one.
func EachPage[T any](most int, id func(T) string, read func(Keyset) ([]T, error), page func([]T) error) error {
	for at := (Keyset{Limit: most}); ; {
		rows, err := read(at)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := page(rows); err != nil || len(rows) < most {
			return err
		}
		at.After = []string{id(rows[len(rows)-1])}
	}
}
