package beneficiaries

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// asked counts the statements of a tx.
type asked int

func (a *asked) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }
func (a *asked) AfterQuery(context.Context, *bun.QueryEvent)                        { *a++ }

// asks counts the statements that something takes.
func (a *asked) asks(tx *store.Tx, fn func() error) error {
	*a = 0
	tx.NewSelect().DB().AddQueryHook(a)         //nolint:staticcheck // a hook on the tx's own handle has no successor
	defer tx.NewSelect().DB().ResetQueryHooks() //nolint:staticcheck // as above
	return fn()
}

// cloned lays copies of a plan beside it, past the triggers: each with its version in force, a milestone and a line of
// monthly units.
func (h house) cloned(tx *store.Tx, p Plan, from, to int) error {
	h.Helper()
	const months = 60
	for some := range slices.Chunk(numbers(from, to), 100) {
		var plans []planRow
		var versions []versionRow
		var milestones []milestoneRow
		var lines []lineRow
		var items []itemRow
		var shares []shareRow
		for _, n := range some {
			id := fmt.Sprintf("%s_%05d", p.Current.ID, n)
			plans = append(plans, planRow{ID: PlanID(id), Number: fmt.Sprintf("C-%05d", n), BeneficiaryID: p.Beneficiary,
				Currency: "NGN", State: PlanActive,
				CurrentVersion: 1, Version: 1})
			versions = append(versions, versionRow{ID: id, PlanID: PlanID(id), Version: 1, StartsOn: "2026-01-01",
				BudgetRate: "225 NGN/DKK", CreatedBy: "x",
				CreatedAt: store.FormatTime(tx.At), State: VersionApproved, Kind: FirstPlan, Currency: "NGN", Phase: Support})
			shares = append(shares, shareRow{VersionID: id, Fund: "G1", Percent: "100"})
			lines = append(lines, lineRow{VersionID: id, Line: "stipend", Category: "stipend", UnitPrice: 100})
			milestones = append(milestones, milestoneRow{VersionID: id, Code: "term_1", Kind: TermPassed,
				DueOn: ledger.NewDate(2026, 6, 1).AddDays(n % 90)})
			for m := range months {
				items = append(items, itemRow{VersionID: id, Line: "stipend", Position: m,
					DueOn: ledger.NewDate(2022, time.Month(1+m), 28).AddDays(n % 300), Currency: "NGN"})
			}
		}
		for _, rows := range []any{&plans, &versions, &shares, &lines, &milestones} {
			if _, err := tx.NewInsert().Model(rows).Exec(h.Context()); err != nil {
				return err
			}
		}
		for part := range slices.Chunk(items, 2000) {
			if _, err := tx.NewInsert().Model(&part).Exec(h.Context()); err != nil {
				return err
			}
		}
	}
	return nil
}

func numbers(from, to int) (all []int) {
	for n := from; n < to; n++ {
		all = append(all, n)
	}
	return all
}

// However many plans there are, reminders, due items and lists ask the same number of questions, and reminders are
// there at once: of 5,000 plans of five years within two seconds.
func TestRemindersOfManyPlans(t *testing.T) {
	onBoth(t, func(h house) {
		p := h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		many := storetest.Rounds(300, 5000)
		err := h.try("", func(tx *store.Tx) error {
			storetest.DisableGuards(h, tx)
			var few, after asked
			var found []Reminder
			reminders := func() (err error) {
				found, err = h.reg.Reminders(h.Context(), tx, "2027-01-15", store.Keyset{})
				return err
			}
			lists := func() error { _, err := h.reg.Plans(h.Context(), tx, store.Keyset{Limit: 200}); return err }
			var page, pageAfter asked
			if err := h.cloned(tx, p, 0, 3); err != nil {
				return err
			}
			if err := few.asks(tx, reminders); err != nil {
				return err
			}
			var due []DueItem
			var month, monthAfter asked
			units := func() (err error) {
				due, err = h.reg.DueItems(h.Context(), tx,
					DueFilter{From: "2026-06-01", To: "2026-06-30"})
				return err
			}
			if err := errors.Join(page.asks(tx, lists), month.asks(tx, units)); err != nil {
				return err
			}
			if err := h.cloned(tx, p, 3, many); err != nil {
				return err
			}
			began := time.Now()
			if err := after.asks(tx, reminders); err != nil {
				return err
			}
			took := time.Since(began)
			h.Logf("%d reminders of %d plans with %d statements in %s", len(found), many, after, took)
			if after != few || few < 3 || took > storetest.Within(2*time.Second) || len(found) < many/10 {
				h.Errorf("%d reminders of %d plans took %d statements and %s; those of three plans %d statements", len(found), many,
					after, took, few)
			}
			began = time.Now()
			if err := errors.Join(monthAfter.asks(tx, units), pageAfter.asks(tx, lists)); err != nil {
				return err
			}
			took = time.Since(began)
			h.Logf("%d units due in a month and a page of %d plans in %s", len(due), many, took)
			if monthAfter != month || month < 3 || took > storetest.Within(2*time.Second) || len(due) < many*9/10 {
				h.Errorf("%d units due in a month of %d plans took %d statements and %s; those of three plans %d statements",
					len(due), many, monthAfter, took, month)
			}
			if pageAfter != page || page < 4 {
				h.Errorf("a page of plans took %d statements of %d plans, and %d of three", pageAfter, many, page)
			}
			return errForged
		})
		if err != errForged { //nolint:errorlint // it ends the tx and nothing else does
			h.Fatal(err)
		}
	})
}

// sameInPages reads reminders in pages of one and of two: they are those that are read at once.
func (h house) sameInPages(tx *store.Tx, day ledger.Date, want []Reminder) error {
	for limit := 1; limit < 3; limit++ {
		var all []Reminder
		for page := (store.Keyset{Limit: limit}); ; {
			found, err := h.reg.Reminders(h.Context(), tx, day, page)
			if err != nil {
				return err
			}
			all = append(all, found...)
			if len(found) < limit {
				break
			}
			page.After = found[len(found)-1].Key()
		}
		if !slices.Equal(all, want) {
			h.Errorf("on %s in pages of %d: %v, want %v", day, limit, all, want)
		}
	}
	return nil
}

// What is to be thought of is noted once per day it is due on; each reader sees their own cases only.
func TestReminders(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Current.Milestones = []Milestone{{Code: "term_1", Kind: TermPassed, DueOn: "2026-06-30"},
			{Code: "someday", Kind: OtherMilestone}}
		p = h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		h.do("writer", func(tx *store.Tx) error {
			evidence, err := h.evidenced(tx)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(h.Context(), "INSERT INTO consents (id, beneficiary_id, purpose, donor, given_on, "+
				"expires_on, evidence_id, recorded_by, recorded_at) VALUES ('cst_1', ?, 'photo', '', '2026-01-01', '2026-06-25', "+
				"?, ?, ?)",
				string(p.Beneficiary), string(evidence), tx.By.User, store.FormatTime(tx.At))
			return err
		})
		on := func(who string, remind bool, day ledger.Date) string {
			var all []Reminder
			h.do(who, func(tx *store.Tx) (err error) {
				if remind {
					all, err = h.reg.Remind(h.Context(), tx, day)
				} else {
					all, err = h.reg.Reminders(h.Context(), tx, day, store.Keyset{})
					err = errors.Join(err, h.sameInPages(tx, day, all))
				}
				return err
			})
			var out []string
			for _, m := range all {
				out = append(out, fmt.Sprintf("%s %s %s", m.DueOn, m.Kind, m.Subject))
			}
			return strings.Join(out, ", ")
		}
		h.who["stranger"] = store.Actor{User: h.who["other"].User, Token: "tok", Roles: []string{string(access.Caseworker)}}
		consent, term := "2026-06-25 consent_expiring cst_1", "2026-06-30 milestone_due P-101/term_1"
		for _, c := range []struct {
			who    string
			remind bool
			day    ledger.Date
			want   string
		}{
			{"writer", false, "2026-05-25", ""},
			{"writer", false, "2026-05-26", consent},
			{"writer", false, "2026-06-16", consent + ", " + term},
			{"stranger", false, "2026-06-16", ""},
			{"", true, "2026-06-16", consent + ", " + term},
			{"", true, "2026-06-16", ""},
			{"", true, "2026-06-17", ""},
			{"writer", false, "2026-06-26", term},
			{"", true, "2026-10-27", ""},
			{"", true, "2026-10-28", "2026-12-27 plan_ending P-101"},
			{"", true, "2026-12-30", ""},
		} {
			if got := on(c.who, c.remind, c.day); got != c.want {
				h.Errorf("%s on %s, noting %t: %q, want %q", c.who, c.day, c.remind, got, c.want)
			}
		}
	})
}
