package web_test

import (
	"testing"

	"supportledger/store/storetest"
)

// TestApprovalOnAPhone sends a request back, has it sent again and approves it, on a screen of 360 pixels.
func TestApprovalOnAPhone(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	browser := chromium(t)
	lead := open(t, browser, w.at, phone)
	lead.visit("/").press("Dansk").press("Programleder").says("Venter på dig", "4.250,00 kr. Husleje februar")
	lead.picture("inbox")
	lead.press("Husleje februar").says("Godkend 4.250,00 kr.", "Kontrol", "Historik")
	lead.picture("decision")
	lead.unfold("Returnér, spørg eller afvis").fill("reason", "Kontrakten mangler; vedlæg den.").press("Returnér")
	lead.says("Sendt tilbage med din begrundelse.")

	worker := open(t, browser, w.at, phone)
	worker.visit("/").press("Dansk").press("Sagsbehandler").says("Returneret til dig (3)")
	worker.press("Husleje februar").says("Kontrakten mangler; vedlæg den.").press("Send til godkendelse")
	worker.says("Sendt til godkendelse.")

	lead.visit("/inbox").press("Husleje februar").press("Godkend 4.250,00 kr.").says("Godkendt.")
	second := open(t, browser, w.at, phone)
	second.visit("/").press("Dansk").press("Kasserer").press("Husleje februar").press("Bemyndig 4.250,00 kr.")
	second.says("Bemyndiget.")
	worker.visit("/disbursements/"+w.left.Requests[0]).says("Bemyndiget, klar til betaling", "2 af 2")
}
