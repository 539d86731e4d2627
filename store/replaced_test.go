package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"supportledger/store"
	"supportledger/store/storetest"
)

// fitting are values of columns that rows need to get past the other rules of their table, so that it is the twin that
// is refused. A table that needs some says so by failing.
var fitting = map[string]map[string]any{
	"users":               {"person": ""},
	"entries":             {"corrects": nil, "reverses": nil},
	"plan_versions":       {"state": "draft"},
	"plan_items":          {"committed_year": 0},
	"imports":             {"state": "uploaded"},
	"import_entries":      {"import_id": "x1"},
	"fx_rate_uses":        {"rate_id": "x1"},
	"payments":            {"state": "planned", "entry_id": nil, "reissue_of": nil},
	"statements":          {"state": "DRAFT", "number": nil},
	"bank_imports":        {"state": "previewed"},
	"donor_imports":       {"state": "previewed"},
	"donor_import_items":  {"import_id": "x1"},
	"payment_batches":     {"state": "open", "released_by": "", "file_sha256": ""},
	"payment_batch_items": {"batch_id": "x1"},
	"invitations":         {"used_at": nil, "change_id": ""},
}

// beside are rows of other tables that those rows refer to: a table, and values of its columns.
var beside = map[string]struct {
	table string
	row   map[string]any
}{
	"import_entries":      {"imports", map[string]any{"state": "previewed"}},
	"fx_rate_uses":        {"fx_rates", map[string]any{"state": "locked"}},
	"donor_import_items":  {"donor_imports", map[string]any{"state": "previewed"}},
	"payment_batch_items": {"payment_batches", map[string]any{"state": "open"}},
}

// elsewhere says of keys why their twins are refused another way.
var elsewhere = map[string]string{
	"entries corrects": "what is corrected was reversed, once, which ledger's tests try with whole entries",
	"entry_lines entry_seq line": "an entry's last row seals its lines: a sealed one takes none, and nothing stands on " +
		"the others",
	"periods month": "a month that is not closed is written over by its own act; a closed one refuses both",
	"grant_policies grant_id starts_on": "a second amendment of one day takes the place of the first " +
		"(docs/DECISIONS.md), " +
		"so replacing does no more than updating",
}

// key is a unique key of a table.
type key []string

// bench is a SQLite database without any trigger, and all that it had: what one table's triggers do is tried alone.
type bench struct {
	*testing.T
	raw      *sql.Conn
	triggers map[string][]string
}

func newBench(t *testing.T, db *store.DB) bench {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(strings.TrimPrefix(storetest.DSN(db), "sqlite:"), "#",
		"%23"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	raw, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	b := bench{t, raw, map[string][]string{}}
	b.do("PRAGMA foreign_keys = OFF")
	b.do("PRAGMA ignore_check_constraints = ON")
	for _, row := range b.rows("SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger'") {
		b.triggers[row[0]] = append(b.triggers[row[0]], row[2])
		b.do("DROP TRIGGER " + row[1])
	}
	return b
}

func (b bench) do(text string, args ...any) {
	b.Helper()
	if _, err := b.raw.ExecContext(b.Context(), text, args...); err != nil {
		b.Fatalf("%s: %v", text, err)
	}
}

// rows reads texts.
func (b bench) rows(text string, args ...any) (all [][]string) {
	b.Helper()
	found, err := b.raw.QueryContext(b.Context(), text, args...)
	if err != nil {
		b.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = found.Close() }()
	columns, err := found.Columns()
	if err != nil {
		b.Fatal(err)
	}
	for found.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			b.Fatalf("%s: %v", text, err)
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	return all
}

// keys lists the unique keys of a table, partial ones too.
func (b bench) keys(table string) (keys []key) {
	b.Helper()
	known := func(k key) bool {
		return slices.ContainsFunc(keys, func(o key) bool {
			return slices.Equal(slices.Sorted(slices.Values(o)), slices.Sorted(slices.Values(k)))
		})
	}
	add := func(rows [][]string) {
		var k key
		for _, r := range rows {
			k = append(k, r[0])
		}
		if len(k) > 0 && !known(k) {
			keys = append(keys, k)
		}
	}
	for _, index := range b.rows(`SELECT name FROM pragma_index_list(?) WHERE "unique"`, table) {
		add(b.rows("SELECT name FROM pragma_index_info(?) ORDER BY seqno", index[0]))
	}
	add(b.rows("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table))
	return keys
}

// insert writes the n-th row of a table: all its values are n's, but those of the key, which are the first's, and those
// that fit.
func (b bench) insert(verb, table string, n int, k key, fit map[string]any) error {
	var names, marks []string
	var values []any
	for _, c := range b.rows("SELECT name, upper(type) FROM pragma_table_info(?)", table) {
		fits, there := fit[c[0]]
		v := value(c[1], n)
		switch {
		case slices.Contains(k, c[0]):
			v = value(c[1], 1)
		case there:
			v = fits
		}
		names, marks, values = append(names, `"`+c[0]+`"`), append(marks, "?"), append(values, v)
	}
	_, err := b.raw.ExecContext(b.Context(), fmt.Sprintf("%s INTO %s (%s) VALUES (%s)", verb, table,
		strings.Join(names, ", "), strings.Join(marks, ", ")), values...)
	return err
}

func value(kind string, n int) any {
	switch {
	case strings.Contains(kind, "INT"), strings.Contains(kind, "BOOL"):
		return n
	case strings.Contains(kind, "BYTEA"), strings.Contains(kind, "BLOB"):
		return []byte{byte(n)}
	}
	return fmt.Sprint("x", n)
}

// tried lays rows of a table, puts its triggers in place, tries something and takes all back. It gives the refusal, ""
// for none, and how many rows are left.
func (b bench) tried(table string, lay, try func() error) (refusal, left string) {
	b.Helper()
	b.do("SAVEPOINT tried")
	b.do("DELETE FROM " + table)
	if err := lay(); err != nil {
		b.Fatalf("%s: %v", table, err)
	}
	for _, text := range b.triggers[table] {
		b.do(text)
	}
	if err := try(); err != nil {
		refusal = err.Error()
	}
	left = b.rows("SELECT COUNT(*) FROM " + table)[0][0]
	b.do("ROLLBACK TO tried")
	b.do("RELEASE tried")
	return refusal, left
}

// hole says how a row of a table that refuses DELETE can be made to vanish by who takes its key; "" where it cannot.
func (b bench) hole(table string, k key) string {
	b.Helper()
	fit := fitting[table]
	lay := func() error {
		if other, needed := beside[table]; needed {
			if err := b.insert("INSERT", other.table, 1, nil, other.row); err != nil {
				return err
			}
		}
		return b.insert("INSERT", table, 1, k, fit)
	}
	replace := func() error { return b.insert("INSERT OR REPLACE", table, 2, k, fit) }
	bare := b.triggers[table]
	b.triggers[table] = nil
	_, left := b.tried(table, lay, replace)
	b.triggers[table] = bare
	if left != "1" {
		return "a second row of that key stands beside the first: give it values in fitting, so that the key holds for them"
	}
	refusal, _ := b.tried(table, lay, replace)
	if refusal == "" {
		return "INSERT OR REPLACE takes its place"
	}
	alone, _ := b.tried(table, func() error { // what it says without a twin
		if other, needed := beside[table]; needed {
			return b.insert("INSERT", other.table, 1, nil, other.row)
		}
		return nil
	}, replace)
	if alone == refusal {
		return "the second row is refused alone as well, which shows nothing: give it values in fitting; " + alone
	}
	return b.overtaken(table, k, lay)
}

// overtaken is the same for UPDATE OR REPLACE.
func (b bench) overtaken(table string, k key, lay func() error) string {
	b.Helper()
	both := func() error { return errors.Join(lay(), b.insert("INSERT", table, 2, nil, fitting[table])) }
	kinds := map[string]string{}
	for _, c := range b.rows("SELECT name, upper(type) FROM pragma_table_info(?)", table) {
		kinds[c[0]] = c[1]
	}
	var same []string
	var values []any
	for _, c := range k {
		same, values = append(same, `"`+c+`" = ?`), append(values, value(kinds[c], 1))
	}
	update := "UPDATE OR REPLACE " + table + " SET " + strings.Join(same, ", ") +
		" WHERE NOT (" + strings.Join(same, " AND ") + ")"
	values = append(values, values...)
	refusal, left := b.tried(table, both, func() error {
		_, err := b.raw.ExecContext(b.Context(), update, values...)
		return err
	})
	if refusal == "" && left == "1" {
		return "UPDATE OR REPLACE takes its place"
	}
	return ""
}

// TestNothingThatStaysIsReplaced goes over the schema: no row of a table that refuses DELETE is made to vanish by
// INSERT OR REPLACE or UPDATE OR REPLACE, by whichever of its keys, in a session that does not ask DELETE triggers
// about replaced rows.
func TestNothingThatStaysIsReplaced(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	b.do("BEGIN IMMEDIATE")
	tables, keys := 0, 0
	for _, table := range slices.Sorted(maps.Keys(b.triggers)) {
		deleted, _ := b.tried(table, func() error { return b.insert("INSERT", table, 1, nil, nil) }, func() error {
			_, err := b.raw.ExecContext(t.Context(), "DELETE FROM "+table)
			return err
		})
		if !strings.Contains(deleted, "supportledger:") {
			continue
		}
		tables++
		for _, k := range b.keys(table) {
			keys++
			name := table + " " + strings.Join(k, " ")
			hole := b.hole(table, k)
			if reason := elsewhere[name]; reason != "" {
				if hole == "" {
					t.Errorf("%s needs no excuse any more (%q): take it out of elsewhere", name, reason)
				}
				hole = ""
			}
			if hole != "" {
				t.Errorf("%s: %s", name, hole)
			}
		}
	}
	if tables < 80 || keys < 120 {
		t.Errorf("only %d tables with %d keys were looked at", tables, keys)
	}
}

// TestNothingThatStaysIsEmptied goes over the schema of PostgreSQL: what has a guard against DELETE has one against
// TRUNCATE.
func TestNothingThatStaysIsEmptied(t *testing.T) {
	db := storetest.Postgres(t)
	guarded := func(event int) (tables []string) {
		const text = `SELECT DISTINCT c.relname FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
			WHERE NOT g.tgisinternal AND c.relnamespace = current_schema()::regnamespace
			AND g.tgtype & 2 <> 0 AND g.tgtype & ? <> 0 AND c.relname NOT IN (?) ORDER BY 1`
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw(text, event, bun.List(own)).Scan(context.Background(), &tables)
		}); err != nil {
			t.Fatal(err)
		}
		return tables
	}
	const deleting, truncating = 8, 32 // bits of pg_trigger.tgtype; 2 is BEFORE
	kept, emptied := guarded(deleting), guarded(truncating)
	for _, table := range kept {
		if !slices.Contains(emptied, table) {
			t.Errorf("%s refuses DELETE and not TRUNCATE", table)
		}
	}
	if len(kept) < 80 {
		t.Errorf("only %v were looked at", kept)
	}
}
