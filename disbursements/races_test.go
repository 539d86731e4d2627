package disbursements_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What people do at the same moment comes out as if they had done it one after the other. Each round is one race;
// `make soak` runs a thousand.

func TestRaceOfApprovers(t *testing.T) {
	onBoth(t, func(h *house) {
		people(h)
		rounds := storetest.Rounds(2, 1000)
		for round := range rounds {
			d := h.asked("UNR", "", "100.00")
			done := rush(h, func(i int) error {
				return h.step(fmt.Sprintf("person-%d", i), disbursements.Decisions.Approve, d.Number)
			}, advances.ErrState)
			if got := h.found(d.Number); len(done) != 1 || got.State != disbursements.Approved {
				h.Fatalf("round %d: %d of %d approvals counted, and it is %s", round, len(done), crowd, got.State)
			}
			h.do("chief", cancelled(h, d))
			storetest.Soaked(t, round)
		}
		t.Logf("%d rounds of %d approvers on %s", rounds, crowd, h.db.Engine())
	})
}

func cancelled(h *house, d disbursements.Disbursement) func(ctx context.Context, tx *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.Cancel(ctx, tx, d.Number, "the race is over")
		return err
	}
}

// TestRaceOfApproveEditCancel lets one approve, one rewrite and one cancel at the same moment: what went through
// must, in some order, lead to what is there.
func TestRaceOfApproveEditCancel(t *testing.T) {
	follow := map[string]map[disbursements.State]disbursements.State{
		"approve": {disbursements.Submitted: disbursements.Approved},
		"rewrite": {disbursements.Submitted: disbursements.Draft, disbursements.Approved: disbursements.Draft,
			disbursements.Draft: disbursements.Draft},
		"cancel": {disbursements.Submitted: disbursements.Cancelled, disbursements.Approved: disbursements.Cancelled,
			disbursements.Draft: disbursements.Cancelled},
	}
	onBoth(t, func(h *house) {
		rounds := storetest.Rounds(5, 1000)
		seen := map[string]int{}
		for round := range rounds {
			d := h.asked("UNR", "", "100.00")
			acts := map[string]func() error{
				"approve": func() error { return h.step("lead", disbursements.Decisions.Approve, d.Number) },
				"rewrite": func() error {
					return h.try("maker", func(ctx context.Context, tx *store.Tx) error {
						next := d
						next.Amount = of("200.00", "DKK")
						_, err := h.requests.Rewrite(ctx, tx, d.Number, next)
						return err
					})
				},
				"cancel": func() error { return h.try("chief", cancelled(h, d)) },
			}
			var went []string
			var lock sync.Mutex
			var all sync.WaitGroup
			start := make(chan struct{})
			for name, act := range acts {
				all.Go(func() {
					<-start
					time.Sleep(rand.N(2 * time.Millisecond)) //nolint:gosec // who comes first is not secret
					err := act()
					lock.Lock()
					defer lock.Unlock()
					if err == nil {
						went = append(went, name)
					} else if !isAny(err, []error{advances.ErrState, store.ErrStale, access.ErrNoRequest}) {
						h.Errorf("round %d: %s: %v", round, name, err)
					}
				})
			}
			close(start)
			all.Wait()
			got := h.found(d.Number)
			if !reaches(follow, disbursements.Submitted, got.State, went) || len(went) == 0 {
				h.Fatalf("round %d: %v went through, and it is %s", round, went, got.State)
			}
			if amount := got.Amount.String(); (amount == "200.00") != slices.Contains(went, "rewrite") ||
				got.State == disbursements.Approved && amount != "100.00" {
				h.Fatalf("round %d: %v went through, it is %s of %s", round, went, got.State, amount)
			}
			slices.Sort(went)
			seen[fmt.Sprint(went, got.State)]++
			storetest.Soaked(t, round)
		}
		t.Logf("%d rounds on %s: %v", rounds, h.db.Engine(), seen)
	})
}

// reaches reports whether all the acts, in some order, lead from a state to another.
func reaches(follow map[string]map[disbursements.State]disbursements.State, from, to disbursements.State,
	acts []string) bool {
	if len(acts) == 0 {
		return from == to
	}
	return slices.ContainsFunc(acts, func(name string) bool {
		next, may := follow[name][from]
		rest := slices.DeleteFunc(slices.Clone(acts), func(other string) bool { return other == name })
		return may && reaches(follow, next, to, rest)
	})
}

// Many payments stand before a grant with money for ten. Ten are approved in every round; they are cancelled, ten
// others are asked for, and who went away with nothing tries again.
func TestRaceForABudgetForTen(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 10000.00")
		must(h, h.receive("G1", "2026-01-05", of("10000.00", "DKK"), "", "1010"))
		asked := make([]string, crowd)
		ask := func(which []int) {
			h.do("maker", func(ctx context.Context, tx *store.Tx) error {
				for _, i := range which {
					d, err := h.requests.Draft(ctx, tx, payment("G1", "", "1000.00"))
					if err == nil {
						_, err = h.requests.Submit(ctx, tx, d.Number)
					}
					if err != nil {
						return err
					}
					asked[i] = d.Number
				}
				return nil
			})
		}
		ask(everyone())
		rounds := storetest.Rounds(3, 1000)
		for round := range rounds {
			done := rush(h, func(i int) error { return h.step("lead", disbursements.Decisions.Approve, asked[i]) },
				grants.ErrBudgetExceeded)
			if len(done) != 10 {
				h.Fatalf("round %d: %d were approved, want 10", round, len(done))
			}
			h.do("chief", func(ctx context.Context, tx *store.Tx) error {
				for _, i := range done {
					if _, err := h.requests.Cancel(ctx, tx, asked[i], "the race is over"); err != nil {
						return err
					}
				}
				return nil
			})
			ask(done)
			storetest.Soaked(t, round)
		}
		t.Logf("%d rounds of %d for ten on %s", rounds, crowd, h.db.Engine())
	})
}
