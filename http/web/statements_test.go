package web_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	paper "supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
	"supportledger/store/storetest"
)

// mailbox keeps what is sent.
type mailbox struct{ mails []statements.Mail }

func (m *mailbox) Send(_ context.Context, mail statements.Mail) error {
	m.mails = append(m.mails, mail)
	return nil
}

// giver puts a donor on record who wants mail, with a gift.
func (w world) giver(t *testing.T, code string) {
	t.Helper()
	finance := w.as(t, access.FinanceOfficer)
	finance.ask(http.MethodPost, "/donors", map[string]string{"code": code, "kind": "person", "language": "da",
		"delivery": "email"}, nil)
	finance.ask(http.MethodPost, "/donors/"+code+"/personal-data", map[string]string{"email": "giver@example.org"}, nil)
	finance.ask(http.MethodPost, "/gifts", map[string]string{"donor": code, "fund": "UNR", "date": "2027-01-20",
		"gross": "1200.00"}, nil)
}

// signingKey is the one key of these books.
var signingKey = sync.OnceValue(func() string {
	key, _, err := proof.NewKey("example.org/books")
	if err != nil {
		panic(err)
	}
	return key
})

// checkpoint signs the tree, so that statements can be sealed.
func (w world) checkpoint(t *testing.T) {
	t.Helper()
	err := w.db.Update(t.Context(), func(tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: signingKey()}.Sign(t.Context(), tx)
		if err != nil {
			return err
		}
		return proof.Keep(t.Context(), tx, c)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// posted does the jobs of deliveries, and gives the path of the link in the mail.
func (w world) posted(t *testing.T, people *vault.Vault, statement string) string {
	t.Helper()
	var list struct {
		Data []struct{ ID statements.DeliveryID }
	}
	w.as(t, access.FinanceOfficer).ask(http.MethodGet, "/statements/"+statement+"/deliveries", nil, &list)
	box := &mailbox{}
	man := &statements.Postman{DB: w.db, Vault: people, Mailer: box,
		Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
			return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
		}}
	if err := man.Work(t.Context(), statements.DeliveryJob{Delivery: list.Data[0].ID}); err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`https://books\.example(/own/\S+)`).FindStringSubmatch(box.mails[0].Text)
	if link == nil {
		t.Fatalf("no link in %s", box.mails[0].Text)
	}
	return link[1]
}

// TestFromDraftToTheDonor takes a statement from its draft to the donor's own page, on a phone, and holds an altered
// file against what was issued.
func TestFromDraftToTheDonor(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	w.giver(t, "D-77")
	w.giver(t, "D-78")
	browser := chromium(t)
	finance := open(t, browser, w.at, desk).enter("finance_officer")
	finance.visit("/statements").unfold("Saml et regnskab").fill("subject", "D-77").choose("kind", "donor_annual").
		choose("to", "2027-01-31")
	finance.press("Saml kladden").says("Kladden er samlet", "1.200,00", "PDF")
	finance.picture("statement-draft")
	at := strings.SplitN(finance.path(), "?", 2)[0]
	id := strings.TrimPrefix(at, "/statements/")
	if evaluate[int](finance, `document.querySelectorAll('.twin a[href*="/figures/"]').length`) == 0 {
		t.Error("no figure leads to its lines")
	}
	finance.press("Kør privatlivstjek").says("Privatlivstjekket har frigivet den")
	lead := open(t, browser, w.at, phone).enter("programme_lead")
	lead.visit(at).press("Godkend").says("Godkendt. En tredje person udsteder den.")
	treasurer := open(t, browser, w.at, desk).enter("treasurer")
	treasurer.visit(at).press("Udsted").says("Udstedt: nummer og dokument ligger fast.")
	w.checkpoint(t)
	finance.visit(at).press("Forsegl").says("Forseglet").press("Send til donoren").says("på vej til donoren")
	link := w.posted(t, w.people, id)

	donor := open(t, browser, w.at, phone)
	donor.visit(link).says("Dine regnskaber", "1. januar", "Hent PDF")
	donor.picture("own")
	donor.choose("delivery", "portal").press("Gem").says("Dit valg er gemt.", "Kun her på siden")
	donor.press("Læs den her").says("1.200,00")
	donor.picture("own-statement")

	// The donor's download is the very file; another donor's is not there, and an unknown link leads nowhere.
	reader := w.as(t, "")
	pdf := reader.get(link + "/statements/" + id + "/document").want(http.StatusOK)
	if !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Errorf("no PDF: %.20q", pdf.body)
	}
	other := w.issuedTo(t, "D-78")
	for _, path := range []string{link + "/statements/" + other, link + "/statements/" + other + "/document",
		"/own/" + strings.Repeat("A", 43)} {
		reader.get(path).want(http.StatusNotFound).says("Linket virker ikke")
	}
	reader.post("/own/"+strings.Repeat("A", 43)+"/choices", url.Values{"language": {"da"}, "delivery": {"none"}}).
		want(http.StatusNotFound)

	// Whoever has the code sees whether it stands; the browser says whether a file is the one.
	var s struct{ Code string }
	w.as(t, access.FinanceOfficer).ask(http.MethodGet, "/statements/"+id, nil, &s)
	dir := t.TempDir()
	whole, altered := filepath.Join(dir, "whole.pdf"), filepath.Join(dir, "altered.pdf")
	for path, content := range map[string]string{whole: pdf.body, altered: strings.Replace(pdf.body, "0", "1", 1)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	public := open(t, browser, w.at, phone)
	public.visit("/verify").fill("code", s.Code).press("Kontrollér").says("Det er udstedt af os og gælder.", "Fyrlys")
	public.hold(whole).says("Uændret: Filen er præcis den, vi udstedte").fits()
	public.hold(altered).says("IKKE, som vi udstedte den").fits()
	public.holdOthers(dir, pdf.body)
	public.picture("verify")
	if told := public.text(); strings.Contains(told, "D-77") || strings.Contains(told, "1.200") {
		t.Errorf("the public page tells money or names:\n%s", told)
	}
	treasurer.visit(at).unfold("Træk regnskabet tilbage").fill("withdraw_reason", "Beløbet var forkert opgjort").
		press("Træk regnskabet tilbage")
	public.visit("/verify/"+strings.ReplaceAll(s.Code, " ", "")).says("trukket tilbage").hold(whole).
		says("uændret, som vi udstedte den", "Det er trukket tilbage")
	reader.get("/verify/AAAA-AAAA-AAAA-AAAA").want(http.StatusNotFound).says("Vi kender intet regnskab med denne kode")
}

// holdOthers holds files against the page that are not as a statement was issued.
func (b tab) holdOthers(dir, issued string) {
	b.t.Helper()
	pages, _, _, err := paper.Detach([]byte(issued))
	if err != nil {
		b.t.Fatal(err)
	}
	copied, err := paper.Lock([]byte(issued), "a passphrase of nobody")
	if err != nil {
		b.t.Fatal(err)
	}
	for content, says := range map[string]string{string(pages): "Ikke forseglet", string(copied): "Ikke et af vores",
		"hello": "Ikke et af vores", "%PDF-1.7\n%%EOF\n": "Ikke et af vores",
		strings.Replace(issued, `"checkpoint":"`, `"checkpoint":"x`, 1): "IKKE, som vi udstedte den"} {
		file := filepath.Join(dir, "held.pdf")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			b.t.Fatal(err)
		}
		b.hold(file).says(says)
	}
}

// hold holds a file against what was issued, and waits for the page that answers. What the browser found in the file is
// what the command finds in it.
func (b tab) hold(file string) tab {
	b.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	evaluate[bool](b, `window.before = true`)
	within(b, "hold", func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS("[data-held]"), []string{file})); err != nil {
			return err
		}
		for range 250 {
			there, err := chromedp.Run(ctx, chromedp.Evaluate[bool](
				`!window.before && document.readyState === 'complete' && !!document.querySelector('.answer')`))
			if err == nil && there {
				return nil
			}
			time.Sleep(20 * time.Millisecond)
		}
		return context.DeadlineExceeded
	})
	at, err := url.Parse(evaluate[string](b, `location.href`))
	if err != nil {
		b.t.Fatal(err)
	}
	if q := at.Query(); at.Path != "/verify/files/"+figures.Hash(content) || q.Get("form") != string(paper.FormOf(content)) ||
		q.Get("signer") != sealing.SignerOf(content) {
		b.t.Errorf("the browser takes it for %s, by %q; it is %s, by %q", at, q.Get("signer"), paper.FormOf(content),
			sealing.SignerOf(content))
	}
	return b
}

// issuedTo issues and seals the statement of a donor by the API.
func (w world) issuedTo(t *testing.T, code string) string {
	t.Helper()
	var made struct{ ID string }
	finance := w.as(t, access.FinanceOfficer)
	finance.ask(http.MethodPost, "/statements", map[string]string{"subject": code, "kind": "donor_annual",
		"to": "2027-01-31"}, &made)
	at := "/statements/" + made.ID
	finance.ask(http.MethodPost, at+"/privacy-checks", nil, nil)
	w.as(t, access.ProgrammeLead).ask(http.MethodPost, at+"/reviews", nil, nil)
	w.as(t, access.Treasurer).ask(http.MethodPost, at+"/issues", nil, nil)
	w.checkpoint(t)
	finance.ask(http.MethodPost, at+"/seals", nil, nil)
	return made.ID
}
