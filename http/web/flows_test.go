package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/store/storetest"
)

// TestApprovalOnAPhone sends a request back, has it put right and sent again and approves it, on 360 pixels.
func TestApprovalOnAPhone(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	browser := chromium(t)
	lead := open(t, browser, w.at, phone)
	lead.visit("/").press("Programleder").says("Venter på dig", "4.250,00 kr. Husleje februar")
	lead.press("Husleje februar").says("Godkend 4.250,00 kr.", "Kontrol", "Historik")
	lead.unfold("Returnér, spørg eller afvis").fill("reason", "Kontrakten mangler; vedlæg den.").press("Returnér")
	lead.says("Sendt tilbage med din begrundelse.")

	worker := open(t, browser, w.at, phone)
	worker.visit("/").press("Sagsbehandler").says("Returneret til dig (3)")
	worker.press("Husleje februar").says("Kontrakten mangler; vedlæg den.").press("Ret anmodningen")
	worker.says("Ret anmodningen", "1 bilag er allerede gemt")
	worker.fill("amount", "4.200,00").fill("text", "Husleje februar, ny aftale").upload("papers", receipt(t))
	worker.press("Fortsæt").says("Kontrollér dine svar", "4.200,00 kr.").press("Ret noget")
	worker.fill("amount", "4.250,00").press("Fortsæt").press("Send til godkendelse 4.250,00 kr.")
	worker.says("Sendt til godkendelse.", "Husleje februar, ny aftale", "Bilag (2)")

	lead.visit("/inbox").press("Husleje februar").press("Godkend 4.250,00 kr.").says("Godkendt.")
	second := open(t, browser, w.at, phone)
	second.visit("/").press("Kasserer").press("Husleje februar").press("Bemyndig 4.250,00 kr.")
	second.says("Bemyndiget.")
	worker.visit("/disbursements/"+w.left.Requests[0]).says("Bemyndiget, klar til betaling", "2 af 2")
}

// TestANewRequestWithoutScript asks for a line of a plan with a picture of its receipt. An amount that can mean two
// things is asked about, and what was chosen is shown before anything is saved.
func TestANewRequestWithoutScript(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	worker := open(t, chromium(t), w.at, view{wide: 360, high: 740, scriptless: true})
	worker.visit("/").press("Sagsbehandler").press("Ny").press("P-410")
	worker.choose("what", "line:bolig").fill("amount", "4.250").choose("payee", "H-11").fill("text", "Husleje marts")
	worker.upload("papers", receipt(t))
	worker.press("Fortsæt").says("Hvilket beløb mener du?", "»4.250« kan betyde to ting", "4.250,00 kr.", "4,25 kr.",
		"1 bilag er allerede gemt")
	worker.mark("amount.meant", "4250.00").press("Fortsæt").says("Kontrollér dine svar", "4.250,00 kr.", "Husleje marts")
	worker.press("Ret noget").says("Ny anmodning").press("Fortsæt").press("Send til godkendelse 4.250,00 kr.")
	worker.says("Sendt til godkendelse.", "Husleje marts", "Bilag (1)", "Det kan:", "programme_lead")
	worker.visit("/plans/P-410").says("Budget efter linje", "51.000,00 kr.")
	worker.visit("/due").says("P-410", "terapi")
}

// TestANewcomerPays goes from the sign-in page of a demo to a request that the bank has paid in under five minutes,
// only by what the pages say: it presses buttons and links that it reads, and opens one address.
func TestANewcomerPays(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	began := time.Now()
	me := open(t, chromium(t), w.at, phone).visit("/")
	become := func(who string) { me.press("Mig").press("Log ud her").press(who) }
	me.says("Prøv: vælg, hvem du er").press("Programleder").says("Venter på dig").press("Husleje februar")
	me.press("Godkend 4.250,00 kr.").says("Godkendt.")
	become("Kasserer")
	me.says("Venter på dig").press("Husleje februar").press("Bemyndig 4.250,00 kr.").says("Bemyndiget.")

	become("Økonomimedarbejder")
	me.press("Betalinger").says("Begynd en betalingskørsel").press("Begynd")
	me.says("Vælg, hvad den skal betale", "Husleje februar").press("Læg i kørslen").press("Lås 2 betalinger, 5.062,75 kr.")
	me.says("Låst. Kørslen kan nu frigives.")
	become("Bestyrelsesmedlem")
	me.press("Betalinger").press("B-2027-0001").press("Frigiv 5.062,75 kr.").says("Frigivet. Dan nu filen.")
	become("Økonomimedarbejder")
	me.press("Betalinger").press("B-2027-0001").press("Dan filen").says("Filen er klar")
	if file := me.saved(t, "Hent B-2027"); !strings.Contains(file, "<EndToEndId>") {
		t.Errorf("the file for the bank is\n%s", file)
	}
	answer := filepath.Join(t.TempDir(), "answer.csv")
	if err := os.WriteFile(answer, []byte(me.saved(t, "Hent demobankens svar")), 0o600); err != nil {
		t.Fatal(err)
	}
	me.press("Indlæs bankens svar").upload("file", answer).press("Efterregn og vis")
	me.says("Kontoudtoget stemmer").press("Registrér 2 nye linjer")
	me.press("Afstem alle 2, som banken nævner").says("Alle bankens linjer er afstemt")
	me.press("Betalinger").press("B-2027-0001").press("Banken er færdig med den").says("Banken er færdig med kørslen.")

	me.press("Vis").says("Betalt", "4.250,00 kr.")
	took := time.Since(began)
	t.Logf("from the sign-in to a paid request: %v", took.Round(time.Second/10))
	if took > 5*time.Minute {
		t.Errorf("it took %v", took)
	}
}

// saved is the file that a link leads to, as the browser would save it.
func (b tab) saved(t *testing.T, text string) string {
	t.Helper()
	return evaluate[string](b, fmt.Sprintf(`fetch([...document.querySelectorAll('a[download]')].find(a =>
		a.textContent.includes(%q)).href).then(r => r.ok ? r.text() : 'status ' + r.status)`, text))
}
