package main

import (
	"context"

	"supportledger/access/vault"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/jobs"
)

// later is the queue of a server: all work that is not done at once, one line a kind.
func later(db *store.DB, public string, people *vault.Vault, mailer statements.Mailer) *jobs.Queue {
	q := jobs.New(db, jobs.Options{})
	runner := runnerOf(db, public)
	jobs.Do(q, runner.Work)
	if mailer != nil { // without a mail server, what is to be sent waits
		jobs.Do(q, (&statements.Postman{DB: db, Office: runner.Office, Vault: people, Mailer: mailer}).Work)
	}
	remindDaily(q, db)
	return q
}

// runnerOf works runs of statements whose code leads to the public pages at an address.
func runnerOf(db *store.DB, public string) *statements.Runner {
	return &statements.Runner{DB: db, Office: func(ctx context.Context, tx *store.Tx) (statements.Office, error) {
		return statements.OpenOffice(ctx, tx, statements.Office{Address: public})
	}}
}
