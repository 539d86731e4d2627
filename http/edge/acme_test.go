package edge_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"

	"supportledger/http/edge"
)

// TestAuthorityIssuesCertificates has an authority (Pebble, the one of Let's Encrypt for tests) prove that the server
// has the name and issue a certificate: the first client waits for it, a server started again has it kept, and a
// name that the settings do not have is refused.
func TestAuthorityIssuesCertificates(t *testing.T) {
	const name = "books.example"
	l := listener(t)
	roots, directory := authority(t, l.Addr().(*net.TCPAddr).Port)
	o := edge.Options{Domains: []string{name}, CacheDir: t.TempDir(), Email: "admin@books.example", Directory: directory}
	stop := answering(t, o, l)
	issued, err := handshake(t, l, name, roots)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handshake(t, l, "other.example", roots); err == nil {
		t.Error("a name that is not in the settings gets a certificate")
	}
	stop()

	o.Directory = "https://127.0.0.1:1/away"
	l = listener(t)
	answering(t, o, l)
	again, err := handshake(t, l, name, roots)
	if err != nil || !again.Equal(issued) {
		t.Errorf("a server that is started again has not kept its certificate: %v", err)
	}
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// authority is one that finds every name at this machine and looks for proof at a port of it.
func authority(t *testing.T, port int) (roots *x509.CertPool, directory string) {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	silent := log.New(io.Discard, "", 0)
	free := listener(t)
	_ = free.Close() // for the name server
	names, err := challtestsrv.New(challtestsrv.Config{DNSAddrs: []string{free.Addr().String()}, Log: silent})
	if err != nil {
		t.Fatal(err)
	}
	names.SetDefaultDNSIPv4("127.0.0.1")
	names.SetDefaultDNSIPv6("")
	go names.Run()
	t.Cleanup(names.Shutdown)
	kept := db.NewMemoryStore()
	issuer := ca.New(silent, kept, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: 90 * 24 * 3600}})
	prover := va.New(silent, 1, port, true, free.Addr().String(), kept)
	front := wfe.New(silent, kept, prover, issuer, nil, true, false, 1, 1)
	there := httptest.NewTLSServer(front.Handler())
	t.Cleanup(there.Close)
	trusted := filepath.Join(t.TempDir(), "authority.pem") // as an operator makes a private authority known
	block := &pem.Block{Type: "CERTIFICATE", Bytes: there.Certificate().Raw}
	if err := os.WriteFile(trusted, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", trusted)
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(issuer.GetRootCert(0).PEM())
	return roots, there.URL + wfe.DirectoryPath
}

// answering serves behind an edge until stop.
func answering(t *testing.T, o edge.Options, l net.Listener) (stop func()) {
	t.Helper()
	e, err := edge.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: e.Handler(http.NotFoundHandler()), ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(e.Listen(l)) }()
	t.Cleanup(func() { _ = server.Close() })
	return func() { _ = server.Close() }
}

// handshake is the certificate that a client is shown, checked against the roots.
func handshake(t *testing.T, l net.Listener, name string, roots *x509.CertPool) (*x509.Certificate, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}
