package storetest

import (
	"sync"

	"supportledger/store"
)

// CountSQL runs fn and returns what all transactions that ended meanwhile sent to db and read from it, together: so a
// test can assert that an act on a large table takes as many statements and rows as on a small one. Calls on one db
// must not overlap.
func CountSQL(db *store.DB, fn func()) store.TxStats {
	var mu sync.Mutex
	var sum store.TxStats
	db.OnTxEnd(func(s store.TxStats) {
		mu.Lock()
		defer mu.Unlock()
		sum.Statements += s.Statements
		sum.Rows += s.Rows
	})
	defer db.OnTxEnd(nil)
	fn()
	mu.Lock()
	defer mu.Unlock()
	return sum
}
