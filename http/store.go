package http

import (
	"context"

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

// askKeys asks for those of several keys that are there, each as a row to join with: a planner that takes a user's keys for
// few would read them all.
func askKeys(tx *store.Tx, wanted map[keyOf]bool, found map[keyOf]keyRow) store.BatchQuery {
	pairs := make([]bun.TupleValues, 0, len(wanted))
	for at := range wanted {
		pairs = append(pairs, bun.Tuple([]string{at.user, at.key}))
	}
	query := tx.NewRaw(`WITH wanted (user_id, key) AS (VALUES ?) SELECT k.user_id, k.key, k.fingerprint, k.status, k.body
		FROM wanted AS w CROSS JOIN idempotency_keys AS k WHERE k.user_id = w.user_id AND k.key = w.key`, bun.List(pairs))
	return store.BatchQuery{Query: query, Row: func(r store.Scanner) error {
		var k keyRow
		err := r.Scan(&k.UserID, &k.Key, &k.Fingerprint, &k.Status, &k.Body)
		found[keyOf{k.UserID, k.Key}] = k
		return err
	}}
}

// storeReply puts the answer under a key that this transaction has claimed.
func storeReply(ctx context.Context, tx *store.Tx, k keyRow) error {
	return store.ExactlyOne(tx.NewUpdate().Model(&k).Column("status", "body").
		Where("user_id = ?", k.UserID).Where("key = ?", k.Key).Exec(ctx))
}
