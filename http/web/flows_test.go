package web_test

import (
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

// TestANewcomerApproves goes from the sign-in page of a demo to a request that is ready to be paid in under five
// minutes, only by what the pages say: it presses buttons and links that it reads, and opens one address.
func TestANewcomerApproves(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	began := time.Now()
	browser := chromium(t)
	me := open(t, browser, w.at, phone).visit("/")
	me.says("Prøv: vælg, hvem du er").press("Programleder").says("Venter på dig").press("Husleje februar")
	me.press("Godkend 4.250,00 kr.").says("Godkendt.").press("Mig").press("Log ud her")
	me.press("Kasserer").says("Venter på dig").press("Husleje februar").press("Bemyndig 4.250,00 kr.").says("Bemyndiget.")
	me.press("Betalinger").says("Begynd en betalingskørsel")
	if took := time.Since(began); took > 5*time.Minute {
		t.Errorf("it took %v", took)
	}
}
