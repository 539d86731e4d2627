package main

import (
	"supportledger/store"
	"supportledger/store/jobs"
)

// later is the queue of a server: all work that is not done at once, one line a kind.
func later(db *store.DB) *jobs.Queue {
	q := jobs.New(db, jobs.Options{})
	return q
}
