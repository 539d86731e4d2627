package ledger

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"
)

func inBase(t *testing.T, text string) Money {
	t.Helper()
	m, err := ParseMoney(text, "DKK")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMoneyOfTwoCurrenciesIsNotCompared(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("1 DKK was compared with 1 EUR")
		}
	}()
	one := inBase(t, "1.00")
	one.Cmp(Money{Amount: one.Amount, Currency: "EUR"})
}

func TestRateJoinsTwoCurrencies(t *testing.T) {
	r := Rate{Value: decimal.NewFromInt(226), Num: "NGN", Den: "DKK"}
	for _, c := range []struct {
		a, b Currency
		want bool
	}{
		{"NGN", "DKK", true}, {"DKK", "NGN", true}, {"NGN", "EUR", false}, {"EUR", "DKK", false},
		{"DKK", "EUR", false}, {"EUR", "NGN", false}, {"NGN", "NGN", false}, {"DKK", "DKK", false},
	} {
		if got := r.Joins(c.a, c.b); got != c.want {
			t.Errorf("%s joins %s and %s: %v", r, c.a, c.b, got)
		}
	}
}

func TestAfterTakesDrawsOffTheirOwnLots(t *testing.T) {
	lot := func(id LotID) Lot {
		return Lot{ID: id, OpenQuantity: inBase(t, "10.00"), OpenCost: inBase(t, "5.00")}
	}
	before := []Lot{lot("one"), lot("two")}
	after := After(before, []Draw{{"two", inBase(t, "4.00"), inBase(t, "2.00")},
		{"gone", inBase(t, "1.00"), inBase(t, "1.00")}})
	if after[0].OpenQuantity.String() != "10.00" || after[1].OpenQuantity.String() != "6.00" ||
		after[1].OpenCost.String() != "3.00" {
		t.Errorf("after: %+v", after)
	}
	if before[1].OpenQuantity.String() != "10.00" {
		t.Error("the lots that were given are changed")
	}
}

// What a line may be, one fault each.
func TestLineCheck(t *testing.T) {
	c := Chart{Base: "DKK", Accounts: map[AccountNo]Account{"1010": {Number: "1010", Type: Asset}},
		Funds: map[FundCode]Fund{"UNR": {Code: "UNR"}}}
	one, euro := inBase(t, "1.00"), Money{Amount: decimal.NewFromInt(1), Currency: "EUR"}
	sound := Line{Account: "1010", Fund: "UNR", Amount: one, Base: one}
	if err := sound.Check(0, c); err != nil {
		t.Errorf("a sound line: %v", err)
	}
	for name, change := range map[string]func(*Line){
		"base in euros":            func(l *Line) { l.Base = euro },
		"another amount in kroner": func(l *Line) { l.Amount = inBase(t, "2.00") },
		"on two sides":             func(l *Line) { l.Amount, l.Base = euro, one.Neg() },
		"nothing moves":            func(l *Line) { l.Amount, l.Base = Zero("DKK"), Zero("DKK") },
	} {
		l := sound
		change(&l)
		var shape *Shape
		if err := l.Check(3, c); !errors.As(err, &shape) || shape.Line != 3 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A checklist counts funds below zero, accounts, and claims between funds that do not cancel.
func TestChecklistCounts(t *testing.T) {
	at := func(account AccountNo, fund FundCode, amount string) Balance {
		return Balance{Account: account, Fund: fund, Amount: inBase(t, amount), Base: inBase(t, amount)}
	}
	m := closing{
		Chart: Chart{Base: "DKK", Accounts: map[AccountNo]Account{"1010": {Number: "1010", Type: Asset},
			"2200":          {Number: "2200", Type: Liability},
			InterfundClaims: {Number: InterfundClaims, Type: Asset}, InterfundDebts: {Number: InterfundDebts, Type: Liability}},
			Funds: map[FundCode]Fund{"UNR": {Code: "UNR", Restriction: Unrestricted},
				"G1": {Code: "G1", Restriction: BoundByGrant},
				"G2": {Code: "G2", Restriction: BoundByGrant}}},
		balances: []Balance{at("1010", "UNR", "-100.00"), at("1010", "G1", "10.00"), at("2200", "G1", "-10.01"),
			at("1010", "G2", "10.00"), at("2200", "G2", "-10.00")},
	}
	if got := m.below(); got != 1 {
		t.Errorf("%d funds below zero, want G1 alone", got)
	}
	if got := m.accountsWhere(func(a Account) bool { return a.Type == Liability }); got != 1 {
		t.Errorf("%d accounts, want 2200 once", got)
	}
	if got := m.accountsWhere(func(Account) bool { return true }); got != 2 {
		t.Errorf("%d accounts of any type, want 2", got)
	}
	if got := m.loansApart(); got != 0 {
		t.Errorf("loans apart without any: %d", got)
	}
	m.balances = append(m.balances, at(InterfundClaims, "UNR", "5.00"), at(InterfundDebts, "G1", "-4.00"))
	if got := m.loansApart(); got != 1 {
		t.Errorf("claims of 5 and debts of 4: %d", got)
	}
	m.balances = append(m.balances, at(InterfundDebts, "G1", "-2.00"))
	if got := m.loansApart(); got != 1 {
		t.Errorf("claims of 5 and debts of 6: %d", got)
	}
}

// A lot never holds less than nothing, more than it was opened with, or a cost without a quantity; the layers of a
// grant may be drawn beyond what came in.
func TestWhatALotMayHold(t *testing.T) {
	for _, c := range []struct {
		name           string
		kind           LotKind
		quantity, cost string
		refused        bool
	}{
		{"all of it", CurrencyLot, "10.00", "7.00", false},
		{"nothing", CurrencyLot, "0.00", "0.00", false},
		{"a quantity without cost", CurrencyLot, "1.00", "0.00", false},
		{"no quantity and cost left", CurrencyLot, "0.00", "0.01", true},
		{"less than no quantity", CurrencyLot, "-0.01", "0.00", true},
		{"less than no cost", CurrencyLot, "1.00", "-0.01", true},
		{"more than was opened", CommitmentLot, "10.01", "7.00", true},
		{"a layer that is overdrawn", DeferredLot, "-5.00", "-3.00", false},
	} {
		lot := Lot{Kind: c.kind, Quantity: inBase(t, "10.00"), Cost: inBase(t, "7.00"),
			OpenQuantity: inBase(t, c.quantity), OpenCost: inBase(t, c.cost)}
		if err := lot.holds(); errors.Is(err, ErrLotExhausted) != c.refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The Great Prayer Day was a holiday until 2023.
func TestGreatPrayerDay(t *testing.T) {
	for day, works := range map[Date]bool{"2022-05-13": false, "2023-05-05": false, "2024-04-26": true, "2025-05-16": true} {
		if day.Working() != works {
			t.Errorf("%s is a working day: %t", day, day.Working())
		}
	}
}

// Balances are listed by account, fund and currency, and those of nothing are left out.
func TestBalancesAreInOrder(t *testing.T) {
	want := []Balance{}
	of := map[balanceKey]Balance{}
	for _, account := range []AccountNo{"1010", "1020", "2100", "4100", "5200", "5400", "6100", "6900"} {
		for _, fund := range []FundCode{"G1", "G2", "UNR"} {
			b := Balance{Account: account, Fund: fund, Amount: inBase(t, "1.00"), Base: inBase(t, "1.00")}
			want = append(want, b)
			of[balanceKey{account, fund, "DKK"}] = b
		}
	}
	of[balanceKey{"1030", "UNR", "DKK"}] = Balance{Account: "1030", Fund: "UNR", Amount: Zero("DKK"), Base: Zero("DKK")}
	got := values(of)
	if len(got) != len(want) {
		t.Fatalf("%d balances, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Account != want[i].Account || got[i].Fund != want[i].Fund {
			t.Fatalf("balance %d is of %s %s, want %s %s", i, got[i].Account, got[i].Fund, want[i].Account, want[i].Fund)
		}
	}
}
