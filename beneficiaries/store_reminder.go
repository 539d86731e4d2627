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

// readDueMilestones lists the milestones of living plans that are due until a day and that nobody found met.
func readDueMilestones(ctx context.Context, tx *store.Tx, until ledger.Date,
	known map[BeneficiaryID]Beneficiary) ([]Reminder, error) {
	var rows []struct {
		ID            PlanID
		Number, Code  string
		BeneficiaryID BeneficiaryID
		DueOn         ledger.Date
	}
	err := livingPlans(tx).ColumnExpr("p.id, p.number, p.beneficiary_id, m.code, m.due_on").
		Join("JOIN plan_milestones AS m ON m.version_id = v.id").
		Where("m.due_on <> ''").Where("m.due_on <= ?", until).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	plans := make([]PlanID, len(rows))
	for i, r := range rows {
		plans[i] = r.ID
	}
	met, err := readMet(ctx, tx, plans)
	if err != nil {
		return nil, err
	}
	var out []Reminder
	for _, r := range rows {
		if !slices.Contains(met[r.ID], r.Code) {
			out = append(out, Reminder{MilestoneDue, r.Number + "/" + r.Code, r.DueOn, known[r.BeneficiaryID]})
		}
	}
	return out, nil
}

// readEndingPlans lists the living plans whose last unit is due until a day. Of a plan with an open unit that has no
// day nobody can say when it ends.
func readEndingPlans(ctx context.Context, tx *store.Tx, until ledger.Date,
	known map[BeneficiaryID]Beneficiary) ([]Reminder, error) {
	var rows []struct {
		Number        string
		BeneficiaryID BeneficiaryID
		Last          ledger.Date
	}
	err := livingPlans(tx).ColumnExpr("p.number, p.beneficiary_id, MAX(i.due_on) AS last").
		Join("JOIN plan_items AS i ON i.version_id = v.id").
		Group("p.number", "p.beneficiary_id").Having("MAX(i.due_on) <> '' AND MAX(i.due_on) <= ?", until).
		Having("SUM(CASE WHEN i.due_on = '' AND i.settled_by = '' THEN 1 ELSE 0 END) = 0").Scan(ctx, &rows)
	out := make([]Reminder, len(rows))
	for i, r := range rows {
		out[i] = Reminder{PlanEnding, r.Number, r.Last, known[r.BeneficiaryID]}
	}
	return out, err
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

// readConsentsUntil lists the consents that expire on a day or later.
func readConsentsUntil(ctx context.Context, tx *store.Tx, on ledger.Date) ([]Consent, error) {
	return scanConsents(ctx, tx.NewSelect().Where("c.expires_on >= ?", on), store.Keyset{})
}
