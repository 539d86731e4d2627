package beneficiaries

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// decided hands a waiting version in as writer and approves it.
func (h house) decided(plan string, on ledger.Date) (c Commitment) {
	h.Helper()
	h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Submit(h.Context(), tx, plan); return err })
	h.do("approver", func(tx *store.Tx) (err error) {
		c, err = h.reg.Decide(h.Context(), tx, plan, Decision{Approve: true, On: on})
		return err
	})
	return c
}

func (h house) revised(plan string, change Revision) {
	h.Helper()
	change.Kind = Revised
	h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Revise(h.Context(), tx, plan, change); return err })
}

// A version commits or releases exactly the difference, at the new rate; what stays keeps the rate it was committed at.
func TestAVersionCommitsTheDifference(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		h.settle("P-101", "tuition", 1, "2026-01-20")
		h.revised("P-101", Revision{StartsOn: "2026-02-01", BudgetRate: rate("240 NGN/DKK")})
		if c := h.decided("P-101", "2026-02-01"); c.Entry.ID != "" || c.Plan.Current.Number != 2 {
			t.Errorf("a rate alone moved %s in version %d", encumbered(c.Entry), c.Plan.Current.Number)
		}
		// Stipends at 160,000 instead of 150,000: 120,000 NGN more, at 240.
		dearer := degree().Current.Lines[1]
		dearer.UnitPrice = of("160000.00", "NGN")
		tuition := degree().Current.Lines[0]
		tuition.Items = items("2026-09-10")
		h.revised("P-101", Revision{StartsOn: "2026-02-01", Lines: []PlanLine{tuition, dearer}})
		if got, want := encumbered(h.decided("P-101", "2026-02-02").Entry),
			"2026-02-02 G1 72000.00=300.00 G2 48000.00=200.00"; got != want {
			t.Errorf("dearer: %s, want %s", got, want)
		}
		if got, want := h.committed(), "G1 1512000.00=6700.00 G2 1008000.00=4466.66"; got != want {
			t.Errorf("open: %s, want %s", got, want)
		}
		// Without tuition: 600,000 NGN less, out of the oldest lot.
		h.revised("P-101", Revision{StartsOn: "2026-03-01", Lines: []PlanLine{dearer}})
		if got, want := encumbered(h.decided("P-101", "2026-03-01").Entry),
			"2026-03-01 G1 -360000.00=-1600.00 G2 -240000.00=-1066.67"; got != want {
			t.Errorf("less: %s, want %s", got, want)
		}
		// Left: all that is open goes.
		h.do("approver", func(tx *store.Tx) error {
			_, err := h.reg.Close(h.Context(), tx, "P-101", Closing{On: "2026-04-01", Reason: "moved"})
			return err
		})
		if got := h.committed(); got != "" {
			t.Errorf("left, and open: %s", got)
		}
		// Aftercare in another currency takes it up again.
		care := PlanLine{Line: "care", Category: "therapy", UnitPrice: of("900.00", "DKK"), Items: items("2026-06-01")}
		h.revised("P-101", Revision{StartsOn: "2026-05-01", Currency: "DKK", Lines: []PlanLine{care}})
		if c := h.decided("P-101", "2026-05-01"); c.Plan.State != PlanActive || c.Plan.Currency != "DKK" {
			t.Errorf("aftercare: %s in %s", c.Plan.State, c.Plan.Currency)
		}
		if got := h.committed(); got != "G1 540.00=540.00 G2 360.00=360.00" { // 2026 was approved already
			t.Errorf("aftercare committed %s", got)
		}
	})
}

func TestVersionsRefuse(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		decide := func(who string, d Decision) error {
			d.On = "2026-01-10"
			return h.try(who, func(tx *store.Tx) error { _, err := h.reg.Decide(h.Context(), tx, "P-101", d); return err })
		}
		for _, c := range []struct {
			who  string
			d    Decision
			want error
		}{
			{"writer", Decision{Approve: true}, access.ErrMakerCannotApprove},
			{"approver", Decision{Return: true}, ErrReasonRequired},
			{"approver", Decision{Reason: "she told me about her illness"}, ErrReasonRequired},
			{"approver", Decision{Return: true, Reason: "price_missing"}, nil},
			{"approver", Decision{Approve: true}, ErrNoPendingVersion}, // it is to be written again first
		} {
			if err := decide(c.who, c.d); !errors.Is(err, c.want) {
				t.Errorf("%s %+v: %v, want %v", c.who, c.d, err, c.want)
			}
		}
		h.revised("P-101", Revision{StartsOn: "2026-01-10"})
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Submit(h.Context(), tx, "P-101"); return err })
		if err := decide("approver", Decision{Approve: true, Year: 2026}); err != nil {
			t.Fatal(err)
		}
		// Support given while a version waits makes it stale where the version left the unit out.
		h.revised("P-101", Revision{StartsOn: "2026-02-01", Lines: degree().Current.Lines[1:]})
		h.settle("P-101", "tuition", 1, "2026-01-20")
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Submit(h.Context(), tx, "P-101"); return err })
		if err := decide("approver", Decision{Approve: true}); !errors.Is(err, ErrVersionStale) {
			t.Errorf("a stale version: %v", err)
		}
	})
}

// Out of 64 approvals at once against a budget line with room for ten, ten succeed. They end, ten other plans come, and
// those that went away with nothing try again.
func TestConcurrentApprovalsFillABudgetLine(t *testing.T) {
	onBoth(t, func(h house) {
		// a line of the budget is as slow as it has entries, so another one comes after twenty rounds
		const many, turns = 64, 20
		plans, written, code := make([]string, many), 0, ""
		write := func(which []int) {
			h.do("writer", func(tx *store.Tx) (err error) {
				for _, i := range which {
					plans[i], written = fmt.Sprintf("P-%d", written), written+1
					err = errors.Join(err, h.onLine(tx, plans[i], code))
				}
				return err
			})
		}
		everyone := make([]int, many)
		for i := range everyone {
			everyone[i] = i
		}
		rounds := storetest.Rounds(2, 1000)
		for round := range rounds {
			if round%turns == 0 {
				code = fmt.Sprintf("L%d", round/turns)
				h.lineForTen(code)
				write(everyone)
			}
			answers, busy := storetest.Concurrently(many, func(i int) error {
				return h.try("approver", func(tx *store.Tx) error {
					_, err := h.reg.ApproveYear(h.Context(), tx, plans[i], 2026, "2026-01-10")
					return err
				})
			})
			done := h.tenOf(answers, code+" 1")
			left := h.leftOn(ledger.FundCode(code))
			h.do("approver", func(tx *store.Tx) (err error) {
				for _, i := range done {
					_, e := h.reg.Close(h.Context(), tx, plans[i], Closing{On: "2026-01-11", Reason: "moved"})
					err = errors.Join(err, e)
				}
				return err
			})
			if again := h.leftOn(ledger.FundCode(code)); left != "9.99" || again != "10009.99" || busy > 0 {
				h.Fatalf("round %d: %s left, %s when the ten ended; busy %d times", round, left, again, busy)
			}
			write(done)
			storetest.Soaked(h, round)
		}
		h.Logf("%d rounds of %d for ten on %s", rounds, many, h.db.Engine())
	})
}

// A crowd of approvers stands before one plan: one approves it, the others hear that it is done, and nobody meets a
// deadlock.
func TestACrowdApprovesAPlanOnce(t *testing.T) {
	onBoth(t, func(h house) {
		const many = 64
		h.do("", func(tx *store.Tx) error {
			for i := range many {
				name := fmt.Sprintf("person-%d", i)
				u, err := access.CreateUser(h.Context(), tx, name, access.ProgrammeLead)
				if err != nil {
					return err
				}
				h.who[name] = store.Actor{User: string(u.ID), Token: "tok_" + name, Roles: []string{string(access.ProgrammeLead)}}
			}
			return nil
		})
		h.lineForTen("L1")
		for round := range storetest.Rounds(2, 100) {
			number := fmt.Sprintf("P-%d", round)
			h.do("writer", func(tx *store.Tx) error { return h.onLine(tx, number, "L1") })
			var runs atomic.Int64
			answers, busy := storetest.Concurrently(many, func(i int) error {
				return h.try(fmt.Sprintf("person-%d", i), func(tx *store.Tx) error {
					runs.Add(1)
					_, err := h.reg.ApproveYear(h.Context(), tx, number, 2026, "2026-01-10")
					return err
				})
			})
			done := 0
			for i, err := range answers {
				if err == nil {
					done++
				} else if !errors.Is(err, ErrNothingDue) && !errors.Is(err, store.ErrStale) { // it is done, or was while one looked
					h.Errorf("approval %d: %v", i, err)
				}
			}
			if done != 1 || busy != 0 || runs.Load() != many {
				h.Fatalf("round %d: %d approved, busy %d times, %d runs of %d", round, done, busy, runs.Load(), many)
			}
			h.do("approver", func(tx *store.Tx) error {
				_, err := h.reg.Close(h.Context(), tx, number, Closing{On: "2026-01-11", Reason: "moved"})
				return err
			})
			storetest.Soaked(h, round)
		}
	})
}

// lineForTen signs a grant with a budget line that has room for ten.
func (h house) lineForTen(code string) {
	h.Helper()
	h.do("", func(tx *store.Tx) error {
		donor, err := donors.Register(h.Context(), tx,
			donors.Donor{Kind: donors.Institution, Name: "Foundation B", Language: "en"})
		if err != nil {
			return err
		}
		policy := grants.Policy{Recognition: grants.Deferred, RateMethod: rates.OwnCurrency, FeeBearer: grants.BornByGrant,
			CurrencyBearer: grants.BornByGrant,
			Interest:       grants.InterestToGrantor, RefundDeMinimis: of("0", "DKK")}
		_, err = h.reg.Grants.Sign(h.Context(), tx, grants.Grant{Code: code, Donor: donor, Title: code,
			Amount: of("90000.00", "DKK"), SignedOn: "2026-01-02",
			Policies: grants.Policies{policy}, Budget: []grants.BudgetLine{
				{No: "1", Text: "Therapy", Categories: []string{"therapy"}, Amount: of("10009.99", "DKK")},
				{No: "2", Text: "Others", Categories: []string{"*"}, Amount: of("79990.01", "DKK")}}})
		return err
	})
}

// onLine hands a plan of a thousand in on a grant's line.
func (h house) onLine(tx *store.Tx, number, code string) error {
	b, err := h.reg.Admit(h.Context(), tx)
	if err != nil {
		return err
	}
	p := Plan{Number: number, Currency: "DKK", Beneficiary: b.ID,
		Current: PlanVersion{StartsOn: "2026-01-01", Shares: shares(code + "=100"),
			Lines: []PlanLine{{Line: "therapy", Category: "therapy", UnitPrice: of("1000.00", "DKK"),
				Items: items("2026-03-01")}}}}
	if _, err := h.reg.Draft(h.Context(), tx, p); err != nil {
		return err
	}
	_, err = h.reg.Submit(h.Context(), tx, p.Number)
	return err
}

// tenOf wants ten of a crowd to have gone through and the others to hear that a line has too little left.
func (h house) tenOf(answers []error, line string) (done []int) {
	h.Helper()
	for i, err := range answers {
		var over *grants.BudgetExceeded
		switch {
		case err == nil:
			done = append(done, i)
		case !errors.As(err, &over) || over.Grant != line:
			h.Errorf("approval %d: %v", i, err)
		}
	}
	if len(done) != 10 {
		h.Fatalf("%d of %d went through, want 10", len(done), len(answers))
	}
	return done
}

// leftOn is what a grant's line for therapy has left.
func (h house) leftOn(code ledger.FundCode) string {
	h.Helper()
	var left ledger.Money
	h.do("", func(tx *store.Tx) (err error) {
		_, left, _, err = h.reg.Grants.AvailableOnLine(h.Context(), tx, code, "therapy")
		return err
	})
	return left.String()
}

// Whoever reaches the database itself does not approve the own plan either, nor rewrites a version.
func TestTheDatabaseRefusesOwnApprovals(t *testing.T) {
	onBoth(t, func(h house) {
		aims := degree()
		aims.Current.Goals = []string{"recovery", "finish_degree"}
		p := h.submitted(aims)
		if got := h.plan(p.Number).Current.Goals; !slices.Equal(got, aims.Current.Goals) {
			t.Errorf("its goals are %v", got)
		}
		raw := func(sql string, args ...any) error {
			return h.try("writer", func(tx *store.Tx) error { _, err := tx.ExecContext(h.Context(), sql, args...); return err })
		}
		duty := "INSERT INTO duties (subject, round, step, user_id, token_id, payload, at) SELECT subject, %s, 'approve', " +
			"'%s', 't', payload, at FROM duties WHERE subject = '" + p.Current.ID + "'"
		for name, sql := range map[string]string{
			"the writer approves":       fmt.Sprintf(duty, "round", h.who["writer"].User),
			"in a round of its own":     fmt.Sprintf(duty, "round + 1", h.who["writer"].User),
			"the version says approved": "UPDATE plan_versions SET state = 'approved'",
			"the plan says active":      "UPDATE plans SET state = 'active'",
			"an item says committed":    "UPDATE plan_items SET committed_year = 2026",
			"a version is rewritten":    "UPDATE plan_versions SET budget_rate = '1 NGN/DKK'",
			"a line is rewritten":       "UPDATE plan_lines SET unit_price = 1",
			"a share is taken out":      "DELETE FROM plan_shares",
			"an item comes late": "INSERT INTO plan_items (version_id, line, position, due_on, committed_year, " +
				"settled_by) VALUES ('" + p.Current.ID + "', 'stipend', 99, '', 0, '')",
			"a line comes late": "INSERT INTO plan_lines (version_id, position, line, category, unit_price) VALUES ('" +
				p.Current.ID + "', 9, 'more', 'stipend', 1)",
			"a share comes late": "INSERT INTO plan_shares (version_id, position, fund, percent) VALUES ('" +
				p.Current.ID + "', 9, 'G3', '1')",
			"a gate comes late": "INSERT INTO plan_gates (version_id, line, position, milestone) VALUES ('" +
				p.Current.ID + "', 'stipend', -1, 'x')",
			"a goal is rewritten": "UPDATE plan_goals SET goal = 'own_income' WHERE goal = 'recovery'",
			"a goal is taken out": "DELETE FROM plan_goals",
			"a goal comes late": "INSERT INTO plan_goals (version_id, position, goal) VALUES ('" + p.Current.ID +
				"', 9, 'own_income')",
			"a word is rewritten": "UPDATE plan_words SET account = '5100'",
			"a plan starts as an approved": "INSERT INTO plans (id, number, beneficiary_id, currency, state, current_version, " +
				"version) SELECT 'x', 'P-999', beneficiary_id, currency, 'active', 1, 1 FROM plans",
		} {
			if err := raw(sql); err == nil {
				t.Errorf("%s: the database let it pass", name)
			}
		}
	})
}
