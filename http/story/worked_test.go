package story_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
	"supportledger/store/storetest"
)

const scenarios = "../../testdata/scenarios"

// TestWorkedScenarios plays S00-S20 through the API, validating every request and answer against the document, and lets
// hledger and the comparison say whether the journal is right: the project's acceptance test.
func TestWorkedScenarios(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		play(t, db, nil)
		export := filepath.Join(t.TempDir(), "books.journal")
		exportJournal(t, db, export)
		run(t, "hledger", "-f", export, "check")
		out := run(t, "python3", filepath.Join(scenarios, "compare.py"), export)
		if !strings.HasSuffix(strings.TrimSpace(out), "320 sums expected, 0 differ") {
			t.Errorf("compare.py: %s", out)
		}
		t.Logf("compare.py: %s", strings.TrimSpace(out))
		exportsAgree(t, db)
	})
}

// play opens books and plays scenarios of the worked story in them, or, for nil, all.
func play(t *testing.T, db *store.DB, selected []string) *apitest.Client {
	t.Helper()
	return playStory(t, db, toldStory(t, selected))
}

// toldStory reads scenarios of the worked story, or, for nil, all.
func toldStory(t *testing.T, selected []string) story.Story {
	t.Helper()
	file, err := os.Open(filepath.Join(scenarios, "story.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	told, err := story.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if selected != nil {
		told = told.Of(selected)
	}
	return told
}

// tokens makes a user with a token for every role that stories need.
func tokens(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, role := range []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer} {
			user, err := access.CreateUser(t.Context(), tx, string(role), role)
			if err != nil {
				return err
			}
			if out[string(role)], err = access.IssueToken(t.Context(), tx, user.ID, 10*365*24*time.Hour); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func exportJournal(t *testing.T, db *store.DB, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		return journal.Export{Format: journal.ExportHledger}.Write(t.Context(), tx, book, file)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
