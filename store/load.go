package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Load fills a migrated database with rows that [Tx.Dump] gave, in one transaction: either all of it is there
// afterwards or nothing of it. Rows that the schema itself brought are taken away first. Guards and foreign keys rest
// while fill writes, since the rows passed them when they were written first; before check runs they are back, and
// every reference was looked up. An error of fill or check rolls all of it back.
//
// It is for a database that nobody uses yet.
func (db *DB) Load(ctx context.Context, fill func(*Tx) error, check func(*Tx) error) error {
	leave, err := db.guard.enter()
	if err != nil {
		return err
	}
	defer leave()
	return db.run(ctx, db.write, &sql.TxOptions{}, func(tx *Tx) error {
		tx.bringsLeaves()
		rest := restSQLite
		if tx.Engine == Postgres {
			rest = restPostgres
		}
		wake, err := rest(ctx, tx)
		if err != nil {
			return err
		}
		if err := fill(tx); err != nil {
			return err
		}
		if err := wake(); err != nil {
			return err
		}
		return check(tx)
	})
}

// definition is a trigger or constraint, with the statement that makes it.
type definition struct {
	Table string `bun:"tbl"`
	Name  string `bun:"name"`
	Text  string `bun:"text"`
}

// restSQLite takes all triggers away and gives a function that puts them back in their order, since SQLite asks a
// table's triggers in an order that follows from it. References are looked up at the end.
func restSQLite(ctx context.Context, tx *Tx) (wake func() error, err error) {
	if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = 1"); err != nil {
		return nil, err
	}
	var triggers []definition
	const all = `SELECT tbl_name AS tbl, name, sql AS text FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid`
	if err := tx.NewRaw(all).Scan(ctx, &triggers); err != nil {
		return nil, err
	}
	for _, t := range triggers {
		if _, err := tx.NewRaw("DROP TRIGGER ?", bun.Ident(t.Name)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	if err := empty(ctx, tx); err != nil {
		return nil, err
	}
	return func() error {
		for _, t := range triggers {
			if _, err := tx.ExecContext(ctx, t.Text); err != nil {
				return fmt.Errorf("store: trigger %s: %w", t.Name, err)
			}
		}
		return danglingSQLite(ctx, tx)
	}, nil
}

// danglingSQLite names a table that refers to a row that is not there. The commit would refuse too, without a name.
func danglingSQLite(ctx context.Context, tx *Tx) error {
	var tables []string
	if err := tx.NewRaw(`SELECT DISTINCT "table" FROM pragma_foreign_key_check`).Scan(ctx, &tables); err != nil {
		return err
	}
	if len(tables) > 0 {
		return fmt.Errorf("%w: rows of %s", ErrMissing, strings.Join(tables, ", "))
	}
	return nil
}

// restPostgres turns our triggers off and takes the foreign keys away, which an owner of the tables may do, and gives a
// function that puts both back and has the planner look at the new rows.
func restPostgres(ctx context.Context, tx *Tx) (wake func() error, err error) {
	const unhurried = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; " +
		"SET LOCAL idle_in_transaction_session_timeout = 0"
	if _, err := tx.ExecContext(ctx, unhurried); err != nil {
		return nil, err
	}
	tables, err := tx.Tables(ctx)
	if err != nil {
		return nil, err
	}
	var keys []definition
	const all = `SELECT conrelid::regclass::text AS tbl, conname AS name, pg_get_constraintdef(oid) AS text
		FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY oid`
	if err := tx.NewRaw(all).Scan(ctx, &keys); err != nil {
		return nil, err
	}
	for _, k := range keys {
		const drop = "ALTER TABLE ? DROP CONSTRAINT ?"
		if _, err := tx.NewRaw(drop, bun.Ident(k.Table), bun.Ident(k.Name)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	for _, t := range tables {
		if _, err := tx.NewRaw("ALTER TABLE ? DISABLE TRIGGER USER", bun.Ident(t.Name)).Exec(ctx); err != nil {
			return nil, err
		}
	}
	if err := empty(ctx, tx); err != nil {
		return nil, err
	}
	return func() error {
		for _, k := range keys {
			const add = "ALTER TABLE ? ADD CONSTRAINT ? ?"
			if _, err := tx.NewRaw(add, bun.Ident(k.Table), bun.Ident(k.Name), bun.Safe(k.Text)).Exec(ctx); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if _, err := tx.NewRaw("ALTER TABLE ? ENABLE TRIGGER USER", bun.Ident(t.Name)).Exec(ctx); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "ANALYZE")
		return err
	}, nil
}

// empty takes away what the schema brought.
func empty(ctx context.Context, tx *Tx) error {
	tables, err := tx.Tables(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := tx.NewRaw("DELETE FROM ?", bun.Ident(t.Name)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Fill writes rows into a table within [DB.Load]. Next gives a row, in the order of t's columns and with the values of
// [Tx.Dump], or false after the last.
func (tx *Tx) Fill(ctx context.Context, t Table, next func() ([]any, bool, error)) (rows int64, err error) {
	columns, err := tx.columns(ctx)
	if err != nil {
		return 0, err
	}
	known := map[string]string{}
	for _, c := range columns {
		if c.Table == t.Name {
			known[c.Name] = c.Type
		}
	}
	booleans := make([]bool, len(t.Columns))
	for i, name := range t.Columns {
		if known[name] == "" {
			return 0, fmt.Errorf("store: this schema has no column %s.%s", t.Name, name)
		}
		booleans[i] = known[name] == "boolean"
	}
	if tx.Engine == SQLite {
		return tx.fillSQLite(ctx, t, next)
	}
	source := &copied{next: next, booleans: booleans}
	err = tx.conn.Raw(func(conn any) error {
		postgres, err := postgresOf(ctx, conn)
		if err != nil {
			return err
		}
		rows, err = postgres.CopyFrom(ctx, pgx.Identifier{t.Name}, t.Columns, source)
		return err
	})
	return rows, err
}

func (tx *Tx) fillSQLite(ctx context.Context, t Table, next func() ([]any, bool, error)) (rows int64, err error) {
	names, places := make([]string, len(t.Columns)), make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i], places[i] = `"`+strings.ReplaceAll(c, `"`, `""`)+`"`, "?"
	}
	text := `INSERT INTO "` + strings.ReplaceAll(t.Name, `"`, `""`) + `" (` + strings.Join(names, ", ") + ") VALUES (" +
		strings.Join(places, ", ") + ")"
	statement, err := tx.Tx.Tx.PrepareContext(ctx, text)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	for ; ; rows++ {
		values, more, err := next()
		if err != nil || !more {
			return rows, err
		}
		if _, err := statement.ExecContext(ctx, values...); err != nil {
			return rows, err
		}
	}
}

// copied is the source of a COPY.
type copied struct {
	next     func() ([]any, bool, error)
	booleans []bool
	values   []any
	err      error
}

// Next reads a row.
func (c *copied) Next() bool {
	var more bool
	c.values, more, c.err = c.next()
	return more && c.err == nil
}

// Values are the row's, with 0 and 1 as the BOOLEAN that they are here.
func (c *copied) Values() ([]any, error) {
	for i, v := range c.values {
		if n, ok := v.(int64); ok && c.booleans[i] {
			c.values[i] = n != 0
		}
	}
	return c.values, nil
}

// Err is what next said.
func (c *copied) Err() error { return c.err }
