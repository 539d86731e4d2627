package banking

import (
	"errors"
	"testing"

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
