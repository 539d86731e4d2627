package web_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/store"
)

// Every test of pages, with a browser or without, reaches the server through a proxy that holds each form to two
// things. A form that arrives again, as after a double tap or a lost answer, writes nothing more and is answered as the
// first was; where the answer is for the user's eyes alone it is not kept, and the page says what stands now. And a
// form of a page that was opened before the act, with a key of its own, is refused and writes nothing. Both are tried
// on the first success of each form on each engine, so a new form is covered by the first test that sends it.

// repeatedForms are the forms that were sent again in this process: by route and engine, which of the two was tried.
var repeatedForms sync.Map

// actsAgain are forms that may be sent once more, and why.
var actsAgain = map[string]string{
	"/demo/sign-in":          "each is a session of its own",
	"/sign-in":               "each is a session of its own, and takes a code of its own",
	"/receivers/:id/replays": "to where the position stands already it changes nothing",
}

// unkept are forms whose answer is for the user's eyes alone: no key keeps it, so the second is answered by
// what stands now.
var unkept = map[string]string{
	"/account-changes/:id/decisions": "it may hold an invitation",
	"/donor-imports":                 "it shows the rows of the file",
	"/invitation":                    "an invitation counts once",
	"/me/passkeys":                   "a challenge counts once",
	"/me/sign-out-everywhere":        "the session is at its end",
	"/payees/:id/bank-details":       "it shows an account",
}

// before puts the proxy before a server and gives its address.
func (w world) before(t *testing.T, server string) string {
	t.Helper()
	at, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	proxy := &http.Server{ReadHeaderTimeout: time.Minute, Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1, Transport: again{t, w}, ErrorHandler: func(http.ResponseWriter, *http.Request, error) {},
	}}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = proxy.Serve(l) }()
	t.Cleanup(func() { _ = proxy.Close(); <-ended })
	return "http://" + l.Addr().String()
}

// again sends forms again.
type again struct {
	t *testing.T
	w world
}

var (
	formKey  = regexp.MustCompile(`form_key(?:=|"\r\n\r\n)(web_[0-9a-z]+)`)
	formSeen = regexp.MustCompile(`form_seen(?:=|"\r\n\r\n)[^&\r]`)
)

func (a again) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPost || strings.HasPrefix(req.URL.Path, "/api/") || req.Body == nil {
		return http.DefaultTransport.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := http.DefaultTransport.RoundTrip(req)
	key := formKey.FindSubmatch(body)
	if err != nil || resp.StatusCode != http.StatusSeeOther || key == nil {
		return resp, err
	}
	form, _ := a.w.formOf(req.URL.Path)
	route := form.Path
	if _, before := repeatedForms.LoadOrStore(route+engineOf(a.t), ""); before || actsAgain[route] != "" {
		return resp, nil
	}
	first := resp.Header.Get("Location")
	written := a.w.events(a.t)
	if status, to, said := a.send(req, body); (status != http.StatusSeeOther || to != first) &&
		(unkept[route] == "" || status >= http.StatusInternalServerError) {
		a.t.Errorf("form %s, sent twice: %d %s, not %s: %s", route, status, to, first, said)
	}
	tried := "sent again"
	if formSeen.Match(body) {
		stale := bytes.ReplaceAll(body, key[1], []byte(store.NewID("web")))
		if status, _, said := a.send(req, stale); status < http.StatusBadRequest || !strings.Contains(said, "<h1") {
			a.t.Errorf("form %s, from a page of before the act: %d %s", route, status, said)
		}
		tried = "sent again, and from an old page"
	}
	if now := a.w.events(a.t); now != written {
		a.t.Errorf("form %s, sent again, wrote %d events more", route, now-written)
	}
	repeatedForms.Store(route+engineOf(a.t), tried)
	a.t.Logf("form %s: %s", route, tried)
	return resp, nil
}

// send sends a request with another body of the same length, and gives status, address and text of the answer.
func (a again) send(req *http.Request, body []byte) (status int, to, said string) {
	next := req.Clone(req.Context())
	next.Body = io.NopCloser(bytes.NewReader(body))
	next.ContentLength = int64(len(body))
	next.Header.Del("Accept-Encoding") // to read what it says
	resp, err := http.DefaultTransport.RoundTrip(next)
	if err != nil {
		a.t.Error(err)
		return 0, "", ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Error(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

// engineOf names the engine of a test.
func engineOf(t *testing.T) string {
	if strings.Contains(t.Name(), "/postgres") {
		return " on postgres"
	}
	return " on sqlite"
}
