package beneficiaries

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

func TestSchedulesYieldDays(t *testing.T) {
	for _, c := range []struct {
		rule string
		from ledger.Date
		want string // days, or what is wrong
	}{
		{"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4", "2028-01-15", "2028-01-31 2028-02-29 2028-03-31 2028-04-30"},
		// RFC 5545: what is no day is left out
		{"FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2026-01-01", "2026-01-31 2026-03-31 2026-05-31"},
		// without a day it means every month: the last day from a last day, else that day or the last one
		{"FREQ=MONTHLY;UNTIL=20270531", "2027-01-31", "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31"},
		{"FREQ=MONTHLY;COUNT=3", "2027-01-30", "2027-01-30 2027-02-28 2027-03-30"},
		{"FREQ=MONTHLY;COUNT=3", "2028-01-29", "2028-01-29 2028-02-29 2028-03-29"},
		{"FREQ=MONTHLY;INTERVAL=3;COUNT=3", "2027-08-31", "2027-08-31 2027-11-30 2028-02-29"},
		{"FREQ=MONTHLY;COUNT=2", "2027-01-28", "2027-01-28 2027-02-28"},
		{"FREQ=YEARLY;COUNT=3", "2028-02-29", "2028-02-29 2029-02-28 2030-02-28"},
		{"FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20260312", "2026-03-03", "2026-03-05 2026-03-09 2026-03-12"},
		{"FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "2026-03-01", "2026-03-27 2026-04-24"},
		{"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "2026-01-01", "2026-01-30 2026-02-27"},
		{"FREQ=YEARLY;BYMONTH=1,9;BYMONTHDAY=20;COUNT=3", "2026-01-20", "2026-01-20 2026-09-20 2027-01-20"},
		{"FREQ=DAILY;INTERVAL=10;COUNT=2", "2026-03-28", "2026-03-28 2026-04-07"}, // over the change of the clocks
		{"FREQ=MONTHLY", "2026-01-01", "exactly one of COUNT and UNTIL"},
		{"FREQ=MONTHLY;COUNT=2;UNTIL=20270101", "2026-01-01", "exactly one of COUNT and UNTIL"},
		{"FREQ=DAILY;COUNT=601", "2026-01-01", "more than 600 days"},
		{"FREQ=DAILY;UNTIL=20280101", "2026-01-01", "more than 600 days"},
		{"FREQ=YEARLY;UNTIL=99991231", "2026-01-01", "more than 15 years"},
		{"FREQ=YEARLY;COUNT=40", "2026-01-01", "within 15 years"},
		{"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", "2026-01-01", "yields no day"},
		{"FREQ=HOURLY;COUNT=2", "2026-01-01", "not understood"},
		{"FREQ=DAILY;BYHOUR=3;COUNT=2", "2026-01-01", "not understood"},
		{"FREQ=DAILY;COUNT=2;COUNT=3", "2026-01-01", "not understood"},
		{"FREQ=YEARLY;BYDAY=2MO;COUNT=2", "2026-01-01", "numbered weekdays"},
		{"FREQ=DAILY;UNTIL=20260231", "2026-01-01", "last day is none"},
		{"DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;COUNT=2", "2026-01-01", "not understood"},
		{"COUNT=2", "2026-01-01", "no FREQ"},
		{"FREQ=DAILY;COUNT=2", "", "first day"},
	} {
		days, err := Schedule{c.rule, c.from}.Days()
		got := strings.Trim(fmt.Sprint(days), "[]")
		if err != nil && errors.Is(err, ErrSchedule) {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s from %s: %s, want %s", c.rule, c.from, got, c.want)
		}
	}
}

// Moved units keep the end of their months: what fell on 28 February because the month has no 31st falls on the
// 31st again, and what falls on the 28th stays there.
func TestMovedUnitsKeepTheMonthsEnd(t *testing.T) {
	for _, c := range []struct {
		days   string // of a line
		months []int  // moved by, one after the other
		want   string
	}{
		{"2027-02-28 2027-03-31", []int{1}, "2027-03-31 2027-04-30"},
		{"2027-02-28 2027-03-31", []int{1, 1}, "2027-04-30 2027-05-31"},
		{"2027-01-30 2027-02-28 2027-03-30", []int{1}, "2027-02-28 2027-03-30 2027-04-30"},
		{"2027-01-28 2027-02-28", []int{1}, "2027-02-28 2027-03-28"},
		{"2027-12-15", []int{2}, "2028-02-15"},
	} {
		var l PlanLine
		for _, d := range strings.Fields(c.days) {
			l.Items = append(l.Items, Item{DueOn: ledger.Date(d)})
		}
		for _, months := range c.months {
			usual := l.usualDay()
			for i := range l.Items {
				l.Items[i].DueOn = addMonths(l.Items[i].DueOn, months, usual)
			}
		}
		var got []string
		for _, i := range l.Items {
			got = append(got, string(i.DueOn))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s by %v months: %v, want %s", c.days, c.months, got, c.want)
		}
	}
}

// Whatever stands in a rule, it is refused or yields at most 600 days, each later than the last, none before the first
// day nor beyond fifteen years, and at once.
func TestSchedulesAreBounded(t *testing.T) {
	part := rapid.OneOf(
		rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=SECONDLY", "BYDAY=MO",
			"BYDAY=-1SU,2MO", "BYMONTHDAY=31", "BYMONTHDAY=-1,29,30",
			"BYMONTH=2", "BYSETPOS=5", "BYSETPOS=-1", "UNTIL=20991231", "UNTIL=20270101", "BYEASTER=1", "WKST=SU", "", "=",
			"COUNT=0"}),
		rapid.Map(rapid.IntRange(1, 700), func(n int) string { return fmt.Sprintf("COUNT=%d", n) }),
		rapid.Map(rapid.IntRange(1, 99), func(n int) string { return fmt.Sprintf("INTERVAL=%d", n) }))
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		parts := append([]string{rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"}).
			Draw(t, "freq")}, rapid.SliceOfN(part, 1, 4).Draw(t, "parts")...)
		s := Schedule{strings.Join(parts, ";"), ledger.NewDate(2026, 1, rapid.IntRange(1, 400).Draw(t, "from"))}
		begun := time.Now()
		days, err := s.Days()
		if time.Since(begun) > 5*time.Second {
			t.Fatalf("%s took %s", s.Rule, time.Since(begun))
		}
		if err != nil {
			if !errors.Is(err, ErrSchedule) {
				t.Fatalf("%s: %v", s.Rule, err)
			}
			return
		}
		taken++
		for i, d := range days {
			if d < s.From || d.Year() > s.From.Year()+scheduleSpan || i > 0 && d <= days[i-1] {
				t.Fatalf("%s from %s: %v", s.Rule, s.From, days)
			}
		}
		if len(days) == 0 || len(days) > MaxUnits {
			t.Fatalf("%s: %d days", s.Rule, len(days))
		}
	})
	if taken == 0 {
		t.Error("no rule was taken, so this would pass by looking at nothing")
	}
}

// An amount laid over units sums to itself, and no unit bears more than one minor unit above another.
func TestTotalsAreLaidOverUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "units")
		total := ledger.OfMinor(rapid.Int64Range(int64(n), 1_000_000).Draw(t, "total"), "NGN")
		l, err := PlanLine{Line: "fees", Items: items(make([]ledger.Date, n)...)}.Totalling(total)
		if err != nil {
			t.Fatal(err)
		}
		sum := ledger.Zero("NGN")
		for _, i := range l.Items {
			sum = sum.Add(l.price(i))
			if over := l.price(i).Minor() - l.UnitPrice.Minor(); over < 0 || over > 1 {
				t.Fatalf("%s beside %s", l.price(i), l.UnitPrice)
			}
		}
		if sum.Cmp(total) != 0 {
			t.Fatalf("%s of %s", sum, total)
		}
	})
	if _, err := (PlanLine{Items: items("", "")}).Totalling(of("0.01", "NGN")); !errors.Is(err, ErrLines) {
		t.Errorf("less than the units: %v", err)
	}
}

// Shares by priority sum to 100 percent, split any amount to the last minor unit, exceed no cap by more than a minor
// unit, and nobody pays before those above are at their cap.
func TestFundingByPriority(t *testing.T) {
	short, filled := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "funds")
		var funding []Share
		paid := map[ledger.FundCode]ledger.Money{}
		for i := range n {
			s := Share{Fund: ledger.FundCode(fmt.Sprintf("G%d", i)), Priority: rapid.IntRange(1, 3).Draw(t, "priority")}
			if rapid.IntRange(0, 3).Draw(t, "capped") > 0 {
				s.Cap = ledger.OfMinor(rapid.Int64Range(1, 100_000).Draw(t, "cap"), "DKK")
			}
			if rapid.Bool().Draw(t, "has paid") {
				paid[s.Fund] = ledger.OfMinor(rapid.Int64Range(0, 120_000).Draw(t, "paid"), "DKK")
			}
			funding = append(funding, s)
		}
		open := ledger.OfMinor(rapid.Int64Range(0, 300_000).Draw(t, "open"), "DKK")
		room := func(s Share) int64 { // what a fund may still pay
			if s.Cap.Sign() == 0 {
				return 1 << 40
			}
			left := s.Cap.Minor()
			if p, found := paid[s.Fund]; found {
				left -= p.Minor()
			}
			return max(left, 0)
		}
		got, err := fill(funding, paid, open)
		var all int64
		for _, s := range funding {
			all += room(s)
		}
		if (err != nil) != (all < open.Minor()) || err != nil && !errors.Is(err, ErrUnfunded) {
			t.Fatalf("room for %d of %s: %v", all, open, err)
		}
		if err != nil {
			short++
			return
		}
		filled++
		if err := CheckShares(got); err != nil {
			t.Fatalf("%v: %v", got, err)
		}
		sum := ledger.Zero("DKK")
		parts := map[ledger.FundCode]int64{}
		for i, m := range open.Split(Weights(got)) {
			sum, parts[got[i].Fund] = sum.Add(m), m.Minor()
			if m.Minor() > room(got[i])+1 && !open.IsZero() {
				t.Fatalf("%s bears %s of room for %d", got[i].Fund, m, room(got[i]))
			}
		}
		if sum.Cmp(open) != 0 {
			t.Fatalf("%s of %s", sum, open)
		}
		for _, below := range funding {
			for _, above := range funding {
				if below.Priority > above.Priority && parts[below.Fund] > 1 && parts[above.Fund] < room(above)-1 {
					t.Fatalf("%s pays %d while %s has room for %d and pays %d", below.Fund, parts[below.Fund], above.Fund, room(above),
						parts[above.Fund])
				}
			}
		}
	})
	if short == 0 || filled == 0 {
		t.Errorf("%d short, %d filled: one of them was not looked at", short, filled)
	}
}

// evidenced puts a document on record and answers its id.
func (h house) evidenced(tx *store.Tx) (evidence.ID, error) {
	id := evidence.ID(store.NewID("evd"))
	_, err := tx.ExecContext(h.Context(), "INSERT INTO evidence (id, sha256, media_type, bytes, kind, taken_on, "+
		"retention_until, stored_by, stored_at) VALUES (?, ?, 'application/pdf', 1, 'receipt', '2026-01-01', '2031-12-31', "+
		"?, ?)",
		string(id), strings.Repeat("0", 32)+string(id)[4:30]+"000000", tx.By.User, store.FormatTime(tx.At))
	return id, err
}

// What a plan says comes back as it was written, and every word of it is bound by what is approved.
func TestPlansKeepTheirContent(t *testing.T) {
	onBoth(t, func(h house) {
		p := degree()
		line, err := PlanLine{Line: "rent", Category: "housing", Payee: "C-09",
			Gates: []string{"term_1"}}.Scheduled(Schedule{"FREQ=MONTHLY;COUNT=7", "2026-02-01"})
		if err == nil {
			line, err = line.Totalling(of("100000.00", "NGN"))
		}
		if err != nil {
			h.Fatal(err)
		}
		line.Items[6].Gates = []string{"attending"}
		p.Current.Lines = append(p.Current.Lines, line)
		p.Current.Milestones = []Milestone{{Code: "attending", Kind: Attendance, AtLeast: decimal.NewFromInt(80)},
			{Code: "term_1", Kind: TermPassed, DueOn: "2026-06-30"}}
		p.Current.Goals, p.Current.Country = []string{"finish_degree", "safe_housing"}, "NG"
		p.Current.Shares = []Share{{Fund: "G1", Priority: 1, Cap: of("10000.00", "DKK")}, {Fund: "G2", Priority: 2},
			{Fund: "G3", Priority: 3}}
		h.submitted(p)
		var got Plan
		read := func() {
			h.Helper()
			h.do("writer", func(tx *store.Tx) (err error) { got, err = h.reg.Plan(h.Context(), tx, "P-101"); return err })
		}
		read()
		v, want := got.Current, line
		want.Category, want.Kind = "emergency-aid", "housing"
		if diff := cmp.Diff(want, v.Lines[2], cmp.Comparer(func(a,
			b ledger.Money) bool {
			return a.Currency == b.Currency && a.Amount.Equal(b.Amount)
		})); diff != "" {
			h.Error(diff)
		}
		// 3,100,000 NGN at 225 is 13,777.78: G1 bears 10,000, G2 the rest, G3 waits.
		if len(v.Shares) != 2 || v.Shares[0].Percent.String() != "72.5806334547" ||
			v.Shares[1].Percent.String() != "27.4193665453" || len(v.Funding) != 3 {
			h.Errorf("shares %v of %v", v.Shares, v.Funding)
		}
		if fmt.Sprintf("%v %s %s %d", v.Goals, v.Country, v.Phase,
			len(v.Milestones)) != "[finish_degree safe_housing] NG support 2" {
			h.Errorf("%v %s %s %v", v.Goals, v.Country, v.Phase, v.Milestones)
		}
		bound := v.Payload()
		for name, change := range map[string]func(*PlanVersion){
			"payee":     func(v *PlanVersion) { v.Lines[2].Payee = "C-10" },
			"gates":     func(v *PlanVersion) { v.Lines[2].Gates = nil },
			"item gate": func(v *PlanVersion) { v.Lines[2].Items[6].Gates = nil },
			"milestone": func(v *PlanVersion) { v.Milestones[0].AtLeast = decimal.NewFromInt(1) },
			"cap":       func(v *PlanVersion) { v.Funding[0].Cap = of("1.00", "DKK") },
			"goal":      func(v *PlanVersion) { v.Goals = nil },
			"country":   func(v *PlanVersion) { v.Country = "DK" },
			"category":  func(v *PlanVersion) { v.Lines[2].Kind = "" },
		} {
			read()
			if change(&got.Current); got.Current.Payload() == bound {
				h.Errorf("the approval does not bind the %s", name)
			}
		}
		for name, c := range map[string]struct {
			change func(*PlanVersion)
			want   error
		}{
			"free text as goal":   {func(v *PlanVersion) { v.Goals = []string{"she sleeps badly"} }, ErrUnknownWord},
			"a goal twice":        {func(v *PlanVersion) { v.Goals = []string{"recovery", "recovery"} }, ErrUnknownWord},
			"an unknown category": {func(v *PlanVersion) { v.Lines[0].Category = "gifts" }, ErrUnknownWord},
			"a named payee":       {func(v *PlanVersion) { v.Lines[0].Payee = "Clinic" }, ErrPayeeCode},
			"a country in full":   {func(v *PlanVersion) { v.Country = "Nigeria" }, ErrCountry},
			"a gate of nothing":   {func(v *PlanVersion) { v.Lines[0].Gates = []string{"term_9"} }, ErrMilestones},
			"a term with a percent": {func(v *PlanVersion) {
				v.Milestones = []Milestone{{Code: "t", Kind: TermPassed, AtLeast: decimal.NewFromInt(80)}}
			}, ErrMilestones},
			"caps that do not reach": {func(v *PlanVersion) {
				v.Shares = []Share{{Fund: "G1", Priority: 1,
					Cap: of("100.00", "DKK")}}
			}, ErrUnfunded},
			"percent beside priority": {func(v *PlanVersion) {
				v.Shares = []Share{{Fund: "G1", Priority: 1},
					shares("G2=10")[0]}
			}, ErrShares},
		} {
			q := degree()
			q.Number, q.Beneficiary = "P-9", got.Beneficiary
			c.change(&q.Current)
			if err := h.try("writer", func(tx *store.Tx) error {
				_,
					err := h.reg.Draft(h.Context(), tx, q)
				return err
			}); !errors.Is(err, c.want) {
				h.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

// A top-up buys the same support at dearer prices: the difference is set aside at the new rate, with a reason; a move
// goes on in another country and currency; what comes after the end is aftercare.
func TestTopUpMoveAndAftercare(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		revise := func(change Revision) error {
			return h.try("writer", func(tx *store.Tx) error {
				_, err := h.reg.Revise(h.Context(), tx, "P-101",
					change)
				return err
			})
		}
		dearer := degree().Current.Lines
		for i := range dearer {
			dearer[i].UnitPrice = ledger.OfMinor(dearer[i].UnitPrice.Minor()*12/10, "NGN")
		}
		topUp := Revision{Kind: TopUp, StartsOn: "2026-03-01", BudgetRate: rate("240 NGN/DKK"), Lines: dearer}
		for _, reason := range []string{"", "naira fell, she cannot pay"} {
			topUp.Reason = reason
			if err := revise(topUp); !errors.Is(err, ErrReasonRequired) {
				h.Errorf("a top-up because %q: %v", reason, err)
			}
		}
		topUp.Reason = "weak_currency"
		if err := revise(topUp); err != nil {
			h.Fatal(err)
		}
		c := h.decided("P-101", "2026-03-01") // 600,000 NGN more at 240, 60/40
		if got := encumbered(c.Entry); got != "2026-03-01 G1 360000.00=1500.00 G2 240000.00=1000.00" ||
			c.Plan.Current.Reason != "weak_currency" {
			h.Errorf("topped up: %s, because %s", got, c.Plan.Current.Reason)
		}
		home := []PlanLine{{Line: "rent", Category: "housing", UnitPrice: of("4000.00", "DKK"),
			Items: items("2026-10-01", "2026-11-01")}}
		if err := revise(Revision{Kind: Move, StartsOn: "2026-09-01", Currency: "DKK", Country: "DK", Lines: home,
			Reason: "moved"}); err != nil {
			h.Fatal(err)
		}
		c = h.decided("P-101", "2026-09-01")
		if got := h.committed(); got != "G1 4800.00=4800.00 G2 3200.00=3200.00" || c.Plan.Currency != "DKK" ||
			c.Plan.Current.Country != "DK" {
			h.Errorf("moved: %s in %s, %s", got, c.Plan.Currency, c.Plan.Current.Country)
		}
		h.do("approver", func(tx *store.Tx) error {
			_, err := h.reg.Close(h.Context(), tx, "P-101", Closing{Completed: true, On: "2026-11-30"})
			return err
		})
		if err := revise(Revision{Kind: Revised, StartsOn: "2026-12-01",
			Lines: []PlanLine{{Line: "talks", Category: "therapy", UnitPrice: of("900.00", "DKK"),
				Items: items("2026-12-15")}}}); err != nil {
			h.Fatal(err)
		}
		if c = h.decided("P-101", "2026-12-01"); c.Plan.Current.Phase != AftercarePhase || c.Plan.State != PlanActive ||
			c.Plan.Current.Country != "DK" {
			h.Errorf("after the end: %s, %s, %s", c.Plan.Current.Phase, c.Plan.State, c.Plan.Current.Country)
		}
	})
}
