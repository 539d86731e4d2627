package migrations

import (
	"io/fs"
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
	"_insert":   "INSERT OR REPLACE deletes without asking DELETE triggers; PostgreSQL has no such statement, its keys refuse twins",
	"_onto":     "UPDATE OR REPLACE deletes the row whose key it takes, the same way",
	"_pen":      "SQLite has one writer",
}

// ownCode says why a code of refusal may stand on one engine alone.
var ownCode = map[string]string{"row_exists": "PostgreSQL's keys refuse twins, and store takes both for a duplicate"}

// guardsOf lists the triggers and the codes of refusal in one engine's file.
func guardsOf(t *testing.T, file string) (triggers, codes []string) {
	t.Helper()
	text, err := fs.ReadFile(Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range createTrigger.FindAllStringSubmatch(string(text), -1) {
		triggers = append(triggers, m[1])
	}
	for _, m := range refusalCode.FindAllStringSubmatch(string(text), -1) {
		codes = append(codes, m[1]+m[2])
	}
	slices.Sort(triggers)
	slices.Sort(codes)
	return triggers, slices.Compact(codes)
}

// Both engines guard the same things by the same names and answer with the same codes; what one engine has alone, it has for
// a reason.
func TestGuardsAreTheSameOnBothEngines(t *testing.T) {
	files, err := fs.Glob(Files(), SQLite+"/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no guards: %v", err)
	}
	total := 0
	for _, file := range files {
		lite, liteCodes := guardsOf(t, file)
		pg, pgCodes := guardsOf(t, strings.Replace(file, SQLite, Postgres, 1))
		total += len(lite) + len(pg)
		liteCodes = slices.DeleteFunc(liteCodes, func(code string) bool { return ownCode[code] != "" })
		if diff := cmp.Diff(liteCodes, pgCodes); diff != "" {
			t.Errorf("%s: the engines refuse with different codes (-sqlite +postgres):\n%s", file, diff)
		}
		for _, side := range []struct {
			name         string
			here, others []string
		}{{SQLite, lite, pg}, {Postgres, pg, lite}} {
			for _, trigger := range side.here {
				ending := trigger[strings.LastIndexByte(trigger, '_'):]
				if ownWay[ending] == "" && !slices.Contains(side.others, trigger) {
					t.Errorf("%s: %s stands on %s alone", file, trigger, side.name)
				}
			}
		}
	}
	if total < 40 {
		t.Errorf("only %d triggers were seen, so this would pass by looking at nothing", total)
	}
}
