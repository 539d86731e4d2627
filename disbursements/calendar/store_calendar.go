package calendar

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

type markRow struct {
	bun.BaseModel `bun:"table:calendar_marks"`
	ID            string `bun:",pk"`
	Kind          Kind
	Subject       string
	DueOn         ledger.Date
	Owner         access.UserID
	Done          bool
	Reason        string
	MarkedBy      string
	MarkedAt      string
}

// mark says which item a note is of.
type mark struct {
	Kind    Kind
	Subject string
	DueOn   ledger.Date
}

func insertMark(ctx context.Context, tx *store.Tx, n Note) error {
	row := markRow{ID: store.NewID("cal"), Kind: n.Kind, Subject: n.Subject, DueOn: n.DueOn, Owner: n.Owner, Done: n.Done,
		Reason: n.Reason, MarkedBy: tx.By.User, MarkedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readMarks reads the newest note of each item.
func readMarks(ctx context.Context, tx *store.Tx) (map[mark]markRow, error) {
	var rows []markRow
	err := tx.NewSelect().Model(&rows).Order("marked_at", "id").Scan(ctx)
	marks := make(map[mark]markRow, len(rows))
	for _, r := range rows {
		marks[mark{r.Kind, r.Subject, r.DueOn}] = r
	}
	return marks, err
}

type leadRow struct {
	bun.BaseModel `bun:"table:calendar_leads"`
	Kind          Kind `bun:",pk"`
	Days          int
	SetBy         string
	SetAt         string
}

func readLeads(ctx context.Context, tx *store.Tx) (map[Kind]int, error) {
	var rows []leadRow
	err := tx.NewSelect().Model(&rows).Scan(ctx)
	set := make(map[Kind]int, len(rows))
	for _, r := range rows {
		set[r.Kind] = r.Days
	}
	return set, err
}

func saveLead(ctx context.Context, tx *store.Tx, kind Kind, days int) error {
	row := leadRow{Kind: kind, Days: days, SetBy: tx.By.User, SetAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT (kind) DO UPDATE").Set("days = EXCLUDED.days").
		Set("set_by = EXCLUDED.set_by").Set("set_at = EXCLUDED.set_at").Exec(ctx)
	return err
}

// waitingChange is a version of a grant's budget that nobody has decided on.
type waitingChange struct {
	GrantID grants.GrantID
	Version int
	On      ledger.Date
}

func readWaitingChanges(ctx context.Context, tx *store.Tx) (map[grants.GrantID][]waitingChange, error) {
	var rows []waitingChange
	err := tx.NewSelect().TableExpr("grant_budgets").ColumnExpr("grant_id, version, starts_on AS "+`"on"`).
		Where("state = ?", grants.BudgetSubmitted).Order("grant_id", "version").Scan(ctx, &rows)
	waiting := map[grants.GrantID][]waitingChange{}
	for _, r := range rows {
		waiting[r.GrantID] = append(waiting[r.GrantID], r)
	}
	return waiting, err
}

type unverified struct{ Code, EnteredAt string }

// readUnverified reads the payees whose newest bank details nobody verified.
func readUnverified(ctx context.Context, tx *store.Tx) ([]unverified, error) {
	var rows []unverified
	err := tx.NewSelect().TableExpr("payee_details AS d").ColumnExpr("p.code, d.entered_at").
		Join("JOIN payees AS p ON p.id = d.payee_id").
		Where("d.version = (SELECT MAX(n.version) FROM payee_details AS n WHERE n.payee_id = d.payee_id)").
		Where("NOT EXISTS (SELECT 1 FROM payee_verifications AS v WHERE v.payee_id = d.payee_id AND v.version = d.version)").
		Order("p.code").Scan(ctx, &rows)
	return rows, err
}

// count is how many rows of a kind there are.
type count struct {
	Kind string
	N    int
}

// readWaiting counts what waits for a second person and is not the actor's own, in one query.
func readWaiting(ctx context.Context, tx *store.Tx) (map[string]int, error) {
	const notMine = "NOT EXISTS (SELECT 1 FROM duties AS t WHERE t.subject = ? AND t.user_id = ?)"
	requests := tx.NewSelect().TableExpr("disbursements AS d").
		ColumnExpr("'disbursement_' || d.state AS kind, COUNT(*) AS n").
		Where("d.state IN ('submitted', 'approved', 'authorised')").
		Where(notMine, bun.Ident("d.id"), tx.By.User).GroupExpr("d.state")
	plans := tx.NewSelect().TableExpr("plan_versions AS v").ColumnExpr("'plan' AS kind, COUNT(*) AS n").
		Where("v.state = 'in_review'").Where(notMine, bun.Ident("v.id"), tx.By.User)
	budgets := tx.NewSelect().TableExpr("grant_budgets AS b").ColumnExpr("'agreement_change' AS kind, COUNT(*) AS n").
		Where("b.state = ?", grants.BudgetSubmitted).Where("b.created_by <> ?", tx.By.User)
	batches := tx.NewSelect().TableExpr("payment_batches AS b").ColumnExpr("'payment_batch' AS kind, COUNT(*) AS n").
		Where("b.state = 'locked'").Where(notMine, bun.Ident("b.id"), tx.By.User)
	sent := tx.NewSelect().TableExpr("payments AS p").ColumnExpr("'payment_unconfirmed' AS kind, COUNT(*) AS n").
		Where("p.state = 'sent'")
	lines := tx.NewSelect().TableExpr("bank_lines AS l").ColumnExpr("'bank_line' AS kind, COUNT(*) AS n").
		Where("l.amount <> COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m WHERE m.line_id = l.id " +
			"AND NOT m.undone AND m.proves <> 'suspense'), 0)")
	var rows []count
	err := requests.UnionAll(plans).UnionAll(budgets).UnionAll(batches).UnionAll(sent).UnionAll(lines).Scan(ctx, &rows)
	out := map[string]int{}
	for _, r := range rows {
		out[r.Kind] += r.N
	}
	return out, err
}
