package main

import (
	"strings"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// Books are verified beside somebody who writes all the time: where there is no moment in which to begin in two
// places, in one.
func TestVerifyBesideAWriter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		hold(t, db, "idempotency_keys")
		p := begin(t, nil, "verify", "--db", storetest.DSN(db))
		if code := p.exit(); code != 0 || !strings.Contains(p.said(), "The books are what they were written as") {
			t.Errorf("exit code %d:\n%s", code, p.said())
		}
	})
}
