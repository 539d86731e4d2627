package grants

import (
	"errors"
	"testing"

	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// Codes that people gave are stepped over: G1 of the agreement, a fund G2 opened by hand, a donor D-1.
func TestCodesOfOurOwnAreFree(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "100.00", "DKK", "0")
		h.sign("G3", "100.00", "DKK", "0")
		h.do(func(tx *store.Tx) error {
			if err := h.reg.Book.OpenFund(h.Context(), tx,
				ledger.Fund{Code: "G2", Name: "by hand", Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			// the test books have D-1
			_, err := donors.Register(h.Context(), tx, donors.Donor{Code: "D-2", Kind: donors.Person, Language: "da"})
			return err
		})
		for _, want := range []string{"G4", "G5"} {
			if g := h.sign("", "100.00", "DKK", "0"); g.Code != want {
				t.Errorf("the grant is called %s, want %s", g.Code, want)
			}
		}
		h.do(func(tx *store.Tx) error {
			d, err := donors.Register(h.Context(), tx, donors.Donor{Kind: donors.Person, Language: "da"})
			if d.Code != "D-3" {
				t.Errorf("the donor is called %s, want D-3", d.Code)
			}
			return err
		})
	})
}

func TestSignRefuses(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "100.00", "DKK", "0")
		line := func(amount string, categories ...string) BudgetLine {
			return BudgetLine{No: amount, Categories: categories, Amount: of(amount, "DKK")}
		}
		for name, c := range map[string]struct {
			grant Grant
			want  error
		}{
			"code taken": {Grant{Code: "G1"}, ledger.ErrDuplicateFund},
			"budget short": {Grant{Code: "G9", Budget: []BudgetLine{line("60.00", "tuition"), line("39.99", "*")}},
				ErrBudgetTotal},
			"category twice": {Grant{Code: "G9", Budget: []BudgetLine{line("60.00", "tuition"),
				line("40.00", "stipend", "tuition")}}, ErrBudgetCategory},
			"fund of the house":   {Grant{Code: "UNR"}, ledger.ErrDuplicateFund},
			"donor not on record": {Grant{Code: "G9", Donor: donors.Donor{ID: "don_none"}}, store.ErrMissing},
		} {
			g := c.grant
			g.Title, g.Amount, g.SignedOn = "x", of("100.00", "DKK"), "2026-01-02"
			g.Policies = Policies{{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
				CurrencyBearer: BornByGrant, Interest: InterestToGrantor, RefundDeMinimis: of("0", "DKK")}}
			if g.Donor.ID == "" {
				g.Donor = h.donor
			}
			err := h.db.Update(h.Context(), func(tx *store.Tx) error { _, err := h.reg.Sign(h.Context(), tx, g); return err })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		err := h.db.Update(h.Context(), func(tx *store.Tx) error {
			_, err := donors.Register(h.Context(), tx, donors.Donor{Kind: donors.Person, Name: "Somebody", Language: "da"})
			return err
		})
		if !errors.Is(err, donors.ErrNameOfPerson) {
			t.Errorf("a person's name: %v", err)
		}
	})
}

func TestAmendThroughTheDatabase(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G2", "6000.00", "EUR", "7")
		amend := func(on ledger.Date, c Change) {
			h.do(func(tx *store.Tx) error { _, err := h.reg.Amend(h.Context(), tx, "G2", on, c); return err })
		}
		general := BornByGeneral
		h.amendRate("G2", "2026-10-01", "8")
		amend("2026-07-01", Change{FeeBearer: &general}) // entered later, and not undone in October
		amend("2027-01-01", Change{CurrencyBearer: &general})
		for _, c := range []struct {
			on        ledger.Date
			fees, fx  ledger.FundCode
			wantsRate string
		}{
			{"2026-06-30", "G2", "G2", "7"}, {"2026-07-01", "UNR", "G2", "7"}, {"2026-10-01", "UNR", "G2", "8"},
			{"2027-01-01", "UNR", "UNR", "8"},
		} {
			h.do(func(tx *store.Tx) error {
				fees, err1 := h.reg.FeeBearer(h.Context(), tx, "G2", c.on)
				fx, err2 := h.reg.CurrencyBearer(h.Context(), tx, "G2", c.on)
				g, err3 := h.reg.Grant(h.Context(), tx, "G2")
				if fees != c.fees || fx != c.fx || g.Policies.At(c.on).IndirectRate.String() != c.wantsRate {
					t.Errorf("on %s fees fall on %s, differences on %s, the rate is %s; want %+v", c.on, fees, fx,
						g.Policies.At(c.on).IndirectRate, c)
				}
				return errors.Join(err1, err2, err3)
			})
		}
		// Rule 35: a fund without a policy leaves fees and differences to the general fund.
		h.do(func(tx *store.Tx) error {
			if err := h.reg.Book.OpenFund(h.Context(), tx,
				ledger.Fund{Code: "D1", Name: "gifts", Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			fees, err1 := h.reg.FeeBearer(h.Context(), tx, "D1", "2026-02-01")
			fx, err2 := h.reg.CurrencyBearer(h.Context(), tx, "D1", "2026-02-01")
			if fees != "UNR" || fx != "UNR" {
				t.Errorf("fees of a gift fund fall on %s, differences on %s", fees, fx)
			}
			return errors.Join(err1, err2)
		})
	})
}
