package story_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// mirror writes the rows of a SQLite file into a PostgreSQL database of the same schema, past its guards, references
// and checks.
type mirror struct {
	t  *testing.T
	to *sql.DB
}

func newMirror(t *testing.T, db *store.DB) mirror {
	t.Helper()
	to, err := sql.Open("pgx", storetest.DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	to.SetMaxOpenConns(1) // its settings are of a connection
	t.Cleanup(func() { _ = to.Close() })
	do(t, to, "SET session_replication_role = replica")
	do(t, to, "SET synchronous_commit = off")
	for _, drop := range column(t, to, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
		FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0`) {
		do(t, to, drop)
	}
	return mirror{t, to}
}

// fill takes all rows away and writes those of from.
func (m mirror) fill(from *sql.DB) {
	m.t.Helper()
	tables := column(m.t, from, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
		AND name NOT LIKE 'river%' AND name NOT LIKE 'bun_%'`)
	do(m.t, m.to, "TRUNCATE "+strings.Join(tables, ", ")+" CASCADE")
	for _, table := range tables {
		m.copy(from, table)
	}
	do(m.t, m.to, "ANALYZE")
}

func (m mirror) copy(from *sql.DB, table string) {
	m.t.Helper()
	rows, err := from.QueryContext(m.t.Context(), "SELECT * FROM "+table)
	if err != nil {
		m.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		m.t.Fatal(err)
	}
	head := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES "
	var texts []string
	send := func() {
		if len(texts) > 0 {
			do(m.t, m.to, head+strings.Join(texts, ", "))
		}
		texts = texts[:0]
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			m.t.Fatal(err)
		}
		var row []string
		for _, v := range values {
			row = append(row, literal(v))
		}
		if texts = append(texts, "("+strings.Join(row, ", ")+")"); len(texts) == 500 {
			send()
		}
	}
	if err := rows.Err(); err != nil {
		m.t.Fatal(err)
	}
	send()
}

// literal writes a value for PostgreSQL, which gives it the type of its column.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case []byte:
		return `'\x` + hex.EncodeToString(v) + "'"
	}
	return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
}
