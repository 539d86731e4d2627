package ledger

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type signOffRow struct {
	bun.BaseModel `bun:"table:period_signoffs"`
	Month         string   `bun:",pk"`
	CheckKey      CheckKey `bun:",pk"`
	Round         int      `bun:",pk"`
	Findings      int      `bun:",pk"`
	Reason        string
	SignedBy      string
	SignedAt      string
}

type reopeningRow struct {
	bun.BaseModel `bun:"table:period_reopenings"`
	ID            ReopeningID `bun:",pk"`
	Month         string
	Round         int
	Reason        string
	RequestedBy   string
	RequestedAt   string
}

type periodRow struct {
	bun.BaseModel `bun:"table:periods"`
	Month         string `bun:",pk"`
	State         PeriodState
	Reopenings    int
}

// readPeriods reads months, oldest first.
func readPeriods(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Period, error) {
	var rows []periodRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "month").Scan(ctx); err != nil {
		return nil, err
	}
	periods := make([]Period, len(rows))
	for i, r := range rows {
		periods[i] = Period{r.Month, r.State, r.Reopenings}
	}
	return periods, nil
}

// findPeriod finds a month; one that the books do not know yet is open.
func findPeriod(ctx context.Context, tx *store.Tx, month string) (Period, error) {
	var row periodRow
	err := tx.NewSelect().Model(&row).Where("month = ?", month).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Period{Month: month, State: MonthOpen}, nil
	}
	return Period{row.Month, row.State, row.Reopenings}, err
}

func savePeriod(ctx context.Context, tx *store.Tx, p Period) error {
	_, err := tx.NewInsert().Model(&periodRow{Month: p.Month, State: p.State}).
		On("CONFLICT (month) DO UPDATE").Set("state = EXCLUDED.state").Exec(ctx)
	return err
}

func insertSignOff(ctx context.Context, tx *store.Tx, p Period, c Check, reason string) error {
	row := signOffRow{Month: p.Month, CheckKey: c.Key, Round: p.Reopenings, Findings: c.Findings, Reason: reason,
		SignedBy: tx.By.User,
		SignedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readSignOff finds the newest sign-off of this round that covers as many findings as there are now; nil when there is
// none.
func readSignOff(ctx context.Context, tx *store.Tx, p Period, c Check) (*SignOff, error) {
	var row signOffRow
	err := tx.NewSelect().Model(&row).Where("month = ?", p.Month).Where("check_key = ?", c.Key).
		Where("round = ?", p.Reopenings).
		Where("findings >= ?", c.Findings).Order("signed_at DESC", "findings").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &SignOff{row.Reason, row.SignedBy, row.SignedAt}, err
}

func insertReopening(ctx context.Context, tx *store.Tx, r Reopening) error {
	row := reopeningRow{ID: r.ID, Month: r.Month, Round: r.Round, Reason: r.Reason, RequestedBy: r.RequestedBy,
		RequestedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrReopeningPending)
}

// reopeningAsked tells whether somebody asked for the same reopening already; the database refuses the second of two at
// once.
func reopeningAsked(ctx context.Context, tx *store.Tx, r Reopening) (bool, error) {
	return tx.NewSelect().Model((*reopeningRow)(nil)).Where("month = ?", r.Month).Where("round = ?", r.Round).Exists(ctx)
}

func readReopening(ctx context.Context, tx *store.Tx, id ReopeningID) (Reopening, error) {
	var row reopeningRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Reopening{}, ErrUnknownReopening
	}
	return row.reopening(0), err
}

// reopening is the row as a value; it is approved when the month has been through it.
func (r reopeningRow) reopening(rounds int) Reopening {
	return Reopening{ID: r.ID, Month: r.Month, Round: r.Round, Reason: r.Reason, RequestedBy: r.RequestedBy,
		Approved: rounds >= r.Round}
}

func readReopenings(ctx context.Context, tx *store.Tx, month string, page store.Keyset) ([]Reopening, error) {
	var rows []struct {
		reopeningRow
		Reopenings int
	}
	q := tx.NewSelect().TableExpr("period_reopenings AS r").ColumnExpr("r.*").ColumnExpr("p.reopenings").
		Join("JOIN periods AS p ON p.month = r.month").Where("r.month = ?", month)
	err := page.Ascending(q, "r.id").Scan(ctx, &rows)
	found := make([]Reopening, len(rows))
	for i, r := range rows {
		found[i] = r.reopening(r.Reopenings)
	}
	return found, err
}

// reopen opens a closed month to finance, by the reopening of its next round.
func reopen(ctx context.Context, tx *store.Tx, r Reopening) error {
	return one(tx.NewUpdate().Model((*periodRow)(nil)).Set("state = ?", MonthSoftClosed).Set("reopenings = ?", r.Round).
		Where("month = ?", r.Month).Where("state = ?", MonthClosed).Exec(ctx))
}
