package groupcommit

import (
	"context"
	"fmt"

	"github.com/gin-gonic/gin"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// posting is an operation whose requests are posted together.
type posting struct {
	e         *rest.Endpoint
	collector *collector
	propose   func(book ledger.Book, in any) (ledger.Entry, error) // makes the entry of a request, and reads nothing
	judge     ledger.Judge
	view      func(posted ledger.Posted) any // shows it once it is posted
}

// Collect lets the requests of a registered operation post together. propose makes the entry of one, and reads nothing;
// view is what is answered, and judge what may refuse an entry besides the ledger.
func Collect[In, Out any](api *rest.API, id string, propose func(book ledger.Book, in In) (ledger.Entry, error),
	view func(posted ledger.Posted) Out, judge ledger.Judge) *posting {
	for _, e := range api.Endpoints {
		if e.Op.ID == id {
			to := &posting{e: e, collector: &collector{db: api.DB}, judge: judge,
				view: func(posted ledger.Posted) any { return view(posted) }}
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
	by, err := to.e.API.CredentialOf(c)
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
	if req.Dry || to.unusual(req) {
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

// usualDays is how many days back an entry is posted together with others.
const usualDays = 60

// unusual reports whether a request is to be asked about, or answers a question: that needs a transaction of its own.
func (to *posting) unusual(req rest.Request) bool {
	if len(req.Reasons) > 0 {
		return true
	}
	e, err := to.propose(ledger.Book{Base: "DKK"}, req.In)
	today := ledger.DateOf(rest.Clock.Now())
	return err == nil && (e.Date > today || e.Date < today.AddDays(-usualDays))
}
