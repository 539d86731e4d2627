package grants

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
)

func TestRule37VersionInForceOnTheDay(t *testing.T) {
	// G2 bears transfer fees until the amendment of 1 July (S04, S07).
	policies := Policies{{StartsOn: "2026-01-02", FeeBearer: BornByGrant},
		{StartsOn: "2026-07-01", FeeBearer: BornByGeneral}, {StartsOn: "2027-01-01", FeeBearer: BornByGrant}}
	for day, want := range map[ledger.Date]Bearer{
		"2025-12-31": BornByGrant, // before all: the first
		"2026-01-02": BornByGrant, "2026-01-12": BornByGrant, "2026-06-30": BornByGrant,
		"2026-07-01": BornByGeneral, "2026-07-13": BornByGeneral, "2026-12-31": BornByGeneral,
		"2027-01-01": BornByGrant, "2199-12-31": BornByGrant,
	} {
		if got := policies.At(day).FeeBearer; got != want {
			t.Errorf("on %s the bearer is %s, want %s", day, got, want)
		}
	}
}

func TestRule37HoldsForAnyVersions(t *testing.T) {
	day := rapid.Custom(func(t *rapid.T) ledger.Date {
		return ledger.NewDate(2026, 1, rapid.IntRange(1, 40).Draw(t, "day"))
	})
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfNDistinct(day, 1, 6, rapid.ID[ledger.Date]).Draw(t, "starts")
		slices.Sort(days)
		policies := make(Policies, len(days))
		for i, d := range days {
			policies[i] = Policy{StartsOn: d}
		}
		on := day.Draw(t, "on")
		want := days[0]
		if i, exact := slices.BinarySearch(days, on); exact {
			want = on
		} else if i > 0 {
			want = days[i-1]
		}
		if got := policies.At(on).StartsOn; got != want {
			t.Fatalf("on %s the version of %s is in force, not that of %s; starts %v", on, got, want, days)
		}
	})
}

// An amendment holds from its day until one that changes the same rule, in whatever order they are entered.
func TestRule37AmendmentsHoldUntilAmendedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type amendment struct {
			on   ledger.Date
			rule int // 0 fee bearer, 1 currency bearer, 2 rate
			to   int64
		}
		policies := Policies{{StartsOn: "2026-01-01", FeeBearer: "0", CurrencyBearer: "0", IndirectRate: decimal.Zero}}
		made := []amendment{{"2026-01-01", 0, 0}, {"2026-01-01", 1, 0}, {"2026-01-01", 2, 0}}
		for i := range rapid.IntRange(0, 6).Draw(t, "amendments") {
			a := amendment{ledger.NewDate(2026, 1, rapid.IntRange(2, 12).Draw(t, "day")), rapid.IntRange(0, 2).Draw(t, "rule"),
				int64(i + 1)}
			bearer, rate := Bearer(fmt.Sprint(a.to)), decimal.NewFromInt(a.to)
			change := []Change{{FeeBearer: &bearer}, {CurrencyBearer: &bearer}, {IndirectRate: &rate}}[a.rule]
			for _, p := range policies.amended(a.on, change) {
				if at, found := slices.BinarySearchFunc(policies, p,
					func(a, b Policy) int { return cmp.Compare(a.StartsOn, b.StartsOn) }); found {
					policies[at] = p
				} else {
					policies = slices.Insert(policies, at, p)
				}
			}
			made = slices.DeleteFunc(made, func(b amendment) bool { return b.on == a.on && b.rule == a.rule }) // replaced
			made = append(made, a)
		}
		for day := 1; day <= 14; day++ {
			on := ledger.NewDate(2026, 1, day)
			want := map[int]amendment{}
			for _, a := range made {
				if a.on <= on && a.on >= want[a.rule].on {
					want[a.rule] = a
				}
			}
			got := policies.At(on)
			if got.FeeBearer != Bearer(fmt.Sprint(want[0].to)) || got.CurrencyBearer != Bearer(fmt.Sprint(want[1].to)) ||
				!got.IndirectRate.Equal(decimal.NewFromInt(want[2].to)) {
				t.Fatalf("on %s: %s %s %s, want %v; entered %v", on, got.FeeBearer, got.CurrencyBearer, got.IndirectRate, want,
					made)
			}
		}
	})
}
