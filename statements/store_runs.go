package statements

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"supportledger/access"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"
	"time"

	"github.com/uptrace/bun"
)

type runRow struct {
	bun.BaseModel `bun:"table:statement_runs"`
	ID            RunID `bun:",pk"`
	Kind          figures.Kind
	FromDate      ledger.Date
	ToDate        ledger.Date
	Lang          figures.Lang
	Cutoff        string
	Whole         bool
	CreatedBy     access.UserID
	CreatedAt     string
}

func (r runRow) run() (Run, error) {
	at, err := store.ParseTime(r.CreatedAt)
	return Run{ID: r.ID, Kind: r.Kind, From: r.FromDate, To: r.ToDate, Lang: r.Lang, CutOff: r.Cutoff, Whole: r.Whole,
		CreatedBy: r.CreatedBy, CreatedAt: at}, err
}

type runSubjectRow struct {
	bun.BaseModel `bun:"table:statement_run_subjects"`
	RunID         RunID
	Position      int
	Subject       string
}

// rowsAtOnce is how many subjects one INSERT writes.
const rowsAtOnce = 500

func insertRun(ctx context.Context, tx *store.Tx, r Run, subjects []string) error {
	row := runRow{ID: r.ID, Kind: r.Kind, FromDate: r.From, ToDate: r.To, Lang: r.Lang, Cutoff: r.CutOff, Whole: r.Whole,
		CreatedBy: r.CreatedBy, CreatedAt: store.FormatTime(r.CreatedAt)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	for first := 0; first < len(subjects); first += rowsAtOnce {
		var rows []runSubjectRow
		for i, s := range subjects[first:min(first+rowsAtOnce, len(subjects))] {
			rows = append(rows, runSubjectRow{RunID: r.ID, Position: first + i + 1, Subject: s})
		}
		if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func readRun(ctx context.Context, tx *store.Tx, id RunID) (Run, error) {
	var row runRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, ErrUnknownRun
	} else if err != nil {
		return Run{}, err
	}
	return row.run()
}

func readRuns(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Run, error) {
	var rows []runRow
	if err := page.Descending(tx.NewSelect().Model(&rows), "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Run, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.run(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// saveStep puts the actor down for a step; what it refused before may be tried again.
func saveStep(ctx context.Context, tx *store.Tx, id RunID, step RunStep) error {
	const text = `INSERT INTO statement_run_steps (run_id, step, asked_by, token_id, request_id, asked_at)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (run_id, step) DO UPDATE SET asked_by = excluded.asked_by, token_id = excluded.token_id,
			request_id = excluded.request_id, asked_at = excluded.asked_at`
	if _, err := tx.NewRaw(text, id, step, tx.By.User, tx.By.Token, tx.By.Request, store.FormatTime(tx.At)).Exec(
		ctx); err != nil {
		return err
	}
	_, err := tx.NewDelete().TableExpr("statement_run_outcomes").Where("run_id = ?", id).Where("step = ?", step).Where(
		"refusal <> ''").Exec(ctx)
	if err != nil || step != RunDeliver {
		return err
	}
	// A mail that bounced may be sent again; one that was sent or waits is left alone by the step itself.
	const bounced = `DELETE FROM statement_run_outcomes WHERE run_id = ? AND step = ? AND statement_id IN (
		SELECT d.statement_id FROM statement_deliveries AS d
		JOIN statement_delivery_attempts AS a ON a.delivery_id = d.id WHERE a.outcome = 'refused')`
	_, err = tx.NewRaw(bounced, id, step).Exec(ctx)
	return err
}

// lastStep is the step that was asked for last; of one instant, the later in life.
func lastStep(ctx context.Context, tx *store.Tx, id RunID) (step RunStep, err error) {
	var steps []RunStep
	if err := tx.NewSelect().TableExpr("statement_run_steps").Column("step").Where("run_id = ?", id).
		Where("asked_at = (SELECT MAX(asked_at) FROM statement_run_steps WHERE run_id = ?)", id).Scan(ctx,
		&steps); err != nil {
		return "", err
	}
	if len(steps) == 0 {
		return "", ErrUnknownRun
	}
	return slices.MaxFunc(steps, func(a, b RunStep) int { return slices.Index(RunSteps, a) - slices.Index(RunSteps, b) }),
		nil
}

// readStepActor is who asked for a step. [ErrUnknownRun] where nobody did.
func readStepActor(ctx context.Context, tx *store.Tx, id RunID, step RunStep) (store.Actor, error) {
	var row struct{ AskedBy, TokenID, RequestID string }
	err := tx.NewSelect().TableExpr("statement_run_steps").Column("asked_by", "token_id", "request_id").
		Where("run_id = ?", id).Where("step = ?", step).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Actor{}, ErrUnknownRun
	}
	return store.Actor{User: row.AskedBy, Token: row.TokenID, Request: row.RequestID}, err
}

// readWaiting lists the subjects of a chunk without an outcome, with the statement that preparing gave them.
func readWaiting(ctx context.Context, tx *store.Tx, c Chunk) ([]Outcome, error) {
	var rows []struct {
		Position  int
		Subject   string
		Statement *ID
	}
	err := tx.NewSelect().TableExpr("statement_run_subjects AS s").Column("s.position", "s.subject").ColumnExpr(
		"p.statement_id AS statement").
		Join("LEFT JOIN statement_run_outcomes AS p ON p.run_id = s.run_id AND p.position = s.position AND p.step = ?",
			RunPrepare).
		Join("LEFT JOIN statement_run_outcomes AS o ON o.run_id = s.run_id AND o.position = s.position AND o.step = ?",
			c.Step).
		Where("s.run_id = ?", c.Run).Where("s.position >= ?", c.First).Where("s.position < ?", c.First+c.Count).Where(
		"o.run_id IS NULL").
		Order("s.position").Scan(ctx, &rows)
	all := make([]Outcome, len(rows))
	for i, r := range rows {
		all[i] = Outcome{Position: r.Position, Subject: r.Subject, Statement: none(r.Statement)}
	}
	return all, err
}

type outcomeRow struct {
	bun.BaseModel `bun:"table:statement_run_outcomes"`
	RunID         RunID
	Step          RunStep
	Position      int
	StatementID   *ID
	Refusal       string
	FinishedAt    string
}

func insertOutcome(ctx context.Context, tx *store.Tx, id RunID, step RunStep, o Outcome) error {
	row := outcomeRow{RunID: id, Step: step, Position: o.Position, StatementID: some(o.Statement), Refusal: o.Refusal,
		FinishedAt: store.FormatTime(tx.At)}
	if o.Refusal != "" {
		row.StatementID = nil
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readProgress counts, and tells how many outcomes there were since when, of late.
func readProgress(ctx context.Context, tx *store.Tx, p *Progress) (recent int, since time.Duration, err error) {
	total, err := tx.NewSelect().TableExpr("statement_run_subjects").Where("run_id = ?", p.Run).Count(ctx)
	if err != nil {
		return 0, 0, err
	} else if total == 0 {
		return 0, 0, ErrUnknownRun
	}
	p.Total = int(total)
	var row struct {
		Done, Refused, Recent int
		Earliest              string
	}
	from := store.FormatTime(tx.At.Add(-pace))
	err = tx.NewSelect().TableExpr("statement_run_outcomes").
		ColumnExpr("COUNT(CASE WHEN refusal = '' THEN 1 END) AS done").ColumnExpr(
		"COUNT(CASE WHEN refusal <> '' THEN 1 END) AS refused").
		ColumnExpr("COUNT(CASE WHEN finished_at >= ? THEN 1 END) AS recent", from).
		ColumnExpr("COALESCE(MIN(CASE WHEN finished_at >= ? THEN finished_at END), '') AS earliest", from).
		Where("run_id = ?", p.Run).Where("step = ?", p.Step).Scan(ctx, &row)
	p.Done, p.Refused = row.Done, row.Refused
	if err != nil || row.Recent == 0 {
		return 0, 0, err
	}
	earliest, err := store.ParseTime(row.Earliest)
	return row.Recent, tx.At.Sub(earliest), err
}

// readOutcomes reads all subjects of a step with what became of them, or of those that were refused the outcomes alone:
// then the subjects that were not are never looked at.
func readOutcomes(ctx context.Context, tx *store.Tx, f OutcomeFilter) ([]Outcome, error) {
	var rows []struct {
		Position  int
		Subject   string
		Statement *ID
		Refusal   *string
	}
	q := tx.NewSelect().Column("s.position", "s.subject", "o.refusal").ColumnExpr(
		"COALESCE(o.statement_id, p.statement_id) AS statement")
	key := "s.position"
	if f.Refused {
		key = "o.position"
		q = q.TableExpr("statement_run_outcomes AS o").
			Join("JOIN statement_run_subjects AS s ON s.run_id = o.run_id AND s.position = o.position").
			Where("o.run_id = ?", f.Run).Where("o.step = ?", f.Step).Where("o.refusal <> ''")
	} else {
		q = q.TableExpr("statement_run_subjects AS s").
			Join("LEFT JOIN statement_run_outcomes AS o ON o.run_id = s.run_id AND o.position = s.position AND o.step = ?",
				f.Step).
			Where("s.run_id = ?", f.Run)
	}
	if f.Newly {
		q = q.Where("o.refusal = ''").Where("o.finished_at >= (?)", tx.NewSelect().TableExpr("statement_run_steps").
			Column("asked_at").Where("run_id = ?", f.Run).Where("step = ?", f.Step))
	}
	q = q.Join("LEFT JOIN statement_run_outcomes AS p ON p.run_id = s.run_id AND p.position = s.position AND p.step = ?",
		RunPrepare)
	err := f.Page.Ascending(q, key).Scan(ctx, &rows)
	all := make([]Outcome, len(rows))
	for i, r := range rows {
		all[i] = Outcome{Position: r.Position, Subject: r.Subject, Statement: none(r.Statement), Refusal: none(r.Refusal)}
	}
	return all, err
}
