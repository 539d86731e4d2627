package story_test

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fixed are tables whose rows the program knows by their keys, or of which there is one.
var fixed = []string{"book", "accounts", "funds", "periods", "fiscal_years"}

// apart are the marks of copies: a text key gets one with the number of the copy, a number key is moved by it.
const (
	apart = "~"
	far   = 10_000_000
)

// copier copies the rows of every table, so that each has some number of them. Copies of rows that refer to each other
// refer to each other: the k-th copy of a row has k in its keys, and the k-th copy of a row that refers to it too.
type copier struct {
	t      *testing.T
	raw    *sql.DB
	tables map[string]*copiedTable
}

// copiedTable is a table that is copied.
type copiedTable struct {
	columns []string
	types   map[string]string
	parents map[string]string // column → table that it refers to
	unique  [][]string
	changed []string // columns that differ in each copy
	rows    int      // that were there first
	copies  int      // of each of them by now
}

func newCopier(t *testing.T, raw *sql.DB) *copier {
	t.Helper()
	c := &copier{t, raw, map[string]*copiedTable{}}
	for _, name := range column(t, raw,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") {
		if !slices.Contains(fixed, name) {
			c.tables[name] = c.read(name)
		}
	}
	for name, table := range c.tables {
		table.choose(c.tables)
		if len(table.changed) == 0 || table.rows == 0 {
			t.Logf("%s is not copied: %d rows", name, table.rows)
			delete(c.tables, name)
		}
	}
	return c
}

// read learns what a table is like.
func (c *copier) read(name string) *copiedTable {
	table := &copiedTable{types: map[string]string{}, parents: map[string]string{}}
	info := func(text string) []string { return column(c.t, c.raw, fmt.Sprintf(text, name)) }
	table.columns = info("SELECT name FROM pragma_table_info('%s')")
	for _, col := range table.columns {
		table.types[col] = column(c.t, c.raw,
			fmt.Sprintf("SELECT type FROM pragma_table_info('%s') WHERE name = '%s'", name, col))[0]
	}
	for _, pair := range info(`SELECT "from" || ' ' || "table" FROM pragma_foreign_key_list('%s')`) {
		col, parent, _ := strings.Cut(pair, " ")
		table.parents[col] = parent
	}
	if key := info("SELECT name FROM pragma_table_info('%s') WHERE pk > 0 ORDER BY pk"); len(key) > 0 {
		table.unique = append(table.unique, key)
	}
	for _, index := range info(`SELECT name FROM pragma_index_list('%s') WHERE "unique"`) {
		cols := column(c.t, c.raw, fmt.Sprintf("SELECT name FROM pragma_index_info('%s')", index))
		table.unique = append(table.unique, cols)
	}
	table.rows, _ = strconv.Atoi(info("SELECT count(*) FROM %s")[0])
	return table
}

// choose finds the columns that have to differ: those that refer to what is copied, and of each key that has none,
// the last text that is no date, or else the last number. A table with a key of dates is not copied.
func (table *copiedTable) choose(tables map[string]*copiedTable) {
	for _, col := range table.columns {
		if _, copies := tables[table.parents[col]]; copies {
			table.changed = append(table.changed, col)
		}
	}
	for _, key := range table.unique {
		if slices.ContainsFunc(key, func(col string) bool { return slices.Contains(table.changed, col) }) {
			continue
		}
		free := slices.DeleteFunc(slices.Clone(key), func(col string) bool {
			return table.parents[col] != "" || dated(col)
		})
		if texts := slices.DeleteFunc(slices.Clone(free), func(col string) bool {
			return table.types[col] != "TEXT" // on SQLite a boolean is an integer too
		}); len(texts) > 0 {
			free = texts
		}
		if len(free) == 0 {
			table.changed = nil
			return
		}
		table.changed = append(table.changed, free[len(free)-1])
	}
}

func dated(col string) bool {
	return col == "date" || col == "month" || col == "year" || strings.HasSuffix(col, "_on") ||
		strings.HasSuffix(col, "_at")
}

// until copies until every table has n rows.
func (c *copier) until(n int) {
	want := map[string]int{}
	for name, table := range c.tables {
		want[name] = (n+table.rows-1)/table.rows - 1
	}
	want["plans"] = min(want["plans"], want["plan_versions"]) // a plan has a version
	// A row whose key is another's cannot be more often than that one.
	for again := true; again; {
		again = false
		for name, table := range c.tables {
			for _, key := range table.unique {
				most := 0
				for _, col := range key {
					if parent := table.parents[col]; c.tables[parent] == nil && slices.Contains(table.changed, col) {
						most = n
					} else if parent != name {
						most = max(most, want[parent])
					} else {
						most = n
					}
				}
				if most < want[name] {
					want[name], again = most, true
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.tables)) {
		c.copy(name, c.tables[name], want)
	}
	for name, table := range c.tables {
		table.copies = want[name]
	}
	do(c.t, c.raw, "ANALYZE")
}

func (c *copier) copy(name string, table *copiedTable, want map[string]int) {
	if want[name] <= table.copies {
		return
	}
	values := make([]string, len(table.columns))
	for i, col := range table.columns {
		values[i] = "o." + col
		if !slices.Contains(table.changed, col) {
			continue
		}
		k := "k"
		if parent := table.parents[col]; c.tables[parent] != nil {
			if want[parent] == 0 {
				continue
			}
			k = fmt.Sprintf("(1 + (k - 1) %% %d)", want[parent])
		}
		switch table.types[col] {
		case "TEXT":
			values[i] += fmt.Sprintf(" || '%s' || %s", apart, k)
		case "BLOB":
			values[i] = fmt.Sprintf("CAST(%s || '%s' || %s AS BLOB)", values[i], apart, k)
		default:
			values[i] += fmt.Sprintf(" + %d * %s", far, k)
		}
	}
	first := "CAST(o." + table.changed[0] + " AS TEXT) NOT LIKE '%" + apart + "%'"
	if table.types[table.changed[0]] == "INTEGER" {
		first = fmt.Sprintf("o.%s < %d", table.changed[0], far)
	}
	do(c.t, c.raw, fmt.Sprintf(`INSERT INTO %s (%s)
		WITH RECURSIVE c (k) AS (SELECT %d UNION ALL SELECT k + 1 FROM c WHERE k < %d)
		SELECT %s FROM %s AS o, c WHERE %s`, name, strings.Join(table.columns, ", "), table.copies+1, want[name],
		strings.Join(values, ", "), name, first))
}
