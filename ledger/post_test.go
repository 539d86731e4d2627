package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// pays takes money of a fund out of the base bank, as cost.
func pays(fund ledger.FundCode, on ledger.Date, minor int64) ledger.Entry {
	amount := ledger.OfMinor(minor, "DKK")
	return ledger.Entry{Date: on, Text: "Cost", Act: "manual", Lines: []ledger.Line{
		ledger.Base("5100", fund, amount), ledger.Base("1010", fund, amount.Neg()),
	}}
}

func propose(entries ...ledger.Entry) []ledger.Proposal {
	proposals := make([]ledger.Proposal, len(entries))
	for i, e := range entries {
		proposals[i] = ledger.Proposal{Entry: e, By: store.Actor{User: fmt.Sprint("usr_", i),
			Roles: []string{"finance_officer"}}}
	}
	return proposals
}

// TestPostEachKeepsTheGoodOnes: one bad entry does not hurt the rest, numbers have no gap, an entry sees the ones
// before it, and each has its own author.
func TestPostEachKeepsTheGoodOnes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		named := opening("UNR", "2026-01-03", "1.00")
		named.ExternalID = "X-1"
		twin := opening("UNR", "2026-01-03", "1.00")
		twin.ExternalID = "X-1"
		unknown := pays("NONE", "2026-01-04", 1)
		var got []ledger.Outcome
		update(t, db, func(tx *store.Tx) (err error) {
			got, err = book.PostEach(t.Context(), tx, propose(
				pays("G1", "2026-01-02", 1), opening("G1", "2026-01-02", "10.00"), pays("G1", "2026-01-02", 1000),
				pays("G1", "2026-01-03", 1),
				unknown, named, twin, opening("G1", "2027-01-01", "5.00"), pays("G1", "2026-12-31", 1),
				pays("G1", "2027-01-01", 500))...)
			return err
		})
		want := []string{"overdrawn", "2026-000001", "2026-000002", "overdrawn", "unknown", "2026-000003", "twin",
			"2027-000001", "overdrawn", "2027-000002"}
		for i, o := range got {
			text := o.Posted.Number
			for name, err := range map[string]error{"overdrawn": ledger.ErrFundOverdrawn, "unknown": ledger.ErrUnknownFund,
				"twin": ledger.ErrExternalIDTaken} {
				if errors.Is(o.Err, err) {
					text = name
				}
			}
			if text != want[i] {
				t.Errorf("entry %d: %s %v, want %s", i, text, o.Err, want[i])
			}
			if o.Err == nil && o.Posted.CreatedBy != fmt.Sprint("usr_", i) {
				t.Errorf("entry %d is by %s", i, o.Posted.CreatedBy)
			}
		}
	})
}

// TestBankGuardLooksAtLaterDays: what is dated back must leave every later day above zero, and the refusal names the
// first day that it would not.
func TestBankGuardLooksAtLaterDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, opening("G1", "2026-01-01", "10.00"), pays("G1", "2026-03-01", 900),
				opening("G1", "2026-05-01", "10.00"))
			return err
		})
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, pays("G1", "2026-02-01", 200))
			return err
		})
		var over *ledger.Overdrawn
		if !errors.As(err, &over) || over.On != "2026-03-01" || over.Balance.String() != "-1.00" {
			t.Errorf("dated back over the money of March: %v", err)
		}
		update(t, db, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, pays("G1", "2026-02-01", 100), pays("G1", "2026-05-01", 1000))
			return err
		})
	})
}

// TestPostCostsAConstantNumberOfStatements: 1 entry or 600, the database is asked as often.
func TestPostCostsAConstantNumberOfStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			for m := range 12 { // a month's first entry opens it, which is a statement more
				if _, err := book.Post(t.Context(), tx, opening("G1", ledger.NewDate(2026, time.Month(1+m), 1),
					"1.00")); err != nil {
					return err
				}
			}
			return nil
		})
		asked := map[int]int{}
		for _, n := range []int{1, 2, 600} {
			entries := make([]ledger.Entry, n)
			for i := range entries {
				entries[i] = opening("G1", ledger.NewDate(2026, time.Month(1+i%12), 1+i%28), "1.00")
			}
			update(t, db, func(tx *store.Tx) error {
				count := counter(0)
				tx.NewSelect().DB().AddQueryHook(&count) //nolint:staticcheck // a hook on the tx's own handle has no successor
				_, err := book.Post(t.Context(), tx, entries...)
				asked[n] = int(count)
				tx.NewSelect().DB().ResetQueryHooks() //nolint:staticcheck // as above
				return err
			})
		}
		if asked[2] != asked[1] || asked[600] > asked[1]+2 { // on SQLite a thousand rows are a statement
			t.Errorf("statements by number of entries: %v", asked)
		}
	})
}

// counter counts the statements that are sent.
type counter int

func (c *counter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context {
	*c++
	return ctx
}
func (c *counter) AfterQuery(context.Context, *bun.QueryEvent) {}

// naive is what balances must be: the sums over all lines, computed without them.
type naive map[string]int64

// TestBalancesAreTheSumsOfLines posts at random - good entries and bad, dated back and forth, alone and in slices - and
// holds the balances, bank totals and numbers against a model after every step.
func TestBalancesAreTheSumsOfLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		model, seq, numbers := naive{}, int64(0), map[int]int64{}
		rapid.Check(t, func(r *rapid.T) {
			one := rapid.Custom(func(r *rapid.T) ledger.Entry {
				fund := rapid.SampledFrom([]ledger.FundCode{"UNR", "G1"}).Draw(r, "fund")
				on := ledger.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 400).Draw(r, "day"))
				minor := rapid.Int64Range(1, 500).Draw(r, "minor")
				switch rapid.IntRange(0, 9).Draw(r, "kind") {
				case 0:
					return ledger.Entry{Date: on, Act: "manual", Lines: []ledger.Line{ledger.Base("1010", fund,
						ledger.OfMinor(minor, "DKK")), ledger.Base("3100", "UNR", ledger.OfMinor(-minor-1, "DKK"))}}
				case 1, 2, 3, 4:
					return opening(fund, on, ledger.OfMinor(minor, "DKK").String())
				}
				return pays(fund, on, minor)
			})
			slice := rapid.SliceOfN(one, 1, 12).Draw(r, "slice")
			var got []ledger.Outcome
			err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
				got, err = book.PostEach(t.Context(), tx, propose(slice...)...)
				return err
			})
			if err != nil {
				r.Fatal(err)
			}
			for i, o := range got {
				if want := model.accepts(slice[i]); (o.Err == nil) != want {
					r.Fatalf("entry %d %+v: %v, but a naive sum over the lines says %v", i, slice[i], o.Err, want)
				}
				if o.Err != nil {
					continue
				}
				seq++
				numbers[o.Posted.Date.Year()]++
				if o.Posted.Seq != seq || o.Posted.Number != ledger.Number(o.Posted.Date.Year(), numbers[o.Posted.Date.Year()]) {
					r.Fatalf("entry %d has seq %d and number %s", i, o.Posted.Seq, o.Posted.Number)
				}
			}
			if diff := cmp.Diff(model.moved(), stored(t, db).moved()); diff != "" {
				r.Fatalf("balances are not the sums of the lines (-lines +balances):\n%s", diff)
			}
		})
	})
}

// accepts adds an entry to the model if it is good: balanced, and no bank below zero on any day.
func (m naive) accepts(e ledger.Entry) bool {
	sum := map[ledger.FundCode]int64{}
	for _, l := range e.Lines {
		sum[l.Fund] += l.Base.Minor()
	}
	for _, off := range sum {
		if off != 0 {
			return false
		}
	}
	for _, l := range e.Lines {
		m[fmt.Sprint(l.Account, "/", l.Fund, "/", e.Date)] += l.Base.Minor()
	}
	for _, l := range e.Lines {
		if l.Account != "1010" || l.Base.Sign() > 0 {
			continue
		}
		running := int64(0)
		for on := ledger.NewDate(2026, 1, 1); on <= "2027-12-31"; on = on.AddDays(1) {
			running += m[fmt.Sprint("1010/", l.Fund, "/", on)]
			if on >= e.Date && running < 0 {
				for _, l := range e.Lines {
					m.take(fmt.Sprint(l.Account, "/", l.Fund, "/", e.Date), l.Base.Minor())
				}
				return false
			}
		}
	}
	return true
}

func (m naive) take(key string, minor int64) {
	if m[key] -= minor; m[key] == 0 {
		delete(m, key)
	}
}

// moved leaves out the days on which everything came to nothing: whether they have a row says nothing.
func (m naive) moved() naive {
	left := maps.Clone(m)
	maps.DeleteFunc(left, func(_ string, minor int64) bool { return minor == 0 })
	return left
}

// stored reads the balances, and fails when the bank totals are not their sums.
func stored(t *testing.T, db *store.DB) naive {
	t.Helper()
	found := naive{}
	view(t, db, func(tx *store.Tx) error {
		var rows []struct {
			Place string
			Base  int64
		}
		err := tx.NewRaw("SELECT account || '/' || fund || '/' || date AS place, base FROM balances").Scan(t.Context(), &rows)
		for _, r := range rows {
			found[r.Place] = r.Base
		}
		var off int
		if err == nil {
			err = tx.NewRaw(`SELECT COUNT(*) FROM bank_totals t WHERE amount <> (SELECT SUM(amount) FROM balances b
					WHERE b.account = t.account AND b.fund = t.fund)
				OR last_date <> (SELECT MAX(date) FROM balances b WHERE b.account = t.account AND b.fund = t.fund)`).
				Scan(t.Context(), &off)
		}
		if off != 0 {
			t.Errorf("%d bank totals are not the sums of their days", off)
		}
		return err
	})
	return found
}

// TestManyPostAtOnce: 64 goroutines post, some in slices, some giving up half way, some rolling back. What was
// acknowledged is in the books once, numbers have no gap, and nobody waits for ever.
func TestManyPostAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, opening("UNR", "2026-01-01", "1000000.00"),
				opening("G1", "2026-01-01", "1000000.00"))
			return err
		})
		type answer struct {
			ids []string
			err error
		}
		answers := make(chan answer, 64*5)
		for worker := range 64 {
			go func() {
				random := rand.New(rand.NewPCG(uint64(worker), 7))
				for range 5 {
					ids, err := someEntries(t.Context(), db, book, random, worker)
					answers <- answer{ids, err}
				}
			}()
		}
		acknowledged := map[string]bool{}
		for range 64 * 5 {
			a := <-answers
			if a.err != nil && !errors.Is(a.err, errGivenUp) && !errors.Is(a.err, context.DeadlineExceeded) &&
				!errors.Is(a.err, store.ErrUncertain) {
				t.Errorf("a post failed: %v", a.err)
			}
			for _, id := range a.ids {
				acknowledged[id] = true
			}
		}
		view(t, db, func(tx *store.Tx) error {
			var gaps, lost int
			var found []string
			err := errors.Join(tx.NewRaw("SELECT COUNT(*) FROM entries WHERE seq > (SELECT COUNT(*) FROM entries)").
				Scan(t.Context(), &gaps),
				tx.NewRaw("SELECT id FROM entries").Scan(t.Context(), &found))
			have := map[string]bool{}
			for _, id := range found {
				have[id] = true
			}
			for id := range acknowledged {
				if !have[id] {
					lost++
				}
			}
			if gaps != 0 || lost != 0 || len(acknowledged) < 100 {
				t.Errorf("%d entries, %d acknowledged: %d beyond their count, %d lost", len(found), len(acknowledged), gaps, lost)
			}
			return err
		})
	})
}

var errGivenUp = errors.New("given up")

// someEntries posts one to four entries; one time in five it changes its mind, one in five it has little time.
func someEntries(ctx context.Context, db *store.DB, book ledger.Book, random *rand.Rand, worker int) (ids []string,
	err error) {
	mood := random.IntN(5)
	if mood == 0 {
		hurried, cancel := context.WithTimeout(ctx, time.Duration(random.IntN(4000))*time.Microsecond)
		defer cancel()
		ctx = hurried
	}
	var entries []ledger.Entry
	for range 1 + random.IntN(4) {
		entries = append(entries, pays([]ledger.FundCode{"UNR", "G1"}[random.IntN(2)],
			ledger.NewDate(2026, 2, 1+random.IntN(200)), int64(1+worker)))
	}
	err = db.Update(ctx, func(tx *store.Tx) error {
		ids = nil
		posted, err := book.Post(ctx, tx, entries...)
		for _, p := range posted {
			ids = append(ids, string(p.ID))
		}
		if mood == 1 {
			err = errors.Join(err, errGivenUp)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}
