package web_test

import (
	"bytes"
	"context"
	"flag"
	"image"
	"image/png"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	apphttp "supportledger/http"
	"supportledger/http/story"
	"supportledger/http/web/frame"
	"supportledger/http/webhooks"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

var update = flag.Bool("update", false, "write the pictures of docs/screens anew")

// contains looks for a text whatever spaces stand between its words.
func contains(page, text string) bool {
	return strings.Contains(strings.Join(strings.Fields(page), " "), strings.Join(strings.Fields(text), " "))
}

// world is a server with pages over books in which a month's work is left undone.
type world struct {
	db   *store.DB
	at   string
	left story.Casework

	people *vault.Vault // seals who people are
	pages  []frame.Route
}

// staged plays the opening of the worked story and the casework on it.
func staged(t *testing.T, db *store.DB) world {
	return stagedWith(t, db, apphttp.Options{Webhooks: caseSystem(t)})
}

// caseSystem is where a receiver may be.
func caseSystem(t *testing.T) webhooks.Targets {
	t.Helper()
	to, err := webhooks.ParseTargets([]string{"https://case.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func stagedWith(t *testing.T, db *store.DB, o apphttp.Options) world {
	t.Helper()
	people := vaulttest.New(t)
	o.Version, o.Vault, o.Demo, o.Evidence = "test", people, true, archive(t)
	server, err := apphttp.New(db, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		_ = server.Close() // a browser keeps connections open
		<-ended
	})
	direct := "http://" + l.Addr().String()
	w := world{db: db, at: "", people: people, pages: server.Pages()}
	w.at = w.before(t, direct)
	player := story.Player{Base: direct, Tokens: users(t, db), Clock: storetest.ClockOf(db).Set}
	told, err := story.Worked()
	if err != nil {
		t.Fatal(err)
	}
	if err := player.Play(t.Context(), told.Of([]string{"S00"})); err != nil {
		t.Fatal(err)
	}
	if w.left, err = player.LeaveCasework(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// users opens books with a user, and a token, for every role.
func users(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Fyrlys"}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		for _, role := range access.Roles {
			user, err := access.CreateUser(t.Context(), tx, string(role), role)
			if err != nil {
				return err
			}
			if out[string(role)], err = access.IssueToken(t.Context(), tx, user.ID, 2*365*24*time.Hour); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// reader is a browser without a screen: cookies, forms, no script.
type reader struct {
	t    *testing.T
	at   string
	http *http.Client
	lang string
}

// as signs in as the demo user of a role.
func (w world) as(t *testing.T, role access.Role) reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// A jar keeps a Secure cookie from plain HTTP to itself; browsers make an exception for this machine.
	r := reader{t, w.at, &http.Client{Jar: trusting{jar}, Timeout: 30 * time.Second}, "da"}
	if role != "" {
		r.post("/demo/sign-in", url.Values{"user": {string(role)}, "next": {"/me"}}).want(http.StatusOK)
	}
	return r
}

// trusting is a jar for which this machine is safe.
type trusting struct{ *cookiejar.Jar }

func secure(u *url.URL) *url.URL {
	s := *u
	s.Scheme = "https"
	return &s
}

func (j trusting) SetCookies(u *url.URL, all []*http.Cookie) { j.Jar.SetCookies(secure(u), all) }
func (j trusting) Cookies(u *url.URL) []*http.Cookie         { return j.Jar.Cookies(secure(u)) }

// sheet is a page as it came.
type sheet struct {
	t      *testing.T
	status int
	header http.Header
	body   string
	path   string
}

func (r reader) get(path string) sheet {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.at+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.send(req)
}

func (r reader) post(path string, form url.Values) sheet {
	r.t.Helper()
	if !form.Has(frame.KeyField) { // every form has one
		form = maps.Clone(form)
		form.Set(frame.KeyField, store.NewID("web"))
	}
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.at+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.send(req)
}

func (r reader) send(req *http.Request) sheet {
	r.t.Helper()
	req.Header.Set("Accept", "text/html")
	if req.Header.Get("Accept-Language") == "" {
		req.Header.Set("Accept-Language", r.lang)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return sheet{r.t, resp.StatusCode, resp.Header, string(body), resp.Request.URL.RequestURI()}
}

func (s sheet) want(status int) sheet {
	s.t.Helper()
	if s.status != status {
		s.t.Fatalf("%s: %d, want %d:\n%s", s.path, s.status, status, s.body)
	}
	return s
}

// says wants every text in the page.
func (s sheet) says(texts ...string) sheet {
	s.t.Helper()
	for _, text := range texts {
		if !contains(s.body, text) {
			s.t.Errorf("%s does not say %q:\n%s", s.path, text, s.body)
		}
	}
	return s
}

// hidden is the value of a field that the page carries, by name, in the first form that has it.
func (s sheet) hidden(name string) string {
	s.t.Helper()
	_, after, found := strings.Cut(s.body, `name="`+name+`" value="`)
	if !found {
		s.t.Fatalf("%s has no field %s:\n%s", s.path, name, s.body)
	}
	value, _, _ := strings.Cut(after, `"`)
	return strings.ReplaceAll(value, "&#34;", `"`)
}

// archive keeps documents in a temporary folder.
func archive(t *testing.T) *evidence.Archive {
	t.Helper()
	key, err := evidence.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// receipt draws a small picture into a file.
func receipt(t *testing.T) string {
	t.Helper()
	paper := image.NewGray(image.Rect(0, 0, 240, 320))
	for i := range paper.Pix {
		paper.Pix[i] = uint8(0x80 + i%0x60)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, paper); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "receipt.png")
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
