package beneficiaries

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// byCategory writes what an entry sets aside or gives free: "stipend G1 -630000.00, tuition …".
func byCategory(p ledger.Posted) string {
	var parts []string
	for _, l := range p.Lines {
		if l.Account == ledger.Encumbrances {
			parts = append(parts, fmt.Sprintf("%s %s %s=%s", l.Category, l.Fund, l.Amount, l.Base))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// plan reads a plan.
func (h house) plan(number string) (p Plan) {
	h.Helper()
	h.do("", func(tx *store.Tx) (err error) {
		p, err = h.reg.Plan(h.Context(), tx, number)
		return err
	})
	return p
}

// statuses writes what became of the units of a line, each by its first letter: "spc".
func statuses(v PlanVersion, line string) (text string) {
	l, err := v.Line(line)
	if err != nil {
		return err.Error()
	}
	for _, i := range l.Items {
		text += string(i.Status()[0:2]) + " "
	}
	return strings.TrimSpace(text)
}

// A plan that rests holds what is due from the day on and gives free what was set aside for it, category by category;
// when it goes on, the held units are committed anew for the years they then fall due in, and what was settled stays
// settled. When it is left, each category gives free its own part and nothing stays.
func TestRule43RestGoOnLeave(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		h.settle("P-101", "tuition", 1, "2026-01-20")
		var c Commitment
		h.do("writer", func(tx *store.Tx) (err error) {
			c, err = h.reg.Suspend(h.Context(), tx, "P-101", Suspension{From: "2026-06-01", On: "2026-05-20", Reason: "leave"})
			return err
		})
		// One semester and seven stipends of twelve, at 225 NGN/DKK.
		want := "stipend G1 -630000.00=-2800.00, stipend G2 -420000.00=-1866.67, " +
			"tuition G1 -360000.00=-1600.00, tuition G2 -240000.00=-1066.67"
		if got := byCategory(c.Entry); got != want {
			t.Errorf("given free: %s, want %s", got, want)
		}
		// Each part was rounded for itself (RULES 39): 5333.33 less 1066.67, 1866.67 and 1066.67.
		if got := h.committed(); got != "G1 450000.00=2000.00 G2 300000.00=1333.32" {
			t.Errorf("still set aside: %s", got)
		}
		p := h.plan("P-101")
		if got := statuses(p.Current, "tuition"); p.State != PlanSuspended || got != "se su" ||
			p.Current.Holds("tuition", 1) || !p.Current.Holds("stipend", 5) || p.Current.Holds("stipend", 6) {
			t.Errorf("%s: tuition %s, stipend %s", p.State, got, statuses(p.Current, "stipend"))
		}
		h.do("writer", func(tx *store.Tx) error {
			_, err := h.reg.Resume(h.Context(), tx, "P-101", Restart{BudgetRate: rate("240 NGN/DKK"), Months: 2,
				StartsOn: "2026-07-01"})
			return err
		})
		h.do("approver", func(tx *store.Tx) (err error) {
			c, err = h.reg.Decide(h.Context(), tx, "P-101", Decision{Approve: true, On: "2026-07-01"})
			return err
		})
		// Two of the seven stipends fall due in 2027 now.
		if got := h.committed(); got != "G1 1440000.00=6125.00 G2 960000.00=4083.32" {
			t.Errorf("set aside again: %s", got)
		}
		p = h.plan("P-101")
		if p.State != PlanActive || statuses(p.Current, "tuition") != "se co" ||
			!slices.Equal(p.Current.committed(), []int{2026, 2027}) || p.Current.Lines[0].Items[1].DueOn != "2026-11-10" {
			t.Errorf("%s: tuition %s, years %v, %+v", p.State, statuses(p.Current, "tuition"), p.Current.committed(),
				p.Current.Lines[0].Items)
		}
		// A new line belongs to the years that are committed; what has no day, to the last of them.
		lines := []PlanLine{{Line: "books", Category: "tuition", UnitPrice: of("24000.00", "NGN"),
			Items: items("2026-10-01", "2028-10-01", "")}}
		for _, l := range p.Current.Lines {
			l.Items = slices.DeleteFunc(slices.Clone(l.planned()), func(i Item) bool { return i.DueOn == "2026-01-20" })
			lines = append(lines, l)
		}
		h.revised("P-101", Revision{StartsOn: "2026-08-01", Lines: lines})
		p = h.decided("P-101", "2026-08-01").Plan
		l, err := p.Current.Line("books")
		if err != nil || l.Items[0].CommittedYear != 2026 || l.Items[1].CommittedYear != 0 ||
			l.Items[2].CommittedYear != 2027 {
			t.Errorf("%+v, %v", l.Items, err)
		}
		h.do("approver", func(tx *store.Tx) (err error) {
			c, err = h.reg.Close(h.Context(), tx, "P-101", Closing{On: "2026-09-01", Reason: "own_choice"})
			return err
		})
		h.nothingIsSetAside()
	})
}

// nothingIsSetAside wants no commitment of any fund and category.
func (h house) nothingIsSetAside() {
	h.Helper()
	if got := h.committed(); got != "" {
		h.Errorf("left, and set aside: %s", got)
	}
	h.do("", func(tx *store.Tx) error {
		seq, err := h.reg.Book.LastSeq(h.Context(), tx)
		if err != nil {
			return err
		}
		sums, err := h.reg.Book.CategorySums(h.Context(), tx, ledger.Selection{Span: ledger.Span{Through: seq},
			Accounts: []ledger.AccountNo{ledger.Encumbrances}})
		for _, s := range sums {
			if !s.Amount.IsZero() {
				h.Errorf("left, and set aside for %s: %s", s.Category, s.Amount)
			}
		}
		return err
	})
}

// Each step in the life of a plan is refused in the wrong state, without its reason, or by the wrong person.
func TestEveryRefusalOfAPlan(t *testing.T) {
	onBoth(t, func(h house) {
		ctx := h.Context()
		p := degree()
		p.Current.Lines[0].Items = items("2026-01-20", "2027-01-20")
		b := h.admitted("writer")
		p.Beneficiary = b.ID
		draft := func(change func(v *PlanVersion)) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				q := p
				q.Number, q.Current = "", p.Current.with(func(i Item) Item { return i })
				q.Current.Shares = slices.Clone(p.Current.Shares)
				change(&q.Current)
				_, err := h.reg.Draft(ctx, tx, q)
				return err
			}
		}
		submit := func(tx *store.Tx) error { _, err := h.reg.Submit(ctx, tx, "P-101"); return err }
		decide := func(d Decision) func(tx *store.Tx) error {
			d.On = "2026-01-10"
			return func(tx *store.Tx) error { _, err := h.reg.Decide(ctx, tx, "P-101", d); return err }
		}
		revise := func(tx *store.Tx) error {
			_, err := h.reg.Revise(ctx, tx, "P-101", Revision{Kind: Revised, StartsOn: "2026-02-01"})
			return err
		}
		suspend := func(reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Suspend(ctx, tx, "P-101", Suspension{From: "2026-06-01", On: "2026-05-20", Reason: reason})
				return err
			}
		}
		resume := func(tx *store.Tx) error {
			_, err := h.reg.Resume(ctx, tx, "P-101", Restart{BudgetRate: rate("225 NGN/DKK"), StartsOn: "2026-07-01"})
			return err
		}
		closes := func(c Closing) func(tx *store.Tx) error {
			c.On = "2026-09-01"
			return func(tx *store.Tx) error { _, err := h.reg.Close(ctx, tx, "P-101", c); return err }
		}
		year := func(y int) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.ApproveYear(ctx, tx, "P-101", y, "2026-01-10"); return err }
		}
		h.steps([]step{{"a rate between others", "writer", draft(func(v *PlanVersion) { v.BudgetRate = rate("225 NGN/EUR") }),
			ErrBudgetRate},
			{"shares of 99", "writer", draft(func(v *PlanVersion) { v.Shares = shares("G1=60 G2=39") }), ErrShares},
			{"a share of nothing", "writer", draft(func(v *PlanVersion) { v.Shares = shares("G1=100 G2=0") }), ErrShares},
			{"a fund twice", "writer", draft(func(v *PlanVersion) { v.Shares = shares("G1=60 G1=40") }), ErrShares},
			{"a line without a name", "writer", draft(func(v *PlanVersion) { v.Lines[0].Line = "" }), ErrLines},
			{"a line twice", "writer", draft(func(v *PlanVersion) { v.Lines[0].Line = "stipend" }), ErrLines},
			{"for nothing", "writer", draft(func(v *PlanVersion) { v.Lines[0].UnitPrice = of("0.00", "NGN") }), ErrLines},
			{"in another currency", "writer", draft(func(v *PlanVersion) { v.Lines[0].UnitPrice = of("1.00", "EUR") }),
				ErrLines},
			{"of no units", "writer", draft(func(v *PlanVersion) { v.Lines[0].Items = nil }), ErrLines},
			{"of no grant, in a country", "writer", draft(func(v *PlanVersion) {
				v.Shares, v.Country = shares("UNR=100"), "DK"
			}), nil},
			{"sound", "writer", func(tx *store.Tx) error { _, err := h.reg.Draft(ctx, tx, p); return err }, nil},
			{"decided before it is handed in", "approver", decide(Decision{Approve: true}), ErrNoPendingVersion},
			{"suspended before it is approved", "writer", suspend("leave"), ErrPlanState},
			{"handed in by another", "other", submit, nil}, {"handed in twice", "other", submit, ErrNoPendingVersion},
			{"revised while it waits", "writer", revise, ErrPlanState},
			{"returned by the writer", "writer", decide(Decision{Return: true, Reason: "too_dear"}),
				access.ErrMakerCannotApprove},
			{"approved by who handed it in", "other", decide(Decision{Approve: true}), access.ErrMakerCannotApprove},
			{"approved", "approver", decide(Decision{Approve: true, Year: 2026}), nil},
			{"handed in with nothing to hand in", "writer", submit, ErrPlanState},
			{"the next year by who handed it in", "other", year(2027), access.ErrMakerCannotApprove},
			{"the next year by the writer", "writer", year(2027), access.ErrMakerCannotApprove},
			{"the next year", "approver", year(2027), nil},
			{"suspended in prose", "writer", suspend("She is ill"), ErrReasonRequired},
			{"resumed while it runs", "writer", resume, ErrPlanState}, {"suspended", "writer", suspend("leave"), nil},
			{"suspended twice", "writer", suspend("leave"), ErrPlanState}, {"resumed", "writer", resume, nil},
			{"resumed twice", "writer", resume, ErrPendingVersion},
			{"revised while a version waits", "writer", revise, ErrPendingVersion},
			{"completed while a version waits", "writer", closes(Closing{Completed: true}), ErrPendingVersion},
			{"rejected in prose", "approver", decide(Decision{Reason: "no money"}), ErrReasonRequired},
			{"rejected", "approver", decide(Decision{Reason: "no_money"}), nil},
			{"left for no reason", "writer", closes(Closing{}), ErrReasonRequired},
			{"completed", "writer", closes(Closing{Completed: true}), nil},
			{"completed twice", "writer", closes(Closing{Completed: true}), ErrPlanState}}...)
	})
}

// A draft that is written anew gives way, what is handed in waits as such, and the turns of a plan are told in order.
func TestVersionsOfADraft(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Beneficiary = h.admitted("writer").ID
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Draft(h.Context(), tx, p); return err })
		h.revised("P-101", Revision{StartsOn: "2026-02-01"})
		h.do("writer", func(tx *store.Tx) error {
			handed, err := h.reg.Submit(h.Context(), tx, "P-101")
			if handed.State != PlanInReview || handed.Current.State != VersionInReview {
				t.Errorf("handed in it is %s, its version %s", handed.State, handed.Current.State)
			}
			return err
		})
		h.do("", func(tx *store.Tx) error {
			versions, err := h.reg.Versions(h.Context(), tx, "P-101", store.Keyset{})
			if len(versions) != 2 || versions[0].State != VersionSuperseded || versions[1].State != VersionInReview {
				t.Errorf("%d versions, the first %s, the second %s", len(versions), versions[0].State, versions[1].State)
			}
			return err
		})
	})
}

// What was approved is compared with what is there: a version that was changed past the program commits nothing more.
func TestALaterYearIsOfWhatWasApproved(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Current.Lines[0].Items = items("2026-01-20", "2027-01-20")
		h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		err := h.try("approver", func(tx *store.Tx) error {
			storetest.DisableGuards(t, tx)
			if _, err := tx.ExecContext(h.Context(), "UPDATE plan_lines SET unit_price = unit_price + 1"); err != nil {
				return err
			}
			_, err := h.reg.ApproveYear(h.Context(), tx, "P-101", 2027, "2026-01-10")
			return err
		})
		if !errors.Is(err, access.ErrNoRequest) {
			t.Errorf("a version that nobody approved: %v", err)
		}
	})
}

// A plan that shrinks gives free what it no longer needs, also on a budget line that cost beside the plans has
// overdrawn; what is more is refused there.
func TestLessIsTakenOnAnOverdrawnLine(t *testing.T) {
	onBoth(t, func(h house) {
		h.lineForTen("L") // 10,009.99 for therapy
		therapy := func(units int, price string) []PlanLine {
			return []PlanLine{{Line: "talks", Category: "therapy", UnitPrice: of(price, "DKK"),
				Items: items(slices.Repeat([]ledger.Date{"2026-03-01"}, units)...)}}
		}
		h.submitted(Plan{Number: "P-1", Currency: "DKK", Current: PlanVersion{StartsOn: "2026-01-01", Shares: shares("L=100"),
			Lines: therapy(10, "1000.00")}})
		if _, err := h.approve("approver", "P-1", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		h.do("", func(tx *store.Tx) error {
			_, err := h.reg.Grants.Post(h.Context(), tx, ledger.Entry{Date: "2026-02-01", Text: "talks", Act: "invoice",
				Lines: []ledger.Line{ledger.Base("5200", "L", of("6000.00", "DKK")), ledger.Base("2010", "L",
					of("-6000.00", "DKK"))}})
			return err
		})
		h.revised("P-1", Revision{StartsOn: "2026-02-01", Lines: therapy(9, "1000.00")})
		if got := byCategory(h.decided("P-1", "2026-02-02").Entry); got != "therapy L -1000.00=-1000.00" {
			t.Errorf("less: %s", got)
		}
	})
}

// What was settled by mistake is open again and set aside again; a year that is taken back waits for a new approval.
func TestUnsettleAndUncommit(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		c, err := h.approve("approver", "P-101", 2026, "2026-01-10")
		if err != nil {
			t.Fatal(err)
		}
		before := h.committed()
		h.do("writer", func(tx *store.Tx) error {
			_, err := h.reg.Settle(h.Context(), tx, c.Plan, Settlement{Line: "tuition", Units: 2, By: "dsb_1", On: "2026-02-01",
				Text: "relief"})
			return err
		})
		for _, want := range []int{1, 0} {
			h.do("writer", func(tx *store.Tx) error {
				posted, err := h.reg.Unsettle(h.Context(), tx, "dsb_1", ledger.Reversal{Date: "2026-03-01", Reason: "It bounced"})
				if len(posted) != want {
					t.Errorf("%d entries, want %d", len(posted), want)
				}
				return err
			})
			if got := h.committed(); got != before || statuses(h.plan("P-101").Current, "tuition") != "co co" {
				t.Errorf("set aside %s, want %s; %s", got, before, statuses(h.plan("P-101").Current, "tuition"))
			}
		}
		h.do("writer", func(tx *store.Tx) error {
			_, err := h.reg.Uncommit(h.Context(), tx, c.Entry, ledger.Reversal{Entry: string(c.Entry.ID), Date: "2026-03-01",
				Reason: "The wrong year"})
			return err
		})
		if got := h.committed(); got != "" || statuses(h.plan("P-101").Current, "tuition") != "pl pl" {
			t.Errorf("taken back, and set aside: %s; %s", got, statuses(h.plan("P-101").Current, "tuition"))
		}
		if _, err := h.approve("approver", "P-101", 2026, "2026-03-01"); err != nil || h.committed() != before {
			t.Errorf("approved anew: %v, %s", err, h.committed())
		}
	})
}
