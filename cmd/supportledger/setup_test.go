package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// New books are opened in a browser by the link that serve prints, on both engines; the same server goes on with them,
// with keys that are there. Where there are books, setup is over: no link is printed again.
func TestServeSetsUpNewBooks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		dsn, dir := storetest.DSN(db), t.TempDir()
		vaultKey, evidenceKey := filepath.Join(dir, "vault.json"), filepath.Join(dir, "evidence.key")
		args := []string{"serve", "--db", dsn, "--addr", "127.0.0.1:0", "--vault-key", vaultKey,
			"--evidence-key", evidenceKey, "--evidence", filepath.Join(dir, "evidence")}
		p := begin(t, nil, append(args, "--setup")...)
		link := p.await(`(http://\S+)/setup\?word=(\S+)`)
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(p.said())
			}
		})
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar}
		send := func(path string, form url.Values, want string) string {
			t.Helper()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link[0]+path,
				strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return read(t, browser, req, want)
		}
		begun, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link[0]+"/setup?word="+link[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		read(t, browser, begun, "Your organisation")
		page := send("/setup", url.Values{"to": {"open"}, "organisation": {"Fyrlys"}, "base": {"DKK"},
			"from": {"2026-01-01"}, "kept": {"yes"}, "who.admin": {"admin"}, "who.caseworker": {"caseworker"},
			"who.programme_lead": {"lead"}, "who.finance_officer": {"finance"}, "who.treasurer": {"treasurer"}},
			"The books are open")
		_, word, _ := strings.Cut(page, `name="invitation" value="`)
		word, _, _ = strings.Cut(word, `"`)
		send("/setup/finish", url.Values{"invitation": {word}, "password": {"brisk lantern orbit walnut"},
			"again": {"brisk lantern orbit walnut"}}, "Your password is set")
		p.await(`setup is closed\. From now on: supportledger serve`)
		for _, key := range []string{vaultKey, vaultKey + ".halves", evidenceKey} {
			if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v", key, err)
			}
		}
		at := p.await(`Listening on (http://\S+)/api/v1/docs`)[0]
		if said := shell(t, "curl -s "+at+"/readyz"); !strings.Contains(said, `"keys":"ok"`) {
			t.Errorf("not ready: %s", said)
		}
		p.signal(syscall.SIGTERM)
		if code := p.exit(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.said())
		}
		if n := strings.Count(p.said(), link[1]); n != 1 {
			t.Errorf("the word of the link is told %d times, in the log as well", n)
		}

		again := begin(t, nil, append(args, "--setup")...)
		at = again.await(`Listening on (http://\S+)/api/v1/docs`)[0]
		if strings.Contains(again.said(), "/setup") {
			t.Errorf("setup is open again:\n%s", again.said())
		}
		if said := shell(t, "curl -s '"+at+"/setup?word="+link[1]+"'"); !strings.Contains(said, "no_such_path") {
			t.Errorf("setup answers: %s", said)
		}
	})
}

// read sends a request and wants a text in the answer.
func read(t *testing.T, browser *http.Client, req *http.Request, want string) string {
	t.Helper()
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en")
	resp, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), want) {
		t.Fatalf("%s answers %d without %q:\n%s", req.URL.Path, resp.StatusCode, want, body)
	}
	return string(body)
}
