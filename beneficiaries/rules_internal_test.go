package beneficiaries

import (
	"errors"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

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

func TestWantFunding(t *testing.T) {
	one, two := Share{Fund: "G1", Priority: 1}, Share{Fund: "G2", Priority: 2}
	for name, c := range map[string]struct {
		shares []Share
		want   error
	}{
		"none":             {nil, nil},
		"two funds":        {[]Share{one, two}, nil},
		"one fund twice":   {[]Share{one, {Fund: "G1", Priority: 2}}, ErrShares},
		"no priority":      {[]Share{one, {Fund: "G2"}}, ErrShares},
		"percent as well":  {[]Share{{Fund: "G1", Priority: 1, Percent: decimal.NewFromInt(50)}}, ErrShares},
		"a cap below zero": {[]Share{{Fund: "G1", Priority: 1, Cap: kroner(t, "-0.01")}}, ErrShares},
		"a cap":            {[]Share{{Fund: "G1", Priority: 1, Cap: kroner(t, "0.01")}}, nil},
	} {
		if err := wantFunding(c.shares); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Funds pay in order of priority, up to their caps less what they have paid.
func TestFill(t *testing.T) {
	funding := []Share{{Fund: "REST", Priority: 2}, {Fund: "CAPPED", Priority: 1, Cap: kroner(t, "100.00")}}
	for name, c := range map[string]struct {
		paid map[ledger.FundCode]ledger.Money
		open string
		want map[ledger.FundCode]string
	}{
		"below the cap": {nil, "80.00", map[ledger.FundCode]string{"CAPPED": "100"}},
		"at the cap":    {nil, "100.00", map[ledger.FundCode]string{"CAPPED": "100"}},
		"above the cap": {nil, "400.00", map[ledger.FundCode]string{"CAPPED": "25", "REST": "75"}},
		"some of it paid": {map[ledger.FundCode]ledger.Money{"CAPPED": kroner(t, "50.00")}, "200.00",
			map[ledger.FundCode]string{"CAPPED": "25", "REST": "75"}},
		"all of it paid": {map[ledger.FundCode]ledger.Money{"CAPPED": kroner(t, "100.00")}, "200.00",
			map[ledger.FundCode]string{"REST": "100"}},
		"another has paid": {map[ledger.FundCode]ledger.Money{"REST": kroner(t, "100.00")}, "200.00",
			map[ledger.FundCode]string{"CAPPED": "50", "REST": "50"}},
	} {
		shares, err := fill(funding, c.paid, kroner(t, c.open))
		if err != nil || len(shares) != len(c.want) {
			t.Errorf("%s: %+v, %v", name, shares, err)
			continue
		}
		for _, s := range shares {
			if !s.Percent.Equal(decimal.RequireFromString(c.want[s.Fund])) {
				t.Errorf("%s: %s pays %s %%, want %s", name, s.Fund, s.Percent, c.want[s.Fund])
			}
		}
	}
	if _, err := fill(funding[1:], nil, kroner(t, "100.01")); err == nil {
		t.Error("a fund paid more than its cap")
	}
}

// A revision names the fields that it changes, and no others.
func TestRevisionFields(t *testing.T) {
	for want, c := range map[string]Revision{
		"currency": {Currency: "EUR"}, "shares": {Shares: []Share{}}, "lines": {Lines: []PlanLine{}},
		"country": {Country: "NG"},
		"phase":   {Phase: "x"}, "goals": {Goals: []string{}},
	} {
		if got := c.fields(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v", want, got)
		}
	}
	if got := (Revision{}).fields(); len(got) != 0 {
		t.Errorf("nothing: %v", got)
	}
}
