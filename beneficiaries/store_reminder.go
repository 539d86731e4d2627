package beneficiaries

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type reminderRow struct {
	bun.BaseModel `bun:"table:reminders"`
	ID            string `bun:",pk"`
	Kind          ReminderKind
	Subject       string
	DueOn         ledger.Date
	BeneficiaryID BeneficiaryID
	NotedAt       string
}

// readReminders tells which reminders are written down.
func readReminders(ctx context.Context, tx *store.Tx) (map[[3]string]bool, error) {
	var rows []reminderRow
	if err := tx.NewSelect().Model(&rows).Column("kind", "subject", "due_on").Scan(ctx); err != nil {
		return nil, err
	}
	noted := make(map[[3]string]bool, len(rows))
	for _, r := range rows {
		noted[Reminder{Kind: r.Kind, Subject: r.Subject, DueOn: r.DueOn}.key()] = true
	}
	return noted, nil
}

// insertReminders writes reminders down; what another process writes down at the same moment stands once all the same.
func insertReminders(ctx context.Context, tx *store.Tx, all []Reminder) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]reminderRow, len(all))
	for i, m := range all {
		rows[i] = reminderRow{ID: store.NewID("rem"), Kind: m.Kind, Subject: m.Subject, DueOn: m.DueOn,
			BeneficiaryID: m.Beneficiary.ID, NotedAt: store.FormatTime(tx.At)}
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (kind, subject, due_on) DO NOTHING").Exec(ctx)
	return err
}

// livingPlans begins a query over the plans that live, p, of the people whom the actor may know of, each with its
// version in force, v.
func livingPlans(tx *store.Tx) *bun.SelectQuery {
	q := tx.NewSelect().TableExpr("plans AS p").
		Join("JOIN plan_versions AS v ON v.plan_id = p.id AND v.version = p.current_version").
		Where("p.state IN (?, ?)", PlanApproved, PlanActive)
	return visible(tx, q, "p.beneficiary_id")
}

// remindersOf reads the reminders of one kind out of a query, which gives subject, due_on and beneficiary_id of each.
func remindersOf(ctx context.Context, tx *store.Tx, kind ReminderKind, q *bun.SelectQuery,
	page store.Keyset) ([]Reminder, error) {
	var rows []struct {
		Subject       string
		DueOn         ledger.Date
		BeneficiaryID BeneficiaryID
		Code, Status  string
	}
	q = tx.NewSelect().TableExpr("(?) AS m", q).ColumnExpr("m.subject, m.due_on, m.beneficiary_id, b.code, b.status").
		Join("JOIN beneficiaries AS b ON b.id = m.beneficiary_id")
	of := store.Keyset{Limit: page.Limit} // of this kind alone
	if after := page.After; len(after) > 0 {
		switch last := ReminderKind(after[1]); {
		case kind == last:
			of.After = []string{after[0], after[2]}
		case kind > last:
			q = q.Where("m.due_on >= ?", after[0])
		default:
			q = q.Where("m.due_on > ?", after[0])
		}
	}
	err := of.Ascending(q, "m.due_on", "m.subject").Scan(ctx, &rows)
	out := make([]Reminder, len(rows))
	for i, r := range rows {
		out[i] = Reminder{Kind: kind, Subject: r.Subject, DueOn: r.DueOn,
			Beneficiary: Beneficiary{ID: r.BeneficiaryID, Code: r.Code, Status: r.Status}}
	}
	return out, err
}

// readDueMilestones lists the milestones of living plans that are soon due and whose newest decision does not find them
// met.
func readDueMilestones(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Reminder, error) {
	q := livingPlans(tx).ColumnExpr("p.number || '/' || m.code AS subject, m.due_on, p.beneficiary_id").
		Join("JOIN plan_milestones AS m ON m.version_id = v.id").
		Where("m.due_on <> ''").Where("m.due_on <= ?", on.AddDays(milestoneDays)).
		Where(`NOT EXISTS (SELECT 1 FROM milestone_decisions AS d
			WHERE d.plan_id = p.id AND d.milestone = m.code AND d.result = 'met'
			AND NOT EXISTS (SELECT 1 FROM milestone_decisions AS n WHERE n.plan_id = d.plan_id AND n.milestone = d.milestone
				AND (n.decided_at, n.id) > (d.decided_at, d.id)))`)
	return remindersOf(ctx, tx, MilestoneDue, q, page)
}

// readExpiringConsents lists the consents that stand and soon expire, unless a later one takes over.
func readExpiringConsents(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Reminder, error) {
	const revoked = "SELECT 1 FROM consent_revocations AS r WHERE r.consent_id ="
	q := tx.NewSelect().TableExpr("consents AS c").ColumnExpr("c.id AS subject, c.expires_on AS due_on, c.beneficiary_id").
		Where("c.expires_on BETWEEN ? AND ?", on, on.AddDays(consentDays)).
		Where("NOT EXISTS (" + revoked + " c.id)").
		Where(`NOT EXISTS (SELECT 1 FROM consents AS o WHERE o.beneficiary_id = c.beneficiary_id AND o.purpose = c.purpose
			AND (o.donor = '' OR o.donor = c.donor) AND o.given_on <= c.expires_on AND o.expires_on > c.expires_on
			AND NOT EXISTS (` + revoked + ` o.id))`)
	return remindersOf(ctx, tx, ConsentExpiring, visible(tx, q, "c.beneficiary_id"), page)
}

// readEndingPlans lists the living plans whose last unit is soon due. Of a plan with an open unit that has no day
// nobody can say when it ends.
func readEndingPlans(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Reminder, error) {
	q := livingPlans(tx).ColumnExpr("p.number AS subject, MAX(i.due_on) AS due_on, p.beneficiary_id").
		Join("JOIN plan_items AS i ON i.version_id = v.id").
		Group("p.number", "p.beneficiary_id").
		Having("MAX(i.due_on) <> '' AND MAX(i.due_on) <= ?", on.AddDays(planDays)).
		Having("SUM(CASE WHEN i.due_on = '' AND i.settled_by = '' THEN 1 ELSE 0 END) = 0")
	return remindersOf(ctx, tx, PlanEnding, q, page)
}

// readMet lists the milestones of each of the plans whose newest decision found them met.
func readMet(ctx context.Context, tx *store.Tx, plans []PlanID) (map[PlanID][]string, error) {
	slices.Sort(plans)
	newest := map[PlanID]map[string]string{}
	for some := range slices.Chunk(slices.Compact(plans), atOnce) {
		var rows []milestoneDecisionRow
		err := tx.NewSelect().Model(&rows).Column("plan_id", "milestone", "result").Where("plan_id IN (?)", bun.List(some)).
			Order("decided_at", "id").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if newest[r.PlanID] == nil {
				newest[r.PlanID] = map[string]string{}
			}
			newest[r.PlanID][r.Milestone] = r.Result
		}
	}
	met := map[PlanID][]string{}
	for plan, results := range newest {
		for code, result := range results {
			if result == "met" {
				met[plan] = append(met[plan], code)
			}
		}
	}
	return met, nil
}
