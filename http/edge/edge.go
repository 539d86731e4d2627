package edge

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Options say how clients reach the server. The zero value is for loopback only.
type Options struct {
	CertFile, KeyFile string         // a certificate and its key, in PEM; read again when they change
	Domains           []string       // for which an authority issues certificates, by ACME
	Email             string         // for the authority's letters
	CacheDir          string         // keeps what the authority issued
	Directory         string         // of the authority; "" is Let's Encrypt
	Proxies           []netip.Prefix // that end TLS in front of us; nobody else is answered
}

// Edge answers clients the way that Options say.
type Edge struct {
	options Options
	files   *certificate
	acme    *autocert.Manager
}

// New reads the certificate, where there is one.
func New(o Options) (*Edge, error) {
	e := &Edge{options: o}
	switch {
	case (o.CertFile == "") != (o.KeyFile == ""):
		return nil, errors.New("a certificate and its key go together: give both files")
	case o.CertFile != "" && len(o.Domains) > 0:
		return nil, errors.New("a certificate comes from files or from an authority, not from both")
	case o.CertFile != "":
		e.files = &certificate{certFile: o.CertFile, keyFile: o.KeyFile}
		return e, e.files.load()
	case len(o.Domains) > 0:
		if o.CacheDir == "" {
			return nil, errors.New("certificates of an authority need a folder to be kept in")
		}
		e.acme = &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(o.CacheDir), Email: o.Email,
			HostPolicy: autocert.HostWhitelist(o.Domains...)}
		if o.Directory != "" {
			e.acme.Client = &acme.Client{DirectoryURL: o.Directory}
		}
	}
	return e, nil
}

// Encrypted says whether the server ends TLS itself.
func (e *Edge) Encrypted() bool { return e.files != nil || e.acme != nil }

// Clear is an address at which everybody on the network could read along.
type Clear struct{ Addr string }

func (c *Clear) Error() string {
	return c.Addr + " can be reached from the network, and nothing encrypts what is said there"
}

// Permit refuses an address beyond this machine where nothing encrypts.
func (e *Edge) Permit(addr net.Addr) error {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() || e.Encrypted() || len(e.options.Proxies) > 0 {
		return nil
	}
	return &Clear{addr.String()}
}

// Listen puts TLS on a listener.
func (e *Edge) Listen(l net.Listener) net.Listener {
	switch {
	case e.files != nil:
		return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
			GetCertificate: e.files.get})
	case e.acme != nil:
		config := e.acme.TLSConfig()
		config.MinVersion = tls.VersionTLS12
		return tls.NewListener(l, config)
	}
	return l
}

// Scheme is how an address of the server begins.
func (e *Edge) Scheme() string {
	if e.Encrypted() {
		return "https"
	}
	return "http"
}

// Reload reads the certificate files again, at once.
func (e *Edge) Reload() error {
	if e.files == nil {
		return nil
	}
	return e.files.load()
}

// Expires is when the certificate in the files ends; zero without files.
func (e *Edge) Expires() time.Time {
	if e.files == nil {
		return time.Time{}
	}
	e.files.mu.Lock()
	defer e.files.mu.Unlock()
	return e.files.now.Leaf.NotAfter
}

// hsts tells browsers to come back over TLS only, for a year.
const hsts = "max-age=31536000"

// Handler keeps out whoever does not come through a proxy that was named, or came to the proxy in the clear, and tells
// browsers to stay with TLS.
func (e *Edge) Handler(next http.Handler) http.Handler {
	if !e.Encrypted() && len(e.options.Proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(e.options.Proxies) > 0 && !e.admitted(w, r) {
			return
		}
		w.Header().Set("Strict-Transport-Security", hsts)
		next.ServeHTTP(w, r)
	})
}

// admitted answers for requests that a proxy should not have passed on. Those for health come from monitors on this
// machine as well.
func (e *Edge) admitted(w http.ResponseWriter, r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	from := peer.Addr().Unmap()
	if err == nil && from.IsLoopback() && (r.URL.Path == "/livez" || r.URL.Path == "/readyz") {
		return true
	}
	trusted := false
	for _, p := range e.options.Proxies {
		trusted = trusted || err == nil && p.Contains(from)
	}
	if !trusted {
		http.Error(w, "This server answers its proxy only.", http.StatusForbidden)
		return false
	}
	if r.Header.Get("X-Forwarded-Proto") != "https" {
		http.Error(w, "This request came in the clear, or the proxy does not send X-Forwarded-Proto: https.",
			http.StatusForbidden)
		return false
	}
	return true
}

// ParseProxies reads addresses and networks.
func ParseProxies(given []string) (all []netip.Prefix, err error) {
	for _, g := range given {
		p, err := netip.ParsePrefix(g)
		if err != nil {
			addr, err := netip.ParseAddr(g)
			if err != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network; write 127.0.0.1 or 10.0.0.0/8", g)
			}
			p = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		}
		all = append(all, p)
	}
	return all, nil
}

// certificate is a pair of files, read again when they changed: whoever renews them need not tell us.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	now     *tls.Certificate
	changed time.Time // of the newer file, when they were read
	looked  time.Time
}

// lookEvery is how often the files' times are looked at.
const lookEvery = 10 * time.Second

func (c *certificate) load() error {
	changed, err := c.times()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the certificate in %s does not go with the key in %s: %w", c.certFile, c.keyFile, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.changed, c.looked = &pair, changed, clock.Now()
	return nil
}

func (c *certificate) times() (newer time.Time, err error) {
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return newer, err
		}
		if info.ModTime().After(newer) {
			newer = info.ModTime()
		}
	}
	return newer, nil
}

// get gives the certificate. Files that cannot be read, as in the middle of a renewal, leave the one that we have.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	look := clock.Now().Sub(c.looked) > lookEvery
	if look {
		c.looked = clock.Now()
	}
	was := c.changed
	c.mu.Unlock()
	if look {
		if changed, err := c.times(); err == nil && !changed.Equal(was) {
			_ = c.load() // the old one stays
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, nil
}
