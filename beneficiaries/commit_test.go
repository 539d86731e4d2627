package beneficiaries

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// lots writes what an entry opens: "P-101/2026 G1 1800000.00=8000.00 …".
func lots(e ledger.Entry) string {
	texts := make([]string, len(e.Opens))
	for i, l := range e.Opens {
		texts[i] = fmt.Sprintf("%s %s %s=%s", l.Pool.Holder, l.Pool.Fund, l.Quantity, l.Cost)
	}
	return strings.Join(texts, ", ")
}

func TestRule38OneCommitmentPerPlanYearAndFund(t *testing.T) {
	kenya := Plan{Number: "P-102", Currency: "KES", Current: PlanVersion{Currency: "KES",
		BudgetRate: rate("18.50 KES/DKK"), Shares: shares("G1=33.33 G2=33.33 G3=33.34"),
		Lines: []PlanLine{{Line: "fees", UnitPrice: of("10000.01", "KES"), Items: items("2026-02-01", "2027-02-01", "")}}}}
	home := Plan{Number: "P-202", Currency: "DKK", Current: PlanVersion{Currency: "DKK", Shares: shares("G3=100"),
		Lines: []PlanLine{{Line: "therapy", UnitPrice: of("900.00", "DKK"), Items: items(make([]ledger.Date, 20)...)}}}}
	for _, c := range []struct {
		plan Plan
		year int
		want string
	}{
		// S03; by line G2 would be 5,333.34
		{degree(), 2026, "P-101/2026 G1 1800000.00=8000.00, P-101/2026 G2 1200000.00=5333.33"},
		{kenya, 2026, "P-102/2026 G1 6666.01=360.32, P-102/2026 G2 6666.00=360.32, P-102/2026 G3 6668.01=360.43"},
		// the undated unit with it
		{kenya, 2027, "P-102/2027 G1 6666.01=360.32, P-102/2027 G2 6666.00=360.32, P-102/2027 G3 6668.01=360.43"},
		{home, 2026, "P-202/2026 G3 18000.00=18000.00"}, // S10
	} {
		e, err := c.plan.commit("DKK", c.year, "2026-01-10")
		if err != nil || lots(e) != c.want {
			t.Errorf("%s %d: %s, %v, want %s", c.plan.Number, c.year, lots(e), err, c.want)
		}
	}
	if _, err := degree().commit("DKK", 2027, "2026-01-10"); !errors.Is(err, ErrNothingDue) {
		t.Errorf("a year without items: %v", err)
	}
	unrated := degree()
	unrated.Current.BudgetRate = ledger.Rate{}
	if _, err := unrated.commit("DKK", 2026, "2026-01-10"); !errors.Is(err, rates.ErrRateMissing) {
		t.Errorf("no budget rate: %v", err)
	}
}

// drawnPlan is any plan of up to three lines and four funds.
func drawnPlan(t *rapid.T) Plan {
	p := Plan{Number: "P-1", Currency: "NGN", Current: PlanVersion{Currency: "NGN"}}
	p.Current.BudgetRate = ledger.Rate{Value: decimal.New(rapid.Int64Range(100, 50_000).Draw(t, "rate"), -2), Num: "NGN",
		Den: "DKK"}
	left := int64(10_000)
	n := rapid.IntRange(1, 3).Draw(t, "funds")
	for i := range n {
		part := left
		if i < n-1 {
			part = rapid.Int64Range(1, left-int64(n-i-1)).Draw(t, "percent")
		}
		left -= part
		p.Current.Shares = append(p.Current.Shares, Share{Fund: ledger.FundCode(fmt.Sprintf("G%d", i+1)),
			Percent: decimal.New(part, -2)})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		due := make([]ledger.Date, rapid.IntRange(1, 5).Draw(t, "units"))
		for k := range due {
			if rapid.IntRange(0, 3).Draw(t, "dated") > 0 {
				due[k] = ledger.NewDate(2026, 1, rapid.IntRange(1, 365).Draw(t, "due"))
			}
		}
		most := rapid.SampledFrom([]int64{20, 50_000}).Draw(t, "size")
		p.Current.Lines = append(p.Current.Lines, PlanLine{Line: fmt.Sprint(i),
			Category:  []string{"tuition", "stipend", "therapy"}[i],
			UnitPrice: ledger.OfMinor(rapid.Int64Range(1, most).Draw(t, "price"), "NGN"), Items: items(due...)})
	}
	return p
}

func TestRule38CommitmentsSumToThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawnPlan(t)
		planned := ledger.Zero("NGN")
		for _, l := range p.Current.Lines {
			for range l.Items {
				planned = planned.Add(l.UnitPrice)
			}
		}
		e, err := p.commit("DKK", 2026, "2026-01-10")
		if err != nil {
			t.Fatal(err)
		}
		total := ledger.Zero("NGN")
		for _, l := range e.Opens {
			cost, err := p.Current.BudgetRate.Convert(l.Quantity, "DKK")
			if err != nil || cost.Cmp(l.Cost) != 0 || l.Kind != ledger.CommitmentLot {
				t.Fatalf("lot %+v, %v", l, err)
			}
			quantity, base := ledger.Zero("NGN"), ledger.Zero("DKK")
			for k := 0; k < len(e.Lines); k += 2 {
				debit, credit := e.Lines[k], e.Lines[k+1]
				if debit.Amount.Add(credit.Amount).Sign() != 0 || debit.Base.Add(credit.Base).Sign() != 0 ||
					debit.Fund != credit.Fund ||
					debit.Category != credit.Category || debit.Account != "9100" || credit.Account != "9900" ||
					debit.Plan != p.Number {
					t.Fatalf("lines %+v, %+v", debit, credit)
				}
				if debit.Lot == l.ID {
					quantity, base = quantity.Add(debit.Amount), base.Add(debit.Base)
				}
			}
			if quantity.Cmp(l.Quantity) != 0 || base.Cmp(l.Cost) != 0 {
				t.Fatalf("lines of %s and %s for lot %+v", quantity, base, l)
			}
			total = total.Add(l.Quantity)
		}
		if total.Cmp(planned) != 0 || len(e.Opens) > len(p.Current.Shares) {
			t.Fatalf("committed %s of %s in %d lots", total, planned, len(e.Opens))
		}
	})
}

func TestRule39To40ReliefOfTheWorkedYear(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		check := func(line string, units int, on ledger.Date, want string) {
			h.Helper()
			if got := h.settle("P-101", line, units, on); got != want {
				h.Errorf("%d of %s: %s, want %s", units, line, got, want)
			}
		}
		check("tuition", 1, "2026-01-20", "2026-01-20 G1 -360000.00=-1600.00 G2 -240000.00=-1066.67") // S05
		check("stipend", 1, "2026-01-31", "2026-01-31 G1 -90000.00=-400.00 G2 -60000.00=-266.67")
		check("stipend", 5, "2026-06-30", "2026-06-30 G1 -450000.00=-2000.00 G2 -300000.00=-1333.33")
		check("tuition", 1, "2026-09-10", "2026-09-10 G1 -360000.00=-1600.00 G2 -240000.00=-1066.67") // S07
		check("stipend", 4, "2026-10-31", "2026-10-31 G1 -360000.00=-1600.00 G2 -240000.00=-1066.67")
		if got, want := h.committed(), "G1 180000.00=800.00 G2 120000.00=533.32"; got != want {
			t.Errorf("open: %s, want %s", got, want)
		}
		check("stipend", 1, "2026-11-30", "2026-11-30 G1 -90000.00=-400.00 G2 -60000.00=-266.67")
		check("stipend", 1, "2026-12-31", "2026-12-31 G1 -90000.00=-400.00 G2 -60000.00=-266.65") // the residue
		check("stipend", 3, "2026-12-31", "")                                                     // nothing is left to settle
		if got := h.committed(); got != "" {
			t.Errorf("open at the end: %s", got)
		}
	})
}

// Units are taken from the earliest due item, whatever the order in which the plan lists them.
func TestRule40EarliestDueFirst(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		p.Current.Lines = []PlanLine{{Line: "stipend", Category: "stipend", UnitPrice: of("100.00", "NGN"),
			Items: items("2027-01-31", "2026-03-31", "2026-02-28")}}
		h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			t.Fatal(err)
		}
		if got := h.settle("P-101", "stipend", 2, "2026-04-01"); got != "2026-04-01 G1 -120.00=-0.53 G2 -80.00=-0.36" {
			t.Errorf("the year's units: %s", got)
		}
		// The third unit belongs to a year that nobody approved: it is settled, and relieves nothing.
		if got := h.settle("P-101", "stipend", 1, "2026-04-01"); got != "" {
			t.Errorf("a unit without commitment: %s", got)
		}
	})
}

// However a plan's units are settled - in any order and groups, dated back before the approval too - nothing is
// relieved below zero, and when the last unit of the year is settled nothing stays committed.
func TestRule39To40CommitmentsEndAtZero(t *testing.T) {
	onBoth(t, func(h house) {
		n := 0
		few(h.T, func(t *rapid.T) {
			n++
			p := drawnPlan(t)
			p.Number = fmt.Sprintf("P-%d", n)
			h.submitted(p)
			if _, err := h.approve("approver", p.Number, 2026, "2026-02-10"); err != nil {
				t.Fatal(err)
			}
			left := map[string]int{}
			for _, l := range p.Current.Lines {
				left[l.Line] = len(l.Items)
			}
			for len(left) > 0 {
				line := p.Current.Lines[rapid.IntRange(0, len(p.Current.Lines)-1).Draw(t, "line")].Line
				if left[line] == 0 {
					continue
				}
				units := rapid.IntRange(1, left[line]).Draw(t, "units")
				got := h.settle(p.Number, line, units, ledger.NewDate(2026, 1, rapid.IntRange(1, 365).Draw(t, "on")))
				if got != "" && got < "2026-02-10" {
					t.Fatalf("relieved before it was committed: %s", got)
				}
				if left[line] -= units; left[line] == 0 {
					delete(left, line)
				}
			}
			if got := h.committed(); got != "" {
				t.Fatalf("all is settled and %s stays committed", got)
			}
		})
	})
}

func TestApproveYearRefuses(t *testing.T) {
	onBoth(t, func(h house) {
		p := h.submitted(degree())
		if _, err := h.approve("writer", "P-101", 2026, "2026-01-10"); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("the writer approves: %v", err)
		}
		// Written by one, handed in by another: the writer still cannot approve.
		q := degree()
		q.Number, q.Beneficiary = "P-102", p.Beneficiary
		h.do("approver", func(tx *store.Tx) error { _, err := h.reg.Draft(h.Context(), tx, q); return err })
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Submit(h.Context(), tx, "P-102"); return err })
		if _, err := h.approve("approver", "P-102", 2026, "2026-01-10"); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("who wrote it approves it: %v", err)
		}
		if _, err := h.approve("other", "P-101", 2025, "2026-01-10"); !errors.Is(err, ErrNothingDue) {
			t.Errorf("a year without items: %v", err)
		}
		if got := h.committed(); got != "" {
			t.Errorf("refused approvals left %s", got)
		}
		for i, want := range []error{nil, ErrNothingDue} {
			if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); !errors.Is(err, want) {
				t.Errorf("approval %d: %v, want %v", i+1, err, want)
			}
		}
		if _, err := h.approve("writer", "P-101", 2027, "2026-01-10"); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("the writer approves a later year: %v", err)
		}
		draft := degree()
		draft.Number, draft.Beneficiary = "P-103", p.Beneficiary
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Draft(h.Context(), tx, draft); return err })
		if _, err := h.approve("approver", "P-103", 2026, "2026-01-10"); !errors.Is(err, ErrPlanState) {
			t.Errorf("a draft is approved: %v", err)
		}
	})
}

// What is promised, spent and left in a grant always sums to the grant, to the øre.
func TestAvailableIsWhatMayStillBePromised(t *testing.T) {
	onBoth(t, func(h house) {
		available := func() (text string) {
			h.do("", func(tx *store.Tx) error {
				m, known, err := h.reg.Grants.Available(h.Context(), tx, "G1")
				text = fmt.Sprint(m, known)
				return err
			})
			return text
		}
		p := degree()
		p.Current.Shares = shares("G1=100")
		p.Current.Lines = []PlanLine{{Line: "fees", Category: "tuition", UnitPrice: of("6750000.00", "NGN"),
			Items: items("2026-02-01", "2026-03-01", "2027-02-01")}}
		h.submitted(p)
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil { // 60,000.00: to the øre
			t.Fatal(err)
		}
		if got := available(); got != "0.00 true" {
			t.Errorf("left: %s", got)
		}
		var over *grants.BudgetExceeded
		if _, err := h.approve("approver", "P-101", 2027, "2026-01-10"); !errors.As(err, &over) ||
			over.Available.String() != "0.00" || over.Asked.String() != "30000.00" {
			t.Errorf("beyond the grant: %v", err)
		}
		// Settled at less than planned: the commitment goes, the cost stays, the rest is free again.
		h.settle("P-101", "fees", 1, "2026-02-01")
		h.do("", func(tx *store.Tx) error {
			_, err := h.reg.Grants.Post(h.Context(), tx, ledger.Entry{Date: "2026-02-01", Text: "fees", Act: "invoice",
				Lines: []ledger.Line{
					ledger.Base("5100", "G1", of("29000.00", "DKK")), ledger.Base("4900", "G1", of("-10.00", "DKK")),
					ledger.Base("2010", "G1", of("-28990.00", "DKK"))}})
			return err
		})
		if got := available(); got != "1010.00 true" {
			t.Errorf("left: %s, want 1010.00", got)
		}
	})
}

// Two categories of one budget line are added up: each alone fits the line, together they are one øre too much.
func TestCategoriesOfOneLineAreAddedUp(t *testing.T) {
	onBoth(t, func(h house) {
		h.lineForTen("L") // its line 2 has 79,990.01 for all but therapy
		for _, c := range []struct {
			number  string
			stipend string
			asked   string // "" is approved
		}{{"P-201", "39990.02", "79990.02"}, {"P-202", "39990.01", ""}} {
			h.submitted(Plan{Number: c.number, Currency: "DKK", Current: PlanVersion{StartsOn: "2026-01-01",
				Shares: shares("L=100"), Lines: []PlanLine{
					{Line: "fees", Category: "tuition", UnitPrice: of("40000.00", "DKK"), Items: items("2026-03-01")},
					{Line: "living", Category: "stipend", UnitPrice: of(c.stipend, "DKK"), Items: items("2026-03-01")}}}})
			_, err := h.approve("approver", c.number, 2026, "2026-01-10")
			var over *grants.BudgetExceeded
			if errors.As(err, &over) != (c.asked != "") || over == nil && err != nil {
				t.Errorf("%s: %v", c.number, err)
			} else if over != nil && (over.Grant != "L 2" || over.Asked.String() != c.asked) {
				t.Errorf("%s: %s asked of %s", c.number, over.Asked, over.Grant)
			}
		}
	})
}

// Numbers that people gave are stepped over.
func TestPlanNumbersOfOurOwnAreFree(t *testing.T) {
	onBoth(t, func(h house) {
		for _, c := range [][2]string{{"P-1", "P-1"}, {"P-3", "P-3"}, {"", "P-2"}, {"", "P-4"}} {
			p := degree()
			p.Number = c[0]
			if got := h.submitted(p).Number; got != c[1] {
				t.Errorf("%q became %s, want %s", c[0], got, c[1])
			}
		}
	})
}
