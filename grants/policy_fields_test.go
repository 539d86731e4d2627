package grants

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// fieldCase is a rule of a policy: what a grant's books or report say under the terms that house.sign gives it, and
// what they say when this one rule is changed. setup changes both alike.
type fieldCase struct {
	currency ledger.Currency // of the grant; DKK where none is given
	setup    Change
	change   Change
	says     func(h house, code string) string
	before   string
	after    string
}

func ptr[T any](v T) *T { return &v }

// outcome words an act's error by its sentinel.
func outcome(err error) string {
	for _, known := range []error{ErrOutsidePeriod, ErrOutsideCountry, ErrOutsideCategory, ErrIneligibleKind,
		ErrAboveDeMinimis, ErrWrongRecognition} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	if err != nil {
		return "unexpected: " + err.Error()
	}
	return "done"
}

func (h house) try(act func(tx *store.Tx) error) string {
	return outcome(h.db.Update(h.Context(), act))
}

// charged receives 4,000.00, spends 1,000.00 on therapy and 500.00 on staff, and says what indirect cost is charged.
func charged(h house, code string) string {
	h.receive(code, "2026-01-03", "4000.00 DKK", "", "1010")
	h.pay(ledger.FundCode(code), "2026-02-01", "5200", "1000.00", "5600", "500.00")
	h.charge(code, "2026-03-31")
	return h.balance("6300", ledger.FundCode(code))
}

// spends receives 900.00 and says whether therapy of a day and country is taken.
func spends(on ledger.Date, country string) func(h house, code string) string {
	return func(h house, code string) string {
		h.receive(code, "2026-01-03", "900.00 DKK", "", "1010")
		return h.try(func(tx *store.Tx) error {
			_, err := h.reg.PostIn(h.Context(), tx, ledger.Entry{Date: on, Text: "cost", Act: "payment", Lines: []ledger.Line{
				ledger.Base("5200", ledger.FundCode(code), of("10.00", "DKK")),
				ledger.Base("1010", ledger.FundCode(code), of("-10.00", "DKK"))}}, country)
			return err
		})
	}
}

// reports converts 1,000.00 of base currency into what the grant reports in.
func reports(h house, code string) (said string) {
	h.do(func(tx *store.Tx) error {
		g, err := h.reg.Grant(h.Context(), tx, code)
		if err != nil {
			return err
		}
		c, err := rates.NewConverter(h.Context(), tx,
			g.Conversion("DKK", ledger.Span{From: "2026-01-02", To: "2026-12-31"}))
		if err != nil || c.FromBooks {
			said = "as in the books"
			return err
		}
		m, err := c.Convert(rates.Spent{On: "2026-02-01", Original: of("1000.00", "DKK"), Base: of("1000.00", "DKK")})
		said = m.String()
		return err
	})
	return said
}

// receivedAward awards 1,000.00 dollars at 6.50, receives them at 6.40, and says what the grant's fund bears of the
// difference.
func receivedAward(h house, code string) string {
	h.do(func(tx *store.Tx) error {
		if _, err := h.reg.Award(h.Context(), tx, code, "2026-02-01", rate("6.5 DKK/USD")); err != nil {
			return err
		}
		_, err := h.reg.ReceiveAward(h.Context(), tx,
			AwardReceipt{Grant: code, On: "2026-03-01", Received: of("1000.00", "USD"), Withheld: of("0", "USD"),
				Rate: rate("6.4 DKK/USD"), Account: "1030"})
		return err
	})
	return h.balance("6200", ledger.FundCode(code))
}

// moves moves 1.00 between two lines and says what becomes of it.
func moves(h house, code string) (said string) {
	next := []BudgetLine{lined("1", "499.00"), lined("2", "501.00")}
	h.do(func(tx *store.Tx) error {
		g, err := h.reg.Grant(h.Context(), tx, code)
		said = fmt.Sprint(len(g.Policies.At("2026-02-01").Virement.Exceeded([]BudgetLine{lined("1", "500.00"),
			lined("2", "500.00")}, next)), " questions")
		return err
	})
	return said
}

// of the policy alone: what an act asks it.
func asked[T any](of func(g Grant) T) func(h house, code string) string {
	return func(h house, code string) (said string) {
		h.do(func(tx *store.Tx) error {
			g, err := h.reg.Grant(h.Context(), tx, code)
			said = fmt.Sprint(of(g))
			return err
		})
		return said
	}
}

func fieldCases() map[string]fieldCase {
	immediate, none := Immediate, ledger.Zero("DKK")
	inTwo := VirementRule{Percent: decimal.NewFromInt(10), Absolute: none, Of: OfLine}
	return map[string]fieldCase{
		"recognition": {change: Change{Recognition: &immediate}, before: ErrWrongRecognition.Error() + " 0.00",
			after: "done -1000.00", says: func(h house, code string) string {
				said := h.try(func(tx *store.Tx) error {
					_, err := h.reg.Award(h.Context(), tx, code, "2026-02-01", ledger.Rate{})
					return err
				})
				return said + " " + h.balance("4100", ledger.FundCode(code))
			}},
		"rate_method": {currency: "EUR", setup: Change{BudgetRate: ptr(rate("7.5 DKK/EUR"))},
			change: Change{RateMethod: ptr(rates.BudgetRate)}, before: "as in the books", after: "133.33", says: reports},
		"budget_rate": {currency: "EUR", setup: Change{RateMethod: ptr(rates.BudgetRate),
			BudgetRate: ptr(rate("7.5 DKK/EUR"))},
			change: Change{BudgetRate: ptr(rate("8 DKK/EUR"))},
			before: "133.33", after: "125.00", says: reports},
		"fee_bearer": {change: Change{FeeBearer: ptr(BornByGeneral)}, before: "grant", after: "UNR",
			says: func(h house, code string) (said string) {
				h.do(func(tx *store.Tx) error { // what transfers ask: disbursements.TestRule27 books by it
					who, err := h.reg.FeeBearer(h.Context(), tx, ledger.FundCode(code), "2026-02-01")
					if said = string(who); said == code {
						said = "grant"
					}
					return err
				})
				return said
			}},
		"currency_bearer": {currency: "USD", setup: Change{Recognition: &immediate},
			change: Change{CurrencyBearer: ptr(BornByGeneral)}, before: "100.00", after: "0.00", says: receivedAward},
		"indirect_rate": {change: Change{IndirectRate: ptr(decimal.NewFromInt(10))}, before: "105.00", after: "150.00",
			says: charged},
		"indirect_base": {change: Change{IndirectBase: &[]string{"therapy"}}, before: "105.00", after: "70.00",
			says: charged},
		"indirect_excludes": {change: Change{IndirectExcludes: &[]string{"therapy"}}, before: "105.00", after: "35.00",
			says: charged},
		"indirect_cap": {change: Change{IndirectCap: ptr(of("60.00", "DKK"))}, before: "105.00", after: "60.00",
			says: charged},
		"interest": {change: Change{Interest: ptr(InterestToCharity)}, before: "-8.54", after: "0.00",
			says: func(h house, code string) string {
				h.do(func(tx *store.Tx) error {
					_, err := h.reg.BookInterest(h.Context(), tx, Interest{Grant: code, On: "2026-06-30", Amount: of("8.54", "DKK"),
						Account: "1010"})
					return err
				})
				return h.balance("2100", ledger.FundCode(code))
			}},
		"ineligible": {change: Change{Ineligible: &[]string{"no-show"}}, before: "[]",
			after: "[" + ErrIneligibleKind.Error() + "]", says: asked(func(g Grant) (found []error) {
				for _, f := range g.Eligible(Cost{On: "2026-02-01", Category: "therapy", Kind: "no-show"}) {
					found = append(found, f.Kind)
				}
				return found
			})},
		"refund_de_minimis": {change: Change{RefundDeMinimis: ptr(of("500.00", "DKK"))}, before: ErrAboveDeMinimis.Error(),
			after: "done", says: func(h house, code string) string {
				h.receive(code, "2026-02-01", "312.40 DKK", "", "1010")
				return h.try(func(tx *store.Tx) error {
					_, err := h.reg.KeepResidue(h.Context(), tx, code, Residue{On: "2026-12-28", Account: "1010", Letter: "2026-77"})
					return err
				})
			}},
		"virement": {change: Change{Virement: &inTwo}, before: "1 questions", after: "0 questions", says: moves},
		"audit": {change: Change{Audit: &AuditRule{of("100.00", "DKK"), none}}, before: "none",
			after: "registered_auditor",
			says:  asked(func(g Grant) AuditKind { return g.Policies.At("2026-02-01").Audit.Needs(g.Amount) })},
		"eligible_from": {change: Change{EligibleFrom: ptr(ledger.Date("2026-03-01"))}, before: "done",
			after: ErrOutsidePeriod.Error(), says: spends("2026-02-28", "")},
		"eligible_to": {change: Change{EligibleTo: ptr(ledger.Date("2026-03-01"))}, before: "done",
			after: ErrOutsidePeriod.Error(), says: spends("2026-03-02", "")},
		"countries": {change: Change{Countries: &[]string{"NG"}}, before: "done", after: ErrOutsideCountry.Error(),
			says: spends("2026-03-02", "GH")},
		"categories": {change: Change{Categories: &[]string{"tuition"}}, before: "done", after: ErrOutsideCategory.Error(),
			says: spends("2026-03-02", "NG")},
		"report": {change: Change{Report: &ReportRule{Agreement: "2026-17", Layout: "eu", Whole: true, Transactions: true}},
			before: "{   false false}", after: "{2026-17  eu true true}",
			says: asked(func(g Grant) ReportRule { return g.Policies.At("2026-02-01").Report })},
	}
}

// TestEachPolicyFieldChangesBooksOrReport has every rule of a policy change what it promises to. A rule without a case
// fails, and so does a field of the policy that no amendment can change.
func TestEachPolicyFieldChangesBooksOrReport(t *testing.T) {
	cases := fieldCases()
	if fields := reflect.TypeFor[Policy]().NumField(); fields != len(rules)+1 || len(cases) != len(rules) {
		t.Errorf("a policy has %d fields with its day, amendments know %d, and %d have a case", fields, len(rules),
			len(cases))
	}
	onBoth(t, func(h house) {
		for i, r := range rules {
			c, known := cases[r.name]
			if !known {
				h.Errorf("%s has no case: what does it change?", r.name)
				continue
			}
			for j, want := range []string{c.before, c.after} {
				code := fmt.Sprintf("G%d%d", i+1, j)
				currency := c.currency
				if currency == "" {
					currency = "DKK"
				}
				amount := "1000.00"
				if r.name[:3] == "ind" {
					amount = "5000.00"
				}
				h.sign(code, amount, currency, "7")
				h.amend(code, "2026-01-02", c.setup)
				if j == 1 {
					h.amend(code, "2026-01-02", c.change)
				}
				if got := c.says(h, code); got != want {
					h.Errorf("%s, changed: %t: %q, want %q", r.name, j == 1, got, want)
				}
			}
		}
	})
}
