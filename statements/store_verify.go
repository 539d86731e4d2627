package statements

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"supportledger/proof"
	"supportledger/store"
)

// Verify holds every issued statement against the leaf of its issuing, its bytes against its record, and the people behind it
// against the rule of three. It returns how many there are.
func (o Office) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (int64, error) {
	const text = `SELECT s.id, s.number, s.record, s.content, s.tail, s.document_hash, s.cleared_hash, s.cleared, e.fields,
		(SELECT COUNT(DISTINCT d.user_id) FROM duties AS d WHERE d.subject = s.id AND d.round = s.round AND d.step IN ('approve', 'authorise') AND d.user_id <> s.prepared_by)
		FROM statements AS s LEFT JOIN audit_events AS e ON e.subject = s.id AND e.action = 'statement.issued' AND e.reason = ''
		WHERE s.record IS NOT NULL ORDER BY s.id`
	var n int64
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var v verifiedRow
		if err := rows.Scan(&v.id, &v.number, &v.record, &v.content, &v.tail, &v.document, &v.clearedHash, &v.cleared, &v.fields, &v.people); err != nil {
			return err
		}
		n++
		v.check(out)
		return nil
	})
	return n, err
}

type verifiedRow struct {
	id, number, clearedHash        string
	record, content, tail, cleared []byte
	document, fields               *string
	people                         int
}

func (v verifiedRow) check(out *proof.Findings) {
	digest := sha256.Sum256(v.record)
	if none(v.fields) != recordField+hex.EncodeToString(digest[:]) {
		out.Add("statement", v.number, "its record is not the one that was issued")
	}
	var r record
	if err := json.Unmarshal(v.record, &r); err != nil || r.Number != v.number || r.ContentHash != hashOf(v.content) || r.DataHash != v.clearedHash {
		out.Add("statement", v.number, "its number, pages or figures are not those of its record")
	}
	if value, err := Decode(v.cleared); err != nil || value.DataHash() != v.clearedHash {
		out.Add("statement", v.number, "its stored figures were changed")
	}
	if v.tail != nil && none(v.document) != hashOf(append(append([]byte{}, v.content...), v.tail...)) {
		out.Add("statement", v.number, "its document is not the one that was sealed")
	}
	if v.people < 2 {
		out.Add("approval", v.id, "the statement was not reviewed and issued by two others than who prepared it")
	}
}
