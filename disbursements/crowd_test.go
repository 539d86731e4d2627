package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// Many people act at once. Money for ten is given out ten times, whoever comes first, and nobody waits for ever.

// crowd is how many act at once.
const crowd = 64

// rush runs an act for each of the crowd at the same moment and tells whose went through: every other answer must be
// one of the refusals, and nobody is told that the database is busy.
func rush(h *house, act func(i int) error, refusals ...error) (done []int) {
	h.Helper()
	connect(h)
	answers, busy := storetest.Concurrently(crowd, act)
	if busy > 0 {
		h.Errorf("the database was busy %d times", busy)
	}
	for i, err := range answers {
		switch {
		case err == nil:
			done = append(done, i)
		case !isAny(err, refusals):
			h.Errorf("act %d: %v", i, err)
		}
	}
	return done
}

// connect opens connections before the rush, lest the first of the crowd be done before the second is connected.
func connect(h *house) {
	h.Helper()
	const several = 8
	var here, done sync.WaitGroup
	here.Add(several)
	for range several {
		done.Go(func() {
			if err := h.db.View(h.ctx, func(*store.Tx) error { here.Done(); here.Wait(); return nil }); err != nil {
				h.Errorf("%v", err)
			}
		})
	}
	done.Wait()
}

func isAny(err error, refusals []error) bool {
	for _, r := range refusals {
		if errors.Is(err, r) {
			return true
		}
	}
	return false
}

// people makes one user for each of the crowd.
func people(h *house) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		for i := range crowd {
			name := fmt.Sprintf("person-%d", i)
			if h.who[name], err = newPerson(ctx, tx, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestOneApprovalOfACrowdCounts(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		people(h)
		for round, same := range []bool{false, true} { // many people, and one person many times
			d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
			must(h, err)
			must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
			done := rush(h, func(i int) error {
				if same {
					i = 0
				}
				return h.step(fmt.Sprintf("person-%d", i), disbursements.Decisions.Approve, d.Number)
			}, advances.ErrState, disbursements.ErrNotAsked, store.ErrStale, access.ErrMakerCannotApprove)
			if len(done) != 1 {
				h.Errorf("round %d: %d of %d approvals counted", round, len(done), crowd)
			}
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				duties, err := access.DutiesOn(ctx, tx, string(d.ID), 1)
				if len(duties) != 2 {
					h.Errorf("round %d: %d duties are on record, want the request and one approval", round, len(duties))
				}
				return err
			})
		}
	})
}

// Plans for many stand before two grants of which one has money for ten. Ten are committed in every round; they end,
// ten others come, and who went away with nothing tries again.
func TestAGrantForTenCommitsTen(t *testing.T) {
	onBoth(t, func(h *house) {
		const turns = 20 // a grant is as slow as it has entries, so two others come after twenty rounds
		plans, written, ten, more := make([]string, crowd), 0, "", ""
		write := func(which []int) { // the one for ten bears 1,000.00 of each, one way round or the other
			h.do("maker", func(ctx context.Context, tx *store.Tx) error {
				for _, i := range which {
					plans[i], written = fmt.Sprintf("P-%d", written), written+1
					split, price := ten+"=40 "+more+"=60", "2500.00"
					if i%2 == 1 {
						split, price = more+"=75 "+ten+"=25", "4000.00"
					}
					if err := h.planned(ctx, tx, drafted{plans[i], "DKK", split, price, []ledger.Date{"2026-03-01"}}); err != nil {
						return err
					}
				}
				return nil
			})
		}
		rounds := storetest.Rounds(3, 1000)
		for round := range rounds {
			if round%turns == 0 {
				ten, more = fmt.Sprintf("T%d", round/turns), fmt.Sprintf("M%d", round/turns)
				h.sign(ten, "DKK 10000.00")
				h.sign(more, "DKK 90000.00")
				write(everyone())
			}
			done := rush(h, func(i int) error { return h.approveYear("lead", plans[i], 2026, "2026-01-10") },
				grants.ErrBudgetExceeded)
			if got := h.balance("9100", ledger.FundCode(ten)); len(done) != 10 || got != "10000.00" {
				h.Fatalf("round %d: %d approvals went through and commit %s, want 10 and 10000.00", round, len(done), got)
			}
			h.do("lead", func(ctx context.Context, tx *store.Tx) error {
				for _, i := range done {
					if _, err := h.requests.People.Close(ctx, tx, plans[i],
						beneficiaries.Closing{On: "2026-01-11", Reason: "moved"}); err != nil {
						return err
					}
				}
				return nil
			})
			write(done)
			storetest.Soaked(t, round)
		}
		t.Logf("%d rounds of %d for ten on %s", rounds, crowd, h.db.Engine())
	})
}

// everyone is the crowd by number.
func everyone() []int {
	all := make([]int, crowd)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestALotForTenSettlesTen(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 60000.00")
		h.sign("G2", "EUR 6000.00")
		must(h, h.receive("G1", "2026-01-05", of("20000.00", "DKK"), "", "1010"))
		must(h, h.receive("G2", "2026-01-07", of("2000.00", "EUR"), "7.4600 DKK/EUR", "1010"))
		numbers := make([]string, crowd)
		for i, plan := range []string{"P-1", "P-2"} { // on two plans, whose funds stand in opposite order
			split := []string{"G1=60 G2=40", "G2=40 G1=60"}[i]
			h.plan(plan, "NGN at 225 NGN/DKK", split, "1000.00", make([]ledger.Date, crowd)...)
			must(h, h.approveYear("lead", plan, 2026, "2026-01-10"))
		}
		must(h, h.send("P-1", "NG-01", transfer("T-001", "", "44.25 + 0.00 at 226 NGN/DKK less 0.50"))) // 10,000.00 NGN
		for i := range numbers {
			d, err := h.draft(fmt.Sprintf("P-%d", i%2+1), "NG-01", 1, of("1000.00", "NGN"), nil)
			must(h, err)
			must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
			numbers[i] = d.Number
		}
		done := rush(h, func(i int) error { return h.step("lead", disbursements.Decisions.Approve, numbers[i]) },
			ledger.ErrLotExhausted) // what is approved is promised: the eleventh finds nothing left
		for _, i := range done {
			must(h, h.step("finance", disbursements.Decisions.Authorise, numbers[i]))
			must(h, h.liquidate(numbers[i], "2026-02-01"))
		}
		if g1, g2 := h.balance("1300", "G1"), h.balance("1300", "G2"); len(done) != 10 || g1 != "" || g2 != "" {
			h.Errorf("%d were settled, want 10; the partner still holds %q and %q", len(done), g1, g2)
		}
		if got := h.balance("5110", "G1"); got != "6000.00 NGN=26.55" {
			h.Errorf("cost of G1 is %s", got)
		}
		if got, want := h.balance("9100", "G2"), "47200.00 NGN=209.76"; got != want { // 2 x 25,600 less 10 x 400
			h.Errorf("committed of G2: %s, want %s", got, want)
		}
	})
}

// Acts that lock different funds, in whatever order they name them, pass each other: nobody is refused, and nobody
// waits for somebody who waits for him.
func TestACrowdOfAllKindsPasses(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for i := range crowd {
			h.plan(fmt.Sprintf("P-%d", i), "DKK", []string{"G1=50 G2=50", "G2=50 UNR=50", "UNR=50 G1=50"}[i%3], "10.00",
				"2026-03-01")
		}
		done := rush(h, func(i int) error {
			switch i % 4 {
			case 0:
				return h.approveYear("lead", fmt.Sprintf("P-%d", i), 2026, "2026-01-10")
			case 1:
				return h.receive("G2", "2026-02-01", of("10.00", "EUR"), "7.4600 DKK/EUR", "1010")
			case 2:
				x := transfer("", "", "10.00 + 1.00 at 226 NGN/DKK less 0.00")
				return h.send(fmt.Sprintf("P-%d", i), "NG-01", x)
			}
			return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
				if err := ledger.LockFunds(ctx, tx, "UNR", "G1"); err != nil {
					return err
				}
				_, err := h.requests.Book.Post(ctx, tx,
					ledger.Entry{Date: "2026-02-01", Text: "by hand", Act: "manual", Lines: []ledger.Line{
						ledger.Base("1010", "G1", of("1.00", "DKK")), ledger.Base("2100", "G1", of("-1.00", "DKK")),
						ledger.Base("1010", "UNR", of("1.00", "DKK")), ledger.Base("4200", "UNR", of("-1.00", "DKK"))}})
				return err
			})
		})
		if len(done) != crowd {
			h.Errorf("%d of %d acts went through", len(done), crowd)
		}
		s := &story{house: h}
		s.audit()
	})
}

// A crowd queues: on one request and on one grant, with the connections that a server has, nobody meets a deadlock,
// nobody is told that the database is busy, and no act is run twice.
func TestACrowdQueues(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		people(h)
		var err error
		if h.db.Engine() == store.Postgres {
			narrow := h.db
			if h.db, err = store.Open(h.ctx, storetest.DSN(narrow), store.Options{Clock: narrow.Clock()}); err != nil {
				h.Fatal(err)
			}
			defer func() { must(h, h.db.Close()); h.db = narrow }()
		}
		for range storetest.Rounds(5, 200) {
			one, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil) // units of a plan: no fund is locked
			must(h, err)
			must(h, h.step("maker", disbursements.Decisions.Submit, one.Number))
			other := h.asked("UNR", "", "100.00")
			for _, d := range []disbursements.Disbursement{one, other} {
				var runs atomic.Int64
				done := rush(h, func(i int) error {
					return h.try(fmt.Sprintf("person-%d", i), func(ctx context.Context, tx *store.Tx) error {
						runs.Add(1)
						_, err := h.decisions.Approve(ctx, tx, d.Number)
						return err
					})
				}, advances.ErrState)
				if runs.Load() != crowd || len(done) != 1 {
					h.Fatalf("%d approvals by %d took %d runs", len(done), crowd, runs.Load())
				}
				h.do("chief", cancelled(h, d))
			}
		}
	})
}
