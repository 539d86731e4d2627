package rest

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// KeyRow is an idempotency key with the answer that it brought. Between claim and storeReply, which share a
// transaction, its status is 0; nobody else ever sees that.
type KeyRow struct {
	bun.BaseModel `bun:"table:idempotency_keys"`

	UserID      string `bun:"user_id,pk"`
	Key         string `bun:"key,pk"`
	Fingerprint []byte `bun:"fingerprint"`
	Route       string `bun:"route"`
	Status      int64  `bun:"status"`
	Body        []byte `bun:"body"`
	CreatedAt   string `bun:"created_at"`
}

// claim inserts the key unless it is there, and tells whether it was free. On PostgreSQL it waits for a concurrent
// transaction that has inserted the same key to end.
func (k *KeyRow) claim(ctx context.Context, tx *store.Tx) (free bool, err error) {
	res, err := tx.NewInsert().Model(k).On("CONFLICT (user_id, key) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// findKey reads a key that is there.
func findKey(ctx context.Context, tx *store.Tx, user, key string) (KeyRow, error) {
	var k KeyRow
	err := tx.NewSelect().Model(&k).Where("user_id = ?", user).Where("key = ?", key).Scan(ctx)
	return k, err
}

// storeReply puts the answer under a key that this transaction has claimed.
func storeReply(ctx context.Context, tx *store.Tx, k KeyRow) error {
	return store.ExactlyOne(tx.NewUpdate().Model(&k).Column("status", "body").
		Where("user_id = ?", k.UserID).Where("key = ?", k.Key).Exec(ctx))
}
