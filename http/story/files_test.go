package story_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The worked story and the chart stand twice: where people look for them, and where the binary embeds them.
func TestEmbeddedFilesAreThoseOfTheScenarios(t *testing.T) {
	for embedded, shown := range map[string]string{
		"worked.jsonl":           "../../testdata/scenarios/story.jsonl",
		"../../ledger/chart.csv": "../../testdata/scenarios/chart-of-accounts.csv",
	} {
		if diff := cmp.Diff(read(t, shown), read(t, embedded)); diff != "" {
			t.Errorf("%s differs from %s:\n%s", embedded, shown, diff)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
