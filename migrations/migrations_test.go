package migrations

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestStrict(t *testing.T) {
	const portable = `-- A person's BOOLEAN stays; so does this line:
-- CREATE TABLE none (
--);
CREATE TABLE a (
    n BIGINT NOT NULL CHECK (n > 0),   -- not a BIGINT, and isn't one
    s TEXT NOT NULL DEFAULT 'BIGINT it''s -- BOOLEAN
);
',
    k BYTEA, ok BOOLEAN, BIGINTEGER TEXT
);
--bun:split
CREATE INDEX a_n ON a (n);
--bun:split
CREATE TABLE b (
    n BIGINT
);
`
	const want = `-- A person's BOOLEAN stays; so does this line:
-- CREATE TABLE none (
--);
CREATE TABLE a (
    n INTEGER NOT NULL CHECK (n > 0),   -- not a BIGINT, and isn't one
    s TEXT NOT NULL DEFAULT 'BIGINT it''s -- BOOLEAN
);
',
    k BLOB, ok INTEGER, BIGINTEGER TEXT
) STRICT;
--bun:split
CREATE INDEX a_n ON a (n);
--bun:split
CREATE TABLE b (
    n INTEGER
) STRICT;
`
	got, err := strict("a.sql", portable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Whatever stands in quotes or comments comes out as it went in.
func TestStrictKeepsQuotedText(t *testing.T) {
	word := rapid.SampledFrom([]string{"BIGINT", "BYTEA", "BOOLEAN", "CREATE TABLE", "\n);\n", "--", " ", "x", "''", "ø"})
	rapid.Check(t, func(t *rapid.T) {
		inside := strings.Join(rapid.SliceOf(word).Draw(t, "inside"), "")
		quoted := "SELECT '" + inside + "' AS BIGINT;"
		got, err := strict("q.sql", quoted)
		if err != nil || got != "SELECT '"+inside+"' AS INTEGER;" {
			t.Fatalf("%q became %q, %v", quoted, got, err)
		}
		comment := "--" + strings.ReplaceAll(inside, "\n", "") + "'\nBOOLEAN"
		got, err = strict("c.sql", comment)
		if err != nil || got != strings.TrimSuffix(comment, "BOOLEAN")+"INTEGER" {
			t.Fatalf("%q became %q, %v", comment, got, err)
		}
	})
}

func TestForRefusesWhatCannotBeOrdered(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	one := file("SELECT 1")
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"one stamp twice, portable and engine": {fstest.MapFS{"1_a.tx.up.sql": one, "sqlite/1_a.tx.up.sql": one},
			"same stamp 1"},
		"one stamp twice in a folder": {fstest.MapFS{"1_a.tx.up.sql": one, "1_b.tx.up.sql": one}, "same stamp 1"},
		"outside a transaction":       {fstest.MapFS{"1_a.up.sql": one}, "must end in .tx.up.sql"},
		"no stamp":                    {fstest.MapFS{"a.tx.up.sql": one}, "unsupported migration name"},
		"a table that cannot be STRICT": {fstest.MapFS{"1_a.tx.up.sql": file("CREATE TABLE a (n BIGINT);")},
			"must pair"},
		"a stray close": {fstest.MapFS{"1_a.tx.up.sql": file("SELECT (1\n);")}, "must pair"},
	} {
		_, err := For(c.files, SQLite)
		if !errors.Is(err, ErrLayout) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema built in: each engine has its own folder's stamps and no other's, and both the same ones.
func TestBuiltInSchema(t *testing.T) {
	names := map[string][]string{}
	for _, engine := range []string{SQLite, Postgres} {
		found, err := For(Files(), engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range found.Sorted() {
			names[engine] = append(names[engine], m.String())
		}
		if len(names[engine]) == 0 || names[engine][0] != Schema+"_schema" {
			t.Fatalf("%s: the migrations are %v", engine, names[engine])
		}
	}
	if diff := cmp.Diff(names[SQLite], names[Postgres]); diff != "" {
		t.Errorf("a trigger file is missing on one engine (-sqlite +postgres):\n%s", diff)
	}
}

// countColumns are whole numbers that are no amounts.
var countColumns = strings.Fields(`
	anonymous approvals_needed attempt bytes category_count code committed_year current_version cutoff_seq
	days details digits disbursements dominance emergency_days emergency_per_quarter entry_seq factors
	failures family_count findings fiscal_year from_year id instalment item_count kilometres last last_number
	last_seq last_step level line line_count line_no minutes no number opened_seq openings own_version part
	pending people position priority released_year remind_days reopenings replays role_count round row_count salary
	scope_count seq size status threshold through to_year took_ms units uses version warning_count year`)

// Rules of the portable text (DESIGN §10) that neither engine would complain about.
func TestRulesOfTheText(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		"a type SQLite and PostgreSQL treat apart": regexp.MustCompile(`\b(NUMERIC|DECIMAL|REAL|FLOAT|DOUBLE|VARCHAR|CHAR|` +
			`DATE|TIMESTAMP|TIMESTAMPTZ|SERIAL|BIGSERIAL|JSONB?|UUID|INT|INTEGER|BLOB)\b`),
		"a clock in SQL; instants come from Go": regexp.MustCompile(`(?i)\b(now\(\)|current_timestamp|` +
			`current_date|datetime\()`),
		"a schema's name": regexp.MustCompile(`(?i)\bpublic\.`),
	}
	// Amounts are MONEY, which is bounded. These are not amounts.
	counted := regexp.MustCompile(`(?m)^    (\w+) BIGINT\b`)
	err := fs.WalkDir(Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(Files(), path)
		if err != nil {
			return err
		}
		text := regexp.MustCompile(`'[^']*'|--[^\n]*`).ReplaceAllStringFunc(string(b), func(s string) string {
			if strings.HasPrefix(s, "--bun") {
				return s
			}
			return ""
		})
		for _, column := range counted.FindAllStringSubmatch(string(b), -1) {
			if !slices.Contains(countColumns, column[1]) && strings.HasPrefix(path, folder+"/0") {
				t.Errorf("%s: is %s an amount? Then it is MONEY, else add it to countColumns", path, column[1])
			}
		}
		for why, pattern := range forbidden {
			if regexp.MustCompile(`\b(sqlite|postgres)/`).MatchString(path) && strings.HasPrefix(why, "a type") {
				continue // an engine's own file may use the engine's own words
			}
			if strings.HasPrefix(why, "a clock") && strings.HasSuffix(path, "/jobs.sql") {
				continue // river's tables, with river's clock: nothing about money
			}
			if found := pattern.FindString(text); found != "" {
				t.Errorf("%s says %s: %s", path, found, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A statement makes one thing: a cluster (Citus) takes no more.
func TestOneThingPerStatement(t *testing.T) {
	created := regexp.MustCompile(`(?m)^CREATE `)
	for engine, text := range schemas(t) {
		for statement := range strings.SplitSeq(text, "--bun:split") {
			if n := len(created.FindAllString(statement, -1)); n > 1 {
				t.Errorf("%s: %d things in %s", engine, n, statement)
			}
		}
	}
}

// schemas gives the first schema as both engines are told it.
func schemas(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, engine := range []string{SQLite, Postgres} {
		files, err := schema(Files(), engine, strict)
		if err != nil {
			t.Fatal(err)
		}
		texts[engine] = files[Schema+"_schema.tx.up.sql"]
	}
	return texts
}
