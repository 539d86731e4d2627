package store

import (
	"cmp"
	"context"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// BatchQuery is one query of a [QueryBatch]; Row is called with each row of its result. Text is a constant with a ? for
// each of Args, which a connection compiles the first time that it meets it: there are only so many texts, so values
// never stand in them. Args are kinds of string, int and bool, and []byte.
type BatchQuery struct {
	Text string
	Args []any
	Row  func(row Scanner) error
}

// Scanner is a row of a result. Scan copies its columns, in order, to where dest points.
type Scanner interface{ Scan(dest ...any) error }

// QueryBatch sends several queries in one round trip and reads their results in order; [Script] does the same for
// writes. On PostgreSQL each query sees what was committed before it began, so when the first waits for a lock, the
// others see what the holder of that lock committed.
func QueryBatch(ctx context.Context, tx *Tx, queries ...BatchQuery) error {
	if tx.memory != nil {
		return tx.memory.queryBatch(ctx, tx, queries)
	}
	return tx.queryBatch(ctx, queries)
}

func (tx *Tx) queryBatch(ctx context.Context, queries []BatchQuery) error {
	return tx.conn.Raw(func(conn any) error {
		if postgres, ok := conn.(*postgresConn); ok {
			return tx.pipeline(ctx, postgres, queries)
		}
		for _, q := range queries {
			rows, err := tx.querySQLite(context.WithoutCancel(ctx), conn, q)
			if err := eachRowSQLite(ctx, rows, err, tx.counter.counted(q.Row)); err != nil {
				return err
			}
		}
		return nil
	})
}

// querySQLite runs one query on the connection of the tx.
func (tx *Tx) querySQLite(ctx context.Context, conn any, q BatchQuery) (driver.Rows, error) {
	s, err := tx.compiled.statement(ctx, conn, q.Text)
	if err != nil {
		return nil, err
	}
	args := make([]driver.NamedValue, len(q.Args))
	for i, arg := range q.Args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	return s.QueryContext(ctx, args)
}

// prepared are the names of the texts that a connection to PostgreSQL has compiled. A name is given once: what a batch
// that failed has left compiled is not known here.
type prepared struct {
	names map[string]string // by text
	given int
}

func preparedOn(conn *pgconn.PgConn) *prepared {
	const key = "supportledger"
	p, known := conn.CustomData()[key].(*prepared)
	if !known {
		p = &prepared{names: map[string]string{}}
		conn.CustomData()[key] = p
	}
	return p
}

// pipeline sends queries to PostgreSQL in one round trip, with those statements that the connection has not met yet.
func (tx *Tx) pipeline(ctx context.Context, on *postgresConn, queries []BatchQuery) (err error) {
	conn, begin := on.Conn(), on.take()
	known, added := preparedOn(conn.PgConn()), map[string]string{}
	line := conn.PgConn().StartPipeline(ctx)
	defer func() {
		if lost := line.Close(); err == nil {
			err = lost
		}
	}()
	if begin != "" {
		line.SendQueryParams(begin, nil, nil, nil, nil)
	}
	asked := make([]string, len(queries)) // texts that are compiled on the way
	for i, q := range queries {
		params, err := textParams(q.Args)
		if err != nil {
			return err
		}
		if tx.unnamed {
			line.SendQueryParams(numbered(q.Text), params, nil, nil, nil)
			continue
		}
		name := cmp.Or(known.names[q.Text], added[q.Text])
		if name == "" {
			known.given++
			name = "sl_" + strconv.Itoa(known.given)
			added[q.Text], asked[i] = name, q.Text
			line.SendPrepare(name, numbered(q.Text), nil)
		}
		line.SendQueryPrepared(name, params, nil, nil)
	}
	if err := line.Sync(); err != nil {
		return err
	}
	if begin != "" {
		if _, err := line.GetResults(); err != nil { // the next of which reads this to its end
			return err
		}
	}
	for i, q := range queries {
		if asked[i] != "" {
			if _, err := line.GetResults(); err != nil {
				return err
			}
			known.names[asked[i]] = added[asked[i]]
		}
		results, err := line.GetResults()
		if err != nil {
			return err
		}
		reader, ok := results.(*pgconn.ResultReader)
		if !ok {
			return fmt.Errorf("store: %T where rows were expected", results)
		}
		rows := pgx.RowsFromResultReader(conn.TypeMap(), reader)
		if err := eachRow(rows, nil, tx.counter.counted(q.Row)); err != nil {
			return err
		}
	}
	return nil
}

// textParams are arguments as PostgreSQL reads them from a text.
func textParams(args []any) ([][]byte, error) {
	params := make([][]byte, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		switch v := value.(type) {
		case nil: // NULL
		case string:
			params[i] = []byte(v)
		case int64:
			params[i] = strconv.AppendInt(nil, v, 10)
		case bool:
			params[i] = strconv.AppendBool(nil, v)
		case []byte:
			params[i] = hex.AppendEncode([]byte(`\x`), v)
		default:
			return nil, fmt.Errorf("store: a %T is no argument of a constant text", arg)
		}
	}
	return params, nil
}

// numbers are constant texts as PostgreSQL wants them: with $1, $2 … for each ?.
var numbers sync.Map

func numbered(text string) string {
	if known, ok := numbers.Load(text); ok {
		return known.(string) //nolint:errcheck,forcetypeassert // stored below
	}
	parts := strings.Split(text, "?")
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(part)
		if i < len(parts)-1 {
			b.WriteString("$" + strconv.Itoa(i+1))
		}
	}
	numbers.Store(text, b.String())
	return b.String()
}

// Places is so many ? with commas between, for a list in a constant text. There are only some numbers of them, so that
// there are only some texts: give [Padded] args.
func Places(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", padding(n)), ", ") }

// Padded is the values of a list for [Places]: the last of them stands more often than it was given, and an empty list
// is NULL.
func Padded[T any](values []T) []any {
	args := make([]any, padding(len(values)))
	for i := range values {
		args[i] = values[i]
	}
	for i := max(1, len(values)); i < len(args); i++ {
		args[i] = args[i-1]
	}
	return args
}

// padding is the next power of two.
func padding(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}
