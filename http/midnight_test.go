package http_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The books are kept in Copenhagen, an hour or two before UTC: a day, a month and a year begin there.
func TestMidnightIsThatOfCopenhagen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		finance, _ := opened(t, db)
		for i, midnight := range []struct{ at, day string }{
			{"2026-03-28T23:00:00Z", "2026-03-29"}, // the night that summer time begins
			{"2026-06-30T22:00:00Z", "2026-07-01"},
			{"2026-10-24T22:00:00Z", "2026-10-25"}, // the night that it ends
			{"2026-12-31T23:00:00Z", "2027-01-01"},
		} {
			at, err := time.Parse(time.RFC3339, midnight.at)
			if err != nil {
				t.Fatal(err)
			}
			on := `{"kind":"service","channel":"paper","anonymous":true,"text":"A form","received_on":"` + midnight.day + `"}`
			storetest.ClockOf(db).Set(at.Add(-time.Second))
			c := finance.As(db, fmt.Sprint("privacy-", i), access.PrivacyOfficer)
			c.Post("/complaints", on).Want(422) // it is tomorrow
			storetest.ClockOf(db).Set(at)
			var made struct{ Number string }
			c.Post("/complaints", on).Want(201).Into(&made)
			c.Post("/complaints", strings.Replace(on, `,"received_on":"`+midnight.day+`"`, "", 1)).Want(201).Into(&made)
			list := string(c.Get("/complaints?limit=100").Want(200).Body)
			if n := strings.Count(list, `"received_on":"`+midnight.day+`"`); n != 2 ||
				!strings.HasPrefix(made.Number, "C-"+midnight.day[:4]) {
				t.Errorf("at %s: %d complaints of %s, the last is %s", midnight.at, n, midnight.day, made.Number)
			}
		}
	})
}

// On the last day of a fiscal year, in the hour in which UTC is a year behind, and with a clock that goes back, each
// entry has the year of its own day, its number follows, and the books are sound.
func TestLastDayOfTheFiscalYear(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		first, _ := opened(t, db)
		clock, n := storetest.ClockOf(db), 0
		midnight := time.Date(2026, time.December, 31, 23, 0, 0, 0, time.UTC)
		clock.Set(midnight.Add(-time.Minute))
		c := first.As(db, "last-day", access.FinanceOfficer)
		post := func(day string, status int) (number string) {
			t.Helper()
			n++
			var made struct {
				Number string
			}
			a := c.With("Idempotency-Key", fmt.Sprint("e", n)).Post("/journal-entries",
				strings.Replace(interest, "2026-01-31", day, 1)).Want(status)
			if status == 201 {
				a.Into(&made)
			}
			return made.Number
		}
		want := func(got, number string) {
			t.Helper()
			if got != number {
				t.Errorf("number %s, want %s", got, number)
			}
		}
		want(post("2026-12-31", 201), "2026-000002")
		want(post("2027-01-01", 201), "2027-000001")
		clock.Set(midnight.Add(time.Minute))
		want(post("2026-12-31", 201), "2026-000003")
		clock.Set(midnight.Add(-time.Hour)) // the clock goes back
		want(post("2027-01-01", 201), "2027-000002")
		clock.Set(midnight.Add(time.Minute))
		c.With("Idempotency-Key", "close").Post("/fiscal-years/2026/closings", nil).Want(200)
		late := strings.Replace(interest, "2026-01-31", "2026-12-31", 1)
		c.With("Idempotency-Key", "late").Post("/journal-entries", late).Problem(422, "confirmation_required")
		want(post("2027-01-01", 201), "2027-000003")
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			report, err := verify.Books(t.Context(), tx, nil, verify.Options{Report: func(string, int64) {}})
			for _, f := range report.Findings {
				t.Error(f)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
