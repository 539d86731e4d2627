package ledger_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// expected are the refusals that a random life of the books runs into; any other error is a fault.
var expected = []error{ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed, ledger.ErrPeriodOrder, ledger.ErrLotExhausted,
	ledger.ErrAlreadyReversed,
	ledger.ErrReversalOfReversal, ledger.ErrReversalDate, ledger.ErrCorrectByAct, ledger.ErrCheckFails,
	ledger.ErrYearClosed, ledger.ErrYearOrder,
	ledger.ErrLoanExceeded, ledger.ErrReopeningPending, ledger.ErrUnknownCheck, ledger.ErrUnbalanced,
	access.ErrMakerCannotApprove, ledger.ErrEntryPosted, ledger.ErrUnknownDraft}

// life is books in which random things happen.
type life struct {
	*testing.T
	db     *store.DB
	book   ledger.Book
	people []string // ids of two users of finance
	drafts []ledger.DraftID
	done   map[string]int // how often each act took effect
}

// TestAnyLifeKeepsTheBooksTrue lets people post, back-date, draw currency, reverse, correct, lend, revalue, draft,
// close months and years and reopen them, in any order. Whatever was refused left nothing, and what took effect left
// books that verify: every fund sums to zero, balances and lots are the sums of their lines, numbers have no gap, the
// proof holds; at the end hledger, reading the export, finds the same.
func TestAnyLifeKeepsTheBooksTrue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		l := &life{T: t, db: db, book: books(t, db), done: map[string]int{}}
		update(t, db, func(tx *store.Tx) error {
			for _, handle := range []string{"finance", "treasurer"} {
				user, err := access.CreateUser(t.Context(), tx, handle, access.FinanceOfficer)
				if err != nil {
					return err
				}
				l.people = append(l.people, string(user.ID))
			}
			return nil
		})
		post(t, db, l.book, opening("UNR", "2026-01-01", "5000.00"), opening("G1", "2026-01-01", "3000.00"),
			euros("2026-01-02", "500.00", "3730.00", "7.46 DKK/EUR"))
		for tries := 0; tries < 5 && l.lacks() != ""; tries++ { // what is rare is absent from one run in a hundred
			rapid.Check(t, func(r *rapid.T) {
				for range 8 {
					l.act(r)
				}
				l.verify(r)
			})
		}
		if act := l.lacks(); act != "" && !t.Failed() {
			t.Errorf("no %s took effect: this life shows nothing of it", act)
		}
		t.Log(l.done)
		l.hledgerAgrees()
	})
}

var lifeActs = []struct {
	name string
	do   func(l *life, r *rapid.T, tx *store.Tx) error
}{
	{"receipt", (*life).receive}, {"payment", (*life).pay}, {"receipt", (*life).receive}, {"payment", (*life).pay},
	{"currency", (*life).buy}, {"draw", (*life).spend}, {"reversal", (*life).reverse}, {"reversal", (*life).reverse},
	{"correction", (*life).correct},
	{"correction", (*life).correct}, {"correction", (*life).correct}, {"correction", (*life).correct},
	{"loan", (*life).lend}, {"repayment", (*life).repay}, {"revaluation", (*life).revalue}, {"draft", (*life).draft},
	{"posted draft", (*life).postDraft},
	{"close", (*life).close}, {"close", (*life).close}, {"reopening", (*life).reopen}, {"reopening", (*life).reopen},
	{"soft close", (*life).softClose},
	{"year", (*life).closeYear},
}

// act does one thing as one of two people of finance; a refusal rolls back.
func (l *life) act(r *rapid.T) {
	l.Helper()
	act := rapid.SampledFrom(lifeActs).Draw(r, "act")
	actor := store.Actor{User: l.people[rapid.IntRange(0, 1).Draw(r, "by")], Roles: []string{"finance_officer"}}
	err := l.db.Update(store.WithActor(l.Context(), actor), func(tx *store.Tx) error { return act.do(l, r, tx) })
	switch {
	case err == nil:
		l.done[act.name]++
	case !slices.ContainsFunc(expected, func(known error) bool { return errors.Is(err, known) }):
		r.Fatalf("%s: %v", act.name, err)
	}
}

// lacks names an act that never took effect.
func (l *life) lacks() string {
	for _, act := range lifeActs {
		if l.done[act.name] == 0 {
			return act.name
		}
	}
	return ""
}

func day(r *rapid.T) ledger.Date {
	return ledger.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 420).Draw(r, "day"))
}

func fund(r *rapid.T) ledger.FundCode {
	return rapid.SampledFrom([]ledger.FundCode{"UNR", "G1"}).Draw(r, "fund")
}

func amount(r *rapid.T, most int64) ledger.Money {
	return ledger.OfMinor(rapid.Int64Range(1, most).Draw(r, "minor"), "DKK")
}

// posts is what most acts come down to.
func (l *life) posts(tx *store.Tx, e ledger.Entry) error {
	_, err := l.book.Post(l.Context(), tx, e)
	return err
}

func (l *life) receive(r *rapid.T, tx *store.Tx) error {
	m := amount(r, 50_000)
	f := fund(r)
	return l.posts(tx, ledger.Entry{Date: day(r), Text: "Received", Act: "manual",
		Lines: []ledger.Line{ledger.Base("1010", f, m), ledger.Base("4200", f, m.Neg())}})
}

func (l *life) pay(r *rapid.T, tx *store.Tx) error {
	return l.posts(tx, pays(fund(r), day(r), amount(r, 100_000).Minor()))
}

func (l *life) buy(r *rapid.T, tx *store.Tx) error {
	return l.posts(tx, euros(day(r), "10.00", "74.60", "7.46 DKK/EUR"))
}

func (l *life) spend(r *rapid.T, tx *store.Tx) error {
	e, err := spendEuros(l.T, tx, l.book, day(r), rapid.SampledFrom([]string{"0.01", "3.33", "7.00", "45.67"}).
		Draw(r, "euros"))
	if err != nil {
		return err
	}
	return l.posts(tx, e)
}

// any is one of the posted entries.
func (l *life) any(r *rapid.T, tx *store.Tx) (string, error) {
	last, err := l.book.LastSeq(l.Context(), tx)
	if err != nil {
		return "", err
	}
	found, err := l.book.Entries(l.Context(), tx, ledger.Span{}, rapid.Int64Range(0, last-1).Draw(r, "entry"), 1)
	if err != nil {
		return "", err
	}
	return found[0].Number, nil
}

func (l *life) reversal(r *rapid.T, tx *store.Tx) (ledger.Reversal, error) {
	number, err := l.any(r, tx)
	undo := ledger.Reversal{Entry: number, Reason: why}
	if rapid.Bool().Draw(r, "dated") {
		undo.Date = day(r)
	}
	return undo, err
}

func (l *life) reverse(r *rapid.T, tx *store.Tx) error {
	undo, err := l.reversal(r, tx)
	if err != nil {
		return err
	}
	_, err = l.book.Reverse(l.Context(), tx, undo)
	return err
}

func (l *life) correct(r *rapid.T, tx *store.Tx) error {
	undo, err := l.reversal(r, tx)
	if err != nil {
		return err
	}
	m, f := amount(r, 20_000), fund(r)
	_, err = l.book.Correct(l.Context(), tx, ledger.Correction{Reversal: undo,
		Entry: ledger.Entry{Text: "Right", Lines: []ledger.Line{
			ledger.Base("1010", f, m), ledger.Base("4200", f, m.Neg())}}})
	return err
}

func (l *life) loan(r *rapid.T) ledger.Loan {
	return ledger.Loan{From: "UNR", To: "G1", Amount: amount(r, 30_000), Account: "1010", Date: day(r)}
}

func (l *life) lend(r *rapid.T, tx *store.Tx) error {
	_, err := l.book.Loans().Lend(l.Context(), tx, l.loan(r))
	return err
}

func (l *life) repay(r *rapid.T, tx *store.Tx) error {
	_, err := l.book.Loans().Repay(l.Context(), tx, l.loan(r))
	return err
}

func (l *life) revalue(r *rapid.T, tx *store.Tx) error {
	rate, err := ledger.ParseRate(rapid.SampledFrom([]string{"7.40 DKK/EUR", "7.4700 DKK/EUR", "7.52 DKK/EUR"}).
		Draw(r, "rate"))
	if err != nil {
		return err
	}
	on := day(r)
	found, err := l.book.Revalue(l.Context(), tx, "1020", rate, on)
	for _, f := range found {
		f.Bearer = "UNR"
		if err := l.posts(tx, f.Entry(on, rate)); err != nil {
			return err
		}
		again, err := l.book.Revalue(l.Context(), tx, "1020", rate, on)
		if err == nil && len(again) > 0 {
			r.Fatalf("a second revaluation at one rate finds %+v", again)
		}
	}
	return err
}

func (l *life) draft(r *rapid.T, tx *store.Tx) error {
	m, f := amount(r, 20_000), fund(r)
	d := ledger.Draft{Date: day(r), Text: "Perhaps", Lines: []ledger.Line{ledger.Base("1010", f, m)}}
	if rapid.Bool().Draw(r, "whole") {
		d.Lines = append(d.Lines, ledger.Base("4200", f, m.Neg()), ledger.Base("5100", f, m), ledger.Base("2010", f, m.Neg()))
	}
	d, err := l.book.Drafts().Write(l.Context(), tx, d)
	l.drafts = append(l.drafts, d.ID)
	return err
}

// postDraft posts the newest draft, or throws it away where it is not good.
func (l *life) postDraft(r *rapid.T, tx *store.Tx) error {
	if len(l.drafts) == 0 {
		return ledger.ErrEntryPosted
	}
	id := l.drafts[len(l.drafts)-1]
	d, err := l.book.Drafts().Find(l.Context(), tx, id)
	if err != nil {
		return err
	}
	l.drafts = l.drafts[:len(l.drafts)-1]
	if d.Entry == "" && len(d.Lines) == 1 {
		return l.book.Drafts().Discard(l.Context(), tx, id)
	}
	_, err = l.book.Drafts().Post(l.Context(), tx, id)
	return err
}

func (l *life) softClose(r *rapid.T, tx *store.Tx) error {
	_, err := l.book.Months().SoftClose(l.Context(), tx, day(r).Month())
	return err
}

// close throws away what was drafted, signs off what can be signed off and closes the first month that stands open.
func (l *life) close(_ *rapid.T, tx *store.Tx) error {
	periods, err := l.book.Months().List(l.Context(), tx, store.Keyset{})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(periods, func(p ledger.Period) bool { return p.State != ledger.MonthClosed })
	if i < 0 || periods[i].Month > "2026-03" { // most of the year stays alive
		return ledger.ErrPeriodOrder
	}
	month := periods[i].Month
	drafts, err := l.book.Drafts().List(l.Context(), tx, store.Keyset{})
	for _, d := range drafts {
		if d.Date > periods[i].LastDay() {
			break
		}
		err = errors.Join(err, l.book.Drafts().Discard(l.Context(), tx, d.ID))
	}
	if err != nil {
		return err
	}
	list, err := l.book.Months().Checklist(l.Context(), tx, month)
	if err != nil {
		return err
	}
	for _, c := range list.Open() {
		if c.Must {
			continue
		}
		if _, err := l.book.Months().SignOff(l.Context(), tx, month, c.Key, "Looked at, as it should be"); err != nil {
			return err
		}
	}
	_, err = l.book.Months().Close(l.Context(), tx, month)
	return err
}

// reopen asks for a closed month, or approves what somebody asked for.
func (l *life) reopen(r *rapid.T, tx *store.Tx) error {
	periods, err := l.book.Months().List(l.Context(), tx, store.Keyset{})
	if err != nil {
		return err
	}
	closed := slices.DeleteFunc(periods, func(p ledger.Period) bool { return p.State != ledger.MonthClosed })
	if len(closed) == 0 {
		return ledger.ErrPeriodOrder
	}
	month := rapid.SampledFrom(closed).Draw(r, "month").Month
	asked, err := l.book.Months().Reopenings(l.Context(), tx, month, store.Keyset{})
	if err != nil {
		return err
	}
	if len(asked) > 0 && !asked[len(asked)-1].Approved {
		_, err := l.book.Months().ApproveReopening(l.Context(), tx, asked[len(asked)-1].ID)
		return err
	}
	_, err = l.book.Months().RequestReopening(l.Context(), tx, month, "A receipt came in late")
	return err
}

func (l *life) closeYear(r *rapid.T, tx *store.Tx) error {
	posted, err := l.book.Months().CloseYear(l.Context(), tx, rapid.IntRange(2026, 2027).Draw(r, "year"))
	for _, p := range posted {
		if p.Date[5:] != "12-31" {
			r.Fatalf("a year is closed on %s", p.Date)
		}
	}
	return err
}

// verify recomputes the books from their rows.
func (l *life) verify(r *rapid.T) {
	l.Helper()
	var out proof.Findings
	view(l.T, l.db, func(tx *store.Tx) error {
		last, err := l.book.LastSeq(l.Context(), tx)
		if err != nil {
			return err
		}
		_, err = l.book.Verify(l.Context(), tx, func() int64 { return last }, &out, func(int64) {})
		return err
	})
	if len(out.List) > 0 {
		r.Fatalf("the books do not verify: %+v", out.List)
	}
	var off int
	view(l.T, l.db, func(tx *store.Tx) error {
		return tx.NewRaw(`SELECT COUNT(*) FROM (SELECT fund FROM entry_lines GROUP BY fund HAVING SUM(base) <> 0) AS f`).
			Scan(l.Context(), &off)
	})
	if off > 0 {
		r.Fatalf("%d funds do not sum to zero", off)
	}
}

// hledgerAgrees lets hledger check the export and compares what it finds on every account, at cost.
func (l *life) hledgerAgrees() {
	l.Helper()
	path := filepath.Join(l.TempDir(), "books.journal")
	file, err := os.Create(path)
	if err != nil {
		l.Fatal(err)
	}
	ours := map[string]ledger.Money{}
	view(l.T, l.db, func(tx *store.Tx) error {
		accounts, err := l.book.Accounts(l.Context(), tx)
		if err != nil {
			return err
		}
		balances, err := l.book.Balances(l.Context(), tx, "2099-12-31")
		for _, b := range balances {
			name := accounts[b.Account].Path
			if _, known := ours[name]; !known {
				ours[name] = dkk("0.00")
			}
			ours[name] = ours[name].Add(b.Base)
		}
		return errors.Join(err, journal.Export{Format: journal.ExportHledger}.Write(l.Context(), tx, l.book, file))
	})
	if err := file.Close(); err != nil {
		l.Fatal(err)
	}
	if out, err := exec.CommandContext(l.Context(), "hledger", "-f", path, "check").CombinedOutput(); err != nil {
		l.Fatalf("hledger check: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(l.Context(), "hledger", "-f", path, "balance", "--cost", "--flat", "-N", "-E", "-O",
		"csv").Output()
	if err != nil {
		l.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil {
		l.Fatal(err)
	}
	want, theirs := map[string]string{}, map[string]string{}
	for name, m := range ours {
		if !m.IsZero() {
			want[name] = fmt.Sprintf("%s DKK", m)
		}
	}
	for _, row := range rows[1:] {
		if row[1] != "0" {
			theirs[row[0]] = row[1]
		}
	}
	if diff := cmp.Diff(want, theirs); diff != "" {
		l.Errorf("hledger finds other balances (-ours +hledger):\n%s", diff)
	}
}
