package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type plannedRow struct {
	bun.BaseModel `bun:"table:grant_planned_instalments"`
	GrantID       GrantID `bun:",pk"`
	Number        int     `bun:",pk"`
	DueOn         ledger.Date
	Amount        int64
}

func insertPlanned(ctx context.Context, tx *store.Tx, id GrantID, planned []Planned) error {
	rows := make([]plannedRow, len(planned))
	for i, p := range planned {
		rows[i] = plannedRow{GrantID: id, Number: p.No, DueOn: p.DueOn, Amount: p.Amount.Minor()}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return taken(err, ErrDuplicateSchedule)
}

func readPlanned(ctx context.Context, tx *store.Tx, g Grant) ([]Planned, error) {
	var rows []plannedRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	planned := make([]Planned, len(rows))
	for i, r := range rows {
		planned[i] = Planned{r.Number, r.DueOn, ledger.OfMinor(r.Amount, g.Amount.Currency)}
	}
	return planned, nil
}

type cancellationRow struct {
	bun.BaseModel `bun:"table:grant_cancellations"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	CancelledOn   ledger.Date
	Amount        int64
	Reason        string
}

func insertCancellation(ctx context.Context, tx *store.Tx, id GrantID, c Cancellation) error {
	_, err := tx.NewInsert().Model(&cancellationRow{ID: c.ID, GrantID: id, CancelledOn: c.On, Amount: c.Amount.Minor(), Reason: c.Reason}).Exec(ctx)
	return err
}

// readCancelled is what the grantor took back of a grant up to a day.
func readCancelled(ctx context.Context, tx *store.Tx, g Grant, until ledger.Date) (ledger.Money, error) {
	var minor int64
	err := tx.NewSelect().Model((*cancellationRow)(nil)).ColumnExpr("CAST(COALESCE(SUM(amount), 0) AS BIGINT)").
		Where("grant_id = ?", g.ID).Where("cancelled_on <= ?", until).Scan(ctx, &minor)
	return ledger.OfMinor(minor, g.Amount.Currency), err
}

type conditionRow struct {
	bun.BaseModel `bun:"table:grant_conditions"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Number        string
	Kind          ConditionKind
	Text          string
	DueOn         ledger.Date
	Instalment    int
	Disbursements int
}

type decisionRow struct {
	bun.BaseModel `bun:"table:grant_condition_decisions"`
	ConditionID   string `bun:",pk"`
	Position      int    `bun:",pk"`
	State         ConditionState
	DecidedOn     ledger.Date
	Reason        string
	DecidedBy     string
	DecidedAt     string
}

func insertCondition(ctx context.Context, tx *store.Tx, id GrantID, c Condition) error {
	row := conditionRow{ID: c.ID, GrantID: id, Number: c.Number, Kind: c.Kind, Text: c.Text, DueOn: c.DueOn, Instalment: c.Instalment}
	if c.Disbursements {
		row.Disbursements = 1
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicateCondition)
}

func insertDecision(ctx context.Context, tx *store.Tx, c Condition, d ConditionDecision) error {
	_, err := tx.NewInsert().Model(&decisionRow{ConditionID: c.ID, Position: len(c.Decisions) + 1, State: d.State, DecidedOn: d.On, Reason: d.Reason,
		DecidedBy: tx.By.User, DecidedAt: store.FormatTime(tx.At)}).Exec(ctx)
	return err
}

func readConditions(ctx context.Context, tx *store.Tx, id GrantID) ([]Condition, error) {
	var rows []conditionRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", id).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	var decisions []decisionRow
	err := tx.NewSelect().Model(&decisions).Where("condition_id IN (SELECT id FROM grant_conditions WHERE grant_id = ?)", id).
		Order("condition_id", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	conditions := make([]Condition, len(rows))
	for i, r := range rows {
		c := Condition{ID: r.ID, Number: r.Number, Kind: r.Kind, Text: r.Text, DueOn: r.DueOn, Instalment: r.Instalment,
			Disbursements: r.Disbursements == 1, State: ConditionOpen}
		for _, d := range decisions {
			if d.ConditionID == r.ID {
				c.State = d.State
				c.Decisions = append(c.Decisions, ConditionDecision{d.State, d.DecidedOn, d.Reason, d.DecidedBy, d.DecidedAt})
			}
		}
		conditions[i] = c
	}
	return conditions, nil
}

type auditFindingRow struct {
	bun.BaseModel `bun:"table:audit_findings"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Number        string
	RaisedOn      ledger.Date
	Questioned    int64
	Text          string
	RaisedBy      string
	RaisedAt      string
}

type answerRow struct {
	bun.BaseModel `bun:"table:audit_finding_answers"`
	FindingID     string `bun:",pk"`
	Position      int    `bun:",pk"`
	Outcome       Outcome
	Amount        int64
	AnsweredOn    ledger.Date
	Reason        string
	AnsweredBy    string
	AnsweredAt    string
}

func insertAuditFinding(ctx context.Context, tx *store.Tx, id GrantID, f AuditFinding) error {
	found, err := tx.NewSelect().Model((*auditFindingRow)(nil)).Where("grant_id = ?", id).Where("number = ?", f.Number).Exists(ctx)
	if err != nil {
		return err
	}
	if found {
		return ErrDuplicateFinding
	}
	_, err = tx.NewInsert().Model(&auditFindingRow{ID: f.ID, GrantID: id, Number: f.Number, RaisedOn: f.On, Questioned: f.Questioned.Minor(), Text: f.Text,
		RaisedBy: tx.By.User, RaisedAt: store.FormatTime(tx.At)}).Exec(ctx)
	return taken(err, ErrDuplicateFinding)
}

func insertAnswer(ctx context.Context, tx *store.Tx, f AuditFinding, a Answer) error {
	_, err := tx.NewInsert().Model(&answerRow{FindingID: f.ID, Position: len(f.Answers) + 1, Outcome: a.Outcome, Amount: a.Amount.Minor(), AnsweredOn: a.On,
		Reason: a.Reason, AnsweredBy: tx.By.User, AnsweredAt: store.FormatTime(tx.At)}).Exec(ctx)
	return err
}

func readAuditFindings(ctx context.Context, tx *store.Tx, g Grant, base ledger.Currency) ([]AuditFinding, error) {
	var rows []auditFindingRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	var answers []answerRow
	err := tx.NewSelect().Model(&answers).Where("finding_id IN (SELECT id FROM audit_findings WHERE grant_id = ?)", g.ID).
		Order("finding_id", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	findings := make([]AuditFinding, len(rows))
	for i, r := range rows {
		findings[i] = AuditFinding{ID: r.ID, Grant: g.Code, Number: r.Number, On: r.RaisedOn, Questioned: ledger.OfMinor(r.Questioned, base), Text: r.Text}
		for _, a := range answers {
			if a.FindingID == r.ID {
				findings[i].Answers = append(findings[i].Answers, Answer{a.Outcome, ledger.OfMinor(a.Amount, base), a.AnsweredOn, a.Reason, a.AnsweredBy, a.AnsweredAt})
			}
		}
	}
	return findings, nil
}
