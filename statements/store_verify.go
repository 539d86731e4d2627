package statements

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"supportledger/proof"
	"supportledger/statements/figures"
	"supportledger/statements/sealing"
	"supportledger/store"
)

// Verify holds every issued statement against the leaf of its issuing, its bytes against its record, and the people
// behind it against the rule of three. It returns how many there are.
func (o Issuer) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (int64, error) {
	var n int64
	for page := (store.Keyset{Limit: verifiedAtOnce}); ; {
		var rows []verifiedRow
		q := tx.NewSelect().Model(&rows).ColumnExpr("?TableColumns").
			ColumnExpr("(?) AS issued", tx.NewSelect().TableExpr("audit_events AS e").ColumnExpr("MAX(e.fields)").
				Where("e.subject = s.id").Where("e.action = ?", sealing.IssuedAction).Where("e.reason = ''")).
			ColumnExpr("(?) AS people", tx.NewSelect().TableExpr("duties AS d").ColumnExpr("COUNT(DISTINCT d.user_id)").
				Where("d.subject = s.id").Where("d.round = s.round").Where("d.step IN ('approve', 'authorise')").Where(
				"d.user_id <> s.prepared_by")).
			Where("s.record IS NOT NULL")
		if err := page.Ascending(q, "s.id").Scan(ctx); err != nil {
			return n, err
		}
		for i := range rows {
			rows[i].check(out)
		}
		n += int64(len(rows))
		if len(rows) < verifiedAtOnce {
			return n, nil
		}
		page.After = []string{string(rows[len(rows)-1].ID)}
	}
}

// verifiedAtOnce is how many statements are read together: with their documents they take some megabytes.
const verifiedAtOnce = 50

// verifiedRow is the row that acts read, with what other tables say of it.
type verifiedRow struct {
	statementRow `bun:",extend"`
	Issued       *string `bun:",scanonly"` // fields of the event of issuing
	People       int     `bun:",scanonly"` // who approved or authorised it, beside who prepared it
}

func (r *verifiedRow) check(out *proof.Findings) {
	number, digest := none(r.Number), sha256.Sum256(r.Record)
	if none(r.Issued) != sealing.Field+hex.EncodeToString(digest[:]) {
		out.Add("statement", number, "its record is not the one that was issued")
	}
	var fixed sealing.Record
	if err := json.Unmarshal(r.Record,
		&fixed); err != nil || fixed.Number != number || fixed.ContentHash != figures.Hash(r.Content) ||
		fixed.DataHash != none(r.ClearedHash) {
		out.Add("statement", number, "its number, pages or figures are not those of its record")
	}
	if _, err := r.statement(); err != nil {
		out.Add("statement", number, "its stored figures were changed: %v", err)
	}
	if r.Tail != nil && none(r.DocumentHash) != figures.Hash(slices.Concat(r.Content, r.Tail)) {
		out.Add("statement", number, "its document is not the one that was sealed")
	}
	if r.People < 2 {
		out.Add("approval", string(r.ID), "the statement was not reviewed and issued by two others than who prepared it")
	}
}
