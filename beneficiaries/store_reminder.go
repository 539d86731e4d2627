package beneficiaries

import (
	"context"

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
		rows[i] = reminderRow{ID: store.NewID("rem"), Kind: m.Kind, Subject: m.Subject, DueOn: m.DueOn, BeneficiaryID: m.Beneficiary.ID, NotedAt: store.FormatTime(tx.At)}
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (kind, subject, due_on) DO NOTHING").Exec(ctx)
	return err
}

// readMet lists the milestones of each plan whose newest decision found them met.
func readMet(ctx context.Context, tx *store.Tx) (map[PlanID][]string, error) {
	var rows []milestoneDecisionRow
	if err := tx.NewSelect().Model(&rows).Column("plan_id", "milestone", "result").Order("decided_at", "id").Scan(ctx); err != nil {
		return nil, err
	}
	newest := map[PlanID]map[string]string{}
	for _, r := range rows {
		if newest[r.PlanID] == nil {
			newest[r.PlanID] = map[string]string{}
		}
		newest[r.PlanID][r.Milestone] = r.Result
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
	return scanConsents(ctx, tx.NewSelect().Where("c.expires_on >= ?", on))
}
