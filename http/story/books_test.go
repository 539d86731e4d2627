package story_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

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
func sameAs(t *testing.T, db *store.DB, scenario, before string, query ...string) {
	t.Helper()
	export := filepath.Join(t.TempDir(), "books.journal")
	exportJournal(t, db, export)
	run(t, "hledger", "-f", export, "check")
	part, reference := filepath.Join(t.TempDir(), "part.journal"), filepath.Join(t.TempDir(), "reference.journal")
	run(t, "hledger", append([]string{"-f", export, "print", "-e", before, "-o", part}, query...)...)
	run(t, "hledger", "-f", filepath.Join(scenarios, "scenarios.journal"), "print", "-e", before,
		"tag:scenario=^"+scenario+"$", "-o", reference)
	out := strings.TrimSpace(run(t, "python3", filepath.Join(scenarios, "compare.py"), part, "--scenarios", scenario,
		"--reference", reference))
	if !strings.HasSuffix(out, " 0 differ") || strings.HasPrefix(out, "0 sums") {
		t.Errorf("%s: %s", scenario, out)
	}
	t.Logf("%s: %s", scenario, out)
}

// TestWrongSplit plays S14: a stipend charged to one grant alone is reversed and posted anew. What S08 did to the lots
// is done by an ordinary stipend.
func TestWrongSplit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		july := `{"act":"liquidate","date":"2026-07-31","plan":"P-101","partner":"NG-01","line":"stipend","units":1,"amount":"150000.00","text":"July"}`
		told, err := story.Parse(strings.NewReader(strings.Repeat("\n", 200) + july)) // lines of their own: keys go by line
		if err != nil {
			t.Fatal(err)
		}
		acts := worked(t, "S00", "S01", "S02", "S03", "S04", "S05", "S06", "S07/amend_policy", "S07/transfer")
		acts = append(acts, told...)
		acts = append(acts, worked(t, "S07/liquidate", "S14")...)
		client := playStory(t, db, acts)
		sameAs(t, db, "S14", "2027-01-01", "date:2026-10-31..2026-11-06")

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
		p := finance.With("Idempotency-Key", "r1").Post("/journal-entries/"+relief+"/reversals", reason).Problem(409,
			"part_of_act")
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

// TestInKind plays S17.
func TestInKind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client := playStory(t, db, worked(t, "S00", "S10/sign_grant", "S17"))
		sameAs(t, db, "S17", "2027-01-01", "tag:act=in-kind")
		finance := client.As(db, "bookkeeper", access.FinanceOfficer).With("Idempotency-Key", "k")
		finance.Post("/in-kind-contributions",
			`{"date":"2026-06-15","fund":"G3","category":"legal-aid","units":"1","unit_value":"1.00"}`).Problem(422,
			"in_kind_fund")
	})
}

// TestLoan plays S18; the invoice that is paid at once is posted by hand, since the story has no payments yet.
func TestLoan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client := playStory(t, db, worked(t, "S00", "S10/sign_grant", "S10/receive_instalment", "S18/interfund_loan"))
		finance := client.As(db, "bookkeeper", access.FinanceOfficer)
		finance.With("Idempotency-Key", "pay").Post("/journal-entries", `{"date":"2026-09-28","text":"Group therapy","lines":[
			{"account":"5200","fund":"G3","direction":"debit","amount":"12000.00"},{"account":"1010","fund":"G3","direction":"credit","amount":"12000.00"},
			{"account":"2100","fund":"G3","direction":"debit","amount":"12000.00"},{"account":"4100","fund":"G3","direction":"credit","amount":"12000.00"}]}`).Want(201)
		again := `{"date":"2026-10-16","from":"UNR","to":"G3","amount":"10000.01","account":"1010"}`
		finance.With("Idempotency-Key", "r").Post("/interfund-repayments", again).Problem(422, "loan_exceeded")
		finance.With("Idempotency-Key", "s").Post("/interfund-repayments", strings.Replace(again, "UNR", "G3", 1)).Problem(
			422, "loan_exceeded")
		finance.With("Idempotency-Key", "l").Post("/interfund-loans", again).Problem(403, "forbidden_scope")
		goOn(t, db, client, worked(t, "S18/receive_instalment", "S18/repay_loan"))
		sameAs(t, db, "S18", "2027-01-01", "date:2026-09-25..2026-12-31")
	})
}

// TestYearEnd plays S20. What the other scenarios bring into the year is posted by hand, one entry a fund, so that each
// closing entry has to find what the worked one finds; what S20's own acts bring is theirs to bring.
func TestYearEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		spent, err := story.Parse(strings.NewReader(strings.Repeat("\n", 200) +
			`{"act":"convert","date":"2026-09-02","fund":"G4","amount":"1200.00 USD","from":"1030","to":"1010","rate":"6.3800 DKK/USD","fee":"0.00"}`))
		if err != nil {
			t.Fatal(err)
		}
		acts := worked(t, "S00", "S16/open_fund", "S01/sign_grant", "S02/sign_grant", "S02/receive_instalment", "S02/convert",
			"S09/sign_grant",
			"S10/sign_grant", "S09/award", "S09/receive_award", "S17")
		acts = append(append(acts, spent...), worked(t, "S20/accrue", "S20/revalue")...)
		client := playStory(t, db, acts)
		finance := client.As(db, "bookkeeper", access.FinanceOfficer)
		bringYear(t, db)
		goOn(t, db, client, worked(t, "S20/close_year"))
		finance.With("Idempotency-Key", "again").Post("/fiscal-years/2026/closings", nil).Problem(409, "year_closed")
		finance.With("Idempotency-Key", "reverse").Post("/fiscal-years/2026/accrual-reversals", nil).Want(200)
		finance.With("Idempotency-Key", "late").Post("/fiscal-years/2028/closings", nil).Problem(409, "year_order")
		sameAs(t, db, "S20", "2027-01-02", "tag:act=revaluation|accrual|year-closing")
	})
}

// bringYear posts what is missing of the year's income and expense, fund by fund, out of the worked closing entries.
func bringYear(t *testing.T, db *store.DB) {
	t.Helper()
	missing := map[string]map[string]decimal.Decimal{} // fund → account path
	for _, e := range strings.Split(read(t, filepath.Join(scenarios, "scenarios.journal")), "\n\n") {
		if !strings.Contains(e, "closing:2026") {
			continue
		}
		for _, l := range worth.FindAllStringSubmatch(e, -1) {
			if !strings.HasPrefix(l[1], "net-assets:") {
				if missing[l[3]] == nil {
					missing[l[3]] = map[string]decimal.Decimal{}
				}
				missing[l[3]][l[1]] = decimal.RequireFromString(l[2]).Neg()
			}
		}
	}
	if len(missing) != 6 {
		t.Fatalf("the worked year closes %d funds", len(missing))
	}
	update := func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		accounts, err := book.Accounts(t.Context(), tx)
		if err != nil {
			return err
		}
		balances, err := book.Balances(t.Context(), tx, "2026-12-31")
		for _, b := range balances {
			if a := accounts[b.Account]; a.Type == ledger.Income || a.Type == ledger.Expense {
				of := missing[string(b.Fund)]
				of[a.Path] = of[a.Path].Sub(b.Base.Amount)
			}
		}
		for fund, of := range missing {
			e := ledger.Entry{Date: "2026-12-30", Text: "The year of " + fund, Act: "manual"}
			rest := ledger.Zero("DKK")
			for number, a := range accounts {
				if m := (ledger.Money{Amount: of[a.Path], Currency: "DKK"}); !m.IsZero() {
					e.Lines, rest = append(e.Lines, ledger.Base(number, ledger.FundCode(fund), m)), rest.Sub(m)
				}
			}
			e.Lines = append(e.Lines, ledger.Base("1010", ledger.FundCode(fund), rest))
			if _, err := book.Post(t.Context(), tx, e); err != nil {
				return err
			}
		}
		return err
	}
	if err := db.Update(t.Context(), update); err != nil {
		t.Fatal(err)
	}
}

// worth finds account, amount and fund of a line in base currency.
var worth = regexp.MustCompile(`(?m)^    (\S+) +(-?[0-9.]+) DKK +; fund:(\w+)`)

// goOn plays more acts in books that have a story already.
func goOn(t *testing.T, db *store.DB, client *apitest.Client, acts story.Story) {
	t.Helper()
	player := story.Player{Base: client.Base, Client: client.HTTP, Tokens: map[string]string{}, Clock: func(time.Time) {},
		Keys: "more"}
	for _, role := range []access.Role{access.FinanceOfficer, access.Treasurer} {
		player.Tokens[string(role)] = token(t, db, role)
	}
	if err := player.Play(t.Context(), acts); err != nil {
		t.Fatal(err)
	}
}

// token is one of another user with a role.
func token(t *testing.T, db *store.DB, role access.Role) (secret string) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		user, err := access.CreateUser(t.Context(), tx, "second-"+string(role), role)
		if err != nil {
			return err
		}
		secret, err = access.IssueToken(t.Context(), tx, user.ID, time.Hour)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return secret
}

// playStory opens books and plays acts in them.
func playStory(t *testing.T, db *store.DB, acts story.Story) *apitest.Client {
	t.Helper()
	client, player := newPlayer(t, db)
	if err := player.Play(t.Context(), acts); err != nil {
		t.Fatal(err)
	}
	return client
}

// newPlayer opens books, and serves them to somebody who plays stories.
func newPlayer(t *testing.T, db *store.DB) (*apitest.Client, *story.Player) {
	t.Helper()
	openBooks(t, db)
	client := apitest.Serve(t, db)
	return client, playerOf(t, db, client)
}

func openBooks(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
	}); err != nil {
		t.Fatal(err)
	}
}

// playerOf plays stories through a client.
func playerOf(t *testing.T, db *store.DB, client *apitest.Client) *story.Player {
	t.Helper()
	return &story.Player{Base: client.Base, Client: client.HTTP, Tokens: tokens(t, db), Clock: func(time.Time) {}}
}
