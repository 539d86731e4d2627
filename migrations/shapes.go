package migrations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Unproven are the tables whose rows are no leaves of the tree, each with the reason (docs/PROOF.md). The rows of every
// other table are: what any of them says is held against the tree by verify.
var Unproven = map[string]string{
	"entries":           "an entry with its lines and the lots that it opened is a leaf of its own kind",
	"entry_lines":       "part of the entry's leaf",
	"lots":              "part of the entry's leaf; what is open is recomputed from the lines",
	"balances":          "recomputed from the lines",
	"balance_months":    "recomputed from the lines",
	"bank_totals":       "recomputed from the lines",
	"fiscal_years":      "recomputed from the entries",
	"audit_events":      "an event is a leaf of its own kind",
	"duties":            "a duty is a leaf of its own kind",
	"proof_head":        "recomputed from the leaves",
	"proof_leaves":      "the tree itself",
	"proof_nodes":       "recomputed from the leaves",
	"proof_rows":        "held against the leaves",
	"proof_checkpoints": "held against the tree; each bears a signature",
	"idempotency_keys": "what was answered to a key; nothing is computed from it, and a key that is gone lets the " +
		"same act be asked for again, in the open",
	"webhook_progress":   "how far a receiver has been told; to go back tells it again, in the open",
	"webhook_deliveries": "what became of calls, for thirty days; the events themselves are leaves",
	"sign_in_devices":    "counts of failed attempts; they slow a guess down and let nobody in",
}

// unprovenColumns are columns of proven tables that change with every post and are recomputed from the entries.
var unprovenColumns = map[string][]string{"book": {"last_seq"}}

// Column is a column of a table with its portable type: TEXT, BIGINT, BYTEA or BOOLEAN.
type Column struct{ Name, Type string }

// Shape is a proven table: its key in order, and its other columns by name, those left aside that are recomputed.
type Shape struct {
	Table   string
	Key     []Column
	Columns []Column // by name, those of the key among them
	Partial bool     // columns are left aside
	Seeded  bool     // the schema comes with rows of it
}

var columnLine = regexp.MustCompile(`(?m)^    ([a-z_0-9]+) (TEXT|BIGINT|BYTEA|BOOLEAN)\b([^\n]*)`)

var createTable = regexp.MustCompile(`CREATE TABLE ([a-z_0-9]+) \(\n`)

// Shapes are the proven tables of the first schema, by name.
var Shapes = sync.OnceValues(func() (map[string]Shape, error) {
	text, err := joined(Files(), folder)
	if err != nil {
		return nil, err
	}
	return shapes(comment.ReplaceAllString(money.ReplaceAllString(text, bounded), ""))
})

func shapes(text string) (map[string]Shape, error) {
	all := map[string]Shape{}
	for _, m := range createTable.FindAllStringSubmatchIndex(text, -1) {
		table := text[m[2]:m[3]]
		if Unproven[table] != "" {
			continue
		}
		body, _, _ := strings.Cut(text[m[1]:], "\n);")
		s := Shape{Table: table, Partial: unprovenColumns[table] != nil,
			Seeded: strings.Contains(text, "\nINSERT INTO "+table+" (")}
		types := map[string]string{}
		for _, c := range columnLine.FindAllStringSubmatch(body, -1) {
			types[c[1]] = c[2]
			if !slices.Contains(unprovenColumns[table], c[1]) {
				s.Columns = append(s.Columns, Column{c[1], c[2]})
			}
			if strings.Contains(c[3], "PRIMARY KEY") {
				s.Key = []Column{{c[1], c[2]}}
			}
		}
		if key := primaryKey.FindStringSubmatch(body); key != nil {
			for name := range strings.SplitSeq(key[1], ", ") {
				s.Key = append(s.Key, Column{name, types[name]})
			}
		}
		if len(s.Key) == 0 {
			return nil, fmt.Errorf("%w: table %s has no primary key, so its rows cannot be proven", ErrLayout, table)
		}
		slices.SortFunc(s.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
		all[table] = s
	}
	return all, nil
}

// HasTable says whether the newest schema has a table of that name.
func HasTable(name string) bool {
	all, err := Shapes()
	_, proven := all[name]
	_, unproven := Unproven[name]
	return err == nil && (proven || unproven)
}

var primaryKey = regexp.MustCompile(`(?m)^    PRIMARY KEY \(([^)]*)\)`)

// value is a column of a row (NEW, OLD or an alias) as a text, on PostgreSQL; bytes by their SHA-256.
func (c Column) value(row string) string {
	at := row + "." + c.Name
	switch c.Type {
	case "BIGINT":
		return at + "::text"
	case "BOOLEAN":
		return at + "::int::text"
	case "BYTEA":
		return "encode(sha256(" + at + "), 'hex')"
	}
	return at
}

// Ref is SQL for the name of a row among the leaves: table/key, with | between the columns of the key.
func (s Shape) Ref(engine, row string) string {
	terms := make([]string, len(s.Key))
	for i, c := range s.Key {
		at := row + "." + c.Name
		switch {
		case c.Type == "BYTEA" && engine == Postgres:
			at = "encode(" + at + ", 'hex')"
		case c.Type == "BYTEA":
			at = "lower(hex(" + at + "))"
		case c.Type == "BOOLEAN" && engine == Postgres:
			at += "::int::text" // 0 and 1, as on SQLite
		case c.Type != "TEXT":
			at = "CAST(" + at + " AS TEXT)"
		}
		terms[i] = at
	}
	return "'" + s.Table + "/' || " + strings.Join(terms, " || '|' || ")
}

// Values is SQL for the columns of a row by name: as texts on PostgreSQL, as they are stored on SQLite.
func (s Shape) Values(engine, row string) string {
	terms := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		if terms[i] = row + "." + c.Name; engine == Postgres {
			terms[i] = c.value(row)
		}
	}
	return strings.Join(terms, ", ")
}

// proving writes what PostgreSQL needs to tell a tx which rows it changed; SQLite's driver tells by itself. The rows of
// row_changes are the tx's own and are gone before its commit: the tx reads them by its number, so what another
// session leaves there is never taken for the program's work.
func proving(text string) ([]string, error) {
	all, err := shapes(comment.ReplaceAllString(text, ""))
	if err != nil {
		return nil, err
	}
	written := []string{
		"CREATE UNLOGGED TABLE row_changes (\n" +
			"    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n" +
			"    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),\n" +
			"    ref TEXT NOT NULL,\n    said TEXT\n);",
		"CREATE INDEX row_changes_xid ON row_changes (xid);",
	}
	for _, table := range slices.Sorted(keysOf(all)) {
		written = append(written, all[table].trigger()...)
	}
	return written, nil
}

func keysOf(all map[string]Shape) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	}
}

// trigger writes the function and the triggers that note the changed rows of a table on PostgreSQL.
func (s Shape) trigger() []string {
	names, moved := make([]string, len(s.Columns)), make([]string, len(s.Key))
	for i, c := range s.Columns {
		names[i] = "'" + c.Name + "'"
	}
	for i, c := range s.Key {
		moved[i] = "OLD." + c.Name + " IS DISTINCT FROM NEW." + c.Name
	}
	changed := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		changed[i] = "OLD." + c.Name + " IS DISTINCT FROM NEW." + c.Name
	}
	return []string{
		fmt.Sprintf(`CREATE FUNCTION %s_proved()%s
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND (%s) THEN
        INSERT INTO row_changes (ref) VALUES (%s);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO row_changes (ref, said) VALUES (%s,
            json_object(ARRAY[%s]::text[], ARRAY[%s]::text[])::text);
    END IF;
    RETURN NULL;
END $$;`, s.Table, asTrigger, strings.Join(moved, " OR "), s.Ref(Postgres, "OLD"), s.Ref(Postgres, "NEW"),
			strings.Join(names, ", "), s.Values(Postgres, "NEW")),
		fmt.Sprintf("CREATE TRIGGER %s_proved AFTER INSERT OR DELETE ON %[1]s FOR EACH ROW EXECUTE FUNCTION %[1]s_proved();",
			s.Table),
		fmt.Sprintf("CREATE TRIGGER %s_changes_proved AFTER UPDATE ON %[1]s FOR EACH ROW WHEN (%s) "+
			"EXECUTE FUNCTION %[1]s_proved();", s.Table, strings.Join(changed, " OR ")),
	}
}
