package beneficiaries

import (
	"cmp"
	"errors"
	"strings"
	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
	"testing"

	"github.com/shopspring/decimal"
)

// milestonesAreTold wants the decisions of TestMilestonesHoldMoneyBack in the timeline, and what they hold back among
// the due items.
func (h house) milestonesAreTold() {
	h.Helper()
	h.do("writer", func(tx *store.Tx) error {
		turns, err := h.reg.Timeline(h.Context(), tx, "P-101", store.Keyset{})
		var told []string
		for _, t := range turns {
			told = append(told, strings.TrimSpace(string(t.Kind)+" "+t.Reason))
		}
		// All of one instant, so that their ids order them.
		if got, want := strings.Join(told, ", "), "milestone_missed attending, milestone_met attending, milestone_missed "+
			"attending, milestone_met attending, year_approved"; got != want {
			h.Errorf("timeline: %s, want %s", got, want)
		}
		return err
	})
	h.do("writer", func(tx *store.Tx) error {
		due, err := h.reg.DueItems(h.Context(), tx, DueFilter{From: "2026-01-01", To: "2026-09-30"})
		held := 0
		for _, d := range due {
			held += len(d.Held)
		}
		if held != 1 || len(due) != 11 { // the second semester
			h.Errorf("%d of %d due items are held back", held, len(due))
		}
		return err
	})
}

// A gate holds money back until somebody else found its milestone met; the newest decision counts, and one's own opens
// nothing.
func TestMilestonesHoldMoneyBack(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Current.Milestones = []Milestone{{Code: "attending", Kind: Attendance, AtLeast: decimal.NewFromInt(80)},
			{Code: "term_1", Kind: TermPassed, DueOn: "2026-06-30"}}
		p.Current.Lines[0].Items[1].Gates = []string{"term_1"}
		p.Current.Lines[1].Gates = []string{"attending"}
		h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		gates := func(line string, units int, asking string) (codes string) {
			h.do("", func(tx *store.Tx) error {
				p, err := h.reg.Plan(h.Context(), tx, "P-101")
				if err != nil {
					return err
				}
				decisions, err := DecisionsOn(h.Context(), tx, p)
				gates, refused := decisions.Gates(p, Units{line, units}, h.who[asking].User)
				for _, g := range gates {
					codes += g.Milestone.Code + " "
				}
				return cmp.Or(err, refused)
			})
			return strings.TrimSpace(codes)
		}
		decide := func(who string, d MilestoneDecision) error {
			return h.try(who, func(tx *store.Tx) (err error) {
				if d.Evidence, err = h.evidenced(tx); err != nil {
					return err
				}
				_, err = h.reg.DecideMilestone(h.Context(), tx, "P-101", d)
				return err
			})
		}
		want := func(line string, units int, asking, codes string) {
			h.Helper()
			if got := gates(line, units, asking); got != codes {
				h.Errorf("%d of %s, asked by %s: held by %q, want %q", units, line, asking, got, codes)
			}
		}
		want("tuition", 1, "writer", "")
		want("tuition", 2, "writer", "term_1")
		want("stipend", 1, "writer", "attending")
		for name, c := range map[string]struct {
			who  string
			d    MilestoneDecision
			want error
		}{
			"the writer":     {"writer", MilestoneDecision{Milestone: "term_1", Met: true}, access.ErrMakerCannotApprove},
			"an unknown one": {"other", MilestoneDecision{Milestone: "term_2", Met: true}, ErrUnknownMilestone},
			"a percentage of a term": {"other", MilestoneDecision{Milestone: "term_1", Met: true,
				Attained: decimal.NewFromInt(90)}, ErrMilestones},
			"more than all attendance": {"other", MilestoneDecision{Milestone: "attending", Attained: decimal.NewFromInt(101)},
				ErrMilestones},
		} {
			if err := decide(c.who, c.d); !errors.Is(err, c.want) {
				h.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		for _, c := range []struct { // the percentage decides, whatever the decision says
			attained int64
			met      bool
			held     string
		}{{79, true, "attending"}, {80, false, ""}, {60, true, "attending"}, {100, false, ""}} {
			d := MilestoneDecision{Milestone: "attending", Met: c.met, Attained: decimal.NewFromInt(c.attained)}
			if err := decide("other", d); err != nil {
				h.Fatal(err)
			}
			want("stipend", 3, "writer", c.held)
		}
		want("stipend", 3, "other", "attending") // whose own decisions those are
		h.milestonesAreTold()
		h.vouched(0)
		for name, text := range map[string]string{
			"a decision that is rewritten": "UPDATE milestone_decisions SET result = 'met'",
			"the writer's own": "INSERT INTO milestone_decisions SELECT 'x', plan_id, 'term_1', 'met', '', evidence_id, '" +
				h.who["writer"].User + "', decided_at FROM milestone_decisions WHERE attained = '80'",
		} {
			if err := h.try("", func(tx *store.Tx) error {
				_, err := tx.ExecContext(h.Context(), text)
				return err
			}); err == nil {
				h.Errorf("the database took %s", name)
			}
		}
	})
}

// vouched holds how many findings a verification has.
func (h house) vouched(want int) {
	h.Helper()
	h.do("", func(tx *store.Tx) error {
		var found proof.Findings
		_, err := h.reg.Verify(h.Context(), tx, &found)
		if len(found.List) != want {
			h.Errorf("%d findings, want %d: %v", len(found.List), want, found.List)
		}
		return err
	})
}

// A milestone that an owner of the database turns to met, past the triggers, is found.
func TestVerifyFindsATurnedMilestone(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Current.Milestones = []Milestone{{Code: "term_1", Kind: TermPassed}}
		h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		h.do("other", func(tx *store.Tx) error {
			evidence, err := h.evidenced(tx)
			if err == nil {
				_, err = h.reg.DecideMilestone(h.Context(), tx, "P-101", MilestoneDecision{Milestone: "term_1", Evidence: evidence})
			}
			return err
		})
		h.vouched(0)
		drop := "DROP TRIGGER milestone_decisions_update"
		if h.db.Engine() == store.Postgres {
			drop += " ON milestone_decisions"
		}
		h.do("", func(tx *store.Tx) error {
			if _, err := tx.ExecContext(h.Context(), drop); err != nil {
				return err
			}
			_, err := tx.ExecContext(h.Context(), "UPDATE milestone_decisions SET result = 'met'")
			return err
		})
		h.vouched(1)
	})
}
