package migrations

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// asTrigger goes on after the name of a function that a trigger calls.
const asTrigger = " RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$"

// common stands before all triggers: what PostgreSQL's simple ones call.
var common = map[string][]string{Postgres: {"CREATE FUNCTION refuse()" + asTrigger + `
BEGIN
    RAISE EXCEPTION 'supportledger:%: %', TG_ARGV[0], TG_ARGV[1] USING ERRCODE = 'SL001';
END $$;`}}

// refusal is one simple trigger: what it refuses on a table, and with which code and words.
type refusal struct {
	name, event, table string
	when               string // "" is always
	code, words        string
}

// written writes the trigger for an engine.
func (r refusal) written(engine string) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	head := fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s", r.name, r.event, r.table)
	if engine == Postgres {
		each, when := " FOR EACH ROW", ""
		if r.event == "TRUNCATE" {
			each = " FOR EACH STATEMENT"
		}
		if r.when != "" {
			when = " WHEN (" + r.when + ")"
		}
		return fmt.Sprintf("%s%s%s EXECUTE FUNCTION refuse(%s, %s);", head, each, when, quote(r.code), quote(r.words))
	}
	if r.when != "" {
		head += " WHEN " + r.when
	}
	return fmt.Sprintf("%s\nBEGIN\n    SELECT RAISE(ABORT, %s);\nEND;", head, quote("supportledger:"+r.code+": "+r.words))
}

// generated writes the triggers of guards and lives: those that are asked before the hand-written ones, and those that
// are asked after them, when the duties are seen to. PostgreSQL asks a table's triggers in the order of their names.
func generated(engine string) (before, after []string) {
	var all []refusal
	for _, g := range guards {
		all = append(all, g.refusals(engine)...)
	}
	for _, l := range lives {
		all = append(all, l.refusals()...)
	}
	for _, r := range all {
		if strings.Contains(r.name, "_update_") {
			after = append(after, r.written(engine))
		} else {
			before = append(before, r.written(engine))
		}
	}
	return before, after
}

// twins writes the triggers that keep INSERT OR REPLACE from taking the place of a row. PostgreSQL has no such
// statement: its keys refuse the row. text is the portable text, for the keys of its tables.
func twins(engine, text string) (written []string) {
	text = comment.ReplaceAllString(text, "")
	for _, g := range guards {
		if engine == SQLite && g.Twin != "none" && (g.Deleted != "" || g.Twin != "") {
			r := refusal{
				name: g.Table + "_twin", event: "INSERT", table: g.Table, when: taken(g.Table, text),
				code: cmp.Or(g.Twin, "row_exists"), words: cmp.Or(g.Deleted, "this row exists"),
			}
			written = append(written, r.written(engine))
		}
	}
	return written
}

func (g Guard) refusals(engine string) (all []refusal) {
	add := func(ending, event, when, words string) {
		all = append(all, refusal{
			name: g.Table + "_" + ending, event: event, table: g.Table, when: when,
			code: cmp.Or(g.Code, "append_only"), words: words,
		})
	}
	if g.Deleted != "" {
		add("delete", "DELETE", "", g.Deleted)
		if engine == Postgres {
			add("truncate", "TRUNCATE", "", g.Deleted)
		}
	}
	if g.Changed != "" {
		ending, when := "update", g.change()
		if when != "" {
			ending = "fixed"
		}
		if g.Part != "" {
			ending = "update_" + g.Part
		}
		add(ending, "UPDATE", when, g.Changed)
	}
	return all
}

// counted writes the portable triggers that keep rows from joining those that were counted.
func counted() (written []string) {
	for _, g := range guards {
		if g.Of.Table == "" {
			continue
		}
		own, parent := strings.Split(cmp.Or(g.Of.By, g.Of.Key), ", "), strings.Split(g.Of.Key, ", ")
		beside, of := make([]string, len(own)), make([]string, len(own))
		for i := range own {
			beside[i] = "r." + own[i] + " = NEW." + own[i]
			of[i] = "p." + parent[i] + " = NEW." + own[i]
		}
		written = append(written, fmt.Sprintf(`CREATE TRIGGER %[1]s_insert BEFORE INSERT ON %[1]s
BEGIN
    SELECT RAISE(ABORT, 'supportledger:%[2]s: %[3]s')
    WHERE (SELECT count(*) FROM %[1]s r WHERE %[4]s) >= (SELECT p.%[5]s FROM %[6]s p WHERE %[7]s);
END;`, g.Table, cmp.Or(g.Code, "append_only"), g.Joins, strings.Join(beside, " AND "), g.Of.Count, g.Of.Table,
			strings.Join(of, " AND ")))
	}
	return written
}

// change is the condition on an UPDATE that is refused.
func (g Guard) change() string {
	var terms []string
	for column := range strings.SplitSeq(g.Fixed, ", ") {
		if column != "" {
			terms = append(terms, fmt.Sprintf("NEW.%s IS DISTINCT FROM OLD.%[1]s", column))
		}
	}
	if g.Also != "" {
		terms = append(terms, g.Also)
	}
	when := strings.Join(terms, " OR ")
	if g.Once != "" && when != "" {
		return g.Once + " AND (" + when + ")"
	}
	return cmp.Or(when, g.Once)
}

func (l Life) refusals() (all []refusal) {
	column := cmp.Or(l.Column, "state")
	if l.First != "" {
		when := fmt.Sprintf("NEW.%s <> '%s'", column, l.First)
		if l.Also != "" {
			when += " OR " + l.Also
		}
		all = append(all, refusal{
			name: l.Table + "_begin", event: "INSERT", table: l.Table, when: when, code: l.Code, words: l.Begin,
		})
	}
	var terms []string
	for state := range strings.FieldsSeq(l.States) {
		if next, asked := l.Next[state]; asked {
			may := strings.Join(append([]string{state}, strings.Fields(next)...), "', '")
			terms = append(terms, fmt.Sprintf("OLD.%s = '%s' AND NEW.%[1]s NOT IN ('%[3]s')", column, state, may))
		}
	}
	if len(terms) > 0 {
		name := l.Table + "_next"
		if l.Late {
			name = l.Table + "_update_next"
		}
		all = append(all, refusal{
			name: name, event: "UPDATE", table: l.Table, when: strings.Join(terms, " OR "), code: l.Code, words: l.Follow,
		})
	}
	return all
}

// taken is the condition that a row stands on one of the unique keys of a new one.
func taken(table, text string) string {
	var terms []string
	for _, k := range keys(table, text) {
		var same []string
		for _, column := range k.columns {
			same = append(same, column+" = NEW."+column)
		}
		if k.where != "" {
			same = append(same, k.where)
		}
		terms = append(terms, fmt.Sprintf("EXISTS (SELECT 1 FROM %s WHERE %s)", table, strings.Join(same, " AND ")))
	}
	return strings.Join(terms, " OR ")
}

// key is a unique key of a table; where is set for a partial one.
type key struct {
	columns []string
	where   string
}

var (
	comment     = regexp.MustCompile(`--[^\n]*`)
	columnKey   = regexp.MustCompile(`(?m)^    ([a-z_0-9]+) [^\n]*\b(?:PRIMARY KEY|UNIQUE)\b`)
	tableKey    = regexp.MustCompile(`(?m)^    (?:PRIMARY KEY|UNIQUE) \(([^)]*)\)`)
	uniqueIndex = regexp.MustCompile(`(?m)^CREATE UNIQUE INDEX [a-z_0-9]+ ON ([a-z_]+) \(([^)]*)\)(?:\s+WHERE ([^;]*))?;`)
)

// keys reads the unique keys of a table out of the portable text without its comments.
func keys(table, text string) (keys []key) {
	if _, body, found := strings.Cut(text, "CREATE TABLE "+table+" (\n"); found {
		body, _, _ = strings.Cut(body, "\n);")
		for _, m := range slices.Concat(columnKey.FindAllStringSubmatch(body, -1), tableKey.FindAllStringSubmatch(body, -1)) {
			keys = append(keys, key{columns: strings.Split(m[1], ", ")})
		}
	}
	for _, m := range uniqueIndex.FindAllStringSubmatch(text, -1) {
		if m[1] == table {
			keys = append(keys, key{strings.Split(m[2], ", "), m[3]})
		}
	}
	return keys
}

var (
	triggerHead = regexp.MustCompile(`(?s)^CREATE TRIGGER (\w+) BEFORE (INSERT|UPDATE|DELETE) ON (\w+)` +
		`(?: WHEN (.*?))?\nBEGIN\n(.*)END;$`)
	raise = regexp.MustCompile(`(?s)SELECT RAISE\(ABORT,\s+'supportledger:(\w+): ((?:[^']|'')*)'\)` +
		`(?:\s+WHERE ([^;]*))?;`)
)

// plpgsql writes a portable trigger for PostgreSQL: a function of the same name that asks the same, and the trigger.
// A trigger that may refuse DELETE refuses TRUNCATE, which asks about no row.
func plpgsql(trigger string) ([]string, error) {
	m := triggerHead.FindStringSubmatch(trigger)
	if len(m) == 0 || strings.TrimSpace(comment.ReplaceAllString(raise.ReplaceAllString(m[5], ""), "")) != "" {
		return nil, fmt.Errorf("%w: a portable trigger only refuses: %.80s", ErrLayout, trigger)
	}
	name, event, table, when := m[1], m[2], m[3], m[4]
	body := raise.ReplaceAllStringFunc(m[5], func(statement string) string {
		r := raise.FindStringSubmatch(statement)
		return fmt.Sprintf("IF %s THEN\n        RAISE EXCEPTION 'supportledger:%s: %s' USING ERRCODE = 'SL001';\n    END IF;",
			cmp.Or(r[3], "TRUE"), r[1], strings.ReplaceAll(r[2], "%", "%%"))
	})
	row := "NEW"
	if event == "DELETE" {
		row = "OLD"
	}
	if when != "" {
		when = " WHEN (" + when + ")"
	}
	written := []string{
		fmt.Sprintf("CREATE FUNCTION %s()%s\nBEGIN\n%s    RETURN %s;\nEND $$;", name, asTrigger, body, row),
		fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s FOR EACH ROW%s EXECUTE FUNCTION %[1]s();", name, event, table, when),
	}
	if event == "DELETE" {
		r := raise.FindStringSubmatch(m[5])
		emptied := refusal{
			name: table + "_truncate", event: "TRUNCATE", table: table, code: r[1],
			words: strings.ReplaceAll(r[2], "''", "'"),
		}
		written = append(written, emptied.written(Postgres))
	}
	return written, nil
}
