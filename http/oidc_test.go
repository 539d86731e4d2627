package http_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/accounts"

	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// vouching is an identity provider in this process: discovery, keys, and codes that are good once and only with
// the verifier of the challenge. It signs its words with RS256. Alter changes the next word before it is signed.
type vouching struct {
	*httptest.Server
	key   *rsa.PrivateKey
	kid   string
	codes map[string]url.Values // code → what was asked for it
	alter func(header, claims map[string]any)
	amr   []string
	who   string
	mu    sync.Mutex // of codes
	lax   bool       // a code is good more than once
}

const clientOf, secretAt = "books", "a secret that only the two know"

func newProvider(t *testing.T) *vouching {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &vouching{key: key, kid: "k1", codes: map[string]url.Values{}, amr: []string{"pwd", "otp", "mfa"},
		who: "0b6f-subject"}
	mux := http.NewServeMux()
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize",
			"token_endpoint": p.URL + "/token",
			"jwks_uri":       p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": p.kid,
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		asked, ok := p.codes[r.PostFormValue("code")]
		if !p.lax {
			delete(p.codes, r.PostFormValue("code"))
		}
		p.mu.Unlock()
		id, secret, _ := r.BasicAuth()
		secret, _ = url.QueryUnescape(secret)
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !ok || id != clientOf || secret != secretAt || asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") ||
			asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]string{"error": "invalid_grant"})
			return
		}
		answer(w, map[string]any{"access_token": "unused", "token_type": "Bearer", "id_token": p.word(asked.Get("nonce"))})
	})
	return p
}

// word signs who somebody is.
func (p *vouching) word(nonce string) string {
	now := time.Now()
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": p.kid}
	claims := map[string]any{"iss": p.URL, "sub": p.who, "aud": clientOf, "iat": now.Unix(),
		"exp": now.Add(time.Minute).Unix(), "nonce": nonce,
		"amr": p.amr, "email": "treasurer@example.org", "preferred_username": "keys"}
	if p.alter != nil {
		p.alter(header, claims)
	}
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	signed := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if header["alg"] == "none" {
		signature = nil
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// consent is what a person does at the provider: it answers the query with which their browser is sent back.
func (p *vouching) consent(t *testing.T, at string) url.Values {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if !strings.HasPrefix(at, p.URL+"/authorize?") || q.Get("response_type") != "code" || q.Get("scope") != "openid" ||
		q.Get("client_id") != clientOf ||
		q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 40 || len(q.Get("nonce")) < 40 ||
		q.Get("state") == q.Get("nonce") {
		t.Fatalf("sent away to %s", at)
	}
	code := fmt.Sprintf("code-%d", len(p.codes)) + rand.Text()
	p.codes[code] = q
	return url.Values{"code": {code}, "state": {q.Get("state")}, "session_state": {"whatever"}}
}

// vouched is a server with such a provider.
type vouched struct {
	c *apitest.Client
	p *vouching
}

// away begins in a new browser, with an invitation or "".
func (v vouched) away(t *testing.T, word string) (cookies string, back url.Values) {
	t.Helper()
	var begun struct {
		URL string `json:"authorization_url"`
	}
	a := v.c.Post("/provider-sign-ins", map[string]string{"invitation": word}).Want(201)
	a.Into(&begun)
	return cookiesOf(a.Header), v.p.consent(t, begun.URL)
}

// back comes back from the provider, and answers status, code of the problem, and a client with the cookies of the
// browser then.
func (v vouched) back(t *testing.T, cookies string, q url.Values) (int, string, *apitest.Client) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, v.c.Base+"/sign-in/return?"+q.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookies)
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var problem struct{ Code string }
	if res.StatusCode != http.StatusSeeOther {
		if err := json.NewDecoder(res.Body).Decode(&problem); err != nil {
			t.Fatal(err)
		}
	}
	if sent := cookiesOf(res.Header); sent != "" {
		cookies = sent
	}
	return res.StatusCode, problem.Code, v.c.WithToken("").With("Cookie", cookies)
}

// in goes the whole way, and wants to be in.
func (v vouched) in(t *testing.T, word string) *apitest.Client {
	t.Helper()
	b, q := v.away(t, word)
	status, code, in := v.back(t, b, q)
	if status != http.StatusSeeOther {
		t.Fatalf("not signed in: %d %s", status, code)
	}
	return in
}

// TestAProviderVouches is the way in through an identity provider: by an invitation that two people gave, then by the
// provider's word alone; and every way in which that word, or how it is brought, can be wrong.
func TestAProviderVouches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		p := newProvider(t)
		v := vouched{p: p, c: apitest.ServeWith(t, db, apphttp.Options{Version: "test", Address: "https://books.example",
			SignIn: &accounts.IdentityProvider{Issuer: p.URL, Client: clientOf, Secret: secretAt}})}
		admin, other, watcher := v.c.As(db, "admin-1", access.Admin), v.c.As(db, "admin-2", access.Admin),
			v.c.As(db, "auditor", access.Auditor)
		admin.Post("/users", `{"handle":"keys"}`).Want(201)
		b, q := v.away(t, "")
		wantRefused(t, v, b, q, "provider_sign_in_failed") // its claims name the handle and a mail address; nobody linked it

		v.c.Post("/provider-sign-ins", map[string]string{"invitation": "slt_none"}).Problem(422, "invitation_invalid")
		var word, again struct{ Invitation string }
		admin.Post("/users/keys/invitations", nil).Want(201).Into(&word)
		v.in(t, word.Invitation).Get("/me").Want(200)
		b, q = v.away(t, "")
		v.c.Post("/provider-sign-ins", map[string]string{"invitation": word.Invitation}).Problem(422, "invitation_invalid")

		v.wrong(t)
		v.atOnce(t)
		v.widened(t, admin, other)

		admin.Post("/users", `{"handle":"second"}`).Want(201)
		admin.Post("/users/second/invitations", nil).Want(201).Into(&again)
		b2, q2 := v.away(t, again.Invitation)
		wantRefused(t, v, b2, q2, "identity_taken")
		v.c.Post("/passwords", map[string]string{"invitation": again.Invitation, "password": fourWords}).Want(
			204) // it was not used up

		in := v.in(t, "")
		admin.Post("/users/keys/disablements", `{"reason":"Left the organisation"}`).Want(200)
		in.Get("/me").Problem(401, "unauthenticated")
		wantRefused(t, v, b, q, "provider_sign_in_failed")
		wantTrail(t, watcher, "identity.linked", "session.opened", "sign_in.failed")
		var kept []string
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw("SELECT subject FROM sign_in_identities").Scan(t.Context(), &kept)
		}); err != nil || len(kept) != 1 || strings.Contains(kept[0], p.who) {
			t.Errorf("kept of the identity: %q %v", kept, err)
		}
	})
}

func wantRefused(t *testing.T, v vouched, b string, q url.Values, want string) {
	t.Helper()
	if status, code, in := v.back(t, b, q); status < 400 || code != want || in.Get("/me").Status != 401 {
		t.Errorf("answered %d %s, want %s", status, code, want)
	}
}

// atOnce comes back eight times at the same moment with what one browser was sent away with, to a provider that takes a
// code more than once: one of them is let in.
func (v vouched) atOnce(t *testing.T) {
	t.Helper()
	v.p.lax = true
	defer func() { v.p.lax = false }()
	b, q := v.away(t, "")
	var statuses [8]int
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() { statuses[i], _, _ = v.back(t, b, q) })
	}
	all.Wait()
	slices.Sort(statuses[:])
	if statuses[0] != http.StatusSeeOther || statuses[1] != http.StatusUnauthorized {
		t.Errorf("one way to the provider, come back eight times at once: %v", statuses)
	}
}

// wrong brings the provider's word wrongly in every way; each is refused alike, and no session comes of it.
func (v vouched) wrong(t *testing.T) {
	t.Helper()
	elsewhere := newProvider(t)
	words := map[string]func(header, claims map[string]any){
		"another nonce":       func(_, c map[string]any) { c["nonce"] = "the nonce of another browser" },
		"no nonce":            func(_, c map[string]any) { delete(c, "nonce") },
		"another audience":    func(_, c map[string]any) { c["aud"] = "another program" },
		"two audiences":       func(_, c map[string]any) { c["aud"] = []string{clientOf, "another program"} },
		"issued to another":   func(_, c map[string]any) { c["azp"] = "another program" },
		"expired":             func(_, c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() },
		"not yet":             func(_, c map[string]any) { c["nbf"] = time.Now().Add(time.Hour).Unix() },
		"another issuer":      func(_, c map[string]any) { c["iss"] = elsewhere.URL },
		"nobody's subject":    func(_, c map[string]any) { c["sub"] = "0b6f-subject2" },
		"not signed":          func(h, _ map[string]any) { h["alg"] = "none" },
		"signed symmetrical":  func(h, _ map[string]any) { h["alg"] = "HS256" },
		"signed by a stolen ": func(h, _ map[string]any) { h["kid"] = "k2" },
	}
	for name, alter := range words {
		b, q := v.away(t, "")
		v.p.alter = alter
		status, code, in := v.back(t, b, q)
		v.p.alter = nil
		if status != http.StatusUnauthorized || code != "provider_sign_in_failed" || in.Get("/me").Status != 401 {
			t.Errorf("%s: %d %s", name, status, code)
		}
	}
	b, q := v.away(t, "")
	stranger, _ := v.away(t, "")
	wantRefused(t, v, stranger, q, "provider_sign_in_failed") // the code of another browser, with its state
	wantRefused(t, v, "", q, "provider_sign_in_failed")
	for name, change := range map[string]func(url.Values){
		"another state":  func(q url.Values) { q.Set("state", strings.Repeat("x", 43)) },
		"no state":       func(q url.Values) { q.Del("state") },
		"no code":        func(q url.Values) { q.Del("code") },
		"made-up code":   func(q url.Values) { q.Set("code", "made-up") },
		"refused there":  func(q url.Values) { q.Set("error", "access_denied") },
		"mixed up (iss)": func(q url.Values) { q.Set("iss", elsewhere.URL) },
	} {
		b, q := v.away(t, "")
		change(q)
		t.Log(name)
		wantRefused(t, v, b, q, "provider_sign_in_failed")
	}
	status, _, _ := v.back(t, b, q)
	if status != http.StatusSeeOther {
		t.Errorf("what strangers tried with its state kept the browser out: %d", status)
	}
	wantRefused(t, v, b, q, "provider_sign_in_failed") // the same way again
	b2, q2 := v.away(t, "")
	q2.Set("code", q.Get("code"))
	wantRefused(t, v, b2, q2, "provider_sign_in_failed") // a used code in a new flow
}

// widened gives the linked account a role that acts: from then on the provider has to say that two factors were shown,
// and a new way in takes two people.
func (v vouched) widened(t *testing.T, admin, other *apitest.Client) {
	t.Helper()
	var asked struct{ ID string }
	admin.Post("/account-changes",
		`{"user":"keys","kind":"roles","grant":["treasurer"],"reason":"The board chose a treasurer"}`).Want(201).Into(&asked)
	other.Post("/account-changes/"+asked.ID+"/decisions", `{"decision":"approve"}`).Want(200)
	admin.Post("/users/keys/invitations", nil).Problem(409, "invitation_needs_two")
	v.in(t, "").Get("/users").Want(200)
	v.p.amr = []string{"pwd"}
	half := v.in(t, "")
	half.Get("/me").Want(200)
	half.Get("/users").Problem(403, "second_factor_required")
	half.Post("/tokens", `{"name":"bank import","days":30,"scopes":[]}`).Problem(403, "second_factor_required")
	v.p.amr = []string{"mfa"}
	v.c.Post("/sessions", signIn{"keys", fourWords, ""}).Problem(401, "sign_in_failed") // no password opens it
}

// TestNoProvider holds that nothing leads to a provider where none is set up, or it is away, and that one is not set up
// in the clear.
func TestNoProvider(t *testing.T) {
	db := storetest.SQLite(t)
	v := vouched{c: apitest.Serve(t, db)}
	v.c.Post("/provider-sign-ins", `{}`).Problem(404, "no_identity_provider")
	wantRefused(t, v, "", url.Values{"code": {"x"}}, "no_identity_provider")
	away := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Address: "https://books.example",
		SignIn: &accounts.IdentityProvider{Issuer: "http://127.0.0.1:1", Client: clientOf}})
	away.Post("/provider-sign-ins", `{}`).Problem(503, "identity_provider_away")
	for _, o := range []apphttp.Options{
		{Address: "https://books.example",
			SignIn: &accounts.IdentityProvider{Issuer: "http://login.example", Client: clientOf}},
		{Address: "http://books.example",
			SignIn: &accounts.IdentityProvider{Issuer: "https://login.example", Client: clientOf}},
		{SignIn: &accounts.IdentityProvider{Issuer: "https://login.example", Client: clientOf}},
		{Address: "https://books.example", SignIn: &accounts.IdentityProvider{Issuer: "https://login.example"}},
	} {
		if _, err := apphttp.New(db, o); err == nil {
			t.Errorf("set up: %+v", *o.SignIn)
		}
	}
}
