package story_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/http/story"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestPlansInTheBudgetaryBook plays what S03, S10 and S13 say of plans: commitments and reliefs, the release of Nov and
// Dec of P-101 and their commitment anew, at another rate and three months later. What S08 did to the plan is done by
// two ordinary stipends.
func TestPlansInTheBudgetaryBook(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acts := worked(t, "S00", "S01", "S02", "S03", "S04", "S05", "S06", "S07/amend_policy", "S07/transfer",
			"S10/sign_grant", "S10/make_plan", "S10/approve_plan_year")
		stipend := `{"act":"liquidate","date":"2026-0%d-31","plan":"P-101","partner":"NG-01","line":"stipend","units":1,"amount":"150000.00","text":"Stipend"}`
		acts = append(acts, told(t, fmt.Sprintf(stipend, 7), fmt.Sprintf(stipend, 8))...)
		acts = append(acts, worked(t, "S07/liquidate", "S14", "S13/suspend_plan", "S13/resume_plan")...)
		playStory(t, db, acts)
		sameBudget(t, db, "S03", "2026-02-01", "tag:act=^commitment")
		sameBudget(t, db, "S10", "2026-03-01", "tag:act=^commitment", "date:2026-02-20")
		sameBudget(t, db, "S13", "2028-01-01", "tag:act=suspension|resumption")
	})
}

// sameBudget holds the budgetary entries that a query finds in the books to those of a scenario before a day.
func sameBudget(t *testing.T, db *store.DB, scenario, before string, query ...string) {
	t.Helper()
	export := filepath.Join(t.TempDir(), "books.journal")
	exportJournal(t, db, export)
	part, reference := filepath.Join(t.TempDir(), "part.journal"), filepath.Join(t.TempDir(), "reference.journal")
	run(t, "hledger", append([]string{"-f", export, "print", "-e", before, "-o", part, "acct:budgetary"},
		query...)...)
	run(t, "hledger", "-f", filepath.Join(scenarios, "scenarios.journal"), "print", "-e", before, "acct:budgetary",
		"tag:scenario=^"+scenario+"$", "-o", reference)
	out := strings.TrimSpace(run(t, "python3", filepath.Join(scenarios, "compare.py"), part, "--scenarios", scenario,
		"--reference", reference))
	if !strings.HasSuffix(out, " 0 differ") || strings.HasPrefix(out, "0 sums") {
		t.Errorf("%s: %s", scenario, out)
	}
	t.Logf("%s: %s", scenario, out)
}

// told are acts of our own, on lines of their own: keys go by line.
func told(t *testing.T, acts ...string) story.Story {
	t.Helper()
	s, err := story.Parse(strings.NewReader(strings.Repeat("\n", 200) + strings.Join(acts, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
