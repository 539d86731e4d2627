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
	"path/filepath"
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
// revised and completed, months and the year closed, and costs come in late. Each act is done or refused. After each:
//
//   - verify finds nothing: sums, balances, lots, reliefs, units of plans, approvals, the tree;
//   - nothing is committed on a grant that is over (RULES 44), and on no fund less than nothing;
//   - what a fund has committed is what its open commitments hold;
//   - a lot holds neither less than nothing nor cost without a quantity;
//   - nothing is posted into a closed month.
//
// At the end of a life hledger reads the books. 3,000 acts, or 100,000 with SOAK=1.
func TestAnyOrderOfActsKeepsTheBooksSound(t *testing.T) {
	acts, done := storetest.Rounds(3_000, 100_000), 0
	for seed := 1; done < acts && !t.Failed(); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			db := storetest.SQLite(t)
			if seed%8 == 0 {
				db = storetest.Postgres(t)
			}
			l := &unruly{T: t, db: db, chance: rand.New(rand.NewPCG(uint64(seed), 44)), closed: map[string]int64{}}
			l.live(rapid.Custom(tell).Example(seed))
			done += len(l.told)
			if seed%5 == 0 {
				export := filepath.Join(t.TempDir(), "books.journal")
				exportJournal(t, db, export)
				run(t, "hledger", "-f", export, "check")
			}
			t.Logf("%d acts, %d taken", len(l.told), l.taken)
		})
	}
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

func (l *unruly) live(told story.Story) {
	l.Helper()
	var client *apitest.Client
	client, l.player = newPlayer(l.T, l.db)
	l.player.Client = nil // the document is held by other tests
	l.base, l.tokens = client.Base, l.player.Tokens
	l.player.Start(told)
	for i, a := range told {
		l.day = a.Entered
		err := l.player.Do(l.Context(), a)
		var refused *story.Refusal
		if errors.As(err, &refused) && refused.Status >= http.StatusInternalServerError {
			l.Errorf("%v", err)
		}
		l.happened(a.Name, err == nil)
		for i > 20 && !l.Failed() && l.chance.IntN(3) == 0 {
			l.disturb()
		}
		if l.Failed() {
			return
		}
	}
}

// happened notes an act and looks at the books.
func (l *unruly) happened(act string, taken bool) {
	l.Helper()
	l.told = append(l.told, fmt.Sprintf("%s %s %t", l.day, act, taken))
	if !taken {
		return
	}
	l.taken++
	if err := l.db.View(l.Context(), func(tx *store.Tx) error { return l.look(l.Context(), tx) }); err != nil {
		l.Error(err)
	}
	if l.Failed() {
		for _, line := range l.told {
			l.Log(line)
		}
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
		l.reverse()
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
func (l *unruly) reverse() {
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
		entries, err = book.Entries(l.Context(), tx, ledger.Span{}, max(0, last-25), 25)
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
	l.happened("close "+month, err == nil)
	if err != nil {
		l.Error(err)
	}
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
	l.happened(fmt.Sprintf("%s %s %d %s", path, text, status, problem.Code),
		status < http.StatusBadRequest)
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
	client := http.Client{Transport: rest.Seeing{}, Timeout: time.Minute}
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
	report, err := verify.Books(ctx, tx, nil, verify.Options{Report: func(string, int64) {}})
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		l.Error(f)
	}
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
