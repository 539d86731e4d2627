package groupcommit

import (
	"strings"

	"supportledger/http/rest"
	"supportledger/store"
)

// askKeys asks for those of several keys that are there, each as a row to join with: a planner that takes a user's keys
// for few would read them all.
func askKeys(wanted map[keyOf]bool, found map[keyOf]rest.KeyRow) store.BatchQuery {
	var pairs []keyOf
	for at := range wanted {
		pairs = append(pairs, at)
	}
	var args []any
	for _, at := range store.Padded(pairs) {
		at := at.(keyOf) //nolint:errcheck,forcetypeassert // padded are the pairs
		args = append(args, at.user, at.key)
	}
	text := `WITH wanted (user_id, key) AS (VALUES ` + strings.ReplaceAll(store.Places(len(pairs)), "?", "(?, ?)") + `)
		SELECT k.user_id, k.key, k.fingerprint, k.status, k.body
		FROM wanted AS w CROSS JOIN idempotency_keys AS k WHERE k.user_id = w.user_id AND k.key = w.key`
	return store.BatchQuery{Text: text, Args: args, Row: func(r store.Scanner) error {
		var k rest.KeyRow
		err := r.Scan(&k.UserID, &k.Key, &k.Fingerprint, &k.Status, &k.Body)
		found[keyOf{k.UserID, k.Key}] = k
		return err
	}}
}

// keyOf says whose key it is.
type keyOf struct{ user, key string }
