package http

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// keyRow is an idempotency key with the answer that it brought. Between claim and storeReply, which share a
// transaction, its status is 0; nobody else ever sees that.
type keyRow struct {
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
func (k *keyRow) claim(ctx context.Context, tx *store.Tx) (free bool, err error) {
	res, err := tx.NewInsert().Model(k).On("CONFLICT (user_id, key) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// findKey reads a key that is there.
func findKey(ctx context.Context, tx *store.Tx, user, key string) (keyRow, error) {
	var k keyRow
	err := tx.NewSelect().Model(&k).Where("user_id = ?", user).Where("key = ?", key).Scan(ctx)
	return k, err
}

// findKeys reads those of several keys that are there.
func findKeys(ctx context.Context, tx *store.Tx, wanted map[keyOf]bool) (map[keyOf]keyRow, error) {
	found := map[keyOf]keyRow{}
	if len(wanted) == 0 {
		return found, nil
	}
	users, keys := map[string]bool{}, make([]string, 0, len(wanted))
	for at := range wanted {
		users[at.user] = true
		keys = append(keys, at.key)
	}
	var rows []keyRow
	err := tx.NewSelect().Model(&rows).Where("user_id IN (?)", bun.List(slices.Sorted(maps.Keys(users)))).
		Where("key IN (?)", bun.List(keys)).Scan(ctx)
	for _, r := range rows {
		if at := (keyOf{r.UserID, r.Key}); wanted[at] {
			found[at] = r
		}
	}
	return found, err
}

// storeReply puts the answer under a key that this transaction has claimed.
func storeReply(ctx context.Context, tx *store.Tx, k keyRow) error {
	return store.ExactlyOne(tx.NewUpdate().Model(&k).Column("status", "body").
		Where("user_id = ?", k.UserID).Where("key = ?", k.Key).Exec(ctx))
}
