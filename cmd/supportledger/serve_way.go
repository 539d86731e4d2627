package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"supportledger/cmd/alarms"
	"supportledger/cmd/systemd"
	"supportledger/http/edge"
	"supportledger/http/metrics"
)

// edgeFlags say how clients reach the server.
type edgeFlags struct {
	Addr          listenAddress `default:"127.0.0.1:8420" placeholder:"HOST:PORT" help:"Address to listen on (127.0.0.1:8420). Beyond loopback it takes TLS, or a proxy that ends it. A socket of systemd takes its place."`
	TLSCert       string        `name:"tls-cert" placeholder:"FILE" help:"Certificate in PEM, with those between; read again when it changes."`
	TLSKey        string        `name:"tls-key" placeholder:"FILE" help:"Its key."`
	ACMEDomain    []string      `name:"acme-domain" placeholder:"NAME" help:"Have an authority (Let's Encrypt) issue a certificate for this name; the server must be reached on port 443 of it."`
	ACMEEmail     string        `name:"acme-email" placeholder:"ADDRESS" help:"Where the authority writes to."`
	ACMEDir       string        `name:"acme-dir" placeholder:"DIR" help:"Folder for what the authority issued; acme beside the SQLite file where none is given."`
	ACMEDirectory string        `name:"acme-directory" placeholder:"URL" help:"Another authority than Let's Encrypt."`
	BehindProxy   []string      `placeholder:"ADDRESS|NETWORK" help:"Addresses of proxies that end TLS and send X-Forwarded-Proto; nobody else is answered."`
}

// edge reads what the flags say.
func (s serveCommand) edge() (*edge.Edge, error) {
	proxies, err := edge.ParseProxies(s.BehindProxy)
	if err != nil {
		return nil, misuse("--behind-proxy: %v", err)
	}
	o := edge.Options{CertFile: s.TLSCert, KeyFile: s.TLSKey, Domains: s.ACMEDomain, Email: s.ACMEEmail,
		CacheDir: s.ACMEDir, Directory: s.ACMEDirectory, Proxies: proxies}
	if file, ok := s.at().file(); ok && o.CacheDir == "" {
		o.CacheDir = filepath.Join(filepath.Dir(file), "acme")
	}
	e, err := edge.New(o)
	if err != nil {
		return nil, misuse("--tls-cert, --tls-key, --acme-domain: %v", err)
	}
	return e, nil
}

// listen takes the listener that setup had, or the socket of systemd, or opens one, and refuses one on which everybody
// could read along.
func (s serveCommand) listen(ctx context.Context, way *edge.Edge, had net.Listener) (net.Listener, error) {
	if had != nil {
		return had, nil
	}
	listener, err := systemd.HandedOver()
	if err == nil && listener == nil {
		listener, err = s.Addr.listen(ctx)
	}
	if err != nil {
		return nil, err
	}
	var open *edge.Clear
	if err := way.Permit(listener.Addr()); errors.As(err, &open) {
		_ = listener.Close() // nothing was heard on it
		return nil, misuse("%v. Give --tls-cert and --tls-key, or --acme-domain, or name the proxy that ends TLS with "+
			"--behind-proxy", open)
	}
	return listener, nil
}

// logFlags say what goes into the log.
type logFlags struct {
	LogLevel  string `enum:"debug,info,warn,error" default:"info" placeholder:"debug|info|warn|error" help:"What is logged: info (the default) has a line for each request, warn only what failed. Read again at SIGHUP."`
	LogFormat string `enum:"json,text" default:"json" placeholder:"json|text" help:"How: json (the default) or text."`
}

// logger writes to where systemd or the container reads; its level can be changed.
func (f logFlags) logger(to io.Writer) (*slog.Logger, *slog.LevelVar) {
	level := new(slog.LevelVar)
	_ = level.UnmarshalText([]byte(f.LogLevel)) // one of the enum
	o := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(to, o)), level
	}
	return slog.New(slog.NewJSONHandler(to, o)), level
}

// reloads are what SIGHUP reads again.
type reloads struct {
	way   *edge.Edge
	level *slog.LevelVar
	file  string
	log   *slog.Logger
}

// heed reads certificate and level of the log again at SIGHUP. No connection is cut. Other settings take a restart.
func heed(ctx context.Context, r reloads) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP) // at once: a hang-up that nobody waits for ends the process
	go r.heed(ctx, asked)
}

func (r reloads) heed(ctx context.Context, asked chan os.Signal) {
	defer signal.Stop(asked)
	for {
		select {
		case <-ctx.Done():
			systemd.Notify("STOPPING=1")
			return
		case <-asked:
		}
		systemd.Notify("RELOADING=1")
		_, now, err := effective(r.file)
		if err == nil {
			err = errors.Join(r.level.UnmarshalText([]byte(now.LogLevel)), r.way.Reload())
		}
		if err != nil {
			r.log.ErrorContext(ctx, "not reloaded", "cause", told(err))
		} else {
			r.log.InfoContext(ctx, "reloaded", "log_level", now.LogLevel)
		}
		systemd.Notify("READY=1")
	}
}

// tended starts to look after the books. The channel closes when it has stopped.
func (s serveCommand) tended(ctx context.Context, k *care) (ended <-chan struct{}, stop func()) {
	ctx, stop = context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.tend(ctx)
	}()
	return done, stop
}

// carer is what looks after the books.
func (s serveCommand) carer(o openedBooks, log *slog.Logger, file string) (*care, error) {
	k := &care{careFlags: s.careFlags, witnessFlags: s.witnessFlags, db: o.db, at: s.at(), log: log,
		alarms: &alarms.Alarms{To: s.AlarmTo, Mailer: s.mailer(), Log: log}, settings: map[string]string{}}
	if s.ReadOnly {
		k.BackupDir, k.Witness = "", "" // whoever looks at a copy leaves no trace of it
	}
	all, _, err := effective(file)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		k.settings[one.name] = one.value
	}
	k.documents, err = evidenceFolder{s.Evidence}.open(s.at())
	return k, err
}

// measure opens the address for metrics, where there is one.
func (s serveCommand) measure(ctx context.Context, k *care) (*metrics.Metrics, error) {
	if s.MetricsAddr == "" {
		return nil, nil //nolint:nilnil // nobody measures
	}
	listener, err := s.MetricsAddr.listen(ctx)
	if err != nil {
		return nil, err
	}
	m := metrics.New(version())
	k.db.OnCommit(m.Committed)
	k.measured(m) //nolint:contextcheck // figures are looked up when somebody looks
	m.Serve(ctx, listener)
	return m, nil
}
