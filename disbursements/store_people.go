package disbursements

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// readColleagues reads the accounts that work now and may take a step, by work name, and the person of every account
// that ever could.
func readColleagues(ctx context.Context, tx *store.Tx) ([]colleague, map[access.UserID]access.UserID, error) {
	var rows []struct {
		ID     access.UserID
		Handle string
		Person access.UserID
		Works  bool
		Role   *access.Role
	}
	now := store.FormatTime(tx.At)
	err := tx.NewSelect().TableExpr("users AS u").
		Join("LEFT JOIN user_roles AS r ON r.user_id = u.id AND r.role IN (?)", bun.List(deciders)).
		ColumnExpr("u.id, u.handle, COALESCE(NULLIF(u.person, ''), u.id) AS person, r.role").
		ColumnExpr("(u.disabled_at IS NULL AND (u.ends_at IS NULL OR u.ends_at > ?)) AS works", now).
		Where("r.role IS NOT NULL OR u.person <> ''").OrderExpr("u.handle, r.role").Scan(ctx, &rows)
	var found []colleague
	persons := map[access.UserID]access.UserID{}
	for _, r := range rows {
		persons[r.ID] = r.Person
		if !r.Works || r.Role == nil {
			continue
		}
		if n := len(found); n > 0 && found[n-1].ID == r.ID {
			found[n-1].Roles = append(found[n-1].Roles, *r.Role)
			continue
		}
		found = append(found, colleague{r.ID, r.Handle, r.Person, []access.Role{*r.Role}})
	}
	return found, persons, err
}

// readOnCase reads which accounts are on the case of a disbursement's plan today.
func readOnCase(ctx context.Context, tx *store.Tx, d Disbursement) (map[access.UserID]bool, error) {
	on := map[access.UserID]bool{}
	if d.Plan.Beneficiary == "" {
		return on, nil
	}
	var users []access.UserID
	today := ledger.DateOf(tx.At)
	err := tx.NewSelect().Table("caseload").Column("user_id").Where("beneficiary_id = ?", d.Plan.Beneficiary).
		Where("from_on <= ?", today).Where("to_on = '' OR to_on >= ?", today).Scan(ctx, &users)
	for _, u := range users {
		on[u] = true
	}
	return on, err
}

// readRefusals reads who refused an emergency after it was authorised.
func readRefusals(ctx context.Context, tx *store.Tx, id DisbursementID) (users []access.UserID, err error) {
	err = tx.NewSelect().Table("audit_events").Column("user_id").Where("subject = ?", id).
		Where("action = ?", refusedAfter).Where("user_id IS NOT NULL").Scan(ctx, &users)
	return users, err
}
