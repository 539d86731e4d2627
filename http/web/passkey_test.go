package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// device gives the tab a device that holds passkeys and is opened by its person.
func (b tab) device() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{Protocol: "ctap2", Transport: "internal", HasResidentKey: true,
				HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
}

// TestPasskey adds a passkey in the profile, signs in with it and no password, and removes it: then it opens nothing.
func TestPasskey(t *testing.T) {
	browser := chromium(t)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		var word string
		if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
			_, word, err = access.CreateInvited(t.Context(), tx, "watcher", access.Auditor)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.as(t, "").post("/invitation", url.Values{"invitation": {word}, "password": {fourWords}, "again": {fourWords}}).
			want(http.StatusOK)
		// A device signs for a name, and an address of numbers is none.
		b := open(t, browser, strings.Replace(w.at, "127.0.0.1", "localhost", 1), phone)
		b.device()
		b.visit("/sign-in").fill("handle", "watcher").fill("password", fourWords).press("Log ind")
		b.visit("/me").says("Du har ingen anden faktor endnu").press("Tilføj en passkey")
		b.fill("password", "wrong horse battery").press("Fortsæt").says("ikke rigtig")
		b.fill("password", fourWords).press("Fortsæt").says("Lav passkeyen")
		b.fill("name", "telefon").press("Spørg enheden").says("Passkeyen er tilføjet.", "telefon")

		b.press("Log ud her").press("Log ind med en passkey")
		b.visit("/me").says("watcher", "med en passkey", "sidst brugt", "Du er logget ind med to faktorer.")
		if factors := evaluate[int](b, `fetch('/api/v1/me').then(r => r.json()).then(me => me.factors)`); factors != 2 {
			t.Errorf("a passkey counts as %d factors", factors)
		}
		b.press("Fjern").says("Passkeyen er fjernet.")
		b.press("Log ud her").press("Log ind med en passkey").says("åbner ingen konto her")
		if at := b.path(); !strings.HasPrefix(at, "/sign-in") {
			t.Errorf("a removed passkey leads to %s", at)
		}
		// By an address of numbers there are none, and the page says so.
		bare := w.as(t, access.Auditor)
		bare.post("/me/passkey", url.Values{"password": {fourWords}}).want(http.StatusConflict).says("ikke imod passkeys")
	})
}
