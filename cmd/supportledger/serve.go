package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"supportledger/http"
	signin "supportledger/http/accounts"
	"supportledger/http/rest"
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
	Addr   listenAddress `default:"127.0.0.1:8420" placeholder:"HOST:PORT" help:"Address to listen on (127.0.0.1:8420). Put a TLS proxy in front of anything but loopback."`
	Public string        `placeholder:"https://books.example" help:"Address at which the public reaches this server: statements get a code that leads to its page for checking them."`
	mailFlags
	Rate int `default:"1000" placeholder:"N" help:"Requests a second that each token may make, twice as many at once; 0 does not limit (1000)."`
}

// Run serves until it is told to stop, then finishes the requests in flight.
func (s serveCommand) Run(ctx context.Context, c console) (err error) {
	vouching, err := s.provider(s.Public)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "supportledger %s: opening the books\n", version())
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300) // little is kept, much is thrown away: some tens of megabytes spare a tenth of the processor
	}
	log := slog.New(slog.NewJSONHandler(c.err, nil))
	db, err := s.open(ctx, store.Options{Log: log})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	archive, closeArchive, err := s.archive(s.at())
	if err != nil {
		return err
	}
	defer also(&err, closeArchive)
	people, err := s.vault(ctx)
	if err != nil {
		return err
	}
	if err := claimKeys(ctx, db, people, archive); err != nil {
		return err
	}
	if err := settle(ctx, db, people, c); err != nil {
		return err
	}
	//nolint:contextcheck // every request brings a context of its own
	server, err := http.New(db, http.Options{Log: log, Version: version(), Evidence: archive, Vault: people,
		Address: s.Public, RequestsPerSecond: s.Rate,
		SignIn: vouching})
	if err != nil {
		return err
	}
	listener, err := s.Addr.listen(ctx)
	if err != nil {
		return err
	}
	queue := later(db, s.Public, people, s.mailer())
	if err := queue.Start(context.WithoutCancel(ctx)); err != nil { // it works until the last request is answered
		return err
	}
	defer also(&err, func() error { return queue.Stop(context.WithoutCancel(ctx)) })
	fmt.Fprintf(c.err, "Listening on http://%s%s/docs\n", listener.Addr(), rest.Base)
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	fmt.Fprintln(c.err, "Stopped; every request in flight was answered.")
	return nil
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
