package groupcommit

import (
	"github.com/uptrace/bun"

	"supportledger/http/rest"
	"supportledger/store"
)

// askKeys asks for those of several keys that are there, each as a row to join with: a planner that takes a user's keys
// for few would read them all.
func askKeys(tx *store.Tx, wanted map[keyOf]bool, found map[keyOf]rest.KeyRow) store.BatchQuery {
	pairs := make([]bun.TupleValues, 0, len(wanted))
	for at := range wanted {
		pairs = append(pairs, bun.Tuple([]string{at.user, at.key}))
	}
	query := tx.NewRaw(`WITH wanted (user_id, key) AS (VALUES ?) SELECT k.user_id, k.key, k.fingerprint, k.status, k.body
		FROM wanted AS w CROSS JOIN idempotency_keys AS k WHERE k.user_id = w.user_id AND k.key = w.key`, bun.List(pairs))
	return store.BatchQuery{Query: query, Row: func(r store.Scanner) error {
		var k rest.KeyRow
		err := r.Scan(&k.UserID, &k.Key, &k.Fingerprint, &k.Status, &k.Body)
		found[keyOf{k.UserID, k.Key}] = k
		return err
	}}
}

// keyOf says whose key it is.
type keyOf struct{ user, key string }
