package web_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	apphttp "supportledger/http"
	"supportledger/http/edge"
	"supportledger/http/web/setup"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// begun serves the wizard, and the books once they are open, one after the other at one address.
func begun(t *testing.T, db *store.DB, word string) world {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	desk := setup.Desk{Word: word, Today: "2027-03-05", Next: "supportledger serve",
		Keys: []string{"/srv/keys/vault.json", "/srv/keys/evidence.key"},
		Open: func(ctx context.Context, o setup.Opening) (given []setup.Person, err error) {
			err = db.Update(ctx, func(tx *store.Tx) (err error) {
				given, err = o.Make(ctx, tx, "UNR")
				return err
			})
			return given, err
		}}
	books, err := apphttp.New(db, apphttp.Options{Vault: vaulttest.New(t), Evidence: archive(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		lasting := &edge.Lasting{Listener: l}
		opened, err := apphttp.SetUp(ctx, db, apphttp.Options{}, desk, lasting)
		if err == nil {
			opened.To(books)
			err = errors.Join(lasting.Again(), books.Serve(ctx, l))
		}
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		_ = books.Close()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return world{db: db, at: "http://" + l.Addr().String()}
}

// TestTheFirstRun opens new books in a browser: organisation, users, keys; then the operator's password and second
// factor, on a phone, as the pages say.
func TestTheFirstRun(t *testing.T) {
	db := storetest.SQLite(t)
	b := begun(t, db, "FIRSTWORD")
	page := open(t, chromium(t), b.at, phone)
	page.visit("/").says("Her er intet regnskab endnu").visit("/setup?word=WRONG").says("Det er ikke det ord")
	page.visit("/setup?word=FIRSTWORD").says("Din organisation", "konti oprettes for dig")
	page.picture("setup")
	page.press("Fortsæt").says("Udfyld feltet")
	page.fill("organisation", "Fyrlys").press("Fortsæt").says("De første brugere")
	page.fill("who.treasurer", "caseworker").press("Fortsæt").says("kan ikke både være sagsbehandler og kasserer")
	page.fill("who.treasurer", "treasurer").press("Fortsæt").says("/srv/keys/vault.json")
	page.press("Fortsæt").says("Bekræft, at du kopierer nøglerne")
	page.tick("Jeg kopierer filerne").press("Fortsæt").says("Kontrollér dine svar", "Fyrlys", "1. januar 2027", "kasserer")
	page.press("Åbn regnskabet").says("Regnskabet er åbnet", "treasurer", "2. Sæt din egen adgangskode, admin")
	page.visit("/setup").says("Regnskabet er åbnet") // the words are not lost with a page
	page.picture("setup-done")
	page.fill("password", fourWords).fill("again", fourWords).press("Sæt den, og gå videre")
	page.says("Din adgangskode er sat").fill("handle", "admin").fill("password", fourWords).press("Log ind")
	page.says("Du har ingen anden faktor endnu").press("Sæt en app til koder op")
	page.fill("password", fourWords).press("Fortsæt").says("Scan dette med appen")
	page.picture("factor")
	secret := evaluate[string](page, `document.querySelector('[name=secret]').value`)
	page.fill("password", fourWords).fill("code", codeOf(t, db, secret, -1)).press("Bekræft").says("Dine nødkoder")
	page.press("Log ind igen").fill("handle", "admin").fill("password", fourWords).
		fill("code", codeOf(t, db, secret, 0)).press("Log ind").says("Logget ind som admin")
}

// TestSetupOpensOnce goes through the wizard without a script on both engines: what is wrong is said, nothing is
// written before the end, and afterwards there is no setup, whatever word is shown.
func TestSetupOpensOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := begun(t, db, "WORD")
		r := b.as(t, "")
		stranger := b.as(t, "")
		all := url.Values{"to": {"open"}, "organisation": {"Fyrlys"}, "base": {"dkk"}, "from": {"2027-01-01"},
			"kept": {"yes"}}
		for role, who := range map[string]string{"admin": "boss", "caseworker": "case", "programme_lead": "lead",
			"finance_officer": "books", "treasurer": "lead"} {
			all.Set("who."+role, who)
		}
		stranger.post("/setup", all).says("Her er intet regnskab endnu")
		stranger.get("/setup?word=WORDS").want(http.StatusForbidden)
		stranger.post("/setup/finish", all).says("Her er intet regnskab endnu")
		r.get("/setup?word=WORD").want(http.StatusOK).says("Din organisation")
		for field, wrong := range map[string]string{"organisation": "", "base": "KRONER", "from": "2027-02-30",
			"who.admin": "", "who.caseworker": "lead two", "who.finance_officer": "case", "who.auditor": "boss", "kept": ""} {
			bad := url.Values{}
			for name, values := range all {
				bad[name] = slices.Clone(values)
			}
			bad.Set(field, wrong)
			r.post("/setup", bad).want(http.StatusUnprocessableEntity).says("Ret dette først")
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			_, err := ledger.Open(t.Context(), tx)
			return err
		}); err == nil {
			t.Fatal("the books were opened before the end")
		}
		all.Set("organisation", "東京")
		r.post("/setup", all).want(http.StatusUnprocessableEntity).says("kan ikke trykkes")
		all.Set("organisation", "Fyrlys")
		given := r.post("/setup", all).want(http.StatusOK).says("Regnskabet er åbnet", "lead", "programleder, kasserer")
		words := regexp.MustCompile(`<code class="hash">([^<]+)</code>`)
		again := r.post("/setup", all).want(http.StatusOK)
		before, after := words.FindStringSubmatch(given.body), words.FindStringSubmatch(again.body)
		if before == nil || !slices.Equal(before, after) {
			t.Errorf("the words of a lost page are lost: %v %v", before, after)
		}
		password := url.Values{"invitation": {given.hidden("invitation")}, "password": {fourWords}, "again": {fourWords}}
		stranger.post("/setup/finish", password).says("Her er intet regnskab endnu")
		r.post("/setup/finish", password).want(http.StatusOK).says("Din adgangskode er sat")
		for _, path := range []string{"/setup", "/setup?word=WORD"} {
			r.get(path).want(http.StatusNotFound)
		}
		r.post("/setup", all).want(http.StatusNotFound)
		r.post("/sign-in", url.Values{"handle": {"boss"}, "password": {fourWords}}).want(http.StatusOK).
			says("Du har ingen anden faktor endnu")
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			lead, err := access.FindUser(t.Context(), tx, "lead")
			if len(lead.Roles) != 2 {
				t.Errorf("lead has %v", lead.Roles)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
