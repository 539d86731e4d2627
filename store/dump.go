package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Table is a table of the books as both engines have it. The tables of the queue and of the migrations are not among
// them: they are the engine's own (see store/jobs and [DB.Applied]).
type Table struct {
	Name    string
	Columns []string // in the order of the schema
	Key     []string // the primary key
}

// column is a row of the catalog: a column of a table, with its type and its place in the primary key, or 0.
type column struct {
	Table string `bun:"tbl"`
	Name  string `bun:"name"`
	Type  string `bun:"type"`
	Key   int    `bun:"key"`
}

// catalogs read the columns of all our tables, by table and place.
var catalogs = map[Engine]string{
	SQLite: `SELECT t.name AS tbl, c.name AS name, lower(c.type) AS type, c.pk AS key
		FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND t.name NOT LIKE 'river!_%' ESCAPE '!'
		  AND t.name NOT LIKE 'bun!_%' ESCAPE '!'
		ORDER BY t.name, c.cid`,
	Postgres: `SELECT t.relname AS tbl, c.attname AS name, format_type(c.atttypid, c.atttypmod) AS type,
		  COALESCE(array_position(k.conkey, c.attnum), 0) AS key
		FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
		LEFT JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype = 'p'
		WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
		  AND t.relname NOT LIKE 'river!_%' ESCAPE '!' AND t.relname NOT LIKE 'bun!_%' ESCAPE '!'
		  AND t.relname <> 'row_changes'
		ORDER BY t.relname COLLATE "C", c.attnum`,
}

// portableTypes are the types of the portable schema, as the catalogs write them.
var portableTypes = []string{"text", "integer", "blob", "bigint", "bytea", "boolean"}

// Tables lists the tables of the books by name.
func (tx *Tx) Tables(ctx context.Context) ([]Table, error) {
	columns, err := tx.columns(ctx)
	if err != nil {
		return nil, err
	}
	var all []Table
	for _, c := range columns {
		if len(all) == 0 || all[len(all)-1].Name != c.Table {
			all = append(all, Table{Name: c.Table})
		}
		t := &all[len(all)-1]
		t.Columns = append(t.Columns, c.Name)
		if c.Key > 0 {
			for len(t.Key) < c.Key {
				t.Key = append(t.Key, "")
			}
			t.Key[c.Key-1] = c.Name
		}
	}
	return all, nil
}

func (tx *Tx) columns(ctx context.Context) (all []column, err error) {
	if err := tx.NewRaw(catalogs[tx.Engine]).Scan(ctx, &all); err != nil {
		return nil, err
	}
	for _, c := range all {
		if !slices.Contains(portableTypes, c.Type) {
			return nil, fmt.Errorf("store: %s.%s is a %s, which the other engine does not have", c.Table, c.Name, c.Type)
		}
	}
	return all, nil
}

// Dump hands the rows of a table on, in the order of the bytes of its key, so that the same rows come in the same order
// from both engines. A value is nil, an int64 (a BOOLEAN is 0 or 1), a string or a []byte; row must not keep them.
func (tx *Tx) Dump(ctx context.Context, t Table, row func(values []any) error) error {
	q := tx.NewSelect().TableExpr("?", bun.Ident(t.Name))
	for _, c := range t.Columns {
		q = q.ColumnExpr("?", bun.Ident(c))
	}
	types, err := tx.columns(ctx)
	if err != nil {
		return err
	}
	for _, key := range t.Key {
		isText := slices.ContainsFunc(types, func(c column) bool {
			return c.Table == t.Name && c.Name == key && c.Type == "text"
		})
		if tx.Engine == Postgres && isText {
			q = q.OrderExpr(`? COLLATE "C"`, bun.Ident(key))
		} else {
			q = q.OrderExpr("?", bun.Ident(key))
		}
	}
	return tx.conn.Raw(func(conn any) error {
		if postgres, err := postgresOf(ctx, conn); postgres != nil {
			if err != nil {
				return err
			}
			return dumpPostgres(ctx, postgres, q.String(), row)
		}
		queryer := conn.(driver.QueryerContext) //nolint:errcheck // the driver's connection is one
		values := make([]any, len(t.Columns))
		return streamSQLite(ctx, queryer, q.String(), func(from Scanner) error {
			for i, v := range from.(*sqliteRow).values { //nolint:errcheck // streamSQLite hands on nothing else
				values[i] = v
			}
			return row(values)
		})
	})
}

func dumpPostgres(ctx context.Context, conn *pgx.Conn, query string, row func(values []any) error) error {
	rows, err := conn.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			if b, ok := v.(bool); ok {
				values[i] = int64(0)
				if b {
					values[i] = int64(1)
				}
			}
		}
		if err := row(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Applied lists the migrations that made the schema, in their order.
func (db *DB) Applied(ctx context.Context) (names []string, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		names = nil
		return tx.NewRaw("SELECT name FROM "+migrationsTable+" ORDER BY name").Scan(ctx, &names)
	})
	return names, err
}
