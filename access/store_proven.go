package access

import (
	"context"
	"database/sql"
	"errors"

	"supportledger/proof"
	"supportledger/store"
)

// Proven is an audit event with every field of its leaf, so that who holds it can compute the leaf without the books.
// It has no reason: an event with one is not proven to strangers.
type Proven struct {
	ID, At, User, Token, Request, Action, Subject, Fields string
}

// Leaf is the hash of the event's leaf in the tree (docs/PROOF.md).
func (p Proven) Leaf() proof.Hash {
	row := eventRow{ID: p.ID, At: p.At, UserID: p.User, TokenID: p.Token, RequestID: p.Request, Action: p.Action,
		Subject: p.Subject, Fields: p.Fields}
	return row.leaf(new(proof.Encoder), nil).Hash
}

// ErrNoEvent is returned where no such event was recorded.
var ErrNoEvent = errors.New("access: no such event")

// Prove finds the newest event of an action on a subject and proves that its leaf is in the tree of a size.
// [ErrNoEvent]; [proof.ErrNoLeaf] when it joined the tree later.
func Prove(ctx context.Context, tx *store.Tx, action, subject string, size int64) (Proven, proof.Inclusion, error) {
	var row eventRow
	err := tx.NewSelect().Model(&row).Where("action = ?", action).Where("subject = ?", subject).Where("reason = ''").
		Order("at DESC", "id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Proven{}, proof.Inclusion{}, ErrNoEvent
	} else if err != nil {
		return Proven{}, proof.Inclusion{}, err
	}
	p := Proven{ID: row.ID, At: row.At, User: row.UserID, Token: row.TokenID, Request: row.RequestID, Action: row.Action,
		Subject: row.Subject, Fields: row.Fields}
	in, err := proof.Prove(ctx, tx, proof.EventLeaf, row.ID, size)
	return p, in, err
}
