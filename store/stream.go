package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// Stream runs a query and hands each row on as it comes, scanned by the caller: for what reads millions. Text is a
// constant with ? for args. Nothing else may run in the tx until it returns.
//
// It reads from the drivers themselves: database/sql locks, looks at the context and converts for every single value,
// which took as long as reading them.
func (tx *Tx) Stream(ctx context.Context, text string, row func(Scanner) error, args ...any) error {
	return tx.stream(ctx, tx.NewRaw(text, args...).String(), row)
}

// stream is Stream for a query that bun has written.
func (tx *Tx) stream(ctx context.Context, query string, row func(Scanner) error) error {
	row = tx.counter.counted(row)
	return tx.conn.Raw(func(conn any) error {
		if postgres, err := postgresOf(ctx, conn); postgres != nil {
			if err != nil {
				return err
			}
			return streamPostgres(ctx, postgres, query, row)
		}
		return streamSQLite(ctx, conn.(driver.QueryerContext), query, row) //nolint:errcheck // the driver's connection is one
	})
}

func streamPostgres(ctx context.Context, conn *pgx.Conn, query string, row func(Scanner) error) error {
	rows, err := conn.Query(ctx, query)
	return eachRow(rows, err, row)
}

// eachRow hands on what a query on PostgreSQL answers, or its error.
func eachRow(rows pgx.Rows, err error, row func(Scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// between is after how many rows a query on SQLite looks whether it is still wanted.
const between = 256

func streamSQLite(ctx context.Context, conn driver.QueryerContext, query string, row func(Scanner) error) error {
	rows, err := conn.QueryContext(context.WithoutCancel(ctx), query, nil) // or else the driver would look for every row
	return eachRowSQLite(ctx, rows, err, row)
}

// eachRowSQLite hands on what a query on SQLite answers, or its error. The query runs without its cancellation, which
// is looked at here.
func eachRowSQLite(ctx context.Context, rows driver.Rows, err error, row func(Scanner) error) error {
	if err != nil {
		return err
	}
	read := &sqliteRow{columns: rows.Columns()}
	read.values = make([]driver.Value, len(read.columns))
	for n := 0; err == nil; n++ {
		if n%between == 0 && ctx.Err() != nil {
			err = ctx.Err()
			break
		}
		if err = rows.Next(read.values); err == nil {
			err = row(read)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// sqliteRow is what the driver read: int64, string, []byte or nil, none of which it uses again.
type sqliteRow struct {
	columns []string
	values  []driver.Value
}

// Scan puts the columns into pointers, as database/sql would.
func (r *sqliteRow) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("store: %d columns into %d places", len(r.values), len(dest))
	}
	for i, v := range r.values {
		var fits bool
		switch d := dest[i].(type) {
		case *string:
			*d, fits = v.(string)
		case *int64:
			*d, fits = v.(int64)
		case *[]byte:
			*d, fits = v.([]byte)
		case sql.Scanner:
			if err := d.Scan(v); err != nil {
				return err
			}
			fits = true
		}
		if !fits && !assign(reflect.ValueOf(dest[i]).Elem(), v) {
			return fmt.Errorf("store: column %d is a %T, which does not go into a %T", i+1, v, dest[i])
		}
	}
	return nil
}

// assign puts a value where it goes by its kind; NULL goes into pointers and bytes.
func assign(into reflect.Value, v driver.Value) bool {
	switch v := v.(type) {
	case nil:
		if into.Kind() != reflect.Pointer && into.Kind() != reflect.Slice {
			return false
		}
		into.SetZero()
		return true
	case string:
		if into.Kind() == reflect.String {
			into.SetString(v)
			return true
		}
		if into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Uint8 {
			into.SetBytes([]byte(v))
			return true
		}
	case int64:
		switch {
		case into.CanInt() && !into.OverflowInt(v):
			into.SetInt(v)
			return true
		case into.Kind() == reflect.Bool:
			into.SetBool(v != 0)
			return true
		case into.Kind() == reflect.String:
			into.SetString(strconv.FormatInt(v, 10))
			return true
		}
	case []byte:
		if into.Kind() == reflect.Slice && into.Type().Elem().Kind() == reflect.Uint8 {
			into.SetBytes(v)
			return true
		}
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		return assign(into.Elem(), v)
	}
	return false
}
