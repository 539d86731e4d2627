package http_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps speak, RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

const fourWords = "brisk lantern orbit walnut"

// authenticator gives the code that an app shows in some steps of thirty seconds by the clock of the books, worked out
// here once more.
func authenticator(t *testing.T, secret string, steps int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, storetest.Start.Unix()/30+steps)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1000000)
}

// cookiesOf is what a browser sends after an answer.
func cookiesOf(h http.Header) string {
	var pairs []string
	for _, cookie := range (&http.Response{Header: h}).Cookies() {
		pairs = append(pairs, cookie.Name+"="+cookie.Value)
	}
	return strings.Join(pairs, "; ")
}

// browser is a client with the cookies that an answer set.
func browser(c *apitest.Client, a apitest.Answer) *apitest.Client {
	return c.WithToken("").With("Cookie", cookiesOf(a.Header))
}

type signIn struct {
	Handle   string `json:"handle"`
	Password string `json:"password"`
	Code     string `json:"code,omitempty"`
}

// TestAPersonComesIn is the way of a treasurer from the first word of an admin to a token for a program, and out again.
func TestAPersonComesIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := apitest.Serve(t, db)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		admin, other, watcher := c.As(db, "admin-1", access.Admin), c.As(db, "admin-2", access.Admin),
			c.As(db, "auditor", access.Auditor)
		admin.Post("/users", `{"handle":"keys"}`).Want(201)
		var word struct{ Invitation string }
		admin.Post("/users/keys/invitations", nil).Want(201).Into(&word)
		c.Post("/passwords", map[string]string{"invitation": word.Invitation, "password": "keys"}).Problem(422,
			"password_weak")
		c.Post("/passwords", map[string]string{"invitation": word.Invitation, "password": fourWords}).Want(204)
		c.Post("/passwords", map[string]string{"invitation": word.Invitation, "password": fourWords}).Problem(422,
			"invitation_invalid")
		var asked struct{ ID, State string }
		admin.Post("/account-changes",
			`{"user":"keys","kind":"roles","grant":["treasurer"],"reason":"The board chose a treasurer"}`).Want(201).Into(&asked)
		admin.Post("/account-changes/"+asked.ID+"/decisions", `{"decision":"approve"}`).Problem(403, "maker_cannot_approve")
		other.Post("/account-changes/"+asked.ID+"/decisions", `{"decision":"approve"}`).Want(200)
		admin.Post("/users/keys/invitations", nil).Problem(409, "invitation_needs_two")

		half := browser(c, c.Post("/sessions", signIn{"keys", fourWords, ""}).Want(201))
		half.Get("/users").Problem(403, "second_factor_required")
		half.Post("/tokens", `{"name":"bank import","days":30,"scopes":[]}`).Problem(403, "second_factor_required")
		var factor struct{ Secret string }
		half.Post("/me/second-factors", signInPassword("")).Want(201).Into(&factor)
		half.Post("/me/second-factors/confirmations", signInPassword("000000")).Problem(401, "sign_in_failed")
		var recovery struct {
			Codes []string `json:"recovery_codes"`
		}
		half.Post("/me/second-factors/confirmations", signInPassword(authenticator(t, factor.Secret, -1))).Want(201).Into(
			&recovery)

		c.Post("/sessions", signIn{"keys", fourWords, ""}).Problem(401, "sign_in_failed")
		code := authenticator(t, factor.Secret, 0)
		full := browser(c, c.Post("/sessions", signIn{"keys", fourWords, code}).Want(201))
		c.Post("/sessions", signIn{"keys", fourWords, code}).Problem(401, "sign_in_failed")
		full.Get("/users").Want(200)
		half.Post("/me/second-factors", signInPassword("made-upup-made-upup")).Problem(401,
			"sign_in_failed") // a recovery code that is none
		full.Get("/users").Want(200)
		c.Post("/sessions", signIn{"keys", fourWords, recovery.Codes[0]}).Want(201)
		c.Post("/sessions", signIn{"keys", fourWords, recovery.Codes[0]}).Problem(401, "sign_in_failed")

		full.With("Sec-Fetch-Site", "cross-site").Post("/tokens", `{"name":"stolen","days":30,"scopes":[]}`).Problem(403,
			"cross_origin")
		var token struct{ ID, Secret string }
		full.Post("/tokens", `{"name":"reader","days":30,"scopes":["read"]}`).Want(201).Into(&token)
		program := c.WithToken(token.Secret)
		program.Get("/users").Want(200)
		program.Post("/tokens", `{"name":"its own child","days":30,"scopes":[]}`).Problem(403, "session_required")
		full.Do(http.MethodDelete, "/tokens/"+token.ID, nil).Want(204)
		program.Get("/users").Problem(401, "unauthenticated")
		full.Do(http.MethodDelete, "/sessions/current", nil).Want(204)
		full.Get("/users").Problem(401, "unauthenticated")

		wantTrail(t, watcher, "user.created", "user.invited", "password.set", "role.granted", "sign_in.failed",
			"session.opened",
			"second_factor.begun", "second_factor.confirmed", "token.issued", "token.revoked")
	})
}

func signInPassword(code string) map[string]string {
	return map[string]string{"password": fourWords, "code": code}
}

// wantTrail holds the audit events against the actions that were seen, as JSON and as CSV, and finds no secret in them.
func wantTrail(t *testing.T, watcher *apitest.Client, actions ...string) {
	t.Helper()
	sheet := string(watcher.With("Accept", "text/csv").Get("/audit-events?limit=200").Want(200).Body)
	for _, action := range actions {
		var list struct {
			Data []struct{ Action string }
		}
		watcher.Get("/audit-events?action=" + action).Want(200).Into(&list)
		if len(list.Data) == 0 || list.Data[0].Action != action || !strings.Contains(sheet, action) {
			t.Errorf("%s: %d events, in the sheet: %v", action, len(list.Data), strings.Contains(sheet, action))
		}
	}
	if strings.Contains(sheet, fourWords) || strings.Contains(sheet, "slt_") {
		t.Error("the audit events hold a secret")
	}
}

// TestStrangersTakeNothingFromThoseWhoAreKnown floods all that anybody may call, operations and pages together: then no
// stranger is answered anywhere, and who signed in from their device before comes in as ever.
func TestStrangersTakeNothingFromThoseWhoAreKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", StrangersPerSecond: 1,
			Vault: vaulttest.New(t)})
		admin := c.As(db, "admin-1", access.Admin)
		admin.Post("/users", `{"handle":"watch"}`).Want(201)
		var word struct{ Invitation string }
		admin.Post("/users/watch/invitations", nil).Want(201).Into(&word)
		c.Post("/passwords", map[string]string{"invitation": word.Invitation, "password": fourWords}).Want(204)
		known := browser(c, c.Post("/sessions", signIn{"watch", fourWords, ""}).Want(201))
		made := c.WithToken("").With("Cookie", "__Host-supportledger-device=made-up")
		for _, door := range []string{"POST " + rest.Base + "/sessions", "POST " + rest.Base + "/passwords",
			"GET " + rest.Base + "/verifications/ABCD-EFGH", "GET " + rest.Base + "/own-statements/none",
			"POST " + rest.Base + "/passkey-sign-ins/challenges", "POST " + rest.Base + "/provider-sign-ins",
			"GET /", "GET /sign-in", "POST /sign-in", "GET /verify/ABCD-EFGH", "GET /own/none", "GET /invitation",
			"POST /invitation", "POST /sign-in/passkey", "GET /sign-in/provider", "GET /sign-in/return"} {
			refused := 0
			for try := 0; try < 30 && refused == 0; try++ {
				if knocks(t, made, door) == http.StatusTooManyRequests {
					refused++
				}
			}
			if refused == 0 {
				t.Errorf("strangers are answered at %s however often they ask", door)
			}
			if status := knocks(t, known, door); status == http.StatusTooManyRequests {
				t.Errorf("a device that is known waits for strangers at %s", door)
			}
		}
		known.Post("/sessions", signIn{"watch", fourWords, ""}).Want(201)
		admin.Get("/users").Want(200)
	})
}

// knocks sends a request without a body.
func knocks(t *testing.T, c *apitest.Client, door string) int {
	t.Helper()
	method, path, _ := strings.Cut(door, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, c.Base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, values := range c.Headers() {
		req.Header[name] = values
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestStrangersWait tries passwords until the door closes for a while, for handles that exist and for those that do
// not.
func TestStrangersWait(t *testing.T) {
	db := storetest.SQLite(t)
	c := apitest.Serve(t, db)
	admin := c.As(db, "admin-1", access.Admin)
	admin.Post("/users", `{"handle":"watch"}`).Want(201)
	var word struct{ Invitation string }
	admin.Post("/users/watch/invitations", nil).Want(201).Into(&word)
	c.Post("/passwords", map[string]string{"invitation": word.Invitation, "password": fourWords}).Want(204)
	known := browser(c, c.Post("/sessions", signIn{"watch", fourWords, ""}).Want(201))
	for range 5 {
		c.Post("/sessions", signIn{"watch", "not the four words", ""}).Problem(401, "sign_in_failed")
		c.Post("/sessions", signIn{"nobody", "not the four words", ""}).Problem(401, "sign_in_failed")
	}
	c.Post("/sessions", signIn{"watch", fourWords, ""}).Problem(429, "slow_down")
	c.Post("/sessions", signIn{"nobody", fourWords, ""}).Problem(429, "slow_down")
	known.Post("/sessions", signIn{"watch", fourWords, ""}).Want(201)
}
