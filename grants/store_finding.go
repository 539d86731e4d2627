package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

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
	row := auditFindingRow{ID: f.ID, GrantID: id, Number: f.Number, RaisedOn: f.On, Questioned: f.Questioned.Minor(),
		Text: f.Text, RaisedBy: tx.By.User, RaisedAt: store.FormatTime(tx.At)}
	found, err := tx.NewSelect().Model((*auditFindingRow)(nil)).Where("grant_id = ?", id).Where("number = ?", f.Number).
		Exists(ctx)
	if err != nil {
		return err
	}
	if found {
		return ErrDuplicateFinding
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return duplicate(err, ErrDuplicateFinding)
}

func insertAnswer(ctx context.Context, tx *store.Tx, f AuditFinding, a Answer) error {
	row := answerRow{FindingID: f.ID, Position: len(f.Answers) + 1, Outcome: a.Outcome, Amount: a.Amount.Minor(),
		AnsweredOn: a.On, Reason: a.Reason, AnsweredBy: tx.By.User, AnsweredAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Findings lists what was questioned of a grant with the answers, in order of entry.
func (r Register) Findings(ctx context.Context, tx *store.Tx, g Grant, page store.Keyset) ([]AuditFinding, error) {
	var rows []auditFindingRow
	err := page.Ascending(tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID), "id").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	place, ids := map[string]int{}, make([]string, len(rows))
	findings := make([]AuditFinding, len(rows))
	for i, row := range rows {
		ids[i], place[row.ID] = row.ID, i
		findings[i] = AuditFinding{ID: row.ID, Grant: g.Code, Number: row.Number, On: row.RaisedOn, Text: row.Text,
			Questioned: ledger.OfMinor(row.Questioned, r.Book.Base)}
	}
	var answers []answerRow
	err = tx.NewSelect().Model(&answers).Where("finding_id IN (?)", bun.List(ids)).Order("finding_id",
		"position").Scan(ctx)
	for _, a := range answers {
		f := &findings[place[a.FindingID]]
		f.Answers = append(f.Answers, Answer{Outcome: a.Outcome, Amount: ledger.OfMinor(a.Amount, r.Book.Base),
			On: a.AnsweredOn, Reason: a.Reason, By: a.AnsweredBy, At: a.AnsweredAt})
	}
	return findings, err
}

type findingRow struct {
	bun.BaseModel `bun:"table:grant_findings"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Number        string
	FoundOn       ledger.Date
	Amount        int64
	EntryID       ledger.EntryID
}

// insertDisallowed notes that a finding was booked, once.
func insertDisallowed(ctx context.Context, tx *store.Tx, row findingRow) error {
	row.ID = store.NewID("fnd")
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return duplicate(err, ErrDuplicateFinding)
}
