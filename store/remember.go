package store

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/uptrace/bun"
)

// A View sees one snapshot, in which the same text reads the same rows. So whoever rehearses many acts in one View asks
// the database once for what each of them reads. An Update remembers nothing: what it reads changes as it writes.

// mostRemembered bounds the rows that one View holds in memory, and mostOfOne those of one query.
const (
	mostRemembered = 50_000
	mostOfOne      = 5_000
)

// memory is what one View has read, and a connection of bun's that reads from it.
type memory struct {
	*sql.Tx
	counter *txCounter
	texts   map[string]*recording // of queries that bun wrote
	batches map[string][]Scanner  // of a [QueryBatch]
	rows    int                   // in both
	types   *pgtype.Map           // PostgreSQL: for the rows of a batch
}

// Remember has a View keep what it reads from now on, and answer the same query from it. It is for what reads the same
// again, such as acts that are rehearsed one by one. What is handed on row by row, by [Tx.Stream] and [EachRow], is not
// kept.
func (tx *Tx) Remember() {
	if tx.views && tx.memory == nil {
		tx.memory = &memory{Tx: tx.Tx.Tx, counter: tx.counter, texts: map[string]*recording{},
			batches: map[string][]Scanner{}}
	}
}

// NewSelect is bun's, and reads from what the View remembers.
func (tx *Tx) NewSelect() *bun.SelectQuery {
	q := tx.Tx.NewSelect()
	if tx.memory != nil {
		return q.Conn(tx.memory)
	}
	return q
}

// NewRaw is bun's, and reads from what the View remembers.
func (tx *Tx) NewRaw(text string, args ...any) *bun.RawQuery {
	q := tx.Tx.NewRaw(text, args...)
	if tx.memory != nil {
		return q.Conn(tx.memory)
	}
	return q
}

// room tells whether so many rows more may be kept, and counts them.
func (m *memory) room(rows int) bool {
	if rows > mostOfOne || m.rows+rows > mostRemembered {
		return false
	}
	m.rows += rows
	return true
}

// recall is a recording of a text: the one that is there, or a new one. The rows are read in full: nothing else may run
// on the connection while they are read, but may while they are replayed.
func (m *memory) recall(ctx context.Context, query string) (*recording, error) {
	if err := ctx.Err(); err != nil { // so a write of a rehearsal ends here
		return nil, context.Cause(ctx)
	}
	if known := m.texts[query]; known != nil {
		m.counter.recall()
		return known, nil
	}
	rows, err := m.Tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	read, err := record(rows)
	if err != nil {
		return nil, err
	}
	if m.room(len(read.rows)) {
		m.texts[query] = read
	}
	return read, nil
}

// QueryContext reads from memory. bun has written the arguments into the query.
func (m *memory) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if len(args) > 0 {
		return m.Tx.QueryContext(ctx, query, args...)
	}
	read, err := m.recall(ctx, query)
	if err != nil {
		return nil, err
	}
	return replays.QueryContext(ctx, query, read)
}

// QueryRowContext is QueryContext for one row.
func (m *memory) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if len(args) > 0 {
		return m.Tx.QueryRowContext(ctx, query, args...)
	}
	read, err := m.recall(ctx, query)
	if err != nil {
		return replays.QueryRowContext(ctx, query, &recording{err: err})
	}
	return replays.QueryRowContext(ctx, query, read)
}

// recording is what a query answered, as the driver handed it to database/sql.
type recording struct {
	columns []string
	rows    [][]driver.Value
	err     error
}

// record reads rows to their end and closes them.
func record(rows *sql.Rows) (*recording, error) {
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	read := &recording{columns: columns}
	places := make([]any, len(columns))
	for rows.Next() {
		values := make([]driver.Value, len(columns))
		for i := range values {
			places[i] = (*any)(&values[i])
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		read.rows = append(read.rows, values)
	}
	return read, rows.Err()
}

// replays hands recordings to database/sql, whose rows nobody else can make.
var replays = sql.OpenDB(replayer{})

// replayer is a driver whose only query is a recording.
type replayer struct{}

var errReplays = errors.New("store: a recording is replayed and nothing else")

func (r replayer) Connect(context.Context) (driver.Conn, error) { return r, nil }
func (r replayer) Driver() driver.Driver                        { return r }
func (r replayer) Open(string) (driver.Conn, error)             { return r, nil }
func (replayer) Prepare(string) (driver.Stmt, error)            { return nil, errReplays }
func (replayer) Begin() (driver.Tx, error)                      { return nil, errReplays }
func (replayer) Close() error                                   { return nil }
func (replayer) CheckNamedValue(*driver.NamedValue) error       { return nil }

// QueryContext begins the recording that is its argument.
func (replayer) QueryContext(_ context.Context, _ string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) == 1 {
		if read, ok := args[0].Value.(*recording); ok {
			return &replay{of: read}, read.err
		}
	}
	return nil, errReplays
}

// replay is one reading of a recording.
type replay struct {
	of *recording
	at int
}

// Columns are those of the recording.
func (r *replay) Columns() []string { return r.of.columns }

// Close has nothing to close.
func (r *replay) Close() error { return nil }

// Next gives bytes that are the reader's own, as a driver does.
func (r *replay) Next(dest []driver.Value) error {
	if r.at == len(r.of.rows) {
		return io.EOF
	}
	for i, v := range r.of.rows[r.at] {
		if b, ok := v.([]byte); ok {
			v = bytes.Clone(b)
		}
		dest[i] = v
	}
	r.at++
	return nil
}

// queryBatch asks those queries that were not asked before, in one round trip, and hands on what all of them answered.
func (m *memory) queryBatch(ctx context.Context, tx *Tx, queries []BatchQuery) error {
	answers, keys := make([][]Scanner, len(queries)), make([]string, len(queries))
	var asked []BatchQuery
	for i, q := range queries {
		keys[i] = fmt.Sprintf("%s\x00%#v", q.Text, q.Args)
		known, found := m.batches[keys[i]]
		if found {
			answers[i], keys[i] = known, ""
			continue
		}
		asked = append(asked, BatchQuery{Text: q.Text, Args: q.Args, Row: func(row Scanner) error {
			kept, err := m.keep(row)
			answers[i] = append(answers[i], kept)
			return err
		}})
	}
	if len(asked) > 0 {
		if err := tx.queryBatch(ctx, asked); err != nil {
			return err
		}
	}
	for i, q := range queries {
		if keys[i] != "" && m.room(len(answers[i])) {
			m.batches[keys[i]] = answers[i]
		}
		for _, row := range answers[i] {
			if err := q.Row(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep is a row that outlives the reading of its query.
func (m *memory) keep(row Scanner) (Scanner, error) {
	switch r := row.(type) {
	case *sqliteRow:
		return &sqliteRow{columns: r.columns, values: slices.Clone(r.values)}, nil
	case pgx.Rows:
		if m.types == nil {
			m.types = pgtype.NewMap()
		}
		kept := &postgresRow{types: m.types, fields: slices.Clone(r.FieldDescriptions())}
		for _, value := range r.RawValues() {
			kept.values = append(kept.values, bytes.Clone(value))
		}
		return kept, nil
	}
	return nil, fmt.Errorf("store: a %T is a row of neither engine", row)
}

// postgresRow is a row as the server sent it.
type postgresRow struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	values [][]byte
}

// Scan puts the columns into pointers, as pgx does.
func (r *postgresRow) Scan(dest ...any) error {
	return pgx.ScanRow(r.types, r.fields, r.values, dest...)
}
