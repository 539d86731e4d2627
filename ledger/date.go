package ledger

import (
	"fmt"
	"time"
)

// Date is a civil date, "2026-01-31": an accounting date, never an instant. Its text sorts as time does, and the
// databases keep exactly this text. "" is no date.
type Date string

// ParseDate reads YYYY-MM-DD of a day that exists, in the years 1900-2199. Errors are *[DateError].
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) || t.Year() < 1900 || t.Year() > 2199 {
		return "", &DateError{Got: clip(s)}
	}
	return Date(s), nil
}

// DateOf is the civil date of an instant in Copenhagen, where the books are kept.
func DateOf(t time.Time) Date { return Date(t.In(copenhagen).Format(time.DateOnly)) }

// copenhagen is loaded from the data embedded by cmd; where it is missing the books fall back to UTC+1.
var copenhagen = func() *time.Location {
	if loc, err := time.LoadLocation("Europe/Copenhagen"); err == nil {
		return loc
	}
	return time.FixedZone("CET", 3600)
}()

// NewDate is the given day; day and month overflow as in [time.Date].
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
}

// Time is midnight UTC of the day.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// Year is the calendar year, which is also the fiscal year.
func (d Date) Year() int { return d.Time().Year() }

// Month is the period the day falls into: "2026-01".
func (d Date) Month() string {
	if len(d) < 7 {
		return ""
	}
	return string(d[:7])
}

// AddDays is the day n days later.
func (d Date) AddDays(n int) Date { return DateAt(d.Time().AddDate(0, 0, n)) }

// DateAt is the date of a UTC instant as it stands, for arithmetic on [Date.Time].
func DateAt(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// DateError is a text that is not a date.
type DateError struct{ Got string }

func (e *DateError) Error() string {
	return fmt.Sprintf("ledger: %q is not a date; send YYYY-MM-DD", e.Got)
}

// Unwrap makes errors.Is(err, ErrDate) true.
func (e *DateError) Unwrap() error { return ErrDate }
