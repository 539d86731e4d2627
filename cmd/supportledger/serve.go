package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"supportledger/access/vault"
	"supportledger/cmd/systemd"
	"supportledger/cmd/witness"
	"supportledger/http"
	signin "supportledger/http/accounts"
	"supportledger/http/edge"
	"supportledger/http/metrics"
	"supportledger/http/rest"
	"supportledger/http/traces"
	"supportledger/http/upkeep"
	"supportledger/http/webhooks"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// listenAddress is a flag that holds HOST:PORT.
type listenAddress string

// UnmarshalText wants a host and a port; the host may be empty (all addresses), the port 0 (a free one).
func (a *listenAddress) UnmarshalText(text []byte) error {
	if _, _, err := net.SplitHostPort(string(text)); err != nil {
		return fmt.Errorf("%q is not HOST:PORT; write for example 127.0.0.1:8420", text)
	}
	*a = listenAddress(text)
	return nil
}

func (a listenAddress) listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", string(a))
	if err != nil {
		return nil, fmt.Errorf("cannot listen there; choose another address with --addr: %w", err)
	}
	return listener, nil
}

type serveCommand struct {
	books
	evidenceFlags
	vaultFlags
	providerFlags
	edgeFlags
	Public string `placeholder:"https://books.example" help:"Address at which the public reaches this server: statements get a code that leads to its page for checking them."`
	mailFlags
	careFlags
	witnessFlags
	webhookFlags
	logFlags
	Rate        int           `default:"1000" placeholder:"N" help:"Requests a second that each token may make, twice as many at once; 0 does not limit (1000)."`
	ReadOnly    bool          `help:"Answer what reads, and refuse what would write: for maintenance, or to look at a copy."`
	TracesTo    string        `placeholder:"URL" help:"Collector of OpenTelemetry (OTLP over HTTP, http://127.0.0.1:4318) that is told how long the parts of requests took, without ids and values; none where it is not said."`
	Setup       bool          `help:"Where there are no books yet: make them in a browser first, by the link that is printed. Where there are books, it does nothing."`
	MetricsAddr listenAddress `placeholder:"HOST:PORT" help:"Address for /metrics (Prometheus) and /debug/pprof/, on this machine or a network of monitors; none where it is not said."`
}

// sensible checks what the settings say together, before anything is opened.
func (s serveCommand) sensible() error {
	if _, err := s.provider(s.Public); err != nil {
		return err
	}
	if _, err := s.edge(); err != nil {
		return err
	}
	if _, err := s.targets(); err != nil {
		return err
	}
	if _, err := recipients("--backup-encrypt-to", s.BackupEncryptTo); err != nil {
		return err
	}
	if s.BackupDir != "" && s.BackupEvery < time.Minute {
		return misuse("--backup-every: a minute is the least")
	}
	if len(s.AlarmTo) > 0 && s.MailServer == "" {
		return misuse("--alarm-to wants --mail-server: who takes the mails")
	}
	if s.Witness != "" {
		if _, err := s.Witness.Remembered(); err != nil {
			return misuse("--witness: %v", err)
		}
	}
	return nil
}

// memoryLimit is from where on garbage is collected sooner: a thousand requests at once stay below 200 MB. GOMEMLIMIT
// says otherwise.
const memoryLimit = 64 << 20

// opened is all that a server is made of.
type openedBooks struct {
	db      *store.DB
	archive *evidence.Archive
	people  *vault.Vault
	care    *care
}

// Run serves until it is told to stop, then finishes the requests in flight.
func (s serveCommand) Run(ctx context.Context, c console, file configFile) (err error) {
	if err := s.sensible(); err != nil {
		return err
	}
	fmt.Fprintf(c.err, "supportledger %s: opening the books\n", version())
	spareProcessor()
	log, level := s.logger(c.err)
	way, err := s.edge()
	if err != nil {
		return err
	}
	listener, setUp, err := s.setUp(ctx, c, way)
	if err != nil {
		return err
	}
	o, closeBooks, err := s.openAll(ctx, c, log)
	if err != nil {
		return err
	}
	defer also(&err, closeBooks)
	if listener, err = s.listen(ctx, way, listener); err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	k, err := s.carer(o, log, string(file))
	if err != nil {
		return err
	}
	k.end, o.care = end, k
	counted, err := s.measure(ctx, k)
	if err != nil {
		return err
	}
	traced, err := s.trace(ctx, o.db)
	if err != nil {
		return err
	}
	defer traced.Shutdown(context.WithoutCancel(ctx))
	//nolint:contextcheck // every request brings a context of its own
	server, err := s.server(o, log, way, counted, traced)
	if err != nil {
		return err
	}
	setUp.To(server)
	if !s.ReadOnly {
		stop, err := s.work(ctx, o, log)
		if err != nil {
			return err
		}
		defer also(&err, stop)
	}
	tended, stop := s.tended(ctx, k)
	defer func() {
		stop()
		<-tended
	}()
	heed(ctx, reloads{way: way, level: level, file: string(file), log: log})
	fmt.Fprintf(c.err, "Listening on %s://%s%s/docs\n", way.Scheme(), listener.Addr(), rest.Base)
	systemd.Notify("READY=1")
	go systemd.Beat(ctx, func() bool { return o.db.Ping(ctx) == nil })
	if err := server.Serve(ctx, way.Listen(listener)); err != nil {
		return err
	}
	fmt.Fprintln(c.err, "Stopped; every request in flight was answered.")
	if cause := context.Cause(ctx); witness.Older(cause) {
		return cause
	}
	return nil
}

// work begins what is done beside requests: jobs, and webhooks to their receivers. stop waits for what is under way.
func (s serveCommand) work(ctx context.Context, o openedBooks, log *slog.Logger) (stop func() error, err error) {
	to, err := s.targets()
	if err != nil {
		return nil, err
	}
	hooks := &webhooks.Sender{DB: o.db, Vault: o.people, To: to, Log: log}
	queue := later(o.db, s.Public, o.people, s.mailer(), hooks)
	if err := queue.Start(context.WithoutCancel(ctx)); err != nil { // it works until the last request is answered
		return nil, err
	}
	telling, hang := context.WithCancel(context.WithoutCancel(ctx))
	told := make(chan struct{})
	go func() {
		defer close(told)
		hooks.Run(telling)
	}()
	return func() error {
		hang()
		<-told
		return queue.Stop(context.WithoutCancel(ctx))
	}, nil
}

// trace begins to tell a collector of requests, where one is named.
func (s serveCommand) trace(ctx context.Context, db *store.DB) (*traces.Traces, error) {
	if s.TracesTo == "" {
		return nil, nil //nolint:nilnil // nobody is told
	}
	t, err := traces.New(ctx, s.TracesTo, version())
	if err != nil {
		return nil, err
	}
	db.OnTxBegin(t.Transaction)
	return t, nil
}

// spareProcessor collects garbage later than Go does by itself: little is kept, much is thrown away, so some tens of
// megabytes spare a tenth of the processor.
func spareProcessor() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}

// openAll opens the books with their keys, and sees that they are the ones that were served before. What it opened is
// closed by closeAll, or by itself where it fails.
func (s serveCommand) openAll(ctx context.Context, c console, log *slog.Logger) (
	o openedBooks, closeAll func() error, err error,
) {
	if o.db, err = s.open(ctx, store.Options{Log: log}); err != nil {
		return o, nil, err
	}
	closeArchive := func() error { return nil }
	//nolint:contextcheck // what is open is closed whatever became of ctx
	closeAll = func() error { return errors.Join(closeArchive(), o.db.Close()) }
	err = s.recognise(ctx, o.db)
	if err == nil {
		o.archive, closeArchive, err = s.archive(s.at())
	}
	if err == nil {
		o.people, err = s.vault(ctx)
	}
	if err == nil && !s.ReadOnly {
		err = claimKeys(ctx, o.db, o.people, o.archive)
	}
	if err == nil {
		err = settle(ctx, o.db, o.people, c)
	}
	if err != nil {
		return o, nil, errors.Join(err, closeAll())
	}
	return o, closeAll, nil
}

// server makes the server of the opened books.
func (s serveCommand) server(o openedBooks, log *slog.Logger, way *edge.Edge, counted *metrics.Metrics,
	traced *traces.Traces) (
	*http.Server, error,
) {
	vouching, err := s.provider(s.Public)
	if err != nil {
		return nil, err
	}
	to, err := s.targets()
	if err != nil {
		return nil, err
	}
	options := http.Options{Webhooks: to, Log: log, Version: version(), Evidence: o.archive, Vault: o.people,
		Address: s.Public, RequestsPerSecond: s.Rate, SignIn: vouching, ReadOnly: s.ReadOnly, Around: way.Handler,
		Machine: &upkeep.Machine{BackupDir: s.BackupDir, Verified: o.care.verified.Get,
			Findings: func(ctx context.Context) []upkeep.Finding { return s.findings(ctx, o.db, way) }}}
	if counted != nil {
		options.Observe = append(options.Observe, counted.Observe)
	}
	if traced != nil {
		options.Observe = append(options.Observe, traced.Observe())
	}
	return http.New(o.db, options)
}

// providerFlags say which identity provider vouches for people who sign in.
type providerFlags struct {
	Issuer     string `name:"oidc-issuer" env:"SUPPORTLEDGER_OIDC_ISSUER" placeholder:"https://login.example" help:"Identity provider (OpenID Connect) that people may sign in through; or SUPPORTLEDGER_OIDC_ISSUER. Needs --public: it sends people back to PUBLIC/sign-in/return."`
	Client     string `name:"oidc-client" env:"SUPPORTLEDGER_OIDC_CLIENT" placeholder:"ID" help:"Id of this server at the provider; or SUPPORTLEDGER_OIDC_CLIENT."`
	SecretFile string `name:"oidc-secret-file" env:"SUPPORTLEDGER_OIDC_SECRET_FILE" placeholder:"FILE" help:"File whose first line is the secret of this server there; none for a public client."`
	ACR        string `name:"oidc-acr" env:"SUPPORTLEDGER_OIDC_ACR" placeholder:"VALUE" help:"The acr by which the provider says that somebody showed two factors; without it only amr mfa says so."`
}

// provider is what the flags say, nil without an issuer.
func (p providerFlags) provider(public string) (*signin.IdentityProvider, error) {
	if p.Issuer == "" {
		if p.Client != "" || p.SecretFile != "" || p.ACR != "" {
			return nil, misuse("--oidc-client, --oidc-secret-file and --oidc-acr want --oidc-issuer: the provider's address")
		}
		return nil, nil //nolint:nilnil // none is set up
	}
	if p.Client == "" || public == "" {
		return nil, misuse("--oidc-issuer wants --oidc-client, the id of this server at the provider, and --public, where " +
			"it sends people back to")
	}
	out := &signin.IdentityProvider{Issuer: p.Issuer, Client: p.Client, ACR: p.ACR}
	if p.SecretFile == "" {
		return out, nil
	}
	secret, err := firstLine("--oidc-secret-file", p.SecretFile)
	out.Secret = secret
	return out, err
}
