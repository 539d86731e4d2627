package groupcommit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// attempt is one attempt at a batch: what is to be answered once it is committed.
type attempt struct {
	batch []*submission
	outs  []answer
	errs  []error
	again []bool // repeats the key of another one

	looked map[keyOf]bool // keys that were asked for at once
	used   map[keyOf]rest.KeyRow

	actors    []store.Actor
	guessed   ledger.Book // the books of the batch before, by which the entries are made early
	early     []early
	books     ledger.Book
	posting   []int // of the batch: those that post
	proposals []ledger.Proposal
}

// early is an entry that was made before the books were looked at, or why there is none.
type early struct {
	entry ledger.Entry
	err   error
}

// answer tells everyone, after the commit, and returns those who have to come again.
func (r *attempt) answer() (again []*submission) {
	for i, p := range r.batch {
		if r.again[i] {
			again = append(again, p)
			continue
		}
		p.finish(r.outs[i], r.errs[i])
	}
	return again
}

// try runs a batch in one transaction. A panic in it is an error of the batch.
func (c *collector) try(batch []*submission) (r *attempt, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("http: a batch panicked: %s\n%s", rest.PanicText(v), debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), batchTime)
	defer cancel()
	err = c.db.Update(ctx, func(tx *store.Tx) error {
		n := len(batch)
		r = &attempt{batch: batch, outs: make([]answer, n), errs: make([]error, n), again: make([]bool, n),
			actors: make([]store.Actor, n), guessed: c.books}
		return r.run(ctx, tx)
	})
	if err == nil {
		c.books = ledger.Book{Base: r.books.Base, General: r.books.General, Organisation: r.books.Organisation}
		r.forget(&c.seen)
	}
	return r, err
}

// forget lets the next request with a token that is good no more be refused before it queues.
func (r *attempt) forget(seen *goodTokens) {
	for i, err := range r.errs {
		if errors.Is(err, access.ErrUnauthenticated) || errors.Is(err, access.ErrTokenExpired) ||
			errors.Is(err, access.ErrForbidden) {
			seen.forget(r.batch[i].by)
		}
	}
}

// run does for all requests what rest does for one: authenticate the caller, look for the key, act, store the answer.
// It costs two ways to the database when it knows whose the tokens are and which books they are: one to begin, to take
// the head rows and to read, one to write and to commit. Where money leaves a bank, what the bank holds is one more.
func (r *attempt) run(ctx context.Context, tx *store.Tx) (err error) {
	tx.CommitWithFinal()
	if err := r.ask(ctx, tx); err != nil {
		return err
	}
	if r.books, err = ledger.OpenLocked(ctx, tx); err != nil {
		return err
	}
	if err := r.authorise(ctx, tx); err != nil {
		return err
	}
	if err := r.claim(ctx, tx); err != nil {
		return err
	}
	r.propose()
	r.books.Judge = r.batch[0].to.judge
	outcomes, err := r.books.PostEach(ctx, tx, r.proposals...)
	if err != nil {
		return err
	}
	return r.complete(ctx, tx, outcomes)
}

// ask takes the head rows of the books and of the tree, and asks who came and which of their keys are used: all at
// once.
func (r *attempt) ask(ctx context.Context, tx *store.Tx) error {
	guessed := map[keyOf]bool{}
	for _, p := range r.batch {
		if p.user != "" {
			guessed[keyOf{p.user, p.req.Key}] = true
		}
	}
	asks := append([]store.BatchQuery{ledger.Hold(tx), proof.Hold(tx)}, access.Asking(tx, r.came()...)...)
	r.looked, r.used = guessed, map[keyOf]rest.KeyRow{}
	if len(guessed) > 0 {
		asks = append(asks, askKeys(guessed, r.used))
	}
	if r.guessed.Base != "" {
		asks = append(asks, ledger.Foresee(tx, r.proposeEarly()...))
	}
	return store.QueryBatch(ctx, tx, asks...)
}

func (r *attempt) came() []access.Credential {
	came := make([]access.Credential, len(r.batch))
	for i, p := range r.batch {
		came[i] = p.by
	}
	return came
}

// authorise asks who came and whether they may: of each credential and operation once.
func (r *attempt) authorise(ctx context.Context, tx *store.Tx) error {
	type asked struct {
		by access.Credential
		to *posting
	}
	allowed := map[asked]error{}
	found, err := access.AuthenticateEach(ctx, tx, r.came()...)
	for i, a := range found {
		if r.errs[i] = a.Err; a.Err != nil {
			continue
		}
		p := r.batch[i]
		may, known := allowed[asked{p.by, p.to}]
		if !known {
			may = access.Allow(a.Principal, p.to.e.Action())
			allowed[asked{p.by, p.to}] = may
		}
		if r.errs[i] = may; may == nil {
			r.actors[i] = a.Principal.Actor(p.id)
		}
	}
	return err
}

// claim looks the keys up. The head row is held, and the keys of collected requests are written under it alone, so what
// is not there now is free.
func (r *attempt) claim(ctx context.Context, tx *store.Tx) error {
	wanted, missing := map[keyOf]bool{}, map[keyOf]bool{}
	for i, p := range r.batch {
		if at := (keyOf{r.actors[i].User, p.req.Key}); r.errs[i] == nil {
			r.again[i] = wanted[at]
			wanted[at] = true
			if !r.looked[at] {
				missing[at] = true
			}
		}
	}
	if len(missing) > 0 {
		if err := store.QueryBatch(ctx, tx, askKeys(missing, r.used)); err != nil {
			return err
		}
	}
	for i, p := range r.batch {
		stored, found := r.used[keyOf{r.actors[i].User, p.req.Key}]
		switch {
		case r.errs[i] != nil || r.again[i]:
		case !found:
			r.posting = append(r.posting, i)
		case !bytes.Equal(stored.Fingerprint, p.req.Fingerprint):
			r.errs[i] = rest.Refuse("idempotency_key_reused")
		default:
			r.outs[i].Reply = stored.Reply()
		}
	}
	return r.recall(ctx, tx)
}

// recall makes those answers that are kept as the id of an entry, from the entry.
func (r *attempt) recall(ctx context.Context, tx *store.Tx) error {
	of := map[ledger.EntryID][]int{}
	for i, out := range r.outs {
		if id := ledger.EntryID(out.Body); out.Replayed && strings.HasPrefix(string(id), "ent_") {
			of[id] = append(of[id], i)
		}
	}
	entries, err := r.books.EntriesByID(ctx, tx, slices.Collect(maps.Keys(of)))
	for _, posted := range entries {
		for _, i := range of[posted.ID] {
			r.outs[i].entry, r.outs[i].Body = &posted, nil
		}
	}
	return err
}

// proposeEarly makes entries of all requests, so that what they name can be asked for at once.
func (r *attempt) proposeEarly() (entries []ledger.Entry) {
	r.early = make([]early, len(r.batch))
	for i, p := range r.batch {
		e, err := p.to.propose(r.guessed, p.req.In)
		if r.early[i] = (early{e, err}); err == nil {
			entries = append(entries, e.Compact())
		}
	}
	return entries
}

// proposed is the entry of one request.
func (r *attempt) proposed(i int) (ledger.Entry, error) {
	same := r.books.Base == r.guessed.Base && r.books.General == r.guessed.General &&
		r.books.Organisation == r.guessed.Organisation
	if r.early != nil && same {
		return r.early[i].entry, r.early[i].err
	}
	return r.batch[i].to.propose(r.books, r.batch[i].req.In)
}

// propose makes entries of the requests that are to post.
func (r *attempt) propose() {
	posting := r.posting[:0]
	for _, i := range r.posting {
		e, err := r.proposed(i)
		if err != nil {
			r.errs[i] = err
			continue
		}
		posting = append(posting, i)
		r.proposals = append(r.proposals, ledger.Proposal{Entry: e, By: r.actors[i]})
	}
	r.posting = posting
}

// complete keeps under each key what became of it, and an audit event. What is kept is the id of the entry: it never
// changes, so the answer can be made from it at any time, by the request's own goroutine and not while everybody waits
// for the head row.
func (r *attempt) complete(ctx context.Context, tx *store.Tx, outcomes []ledger.Outcome) error {
	var keys []rest.KeyRow
	nobody := tx.By
	defer func() { tx.By = nobody }()
	for n, o := range outcomes {
		i := r.posting[n]
		if r.errs[i] = o.Err; o.Err != nil {
			continue
		}
		p := r.batch[i]
		r.outs[i] = answer{rest.Reply{Status: p.to.e.Status, Kind: "application/json"}, &o.Posted}
		keys = append(keys, rest.KeyRow{UserID: r.actors[i].User, Key: p.req.Key, Fingerprint: p.req.Fingerprint,
			Route: p.to.e.Op.Method + " " + p.to.e.Op.Path, Status: int64(p.to.e.Status), Body: []byte(o.Posted.ID),
			CreatedAt: store.FormatTime(tx.At)})
		tx.By = r.actors[i]
		if err := access.Record(ctx, tx, EntryPosted(o.Posted)); err != nil {
			return err
		}
	}
	store.AddRows(tx.FinalWrites(), tx, keys)
	return nil
}

// EntryPosted is the audit event of an entry made by hand.
func EntryPosted(p ledger.Posted) access.Event {
	return access.Event{Action: "entry.posted", Subject: string(p.ID)}
}
