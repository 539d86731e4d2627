package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"supportledger/migrations"
)

// ChangedRow is a row of a proven table as a tx leaves it.
type ChangedRow struct {
	Ref  string // table/key
	Said string // what its columns say, see [said]; "" where the row is gone
}

// SealRows is called once per tx that changed rows of proven tables, when everything else of it is done: package proof
// makes them leaves. What it adds to [Tx.FinalWrites] is written before the commit.
var SealRows func(ctx context.Context, tx *Tx, rows []ChangedRow) error

// said is what the columns of a row say: length and bytes of each name and value, by name. Columns without a value and
// those with an empty one say nothing, so that a column can be added later.
func said(columns []migrations.Column, cells []cell) string {
	var b []byte
	for i, c := range columns {
		if cells[i].text != "" {
			for _, part := range []string{c.Name, cells[i].text} {
				b = append(strconv.AppendInt(b, int64(len(part)), 10), ':')
				b = append(b, part...)
			}
		}
	}
	return string(b)
}

// cell is a value as a text: an integer in decimals, bytes by their SHA-256.
type cell struct{ text string }

// Scan takes what a driver read.
func (c *cell) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		c.text = ""
	case string:
		c.text = v
	case int64:
		c.text = strconv.FormatInt(v, 10)
	case bool:
		c.text = "0"
		if v {
			c.text = "1"
		}
	case []byte:
		c.text = ""
		if v != nil {
			sum := sha256.Sum256(v)
			c.text = hex.EncodeToString(sum[:])
		}
	default:
		return fmt.Errorf("store: a %T is no value of a proven column", v)
	}
	return nil
}

// cellsFor makes places to scan n cells into.
func cellsFor(n int) (cells []cell, dest []any) {
	cells, dest = make([]cell, n), make([]any, n)
	for i := range cells {
		dest[i] = &cells[i]
	}
	return cells, dest
}

// SealedRow is a row with what proof keeps of it; Hash is nil where it keeps nothing.
type SealedRow struct {
	ChangedRow
	Position int64
	Seal     []byte
	Hash     []byte // of the leaf at Position
}

// EachSealed passes on every row of a proven table with its newest leaf, as proof_rows names it.
func EachSealed(ctx context.Context, tx *Tx, table migrations.Shape, each func(SealedRow) error) error {
	engine := string(tx.Engine)
	text := "SELECT " + table.Values(engine, "t") + ", " + table.Ref(engine, "t") +
		", COALESCE(r.position, -1), r.seal, l.hash FROM " + table.Table +
		" AS t LEFT JOIN proof_rows AS r ON r.ref = " + table.Ref(engine, "t") +
		" LEFT JOIN proof_leaves AS l ON l.position = r.position AND l.kind = 'row' AND l.ref = r.ref"
	cells, dest := cellsFor(len(table.Columns))
	var r SealedRow
	dest = append(dest, &r.Ref, &r.Position, &r.Seal, &r.Hash)
	return tx.stream(ctx, text, func(row Scanner) error {
		r.Seal, r.Hash = nil, nil
		if err := row.Scan(dest...); err != nil {
			return err
		}
		r.Said = said(table.Columns, cells)
		return each(r)
	})
}

// rowWatch gathers the rows that a tx changes on SQLite, whose driver tells of each.
type rowWatch struct {
	shapes map[string]watched
	rows   map[string]map[string][]any // table → ref → key
	order  []string                    // refs in the order of their first change
}

// watched is a proven table with the places of its columns.
type watched struct {
	migrations.Shape
	key     []int // places of the key
	columns []int // places of the proven columns
	width   int
}

// watch has the driver tell a tx of its changed rows until it ends.
func (tx *Tx) watch(shapes map[string]watched) error {
	tx.rows = &rowWatch{shapes: shapes, rows: map[string]map[string][]any{}}
	return tx.conn.Raw(func(conn any) error {
		//nolint:errcheck,forcetypeassert // the driver's connection is one
		conn.(sqlite.HookRegisterer).RegisterPreUpdateHook(tx.rows.note)
		return nil
	})
}

// unwatch ends it.
func (tx *Tx) unwatch() {
	_ = tx.conn.Raw(func(conn any) error {
		//nolint:errcheck,forcetypeassert // as above
		conn.(sqlite.HookRegisterer).RegisterPreUpdateHook(nil)
		return nil
	})
}

// bringsLeaves says that the rows that a tx writes come with their leaves.
func (tx *Tx) bringsLeaves() {
	if tx.rows != nil {
		tx.unwatch()
	}
	tx.rows, tx.proves = nil, false
}

// note takes down which row is changed; what it says is read at the end.
func (w *rowWatch) note(d sqlite.SQLitePreUpdateData) {
	shape, proven := w.shapes[d.TableName]
	if !proven {
		return
	}
	var before, after []any
	if d.Op != sqlite3.SQLITE_INSERT {
		before = make([]any, shape.width)
		if d.Old(before...) != nil {
			before = nil
		}
	}
	if d.Op != sqlite3.SQLITE_DELETE {
		after = make([]any, shape.width)
		if d.New(after...) != nil {
			after = nil
		}
	}
	if before != nil && after != nil && shape.same(before, after) {
		return
	}
	for _, row := range [][]any{before, after} {
		if row != nil {
			w.touch(shape, row)
		}
	}
}

func (s watched) same(a, b []any) bool {
	return !slices.ContainsFunc(s.columns, func(at int) bool {
		before, isBytes := a[at].([]byte)
		after, areBytes := b[at].([]byte)
		if isBytes && areBytes {
			return !bytes.Equal(before, after)
		}
		return textOf(a[at]) != textOf(b[at])
	})
}

func textOf(v any) string {
	var c cell
	_ = c.Scan(v) // a value of another type is a change
	return c.text
}

func (w *rowWatch) touch(s watched, row []any) {
	key, parts := make([]any, len(s.key)), make([]string, len(s.key))
	for i, at := range s.key {
		key[i] = row[at]
		if b, ok := key[i].([]byte); ok {
			parts[i] = hex.EncodeToString(b)
		} else {
			parts[i] = textOf(key[i])
		}
	}
	ref := s.Table + "/" + strings.Join(parts, "|")
	if w.rows[s.Table] == nil {
		w.rows[s.Table] = map[string][]any{}
	}
	if _, known := w.rows[s.Table][ref]; !known {
		w.rows[s.Table][ref] = key
		w.order = append(w.order, ref)
	}
}

// changed reads what the changed rows say now, and forgets that they changed.
func (w *rowWatch) changed(ctx context.Context, tx *Tx) ([]ChangedRow, error) {
	rows, order := w.rows, w.order
	w.rows, w.order = map[string]map[string][]any{}, nil
	statements := map[string]*sql.Stmt{}
	defer func() {
		for _, s := range statements {
			_ = s.Close() // it was only read
		}
	}()
	var out []ChangedRow
	for _, ref := range order {
		table, _, _ := strings.Cut(ref, "/")
		shape := w.shapes[table]
		if statements[table] == nil {
			where := make([]string, len(shape.Key))
			for i, c := range shape.Key {
				where[i] = c.Name + " = ?"
			}
			text := "SELECT " + shape.Values(migrations.SQLite, "t") + " FROM " + table + " AS t WHERE " +
				strings.Join(where, " AND ")
			s, err := tx.Tx.Tx.PrepareContext(ctx, text) //nolint:sqlclosecheck // closed above, with the others
			if err != nil {
				return nil, err
			}
			statements[table] = s
		}
		cells, dest := cellsFor(len(shape.Columns))
		switch err := statements[table].QueryRowContext(ctx, rows[table][ref]...).Scan(dest...); err {
		case nil:
			out = append(out, ChangedRow{ref, said(shape.Columns, cells)})
		case sql.ErrNoRows:
			out = append(out, ChangedRow{Ref: ref})
		default:
			return nil, err
		}
	}
	return out, nil
}

// watchedTables finds the places of the columns of the proven tables in a SQLite file; none in one of another schema.
func watchedTables(ctx context.Context, tx *Tx) (map[string]watched, error) {
	shapes, err := migrations.Shapes()
	if err != nil {
		return nil, err
	}
	all := map[string]watched{}
	const text = "SELECT m.name, p.name, p.cid FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p " +
		"WHERE m.type = 'table' ORDER BY m.name, p.cid"
	counter := tx.counter
	defer func() { tx.counter = counter }()
	tx.counter = nil // this is asked once per process, and is no part of the act
	err = tx.stream(ctx, text, func(row Scanner) error {
		var table, column string
		var at int64
		if err := row.Scan(&table, &column, &at); err != nil {
			return err
		}
		shape, proven := shapes[table]
		if !proven {
			return nil
		}
		w, known := all[table]
		if !known {
			w = watched{Shape: shape, key: make([]int, len(shape.Key))}
		}
		w.width = max(w.width, int(at)+1)
		for i, c := range shape.Key {
			if c.Name == column {
				w.key[i] = int(at)
			}
		}
		if slices.ContainsFunc(shape.Columns, func(c migrations.Column) bool { return c.Name == column }) {
			w.columns = append(w.columns, int(at))
		}
		all[table] = w
		return nil
	})
	if _, proves := all["book"]; !proves {
		return map[string]watched{}, err
	}
	return all, err
}

// takeChanges ends a script on PostgreSQL: the rows that the tx changed, which nobody else sees.
const takeChanges = "DELETE FROM row_changes WHERE xid = pg_current_xact_id_if_assigned() RETURNING no, ref, said"

// runFinal runs the last script of a tx and gives the rows that the tx changed, on PostgreSQL in the same round trip.
func (tx *Tx) runFinal(ctx context.Context) ([]ChangedRow, error) {
	if tx.rows != nil {
		if err := tx.final.Run(ctx, tx); err != nil {
			return nil, err
		}
		return tx.rows.changed(ctx, tx)
	}
	if !tx.proves {
		return nil, tx.final.Run(ctx, tx)
	}
	if tx.fuses && !tx.apart {
		tx.final.steps = append(tx.final.steps, step{text: noChanges})
		return nil, tx.commitWith(ctx)
	}
	tx.final.steps = append(tx.final.steps, step{text: takeChanges})
	texts, err := tx.final.texts()
	if err != nil {
		return nil, err
	}
	tx.counter.counted(nil)
	var changes []noted
	err = tx.conn.Raw(func(conn any) error {
		pg, err := postgresOf(ctx, conn)
		if err != nil {
			return err
		}
		results, err := pg.PgConn().Exec(ctx, texts).ReadAll()
		if err != nil {
			return err
		}
		for _, row := range results[len(results)-1].Rows {
			no, err := strconv.ParseInt(string(row[0]), 10, 64)
			if err != nil {
				return err
			}
			changes = append(changes, noted{no, string(row[1]), row[2]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lastOf(changes)
}

// noted is one row of row_changes.
type noted struct {
	no   int64
	ref  string
	said []byte // columns in JSON; nil where the row is gone
}

// lastOf keeps the last change of each row, in the order of the first.
func lastOf(changes []noted) ([]ChangedRow, error) {
	slices.SortFunc(changes, func(a, b noted) int { return int(min(1, max(-1, a.no-b.no))) })
	at := map[string]int{}
	var out []ChangedRow
	for _, c := range changes {
		row := ChangedRow{Ref: c.ref}
		if c.said != nil {
			var err error
			if row.Said, err = saidJSON(c.said); err != nil {
				return nil, err
			}
		}
		if i, known := at[c.ref]; known {
			out[i] = row
			continue
		}
		at[c.ref] = len(out)
		out = append(out, row)
	}
	return out, nil
}

// saidJSON is [said] of a JSON object from the database.
func saidJSON(text []byte) (string, error) {
	var values map[string]*string
	if err := json.Unmarshal(text, &values); err != nil {
		return "", fmt.Errorf("store: changed row: %w", err)
	}
	columns := make([]migrations.Column, 0, len(values))
	for name := range values {
		columns = append(columns, migrations.Column{Name: name})
	}
	slices.SortFunc(columns, func(a, b migrations.Column) int { return strings.Compare(a.Name, b.Name) })
	cells := make([]cell, len(columns))
	for i, c := range columns {
		cells[i].text = ZeroIfNull(values[c.Name])
	}
	return said(columns, cells), nil
}
