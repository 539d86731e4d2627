package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// files sends a form with a file, with the key that stands in the page that has it.
func (r reader) files(page sheet, path, content string, fields map[string]string) sheet {
	r.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	err := w.WriteField("form_key", page.hidden("form_key"))
	for name, value := range fields {
		if err == nil {
			err = w.WriteField(name, value)
		}
	}
	part, err2 := w.CreateFormFile("file", "file.csv")
	if err != nil || err2 != nil {
		r.t.Fatal(err, err2)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		r.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.at+path, &form)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return r.send(req)
}

// TestGiftsFromAFile shows what a file of gifts would do, refuses one that is wrong without repeating it, puts it on
// record, takes it back and gives another up.
func TestGiftsFromAFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		w.giver(t, "D-77")
		finance := w.as(t, access.FinanceOfficer)
		form := finance.get("/donor-imports").want(http.StatusOK).says("Indlæs donorer eller gaver")
		how := map[string]string{"kind": "gifts", "profile": "rfc4180"}
		const head = "donor,fund,date,gross\n"

		wrong := finance.files(form, "/donor-imports", head+"D-77,UNR,2027-01-20,Zwiebelkuchen\n", how).
			want(http.StatusOK).says("1 rækker forhindrer", "Række 2", "gross")
		if strings.Contains(wrong.body, "Zwiebelkuchen") || strings.Contains(wrong.body, "/commits") {
			t.Errorf("a file that is wrong is repeated, or may be put on record:\n%s", wrong.body)
		}
		at, _, _ := strings.Cut(wrong.path, "?")
		finance.sends(wrong, "/discards", at+"/discards", nil).
			want(http.StatusOK).says("Opgivet. Intet af den bliver.", "Lagt til side")

		form = finance.get("/donor-imports")
		seen := finance.files(form, "/donor-imports", head+"D-77,UNR,2027-01-20,500.00\n", how).want(http.StatusOK).
			says("1 af 1 rækker", "Registrér 1")
		at, _, _ = strings.Cut(seen.path, "?")
		in := finance.sends(seen, "/commits", at+"/commits", nil).want(http.StatusOK).says("Registreret.")
		finance.sends(in, "/undos", at+"/undos", url.Values{"undo_reason": {"kort"}}).
			want(http.StatusUnprocessableEntity).says("kort")
		finance.sends(in, "/undos", at+"/undos", url.Values{"undo_reason": {"filen var fra sidste år"}}).
			want(http.StatusOK).says("Fjernet igen.", "filen var fra sidste år")
	})
}

// TestTheBankBesideMatching adds and ends a rule, takes back what was said of a line, and reads the bank's answer to a
// file.
func TestTheBankBesideMatching(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		finance := w.as(t, access.FinanceOfficer)
		rules := finance.get("/bank/rules").want(http.StatusOK).says("Tilføj en regel")
		made := finance.sends(rules, `action="/bank/rules/new"`, "/bank/rules/new", url.Values{"contains": {"Kontogebyr"},
			"direction": {"out"}, "kind": {"charge"}}).want(http.StatusOK).says("Tilføjet.", "Penge ud · Bankgebyr", "i brug")
		_, after, _ := strings.Cut(made.body, `action="/bank/rules/`+"bkr")
		number, _, _ := strings.Cut(after, `"`)
		end := "/bank/rules/bkr" + number
		finance.sends(made, `action="`+end, end, nil).want(http.StatusOK).says("Reglen er afsluttet.", "afsluttet")

		var line struct{ ID string }
		finance.ask(http.MethodPost, "/bank-lines", map[string]string{"account": "1010", "date": "2027-02-03",
			"amount": "-25.00", "reference": "GEBYR-1"}, &line)
		finance.ask(http.MethodPost, "/bank-lines/"+line.ID+"/explanations", map[string]string{"kind": "charge"}, nil)
		lines := finance.get("/bank/lines?account=1010").want(http.StatusOK).says("GEBYR-1", "afstemt",
			"Fortryd afstemningen")
		at := "/bank/lines/" + line.ID + "/undos"
		field := "undo_" + line.ID
		finance.sends(lines, `action="`+at, at, url.Values{field: {"det var ikke et gebyr"}}).want(http.StatusOK).
			says("Fortrudt. Linjen er åben igen.", "mangler")
		// What nobody knows waits in finance's inbox, and in nobody else's, until it is explained.
		const unknown = "Ingen ved endnu, hvad det er"
		explains := "/bank-lines/" + line.ID + "/explanations"
		finance.ask(http.MethodPost, explains, map[string]string{"kind": "suspense"}, nil)
		finance.get("/inbox").want(http.StatusOK).says("Banklinjer, der skal forklares", "GEBYR-1", unknown)
		w.as(t, access.Treasurer).get("/inbox").want(http.StatusOK).says("GEBYR-1", unknown)
		if page := w.as(t, access.ProgrammeLead).get("/inbox").want(http.StatusOK); strings.Contains(page.body, unknown) {
			t.Error("who may not explain a line of the bank is asked to")
		}
		finance.ask(http.MethodPost, explains, map[string]string{"kind": "charge"}, nil)
		finance.get("/inbox").want(http.StatusOK).says("Alle banklinjer er forklaret.")

		answers := finance.get("/bank/answers").want(http.StatusOK)
		finance.files(answers, "/bank/answers", "no answer", nil).want(http.StatusUnprocessableEntity)
		finance.files(answers, "/bank/answers", `<?xml version="1.0"?>`+
			`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><OrgnlGrpInfAndSts>`+
			`<OrgnlMsgId>B-2026-0009</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><TxInfAndSts>`+
			`<OrgnlEndToEndId>PMT-9999</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>`+
			`</CstmrPmtStsRpt></Document>`, nil).want(http.StatusOK).says("Det siger filen", "Ikke vores")
	})
}

// TestVersionsOfAPlan shows each version of a plan with its lines, and why it was written.
func TestVersionsOfAPlan(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	w.as(t, access.Caseworker).get("/plans/"+w.left.Plan).want(http.StatusOK).
		says("Versioner", "Version 1, fra", "gælder", "Den første plan", "bolig", "12 × 4.250,00 kr.")
}
