package grants

import (
	"errors"
	"testing"

	"supportledger/ledger"
)

// A condition holds back what it names while it is open or missed.
func TestConditionsHoldBack(t *testing.T) {
	for name, c := range map[string]struct {
		condition              Condition
		entitled, disbursement bool
	}{
		"an open one on an instalment":      {Condition{State: ConditionOpen, Instalment: 1}, false, true},
		"a missed one on an instalment":     {Condition{State: ConditionMissed, Instalment: 2}, false, true},
		"an open one on what is paid out":   {Condition{State: ConditionOpen, Disbursements: true}, false, false},
		"an open one that holds nothing":    {Condition{State: ConditionOpen}, true, true},
		"one on an instalment that was met": {Condition{State: "met", Instalment: 1, Disbursements: true}, true, true},
	} {
		conditions := []Condition{{State: "met"}, c.condition}
		if err := entitled("G1", conditions); (err == nil) != c.entitled {
			t.Errorf("%s: entitled: %v", name, err)
		}
		if err := Disbursable("G1", conditions); (err == nil) != c.disbursement {
			t.Errorf("%s: disbursable: %v", name, err)
		}
	}
}

// After its end a grant takes cost until its report is due, and where no day is agreed, at any time.
func TestTakesCost(t *testing.T) {
	var conflict *StateConflict
	for _, c := range []struct {
		state     GrantState
		due, on   ledger.Date
		conflicts bool
		want      error
	}{
		{GrantSigned, "2026-06-30", "2026-07-01", false, nil}, {GrantSuspended, "2026-06-30", "2026-07-01", false, nil},
		{GrantEnded, "2026-06-30", "2026-06-30", false, nil}, {GrantEnded, "2026-06-30", "2026-07-01", false, ErrReportDue},
		{GrantTerminated, "2026-06-30", "2026-06-30", false, nil},
		{GrantTerminated, "2026-06-30", "2026-07-01", false, ErrReportDue},
		{GrantEnded, "", "2030-01-01", false, nil}, {GrantTerminated, "", "2030-01-01", false, nil},
		{GrantDraft, "", "2026-01-01", true, nil}, {GrantFinalReported, "2026-06-30", "2026-06-01", true, nil},
		{GrantClosed, "2026-06-30", "2026-06-01", true, nil},
	} {
		err := Grant{State: c.state, ReportDueOn: c.due}.TakesCost(c.on)
		if errors.As(err, &conflict) != c.conflicts || !c.conflicts && !errors.Is(err, c.want) {
			t.Errorf("%s, due on %q, on %s: %v", c.state, c.due, c.on, err)
		}
	}
}

func TestLastMove(t *testing.T) {
	moves := []Step{{State: GrantEnded, On: "2026-01-01"}, {State: GrantActive, On: "2026-02-01"},
		{State: GrantEnded, On: "2026-03-01"}, {State: GrantClosed, On: "2026-04-01"}}
	for state, want := range map[GrantState]ledger.Date{GrantEnded: "2026-03-01", GrantClosed: "2026-04-01",
		GrantActive: "2026-02-01", GrantSigned: ""} {
		if got := lastMove(moves, state); got.On != want {
			t.Errorf("%s: %s, want %s", state, got.On, want)
		}
	}
	if got := lastMove(moves[:1], GrantEnded); got.On != "2026-01-01" {
		t.Errorf("the first of all: %+v", got)
	}
}

// Moves are measured from the newest version that the funder approved and that is in force.
func TestLastApproved(t *testing.T) {
	line := func(no string) []BudgetLine { return []BudgetLine{{No: no}} }
	for name, c := range map[string]struct {
		versions []BudgetVersion
		want     string
	}{
		"none": {nil, ""},
		"the newest of two": {[]BudgetVersion{{Approved: true, State: BudgetEffective, Lines: line("1")},
			{Approved: true, State: BudgetEffective, Lines: line("2")}}, "2"},
		"a move of our own": {[]BudgetVersion{{Approved: true, State: BudgetEffective, Lines: line("1")},
			{State: BudgetEffective, Lines: line("2")}}, "1"},
		"one that was only submitted": {[]BudgetVersion{{Approved: true, State: BudgetEffective, Lines: line("1")},
			{Approved: true, State: BudgetSubmitted, Lines: line("2")}}, "1"},
	} {
		got := ""
		if lines := lastApproved(c.versions); len(lines) > 0 {
			got = lines[0].No
		}
		if got != c.want {
			t.Errorf("%s: line %q, want %q", name, got, c.want)
		}
	}
}

// A cost without a day is held against no period; one with a day against both ends, which belong to it.
func TestEligiblePeriod(t *testing.T) {
	g := Grant{Code: "G1", From: "2026-01-01", To: "2026-12-31", Policies: Policies{{}}}
	outside := func(c Cost) bool {
		for _, f := range g.Eligible(c) {
			if errors.Is(f, ErrOutsidePeriod) {
				return true
			}
		}
		return false
	}
	for on, want := range map[ledger.Date]bool{
		"": false, "2025-12-31": true, "2026-01-01": false, "2026-12-31": false, "2027-01-01": true,
	} {
		if got := outside(Cost{On: on}); got != want {
			t.Errorf("%q: %v, want %v", on, got, want)
		}
	}
}
