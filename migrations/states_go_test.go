package migrations

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	stateConstant = regexp.MustCompile(`(?m)^\s+\w+\s+(\w*(?:State|Status)) += "(\w+)"`)
	stateFilter   = regexp.MustCompile(`State\s+` + "`" + `query:"[^"]*"[^` + "`" + `]*oneof=([a-zA-Z_ ]+)`)
)

// withoutType says why no type of Go has exactly the states of a table.
var withoutType = map[string]string{
	"donor_imports": "they are the states of an import of the ledger without uploaded, and discarded",
	"prepayments":   "they are the states of a transfer, and cancelled, which nothing sets yet",
	"beneficiaries": "two of them are asked about, and written as texts",
}

// The constants of Go and the filters of the API name the states that the database knows, all of them.
func TestStatesAreThoseOfGo(t *testing.T) {
	known := map[string][]string{} // a set of states, and the tables that go through it
	for _, l := range lives {
		set := sorted(l.States)
		known[set] = append(known[set], l.Table)
	}
	named := map[string]bool{}
	filters := 0
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		constants := map[string]string{}
		for _, m := range stateConstant.FindAllStringSubmatch(string(text), -1) {
			constants[m[1]] += m[2] + " "
		}
		for _, states := range constants {
			named[sorted(states)] = true
		}
		for _, m := range stateFilter.FindAllStringSubmatch(string(text), -1) {
			filters++
			if known[sorted(m[1])] == nil && m[1] != jobStates {
				t.Errorf("%s: a filter by the states %q, which are those of no table", name, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for set, tables := range known {
		if !named[set] && withoutType[tables[0]] == "" {
			t.Errorf("no type of Go has exactly the states of %v: %s", tables, set)
		}
	}
	if filters < 3 {
		t.Errorf("only %d filters were seen", filters)
	}
}

// jobStates are our words for those of river, which keeps jobs in tables of its own.
const jobStates = "scheduled due running failed given_up done"

func sorted(states string) string {
	return strings.Join(slices.Sorted(strings.FieldsSeq(states)), " ")
}
