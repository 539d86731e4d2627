package http

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// Options are what New cannot know by itself. The zero value is silent and good for tests.
type Options struct {
	Log     *slog.Logger // one line per request; nil is silence
	Version string       // of the program, shown in the OpenAPI document

	RequestsPerSecond int // that each token may make, twice as many at once; 0 does not limit

	Evidence *ledger.Archive // keeps what documents say; nil refuses them, and nothing else
	Vault    *vault.Vault    // seals who people are; nil refuses what needs it, and nothing else
	Address  string          // of this server as the public reaches it, https://…, for the code on statements; "" prints the code alone

	SignIn *IdentityProvider // vouches for people who sign in; nil is none, and passwords are all there is
}

// Server answers requests on one listener. Make it with New, start it with Run or Serve.
type Server struct {
	db     *store.DB
	log    *slog.Logger
	api    *API
	http   *http.Server
	ending atomic.Bool
}

// The limits of a connection. Nothing here depends on the client's good will: net/http has none of them by itself.
const (
	headerWithin = 5 * time.Second
	readWithin   = 15 * time.Second
	writeWithin  = 30 * time.Second
	idleWithin   = 60 * time.Second
	headerBytes  = 16 << 10
	endWithin    = 35 * time.Second // a request in flight has writeWithin
)

// New makes a server for an open database: all resources, and whatever more registers besides (tests bring routes
// of their own). It fails on a declaration that contradicts itself; see Route.
func New(db *store.DB, o Options, more ...func(*API)) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	gin.SetMode(gin.ReleaseMode) // its debug mode writes routes and warnings to standard output
	s := &Server{db: db, log: o.Log}
	s.api = &API{db: db, log: o.Log, engine: newEngine(), collector: collector{db: db}, archive: o.Evidence, vault: o.Vault,
		address: o.Address, rate: limiter{perSecond: o.RequestsPerSecond}, sessions: newSessions(db)}
	s.api.engine.Use(identify, protect, s.api.record, s.api.recovered)
	s.api.engine.NoRoute(func(c *gin.Context) { s.api.fail(c, refuse("no_such_path")) })
	s.api.engine.NoMethod(func(c *gin.Context) { s.api.fail(c, refuse("method_not_allowed")) })
	var err error
	if s.api.provider, err = newProvider(o.SignIn, o.Address); err != nil {
		return nil, err
	}
	for _, register := range append([]func(*API){resources}, more...) {
		register(s.api)
	}
	s.api.pair()
	s.api.document = sync.OnceValues(func() ([]byte, error) { return s.api.described(o.Version) })
	s.health()
	s.api.pages()
	s.api.verifyPages()
	s.api.providerPages()
	s.http = &http.Server{
		Handler:           s.guarded(s.api.engine),
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      writeWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          log.New(serverLog{o.Log}, "", 0),
	}
	return s, nil
}

// newEngine is a gin engine that believes nobody and mends nothing: no proxy is trusted with the client's address,
// a path is matched as it was sent (an escaped slash stays inside its parameter), and a wrong path is not guessed
// at by redirects.
func newEngine() *gin.Engine {
	e := gin.New()
	e.ForwardedByClientIP = false
	_ = e.SetTrustedProxies(nil) // fails only on addresses that do not parse
	e.HandleMethodNotAllowed = true
	e.RedirectFixedPath = false
	e.RedirectTrailingSlash = false
	e.UseEscapedPath = true
	e.UnescapePathValues = true
	return e
}

// Run listens on addr ("127.0.0.1:8080") and serves until ctx is done; see Serve.
func (s *Server) Run(ctx context.Context, addr string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(ctx, l)
}

// Serve answers requests on l until ctx is done (a command ends it on SIGTERM). Then it takes no new connection,
// turns /readyz red, lets every request in flight finish, and returns nil. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.ending.Store(true)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWithin)
	defer cancel()
	err := s.http.Shutdown(grace)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Close drops every connection at once. After Serve has returned there is nothing left to drop.
func (s *Server) Close() error { return s.http.Close() }

// Document is the OpenAPI 3.1 document as served. It takes a second to make, which the first who asks waits for: a server is
// there at once. An error is a mistake in a route's declaration.
func (s *Server) Document() ([]byte, error) { return s.api.document() }

// readyWithin bounds what a load balancer waits for.
const readyWithin = 2 * time.Second

// health adds /livez (the process answers) and /readyz (it can do its work: database there, schema right).
func (s *Server) health() {
	s.api.engine.GET("/livez", func(c *gin.Context) {
		c.Data(http.StatusOK, "application/json", []byte(`{"status":"alive"}`+"\n"))
	})
	s.api.engine.GET("/readyz", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), readyWithin)
		defer cancel()
		status, checks, err := http.StatusOK, s.checks(ctx), error(nil)
		for _, ch := range checks {
			if ch.err != nil {
				status, err = http.StatusServiceUnavailable, ch.err
			}
		}
		if err != nil {
			c.Set(keyCause, forLog(err))
		}
		c.Data(status, "application/json", readiness(checks))
	})
}

// check is one condition for being ready.
type check struct {
	name string
	err  error
}

func (s *Server) checks(ctx context.Context) []check {
	var ending error
	if s.ending.Load() {
		ending = errors.New("http: the server is ending")
	}
	out := []check{{"serving", ending}, {"database", s.db.Ping(ctx)}}
	if out[1].err == nil {
		out = append(out, check{"schema", s.db.CheckSchema(ctx)})
	}
	return out
}

// readiness names what works and what does not, without saying why: that is for the log.
func readiness(checks []check) []byte {
	status, list := "ready", ""
	for i, ch := range checks {
		word := "ok"
		if ch.err != nil {
			status, word = "not_ready", "failed"
		}
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf("%q:%q", ch.name, word)
	}
	return fmt.Appendf(nil, "{\"status\":%q,\"checks\":{%s}}\n", status, list)
}
