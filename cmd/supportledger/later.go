package main

import (
	"context"

	"supportledger/access/vault"
	"supportledger/http/webhooks"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/jobs"
)

// later is the queue of a server: all work that is not done at once, one line a kind.
func later(db *store.DB, public string, people *vault.Vault, mailer statements.Mailer,
	hooks *webhooks.Sender) *jobs.Queue {
	q := jobs.New(db, jobs.Options{})
	runner := runnerOf(db, public)
	jobs.Do(q, runner.Work)
	if mailer != nil { // without a mail server, what is to be sent waits
		jobs.Do(q, (&statements.Postman{DB: db, Issuer: runner.Issuer, Vault: people, Mailer: mailer}).Work)
	}
	jobs.Do(q, hooks.Again)
	remindDaily(q, db)
	return q
}

// runnerOf works runs of statements whose code leads to the public pages at an address.
func runnerOf(db *store.DB, public string) *statements.Runner {
	return &statements.Runner{DB: db, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: public})
	}}
}

// webhookFlags say where events may be sent.
type webhookFlags struct {
	WebhookTo      []string `placeholder:"https://HOST" help:"Receivers of webhooks may stand below this origin; none may stand anywhere where it is not said. Repeatable."`
	WebhookNetwork []string `placeholder:"10.1.2.0/24" help:"Network that is not public, in which receivers may stand all the same. Repeatable."`
}

// targets are what the flags say.
func (w webhookFlags) targets() (webhooks.Targets, error) {
	to, err := webhooks.ParseTargets(w.WebhookTo, w.WebhookNetwork)
	if err != nil {
		return to, misuse("--webhook-to, --webhook-network: %v", err)
	}
	return to, nil
}
