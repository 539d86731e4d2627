package grants

import (
	"context"
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// refused runs an act that must be refused, and says how.
func (h house) refused(what string, want error, act func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(h.Context(), act); !errors.Is(err, want) {
		h.Errorf("%s: %v, want %v", what, err, want)
	}
}

// by runs an act as somebody, which must succeed.
func (h house) by(user access.UserID, act func(ctx context.Context, tx *store.Tx) error) {
	h.Helper()
	ctx := store.WithActor(h.Context(), store.Actor{User: string(user)})
	if err := h.db.Update(ctx, func(tx *store.Tx) error { return act(ctx, tx) }); err != nil {
		h.Fatal(err)
	}
}

// cost posts support on a fund out of its bank in base currency.
func (h house) cost(
	fund ledger.FundCode, on ledger.Date, account ledger.AccountNo, amount string,
) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := h.reg.Post(h.Context(), tx, ledger.Entry{Date: on, Text: "cost", Act: "payment", Lines: []ledger.Line{
			ledger.Base(account, fund, of(amount, "DKK")), ledger.Base("1010", fund, of(amount, "DKK").Neg())}})
		return err
	}
}

// TestSectorSystems43 has a test for each row of sector-systems.md §4.3, by the row's source: the rules of real
// grantors that the books keep by construction. The figures at the limits stand in TestVirementLimitsOfRealFunders and
// its neighbours as well. Row 7, and 8 as far as it is about rates, stand in package rates, row 10 in package gifts.
func TestSectorSystems43(t *testing.T) {
	pool := VirementRule{Percent: decimal.NewFromInt(10), Absolute: of("100000.00", "DKK"), Of: OfBudget}
	asks := func(t *testing.T, rule VirementRule, lines []BudgetLine, move Move, want bool) {
		t.Helper()
		next, err := moved(lines, []Move{move})
		if over := rule.Exceeded(lines, next); err != nil || len(over) > 0 != want {
			t.Errorf("%s from %s to %s: %v %v, want to be asked: %t", move.Amount, move.From, move.To, over, err, want)
		}
	}
	t.Run("row 1, sbst.dk: approval above 10 % or DKK 100,000", func(t *testing.T) {
		small, large := []BudgetLine{lined("1", "5000.00"), lined("2", "5000.00")},
			[]BudgetLine{lined("1", "2000000.00"), lined("2", "2000000.00")}
		asks(t, pool, small, Move{From: "1", To: "2", Amount: of("1000.00", "DKK")}, false)
		asks(t, pool, small, Move{From: "1", To: "2", Amount: of("1001.00", "DKK")}, true)
		asks(t, pool, large, Move{From: "1", To: "2", Amount: of("100000.00", "DKK")}, false)
		asks(t, pool, large, Move{From: "1", To: "2", Amount: of("100000.01", "DKK")}, true)
	})
	t.Run("row 2, sbst.dk: the lines of the account are those of the approved budget, paid before the report",
		theLinesOfTheAccount)
	t.Run("row 3, sbst.dk: auditor above 100,000, performance audit above 500,000", func(t *testing.T) {
		rule := AuditRule{of("100000.00", "DKK"), of("500000.00", "DKK")}
		for amount, want := range map[string]AuditKind{"100000.00": AuditIndependent, "100000.01": AuditRegistered,
			"500000.00": AuditRegistered, "500000.01": AuditPerformance} {
			if got := rule.Needs(of(amount, "DKK")); got != want {
				t.Errorf("%s: %s, want %s", amount, got, want)
			}
		}
	})
	t.Run("row 4, sbst.dk: the unspent is repaid, up to DKK 500 is not collected, a late report stops payments",
		theUnspent)
	t.Run("row 5, DH: approval above 10 % of a main line or for any change of a salary line", func(t *testing.T) {
		rule := VirementRule{Percent: decimal.NewFromInt(10), Absolute: of("0", "DKK"), Of: OfMainLine, SalaryLocked: true}
		lines := []BudgetLine{lined("1.1", "6000.00"), lined("1.2", "4000.00"), lined("2", "10000.00"), lined("3", "1000.00")}
		lines[3].Salary = true
		asks(t, rule, lines, Move{From: "1.1", To: "2", Amount: of("1000.00", "DKK")}, false)
		asks(t, rule, lines, Move{From: "1.1", To: "2", Amount: of("1000.01", "DKK")}, true)
		asks(t, rule, lines, Move{From: "1.1", To: "3", Amount: of("0.01", "DKK")}, true)
	})
	t.Run("row 6, DH: interest is the grantor's, a partner's money is unspent, audit above 200,000", interestAndPartners)
	t.Run("row 8, Elrha: currency losses are not covered", func(t *testing.T) {
		onBoth(t, func(h house) {
			h.sign("G1", "1000.00", "EUR", "0")
			bearer := BornByGeneral
			h.amend("G1", "2026-01-02", Change{CurrencyBearer: &bearer})
			h.do(func(tx *store.Tx) error {
				who, err := h.reg.CurrencyBearer(h.Context(), tx, "G1", "2026-02-01")
				if who != "UNR" {
					t.Errorf("%s bears the loss", who)
				}
				return err
			})
		})
	})
	t.Run("row 9, AmplifyChange: several methods, the actual rate of the transfer among them", func(t *testing.T) {
		onBoth(t, func(h house) {
			h.sign("G1", "6000.00", "EUR", "0") // receipt rate
			h.receive("G1", "2026-01-07", "3000.00 EUR", "7.46 DKK/EUR", "1010")
			p := h.pay("G1", "2026-02-01", "6100", "36.04")
			if got := lines(p, "G1", "2100"); got != "2100 4.83 EUR=36.04" {
				t.Errorf("released %s", got)
			}
		})
	})
}

func theLinesOfTheAccount(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted()
		h.do(h.cost("G1", "2026-02-01", "5200", "100.00"))
		h.refused("cost on no line", ErrOutsideBudget, h.cost("G1", "2026-02-01", "5100", "0.01"))
		h.do(func(tx *store.Tx) error {
			report, err := h.reg.BudgetActual(h.Context(), tx, "G1", ledger.Span{To: "2026-12-31"})
			if len(report.Rows) != 2 || report.Rows[0].Line.No != "1" || report.Rows[1].Line.No != "2" {
				t.Errorf("lines %+v", report.Rows)
			}
			return err
		})
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.Sign(h.Context(), tx, Grant{Code: "G2", Donor: h.donor, Title: "G2", Amount: of("1000.00", "DKK"),
				SignedOn: "2026-01-02", To: "2026-11-30",
				ReportDueOn: "2027-01-31",
				Policies: Policies{{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
					CurrencyBearer: BornByGrant,
					Interest:       InterestToGrantor, RefundDeMinimis: of("0", "DKK")}}})
			return err
		})
		h.receive("G2", "2026-01-03", "1000.00 DKK", "", "1010")
		h.do(func(tx *store.Tx) error { _, _, err := h.reg.End(h.Context(), tx, "G2", "2026-11-30"); return err })
		h.do(h.cost("G2", "2027-01-31", "5200", "1.00"))
		h.refused("paid after the report", ErrReportDue, h.cost("G2", "2027-02-01", "5200", "1.00"))
	})
}

func theUnspent(t *testing.T) {
	onBoth(t, func(h house) {
		minimis := of("500.00", "DKK")
		for code, c := range map[string]struct {
			rest string
			want error
		}{"G1": {"500.00", nil}, "G2": {"500.01", ErrAboveDeMinimis}} {
			h.sign(code, "1000.00", "DKK", "0")
			h.amend(code, "2026-01-02", Change{RefundDeMinimis: &minimis})
			h.receive(code, "2026-02-01", c.rest+" DKK", "", "1010")
			h.refused("keeping "+c.rest, c.want, func(tx *store.Tx) error {
				_, err := h.reg.KeepResidue(h.Context(), tx, code, Residue{On: "2026-12-28", Account: "1010", Letter: "2026-77"})
				return err
			})
		}
		h.refused("without a letter", ErrLetterMissing, func(tx *store.Tx) error {
			_, err := h.reg.KeepResidue(h.Context(), tx, "G2", Residue{On: "2026-12-28", Account: "1010", Letter: " "})
			return err
		})
		h.by(h.user("maker"), func(ctx context.Context, tx *store.Tx) error {
			f, err := h.reg.CloseAccount(ctx, tx, "G2", "2026-12-28")
			if f.Refund.String() != "500.01" {
				t.Errorf("to be repaid %s", f.Refund)
			}
			return err
		})
		h.sign("G3", "1000.00", "DKK", "0")
		h.do(func(tx *store.Tx) error {
			_, err := PlanInstalments(h.Context(), tx, "G3", []Planned{{DueOn: "2026-02-01", Amount: of("600.00", "DKK")},
				{DueOn: "2026-07-01", Amount: of("400.00", "DKK")}})
			if err != nil {
				return err
			}
			_, err = AddCondition(h.Context(), tx, "G3", Condition{Kind: "report", Text: "Report of the half-year",
				DueOn: "2026-06-30", Instalment: 2})
			return err
		})
		h.do(func(tx *store.Tx) error {
			g, err := h.reg.Grant(h.Context(), tx, "G3")
			if err != nil {
				return err
			}
			s, err := h.reg.Standing(h.Context(), tx, g, "2026-08-01")
			if s.Instalments[1].State != InstalmentWithheld || s.Instalments[0].State != InstalmentOverdue {
				t.Errorf("while the report is late: %+v", s.Instalments)
			}
			return err
		})
	})
}

func interestAndPartners(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.receive("G1", "2026-02-01", "1000.00 DKK", "", "1010")
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.BookInterest(h.Context(), tx, Interest{Grant: "G1", On: "2026-06-30", Amount: of("8.54", "DKK"),
				Account: "1010"})
			return err
		})
		h.do(func(tx *store.Tx) error { // what lies with a partner has not been spent
			_, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-07-01", Text: "advance", Act: "transfer",
				Lines: []ledger.Line{
					ledger.Base("1310", "G1", of("300.00", "DKK")), ledger.Base("1010", "G1", of("-300.00", "DKK"))}})
			return err
		})
		h.refused("a final account over an advance", ErrAdvanceOpen, func(tx *store.Tx) error {
			_, err := h.reg.CloseAccount(h.Context(), tx, "G1", "2026-12-31")
			return err
		})
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-08-01", Text: "back", Act: "transfer",
				Lines: []ledger.Line{
					ledger.Base("1310", "G1", of("-300.00", "DKK")), ledger.Base("1010", "G1", of("300.00", "DKK"))}})
			return err
		})
		h.by(h.user("maker"), func(ctx context.Context, tx *store.Tx) error {
			f, err := h.reg.CloseAccount(ctx, tx, "G1", "2026-12-31")
			if f.Refund.String() != "1008.54" {
				t.Errorf("unspent with interest and what the partner held: %s", f.Refund)
			}
			return err
		})
	})
	rule := AuditRule{Above: of("200000.00", "DKK"), PerformanceAbove: ledger.Zero("DKK")}
	if rule.Needs(of("200000.00", "DKK")) != AuditIndependent || rule.Needs(of("200000.01", "DKK")) != AuditRegistered {
		t.Error("audit above 200,000")
	}
}
