package story_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"supportledger/migrations"
	"supportledger/proof"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The changes below are generated from the schema: of every table that matters one row is changed in each of its
// columns, one is deleted and one is added, past the program, as the database's owner can. verify must find each.

// untold are the tables that are not mutated here, besides those of the job queue and of the migrations.
var untold = []string{"idempotency_keys", "sign_in_devices", "row_changes", "webhook_progress",
	"webhook_deliveries"}

// mutation is one change of one row.
type mutation struct{ name, sql string }

// columnOf is a column as the catalogue has it.
type columnOf struct{ table, name, kind string }

func catalogue(r raider) (tables []string, columns map[string][]columnOf) {
	r.t.Helper()
	text := `SELECT m.name || ' ' || p.name || ' ' || p.type FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p
		WHERE m.type = 'table' ORDER BY m.name, p.cid`
	if r.tx.Engine == store.Postgres {
		text = `SELECT c.table_name || ' ' || c.column_name || ' ' || replace(c.data_type, ' ', '_')
			FROM information_schema.columns AS c JOIN information_schema.tables AS t ON t.table_name = c.table_name
			AND t.table_schema = c.table_schema WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
			ORDER BY c.table_name, c.ordinal_position`
	}
	columns = map[string][]columnOf{}
	for _, line := range r.list(text) {
		f := strings.Fields(line)
		for _, foreign := range []string{"river_", "bun_", "sqlite_", "proof_"} {
			if strings.HasPrefix(f[0], foreign) {
				f[0] = ""
				break
			}
		}
		if f[0] == "" || slices.Contains(untold, f[0]) {
			continue
		}
		if columns[f[0]] == nil {
			tables = append(tables, f[0])
		}
		columns[f[0]] = append(columns[f[0]], columnOf{f[0], f[1], strings.ToUpper(f[2])})
	}
	return tables, columns
}

// mutations lists the changes of all tables that have rows; those without are named.
func mutations(r raider) (all []mutation, empty []string) {
	tables, columns := catalogue(r)
	for _, table := range tables {
		if r.one("SELECT COUNT(*) FROM "+table) == "0" {
			empty = append(empty, table)
			continue
		}
		all = append(all, changesOf(r, table, columns[table])...)
	}
	return all, empty
}

// changesOf are the changes of one table: of each column, and a row less, and a row more.
func changesOf(r raider, table string, columns []columnOf) (all []mutation) {
	row := "rowid = (SELECT MIN(rowid) FROM " + table + ")"
	if r.tx.Engine == store.Postgres {
		row = "ctid = (SELECT MIN(ctid) FROM " + table + ")"
	} else if r.one("SELECT sql LIKE '%WITHOUT ROWID%' FROM sqlite_schema WHERE name = '"+table+"'") == "1" {
		row = "(" + columns[0].name + ", " + columns[1].name + ") = (SELECT " + columns[0].name + ", " + columns[1].name +
			" FROM " + table + " LIMIT 1)"
	}
	for _, c := range columns {
		for _, value := range c.others() {
			all = append(all, mutation{table + "." + c.name,
				fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s AND %[2]s IS DISTINCT FROM %[3]s", table, c.name, value, row)})
		}
	}
	return append(all, mutation{table + " delete", "DELETE FROM " + table + " WHERE " + row},
		mutation{table + " insert", copyOf(table, columns, row)})
}

// others are values that the column may take instead; the first that the engine takes is the change.
func (c columnOf) others() []string {
	switch {
	case strings.HasPrefix(c.kind, "BOOL"):
		return []string{"NOT " + c.name}
	case strings.HasPrefix(c.kind, "BIGINT"), c.kind == "INTEGER":
		return []string{"COALESCE(" + c.name + ", 0) + 1", "1 - " + c.name}
	case c.kind == "BYTEA":
		return []string{`COALESCE(` + c.name + `, ''::bytea) || '\x01'::bytea`}
	case c.kind == "BLOB":
		return []string{"CAST('changed' AS BLOB)"}
	}
	another := "(SELECT MIN(" + c.name + ") FROM " + c.table + " AS o WHERE o." + c.name + " <> " + c.table + "." + c.name + ")"
	return []string{"COALESCE(" + c.name + ", '') || 'x'", another,
		"substr(" + c.name + ", 1, length(" + c.name + ") - 1) || CASE substr(" + c.name + ", length(" + c.name +
			"), 1) WHEN '1' THEN '2' ELSE '1' END"}
}

// copyOf adds a row like one that is there, under another key.
func copyOf(table string, columns []columnOf, row string) string {
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], values[i] = c.name, c.name
		if i == 0 || slices.Contains(keyed[table], c.name) {
			values[i] = c.others()[0]
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s WHERE %[4]s", table, strings.Join(names, ", "),
		strings.Join(values, ", "), row)
}

// keyed are unique columns besides the first one, which a copy must not share.
var keyed = map[string][]string{"users": {"handle"}, "tokens": {"hash"}, "entries": {"id", "number"},
	"grants": {"code"}, "accounts": {"path"}, "evidence": {"sha256"}, "vault_keys": {"id"}}

// TestEveryRowMutationIsFound plays the worked story and changes its rows one by one, in each column, against the whole
// of verify. Then each table that the story leaves empty gets a row, which becomes a leaf like any other, and is
// changed against what verify does of rows.
func TestEveryRowMutationIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, last := signed(t, db)
		o := verify.Options{PublicKey: keys[1], Checkpoints: []string{last.Note}}
		whole := func(r raider) (bool, error) {
			report, err := verify.Books(r.t.Context(), r.tx, nil, o)
			found := err != nil || !report.OK // where verify cannot even go on, it has found something
			return found, nil                 //nolint:nilerr // what verify cannot read is found
		}
		rows := func(r raider) (bool, error) {
			var found proof.Findings
			_, err := proof.VerifyRows(r.t.Context(), r.tx, &found)
			return len(found.List) > 0, err
		}
		step := storetest.Rounds(17, 1) // all of them take minutes
		var empty []string
		made := inArms(t, db, func(r raider) (n int) {
			var all []mutation
			all, empty = mutations(r)
			return changeAll(r, all, step, whole)
		})
		filled := fill(t, db, empty)
		more := inArms(t, db, func(r raider) (n int) {
			if wrong, err := rows(r); wrong || err != nil {
				t.Fatalf("rows that the program wrote are found: %v", err)
			}
			_, columns := catalogue(r)
			for _, table := range filled {
				n += changeAll(r, changesOf(r, table, columns[table]), step, rows)
			}
			return n
		})
		t.Logf("%d changes of one row of the story, %d of %d tables that it leaves empty", made, more, len(filled))
		if made < 30 || more < 20 || step == 1 && (made < 300 || more < 300) {
			t.Errorf("only %d and %d changes were made", made, more)
		}
		if len(filled) != len(empty) {
			t.Errorf("%d tables are without a row, %d were filled", len(empty), len(filled))
		}
	})
}

// inArms runs fn as the owner of the database, without its guards, and takes all back.
func inArms(t *testing.T, db *store.DB, fn func(r raider) int) (n int) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		r := raider{t, tx}
		r.disarm()
		if tx.Engine == store.SQLite {
			r.do("PRAGMA ignore_check_constraints = ON")
		}
		n = fn(r)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	return n
}

// changeAll makes changes one by one and returns how many took effect; each must be found.
func changeAll(r raider, all []mutation, step int, finds func(raider) (bool, error)) int {
	r.t.Helper()
	done := map[string]bool{}
	for i, m := range all {
		if done[m.name] || (i+len(m.name))%step != 0 {
			continue
		}
		changed, found := mutated(r, m, finds)
		if !changed {
			continue
		}
		done[m.name] = true
		if !found {
			r.t.Errorf("not found: %s", m.sql)
		}
	}
	return len(done)
}

// fill writes one row into each of the tables, made up from its columns alone: without the schema's rules, but through
// the program, which makes a leaf of it.
func fill(t *testing.T, db *store.DB, empty []string) (filled []string) {
	t.Helper()
	if db.Engine() == store.SQLite { // its one connection that writes keeps this
		for _, text := range []string{"PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON"} {
			if _, err := db.Pool().ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		r := raider{t, tx}
		_, columns := catalogue(r)
		r.disarm()
		for _, table := range empty {
			if tx.Engine == store.Postgres {
				r.do("ALTER TABLE "+table+" ENABLE ALWAYS TRIGGER "+table+"_proved",
					"ALTER TABLE "+table+" ENABLE ALWAYS TRIGGER "+table+"_changes_proved")
				for _, rule := range r.list("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = '" + table +
					"'::regclass") {
					r.do("ALTER TABLE " + table + " DROP CONSTRAINT " + rule)
				}
			}
			names, values := []string{}, []string{}
			for _, c := range columns[table] {
				names, values = append(names, c.name), append(values, c.some())
			}
			r.do("INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")")
			filled = append(filled, table)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return filled
}

// some is a value of the column.
func (c columnOf) some() string {
	switch {
	case strings.HasPrefix(c.kind, "BOOL"):
		return "TRUE"
	case strings.HasPrefix(c.kind, "BIGINT"), c.kind == "INTEGER":
		return "1"
	case c.kind == "BYTEA":
		return `'\x01'::bytea`
	case c.kind == "BLOB":
		return "x'01'"
	}
	return "'x'"
}

// mutated makes one change, verifies, and takes it back; false where the engine refused it or nothing changed.
func mutated(r raider, m mutation, finds func(raider) (bool, error)) (changed, found bool) {
	r.t.Helper()
	r.do("SAVEPOINT mutation")
	defer r.do("ROLLBACK TO SAVEPOINT mutation", "RELEASE SAVEPOINT mutation")
	result, err := r.tx.ExecContext(r.t.Context(), m.sql)
	if err != nil {
		return false, false
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return false, false
	}
	found, err = finds(r)
	if err != nil {
		r.t.Errorf("%s: %v", m.sql, err)
	}
	return true, found
}

// TestEveryTableIsProven holds that each table is proven row by row, or stands among those that are not with a reason,
// in the list of docs/PROOF.md too.
func TestEveryTableIsProven(t *testing.T) {
	shapes, err := migrations.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/PROOF.md")
	if err != nil {
		t.Fatal(err)
	}
	for table, reason := range migrations.Unproven {
		if !strings.Contains(string(page), "| `"+table+"` | "+reason+" |") {
			t.Errorf("docs/PROOF.md does not say: | `%s` | %s |", table, reason)
		}
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			tables, columns := catalogue(raider{t, tx})
			for _, table := range tables {
				shape, proven := shapes[table]
				if proven == (migrations.Unproven[table] != "") {
					t.Errorf("%s: is it proven by its rows, or in migrations.Unproven with a reason?", table)
				}
				left := len(columns[table]) - len(shape.Columns)
				if proven && left != 0 && (!shape.Partial || left != 1) {
					t.Errorf("%s: %d of its columns are not proven", table, left)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
