package groupcommit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// Entries posted by hand arrive many at a time, and each needs the head row of the books and a commit. Posted one by
// one they would queue for both; collected, they share them. One goroutine per process takes whatever has queued while
// the last batch was being committed, so batches grow with the load and a lone client waits for nobody.
//
// Each request stays its own: it is answered after the commit that holds it, with its own entry or its own error, and
// that commit also holds its idempotency record and its audit event. The token is looked up inside the same
// transaction, so a revoked one posts nothing from the moment the revocation is committed.

const (
	maxBatch   = 512             // requests that share a commit
	maxWaiting = 2048            // requests that wait; one more is told to come back
	batchTries = 3               // attempts at a batch that met a lost connection or another session
	batchTime  = 8 * time.Second // for one attempt
)

// submission is one request on its way through the collector.
type submission struct {
	to    *posting
	req   rest.Request
	by    access.Credential
	user  string // whose credential it was a moment ago, "" for unknown
	id    string // of the request
	state atomic.Int32
	done  chan struct{}

	out answer
	err error
}

// answer is a reply, or the entry of which it is made once everybody's commit is done.
type answer struct {
	rest.Reply
	entry *ledger.Posted
}

// The states of a parcel. Who gives up first takes it out of the queue, so that its end is known for certain.
const (
	waits int32 = iota
	taken
	givenUp
)

// collector queues parcels for its one writer, which runs only while there are any.
type collector struct {
	db *store.DB

	mu      sync.Mutex
	waiting []*submission
	running bool

	seen goodTokens
}

// errQueueFull is answered at once when more requests wait than can be answered in time.
var errQueueFull = rest.Refuse("queue_full")

// submit queues a parcel and waits for its outcome. When ctx ends first the parcel is withdrawn if nobody has taken it;
// if somebody has, the client must ask again with the same key.
func (c *collector) submit(ctx context.Context, p *submission) (answer, error) {
	if err := c.queue(
		p); err != nil { //nolint:contextcheck // a batch is nobody's request: it goes on when one client gives up
		return answer{}, err
	}
	select {
	case <-p.done:
		return p.out, p.err
	case <-ctx.Done():
		if !p.state.CompareAndSwap(waits, givenUp) {
			select {
			case <-p.done: // it was just being answered
				return p.out, p.err
			default:
			}
		}
		return answer{}, ctx.Err()
	}
}

func (c *collector) queue(p *submission) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) >= maxWaiting {
		return errQueueFull
	}
	c.waiting = append(c.waiting, p)
	if !c.running {
		c.running = true
		go c.work()
	}
	return nil
}

// work commits batches until nothing waits.
func (c *collector) work() {
	for last := 0; ; {
		c.gather(last)
		batch, found := c.nextBatch()
		if !found {
			return
		}
		for last = len(batch); len(batch) > 0; {
			batch = c.commit(batch)
		}
	}
}

// gather waits for those who were answered together to come back together, for as long as more come, or else the first
// of them would have a commit for itself and the others wait for it. A lone client is not waited for.
func (c *collector) gather(last int) {
	if last < 2 {
		return
	}
	for before, turn := -1, 0; turn < gatherTurns; turn++ {
		n := c.queued()
		if n >= last || n == before {
			return
		}
		before = n
		time.Sleep(gatherTurn)
	}
}

// How long gather looks whether more come, and how often at most.
const (
	gatherTurn  = 250 * time.Microsecond
	gatherTurns = 12
)

func (c *collector) queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// nextBatch is the next batch: what waits, given up ones apart.
func (c *collector) nextBatch() (batch []*submission, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), maxBatch)
	if n == 0 {
		c.running = false
		return nil, false
	}
	for _, p := range c.waiting[:n] {
		if p.state.CompareAndSwap(waits, taken) {
			batch = append(batch, p)
		}
	}
	c.waiting = append([]*submission(nil), c.waiting[n:]...)
	return batch, true
}

// commit brings a batch to its end, except for those that repeat the key of another one in it and have to see what
// became of that first: it returns them.
func (c *collector) commit(batch []*submission) (again []*submission) {
	for attempt := 1; ; attempt++ {
		round, err := c.try(batch)
		switch {
		case err == nil:
			return round.answer()
		case attempt < batchTries &&
			(errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrUncertain) || errors.Is(err, store.ErrUnavailable)):
			// The next attempt looks for the keys under the head row, for which it waits until a commit of which nobody
			// knows has ended: what was written is then found and answered, what was not is written.
			time.Sleep(time.Duration(attempt) * 10 * time.Millisecond)
		case len(batch) == 1 || forAll(err):
			for _, p := range batch {
				p.finish(answer{}, err)
			}
			return nil
		default: // something in it is refused: the halves tell what
			half := len(batch) / 2
			return append(c.commitAll(batch[:half]), c.commitAll(batch[half:])...)
		}
	}
}

func (c *collector) commitAll(batch []*submission) (again []*submission) {
	if len(batch) == 0 {
		return nil
	}
	return c.commit(batch)
}

// forAll tells errors that halving a batch would only repeat.
func forAll(err error) bool {
	for _, same := range []error{store.ErrBusy, store.ErrUncertain, store.ErrUnavailable, store.ErrReadOnly,
		ledger.ErrNotOpened, context.DeadlineExceeded} {
		if errors.Is(err, same) {
			return true
		}
	}
	return false
}

func (p *submission) finish(out answer, err error) {
	p.out, p.err = out, err
	close(p.done)
}

// attempt is one attempt at a batch: what is to be answered once it is committed.
type attempt struct {
	batch []*submission
	outs  []answer
	errs  []error
	again []bool // repeats the key of another one

	looked map[keyOf]bool // keys that were asked for at once
	used   map[keyOf]rest.KeyRow

	actors    []store.Actor
	books     ledger.Book
	posting   []int // of the batch: those that post
	proposals []ledger.Proposal
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
			actors: make([]store.Actor, n)}
		return r.run(ctx, tx)
	})
	if err == nil {
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

// run does for all parcels what endpoint.once does for one: who asks, has the key been used, the act, what is answered.
// It costs four ways to the database besides begin and commit, or rather three when it knows whose the tokens are.
func (r *attempt) run(ctx context.Context, tx *store.Tx) (err error) {
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
		asks = append(asks, askKeys(tx, guessed, r.used))
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
		if err := store.QueryBatch(ctx, tx, askKeys(tx, missing, r.used)); err != nil {
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

// propose makes entries of the requests that are to post.
func (r *attempt) propose() {
	posting := r.posting[:0]
	for _, i := range r.posting {
		e, err := r.batch[i].to.propose(r.books, r.batch[i].req.In)
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

// posting is an operation whose requests are posted together.
type posting struct {
	e         *rest.Endpoint
	collector *collector
	propose   func(book ledger.Book, in any) (ledger.Entry, error) // makes the entry of a request, and reads nothing
	view      func(posted ledger.Posted) any                       // shows it once it is posted
}

// Collect lets the requests of a registered operation post together. propose makes the entry of one, and reads nothing;
// view is what is answered.
func Collect[In, Out any](api *rest.API, id string, propose func(book ledger.Book, in In) (ledger.Entry, error),
	view func(posted ledger.Posted) Out) *posting {
	for _, e := range api.Endpoints {
		if e.Op.ID == id {
			to := &posting{e: e, collector: &collector{db: api.DB}, view: func(posted ledger.Posted) any { return view(posted) }}
			to.propose = func(book ledger.Book, in any) (ledger.Entry, error) {
				typed, ok := in.(*In)
				if !ok {
					return ledger.Entry{}, fmt.Errorf("http: %T given to %s", in, id)
				}
				return propose(book, *typed)
			}
			e.Collect = to.answer
			return to
		}
	}
	panic("http: nothing to collect for " + id)
}

// answer answers a request that is posted together with others: its shape is checked before it queues. A token that
// nobody has seen is looked up first, so that strangers cannot fill the queue; one that was good a moment ago goes on,
// and is looked up with its batch.
func (to *posting) answer(ctx context.Context, c *gin.Context) (rest.Reply, error) {
	by, err := to.e.API.CredentialOf(c) //nolint:contextcheck // the session is looked up in the request that c carries
	if err != nil {
		return rest.Reply{}, err
	}
	actor := store.Actor{}
	user := to.collector.seen.user(by)
	fresh := user == ""
	if fresh {
		if actor, err = to.e.Authorise(ctx, c); err != nil {
			return rest.Reply{}, err
		}
		user = actor.User
		to.collector.seen.add(by, user)
	}
	req, err := to.e.Read(c)
	if err != nil {
		return rest.Reply{}, err
	}
	if req.Dry {
		if !fresh {
			if actor, err = to.e.Authorise(ctx, c); err != nil {
				return rest.Reply{}, err
			}
		}
		return to.e.Run(store.WithActor(ctx, actor), req)
	}
	out, err := to.collector.submit(ctx,
		&submission{to: to, req: req, by: by, user: user, id: c.GetString(rest.RequestIDKey), done: make(chan struct{})})
	if err != nil || out.entry == nil {
		return out.Reply, err
	}
	out.Body, err = rest.Marshal(to.view(*out.entry))
	return out.Reply, err
}

// goodTokens remembers tokens that were good, by their hash, and whose they are: they may queue. It decides nothing
// else.
type goodTokens struct {
	mu    sync.Mutex
	users map[[sha256.Size]byte]string
}

// keyOfCredential hashes what a request came with.
func keyOfCredential(by access.Credential) [sha256.Size]byte {
	return sha256.Sum256([]byte(by.Bearer + "\x00" + string(by.Session)))
}

const maxKnown = 10_000

// user is whose a credential is, "" for one that is not known.
func (k *goodTokens) user(by access.Credential) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.users[keyOfCredential(by)]
}

func (k *goodTokens) add(by access.Credential, user string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users == nil || len(k.users) >= maxKnown {
		k.users = map[[sha256.Size]byte]string{}
	}
	k.users[keyOfCredential(by)] = user
}

func (k *goodTokens) forget(by access.Credential) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.users, keyOfCredential(by))
}
