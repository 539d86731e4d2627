package ledger_test

import (
	"errors"
	"testing"

	"supportledger/ledger"
	"supportledger/ledger/ledgertest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What is owed may be repaid to the last øre, and no more.
func TestRepaymentUpToWhatIsOwed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		post(t, db, book, opening("UNR", "2026-01-01", "500.00"), opening("G1", "2026-01-01", "500.00"))
		repay := func(amount string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := book.Loans().Repay(t.Context(), tx, ledger.Loan{From: "UNR", To: "G1", Amount: dkk(amount),
					Account: "1010", Date: "2026-02-01"})
				return err
			}
		}
		refused(t, db, ledger.ErrLoanExceeded, repay("0.01"))
		update(t, db, func(tx *store.Tx) error {
			_, err := book.Loans().Lend(t.Context(), tx, ledger.Loan{From: "UNR", To: "G1", Amount: dkk("100.00"),
				Account: "1010", Date: "2026-01-15"})
			return err
		})
		refused(t, db, ledger.ErrLoanExceeded, repay("100.01"))
		update(t, db, repay("40.00"))
		refused(t, db, ledger.ErrLoanExceeded, repay("60.01"))
		update(t, db, repay("60.00"))
		refused(t, db, ledger.ErrLoanExceeded, repay("0.01"))
	})
}

// Closing a year is an event, and a year is closed once.
func TestClosingAYearIsRecorded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		ledgertest.Post(t, db, book, ledger.Entry{Date: "2026-03-01", Text: "Gift", Act: "manual", Lines: []ledger.Line{
			ledger.Base("1010", "UNR", dkk("1.00")), ledger.Base("4900", "UNR", dkk("-1.00"))}})
		closeYear := func(tx *store.Tx) error {
			_, err := book.Months().CloseYear(t.Context(), tx, 2026)
			return err
		}
		update(t, db, closeYear)
		view(t, db, func(tx *store.Tx) error {
			var subject string
			err := tx.NewRaw("SELECT subject FROM audit_events WHERE action = 'year.closed'").Scan(t.Context(), &subject)
			if subject != "2026" {
				t.Errorf("the event is of %q", subject)
			}
			return err
		})
		refused(t, db, ledger.ErrYearClosed, closeYear)
	})
}

// A month that had no entry when a later one closed is as closed as that one: nothing is posted into it, and it is
// neither opened nor left to finance.
func TestAMonthBeforeAClosedOneStaysClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			return book.Months().Set(t.Context(), tx, "2026-02", ledger.MonthClosed)
		})
		refused(t, db, ledger.ErrPeriodClosed, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-15", Text: "Late", Act: "manual",
				Lines: []ledger.Line{ledger.Base("1010", "UNR", dkk("1.00")), ledger.Base("4900", "UNR", dkk("-1.00"))}})
			return err
		})
		for _, state := range []ledger.PeriodState{ledger.MonthOpen, ledger.MonthSoftClosed} {
			refused(t, db, ledger.ErrPeriodOrder, func(tx *store.Tx) error {
				return book.Months().Set(t.Context(), tx, "2026-01", state)
			})
		}
	})
}

// Months that are taken over close in order, and do not open again.
func TestTakenOverMonthsCloseInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		to := func(month string, state ledger.PeriodState) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { return book.Months().Set(t.Context(), tx, month, state) }
		}
		update(t, db, to("2026-01", ledger.MonthSoftClosed))
		update(t, db, to("2026-02",
			ledger.MonthSoftClosed)) // an earlier month that is not closed keeps none from soft closing
		refused(t, db, ledger.ErrPeriodOrder, to("2026-02", ledger.MonthClosed))
		update(t, db, to("2026-01", ledger.MonthClosed))
		update(t, db, to("2026-02", ledger.MonthClosed))
		refused(t, db, ledger.ErrPeriodOrder, to("2026-01", ledger.MonthOpen))
		refused(t, db, ledger.ErrPeriodOrder, to("2026-02", ledger.MonthSoftClosed))
	})
}

// Into a soft-closed month finance posts and nobody else; into a closed one nobody. Who is refused hears of the first
// month that takes it.
func TestWhoPostsIntoWhichMonth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		post(t, db, book, opening("UNR", "2026-01-02", "500.00"), opening("UNR", "2026-03-02", "1.00"))
		for month, state := range map[string]ledger.PeriodState{"2026-01": ledger.MonthClosed,
			"2026-03": ledger.MonthSoftClosed} {
			update(t, db, func(tx *store.Tx) error { return book.Months().Set(t.Context(), tx, month, state) })
		}
		for _, c := range []struct {
			role        string
			on, instead ledger.Date // instead is "" where it is posted
		}{
			{"finance_officer", "2026-01-31", "2026-02-01"}, {"caseworker", "2026-01-31", "2026-02-01"},
			{"finance_officer", "2025-12-31", "2026-02-01"}, {"finance_officer", "2025-11-30", "2026-02-01"},
			{"finance_officer", "2026-03-01", ""},
			{"treasurer", "2026-03-31", ""}, {"caseworker", "2026-03-31", "2026-04-01"}, {"caseworker", "2026-02-01", ""},
			{"caseworker", "2026-04-01", ""},
		} {
			ctx := store.WithActor(t.Context(), store.Actor{User: "usr_1", Roles: []string{"auditor", c.role}})
			err := db.Update(ctx, func(tx *store.Tx) error {
				_, err := book.Post(ctx, tx, opening("UNR", c.on, "1.00"))
				return err
			})
			var closed *ledger.PeriodClosed
			if (c.instead == "") != (err == nil) || c.instead != "" && (!errors.As(err, &closed) ||
				closed.FirstOpen != c.instead) {
				t.Errorf("%s on %s: %v, want %q", c.role, c.on, err, c.instead)
			}
		}
	})
}
