// Package timesheets keeps who of the staff worked when for which line of which grant: what stands behind a salary
// line. Staff are named by a code. A sheet is handed in by one person and approved by another, and no day of a person
// has more than 24 hours over all sheets. Start at [Register.HandIn].
package timesheets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrUnknown = errors.New("timesheets: unknown time sheet")
	ErrDays    = errors.New("timesheets: a day lies outside the month, or is not over")
	ErrHours   = errors.New("timesheets: a day of a person has at most 24 hours over all sheets")
	ErrLine    = errors.New("timesheets: the grant's budget has no such line")
	ErrState   = errors.New("timesheets: the time sheet is in another state")
	ErrEntry   = errors.New("timesheets: the entry books nothing on a fund of the time sheet")
)

// State is where a time sheet is.
type State string

// The states.
const (
	Submitted State = "submitted"
	Approved  State = "approved"
	Rejected  State = "rejected"
)

// Day is what was worked, or driven, on a day for a line of a fund.
type Day struct {
	On         ledger.Date
	Minutes    int
	Kilometres int
	Fund       ledger.FundCode
	Line       string // of the grant's budget; "" of a fund without one
}

// Sheet is a person's month.
type Sheet struct {
	ID        string
	Number    string
	Worker    string // code of who worked
	Month     string // 2026-03
	Days      []Day
	State     State
	CreatedBy access.UserID
	DecidedBy access.UserID
	DecidedAt time.Time
	Entry     ledger.EntryID // of the salary that it stands behind; "" is none yet
	Version   int
}

// Register keeps time sheets.
type Register struct {
	Book   ledger.Book
	Grants grants.Register
}

// payload is what is approved.
func (s Sheet) payload() (parts []string) {
	parts = []string{s.ID, s.Worker, s.Month}
	for _, d := range s.Days {
		parts = append(parts, string(d.On), strconv.Itoa(d.Minutes), strconv.Itoa(d.Kilometres), string(d.Fund), d.Line)
	}
	return parts
}

// HandIn puts a month's sheet on record, for another person to approve. [ErrDays], [ErrHours], [ErrLine],
// [ledger.ErrUnknownFund].
func (r Register) HandIn(ctx context.Context, tx *store.Tx, s Sheet) (Sheet, error) {
	if err := tx.Turn(ctx, "time sheet "+s.Worker); err != nil {
		return Sheet{}, err
	}
	for _, d := range s.Days {
		if d.On.Month() != s.Month || d.On > ledger.DateOf(tx.At) {
			return Sheet{}, ErrDays
		}
		if err := r.takes(ctx, tx, d); err != nil {
			return Sheet{}, err
		}
	}
	if err := r.fits(ctx, tx, s); err != nil {
		return Sheet{}, err
	}
	n, err := access.Next(ctx, tx, "time-sheet-"+s.Month[:4])
	if err != nil {
		return Sheet{}, err
	}
	s.ID, s.Number, s.State = store.NewID("tms"), fmt.Sprintf("TS-%s-%04d", s.Month[:4], n), Submitted
	s.CreatedBy, s.Version = access.UserID(tx.By.User), 1
	if err := insertSheet(ctx, tx, s); err != nil {
		return Sheet{}, err
	}
	duty := access.Duty{Subject: s.ID, Round: 1, Step: access.Request, Payload: access.PayloadOf(s.payload()...)}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Sheet{}, err
	}
	return s, access.Record(ctx, tx, access.Event{Action: "time_sheet.handed_in", Subject: s.ID})
}

// takes wants a fund that there is, and of a grant a line of its budget.
func (r Register) takes(ctx context.Context, tx *store.Tx, d Day) error {
	if _, err := r.Book.Fund(ctx, tx, d.Fund); err != nil {
		return err
	}
	g, granted, err := r.Grants.OfFund(ctx, tx, d.Fund)
	if err != nil || !granted || len(g.Budget) == 0 {
		return err
	}
	if !slices.ContainsFunc(g.Budget, func(l grants.BudgetLine) bool { return l.No == d.Line }) {
		return ErrLine
	}
	return nil
}

// fits wants no day of the person to have more than 24 hours, with what other sheets say that were not rejected.
func (r Register) fits(ctx context.Context, tx *store.Tx, s Sheet) error {
	sums, err := readMinutes(ctx, tx, s.Worker, s.Month)
	if err != nil {
		return err
	}
	for _, d := range s.Days {
		if sums[d.On] += d.Minutes; sums[d.On] > 24*60 {
			return ErrHours
		}
	}
	return nil
}

// Sheet finds one by id or number. A caseworker finds the own ones. [ErrUnknown].
func (r Register) Sheet(ctx context.Context, tx *store.Tx, key string) (Sheet, error) {
	return readSheet(ctx, tx, key, false)
}

// Filter chooses time sheets.
type Filter struct {
	State State
	Month string
	Page  store.Keyset // by number
}

// List lists a page of time sheets; a caseworker's own.
func (r Register) List(ctx context.Context, tx *store.Tx, f Filter) ([]Sheet, error) {
	return readSheets(ctx, tx, f)
}

// Decide approves or rejects a sheet, by another person than the one who handed it in
// ([access.ErrMakerCannotApprove]); a rejection has a reason ([ledger.ErrReasonRequired]). [ErrState].
func (r Register) Decide(ctx context.Context, tx *store.Tx, key string, approve bool, reason string) (Sheet, error) {
	s, err := readSheet(ctx, tx, key, true)
	if err != nil {
		return Sheet{}, err
	}
	if s.State != Submitted {
		return Sheet{}, ErrState
	}
	if s.State = Approved; !approve {
		s.State = Rejected
		if ledger.CheckReason(reason) != nil {
			return Sheet{}, ledger.ErrReasonRequired
		}
	}
	duty := access.Duty{Subject: s.ID, Round: 1, Step: access.Approve, Payload: access.PayloadOf(s.payload()...)}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Sheet{}, err
	}
	s.DecidedBy, s.DecidedAt = access.UserID(tx.By.User), tx.At
	if err := saveSheet(ctx, tx, &s); err != nil {
		return Sheet{}, err
	}
	return s, access.Record(ctx, tx,
		access.Event{Action: "time_sheet." + string(s.State), Subject: s.ID, Fields: []string{"state"}, Reason: reason})
}

// Attach puts an approved sheet behind the entry of the salary, once. [ErrState], [ErrEntry] of an entry that touches
// no fund of the sheet, [ledger.ErrUnknownEntry].
func (r Register) Attach(ctx context.Context, tx *store.Tx, key, entry string) (Sheet, error) {
	s, err := readSheet(ctx, tx, key, true)
	if err != nil {
		return Sheet{}, err
	}
	if s.State != Approved || s.Entry != "" {
		return Sheet{}, ErrState
	}
	posted, err := r.Book.Entry(ctx, tx, entry)
	if err != nil {
		return Sheet{}, err
	}
	if !slices.ContainsFunc(s.Days, func(d Day) bool { return slices.Contains(posted.Funds(), d.Fund) }) {
		return Sheet{}, ErrEntry
	}
	s.Entry = posted.ID
	if err := saveSheet(ctx, tx, &s); err != nil {
		return Sheet{}, err
	}
	return s, access.Record(ctx, tx,
		access.Event{Action: "time_sheet.attached", Subject: s.ID, Fields: []string{string(posted.ID)}})
}

// Row is a day of a sheet, for what a funder is shown: by code.
type Row struct {
	Sheet     string // number
	Worker    string
	Day       Day
	State     State
	DecidedBy string // work name
	Entry     string // number
	position  int
}

// Key is the place of a row in [Rows].
func (r Row) Key() []string { return []string{string(r.Day.On), r.Sheet, strconv.Itoa(r.position)} }

// RowFilter chooses the days of one fund from a day to a day, that are not rejected.
type RowFilter struct {
	Fund     ledger.FundCode
	From, To ledger.Date
	Page     store.Keyset
}

// Rows lists a page of the days of a fund, by day.
func Rows(ctx context.Context, tx *store.Tx, f RowFilter) ([]Row, error) { return readRows(ctx, tx, f) }
