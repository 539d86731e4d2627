package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/story"
	"supportledger/store"
	"supportledger/store/storetest"
)

// desk is the screen of somebody who works in tables.
var desk = view{wide: 1280, high: 900}

// ask calls the API with the cookies of a reader and gives the answer.
func (r reader) ask(method, path string, in, out any) {
	r.t.Helper()
	content, err := json.Marshal(in)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.at+"/api/v1"+path, bytes.NewReader(content))
	if err != nil {
		r.t.Fatal(err)
	}
	if in == nil {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasSuffix(path, "/personal-data") && path != "/webhook-endpoints" { // what is personal is repeated under no key
		req.Header.Set("Idempotency-Key", store.NewID("test"))
	}
	seeing := *r.http
	seeing.Transport = rest.Seeing{}
	resp, err := seeing.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		r.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			r.t.Fatal(err)
		}
	}
}

// later moves the clock.
func (w world) later(by time.Duration) {
	clock := storetest.ClockOf(w.db)
	clock.Set(clock.Now().Add(by))
}

// enter signs a tab in as a demo user, in Danish.
func (b tab) enter(handle string) tab {
	b.t.Helper()
	b.visit("/sign-in")
	post := func(path, body string) {
		evaluate[int](b, fmt.Sprintf(`fetch(%q, {method: 'POST', headers: {'Content-Type': `+
			`'application/x-www-form-urlencoded'}, body: %q}).then(r => r.status)`, path, body))
	}
	post("/language", "to=da&next=/me")
	post("/demo/sign-in", "user="+handle+"&next=/me")
	return b
}

// upload puts a file into a field.
func (b tab) upload(name, file string) tab {
	b.t.Helper()
	within(b, "upload", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS(fmt.Sprintf("[name=%q]", name)), []string{file}))
	})
	return b
}

// choose chooses in a list.
func (b tab) choose(name, value string) tab {
	b.t.Helper()
	if !evaluate[bool](b, fmt.Sprintf(`(function () { var s = document.querySelector('main [name=%q]'); s.value = %q; `+
		`return s.value === %q; })()`, name, value, value)) {
		b.t.Fatalf("%s has no choice %s", name, value)
	}
	return b
}

// tick ticks the box of the row with a text.
func (b tab) tick(text string) tab {
	b.t.Helper()
	b.do(chromedp.Click(withText("self::label", text)))
	return b
}

// payable has the caseworker ask for a payment, and others approve and authorise it.
func (w world) payable(t *testing.T, payee, text, amount string) (number string) {
	t.Helper()
	var made struct{ ID, Number string }
	w.as(t, access.Caseworker).ask(http.MethodPost, "/disbursements", map[string]any{"settlement": "payment",
		"date": "2027-02-01", "plan": w.left.Plan, "category": "therapy", "account": "1010", "amount": amount,
		"payee": payee, "shares": []any{map[string]string{"fund": "UNR", "percent": "100"}}, "text": text}, &made)
	at := "/disbursements/" + made.ID
	w.as(t, access.Caseworker).ask(http.MethodPost, at+"/submissions", nil, nil)
	w.as(t, access.ProgrammeLead).ask(http.MethodPost, at+"/decisions", map[string]string{"decision": "approve"}, nil)
	w.as(t, access.Treasurer).ask(http.MethodPost, at+"/authorisations", nil, nil)
	return made.Number
}

// TestFromNewPayeeToConfirmation puts a payee on record, pays it in a run that a second person releases, and has the
// bank's own file confirm it.
func TestFromNewPayeeToConfirmation(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	browser := chromium(t)
	finance := open(t, browser, w.at, desk).enter("finance_officer")
	finance.visit("/payees").unfold("Ny betalingsmodtager").fill("code", "KLI-09").fill("alias", "Aftale 9").
		press("Registrér").says("KLI-09", "Ingen kontooplysninger")
	finance.fill("registration_number", "0040").fill("account_number", "0440116270").press("Gem kontooplysninger").
		says("Gemt. En anden skal bekræfte dem.", "Ikke af dig: Ingen handler to gange i samme sag")
	if strings.Contains(finance.text(), "0440116270") {
		t.Error("the page shows an account number in full")
	}
	lead := open(t, browser, w.at, phone).enter("programme_lead")
	lead.visit("/payees/KLI-09").fill("note", "Ringet op på nummeret fra kontrakten").press("De er modtagerens egne").
		says("Nye: venter 48 timer")
	lead.picture("payee")
	w.later(72 * time.Hour)
	first := w.payable(t, "KLI-09", "Samtaler i marts", "900.00")
	w.payable(t, "KLI-09", "Tolk i marts", "435.50")

	finance.enter("finance_officer").visit("/bank/accounts").unfold("Registrér en konto").fill("name", "Fyrlys").
		fill("iban", "DK5000400440116243").fill("bic", "DABADKKK").press("Gem").says("Fyrlys")
	finance.visit("/payment-runs").press("Begynd").says("Betalingskørslen er åbnet", "Samtaler i marts", "Tolk i marts")
	finance.tick("El og varme januar").press("Læg i kørslen").says("1.335,50 kr.", "2 betalinger")
	finance.picture("payment-run")
	run := strings.SplitN(finance.path(), "?", 2)[0]
	finance.press("Lås 2 betalinger").says("Låst, venter på frigivelse", "Frigiv 1.335,50 kr.")

	board := open(t, browser, w.at, phone).enter(story.BoardMember)
	board.visit(run).press("Frigiv 1.335,50 kr.").says("Frigivet")
	finance.visit(run).press("Dan filen").says("Filen er klar", "Hent ")
	file := w.as(t, access.FinanceOfficer).get(run + "/file").want(http.StatusOK)
	number := regexp.MustCompile(`<EndToEndId>([^<]+)</EndToEndId>`).FindAllStringSubmatch(file.body, -1)
	if len(number) != 2 || !strings.Contains(file.body, "900.00") {
		t.Fatalf("the file pays something else:\n%s", file.body)
	}

	// The bank's own file confirms one payment by its number; the other stays open until it says more.
	statement := filepath.Join(t.TempDir(), "konto.csv")
	text := "\"Dato\";\"Tekst\";\"Beløb\";\"Saldo\";\"Status\";\"Afstemt\"\n" +
		"\"05.02.2027\";\"Overførsel " + number[0][1] + "\";\"-900,00\";\"99.100,00\";\"Udført\";\"Nej\"\n" +
		"\"05.02.2027\";\"Overførsel " + number[1][1] + "\";\"-435,50\";\"98.664,50\";\"Udført\";\"Nej\"\n" +
		"\"05.02.2027\";\"Kontogebyr\";\"-25,00\";\"98.639,50\";\"Udført\";\"Nej\"\n"
	if err := os.WriteFile(statement, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	finance.press("Indlæs bankens svar").choose("profile", "danske-erhverv").upload("file", statement).
		press("Efterregn og vis").says("Nye linjer", "−435,50 kr.")
	finance.picture("bank-import")
	finance.press("Registrér 3 nye linjer").says("Linjerne er registreret", "Forslag")
	finance.picture("bank-match")
	finance.show(view{wide: 360, high: 740})
	finance.picture("bank-match-phone")
	finance.show(desk)
	finance.press("Afstem 900,00").says("Afstemt og bogført.")
	finance.press("Afstem 435,50").says("Afstemt og bogført.")
	finance.unfold("En linje, der ikke hører til en betaling").choose("kind", "charge").press("Bogfør").
		says("Afstemt og bogført.", "Alle bankens linjer er afstemt")
	finance.visit(run).says("Bekræftet af banken").press("Banken er færdig med den").says("Banken er færdig")
	finance.visit("/disbursements/" + first).says("Betalt")
}
