package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAnEntryAndTheMonth writes an entry by hand, follows it from the trial balance to its lines and back, reverses it,
// and closes a month: on a desk's screen, with Danish figures.
func TestAnEntryAndTheMonth(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	browser := chromium(t)
	b := open(t, browser, w.at, desk).enter("finance_officer")
	b.visit("/finance").says("Økonomi", "Det venter", "Formål pr.", "Kontroller i orden")
	b.picture("finance")

	// An amount that may mean two things is asked about; nothing is posted that was not shown.
	b.visit("/journal/new").fill("text", "Kontingent til brancheforening").fill("account_1", "6100").fill("fund_1", "UNR").
		fill("debit_1", "1.250").fill("account_2", "1010").fill("fund_2", "UNR").fill("credit_2", "1.250,00").
		press("Kontrollér posteringen").says("Hvilket beløb mener du?", "1.250,00 kr.", "1,25 kr.")
	b.tick("1.250,00 kr.").press("Kontrollér posteringen").says("Kontingent til brancheforening", "1.250,00 kr.")
	b.picture("entry-check")
	b.press("Bogfør 1.250,00 kr.").says("Bogført.", "Bilag 2027-")
	number := strings.TrimPrefix(strings.SplitN(b.path(), "?", 2)[0], "/journal/")

	b.visit("/reports/trial-balance").says("Råbalance", "Excel")
	b.picture("trial-balance")
	b.visit("/accounts/6100").says(number, "Saldo primo", "Saldo ultimo")
	b.picture("account")
	b.press(number).unfold("Tilbagefør posteringen").fill("reverse_reason", "Bogført på den forkerte konto").
		press("Tilbagefør 1.250,00 kr.").says("Dette er tilbageførslen", "Tilbagefører")

	b.visit("/months").press("Næste at lukke").says("kontroller er i orden")
	b.picture("month")
	month := strings.SplitN(b.path(), "?", 2)[0]
	for strings.Contains(b.text(), "Kvittér med en begrundelse") {
		b.unfold("Kvittér med en begrundelse")
		field := evaluate[string](b, `document.querySelector('details[open] textarea').name`)
		b.fill(field, "Stemt af mod bankens kontoudtog").press("Kvittér").says("Kvitteret med din begrundelse.")
	}
	b.press("Luk ").says("Måneden er lukket.", "Bed om genåbning")
	b.unfold("Bed om genåbning").fill("reopen_reason", "Et bilag kom for sent frem").press("Bed om genåbning").
		says("En anden skal godkende")
	open(t, browser, w.at, phone).enter("treasurer").visit(month).press("Godkend genåbningen").
		says("Måneden er åben for økonomi igen.")
}

// TestFinanceWithoutScript reads the pages of the books as a form-only browser does, on both engines, and holds that a
// forged, doubled or stale form writes nothing.
func TestFinanceWithoutScript(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		finance := w.as(t, access.FinanceOfficer)
		for _, path := range []string{"/finance", "/bank", "/bank/imports", "/bank/accounts", "/payment-runs", "/payees",
			"/payees/H-11", "/months", "/months/2027-01", "/journal", "/journal/drafts", "/journal/new", "/accounts",
			"/accounts/1010", "/reports", "/reports/trial-balance", "/reports/activities", "/reports/fund-balances",
			"/reports/open-commitments", "/reports/partner-advances", "/reports/suspense", "/reports/budget-actual",
			"/statements", "/statement-runs", "/imports", "/donors", "/gifts", "/grants", "/lines?account=1010"} {
			finance.get(path).want(http.StatusOK)
		}
		finance.get("/reports/budget-actual?grant=NONE").want(http.StatusUnprocessableEntity)
		csv := finance.get("/reports/trial-balance/file?format=csv").want(http.StatusOK)
		if !strings.Contains(csv.header.Get("Content-Type"), "text/csv") || !strings.Contains(csv.body, ";") {
			t.Errorf("no CSV: %s\n%.200s", csv.header.Get("Content-Type"), csv.body)
		}
		xlsx := finance.get("/reports/trial-balance/file").want(http.StatusOK)
		if !strings.HasPrefix(xlsx.body, "PK") {
			t.Errorf("no workbook: %.20q", xlsx.body)
		}
		// A figure of a report leads to its lines, by the same query.
		report := finance.get("/reports/trial-balance").want(http.StatusOK)
		_, link, _ := strings.Cut(report.body, `href="/lines?`)
		link, _, _ = strings.Cut(link, `"`)
		finance.get("/lines?" + strings.ReplaceAll(link, "&amp;", "&")).want(http.StatusOK).says("Sum")

		// A run that is opened twice with one form is one run.
		page := finance.get("/payment-runs").want(http.StatusOK)
		form := url.Values{"form_key": {page.hidden("form_key")}, "account": {"1010"}, "date": {"2027-02-05"}}
		finance.post("/payment-runs", form).want(http.StatusOK).says("Betalingskørslen er åbnet")
		finance.post("/payment-runs", form).want(http.StatusOK)
		if n := strings.Count(finance.get("/payment-runs").body, "data-row"); n != 1 {
			t.Errorf("%d runs after a double tap", n)
		}
		// Others do not get in, and a page of somebody else says so.
		worker := w.as(t, access.Caseworker)
		worker.get("/finance").want(http.StatusForbidden).says("Der er ikke ændret noget")
		worker.post("/payment-runs", form).want(http.StatusForbidden)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.at+"/payment-runs",
			strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "https://elsewhere.example")
		finance.send(req).want(http.StatusForbidden).says("cross_origin")
		// A month that changed since it was shown is not closed.
		seen := finance.get("/months/2027-01").hidden("form_seen")
		finance.post("/months/2027-01/soft-closures", url.Values{"form_key": {"web_" + strings.Repeat("b", 26)},
			"form_seen": {seen}}).want(http.StatusOK).says("forbeholdt økonomi")
		finance.post("/months/2027-01/soft-closures", url.Values{"form_key": {"web_" + strings.Repeat("c", 26)},
			"form_seen": {seen}}).want(http.StatusPreconditionFailed)
	})
}

// TestSlipIsAskedAbout has a page ask whether something unusual is meant, carry the reason along and post with it.
func TestSlipIsAskedAbout(t *testing.T) {
	finance := staged(t, storetest.SQLite(t)).as(t, access.FinanceOfficer)
	form := url.Values{"form_key": {finance.get("/journal/new").hidden("form_key")}, "date": {"2062-01-20"},
		"text": {"Kontingent"}, "account_1": {"6100"}, "fund_1": {"UNR"}, "debit_1": {"1250,00"}, "account_2": {"1010"},
		"fund_2": {"UNR"}, "credit_2": {"1250,00"}}
	const field = "confirm.date_far_ahead"
	finance.post("/journal/new", form).want(http.StatusUnprocessableEntity).says(`name="`+field+`"`, "Er det meningen?")
	form.Set(field, "ja")
	finance.post("/journal/new", form).want(http.StatusUnprocessableEntity).says(`name="`+field+`"`, "ti bogstaver")
	form.Set(field, "Aftalen gælder først fra 2062")
	check := finance.post("/journal/new", form).want(http.StatusOK).says(`value="Aftalen gælder først fra 2062"`)
	form.Set("form_key", check.hidden("form_key"))
	form.Set("post", "1")
	finance.post("/journal/new", form).want(http.StatusOK).says("Bogført.")
}
