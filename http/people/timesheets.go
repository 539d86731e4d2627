package people

import (
	"context"
	"net/http"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries/timesheets"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// times registers time sheets.
func times(api *resource.API) {
	works := []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/time-sheets", ID: "listTimeSheets", Tag: "time-sheets",
		Roles:   resource.Staff,
		Summary: "List time sheets", Danish: "Vis timesedler", About: "A caseworker's own."}, listTimeSheets)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/time-sheets/:id", ID: "getTimeSheet", Tag: "time-sheets",
		Roles:   resource.Staff,
		Summary: "One time sheet", Danish: "Én timeseddel", Refuses: []error{timesheets.ErrUnknown}}, getTimeSheet)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/time-sheets", ID: "handInTimeSheet", Tag: "time-sheets",
		NoMatch: rest.MakesNew, Roles: works,
		Summary: "Hand in the time sheet of a month", Danish: "Aflevér timesedlen for en måned",
		About:   "Who worked, by code; days, hours and kilometres, each for a line of a grant. Another person approves it.",
		Refuses: []error{timesheets.ErrDays, timesheets.ErrHours, timesheets.ErrLine, ledger.ErrUnknownFund},
		Example: `{"worker":"ST-01","month":"2026-01","days":[{"on":"2026-01-05","hours":"7.5","fund":"UNR"}]}`},
		handInTimeSheet)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/time-sheets/:id/decisions", ID: "decideTimeSheet",
		Match: "getTimeSheet", Tag: "time-sheets", Status: http.StatusOK,
		Roles:   []access.Role{access.ProgrammeLead, access.FinanceOfficer, access.Treasurer},
		Summary: "Approve or reject a time sheet", Danish: "Godkend eller afvis en timeseddel",
		About: "By another person than the one who handed it in; a rejection has a reason.",
		Refuses: []error{timesheets.ErrUnknown, timesheets.ErrState, access.ErrMakerCannotApprove,
			ledger.ErrReasonRequired, store.ErrStale}}, decideTimeSheet)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/time-sheets/:id/entries", ID: "attachTimeSheet",
		Match: "getTimeSheet", Tag: "time-sheets", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Put an approved time sheet behind the entry of the salary",
		Danish:  "Knyt en godkendt timeseddel til lønnens postering",
		Refuses: []error{timesheets.ErrUnknown, timesheets.ErrState, timesheets.ErrEntry, ledger.ErrUnknownEntry,
			store.ErrStale}}, attachTimeSheet)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/time-sheets", ID: "reportTimeSheets", Tag: "reports",
		Roles:   resource.Bookkeeper,
		Summary: "The hours and kilometres of a fund, day by day", Danish: "Et formåls timer og kilometer, dag for dag",
		About: "What stands behind its salary lines, by code; rejected sheets are left out. As CSV or XLSX for the " +
			"funder."}, reportTimeSheets)
}

type workedDayBody struct {
	On         ledger.Date     `json:"on" validate:"required"`
	Hours      rest.Decimal    `json:"hours" validate:"omitempty,positive" description:"Whole minutes, such as 7.5 or 0.25."`
	Kilometres int             `json:"kilometres" validate:"min=0,max=2000"`
	Fund       ledger.FundCode `json:"fund" validate:"required"`
	Line       string          `json:"line" validate:"max=20" description:"Number of the line in the grant's budget."`
}

type workedDayView struct {
	On         ledger.Date     `json:"on"`
	Hours      rest.Decimal    `json:"hours"`
	Kilometres int             `json:"kilometres"`
	Fund       ledger.FundCode `json:"fund"`
	Line       string          `json:"line,omitempty"`
}

type timeSheetRequest struct {
	Worker string          `json:"worker" validate:"required,max=20" description:"Code of who worked, such as ST-01; no name."`
	Month  string          `json:"month" validate:"required,len=7" description:"Such as 2026-03."`
	Days   []workedDayBody `json:"days" validate:"required,min=1,max=400,dive"`
}

type timeSheetView struct {
	ID        string           `json:"id"`
	Number    string           `json:"number"`
	Worker    string           `json:"worker"`
	Month     string           `json:"month"`
	State     timesheets.State `json:"state"`
	Hours     rest.Decimal     `json:"hours" description:"Of all days."`
	Km        int              `json:"kilometres"`
	Days      []workedDayView  `json:"days" table:"-"`
	CreatedBy access.UserID    `json:"created_by"`
	DecidedBy access.UserID    `json:"decided_by,omitempty"`
	DecidedAt string           `json:"decided_at,omitempty"`
	Entry     ledger.EntryID   `json:"entry_id,omitempty" description:"Of the salary that it stands behind."`
}

// hoursOf shows minutes as hours.
func hoursOf(minutes int) rest.Decimal {
	return rest.Decimal(decimal.NewFromInt(int64(minutes)).DivRound(decimal.NewFromInt(60), 2).String())
}

func viewTimeSheet(s timesheets.Sheet) timeSheetView {
	v := timeSheetView{ID: s.ID, Number: s.Number, Worker: s.Worker, Month: s.Month, State: s.State,
		CreatedBy: s.CreatedBy, DecidedBy: s.DecidedBy, DecidedAt: rest.Instant(s.DecidedAt), Entry: s.Entry}
	minutes := 0
	v.Days = rest.Views(s.Days, func(d timesheets.Day) workedDayView {
		minutes, v.Km = minutes+d.Minutes, v.Km+d.Kilometres
		return workedDayView{On: d.On, Hours: hoursOf(d.Minutes), Kilometres: d.Kilometres, Fund: d.Fund, Line: d.Line}
	})
	v.Hours = hoursOf(minutes)
	return v
}

type listTimeSheetsRequest struct {
	rest.Page
	State timesheets.State `query:"status" json:"-" validate:"omitempty,oneof=submitted approved rejected"`
	Month string           `query:"month" json:"-" validate:"omitempty,len=7"`
}

func sheetsOf(d resource.Domain) timesheets.Register {
	return timesheets.Register{Book: d.Book, Grants: d.Grants}
}

func listTimeSheets(ctx context.Context, tx *store.Tx, d resource.Domain, in listTimeSheetsRequest) (
	rest.List[timeSheetView], error) {
	page, err := keyset(in.Page, 1)
	if err != nil {
		return rest.List[timeSheetView]{}, err
	}
	found, err := sheetsOf(d).List(ctx, tx, timesheets.Filter{State: in.State, Month: in.Month, Page: page})
	return rest.ListOf(in.Page, found, viewTimeSheet, func(s timesheets.Sheet) []string { return []string{s.Number} }), err
}

func getTimeSheet(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (timeSheetView, error) {
	s, err := sheetsOf(d).Sheet(ctx, tx, string(in.ID))
	return viewTimeSheet(s), err
}

func handInTimeSheet(ctx context.Context, tx *store.Tx, d resource.Domain, in timeSheetRequest) (timeSheetView, error) {
	s := timesheets.Sheet{Worker: in.Worker, Month: in.Month}
	for _, b := range in.Days {
		day := timesheets.Day{On: b.On, Kilometres: b.Kilometres, Fund: b.Fund, Line: b.Line}
		if b.Hours != "" {
			minutes := b.Hours.Number().Mul(decimal.NewFromInt(60))
			if !minutes.IsInteger() || minutes.GreaterThan(decimal.NewFromInt(24*60)) {
				return timeSheetView{}, timesheets.ErrHours
			}
			day.Minutes = int(minutes.IntPart())
		}
		s.Days = append(s.Days, day)
	}
	s, err := sheetsOf(d).HandIn(ctx, tx, s)
	return viewTimeSheet(s), err
}

type decideTimeSheetRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or number."`
	Decision string   `json:"decision" validate:"required,oneof=approve reject"`
	Reason   string   `json:"reason" validate:"max=500" description:"Of a rejection, in ten letters or more."`
}

func decideTimeSheet(ctx context.Context, tx *store.Tx, d resource.Domain, in decideTimeSheetRequest) (timeSheetView,
	error) {
	s, err := sheetsOf(d).Decide(ctx, tx, string(in.ID), in.Decision == "approve", in.Reason)
	return viewTimeSheet(s), resource.AtReason(err)
}

type attachTimeSheetRequest struct {
	ID    rest.Ref `path:"id" json:"-" description:"Id or number."`
	Entry rest.Ref `json:"entry" validate:"required" description:"Id or number."`
}

func attachTimeSheet(ctx context.Context, tx *store.Tx, d resource.Domain, in attachTimeSheetRequest) (timeSheetView,
	error) {
	s, err := sheetsOf(d).Attach(ctx, tx, string(in.ID), string(in.Entry))
	return viewTimeSheet(s), err
}

type timeRowsRequest struct {
	rest.Page
	Fund ledger.FundCode `query:"fund" json:"-" validate:"required"`
	From ledger.Date     `query:"from" json:"-" validate:"required"`
	To   ledger.Date     `query:"to" json:"-" validate:"required"`
}

type timeRowView struct {
	On         ledger.Date      `json:"on"`
	Worker     string           `json:"worker"`
	Hours      rest.Decimal     `json:"hours"`
	Kilometres int              `json:"kilometres"`
	Fund       ledger.FundCode  `json:"fund"`
	Line       string           `json:"line,omitempty"`
	Sheet      string           `json:"time_sheet"`
	State      timesheets.State `json:"state"`
	Approver   string           `json:"approved_by,omitempty"`
	Entry      string           `json:"entry,omitempty" description:"Number of the entry of the salary."`
}

func reportTimeSheets(ctx context.Context, tx *store.Tx, _ resource.Domain, in timeRowsRequest) (
	rest.List[timeRowView], error) {
	page, err := keyset(in.Page, 3)
	if err != nil {
		return rest.List[timeRowView]{}, err
	}
	rows, err := timesheets.Rows(ctx, tx, timesheets.RowFilter{Fund: in.Fund, From: in.From, To: in.To, Page: page})
	return rest.ListOf(in.Page, rows, func(r timesheets.Row) timeRowView {
		return timeRowView{On: r.Day.On, Worker: r.Worker, Hours: hoursOf(r.Day.Minutes), Kilometres: r.Day.Kilometres,
			Fund: r.Day.Fund, Line: r.Day.Line, Sheet: r.Sheet, State: r.State, Approver: r.DecidedBy, Entry: r.Entry}
	}, timesheets.Row.Key), err
}
