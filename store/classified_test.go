package store_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"supportledger/store"
	"supportledger/store/storetest"
)

// classes are what a column may be, as docs/DATA.md explains them.
var classes = []string{"public", "internal", "code", "sealed", "key", "text"}

var (
	classRow  = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\| (.+?) \\|$")
	columnRef = regexp.MustCompile("`([a-z_0-9]+)`")
)

// classified reads the table of docs/DATA.md: "table.column" → class.
func classified(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/DATA.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, row := range classRow.FindAllStringSubmatch(string(page), -1) {
		if !slices.Contains(classes, row[2]) {
			t.Errorf("docs/DATA.md: %s is %q, which is none of %v", row[1], row[2], classes)
		}
		for _, column := range columnRef.FindAllStringSubmatch(row[3], -1) {
			name := row[1] + "." + column[1]
			if found[name] != "" {
				t.Errorf("docs/DATA.md: %s is classified twice", name)
			}
			found[name] = row[2]
		}
	}
	return found
}

// unclassified lists what is wrong with a classification of columns, each given as "table.column TYPE".
func unclassified(columns []string, found map[string]string) []string {
	var wrong []string
	there := map[string]bool{}
	for _, c := range columns {
		name, kind, _ := strings.Cut(c, " ")
		there[name] = true
		table, column, _ := strings.Cut(name, ".")
		switch class := found[name]; {
		case class == "":
			wrong = append(wrong, name+" is not classified: add `"+column+"` to a line of docs/DATA.md, such as | `"+table+"` "+
				"| internal | `"+column+"` |. "+
				"If it says who somebody is, it is sealed: seal it with access/vault, and add it to the canaries of http/story")
		case class == "sealed" && !strings.EqualFold(kind, "BYTEA") && !strings.EqualFold(kind, "BLOB"):
			wrong = append(wrong, name+" is sealed, but its type is "+kind+": sealed bytes are BYTEA")
		}
	}
	for name := range found {
		if !there[name] {
			wrong = append(wrong, name+" stands in docs/DATA.md and not in the schema: take it out")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// TestEveryColumnIsClassified holds the schema against docs/DATA.md: what a new table or column holds is decided before
// it holds anything.
func TestEveryColumnIsClassified(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		columns := columnsOf(t, db)
		if len(columns) < 300 {
			t.Fatalf("only %d columns were found", len(columns))
		}
		found := classified(t)
		for _, w := range unclassified(columns, found) {
			t.Error(w)
		}
		delete(found, "users.handle")
		found["identities.no_such"] = "sealed"
		if n := len(unclassified(append(columns, "identities.shoe_size TEXT"), found)); n != 3 {
			t.Errorf("three mistakes were made and %d found", n)
		}
	})
}

// own are the tables of the tools below us.
var own = []string{"bun_migrations", "bun_migration_locks", "sqlite_sequence", "row_changes"}

func columnsOf(t *testing.T, db *store.DB) (columns []string) {
	t.Helper()
	text := `SELECT m.name || '.' || c.name || ' ' || c.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table' AND m.name NOT IN (?) ORDER BY 1`
	if db.Engine() == store.Postgres {
		text = `SELECT c.table_name || '.' || c.column_name || ' ' || upper(c.udt_name) FROM information_schema.columns AS c
			JOIN information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.table_name NOT IN (?) ORDER BY 1`
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw(text, bun.List(own)).Scan(context.Background(), &columns)
	}); err != nil {
		t.Fatal(err)
	}
	return columns
}
