package statements_test

import (
	"context"
	"errors"
	"supportledger/statements/collecting"
	"testing"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"
)

const (
	dailyRates = "Date,DKK,\n2027-01-05,7.4710,\n2027-01-04,7.4700,\n2026-12-31,7.4690,\n" +
		"2026-12-30,7.4680,\n2026-12-29,7.4670,\n2026-12-28,7.4660,\n2026-12-24,7.4650,\n"
	monthRates = "Country;Currency;isoA3Code;value;month\nDenmark;Danish krone;DKK;7.4800;2026-12\nDenmark;Danish " +
		"krone;DKK;7.4900;2027-01\n"
)

// euroGrant signs a grant of 6,000 EUR that reports at a rate method, with 1,000 EUR received at 7.46.
func (h *house) euroGrant(code string, method rates.Method) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		donor, err := donors.Find(ctx, tx, "D-1")
		if err != nil {
			return err
		}
		policy := grants.Policy{Recognition: grants.Deferred, RateMethod: method, FeeBearer: grants.BornByGrant,
			CurrencyBearer:   grants.BornByGrant,
			IndirectExcludes: []string{}, Interest: grants.InterestToGrantor, RefundDeMinimis: euros("0")}
		if method == rates.BudgetRate {
			if policy.BudgetRate, err = ledger.ParseRate("7.5 DKK/EUR"); err != nil {
				return err
			}
		}
		if _, err = h.office.Grants.Sign(ctx, tx,
			grants.Grant{Code: code, Donor: donor, Title: "Education", Amount: euros("6000.00"), SignedOn: "2026-12-28",
				Policies: grants.Policies{policy}}); err != nil {
			return err
		}
		rate, err := ledger.ParseRate("7.46 DKK/EUR")
		if err != nil {
			return err
		}
		_, err = h.office.Grants.Receive(ctx, tx,
			grants.Receipt{Grant: code, On: "2026-12-28", Amount: euros("1000.00"), Rate: rate, Account: "1010"})
		return err
	})
}

func euros(amount string) ledger.Money {
	m, err := ledger.ParseMoney(amount, "EUR")
	if err != nil {
		panic(err)
	}
	return m
}

// A grant that reports at published or agreed rates converts its own costs, once a figure; the books stay at the rates
// of receipt and the difference is shown (RULES 18). What a period was reported at stays, also where the books learn of
// its days later.
func TestRule18StatementConverts(t *testing.T) {
	onBoth(t, func(h *house) {
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := rates.Import(ctx, tx, rates.File{Source: rates.ECB, Content: []byte(dailyRates)})
			if err != nil {
				return err
			}
			_, err = rates.Import(ctx, tx, rates.File{Source: rates.InforEuro, Content: []byte(monthRates)})
			return err
		})
		check := func(v figures.Value, opening, spent, closing, differs string, rates int) {
			t.Helper()
			s, ok := v.(*figures.GrantStatement)
			if !ok || s.Opening.StringFixed(2) != opening || s.Spent.StringFixed(2) != spent ||
				s.Closing.StringFixed(2) != closing || s.MethodDifference.StringFixed(2) != differs {
				t.Fatalf("%s + … − %s = %s, differing by %s; want %s, %s, %s, %s", s.Opening, s.Spent, s.Closing,
					s.MethodDifference, opening, spent, closing, differs)
			}
			if n := len(s.Applied); n != rates {
				t.Errorf("%d rates are shown, want %d", n, rates)
			}
		}
		for _, c := range []struct {
			code                     string
			method                   rates.Method
			spent, closing, differs  string
			opening2, spent2, close2 string
			rates                    int
		}{
			// 400 / 7.4675, the average of four days; 600 / 7.4705, that of two; 100 more of the first days at their average.
			{code: "E1", method: rates.ECBAverage, spent: "53.57", closing: "946.43", differs: "-0.05", opening2: "933.04",
				spent2: "80.32", close2: "852.72", rates: 1},
			{code: "E2", method: rates.MonthlyRate, spent: "53.48", closing: "946.52", differs: "-0.14", opening2: "933.15",
				spent2: "80.11", close2: "853.04", rates: 1}, // 7.48, 7.49
			{code: "E3", method: rates.BudgetRate, spent: "53.33", closing: "946.67", differs: "-0.29", opening2: "933.34",
				spent2: "80.00", close2: "853.34", rates: 1}, // 7.5
		} {
			h.euroGrant(c.code, c.method)
			h.pay(ledger.FundCode(c.code), "2026-12-28", "5100", "400.00")
			first := h.issued(collecting.Request{Subject: c.code, From: "2026-12-28", To: "2026-12-31"}, "")
			check(first.Value, "0.00", c.spent, c.closing, c.differs, c.rates)
			h.pay(ledger.FundCode(c.code), "2027-01-05", "5100", "600.00")
			h.pay(ledger.FundCode(c.code), "2026-12-29", "5100", "100.00") // learned late
			second := h.collect(collecting.Request{Subject: c.code, From: "2027-01-01", To: "2027-01-05"})
			s, _ := second.(*figures.GrantStatement)
			check(second, c.opening2, c.spent2, c.close2, s.MethodDifference.StringFixed(2), 2*c.rates)
			whole := h.collect(collecting.Request{Subject: c.code, From: "2027-01-01", To: "2027-01-05", Whole: true})
			if err := whole.Foots(); err != nil {
				t.Error(err)
			}
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			found, err := rates.List(ctx, tx, rates.Filter{Source: rates.ECB})
			for _, k := range found {
				inside := k.On >= "2026-12-28" && k.On <= "2026-12-31"
				if locked := k.State == rates.Locked; locked != inside {
					t.Errorf("the rate of %s is %s", k.On, k.State)
				}
			}
			return err
		})
		err := h.try("", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.Collect(ctx, tx, collecting.Request{Subject: "E1", From: "2026-12-28", To: "2027-02-28"})
			return err
		})
		if !errors.Is(err, rates.ErrRateGap) {
			t.Errorf("without rates: %v", err)
		}
	})
}
