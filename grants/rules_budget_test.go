package grants

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// budgeted signs a grant of 20,000.00 with two lines and the Danida pools' rule.
func (h house) budgeted() {
	h.Helper()
	p := Policy{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant, CurrencyBearer: BornByGrant,
		Interest:        InterestToGrantor,
		RefundDeMinimis: ledger.Zero("DKK"), Virement: VirementRule{Percent: decimal.NewFromInt(10),
			Absolute: ledger.Zero("DKK"), Of: OfMainLine}}
	h.do(func(tx *store.Tx) error {
		_, err := h.reg.Sign(h.Context(), tx, Grant{Code: "G1", Donor: h.donor, Title: "G1", Amount: of("20000.00", "DKK"),
			SignedOn: "2026-01-02",
			Policies: Policies{p}, Budget: []BudgetLine{lined("1", "10000.00", "therapy"), lined("2", "10000.00", "legal-aid")}})
		return err
	})
	h.receive("G1", "2026-01-03", "20000.00 DKK", "", "1010")
}

func (h house) user(handle string) (id access.UserID) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		u, err := access.CreateUser(h.Context(), tx, handle, access.FinanceOfficer)
		id = u.ID
		return err
	})
	return id
}

func (h house) move(by access.UserID, on ledger.Date, from, to, amount string) (v BudgetVersion, err error) {
	err = h.db.Update(store.WithActor(h.Context(), store.Actor{User: string(by)}), func(tx *store.Tx) (err error) {
		v, err = h.reg.Virement(h.Context(), tx, "G1", BudgetVersion{StartsOn: on, Reason: "fewer sessions",
			Moves: []Move{{From: from, To: to, Amount: of(amount, "DKK")}}})
		return err
	})
	return v, err
}

// Small moves take effect and are listed for the next report; together they are held to the limit, and what goes beyond
// it waits for the funder.
func TestVirementWithinAndBeyond(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted()
		maker, other := h.user("maker"), h.user("other")
		h.pay("G1", "2026-02-01", "5200", "9100.00")
		first, err := h.move(maker, "2026-03-01", "1", "2", "600.00")
		if err != nil || first.State != BudgetEffective || first.Version != 2 {
			t.Fatalf("%+v, %v", first, err)
		}
		if _, err := h.move(maker, "2026-03-02", "1", "2", "400.00"); !errors.Is(err, ErrBelowSpent) {
			t.Errorf("less than is spent: %v", err)
		}
		second, err := h.move(maker, "2026-04-01", "2", "1", "1600.01")
		if err != nil || second.State != BudgetSubmitted || len(second.Over) != 2 {
			t.Fatalf("%+v, %v", second, err)
		}
		if _, err := h.move(maker, "2026-04-02", "1", "2", "1.00"); !errors.Is(err, ErrVirementOpen) {
			t.Errorf("while one waits: %v", err)
		}
		h.do(func(tx *store.Tx) error {
			g, err := h.reg.Grant(h.Context(), tx, "G1")
			if err != nil {
				return err
			}
			listed, err := BudgetChanges(h.Context(), tx, g, ledger.Span{From: "2026-01-01", To: "2026-12-31"})
			if len(listed) != 1 || listed[0].Moves[0].Amount.String() != "600.00" || g.Budget[0].Amount.String() != "9400.00" {
				t.Errorf("in force %v, listed %+v", g.Budget, listed)
			}
			return err
		})
		over := h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := h.reg.Post(h.Context(), tx, ledger.Entry{Date: "2026-05-01", Text: "cost", Act: "payment",
				Lines: []ledger.Line{
					ledger.Base("5200", "G1", of("300.01", "DKK")), ledger.Base("1010", "G1", of("-300.01", "DKK"))}})
			return err
		})
		if !errors.Is(over, ErrOverLine) {
			t.Errorf("over the line of the version in force: %v", over)
		}
		decide := func(by access.UserID, approve bool) (v BudgetVersion, err error) {
			err = h.db.Update(store.WithActor(h.Context(), store.Actor{User: string(by)}), func(tx *store.Tx) (err error) {
				v, err = h.reg.DecideBudget(h.Context(), tx, "G1", BudgetDecision{3, approve, "2026-4711"})
				return err
			})
			return v, err
		}
		if _, err := decide(maker, true); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("who asked puts down the answer: %v", err)
		}
		if v, err := decide(other, true); err != nil || v.State != BudgetEffective || !v.Approved {
			t.Errorf("approved: %+v, %v", v, err)
		}
		if _, err := decide(other, false); !errors.Is(err, ErrBudgetDecided) {
			t.Errorf("decided twice: %v", err)
		}
		h.pay("G1", "2026-05-01", "5200", "1900.01") // line 1 has 11,000.01 now
		// The next move is measured from what the funder approved last: 1,000.00 of 11,000.01 is free again.
		if v, err := h.move(maker, "2026-06-01", "2", "1", "890.00"); err != nil || v.State != BudgetEffective {
			t.Errorf("from the approved budget: %+v, %v", v, err)
		}
	})
}

func TestBudgetThatDoesNotSum(t *testing.T) {
	for name, change := range map[string]func(l *BudgetLine){
		"unit and quantity": func(l *BudgetLine) { l.Quantity, l.UnitPrice = decimal.NewFromInt(11), of("900.00", "DKK") },
		"years": func(l *BudgetLine) {
			l.Years = []BudgetYear{{2026, of("5000.00", "DKK")}, {2027, of("4999.99", "DKK")}}
		},
	} {
		l := lined("1", "10000.00", "therapy")
		change(&l)
		g := Grant{Amount: of("10000.00", "DKK"), Budget: []BudgetLine{l}}
		if err := g.checkBudget(); !errors.Is(err, ErrBudgetLineTotal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
