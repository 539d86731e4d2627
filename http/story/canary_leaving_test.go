package story_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/storetest"
)

// leaving is what leaves the organisation, and who has it sent.
type leaving struct {
	clerk, second, chief *apitest.Client
	key                  string // signs checkpoints
	batches              []string
	mails                []statements.Mail
	keyed                int
}

// Send takes a mail and keeps it.
func (l *leaving) Send(_ context.Context, m statements.Mail) error {
	l.mails = append(l.mails, m)
	return nil
}

// leave has a bank file made and a mail sent, of people with canaries.
func (s *service) leave(t *testing.T) {
	t.Helper()
	s.gone = &leaving{clerk: s.client.As(s.db, "clerk", access.FinanceOfficer),
		second: s.client.As(s.db, "second clerk", access.FinanceOfficer),
		chief:  s.client.As(s.db, "chief", access.Treasurer)}
	var err error
	if s.gone.key, _, err = proof.NewKey("example.org/books"); err != nil {
		t.Fatal(err)
	}
	s.gone.clerk.Post("/bank-accounts",
		`{"account":"1010","name":"Example","iban":"DK5000400440116243","bic":"DABADKKK"}`).Want(http.StatusCreated)
	s.paid(t, payeeOf(4), 2)
	s.mailed(t, "MAILED", canaries[5].text(21), "https://books.example")
}

// moves sends something that moves money and gives the number of what it made.
func (s *service) moves(c *apitest.Client, path, body string, good int) string {
	s.t.Helper()
	s.gone.keyed++
	var made struct{ Number string }
	c.With("Idempotency-Key", fmt.Sprint("leaving-", s.gone.keyed)).Post(path, body).Want(good).Into(&made)
	return made.Number
}

// paid has a payee, whose bank details of a version are verified first, paid by a file of its own.
func (s *service) paid(t *testing.T, payee string, version int) {
	t.Helper()
	s.gone.clerk.Post(fmt.Sprintf("/payees/%s/bank-details/%d/verifications", payee, version),
		`{"how":"letter","note":"answered our letter to the office"}`).Want(http.StatusOK)
	clock := storetest.ClockOf(s.db)
	clock.Advance(48 * time.Hour)
	day := string(ledger.DateOf(clock.Now()))
	asked := s.moves(s.caring, "/disbursements",
		`{"settlement":"payment","date":"`+day+`","payee":"`+payee+
			`","category":"emergency-aid","account":"1010","amount":"10.00",`+
			`"shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"}`, http.StatusCreated)
	at := "/disbursements/" + asked
	s.moves(s.caring, at+"/submissions", "", http.StatusOK)
	s.moves(s.others[1], at+"/decisions", `{"decision":"approve"}`, http.StatusOK)
	s.moves(s.others[3], at+"/authorisations", "", http.StatusOK)
	number := s.moves(s.gone.clerk, "/payment-batches", `{"account":"1010","date":"`+day+`"}`, http.StatusCreated)
	batch := "/payment-batches/" + number
	s.moves(s.gone.clerk, batch+"/items", `{"items":["`+asked+`"]}`, http.StatusOK)
	s.moves(s.gone.second, batch+"/locks", "", http.StatusOK)
	s.moves(s.gone.chief, batch+"/releases", "", http.StatusOK)
	s.moves(s.gone.clerk, batch+"/exports", `{}`, http.StatusOK)
	s.gone.batches = append(s.gone.batches, batch)
}

// mailed has a donor of a name give, and be sent the statement of it by a server of an address.
func (s *service) mailed(t *testing.T, donor, name, address string) {
	t.Helper()
	finance := s.others[2]
	finance.Post("/donors", `{"code":"`+donor+`","kind":"person","language":"da","delivery":"email"}`).Want(
		http.StatusCreated)
	finance.Post("/donors/"+donor+"/personal-data", `{"name":"`+name+`","email":"receiver@modtager.example"}`).Want(
		http.StatusOK)
	s.moves(finance, "/gifts", `{"donor":"`+donor+`","fund":"UNR","date":"2026-01-15","gross":"100.00"}`,
		http.StatusCreated)
	id := s.issued(t, `{"subject":"`+donor+`","to":"2026-01-31"}`)
	if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: s.gone.key}.Sign(t.Context(), tx)
		if err != nil {
			return err
		}
		return proof.Keep(t.Context(), tx, c)
	}); err != nil {
		t.Fatal(err)
	}
	s.plain(http.MethodPost, finance, "/statements/"+id+"/seals", "")
	var d struct{ ID statements.DeliveryID }
	finance.Post("/statements/"+id+"/deliveries", "").Want(http.StatusAccepted).Into(&d)
	man := &statements.Postman{DB: s.db, Vault: s.vault, Mailer: s.gone,
		Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
			return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: address})
		}}
	if err := man.Work(t.Context(), statements.DeliveryJob{Delivery: d.ID}); err != nil {
		t.Fatal(err)
	}
	s.statements = append(s.statements, id)
}

// left collects what has left the organisation: the bank's files, which hold the accounts of payees and their streets
// since money goes there, the mails but for their addresses, and the journal in each of its formats.
func (s *service) left(t *testing.T, sinks map[string][]byte) {
	t.Helper()
	for _, batch := range s.gone.batches {
		file := s.raw(t, s.gone.clerk, rest.Base+batch+"/file")
		if !bytes.Contains(file, []byte("<CtrlSum>10</CtrlSum>")) {
			t.Errorf("%s is no file for a bank: %.300s", batch, file)
		}
		for _, k := range canaries[9:] {
			file = bytes.ReplaceAll(file, []byte(k.text(4)), nil)
		}
		sinks["bank files"] = append(sinks["bank files"], file...)
	}
	for _, m := range s.gone.mails {
		sinks["mails"] = append(sinks["mails"], m.Subject+"\n"+m.Text+"\n"+m.File+"\n"+string(m.Body)...)
	}
	if err := s.db.View(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		for _, as := range []journal.ExportFormat{journal.ExportHledger, journal.ExportBeancount, journal.ExportLedger,
			journal.ExportCSV, journal.ExportCSVDanish, journal.ExportXLSX} {
			var out bytes.Buffer
			if err := (journal.Export{Format: as}).Write(t.Context(), tx, book, &out); err != nil {
				return err
			}
			sinks["the journal as "+string(as)] = out.Bytes()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	sinks["refusals and failures"] = s.refusals.Bytes()
}

// refusedToOthers has everybody who is on no case ask for somebody's identity, in both languages: whatever they are
// told names nobody.
func (s *service) refusedToOthers(t *testing.T) {
	t.Helper()
	for _, c := range s.others {
		for _, lang := range []string{"en", "da"} {
			in := c.With("Accept-Language", lang)
			for _, ask := range [][3]string{
				{http.MethodPut, "/beneficiaries/" + s.codes[0] + "/identity", `{"names":"x"}`},
				{http.MethodPost, "/beneficiaries/" + s.codes[0] + "/identity-openings",
					`{"fields":["names"],"purpose":"plan","reason":"long enough a reason"}`},
				{http.MethodPost, "/payees/" + payeeOf(0) + "/bank-details", `{"iban":"x"}`},
				{http.MethodGet, "/donors/" + donorOf(0), ""},
				{http.MethodPost, "/donors/" + donorOf(0) + "/disclosures", `{"reason":"short"}`},
			} {
				s.refusals.Write(s.sent(ask[0], in, ask[1], ask[2]))
			}
		}
	}
}

// leakOut leaks into what leaves: an alias that a bank reads, the address of a mail's link, a text of the journal, and
// an answer.
func (s *service) leakOut(t *testing.T) {
	t.Helper()
	finance, text := s.others[2], leaked[0].text(8)
	finance.Post("/payees", `{"code":"LEAK","kind":"partner","alias":"`+text+`"}`).Want(http.StatusCreated)
	finance.Post("/payees/LEAK/bank-details", `{"registration_number":"0040","account_number":"0440116280"}`).Want(
		http.StatusCreated)
	s.paid(t, "LEAK", 1)
	s.mailed(t, "MAILED-2", "x", "https://"+strings.ToLower(text)+".example")
	amount := ledger.OfMinor(100, "DKK")
	if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-31", Text: text, Act: "manual", Lines: []ledger.Line{
			ledger.Base("1010", "UNR", amount), ledger.Base("4200", "UNR", amount.Neg())}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.refusals.Write(s.sent(http.MethodPost, s.caring, "/accidents", `{"kind":"told","text":"`+text+`"}`))
}
