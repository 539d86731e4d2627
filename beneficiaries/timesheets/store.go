package timesheets

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type sheetRow struct {
	bun.BaseModel `bun:"table:time_sheets,alias:s"`
	ID            string `bun:",pk"`
	Number        string
	Worker        string
	Month         string
	State         State
	CreatedBy     access.UserID
	CreatedAt     string
	DecidedBy     access.UserID
	DecidedAt     string
	EntryID       *ledger.EntryID
	Version       int
}

type dayRow struct {
	bun.BaseModel `bun:"table:time_sheet_days"`
	SheetID       string `bun:",pk"`
	Position      int    `bun:",pk"`
	OnDay         ledger.Date
	Minutes       int
	Kilometres    int
	Fund          ledger.FundCode
	Line          string
}

func insertSheet(ctx context.Context, tx *store.Tx, s Sheet) error {
	row := sheetRow{ID: s.ID, Number: s.Number, Worker: s.Worker, Month: s.Month, State: s.State, CreatedBy: s.CreatedBy,
		CreatedAt: store.FormatTime(tx.At), Version: s.Version}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	days := make([]dayRow, len(s.Days))
	for i, d := range s.Days {
		days[i] = dayRow{SheetID: s.ID, Position: i + 1, OnDay: d.On, Minutes: d.Minutes, Kilometres: d.Kilometres,
			Fund: d.Fund, Line: d.Line}
	}
	_, err := tx.NewInsert().Model(&days).Exec(ctx)
	return err
}

func saveSheet(ctx context.Context, tx *store.Tx, s *Sheet) error {
	err := store.ExactlyOne(tx.NewUpdate().Model((*sheetRow)(nil)).Set("state = ?", s.State).
		Set("decided_by = ?", s.DecidedBy).Set("decided_at = ?", store.FormatSome(s.DecidedAt)).
		Set("entry_id = ?", store.NullIfZero(s.Entry)).Set("version = ?", s.Version+1).Where("id = ?", s.ID).
		Where("version = ?", s.Version).Exec(ctx))
	if err == nil {
		s.Version++
	}
	return err
}

// readMinutes sums what the sheets of a person that were not rejected say of each day of a month.
func readMinutes(ctx context.Context, tx *store.Tx, worker, month string) (map[ledger.Date]int, error) {
	var rows []struct {
		OnDay   ledger.Date
		Minutes int
	}
	err := tx.NewSelect().TableExpr("time_sheet_days AS d").ColumnExpr("d.on_day, SUM(d.minutes) AS minutes").
		Join("JOIN time_sheets AS s ON s.id = d.sheet_id").Where("s.worker = ?", worker).Where("s.month = ?", month).
		Where("s.state <> ?", Rejected).GroupExpr("d.on_day").Scan(ctx, &rows)
	sums := map[ledger.Date]int{}
	for _, r := range rows {
		sums[r.OnDay] = r.Minutes
	}
	return sums, err
}

// own narrows a query to the sheets that the actor may know of.
func own(tx *store.Tx, q *bun.SelectQuery) *bun.SelectQuery {
	if beneficiaries.SeesAll(tx.By) {
		return q
	}
	return q.Where("s.created_by = ?", tx.By.User)
}

func readSheet(ctx context.Context, tx *store.Tx, key string, locked bool) (Sheet, error) {
	var row sheetRow
	q := own(tx, tx.NewSelect().Model(&row).Where("s.id = ? OR s.number = ?", key, key))
	if locked {
		q = tx.Lock(q)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Sheet{}, ErrUnknown
	} else if err != nil {
		return Sheet{}, err
	}
	found, err := sheetsOf(ctx, tx, []sheetRow{row})
	if err != nil {
		return Sheet{}, err
	}
	return found[0], nil
}

func readSheets(ctx context.Context, tx *store.Tx, f Filter) ([]Sheet, error) {
	var rows []sheetRow
	q := own(tx, tx.NewSelect().Model(&rows))
	if f.State != "" {
		q = q.Where("s.state = ?", f.State)
	}
	if f.Month != "" {
		q = q.Where("s.month = ?", f.Month)
	}
	if err := f.Page.Ascending(q, "s.number").Scan(ctx); err != nil {
		return nil, err
	}
	return sheetsOf(ctx, tx, rows)
}

func sheetsOf(ctx context.Context, tx *store.Tx, rows []sheetRow) ([]Sheet, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var days []dayRow
	if len(rows) > 0 {
		if err := tx.NewSelect().Model(&days).Where("sheet_id IN (?)", bun.List(ids)).Order("sheet_id", "position").
			Scan(ctx); err != nil {
			return nil, err
		}
	}
	of := map[string][]Day{}
	for _, d := range days {
		of[d.SheetID] = append(of[d.SheetID], Day{On: d.OnDay, Minutes: d.Minutes, Kilometres: d.Kilometres, Fund: d.Fund,
			Line: d.Line})
	}
	found := make([]Sheet, len(rows))
	for i, r := range rows {
		at, err := store.ParseSome(r.DecidedAt)
		if err != nil {
			return nil, err
		}
		found[i] = Sheet{ID: r.ID, Number: r.Number, Worker: r.Worker, Month: r.Month, Days: of[r.ID], State: r.State,
			CreatedBy: r.CreatedBy, DecidedBy: r.DecidedBy, DecidedAt: at, Entry: store.ZeroIfNull(r.EntryID),
			Version: r.Version}
	}
	return found, nil
}

func readRows(ctx context.Context, tx *store.Tx, f RowFilter) ([]Row, error) {
	var rows []struct {
		dayRow
		Number, Worker, Handle string
		State                  State
		FiscalYear             *int
		EntryNumber            *int64
	}
	q := tx.NewSelect().TableExpr("time_sheet_days AS d").ColumnExpr("d.*, s.number, s.worker, s.state").
		ColumnExpr("COALESCE(u.handle, '') AS handle").
		ColumnExpr("e.fiscal_year, e.number AS entry_number").
		Join("JOIN time_sheets AS s ON s.id = d.sheet_id").Join("LEFT JOIN users AS u ON u.id = s.decided_by").
		Join("LEFT JOIN entries AS e ON e.id = s.entry_id").Where("d.fund = ?", f.Fund).
		Where("d.on_day BETWEEN ? AND ?", f.From, f.To).Where("s.state <> ?", Rejected)
	if err := f.Page.Ascending(q, "d.on_day", "s.number", "d.position").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Row, len(rows))
	for i, r := range rows {
		entry := ""
		if r.FiscalYear != nil {
			entry = ledger.Number(*r.FiscalYear, store.ZeroIfNull(r.EntryNumber))
		}
		found[i] = Row{Sheet: r.Number, Worker: r.Worker, State: r.State, DecidedBy: r.Handle, Entry: entry,
			position: r.Position, Day: Day{On: r.OnDay, Minutes: r.Minutes, Kilometres: r.Kilometres, Fund: r.Fund,
				Line: r.Line}}
	}
	return found, nil
}
