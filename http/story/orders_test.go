package story_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"supportledger/grants"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAnyOrderOfActsKeepsTheBooksSound tells made-up stories in which anything may come after anything: entries of any
// act are reversed, grants suspended, resumed, ended, terminated and finally accounted for, plans suspended, resumed,
// revised and completed, months and the year closed, and costs come in late. Each act, which is a request that writes,
// is done or refused. After each that is done:
//
//   - nothing is committed on a grant that is over (RULES 44), and on no fund less than nothing;
//   - what a fund has committed is what its open commitments hold;
//   - a lot holds neither less than nothing nor cost without a quantity;
//   - nothing is posted into a closed month.
//
// After every hundred, and at the end of each life, verify finds nothing: sums, balances, lots, reliefs, units of
// plans, approvals, the tree; then hledger reads the books of every fourth. 3,000 acts are done, or 100,000 with
// SOAK=1. The first life does each of the acts that stories do not expect once, and each is taken.
//
// A soak can be done in pieces: SEED is the first life of one, ACTS how many acts it does, ENGINE=postgres puts every
// life there instead of each sixteenth. The last line names the seed that the next piece begins with.
func TestAnyOrderOfActsKeepsTheBooksSound(t *testing.T) {
	acts, done := numberIn(t, "ACTS", storetest.Rounds(3_000, 100_000)), 0
	seed := numberIn(t, "SEED", 0)
	for ; done < acts && !t.Failed(); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			db := storetest.SQLite(t)
			if seed%16 == 1 || os.Getenv("ENGINE") == string(store.Postgres) {
				db = storetest.Postgres(t)
			}
			l := &unruly{T: t, db: db, chance: rand.New(rand.NewPCG(uint64(seed), 44)), closed: map[string]int64{}}
			if told := rapid.Custom(tell).Example(seed); seed == 0 {
				l.begin(told)
				l.each()
			} else {
				l.live(told)
			}
			l.verify()
			done += l.taken
			if seed%4 == 0 {
				export := filepath.Join(t.TempDir(), "books.journal")
				exportJournal(t, db, export)
				run(t, "hledger", "-f", export, "check")
			}
			t.Logf("%d acts are told, %d requests that write are taken", len(l.told), l.taken)
		})
	}
	t.Logf("%d acts were done; the next piece begins with SEED=%d", done, seed)
}

// numberIn is the number that a variable of the environment gives, or another one.
func numberIn(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// unruly is a life of books in which anything happens in any order.
type unruly struct {
	*testing.T
	db     *store.DB
	chance *rand.Rand
	base   string
	tokens map[string]string
	player *story.Player
	day    string
	told   []string
	taken  int
	closed map[string]int64 // months, with the last entry at their closing
}

// open begins a life.
func (l *unruly) open(told story.Story) {
	l.Helper()
	var client *apitest.Client
	client, l.player = newPlayer(l.T, l.db)
	l.player.Client = &http.Client{Transport: l, Timeout: time.Minute} // the document is held by other tests
	l.base, l.tokens = client.Base, l.player.Tokens
	l.player.Start(told)
}

// RoundTrip makes unruly an [http.RoundTripper], which looks at the books after each write that was taken.
func (l *unruly) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil && req.Method != http.MethodGet && resp.StatusCode < http.StatusBadRequest {
		l.done()
	}
	return resp, err
}

// begin tells the acts with which every made-up story begins, up to the years of its three plans.
func (l *unruly) begin(told story.Story) {
	l.Helper()
	l.open(told)
	for years, i := 0, 0; years < 3; i++ {
		if l.day = told[i].Entered; told[i].Name == "approve_plan_year" {
			years++
		}
		if err := l.player.Do(l.Context(), told[i]); err != nil {
			l.Fatal(err)
		}
	}
}

func (l *unruly) live(told story.Story) {
	l.Helper()
	l.open(told)
	for i, a := range told {
		l.day = a.Entered
		err := l.player.Do(l.Context(), a)
		var refused *story.Refusal
		if errors.As(err, &refused) && refused.Status >= http.StatusInternalServerError {
			l.Errorf("%v", err)
		}
		l.tell(fmt.Sprintf("%s %t", a.Name, err == nil))
		for i > 20 && !l.Failed() && l.chance.IntN(3) == 0 {
			l.disturb()
		}
		if l.Failed() {
			return
		}
	}
}

// tell notes an act, for the reader of a failure.
func (l *unruly) tell(act string) {
	if l.told = append(l.told, l.day+" "+act); l.Failed() {
		for _, line := range l.told {
			l.Log(line)
		}
	}
}

// done looks at the books after an act that was taken.
func (l *unruly) done() {
	l.Helper()
	if l.taken++; l.taken%100 == 0 {
		l.verify()
	}
	if err := l.db.View(l.Context(), func(tx *store.Tx) error { return l.look(l.Context(), tx) }); err != nil {
		l.Error(err)
	}
}

// verify recomputes the books.
func (l *unruly) verify() {
	l.Helper()
	if err := l.db.View(l.Context(), func(tx *store.Tx) error {
		report, err := verify.Books(l.Context(), tx, nil, verify.Options{})
		for _, f := range report.Findings {
			l.Error(f)
		}
		return err
	}); err != nil {
		l.Error(err)
	}
}

// each does each act that stories do not expect once, in an order in which each has to be taken.
func (l *unruly) each() {
	l.Helper()
	reason := "It had to be done like this"
	dated := func() map[string]any { return map[string]any{"date": l.day} }
	because := func() map[string]any { return map[string]any{"date": l.day, "reason": reason} }
	approve := func() map[string]any { return map[string]any{"decision": "approve", "date": l.day} }
	l.day = "2026-02-10"
	for _, act := range []struct {
		role, path string
		body       map[string]any
	}{
		{"finance_officer", "/grants/G1/interest", map[string]any{"date": l.day, "amount": "10.00", "account": "1010"}},
		{"finance_officer", "", nil}, // the last entry is reversed
		{"finance_officer", "/grants/G3/suspensions", because()},
		{"finance_officer", "/grants/G3/resumptions", because()},
		{"caseworker", "/plans/P-3/suspensions", map[string]any{"from": l.day, "date": l.day, "reason": "leave"}},
		{"caseworker", "/plans/P-3/resumptions", map[string]any{"starts_on": l.day}},
		{"programme_lead", "/plans/P-3/decisions", approve()},
		{"caseworker", "/plans/P-3/versions", map[string]any{"starts_on": l.day}},
		{"caseworker", "/plans/P-3/submissions", map[string]any{}},
		{"programme_lead", "/plans/P-3/decisions", approve()},
		{"programme_lead", "/plans/P-1/completions", dated()},
		{"programme_lead", "/plans/P-2/exits", map[string]any{"date": l.day, "reason": "moved"}},
		{"finance_officer", "/grants/G2/endings", dated()},
		{"finance_officer", "/grants/G2/final-accounts", dated()},
		{"finance_officer", "/grants/G1/terminations", because()},
	} {
		before := l.taken
		if act.path == "" {
			l.reverse(1)
		} else {
			l.send(act.role, act.path, act.body)
		}
		if l.taken == before {
			l.Errorf("%s %v was not taken: %s", act.path, act.body, l.told[len(l.told)-1])
		}
	}
	l.closeMonth()
	if len(l.closed) != 1 {
		l.Errorf("%d months were closed", len(l.closed))
	}
}

// disturb does one of the acts that stories do not expect.
func (l *unruly) disturb() {
	l.Helper()
	grant := fmt.Sprintf("/grants/G%d/", 1+l.chance.IntN(3))
	plan := fmt.Sprintf("/plans/P-%d/", 1+l.chance.IntN(3))
	reason := "It had to be done like this"
	switch l.chance.IntN(16) {
	case 0, 1, 2, 3, 4, 5:
		l.reverse(25)
	case 6:
		l.send("finance_officer", grant+"endings", map[string]any{"date": l.day})
	case 7:
		l.send("finance_officer", grant+"terminations", map[string]any{"date": l.day, "reason": reason})
	case 8:
		l.send("finance_officer", grant+"suspensions", map[string]any{"date": l.day, "reason": reason})
	case 9:
		l.send("finance_officer", grant+"resumptions", map[string]any{"date": l.day, "reason": reason})
	case 10:
		l.send("finance_officer", grant+"final-accounts", map[string]any{"date": l.day})
	case 11:
		l.send("caseworker", plan+"suspensions", map[string]any{"from": l.day, "date": l.day, "reason": "leave"})
	case 12:
		l.send("caseworker", plan+"resumptions", map[string]any{"starts_on": l.day})
		l.send("programme_lead", plan+"decisions", map[string]any{"decision": "approve", "date": l.day})
	case 13:
		l.send("caseworker", plan+"versions", map[string]any{"starts_on": l.day})
		l.send("caseworker", plan+"submissions", map[string]any{})
		l.send("programme_lead", plan+"decisions", map[string]any{"decision": "approve", "date": l.day})
	case 14:
		switch l.chance.IntN(6) {
		case 0:
			l.send("programme_lead", plan+"completions", map[string]any{"date": l.day})
		case 1:
			l.send("programme_lead", plan+"exits", map[string]any{"date": l.day, "reason": "moved"})
		default:
			l.send("programme_lead", plan+"year-approvals", map[string]any{"date": l.day, "year": 2026})
		}
	case 15:
		l.closeMonth()
	}
}

// reverse undoes one of the last entries, whatever act made it.
func (l *unruly) reverse(of int64) {
	l.Helper()
	var entries []ledger.Posted
	err := l.db.View(l.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(l.Context(), tx)
		if err != nil {
			return err
		}
		last, err := book.LastSeq(l.Context(), tx)
		if err != nil {
			return err
		}
		entries, err = book.Entries(l.Context(), tx, ledger.Span{}, max(0, last-of), int(of))
		return err
	})
	if err != nil || len(entries) == 0 {
		l.Fatalf("%d entries: %v", len(entries), err)
	}
	e := entries[l.chance.IntN(len(entries))]
	body := map[string]any{"reason": "Entered where it does not belong"}
	if l.chance.IntN(2) == 0 {
		body["date"] = max(l.day, string(e.Date))
	}
	l.send("finance_officer", "/journal-entries/"+e.Number+"/reversals", body)
}

// closeMonth closes the first month that is open, if it is over.
func (l *unruly) closeMonth() {
	l.Helper()
	month := fmt.Sprintf("2026-%02d", len(l.closed)+1)
	if month >= l.day[:7] {
		return
	}
	err := l.db.Update(l.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(l.Context(), tx)
		if err != nil {
			return err
		}
		if l.closed[month], err = book.LastSeq(l.Context(), tx); err != nil {
			return err
		}
		return book.Months().Set(l.Context(), tx, month, ledger.MonthClosed)
	})
	l.tell("close " + month)
	if err != nil {
		l.Error(err)
		return
	}
	l.done()
}

// send does an act by the API; a refusal is as good as an answer, but for one that is our fault.
func (l *unruly) send(role, path string, body map[string]any) {
	l.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		l.Fatal(err)
	}
	status, said := l.ask(role, http.MethodPost, path, text)
	if status >= http.StatusInternalServerError || status == http.StatusUnprocessableEntity &&
		(bytes.Contains(said, []byte("unknown_field")) || bytes.Contains(said, []byte("required"))) {
		l.Errorf("%s %s: %d %s", path, text, status, said)
	}
	var problem struct{ Code string }
	_ = json.Unmarshal(said, &problem)
	l.tell(fmt.Sprintf("%s %s %d %s", path, text, status, problem.Code))
}

// ask sends one request about what is there now.
func (l *unruly) ask(role, method, path string, body []byte) (status int, said []byte) {
	l.Helper()
	req, err := http.NewRequestWithContext(l.Context(), method, l.base+rest.Base+path, bytes.NewReader(body))
	if err != nil {
		l.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.tokens[role])
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", fmt.Sprintf("unruly-%d", len(l.told)))
	}
	client := http.Client{Transport: rest.Seeing{Under: l}, Timeout: time.Minute}
	answer, err := client.Do(req)
	if err != nil {
		l.Fatal(err)
	}
	defer answer.Body.Close()
	said, err = io.ReadAll(answer.Body)
	if err != nil {
		l.Fatal(err)
	}
	return answer.StatusCode, said
}

// look holds the books against the invariants.
func (l *unruly) look(ctx context.Context, tx *store.Tx) error {
	l.Helper()
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return err
	}
	funds, err := book.Funds(ctx, tx)
	if err != nil {
		return err
	}
	balances, err := book.Balances(ctx, tx, "2199-12-31")
	if err != nil {
		return err
	}
	committed := map[ledger.FundCode]ledger.Money{}
	for _, b := range balances {
		if b.Account == ledger.Encumbrances {
			sum, known := committed[b.Fund]
			if !known {
				sum = ledger.Zero(book.Base)
			}
			committed[b.Fund] = sum.Add(b.Base)
		}
	}
	for fund := range funds {
		if _, known := committed[fund]; !known {
			committed[fund] = ledger.Zero(book.Base)
		}
		if err := l.lots(ctx, tx, book, fund, committed[fund]); err != nil {
			return err
		}
	}
	for month, last := range l.closed {
		entries, err := book.Entries(ctx, tx, ledger.Span{From: ledger.Date(month + "-01"), To: ledger.Date(month + "-31")},
			last, 1)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			l.Errorf("%s was posted into %s, which is closed", entries[0].Number, month)
		}
	}
	return nil
}

// lots holds a fund's lots against what its accounts say is committed.
func (l *unruly) lots(
	ctx context.Context, tx *store.Tx, book ledger.Book, fund ledger.FundCode, committed ledger.Money,
) error {
	l.Helper()
	g, granted, err := grants.Register{Book: book}.OfFund(ctx, tx, fund)
	if err != nil {
		return err
	}
	for _, kind := range []ledger.LotKind{ledger.CommitmentLot, ledger.CurrencyLot} {
		lots, err := book.OpenLots(ctx, tx, fund, kind, "2199-12-31")
		if err != nil {
			return err
		}
		for _, lot := range lots {
			if lot.OpenQuantity.Sign() < 0 || lot.OpenCost.Sign() < 0 || lot.OpenQuantity.IsZero() {
				l.Errorf("lot %s of %s holds %s at %s", lot.Name, fund, lot.OpenQuantity, lot.OpenCost)
			}
			if kind == ledger.CommitmentLot {
				if granted && g.Over() {
					l.Errorf("%s %s are committed on %s, which is %s", lot.OpenQuantity, lot.Pool.Currency, g.Code, g.State)
				}
				committed = committed.Sub(lot.OpenCost)
			}
		}
	}
	if !committed.IsZero() {
		l.Errorf("commitments of %s are off by %s from their lots", fund, committed)
	}
	return nil
}
