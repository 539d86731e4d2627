package groupcommit

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
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
	// commitWithin is how long a batch may take that is halved to find what is refused in it; other requests wait
	// meanwhile.
	commitWithin = 12 * time.Second
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

// The states of a request that waits. A client that gives up before a batch has taken its request takes it out of the
// queue, so that it is known for certain not to be posted.
const (
	waits int32 = iota
	taken
	givenUp
)

// collector queues requests for its one writer, which runs only while there are any.
type collector struct {
	db *store.DB

	mu      sync.Mutex
	waiting []*submission
	running bool

	seen  goodTokens
	books ledger.Book // as the last batch found them; only the writer looks at it
}

// errQueueFull is answered at once when more requests wait than can be answered in time.
var errQueueFull = rest.Refuse("queue_full")

// submit queues a request and waits for its outcome. When ctx ends first the request is withdrawn, unless a batch has
// taken it: then the client must ask again with the same key.
func (c *collector) submit(ctx context.Context, p *submission) (answer, error) {
	err := c.queue(p) //nolint:contextcheck // a batch is nobody's request: it goes on when one client gives up
	if err != nil {
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
		until := rest.Clock.Now().Add(commitWithin)
		for last = len(batch); len(batch) > 0; {
			batch = c.commit(batch, until)
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

// nextBatch takes the next batch out of the queue: what waits, without what was given up.
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
// became of that first: it returns them. What is not answered at until is answered that it took too long.
func (c *collector) commit(batch []*submission, until time.Time) (again []*submission) {
	if rest.Clock.Now().After(until) {
		finishAll(batch, context.DeadlineExceeded)
		return nil
	}
	for tries := 1; ; tries++ {
		tried, err := c.try(batch)
		switch {
		case err == nil:
			return tried.answer()
		case tries < batchTries &&
			(errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrUncertain) || errors.Is(err, store.ErrUnavailable)):
			// The next attempt looks for the keys under the head row, for which it waits until a commit of which nobody
			// knows has ended: what was written is then found and answered, what was not is written.
			time.Sleep(time.Duration(tries) * 10 * time.Millisecond)
		case len(batch) == 1 || forAll(err):
			finishAll(batch, err)
			return nil
		default: // something in it is refused: the halves tell what
			half := len(batch) / 2
			return append(c.commit(batch[:half], until), c.commit(batch[half:], until)...)
		}
	}
}

func finishAll(batch []*submission, err error) {
	for _, p := range batch {
		p.finish(answer{}, err)
	}
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
