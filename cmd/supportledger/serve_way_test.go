package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"supportledger/backup"
	"supportledger/store"
	"supportledger/store/storetest"
)

// selfSigned writes a certificate for localhost and its key.
func selfSigned(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der},
		key: {Type: "PRIVATE KEY", Bytes: bytes}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// get sends a GET past the API's client and gives status, headers and body.
func get(t *testing.T, url string, headers ...string) (status int, h http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

const listening = `Listening on (https?://\S+)/api/v1/docs`

// Nothing is said in the clear where others could listen: the server ends TLS itself, or answers its proxy only.
func TestNothingInTheClear(t *testing.T) {
	db, dir := storetest.SQLite(t), t.TempDir()
	opened(t, db)
	dsn := storetest.DSN(db)
	if out := ran(t, exitUsage, "serve", "--db", dsn, "--addr", "0.0.0.0:0"); !strings.Contains(out, "nothing encrypts") {
		t.Error(out)
	}
	if out := ran(t, exitUsage, "serve", "--db", dsn, "--tls-cert", "x"); !strings.Contains(out, "go together") {
		t.Error(out)
	}
	cert, key := selfSigned(t, dir, 1)
	p := begin(t, nil, "serve", "--db", dsn, "--addr", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key)
	url := p.await(listening)[0]
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(url, "https://"))
	serial := func() (int64, string) {
		conn, err := tls.Dial("tcp", "127.0.0.1:"+port, &tls.Config{InsecureSkipVerify: true,
			NextProtos: []string{"http/1.1"}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, "GET /livez HTTP/1.0\r\n\r\n")
		text, _ := io.ReadAll(conn)
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), string(text)
	}
	if n, answer := serial(); n != 1 || !strings.Contains(answer, "Strict-Transport-Security: max-age=31536000") {
		t.Errorf("certificate %d, answer %s", n, answer)
	}
	selfSigned(t, dir, 2)
	p.signal(syscall.SIGHUP)
	p.await(`"msg":"reloaded"`)
	if n, _ := serial(); n != 2 {
		t.Errorf("after SIGHUP the certificate is still %d", n)
	}
	p.signal(syscall.SIGTERM)
	p.exit()

	p = begin(t, nil, "serve", "--db", dsn, "--addr", "127.0.0.1:0", "--behind-proxy", "127.0.0.1")
	url = p.await(listening)[0]
	for _, c := range []struct {
		path, proto string
		want        int
	}{{"/api/v1/docs/index.html", "https", 200}, {"/api/v1/docs/index.html", "http", 403},
		{"/api/v1/docs/index.html", "", 403}, {"/readyz", "", 200}} {
		status, h, body := get(t, url+c.path, "X-Forwarded-Proto", c.proto)
		if status != c.want {
			t.Errorf("%s by %q: %d, want %d: %s", c.path, c.proto, status, c.want, body)
		}
		if c.proto == "https" && h.Get("Strict-Transport-Security") == "" {
			t.Error("no HSTS behind the proxy")
		}
	}
	p = begin(t, nil, "serve", "--db", dsn, "--addr", "127.0.0.1:0", "--behind-proxy", "192.0.2.0/24")
	if status, _, _ := get(t, p.await(listening)[0]+"/api/v1/funds", "X-Forwarded-Proto", "https"); status != 403 {
		t.Errorf("somebody who is not the proxy is answered %d", status)
	}
}

// A setting is said by flag, environment or file, the first counts, and a wrong one is named with its line.
func TestConfiguration(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "supportledger.conf")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# ours\ndb = postgres://u:secret@localhost/books\naddr = 127.0.0.1:1\nrate = 7\n" +
		"mail-server = mail.example:25\nmail-from = a@example.org\nmail-password = hush\nbackup-encrypt-to =\n")
	t.Setenv("SUPPORTLEDGER_RATE", "8")
	out := ran(t, 0, "config", "show", "--config", file)
	for _, want := range []string{"127.0.0.1:1 ", "supportledger.conf, line 3", "environment, SUPPORTLEDGER_RATE", "(set)",
		"postgres://u:xxxxx@localhost/books", "# default"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if strings.Contains(out, "hush") || strings.Contains(out, ":secret") {
		t.Errorf("a secret is shown:\n%s", out)
	}
	var values map[string]string
	if err := json.Unmarshal([]byte(ran(t, 0, "config", "show", "--json", "--config", file)), &values); err != nil ||
		values["rate"] != "8" || values["addr"] != "127.0.0.1:1" {
		t.Errorf("%v %v", err, values)
	}
	ran(t, 0, "config", "check", "--config", file)
	for text, want := range map[string]string{
		"add = 1":                            `line 1: there is no setting "add"; did you mean addr?`,
		"\nserve":                            "line 2: write NAME = VALUE",
		"addr = nowhere":                     "is not HOST:PORT",
		"addr = 127.0.0.1:1\naddr = [::1]:1": "says addr twice",
		"log-level = loud":                   "log-level",
		"behind-proxy = example.org":         "neither an address nor a network",
		"tls-cert = a":                       "go together",
		"witness = /nowhere/at/all":          "there is no folder",
		"alarm-to = a@example.org":           "wants --mail-server",
		"vault-key = /nowhere/at/all":        "vault-key: no such file",
		"backup-encrypt-to = nonsense":       "neither a key",
	} {
		write(text)
		if out := ran(t, exitUsage, "config", "check", "--config", file); !strings.Contains(out, want) {
			t.Errorf("%s: %q is not in\n%s", text, want, out)
		}
	}
	ran(t, exitUsage, "config", "check", "--config", filepath.Join(dir, "nowhere"))
	db := storetest.SQLite(t)
	opened(t, db)
	write("db = " + storetest.DSN(db) + "\naddr = 127.0.0.1:0\nlog-level = warn\n")
	p := begin(t, []string{"SUPPORTLEDGER_CONFIG=" + file}, "serve")
	url := p.await(listening)[0]
	get(t, url+"/livez")
	if strings.Contains(p.said(), `"msg":"request"`) {
		t.Errorf("a request is logged below the level:\n%s", p.said())
	}
	write("db = " + storetest.DSN(db) + "\naddr = 127.0.0.1:0\nlog-level = info\n")
	p.signal(syscall.SIGHUP)
	p.await(`"msg":"reloaded"`)
	get(t, url+"/livez")
	p.await(`"route":"/livez"`)
	ran(t, 0, "verify", "--config", file) // other commands find the books by it
}

// systemd hears of the server, and hands it a socket that outlives a restart.
func TestUnderSystemd(t *testing.T) {
	db, dir := storetest.SQLite(t), t.TempDir()
	opened(t, db)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "n"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	heard := func() string {
		t.Helper()
		buf := make([]byte, 100)
		_ = socket.SetReadDeadline(time.Now().Add(20 * time.Second))
		n, err := socket.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	file, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	serve := func() *exec.Cmd {
		// LISTEN_PID has to be the server's own id, which a shell knows that becomes it.
		cmd := exec.Command("/bin/sh", "-c", "LISTEN_PID=$$ exec supportledger serve --db "+storetest.DSN(db))
		cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+filepath.Join(dir, "n"), "LISTEN_FDS=1", "WATCHDOG_USEC=200000")
		cmd.ExtraFiles = []*os.File{file}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	for range 2 {
		cmd := serve()
		states := []string{heard(), heard()}
		if !slices.Contains(states, "READY=1") || !slices.Contains(states, "WATCHDOG=1") {
			t.Errorf("systemd heard %v", states)
		}
		if status, _, _ := get(t, "http://"+listener.Addr().String()+"/readyz"); status != 200 {
			t.Errorf("ready: %d", status)
		}
		_ = cmd.Process.Signal(syscall.SIGTERM)
		for heard() != "STOPPING=1" {
		}
		_ = cmd.Wait()
		if cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("exit code %d", cmd.ProcessState.ExitCode())
		}
	}
}

// A server that only reads answers what reads, says so to what would write, and leaves the books as they are.
func TestReadOnly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens, before := opened(t, db), events(t, db)
		p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--read-only")
		url := p.await(listening)[0]
		call{token: tokens["auditor"], path: "/funds"}.must(t, url, http.StatusOK)
		for _, c := range []call{
			{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")},
			{tokens["finance_officer"], "k", "/opening-balances",
				`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1.00"}`},
		} {
			if a := c.must(t, url, http.StatusServiceUnavailable); !strings.Contains(a.body, `"read_only"`) {
				t.Error(a.body)
			}
		}
		if events(t, db) != before {
			t.Error("something was written")
		}
	})
}

// An older copy of the books that is put back is noticed at the start, and served only when somebody says so; the
// books say then that somebody did.
func TestRollbackIsNoticed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens, dir := opened(t, db), t.TempDir()
		older, _ := made(t, storetest.DSN(db))
		args := func(dsn string, more ...string) []string {
			return append([]string{"serve", "--db", dsn, "--addr", "127.0.0.1:0", "--witness", dir}, more...)
		}
		p := begin(t, nil, args(storetest.DSN(db))...)
		url := p.await(listening)[0]
		call{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
		p.signal(syscall.SIGTERM)
		if code := p.exit(); code != 0 {
			t.Fatal(p.said())
		}
		p = begin(t, nil, args(storetest.DSN(db))...) // the same books are known again
		p.await(listening)
		p.kill()
		into := emptyOf(t, db.Engine())
		ran(t, 0, "restore", older, "--into", into, "--evidence", t.TempDir())
		if out := ran(t, exitFound, args(into)...); !strings.Contains(out, "smaller than an earlier") ||
			!strings.Contains(out, "--acknowledge-rollback") {
			t.Error(out)
		}
		p = begin(t, nil, args(into, "--acknowledge-rollback")...)
		p.await(listening)
		p.kill()
		out := ran(t, 0, "verify", "--db", into)
		_, m := made(t, into)
		if !strings.Contains(out, fmt.Sprintf("%d leaves", m.Leaves)) {
			t.Error(out)
		}
		file, _ := made(t, into)
		if _, err := (backup.Source{Open: opener(file)}).Members(func(name string, content []byte) error {
			if strings.HasPrefix(name, "tables/audit_events.") &&
				!strings.Contains(string(content), "books.rollback_acknowledged") {
				t.Error("no audit event says that the rollback was acknowledged")
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		p = begin(t, nil, args(into)...)
		p.await(listening)
	})
}

// The server keeps backups by itself, verifies its books, and tells both to whoever measures.
func TestServerCaresForItsBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens, dir := opened(t, db), t.TempDir()
		address := freeAddress(t)
		p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--backup-dir", dir,
			"--metrics-addr", address)
		url := p.await(listening)[0]
		p.await(`"msg":"verify","ok":true`)
		call{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
		call{token: "slt_no", path: "/funds"}.must(t, url, http.StatusUnauthorized)
		all, err := backup.List(dir)
		if err != nil || len(all) != 1 {
			t.Fatalf("%v %v", all, err)
		}
		ran(t, 0, "backup", "verify", all[0].Path)
		settings := ""
		if _, err := (backup.Source{Open: opener(all[0].Path)}).Members(func(name string, content []byte) error {
			if name == "settings.json" {
				settings = string(content)
			}
			return nil
		}); err != nil || !strings.Contains(settings, `"rate":"1000"`) {
			t.Errorf("%v, settings %s", err, settings)
		}
		_, _, text := get(t, "http://"+address+"/metrics")
		for _, want := range []string{
			`supportledger_requests_total{method="POST",route="/api/v1/funds",status="201"} 1`,
			`supportledger_problems_total{code="unauthenticated"} 1`, "supportledger_verify_clean 1",
			"supportledger_backup_age_seconds ", "supportledger_commit_seconds_count ", "process_open_fds ",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is not among the metrics:\n%s", want, text)
			}
		}
		if status, _, _ := get(t, "http://"+address+"/debug/pprof/goroutine?debug=1"); status != 200 {
			t.Errorf("pprof: %d", status)
		}
		if status, _, _ := get(t, url+"/metrics"); status != 404 {
			t.Errorf("metrics on the address of the API: %d", status)
		}
	})
}

// freeAddress is one on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
