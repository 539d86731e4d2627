package documents

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/store"
)

type liftingRow struct {
	bun.BaseModel  `bun:"table:document_liftings"`
	DisbursementID string `bun:",pk"`
	OtherID        string `bun:",pk"`
	Reason         string
	LiftedBy       string
	LiftedAt       string
}

// claims is when a disbursement o claims a document before another one, d: it came further, or it was asked for first.
const claims = `(o.state IN ('approved', 'authorised', 'on_hold', 'released', 'paid', 'evidenced', 'verified',
	'returned', 'disallowed') OR o.state IN ('submitted', 'info_requested') AND o.id < d.id)`

func readUses(ctx context.Context, tx *store.Tx, ids []string) (map[string][]Use, error) {
	found := map[string][]Use{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []struct{ ID, Other, Number, Same, Lifted string }
	err := tx.NewRaw(`SELECT u.id, u.other, u.number, u.same, COALESCE(l.lifted_by, '') AS lifted FROM (
			SELECT d.id, o.id AS other, o.number, 'document' AS same FROM disbursement_evidence AS e
				JOIN disbursement_evidence AS f ON f.evidence_id = e.evidence_id AND f.disbursement_id <> e.disbursement_id
				JOIN disbursements AS d ON d.id = e.disbursement_id JOIN disbursements AS o ON o.id = f.disbursement_id
				WHERE e.disbursement_id IN (?) AND `+claims+`
			UNION SELECT d.id, o.id AS other, o.number, 'bill' AS same FROM disbursements AS d
				JOIN disbursements AS o ON o.payee = d.payee AND o.date = d.date AND o.reference = d.reference
					AND o.amount = d.amount AND o.currency = d.currency AND o.id <> d.id
				WHERE d.id IN (?) AND d.payee <> '' AND d.reference <> '' AND `+claims+`) AS u
		LEFT JOIN document_liftings AS l ON l.disbursement_id = u.id AND l.other_id = u.other
		ORDER BY u.id, u.number, u.same DESC`, bun.List(ids), bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		found[r.ID] = append(found[r.ID], Use{Other: r.Other, Number: r.Number, Same: r.Same, Lifted: r.Lifted != ""})
	}
	return found, err
}

func readMakers(ctx context.Context, tx *store.Tx, id string) (users []access.UserID, err error) {
	err = tx.NewRaw(`SELECT created_by FROM disbursements WHERE id = ?
		UNION SELECT written_by FROM disbursements WHERE id = ?
		UNION SELECT t.user_id FROM duties AS t JOIN disbursements AS d ON d.id = t.subject AND d.round = t.round
			WHERE t.subject = ? AND t.step = 'request'`, id, id, id).Scan(ctx, &users)
	return users, err
}

func insertLifting(ctx context.Context, tx *store.Tx, id, other, reason string) error {
	row := liftingRow{DisbursementID: id, OtherID: other, Reason: reason, LiftedBy: tx.By.User,
		LiftedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}
