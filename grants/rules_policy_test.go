package grants

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

func lined(no, amount string, categories ...string) BudgetLine {
	return BudgetLine{No: no, Text: no, Categories: categories, Amount: of(amount, "DKK"), UnitPrice: ledger.Zero("DKK")}
}

// Prior written approval above 10 % or DKK 100,000 (sbst.dk); above 10 % of a main line or any change of a salary line
// (international.handicap.dk). Exactly at the limit still needs none.
func TestVirementLimitsOfRealFunders(t *testing.T) {
	pool := VirementRule{Percent: decimal.NewFromInt(10), Absolute: of("100000.00", "DKK"), Of: OfBudget}
	danida := VirementRule{Percent: decimal.NewFromInt(10), Absolute: ledger.Zero("DKK"), Of: OfMainLine,
		SalaryLocked: true}
	small := []BudgetLine{lined("1.1", "6000.00"), lined("1.2", "4000.00"), lined("2", "10000.00"), lined("3", "0.00")}
	large := []BudgetLine{lined("1", "1000000.00"), lined("2", "1000000.00")}
	pay := []BudgetLine{lined("1", "10000.00"), lined("2", "10000.00")}
	pay[1].Salary = true
	years := []BudgetLine{lined("1", "2000.00")}
	years[0].Years = []BudgetYear{{2026, of("1000.00", "DKK")}, {2027, of("1000.00", "DKK")}}
	for name, c := range map[string]struct {
		rule   VirementRule
		budget []BudgetLine
		move   Move
		asks   bool
	}{
		"state pool, 10.00 % of the budget": {pool, small, Move{From: "1.1", To: "2", Amount: of("2000.00", "DKK")},
			false},
		"state pool, 10.01 %": {pool, small, Move{From: "1.1", To: "2", Amount: of("2002.00", "DKK")},
			true},
		"state pool, 100,000.00": {pool, large, Move{From: "1", To: "2", Amount: of("100000.00", "DKK")},
			false},
		"state pool, 100,000.01": {pool, large, Move{From: "1", To: "2", Amount: of("100000.01", "DKK")},
			true},
		"state pool, 10 % carried into next year": {pool, years, Move{From: "1", FromYear: 2026, To: "1", ToYear: 2027,
			Amount: of("200.00", "DKK")}, false},
		"state pool, more carried into next year": {pool, years, Move{From: "1", FromYear: 2026, To: "1", ToYear: 2027,
			Amount: of("200.01", "DKK")}, true},
		"Danida pool, 10.00 % of both main lines": {danida, small, Move{From: "1.1", To: "2", Amount: of("1000.00", "DKK")},
			false},
		"Danida pool, 10.01 %": {danida, small, Move{From: "1.1", To: "2", Amount: of("1001.00", "DKK")},
			true},
		"Danida pool, within a main line": {danida, small, Move{From: "1.1", To: "1.2", Amount: of("3000.00", "DKK")},
			false},
		"Danida pool, to a line that had nothing": {danida, small, Move{From: "2", To: "3", Amount: of("0.01", "DKK")}, true},
		"Danida pool, the least of a salary line": {danida, pay, Move{From: "1", To: "2", Amount: of("0.01", "DKK")}, true},
		"no limits agreed": {VirementRule{Of: OfLine}, small,
			Move{From: "1.1", To: "2", Amount: of("0.01", "DKK")}, true},
	} {
		next, err := moved(c.budget, []Move{c.move})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if over := c.rule.Exceeded(c.budget, next); len(over) > 0 != c.asks {
			t.Errorf("%s: %v", name, over)
		}
	}
}

// Audit by an independent skilled person up to DKK 100,000, registered auditor above, performance audit above 500,000
// (sbst.dk); by an auditor above 200,000 (DH).
func TestAuditThresholdsOfRealFunders(t *testing.T) {
	pool, danida := AuditRule{of("100000.00", "DKK"), of("500000.00", "DKK")},
		AuditRule{Above: of("200000.00", "DKK"), PerformanceAbove: ledger.Zero("DKK")}
	none := AuditRule{ledger.Zero("DKK"), ledger.Zero("DKK")}
	for _, c := range []struct {
		rule   AuditRule
		amount string
		want   AuditKind
	}{
		{pool, "100000.00", AuditIndependent}, {pool, "100000.01", AuditRegistered}, {pool, "500000.00", AuditRegistered},
		{pool, "500000.01", AuditPerformance},
		{danida, "200000.00", AuditIndependent}, {danida, "200000.01", AuditRegistered}, {none, "9000000.00", AuditNone},
	} {
		if got := c.rule.Needs(of(c.amount, "DKK")); got != c.want {
			t.Errorf("%s: %s, want %s", c.amount, got, c.want)
		}
	}
}

func TestEachReasonAgainstACost(t *testing.T) {
	budget := []BudgetLine{lined("1", "100.00", "therapy")}
	p := Policy{Countries: []string{"NG"}, Categories: []string{"therapy", "legal-aid"}, Ineligible: []string{"no-show"}}
	g := Grant{Code: "G1", From: "2026-02-01", To: "2026-11-30", Policies: Policies{p}, Budget: budget}
	good := Cost{On: "2026-02-01", Country: "NG", Category: "therapy", Kind: "session", Amount: of("40.00", "DKK"),
		Spent: of("60.00", "DKK")}
	for name, c := range map[string]struct {
		change func(c *Cost)
		want   error
	}{
		"all allowed":       {func(*Cost) {}, nil},
		"last day":          {func(c *Cost) { c.On = "2026-11-30" }, nil},
		"before the period": {func(c *Cost) { c.On = "2026-01-31" }, ErrOutsidePeriod},
		"after the period":  {func(c *Cost) { c.On = "2026-12-01" }, ErrOutsidePeriod},
		"another country":   {func(c *Cost) { c.Country = "GH" }, ErrOutsideCountry},
		"another category":  {func(c *Cost) { c.Category = "tuition" }, ErrOutsideCategory},
		"not in the budget": {func(c *Cost) { c.Category = "legal-aid" }, ErrOutsideBudget},
		"a no-show":         {func(c *Cost) { c.Kind = "no-show" }, ErrIneligibleKind},
		"over the line":     {func(c *Cost) { c.Amount = of("40.01", "DKK") }, ErrOverLine},
	} {
		asked := good
		c.change(&asked)
		found := g.Eligible(asked)
		switch {
		case c.want == nil && len(found) > 0:
			t.Errorf("%s: %v", name, found[0])
		case c.want != nil && (len(found) == 0 || !errors.Is(found[0], c.want)):
			t.Errorf("%s: %v, want %v", name, found, c.want)
		}
	}
}

// What the grant does not pay is not posted, whichever act asks; fees and differences have bearers of their own.
func TestCostOutsideTheAgreementIsNotPosted(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.receive("G1", "2026-01-03", "900.00 DKK", "", "1010")
		from, to, categories, countries := ledger.Date("2026-02-01"), ledger.Date("2026-11-30"), []string{"therapy"},
			[]string{"NG"}
		h.amend("G1", "2026-01-02", Change{EligibleFrom: &from, EligibleTo: &to, Categories: &categories,
			Countries: &countries})
		for name, c := range map[string]struct {
			on      ledger.Date
			account ledger.AccountNo
			country string
			want    error
		}{
			"early": {"2026-01-31", "5200", "", ErrOutsidePeriod}, "late": {"2026-12-01", "5200", "", ErrOutsidePeriod},
			"category": {"2026-02-01", "5300", "", ErrOutsideCategory},
			"country":  {"2026-02-01", "5200", "GH", ErrOutsideCountry},
			"right":    {"2026-02-01", "5200", "NG", nil}, "a fee": {"2026-12-01", "6100", "", nil},
		} {
			err := h.db.Update(h.Context(), func(tx *store.Tx) error {
				_, err := h.reg.PostIn(h.Context(), tx, ledger.Entry{Date: c.on, Text: "cost", Act: "payment", Lines: []ledger.Line{
					ledger.Base(c.account, "G1", of("10.00", "DKK")), ledger.Base("1010", "G1", of("-10.00", "DKK"))}}, c.country)
				return err
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if got := h.balance("1010", "G1"); got != "880.00" {
			t.Errorf("in the bank %s, want 880.00: two of six were posted", got)
		}
	})
}

func (h house) amend(grant string, on ledger.Date, c Change) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		_, err := h.reg.Amend(h.Context(), tx, grant, on, c)
		return err
	})
}

// Each rule that an amendment may change comes back from the database as it was changed, and only from its day on.
func TestRule37EveryFieldIsAmended(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "EUR", "7")
		recognition, method, budget := Immediate, rates.BudgetRate, rate("7.5 DKK/EUR")
		bearer, interest, share := BornByGeneral, InterestToCharity, decimal.NewFromInt(5)
		base, excludes, kinds := []string{"therapy"}, []string{"staff"}, []string{"no-show"}
		limit, minimis := of("70.00", "EUR"), of("5.00", "EUR")
		virement := VirementRule{decimal.NewFromInt(10), of("9.00", "EUR"), OfMainLine, true}
		audit := AuditRule{of("100.00", "EUR"), of("500.00", "EUR")}
		from, to, countries, categories := ledger.Date("2026-02-01"), ledger.Date("2026-11-30"), []string{"NG", "DK"},
			[]string{"therapy", "staff"}
		report := ReportRule{Agreement: "2026-17", Reference: "N-1", Layout: "danida", Whole: true, Transactions: true}
		h.amend("G1", "2026-07-01", Change{&recognition, &method, &budget, &bearer, &bearer, &share, &base, &excludes, &limit,
			&interest, &kinds, &minimis,
			&virement, &audit, &from, &to, &countries, &categories, &report})
		h.do(func(tx *store.Tx) error {
			g, err := h.reg.Grant(h.Context(), tx, "G1")
			if err != nil {
				return err
			}
			want := Policy{"2026-07-01", recognition, method, budget, bearer, bearer, share, base, excludes, limit, interest,
				kinds, minimis, virement, audit,
				from, to, countries, categories, report}
			same := cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })
			if diff := cmp.Diff(want, g.Policies.At("2026-07-01"), same); diff != "" {
				h.Error(diff)
			}
			if before := g.Policies.At("2026-06-30"); before.Recognition != Deferred || len(before.Countries) > 0 ||
				before.Virement.SalaryLocked {
				h.Errorf("before the amendment %+v", before)
			}
			return nil
		})
	})
}

// Money that is booked keeps its recognition.
func TestRecognitionIsNotChangedUnderMoney(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.receive("G1", "2026-01-03", "900.00 DKK", "", "1010")
		to := Immediate
		err := h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := h.reg.Amend(h.Context(), tx, "G1", "2026-07-01", Change{Recognition: &to})
			return err
		})
		if !errors.Is(err, ErrPolicyFixed) {
			t.Error(err)
		}
	})
}

// Rate, base and cap of indirect cost: 7 % of 1,000.00 therapy and 500.00 staff.
func TestRule45ToBaseAndCap(t *testing.T) {
	onBoth(t, func(h house) {
		base, limit := []string{"therapy"}, of("60.00", "DKK")
		for code, c := range map[string]struct {
			change        Change
			charge, borne string
		}{
			"G1": {Change{}, "105.00", "0.00"},
			"G2": {Change{IndirectBase: &base}, "70.00", "0.00"},
			"G3": {Change{IndirectCap: &limit}, "60.00", "45.00"},
		} {
			g := h.sign(code, "5000.00", "DKK", "7")
			h.receive(code, "2026-01-03", "4000.00 DKK", "", "1010")
			h.pay(g.Fund(), "2026-02-01", "5200", "1000.00", "5600", "500.00")
			h.amend(code, "2026-01-02", c.change)
			h.do(func(tx *store.Tx) error {
				got, err := h.reg.ChargeIndirect(h.Context(), tx, code, "2026-03-31")
				if err == nil && (got.Charge.String() != c.charge || got.Borne.String() != c.borne) {
					h.Errorf("%s: charged %s and bore %s, want %s and %s", code, got.Charge, got.Borne, c.charge, c.borne)
				}
				return err
			})
		}
	})
}
