package migrations

import (
	gocmp "cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	createTrigger = regexp.MustCompile(`CREATE TRIGGER ([a-z_]+)`)
	refusalCode   = regexp.MustCompile(`supportledger:([a-z_]+): |refuse\('([a-z_]+)'`)
)

// ownWay says why a trigger of that ending may stand on one engine alone.
var ownWay = map[string]string{
	"_truncate": "SQLite has no TRUNCATE",
	"_twin":     "INSERT OR REPLACE deletes without asking DELETE triggers; the keys of PostgreSQL refuse twins",
	"_onto":     "UPDATE OR REPLACE deletes the row whose key it takes, the same way",
	"_alone":    "SQLite has one writer",
	"_proved":   "SQLite's driver tells which rows change",
}

// ownTrigger says the same of single ones.
var ownTrigger = map[string]string{
	"entries_insert": "PostgreSQL asks once per statement, in entries_seal",
	"periods_insert": "INSERT OR REPLACE on a closed month",
}

// ownCode says why a code of refusal may stand on one engine alone.
var ownCode = map[string]string{"row_exists": "PostgreSQL's keys refuse twins, and store takes both for a duplicate"}

// Both engines guard the same things by the same names and answer with the same codes. What one engine has alone, it
// has for a reason.
func TestGuardsAreTheSameOnBothEngines(t *testing.T) {
	triggers, codes := map[string][]string{}, map[string][]string{}
	for engine, text := range schemas(t) {
		for _, m := range createTrigger.FindAllStringSubmatch(text, -1) {
			ending := m[1][strings.LastIndexByte(m[1], '_'):]
			if ownWay[ending] == "" && ownTrigger[m[1]] == "" {
				triggers[engine] = append(triggers[engine], m[1])
			}
		}
		for _, m := range refusalCode.FindAllStringSubmatch(text, -1) {
			if code := m[1] + m[2]; ownCode[code] == "" {
				codes[engine] = append(codes[engine], code)
			}
		}
		slices.Sort(triggers[engine])
		slices.Sort(codes[engine])
		codes[engine] = slices.Compact(codes[engine])
	}
	if diff := cmp.Diff(triggers[SQLite], triggers[Postgres]); diff != "" {
		t.Errorf("the engines have different triggers (-sqlite +postgres):\n%s", diff)
	}
	if diff := cmp.Diff(codes[SQLite], codes[Postgres]); diff != "" {
		t.Errorf("the engines refuse with different codes (-sqlite +postgres):\n%s", diff)
	}
	if len(triggers[SQLite]) < 250 {
		t.Errorf("only %d triggers were seen", len(triggers[SQLite]))
	}
}

var (
	stateCheck = regexp.MustCompile(`\b(state|status) TEXT NOT NULL(?: DEFAULT '[a-z]*')?` +
		`\s+CHECK \((?:state|status) IN \(([^)]*)\)\)`)
	quoted = regexp.MustCompile(`'([^']*)'`)
)

// The states of a thing stand in lives: every CHECK of a column of states says the same, and what follows a state is
// one too.
func TestStatesAreThoseOfTheChecks(t *testing.T) {
	text, err := joined(Files(), folder)
	if err != nil {
		t.Fatal(err)
	}
	checked := map[string]string{}
	for part := range strings.SplitSeq(comment.ReplaceAllString(text, ""), "CREATE TABLE ") {
		table, _, _ := strings.Cut(part, " ")
		if m := stateCheck.FindStringSubmatch(part); m != nil {
			var states []string
			for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
				states = append(states, q[1])
			}
			checked[table] = m[1] + ": " + strings.Join(states, " ")
		}
	}
	listed := map[string]string{}
	for _, l := range lives {
		column := "state"
		if l.Column != "" {
			column = l.Column
		}
		listed[l.Table] = column + ": " + l.States
		states := strings.Fields(l.States)
		for state, next := range l.Next {
			for _, s := range append(strings.Fields(next), state) {
				if !slices.Contains(states, s) {
					t.Errorf("%s: %q follows %q and is no state", l.Table, s, state)
				}
			}
		}
		if l.First != "" && !slices.Contains(states, l.First) {
			t.Errorf("%s: begins as %q, which is no state", l.Table, l.First)
		}
	}
	if diff := cmp.Diff(listed, checked); diff != "" {
		t.Errorf("states.go and the CHECKs differ (-states.go +schema):\n%s", diff)
	}
}

// Rows that are counted, and what counts them, are tables with those columns; a trigger on a column that is not there
// is only told when it fires.
func TestCountedRowsAreThere(t *testing.T) {
	all, err := Shapes()
	if err != nil {
		t.Fatal(err)
	}
	has := func(table string, columns ...string) {
		for _, name := range columns {
			if !slices.ContainsFunc(all[table].Columns, func(c Column) bool { return c.Name == name }) {
				t.Errorf("%s has no column %s", table, name)
			}
		}
	}
	n := 0
	for _, g := range guards {
		if g.Of.Table == "" {
			continue
		}
		n++
		own, key := strings.Split(gocmp.Or(g.Of.By, g.Of.Key), ", "), strings.Split(g.Of.Key, ", ")
		has(g.Table, own...)
		has(g.Of.Table, append(key, g.Of.Count)...)
		if len(own) != len(key) || g.Joins == "" || g.Deleted == "" {
			t.Errorf("%s: %d columns for %d, %q, %q", g.Table, len(own), len(key), g.Joins, g.Deleted)
		}
	}
	if n < 7 {
		t.Errorf("only %d tables are counted", n)
	}
}
