package disbursements

import (
	"errors"
	"testing"
	"time"

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

// A delegation is in force from its first day to its last, unless it was revoked.
func TestDelegationDays(t *testing.T) {
	d := Delegation{FromOn: "2026-03-02", ToOn: "2026-03-09"}
	for day, want := range map[ledger.Date]bool{
		"2026-03-01": false, "2026-03-02": true, "2026-03-05": true, "2026-03-09": true, "2026-03-10": false,
	} {
		if got := d.on(day); got != want {
			t.Errorf("on %s: %v", day, got)
		}
	}
	d.RevokedAt = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	if d.on("2026-03-05") {
		t.Error("a revoked delegation is in force")
	}
}

// A band of a policy holds for what is above its amount, of its fund, and of its kind. An amount that is not known in base
// currency could be any, so each band of amounts holds.
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

// Lines of the bank that prove one payment add up; they are of one account, all in or all out.
func TestMatchJoins(t *testing.T) {
	line := func(account ledger.AccountNo, on ledger.Date, amount string) BankLine {
		return BankLine{Account: account, Date: on, Amount: kroner(t, amount), Left: kroner(t, amount)}
	}
	var m Match
	for _, l := range []BankLine{line("1010", "2026-01-05", "-100.00"), line("1010", "2026-01-03", "-20.00")} {
		if err := m.join(l); err != nil {
			t.Fatal(err)
		}
	}
	if m.Line.Amount.String() != "-120.00" || m.Line.Left.String() != "-120.00" || m.Line.Date != "2026-01-05" ||
		len(m.lines) != 2 {
		t.Errorf("joined: %+v", m.Line)
	}
	for name, l := range map[string]BankLine{"of another account": line("1011", "2026-01-05", "-1.00"),
		"the other way": line("1010", "2026-01-05", "1.00")} {
		var difference *BankDifference
		if err := m.join(l); !errors.As(err, &difference) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
