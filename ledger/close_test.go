package ledger_test

import (
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The database itself keeps a closed month closed against everybody, and opens it once per approval of two people.
func TestDatabaseKeepsMonthsClosed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		var people []string
		update(t, db, func(tx *store.Tx) error {
			for _, handle := range []string{"finance", "treasurer"} {
				user, err := access.CreateUser(t.Context(), tx, handle, access.FinanceOfficer)
				if err != nil {
					return err
				}
				people = append(people, string(user.ID))
			}
			return book.Months().Set(t.Context(), tx, "2026-01", ledger.MonthClosed)
		})
		as := func(who int, act func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Update(store.WithActor(t.Context(), store.Actor{User: people[who]}), act); err != nil {
				t.Fatal(err)
			}
		}
		by := func(want, sql string) {
			t.Helper()
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.NewRaw(sql).Exec(t.Context())
				return err
			})
			var refused *store.Refused
			if !errors.As(err, &refused) || refused.Code != want {
				t.Errorf("%s: %v, want %s", sql, err, want)
			}
		}
		for _, sql := range []string{
			`UPDATE periods SET state = 'open' WHERE month = '2026-01'`,
			`UPDATE periods SET state = 'soft_closed', reopenings = 1 WHERE month = '2026-01'`,
			`UPDATE periods SET reopenings = 1 WHERE month = '2026-01'`,
			`UPDATE periods SET month = '2025-01' WHERE month = '2026-01'`,
		} {
			by("reopening_missing", sql)
		}
		by("append_only", `DELETE FROM periods`)
		var r ledger.Reopening
		as(0, func(tx *store.Tx) (err error) {
			r, err = book.Months().RequestReopening(t.Context(), tx, "2026-01", "A receipt came in late")
			return err
		})
		by("reopening_missing", // asked for, not approved
			`UPDATE periods SET state = 'soft_closed', reopenings = 1 WHERE month = '2026-01'`)
		by("append_only", `UPDATE period_reopenings SET reason = 'another'`)
		as(1, func(tx *store.Tx) error {
			_, err := book.Months().ApproveReopening(t.Context(), tx, r.ID)
			return err
		})
		as(0, func(tx *store.Tx) error { return book.Months().Set(t.Context(), tx, "2026-01", ledger.MonthClosed) })
		by("reopening_missing", `UPDATE periods SET state = 'soft_closed' WHERE month = '2026-01'`) // an approval opens once
		by("reopening_missing", `UPDATE periods SET state = 'soft_closed', reopenings = 2 WHERE month = '2026-01'`)
		if db.Engine() == store.SQLite {
			by("reopening_missing", `INSERT OR REPLACE INTO periods (month, state) VALUES ('2026-01', 'open')`)
		}
	})
}
