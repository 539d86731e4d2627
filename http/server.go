package http

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/access/vault"
	"supportledger/http/accounts"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/http/rest/table"
	"supportledger/http/upkeep"
	"supportledger/http/web"
	"supportledger/http/web/frame"
	"supportledger/http/webhooks"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// Options are what New cannot know by itself. The zero value is silent and good for tests.
type Options struct {
	Log     *slog.Logger // one line per request; nil is silence
	Version string       // of the program, shown in the OpenAPI document

	RequestsPerSecond int // that each token may make, twice as many at once; 0 does not limit
	// StrangersPerSecond is how many requests all who are not signed in may make together; 0 is the default.
	StrangersPerSecond int

	Evidence *evidence.Archive // keeps what documents say; nil refuses them, and nothing else
	Vault    *vault.Vault      // seals who people are; nil refuses what needs it, and nothing else
	// Address is that of this server as the public reaches it, https://…, for the code on statements; "" prints the code
	// alone.
	Address string

	Machine *upkeep.Machine // where the server runs, as an admin sees it; nil is nothing known

	SignIn *accounts.IdentityProvider // vouches for people who sign in; nil is none, and passwords are all there is

	Webhooks webhooks.Targets // where events may be sent; the zero value is nowhere

	ReadOnly bool                            // answers what reads, and refuses what would write
	Around   func(http.Handler) http.Handler // what a request passes before all else; nil is nothing
	Observe  []gin.HandlerFunc               // see every request that has a route, around its handler
	// Demo marks every page and lets the users of a demo sign in without a password: only for books that nobody needs.
	Demo bool
	// DocsToken is a token that the page about the API signs in with, in a demo; "" is none.
	DocsToken string
	// Pseudo makes every text of the pages 40 % longer, for tests of their layout.
	Pseudo bool
}

// Server answers requests on one listener. Make it with New, start it with Run or Serve.
type Server struct {
	db     *store.DB
	keys   []upkeep.Keyed
	log    *slog.Logger
	api    *rest.API
	site   *frame.Site // the pages
	http   *http.Server
	ending atomic.Bool
}

// The limits of a connection. Nothing here depends on the client's good will: net/http has none of them by itself.
const (
	headerWithin = 5 * time.Second
	readWithin   = 15 * time.Second
	idleWithin   = 60 * time.Second
	headerBytes  = 16 << 10
	endWithin    = 35 * time.Second // a request in flight has writeWithin
)

// New makes a server for an open database: all resources, and whatever more registers besides (tests bring routes
// of their own). It fails on a declaration that contradicts itself; see Route.
func New(db *store.DB, o Options, more ...func(*rest.API)) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	gin.SetMode(gin.ReleaseMode) // its debug mode writes routes and warnings to standard output
	s := &Server{db: db, log: o.Log, keys: []upkeep.Keyed{o.Vault, o.Evidence}}
	s.api = rest.New(db, o.Log, o.RequestsPerSecond, problems())
	if o.StrangersPerSecond > 0 {
		s.api.LimitStrangers(o.StrangersPerSecond)
	}
	s.api.Tabulate = table.Tabulate
	s.api.ReadOnly = o.ReadOnly
	s.api.Engine.Use(rest.Identify, rest.Protect)
	s.api.Engine.Use(o.Observe...)
	s.api.Engine.Use(s.api.Record, s.api.Recovered)
	s.api.Engine.NoRoute(func(c *gin.Context) { s.fail(c, rest.Refuse("no_such_path")) })
	s.api.Engine.NoMethod(func(c *gin.Context) { s.fail(c, rest.Refuse("method_not_allowed")) })
	sessions, err := accounts.NewSessions(s.api, o.SignIn, o.Address)
	if err != nil {
		return nil, err
	}
	s.api.SessionOf, s.api.Known = sessions.SessionOf, sessions.KnownDevice
	s.api.Doubts, s.api.DoubtCodes = resource.Doubts, resource.DoubtCodes()
	sessions.Register()
	resources(&resource.API{API: s.api, Vault: o.Vault, Archive: o.Evidence, Address: o.Address}, o.Webhooks)
	(&upkeep.API{API: s.api, Machine: o.Machine, Keys: s.keys}).Register()
	for _, register := range more {
		register(s.api)
	}
	s.api.Pair()
	s.api.Document = sync.OnceValues(func() ([]byte, error) { return s.api.Described(o.Version) })
	s.health()
	pages(s.api, o.DocsToken)
	s.pagesForPeople(sessions, o)
	help(s.api)
	s.listening(o.Around)
	return s, nil
}

// listening makes what takes connections.
func (s *Server) listening(around func(http.Handler) http.Handler) {
	if around == nil {
		around = func(h http.Handler) http.Handler { return h }
	}
	s.http = &http.Server{
		Handler:           around(s.guarded(s.api.Engine)),
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      rest.WriteWithin,
		IdleTimeout:       idleWithin,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          log.New(serverLog{s.log}, "", 0),
	}
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

// Document is the OpenAPI 3.1 document as served. It takes a second to make, which the first request waits for: a
// server is there at once. An error is a mistake in a route's declaration.
func (s *Server) Document() ([]byte, error) { return s.api.Document() }

// readyWithin bounds what a load balancer waits for.
const readyWithin = 2 * time.Second

// health adds /livez (the process answers) and /readyz (it can do its work: database there, schema right).
func (s *Server) health() {
	s.api.Engine.GET("/livez", alive)
	s.api.Engine.GET("/readyz", func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), readyWithin)
		defer cancel()
		status, checks, err := http.StatusOK, s.checks(ctx), error(nil)
		for _, ch := range checks {
			if ch.err != nil {
				status, err = http.StatusServiceUnavailable, ch.err
			}
		}
		if err != nil {
			c.Set(rest.CauseKey, rest.ForLog(err))
		}
		c.Data(status, "application/json", readiness(checks))
	})
}

// checkKeys finds keys that are not those of the books, such as after another database was put in their place.
func (s *Server) checkKeys(ctx context.Context) error {
	return s.db.View(ctx, func(tx *store.Tx) error {
		for _, k := range s.keys {
			if err := k.Belongs(ctx, tx); err != nil {
				return err
			}
		}
		return nil
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
	if len(out) == 3 && out[2].err == nil {
		out = append(out, check{"keys", s.checkKeys(ctx)}, check{"writing", s.writing(ctx)})
	}
	return out
}

// writing says whether the books can be written, where somebody means to.
func (s *Server) writing(ctx context.Context) error {
	if s.api.ReadOnly {
		return nil
	}
	return s.db.Writing(ctx)
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

// guarded puts the check for other origins before the API. A browser says where a request comes from, and what changes
// something must come from our own pages; programs send no such header and carry a token that no browser adds.
func (s *Server) guarded(engine http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	return oneInChunks(origins.Handler(engine))
}

// oneInChunks ends a connection after a request whose body came in chunks. Such a request may bear a length besides,
// which net/http leaves aside in silence; a proxy that goes by it would take what follows for the body of this request,
// and we for a request of its own.
func oneInChunks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// crossOrigin refuses with a problem, without going through the router.
func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	c := gin.CreateTestContextOnly(w, s.api.Engine)
	c.Request = r
	rest.Identify(c)
	rest.Protect(c)
	s.fail(c, rest.Refuse("cross_origin"))
}

// pagesForPeople adds the pages, which sign in with the same sessions as the API.
func (s *Server) pagesForPeople(sessions *accounts.Sessions, o Options) {
	s.site = &frame.Site{API: s.api, Demo: o.Demo, Pseudo: o.Pseudo, Enter: sessions.EnterAs}
	if o.SignIn != nil {
		s.site.Ways = append(s.site.Ways, frame.SignInWay{Path: accounts.ProviderPath,
			Text: rest.Text{EN: "Sign in with your organisation", DA: "Log ind med din organisation"}})
	}
	web.Register(s.site)
	sessions.Refuse = s.fail
	sessions.ServePages()
}

// Pages lists the pages and forms, with the operations that a user must be allowed to call for each.
func (s *Server) Pages() []frame.Route { return s.site.Routes }

// fail answers what reached no operation and no page: with a page where a browser asked for one.
func (s *Server) fail(c *gin.Context, err error) {
	if strings.HasPrefix(c.Request.URL.Path, rest.Base) || !strings.Contains(c.GetHeader("Accept"), "text/html") {
		s.api.Fail(c, err)
		return
	}
	s.site.Fail(c, err)
}
