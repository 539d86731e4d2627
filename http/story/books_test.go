package story_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// worked picks acts of the worked story, by scenario and act: "S14" is all of S14, "S10/sign_grant" one kind of it.
func worked(t *testing.T, picks ...string) story.Story {
	t.Helper()
	all, err := story.Parse(strings.NewReader(read(t, filepath.Join(scenarios, "story.jsonl"))))
	if err != nil {
		t.Fatal(err)
	}
	var picked story.Story
	for _, a := range all {
		for _, p := range picks {
			if scenario, act, one := strings.Cut(p, "/"); a.Scenario == scenario && (!one || a.Name == act) {
				picked = append(picked, a)
			}
		}
	}
	return picked
}

// sameAs holds the entries that an hledger query finds in the books to those of a scenario, to the øre.
func sameAs(t *testing.T, db *store.DB, scenario, until string, query ...string) {
	t.Helper()
	export := filepath.Join(t.TempDir(), "books.journal")
	exportJournal(t, db, export)
	run(t, "hledger", "-f", export, "check")
	part := filepath.Join(t.TempDir(), "part.journal")
	run(t, "hledger", append([]string{"-f", export, "print", "-o", part}, query...)...)
	args := []string{filepath.Join(scenarios, "compare.py"), part, "--scenarios", scenario}
	if until != "" {
		args = append(args, "--until", until)
	}
	if out := strings.TrimSpace(run(t, "python3", args...)); !strings.HasSuffix(out, " 0 differ") || strings.HasPrefix(out, "0 sums") {
		t.Errorf("%s: %s", scenario, out)
	}
}

// TestWrongSplit plays S14: a stipend charged to one grant alone is reversed and posted anew. What S08 did to the lots is
// done by an ordinary stipend.
func TestWrongSplit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		july := `{"act":"liquidate","date":"2026-07-31","plan":"P-101","partner":"NG-01","line":"stipend","units":1,"amount":"150000.00","text":"July"}`
		told, err := story.Parse(strings.NewReader(july))
		if err != nil {
			t.Fatal(err)
		}
		acts := worked(t, "S00", "S01", "S02", "S03", "S04", "S05", "S06", "S07/amend_policy", "S07/transfer")
		acts = append(acts, told...)
		acts = append(acts, worked(t, "S07/liquidate", "S14")...)
		client := playStory(t, db, acts)
		sameAs(t, db, "S14", "", "date:2026-10-31..2026-11-06")

		// The reversal of a liquidation that relieved gives the relief back and opens its item: August can be reversed and
		// settled again, to the same figures.
		finance := client.As(db, "bookkeeper", access.FinanceOfficer)
		var entries struct {
			Data []struct{ ID, Act, Text, Number string }
		}
		finance.Get("/journal-entries?from=2026-11-05&to=2026-11-05").Want(200).Into(&entries)
		var settled, relief string
		for _, e := range entries.Data {
			switch {
			case e.Act == "relief":
				relief = e.ID
			case strings.HasPrefix(e.Text, "Stipend October re-posted"):
				settled = e.ID
			}
		}
		reason := `{"date":"2026-11-06","reason":"The receipt was for another month"}`
		p := finance.With("Idempotency-Key", "r1").Post("/journal-entries/"+relief+"/reversals", reason).Problem(409, "part_of_act")
		if len(p.Instead) != 1 || p.Instead[0].Href != "/api/v1/journal-entries/"+settled+"/reversals" {
			t.Errorf("instead %+v", p.Instead)
		}
		var undone struct{ With []struct{ Number string } }
		finance.With("Idempotency-Key", "r2").Post("/journal-entries/"+settled+"/reversals", reason).Want(201).Into(&undone)
		if len(undone.With) != 1 {
			t.Errorf("reversed with it: %+v", undone.With)
		}
		var plan struct {
			Lines []struct {
				Line  string
				Items []struct {
					SettledBy string `json:"settled_by"`
				}
			}
		}
		finance.Get("/plans/P-101").Want(200).Into(&plan)
		open := 0
		for _, l := range plan.Lines {
			for _, i := range l.Items {
				if l.Line == "stipend" && i.SettledBy == "" {
					open++
				}
			}
		}
		if open != 4 { // twelve stipends less January to July and September, which settled August's; October is open again
			t.Errorf("%d stipends are open, want 4", open)
		}
	})
}

// playStory opens books and plays acts in them.
func playStory(t *testing.T, db *store.DB, acts story.Story) *apitest.Client {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
	}); err != nil {
		t.Fatal(err)
	}
	client := apitest.Serve(t, db)
	player := story.Player{Base: client.Base, Client: client.HTTP, Tokens: tokens(t, db), Clock: func(time.Time) {}}
	if err := player.Play(t.Context(), acts); err != nil {
		t.Fatal(err)
	}
	return client
}
