package statements_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"supportledger/statements/collecting"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/storetest"
)

// support books cost of a grant for each of so many people, each with a plan of her own.
func (h *house) support(on ledger.Date, account ledger.AccountNo, from, people int, amount string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		for i := range people {
			cost := ledger.Base(account, "G1", dkk(amount))
			cost.Plan = fmt.Sprintf("P-%d", from+i)
			e := ledger.Entry{Date: on, Text: "cost", Act: "payment",
				Lines: []ledger.Line{cost, ledger.Base("1010", "G1", dkk(amount).Neg())}}
			if _, err := h.office.Grants.Post(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// shown lists the lines of a cleared grant statement, "tuition 600 600" in the period and to date.
func shown(s statements.Statement) []string {
	g, ok := s.Cleared.(*figures.GrantStatement)
	if !ok {
		return nil
	}
	var out []string
	for _, l := range g.Lines {
		out = append(out, strings.Join([]string{l.Key, l.InPeriod.String(), l.ToDate.String()}, " "))
	}
	return out
}

// nextYear sets the clock to a day on which what is reported on is over.
func (h *house) nextYear() {
	storetest.ClockOf(h.db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
}

func (h *house) blocks() {
	h.office.Disclosure = statements.Blocks{Issuer: h.office}
	h.nextYear()
}

// Six people in education, two in therapy: the small category takes the next one with it, however the year goes on.
func TestBlocksOnAGrant(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.support("2026-02-01", "5100", 1, 6, "100.00")
		h.support("2026-02-01", "5110", 1, 7, "50.00")
		h.support("2026-02-01", "5200", 1, 2, "900.00")
		first := h.issued(collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-06-30"}, "")
		if diff := cmp.Diff([]string{"support 2400 2400", "stipend 350 350"}, sorted(shown(first))); diff != "" {
			t.Errorf("first statement (-want +got):\n%s", diff)
		}
		// In autumn four get tuition. Beside what was shown before, stipends of six are still enough.
		h.support("2026-09-01", "5100", 1, 4, "100.00")
		h.support("2026-09-01", "5110", 1, 6, "50.00")
		second := h.issued(collecting.Request{Subject: "G1", From: "2026-07-01", To: "2026-12-31"}, "")
		if diff := cmp.Diff([]string{"support 700 3450"}, sorted(shown(second))); diff != "" {
			t.Errorf("second statement (-want +got):\n%s", diff)
		}
		reasons := map[string]bool{}
		for _, f := range second.Privacy.Findings {
			reasons[f.Action] = true
		}
		if second.Privacy.Method != "blocks/2" || !reasons["merged"] {
			t.Errorf("the report does not say what was merged: %+v", second.Privacy)
		}
	})
}

func sorted(s []string) []string {
	slices.SortFunc(s, func(a, b string) int { return strings.Compare(b[:2], a[:2]) })
	return s
}

// A fund of four people has no statement that could go to everybody, and one of eleven has.
func TestBlocksOnAFund(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.support("2026-02-01", "5100", 1, 4, "100.00")
		check := func() error {
			var s statements.Statement
			h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
				s, err = h.office.Prepare(ctx, tx,
					collecting.Request{Subject: "G1", Kind: figures.FundReport, From: "2026-01-02", To: "2026-06-30"}, figures.English,
					"")
				return err
			})
			err := h.try("preparer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.office.CheckPrivacy(ctx, tx, string(s.ID))
				return err
			})
			h.do("preparer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.office.Withdraw(ctx, tx, string(s.ID), "only to see what is cleared")
				return err
			})
			return err
		}
		if err := check(); !errors.Is(err, statements.ErrNotCleared) {
			t.Errorf("four people behind a sum for everybody: %v", err)
		}
		h.support("2026-02-01", "5100", 5, 7, "100.00")
		if err := check(); err != nil {
			t.Errorf("eleven people: %v", err)
		}
		h.support("2026-02-01", "5110", 1, 12, "50.00")
		h.support("2026-02-01", "5200", 1, 3, "900.00")
		s := h.issued(collecting.Request{Subject: "G1", Kind: figures.FundReport, From: "2026-01-02", To: "2026-06-30"}, "")
		var got []string
		for _, l := range s.Cleared.(*figures.FundStatement).Lines {
			got = append(got, l.Key+" "+l.InPeriod.String())
		}
		if diff := cmp.Diff([]string{"support 3800", "stipend 600"}, sorted(got)); diff != "" {
			t.Errorf("categories of a fund (-want +got):\n%s", diff)
		}
	})
}

// What was issued to others between a check and an issuing counts: the check is made anew.
func TestIssuingAsksAgain(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.support("2026-02-01", "5100", 1, 6, "100.00")
		h.support("2026-02-01", "5110", 1, 6, "50.00")
		var waiting statements.Statement
		for _, step := range []struct {
			who string
			act func(context.Context, *store.Tx) error
		}{
			{"preparer", func(ctx context.Context, tx *store.Tx) (err error) {
				waiting, err = h.office.Prepare(ctx, tx, collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-06-30"},
					figures.English, "")
				return err
			}},
			{"preparer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.office.CheckPrivacy(ctx, tx, string(waiting.ID))
				return err
			}},
			{"reviewer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.office.Review(ctx, tx, string(waiting.ID))
				return err
			}},
			{"issuer", func(ctx context.Context, tx *store.Tx) error {
				return h.office.SetThreshold(ctx, tx, "G1", 7)
			}},
		} {
			h.do(step.who, step.act)
		}
		err := h.try("issuer", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.Issue(ctx, tx, string(waiting.ID))
			return err
		})
		if !errors.Is(err, statements.ErrNotCleared) {
			t.Errorf("issued although the check would now end otherwise: %v", err)
		}
		if err := h.try("issuer", func(ctx context.Context,
			tx *store.Tx) error {
			return h.office.SetThreshold(ctx, tx, "G1", 4)
		}); !errors.Is(err, statements.ErrThreshold) {
			t.Errorf("a threshold below the organisation's: %v", err)
		}
	})
}

// A donor's own totals are hers; what her money went to is shown in categories only where enough people stand behind
// each.
func TestBlocksOnADonor(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.give("D-77", "GIFT-1", "2026-03-03", "5000.00")
		h.pay("D1", "2026-04-01", "5600", "100.00")
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			cost := ledger.Base("5120", "D1", dkk("4200.00"))
			cost.Plan = "P-101"
			_, err := h.office.Grants.Post(ctx, tx,
				ledger.Entry{Date: "2026-09-15", Text: "cost", Act: "payment",
					Lines: []ledger.Line{cost, ledger.Base("1010", "D1", dkk("-4200.00"))}})
			return err
		})
		s := h.issued(collecting.Request{Subject: "D-77", To: "2026-12-31"}, "")
		d, ok := s.Cleared.(*figures.FundStatement)
		if !ok || d.Spent.String() != "4300" || d.Closing.String() != "700" {
			t.Fatalf("her totals: %+v", d)
		}
		for _, l := range d.Lines {
			if l.Key == "education" {
				t.Errorf("one person's study materials are shown to the donor: %+v", l)
			}
		}
		// That her total was shown to her by right makes it no news for everybody.
		var fund statements.Statement
		h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
			fund, err = h.office.Prepare(ctx, tx, collecting.Request{Subject: "D1", To: "2026-12-31"}, figures.English, "")
			return err
		})
		if err := h.try("preparer", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.CheckPrivacy(ctx, tx, string(fund.ID))
			return err
		}); !errors.Is(err, statements.ErrNotCleared) {
			t.Errorf("a fund of one person, after her donor's statement: %v", err)
		}
	})
}

// The three ways in which a patient reader found one person's support in statements that had been cleared.
func TestKnownAttacks(t *testing.T) {
	refused := func(h *house, in collecting.Request) (fault statements.PeriodFault, err error) {
		var s statements.Statement
		h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.Prepare(ctx, tx, in, figures.English, "")
			return err
		})
		err = h.try("preparer", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.CheckPrivacy(ctx, tx, string(s.ID))
			return err
		})
		var period *statements.PeriodRefused
		if errors.As(err, &period) {
			for _, near := range period.Near {
				if near.From > near.To || near.To > "2027-01-20" {
					t.Errorf("%v is named as allowed", near)
				}
			}
			fault = period.Fault
		}
		return fault, err
	}
	onBoth(t, func(h *house) {
		h.blocks()
		// Twelve in therapy, a bill out of a retainer and a receipt out of a float, which have no plan.
		h.support("2026-02-01", "5200", 1, 12, "1000.00")
		h.pay("G1", "2026-02-10", "5300", "6250.00")
		h.pay("G1", "2026-02-12", "5400", "777.00")
		s := h.issued(collecting.Request{Subject: "G1", Kind: figures.FundReport, From: "2026-01-02", To: "2026-06-30"}, "")
		fund, _ := s.Cleared.(*figures.FundStatement)
		for _, l := range fund.Lines {
			if l.InPeriod.String() == "6250" || l.InPeriod.String() == "777" {
				t.Errorf("one person's support is shown to everybody: %s %s", l.Key, l.InPeriod)
			}
		}
		// A day, and a period that ends a month after a released one.
		h.give("D-77", "GIFT-1", "2026-01-03", "90000.00")
		h.pay("D1", "2026-02-02", "5200", "50.00")
		if fault, err := refused(h, collecting.Request{Subject: "G1", From: "2026-09-10", To: "2026-09-10"}); fault == "" {
			t.Errorf("a statement of one day: %v", err)
		}
		h.issued(collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-06-30"}, "")
		for to, want := range map[ledger.Date]statements.PeriodFault{"2026-07-31": "too_close_to_a_released_statement",
			"2026-09-30": "", "2026-08-15": statements.NotWholeMonths, "2027-01-31": statements.InFuture} {
			if fault, err := refused(h, collecting.Request{Subject: "G1", From: "2026-01-02", To: to}); fault != want {
				t.Errorf("to %s: %q, want %q: %v", to, fault, want, err)
			}
		}
		if fault, err := refused(h, collecting.Request{Subject: "D-77", From: "2026-03-01", To: "2026-03-31"}); fault == "" {
			t.Errorf("one month of a donor: %v", err)
		}
	})
}

// What a sum was for is judged beside what was said of purposes before, also where the amount is the reader's by right.
func TestCategoryOfANewPerson(t *testing.T) {
	var g disclosure.Register
	crowd := func(category string, n int) (atoms []disclosure.Atom) {
		for i := range n {
			atoms = append(atoms, disclosure.Atom{ID: fmt.Sprint(category, i), Amount: 100,
				Person: disclosure.Person(fmt.Sprint("P", i))})
		}
		return atoms
	}
	therapy, education := crowd("therapy", 12), crowd("education", 12)
	statement := func(therapy []disclosure.Atom) disclosure.Choice {
		return g.Choose([]disclosure.Group{{Whole: disclosure.Sum{Key: "all", Duty: true,
			Atoms: slices.Concat(therapy, education)}, Parts: []disclosure.Sum{{Key: "therapy", Atoms: therapy},
			{Key: "education", Atoms: education}}}}, disclosure.ForDonors)[0]
	}
	if c := statement(therapy); len(c.Shown) != 2 {
		t.Fatalf("twelve people in both: %+v", c)
	}
	april := append(slices.Clone(therapy), disclosure.Atom{ID: "april", Person: "P12", Amount: 5555})
	if c := statement(april); len(c.Shown) != 0 {
		t.Errorf("the thirteenth person's 5,555 was for therapy: %+v", c)
	}
}

// A funder had the year with its categories; autumn, by itself, would say what one person's large amount was for.
func TestAutumnBesideTheYear(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.support("2026-02-01", "5200", 1, 7, "100.00")
		h.support("2026-02-02", "5300", 1, 6, "50.00")
		h.support("2026-10-05", "5200", 8, 1, "2000.00")
		h.support("2026-10-06", "5300", 9, 1, "60.00")
		year := h.issued(collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-12-31"}, "")
		if got := shown(year); len(got) != 2 {
			t.Fatalf("the year shows %v", got)
		}
		_, err := h.mayIssue(collecting.Request{Subject: "G1", From: "2026-10-01", To: "2026-12-31"})
		var refused *statements.PeriodRefused
		if !errors.As(err, &refused) || refused.Fault != statements.TellsPurpose || len(refused.Released) != 1 {
			t.Errorf("autumn: %v", err)
		}
		h.issued(collecting.Request{Subject: "G1"}, string(year.ID))
	})
}

// mayIssue takes a statement to its number as far as it is let.
func (h *house) mayIssue(in collecting.Request) (s statements.Statement, err error) {
	h.Helper()
	h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = h.office.Prepare(ctx, tx, in, figures.English, "")
		return err
	})
	for _, step := range []struct {
		who string
		act func(context.Context, *store.Tx, string) (statements.Statement, error)
	}{{"preparer", h.office.CheckPrivacy}, {"reviewer", h.office.Review}, {"issuer", h.office.Issue}} {
		if err := h.try(step.who, func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = step.act(ctx, tx, string(s.ID))
			return err
		}); err != nil {
			return s, err
		}
	}
	return s, nil
}
