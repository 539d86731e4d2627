package grants

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"supportledger/ledger"
)

// Whatever is promised, taken back and paid: award, cancelled and paid stand apart, and every instalment adds up.
func TestStandingAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var planned []Planned
		award := ledger.Zero("DKK")
		for i := range rapid.IntRange(1, 6).Draw(t, "instalments") {
			p := Planned{i + 1, ledger.Date(fmt.Sprintf("202%d-01-05", i)),
				ledger.OfMinor(rapid.Int64Range(1, 1_000_000).Draw(t, "amount"), "DKK")}
			planned, award = append(planned, p), award.Add(p.Amount)
		}
		cancelled := ledger.OfMinor(rapid.Int64Range(0, award.Minor()).Draw(t, "cancelled"), "DKK")
		paid := ledger.OfMinor(rapid.Int64Range(0, award.Minor()).Draw(t, "paid"), "DKK")
		s := Promise{Amount: award, Planned: planned, Cancelled: cancelled, Paid: paid}.Standing("2023-06-30")
		sums := map[string]ledger.Money{"paid": ledger.Zero("DKK"), "cancelled": ledger.Zero("DKK"),
			"open": ledger.Zero("DKK"), "overdue": ledger.Zero("DKK")}
		for _, p := range s.Instalments {
			if p.Paid.Add(p.Cancelled).Add(p.Open).Cmp(p.Amount) != 0 || p.Paid.Sign() < 0 || p.Cancelled.Sign() < 0 ||
				p.Open.Sign() < 0 {
				t.Fatalf("instalment %d: %s = %s + %s + %s", p.No, p.Amount, p.Paid, p.Cancelled, p.Open)
			}
			sums["paid"], sums["cancelled"], sums["open"] = sums["paid"].Add(p.Paid), sums["cancelled"].Add(p.Cancelled),
				sums["open"].Add(p.Open)
			if p.State == InstalmentOverdue {
				sums["overdue"] = sums["overdue"].Add(p.Open)
			}
		}
		if sums["cancelled"].Cmp(cancelled) != 0 || sums["open"].Cmp(s.Open) != 0 || sums["overdue"].Cmp(s.Overdue) != 0 {
			t.Fatalf("instalments sum to %v, the grant has %+v", sums, s)
		}
		if sums["paid"].Cmp(smaller(paid, award.Sub(cancelled))) != 0 {
			t.Fatalf("%s of %s is laid on instalments of %s", sums["paid"], paid, award.Sub(cancelled))
		}
	})
}

// Danish Social and Housing Agency, payment of grants: all payments may be stopped while a report is late.
func TestALateReportHoldsTheNextInstalmentBack(t *testing.T) {
	planned := []Planned{{1, "2026-01-05", of("600.00", "DKK")}, {2, "2027-01-05", of("400.00", "DKK")}}
	report := Condition{Number: "C1", Kind: "report", Instalment: 2, State: ConditionMissed}
	for state, want := range map[ConditionState]InstalmentState{ConditionOpen: InstalmentWithheld,
		ConditionMissed: InstalmentWithheld, ConditionMet: InstalmentOverdue, ConditionWaived: InstalmentOverdue} {
		report.State = state
		promise := Promise{Amount: of("1000.00", "DKK"), Planned: planned, Cancelled: ledger.Zero("DKK"),
			Paid: of("600.00", "DKK"), Conditions: []Condition{report}}
		s := promise.Standing("2027-02-01")
		if got := s.Instalments[1].State; got != want {
			t.Errorf("condition %s: the instalment is %s, want %s", state, got, want)
		}
		if s.Instalments[0].State != InstalmentReceived {
			t.Errorf("the first instalment is %s", s.Instalments[0].State)
		}
	}
}

// A condition on what is paid out is asked without a database.
func TestDisbursableNamesTheConditionThatHolds(t *testing.T) {
	open := []Condition{{Number: "C1", Kind: "report", Disbursements: true, State: ConditionMet},
		{Number: "C2", Kind: "matching", Disbursements: true, State: ConditionOpen},
		{Number: "C3", Kind: "time", State: ConditionMissed}}
	var holds *ConditionHolds
	if err := Disbursable("G1", open); !errors.As(err, &holds) || holds.Number != "C2" {
		t.Errorf("held back by %v", err)
	}
	if err := Disbursable("G1", open[:1]); err != nil {
		t.Errorf("all is met: %v", err)
	}
}
