package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/storetest"
)

// fits wants a page to be no wider than the screen, and all that is touched to be large enough.
func (b tab) fits() tab {
	b.t.Helper()
	for what, script := range map[string]string{"too wide": tooWide, "too small to touch": tooSmall} {
		if found := evaluate[string](b, script); found != "" {
			b.t.Errorf("%s: %s: %s", b.path(), what, found)
		}
	}
	return b
}

// ran works the steps of a run that wait, as the queue does.
func (w world) ran(t *testing.T, run string, step statements.RunStep) {
	t.Helper()
	worker := &statements.Runner{DB: w.db, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
	}}
	if err := worker.All(t.Context(), statements.RunID(run), step, nil); err != nil {
		t.Fatal(err)
	}
}

// TestLettersOnAPhone writes and approves the words of letters on a phone, takes a run to its print step, and fetches
// what is printed, a receipt, and what is wrong with a code.
func TestLettersOnAPhone(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	w.giver(t, "D-77")
	w.giver(t, "D-78")
	api := w.as(t, access.FinanceOfficer)
	api.ask(http.MethodPost, "/donors", map[string]string{"code": "D-79", "kind": "person", "language": "da",
		"delivery": "post"}, nil)
	api.ask(http.MethodPost, "/donors/D-79/personal-data", map[string]string{"name": "Zq Kanari",
		"address": "Prøvevej 1\n8000 Aarhus C"}, nil)
	api.ask(http.MethodPost, "/gifts", map[string]string{"number": "GIFT-79", "donor": "D-79", "fund": "UNR",
		"date": "2027-01-20", "gross": "700.00"}, nil)
	browser := chromium(t)
	finance := open(t, browser, w.at, phone).enter("finance_officer")
	finance.visit("/letter-texts").fits()
	finance.fill("greeting", "Kære bidragyder").fill("salutation", "Kære {name}").fill("signature", "Venlig hilsen").
		fill("thanks", "Tak for de 100 kr.").press("Gem teksten").says("tal").fits()
	finance.fill("thanks", "Tak for din støtte til {purpose}.").press("Gem teksten").says("Tak for din støtte").fits()
	text := finance.path()
	open(t, browser, w.at, phone).enter("treasurer").visit(text).press("Godkend teksten").says("Godkendt").fits()

	finance.visit("/statement-runs").fits().choose("kind", "donor_annual").choose("to", "2027-01-31").press("Begynd").fits()
	at, _, _ := strings.Cut(finance.path(), "?")
	run := strings.TrimPrefix(at, "/statement-runs/")
	w.ran(t, run, statements.RunPrepare)
	for _, s := range []struct {
		who  access.Role
		path string
		step statements.RunStep
	}{{access.ProgrammeLead, "/reviews", statements.RunReview}, {access.Treasurer, "/issues", statements.RunIssue},
		{access.FinanceOfficer, "/seals", statements.RunSeal}} {
		w.as(t, s.who).ask(http.MethodPost, at+s.path, nil, nil)
		w.checkpoint(t)
		w.ran(t, run, s.step)
	}
	finance.visit(at).press("Find dem, der får brev").fits()
	w.ran(t, run, statements.RunPrint)
	finance.visit(at).says("Breve som zip", "får en e-mail", "D-79").fits()
	finance.picture("run-print")
	zipped := w.as(t, access.FinanceOfficer).get(at + "/letters").want(http.StatusOK)
	if !strings.HasPrefix(zipped.body, "PK") || !strings.Contains(zipped.body, "-1-letter.pdf") {
		t.Errorf("no zip with a letter: %.20q", zipped.body)
	}
	finance.visit("/gifts").says("Kvittering").fits()
	receipt := w.as(t, access.FinanceOfficer).get("/gifts/GIFT-79/receipt").want(http.StatusOK)
	if !strings.HasPrefix(receipt.body, "%PDF-") {
		t.Errorf("no receipt: %.20q", receipt.body)
	}
	public := open(t, browser, w.at, phone).visit("/verify").fits()
	public.fill("code", "AAAA-AAAA-AAAA-AAAA").press("Kontrollér").says("Vi kender intet regnskab").fits()
}
