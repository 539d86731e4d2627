package disbursements

import (
	"testing"

	"supportledger/beneficiaries"
	"supportledger/ledger"
)

func kroner(t *testing.T, text string) ledger.Money {
	t.Helper()
	m, err := ledger.ParseMoney(text, "DKK")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A band of a policy holds for what is above its amount, of its fund, and of its kind. An amount that is not known in
// base currency could be any, so each band of amounts holds.
func TestBandHolds(t *testing.T) {
	above := Band{Above: kroner(t, "1000.00")}
	plain := facts{amount: kroner(t, "1000.01"), known: true, funds: []ledger.FundCode{"UNR"}}
	with := func(change func(*facts)) facts {
		f := plain
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		band  Band
		facts facts
		want  bool
	}{
		"above":                    {above, plain, true},
		"just the amount":          {above, with(func(f *facts) { f.amount = kroner(t, "1000.00") }), false},
		"not known":                {above, with(func(f *facts) { f.amount, f.known = kroner(t, "0.00"), false }), true},
		"any amount":               {Band{}, with(func(f *facts) { f.amount = kroner(t, "0.01") }), true},
		"of the fund":              {Band{Fund: "UNR"}, plain, true},
		"of another fund":          {Band{Fund: "G1"}, plain, false},
		"above, of another fund":   {Band{Above: kroner(t, "1.00"), Fund: "G1"}, plain, false},
		"for new payees":           {Band{NewPayee: true}, plain, false},
		"for new payees, of one":   {Band{NewPayee: true}, with(func(f *facts) { f.newPayee = true }), true},
		"for cash":                 {Band{Cash: true}, plain, false},
		"for cash, in cash":        {Band{Cash: true}, with(func(f *facts) { f.cash = true }), true},
		"for both, of one of them": {Band{NewPayee: true, Cash: true}, with(func(f *facts) { f.cash = true }), false},
	} {
		if got := c.band.holds(c.facts); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A request on a plan line needs a plan in force; a payment beside the lines is only warned of. What was asked for
// under another version of the plan stops in any case.
func TestCheckPlan(t *testing.T) {
	for name, c := range map[string]struct {
		d    Disbursement
		want Outcome
	}{
		"in force":         {Disbursement{Settlement: ByPartner, Plan: planIn(beneficiaries.PlanActive)}, OK},
		"approved":         {Disbursement{Settlement: ByPartner, Plan: planIn(beneficiaries.PlanApproved)}, OK},
		"draft":            {Disbursement{Settlement: ByPartner, Plan: planIn(beneficiaries.PlanDraft)}, Stop},
		"beside, in force": {Disbursement{Settlement: ByPayment, Plan: planIn(beneficiaries.PlanActive)}, OK},
		"beside, approved": {Disbursement{Settlement: ByPayment, Plan: planIn(beneficiaries.PlanApproved)}, OK},
		"beside, draft":    {Disbursement{Settlement: ByPayment, Plan: planIn(beneficiaries.PlanDraft)}, Warning},
		"under another version": {Disbursement{Settlement: ByPayment, PlanVersion: "other",
			Plan: planIn(beneficiaries.PlanActive)}, Stop},
	} {
		found, err := known{}.checkPlan(t.Context(), nil, c.d)
		if err != nil || len(found) != 1 || found[0].Outcome != c.want {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if found, err := (known{}).checkPlan(t.Context(), nil, Disbursement{Settlement: ByPartner}); err != nil ||
		len(found) != 0 {
		t.Errorf("without a plan: %+v, %v", found, err)
	}
}

func planIn(state beneficiaries.PlanState) beneficiaries.Plan {
	return beneficiaries.Plan{ID: "pln_1", Number: "P-1", State: state, Current: beneficiaries.PlanVersion{ID: "ver_1"}}
}

// A request on a plan line is warned of where its units are settled or held, unless it says its own shares, and where
// it costs more than the plan foresaw; a line that the plan has not stops.
func TestCheckLine(t *testing.T) {
	plan := planIn(beneficiaries.PlanActive)
	plan.Current.Lines = []beneficiaries.PlanLine{{Line: "stipend", UnitPrice: kroner(t, "100.00"),
		Items: []beneficiaries.Item{{Position: 0, SettledBy: "dsb_0"}, {Position: 1}, {Position: 2, SuspendedBy: "trn_1"}}}}
	asked := func(line string, units int, amount string, own bool) Disbursement {
		return Disbursement{Settlement: ByPartner, Plan: plan, Line: line, Units: units, Amount: kroner(t, amount),
			OwnShares: own}
	}
	for name, c := range map[string]struct {
		d           Disbursement
		line, limit Outcome
	}{
		"one of one":               {asked("stipend", 1, "100.00", false), OK, OK},
		"two of one":               {asked("stipend", 2, "200.00", false), Warning, OK},
		"two of one, shares given": {asked("stipend", 2, "200.00", true), OK, OK},
		"an øre above":             {asked("stipend", 1, "100.01", false), OK, Warning},
		"of no line":               {asked("fees", 1, "1.00", false), Stop, OK},
	} {
		found, err := known{}.checkLine(t.Context(), nil, c.d)
		if err != nil || len(found) != 2 || found[0].Outcome != c.line || found[1].Outcome != c.limit {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	booked := asked("fees", 9, "9.00", false)
	booked.Entry = "ent_1"
	if found, err := (known{}).checkLine(t.Context(), nil, booked); err != nil || len(found) != 0 {
		t.Errorf("what is booked: %+v, %v", found, err)
	}
}
