package http

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
	"supportledger/http/web/setup"
	"supportledger/store"
)

// newSetup makes a server that has nothing but the first-run wizard, over a database that has a schema and no books.
func newSetup(db *store.DB, o Options, d setup.Desk) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	gin.SetMode(gin.ReleaseMode)
	s := &Server{db: db, log: o.Log, api: rest.New(db, o.Log, o.RequestsPerSecond, problems())}
	s.api.Engine.Use(rest.Identify, rest.Protect, s.api.Record, s.api.Recovered)
	s.api.Engine.NoRoute(func(c *gin.Context) { s.fail(c, rest.Refuse("no_such_path")) })
	s.api.Engine.NoMethod(func(c *gin.Context) { s.fail(c, rest.Refuse("method_not_allowed")) })
	s.site = &frame.Site{API: s.api}
	setup.Register(s.site, d)
	s.api.Engine.GET("/livez", alive)
	s.listening(o.Around)
	return s
}

// Handover answers what still arrives over connections of the wizard: it waits for the server that comes after.
type Handover struct {
	ready chan struct{}
	then  http.Handler
}

// To names the server that comes after. Without a wizard there is nothing to hand over.
func (h *Handover) To(s *Server) {
	if h != nil {
		h.then = s.http.Handler
		close(h.ready)
	}
}

func (h *Handover) serve(w http.ResponseWriter, r *http.Request) {
	select {
	case <-h.ready:
		w.Header().Set("Connection", "close")
		h.then.ServeHTTP(w, r)
	case <-r.Context().Done():
	case <-time.After(readWithin):
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// SetUp serves the first-run wizard until the books are open, or until ctx is done, which is an error. It closes l and
// no connection: a browser may hold one open and send its next form over it.
func SetUp(ctx context.Context, db *store.DB, o Options, d setup.Desk, l net.Listener) (*Handover, error) {
	h, finished := &Handover{ready: make(chan struct{})}, make(chan struct{})
	d.Done = sync.OnceFunc(func() { close(finished) })
	s := newSetup(db, o, d)
	wizard := s.http.Handler
	s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-finished:
			h.serve(w, r)
		default:
			wizard.ServeHTTP(w, r)
		}
	})
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(l) }()
	select {
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.http.Close())
	case <-finished:
		err := l.Close()
		if served := <-failed; !errors.Is(served, net.ErrClosed) {
			err = errors.Join(err, served)
		}
		return h, err
	}
}

// alive answers that the process does.
func alive(c *gin.Context) {
	c.Data(http.StatusOK, "application/json", []byte(`{"status":"alive"}`+"\n"))
}
