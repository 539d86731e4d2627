package ledger_test

import (
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
	"supportledger/store/storetest"
)

// Reports of a book of two funds, one of them with euros: every fund has its row, and every account stands on its side.
func TestReportsOfTwoFunds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		post(t, db, book, opening("UNR", "2026-01-01", "500.00"), opening("G1", "2026-01-01", "30.00"),
			euros("2026-01-02", "100.00", "746.00", "7.46 DKK/EUR"))
		view(t, db, func(tx *store.Tx) error {
			funds, err := reports.ReadFundBalances(t.Context(), tx, book, ledger.Span{})
			if err != nil {
				return err
			}
			held := map[ledger.FundCode]string{}
			for _, r := range funds.Rows {
				held[r.Fund.Code] = r.Bank.Amount.String()
			}
			if len(held) != 2 || held["UNR"] != "1246.00" || held["G1"] != "30.00" ||
				funds.Total.Bank.Amount.String() != "1276.00" {
				t.Errorf("funds hold %v, all of them %s", held, funds.Total.Bank.Amount)
			}
			trial, err := reports.ReadTrialBalance(t.Context(), tx, book, ledger.Span{})
			if err != nil {
				return err
			}
			sides := map[ledger.AccountNo]string{}
			for _, r := range trial.Rows {
				switch {
				case r.Debit != nil && r.Credit == nil:
					sides[r.Account.Number] = "debit " + r.Debit.Amount.String()
				case r.Credit != nil && r.Debit == nil:
					sides[r.Account.Number] = "credit " + r.Credit.Amount.String()
				}
				if own := r.Own != nil; own != (r.Account.Number == "1020") {
					t.Errorf("%s has an amount in a currency of its own: %v", r.Account.Number, own)
				}
			}
			if sides["1010"] != "debit 530.00" || sides["1020"] != "debit 746.00" || sides["3100"] != "credit 530.00" {
				t.Errorf("sides: %v", sides)
			}
			return nil
		})
	})
}

// Each fund's euros are valued by themselves.
func TestRevaluationByFund(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		post(t, db, book, euros("2026-01-02", "100.00", "746.00", "7.46 DKK/EUR"))
		rate, err := ledger.ParseRate("7.50 DKK/EUR")
		if err != nil {
			t.Fatal(err)
		}
		view(t, db, func(tx *store.Tx) error {
			found, err := book.Revalue(t.Context(), tx, "1020", rate, "2026-01-31")
			if err == nil && (len(found) != 1 || found[0].Holder != "UNR" || found[0].Value.String() != "750.00" ||
				found[0].Change().String() != "4.00") {
				t.Errorf("%+v", found)
			}
			return err
		})
	})
}

// A request to reopen a month is for the round in which it was made: once the month was opened and closed again, it
// opens nothing.
func TestReopeningIsOfItsRound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		var people [2]access.UserID
		update(t, db, func(tx *store.Tx) error {
			for i, name := range []string{"first", "second"} {
				u, err := access.CreateUser(t.Context(), tx, name, access.FinanceOfficer)
				if err != nil {
					return err
				}
				people[i] = u.ID
			}
			return book.Months().Set(t.Context(), tx, "2026-01", ledger.MonthClosed)
		})
		by := func(who int, act func(tx *store.Tx) error) error {
			return db.Update(store.WithActor(t.Context(), store.Actor{User: string(people[who])}), act)
		}
		var r ledger.Reopening
		approve := func(tx *store.Tx) error {
			_, err := book.Months().ApproveReopening(t.Context(), tx, r.ID)
			return err
		}
		if err := by(0, func(tx *store.Tx) (err error) {
			r, err = book.Months().RequestReopening(t.Context(), tx, "2026-01", "A receipt came in late")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := by(0, approve); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("by the requester: %v", err)
		}
		if err := by(1, approve); err != nil {
			t.Errorf("by another: %v", err)
		}
		if err := by(1, approve); !errors.Is(err, ledger.ErrPeriodOrder) {
			t.Errorf("again while it is open: %v", err)
		}
		update(t, db, func(tx *store.Tx) error { return book.Months().Set(t.Context(), tx, "2026-01", ledger.MonthClosed) })
		if err := by(1, approve); !errors.Is(err, ledger.ErrPeriodOrder) {
			t.Errorf("again after it was closed anew: %v", err)
		}
	})
}
