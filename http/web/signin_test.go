package web_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps speak, RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

const fourWords = "brisk lantern orbit walnut"

// codeOf is what an authenticator app shows some half minutes from now, by the clock of the books.
func codeOf(t *testing.T, db *store.DB, secret string, later int64) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, storetest.ClockOf(db).Now().Unix()/30+later)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1000000)
}

// TestComingIn goes from an invitation to a session with two factors and out of all sessions again, without a script.
func TestComingIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		var word string
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			user, err := access.CreateUser(t.Context(), tx, "watcher", access.Auditor)
			if err != nil {
				return err
			}
			word, err = access.Invite(t.Context(), tx, user.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r := w.as(t, "")
		accept := url.Values{"invitation": {word}, "password": {fourWords}, "again": {"another"}}
		refused := r.post("/invitation", accept).want(http.StatusUnprocessableEntity).says("ikke ens")
		if strings.Contains(refused.body, fourWords) {
			t.Error("a password is sent back to the browser")
		}
		accept.Set("again", fourWords)
		r.post("/invitation", accept).want(http.StatusOK).says("Din adgangskode er sat")

		// Neutral answers: an unknown name and a wrong password are refused in the same words.
		in := func(handle, password, code string) sheet {
			return r.post("/sign-in", url.Values{"handle": {handle}, "password": {password}, "code": {code},
				"next": {"/me"}})
		}
		words := regexp.MustCompile(`(?s)<div class="faults".*?</div>`)
		unknown := words.FindString(in("nobody-here", fourWords, "").want(http.StatusUnauthorized).body)
		wrong := words.FindString(in("watcher", "wrong horse battery", "").want(http.StatusUnauthorized).body)
		if unknown == "" || unknown != wrong {
			t.Errorf("unknown: %s\nwrong: %s", unknown, wrong)
		}
		in("watcher", fourWords, "").want(http.StatusOK).says("watcher", "Du har ingen anden faktor endnu")

		begun := r.post("/me/second-factor", url.Values{"password": {fourWords}}).want(http.StatusOK)
		secret := begun.hidden("secret")
		if !strings.Contains(html.UnescapeString(begun.body), "otpauth://totp/") {
			t.Error("there is no link for the app")
		}
		confirm := url.Values{"password": {fourWords}, "code": {"000000"}, "secret": {secret},
			"uri": {html.UnescapeString(begun.hidden("uri"))}}
		r.post("/me/second-factor/confirm", confirm).want(http.StatusUnauthorized).says(secret)
		confirm.Set("code", codeOf(t, db, secret, -1))
		r.post("/me/second-factor/confirm", confirm).want(http.StatusOK).says("Dine nødkoder")
		r.post("/sign-out", url.Values{}).want(http.StatusOK).says("Du er logget ud")

		in("watcher", fourWords, "").want(http.StatusUnauthorized)
		in("watcher", fourWords, codeOf(t, db, secret, 0)).want(http.StatusOK).says("Du er logget ind med to faktorer")

		// What was typed when the session had ended is still there after signing in.
		other := w.as(t, access.Caseworker)
		rent := "/disbursements/" + w.left.Requests[0]
		key := other.get(rent).hidden("form_key")
		other.post("/me/sign-out-everywhere", url.Values{})
		lost := other.post(rent+"/comments", url.Values{"form_key": {key}, "comment": {"Ring til udlejer."}}).
			want(http.StatusUnauthorized).says("Du er logget ud")
		if lost.hidden("kept.comment") != "Ring til udlejer." || lost.hidden("next") != rent+"/comments" {
			t.Errorf("the text is lost:\n%s", lost.body)
		}
		r.post("/me/sign-out-everywhere", url.Values{}).want(http.StatusOK).says("Log ind")
		r.get("/me").says("Log ind")
	})
}
