package http_test

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/storetest"
)

// pillar takes mails and keeps them.
type pillar struct{ mails []statements.Mail }

func (p *pillar) Send(_ context.Context, m statements.Mail) error {
	p.mails = append(p.mails, m)
	return nil
}

// mailing is a server over books with a donor who wants mail, and everybody whom a statement needs.
type mailing struct {
	*testing.T
	db                    *store.DB
	c                     *apitest.Client
	finance, lead, second *apitest.Client
	post                  *pillar
	man                   *statements.Postman
	key                   string
}

func onMailing(t *testing.T, fn func(m *mailing)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		people := vaulttest.New(t)
		m := &mailing{T: t, db: db, post: &pillar{}}
		m.man = &statements.Postman{DB: db, Vault: people, Mailer: m.post,
			Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
				return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
			}}
		var err error
		if m.key, _, err = proof.NewKey("example.org/books"); err != nil {
			t.Fatal(err)
		}
		m.update(func(ctx context.Context, tx *store.Tx) error { return openMailing(ctx, tx, people) })
		storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC)) // the year is over
		m.c = apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: people})
		m.finance, m.lead, m.second = m.c.As(db, "books", access.FinanceOfficer), m.c.As(db, "lead", access.ProgrammeLead),
			m.c.As(db, "second", access.Treasurer)
		fn(m)
	})
}

// openMailing opens books with a gift of a donor for each way of delivery.
func openMailing(ctx context.Context, tx *store.Tx, people *vault.Vault) error {
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}
	if err := ledger.Create(ctx, tx, book); err != nil {
		return err
	}
	if err := book.OpenFund(ctx, tx,
		ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
		return err
	}
	register := grants.Register{Book: book}
	amount, err := ledger.ParseMoney("100.00", "DKK")
	if err != nil {
		return err
	}
	for code, how := range map[string]donors.Delivery{"D-1": donors.ByEmail, "D-2": donors.ByPost} {
		d, err := donors.Register(ctx, tx,
			donors.Donor{Code: code, Kind: donors.Person, Language: "da", Delivery: how})
		if err != nil {
			return err
		}
		if _, err := donors.Seal(ctx, tx, people, code,
			map[donors.Field]string{donors.Email: "zq.kanari@modtager.example"}); err != nil {
			return err
		}
		gift := gifts.Gift{Number: "GIFT-" + code, Donor: d, Fund: "UNR", On: "2026-03-03", Gross: amount,
			Fee: ledger.Zero("DKK"), Account: "1010"}
		if _, err := (gifts.Register{Grants: register}).Receive(ctx, tx, gift); err != nil {
			return err
		}
	}
	return nil
}

func (m *mailing) update(act func(context.Context, *store.Tx) error) {
	m.Helper()
	if err := m.db.Update(m.Context(), func(tx *store.Tx) error { return act(m.Context(), tx) }); err != nil {
		m.Fatal(err)
	}
}

// stated is what the API says of a statement.
type stated struct {
	ID, Number, State string
	Document          string `json:"document_sha256"`
}

// draft prepares a statement and takes it up to issuing.
func (m *mailing) issued(body string) (s stated) {
	m.Helper()
	m.finance.With("Idempotency-Key", store.NewID("key")).Post("/statements", body).Want(201).Into(&s)
	at := "/statements/" + s.ID
	m.finance.Post(at+"/privacy-checks", "").Want(200)
	m.lead.Post(at+"/reviews", "").Want(200)
	m.second.Post(at+"/issues", "").Want(200).Into(&s)
	return s
}

// sealed takes a statement up to its seal.
func (m *mailing) sealed(body string) (s stated) {
	m.Helper()
	s = m.issued(body)
	m.update(func(ctx context.Context, tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: m.key}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, c)
	})
	m.finance.Post("/statements/"+s.ID+"/seals", "").Want(200).Into(&s)
	return s
}

// sent asks for a delivery, has the job done, and gives the path that the mail leads to.
func (m *mailing) sent(s stated) string {
	m.Helper()
	var d struct{ ID statements.DeliveryID }
	m.finance.Post("/statements/"+s.ID+"/deliveries", "").Want(http.StatusAccepted).Into(&d)
	if err := m.man.Work(m.Context(), statements.DeliveryJob{Delivery: d.ID}); err != nil {
		m.Fatal(err)
	}
	mail := m.post.mails[len(m.post.mails)-1]
	link := regexp.MustCompile(`https://books\.example/own/(\S+)`).FindStringSubmatch(mail.Text)
	if len(link) != 2 {
		m.Fatalf("no link in the mail: %s\n%s", mail.Subject, mail.Text)
	}
	// The letters of the link are random: they may spell the code.
	if strings.Contains(mail.Subject+strings.Replace(mail.Text, link[1], "", 1), "D-1") {
		m.Fatalf("the donor's code in the mail: %s\n%s", mail.Subject, mail.Text)
	}
	return "/statement-documents/" + link[1]
}

const (
	toFirst  = `{"subject":"D-1","kind":"donor_annual","to":"2026-12-31"}`
	toSecond = `{"subject":"D-2","kind":"donor_annual","to":"2026-12-31"}`
)

// TestDeliveriesByAPI holds that only sealed statements go to those who asked for mail, that every attempt is listed,
// and that the link leads to the very file, which no cache and no other site learns of.
func TestDeliveriesByAPI(t *testing.T) {
	onMailing(t, func(m *mailing) {
		early := m.issued(toSecond)
		m.finance.Post("/statements/"+early.ID+"/deliveries", "").Problem(409, "statement_not_sealed")
		s := m.sealed(toFirst)
		m.finance.Post("/statements/"+early.ID+"/seals", "").Want(200)
		m.finance.Post("/statements/"+early.ID+"/deliveries", "").Problem(409, "delivery_not_wanted")
		m.lead.Post("/statements/"+s.ID+"/deliveries", "").Problem(403, "forbidden_scope")
		m.finance.Post("/statements/sta_none/deliveries", "").Problem(404, "not_found")

		at := m.sent(s)
		got := m.c.Get(at).Want(200)
		for name, want := range map[string]string{"Content-Type": "application/pdf", "Cache-Control": "no-store",
			"Referrer-Policy":        "no-referrer",
			"X-Content-Type-Options": "nosniff", "Content-Disposition": `attachment; filename="` + s.Number + `.pdf"`} {
			if got.Header.Get(name) != want {
				m.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
			}
		}
		if file := m.finance.Get("/statements/" + s.ID + "/document").Want(200); !bytes.Equal(file.Body, got.Body) {
			m.Error("the link leads to another file")
		}
		var list struct {
			Data []struct{ Attempts []struct{ Outcome string } }
		}
		m.lead.Get("/statements/" + s.Number + "/deliveries").Want(200).Into(&list)
		if len(list.Data) != 1 || len(list.Data[0].Attempts) != 1 || list.Data[0].Attempts[0].Outcome != "sent" {
			m.Errorf("%+v", list)
		}
		if m.finance.Get("/statements/" + s.ID).Want(200).Into(&s); s.State != "SENT" {
			m.Errorf("it is %s", s.State)
		}
	})
}

// TestLinksThatLeadNowhere holds that a link of another secret, one that is too old, and one to a statement that was
// replaced or withdrawn all get the same answer.
func TestLinksThatLeadNowhere(t *testing.T) {
	onMailing(t, func(m *mailing) {
		s := m.sealed(toFirst)
		at := m.sent(s)
		m.c.Get(at[:len(at)-1]).Problem(404, "not_found")
		m.c.Get("/statement-documents/"+strings.Repeat("A", 43)).Problem(404, "not_found")
		m.c.Get("/statement-documents/"+strings.Repeat("x", 101)).Problem(422, "validation_failed")

		next := m.sealed(`{"replaces":"` + s.Number + `"}`)
		m.c.Get(at).Problem(404, "not_found") // it was replaced
		to := m.sent(next)
		m.c.Get(to).Want(200)
		clock := storetest.ClockOf(m.db)
		clock.Advance(31 * 24 * time.Hour)
		m.c.Get(to).Problem(404, "not_found")
		m.finance = m.c.As(m.db, "later", access.FinanceOfficer) // tokens are too old by now as well
		fresh := m.sent(next)
		m.c.Get(fresh).Want(200)
		m.finance.Post("/statements/"+next.ID+"/withdrawals", `{"reason":"the wrong period was chosen"}`).Want(200)
		m.c.Get(fresh).Problem(404, "not_found")
	})
}

// TestListsOfTheNewestGoOn holds that the second page of a list that begins with the newest has the older ones.
func TestListsOfTheNewestGoOn(t *testing.T) {
	onMailing(t, func(m *mailing) {
		var want []string
		for _, body := range []string{toFirst, toSecond, `{"subject":"UNR","kind":"fund","to":"2026-12-31"}`} {
			var s stated
			m.finance.With("Idempotency-Key", store.NewID("key")).Post("/statements", body).Want(201).Into(&s)
			want = append([]string{s.ID}, want...)
			time.Sleep(2 * time.Millisecond) // ids sort by the millisecond
		}
		var got []string
		for path := "/statements?limit=2"; path != ""; {
			var page struct {
				Data []stated
				Page struct {
					NextCursor string `json:"next_cursor"`
				}
			}
			m.finance.Get(path).Want(200).Into(&page)
			for _, s := range page.Data {
				got = append(got, s.ID)
			}
			path = ""
			if page.Page.NextCursor != "" {
				path = "/statements?limit=2&cursor=" + page.Page.NextCursor
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			m.Errorf("got %v\nwant %v", got, want)
		}
	})
}

// TestLetterheadsByAPI holds that the newest letterhead is in force, stands on what is collected from then on, and is
// set by those who keep the books.
func TestLetterheadsByAPI(t *testing.T) {
	onMailing(t, func(m *mailing) {
		const body = `{"registration":"CVR 12345678","address":"Havnegade 1, 8000 Aarhus C","contact":"post@example.org","tax_approval":"j.nr. 26-1"}`
		m.lead.Post("/letterheads", body).Problem(403, "forbidden_scope")
		m.finance.Post("/letterheads", `{"registration":"CVR 1","address":"","contact":"","tax_approval":""}`).Want(201)
		time.Sleep(2 * time.Millisecond) // ids sort by the millisecond
		m.second.Post("/letterheads", body).Want(201)
		var list struct {
			Data []struct{ Registration, Contact string }
		}
		m.lead.Get("/letterheads").Want(200).Into(&list)
		if len(list.Data) != 2 || list.Data[0].Registration != "CVR 12345678" || list.Data[0].Contact != "post@example.org" {
			m.Errorf("%+v", list)
		}
		m.finance.With("Idempotency-Key", "e").Post("/statements",
			`{"subject":"D-1","to":"2026-12-31","explanations":[{"budget_line":"1","reason":"weather"}]}`).
			Problem(422, "validation_failed")
		var s stated
		m.finance.With("Idempotency-Key", "f").Post("/statements", toFirst).Want(201).Into(&s)
		if page := string(m.finance.Get("/statements/" + s.ID + "/document?format=html&lang=da").Want(200).
			Body); !strings.Contains(page, "CVR 12345678, Havnegade 1") || !strings.Contains(page, "j.nr. 26-1") {
			m.Errorf("the letterhead is not on the page:\n%.1500s", page)
		}
	})
}

// TestLetterTextsByAPI holds that the words of letters and mails are written by one and approved by another, and that a
// word that tells of one person is named.
func TestLetterTextsByAPI(t *testing.T) {
	onMailing(t, func(m *mailing) {
		const body = `{"language":"en","display_name":"Nordlys","greeting":"Dear supporter,","salutation":"Dear {name},",` +
			`"thanks":"Thank you for giving to {purpose}.","signature":"Kind regards\nThe board"}`
		m.lead.Post("/letter-texts", body).Problem(403, "forbidden_scope")
		refused := m.finance.Post("/letter-texts", strings.Replace(body, "giving", "helping her", 1))
		refused.Problem(422, "letter_text_refused")
		if !strings.Contains(string(refused.Body), "“her”") {
			m.Errorf("the word is not named: %s", refused.Body)
		}
		var text struct{ ID string }
		m.finance.Post("/letter-texts", body).Want(201).Into(&text)
		m.finance.Post("/letter-texts/"+text.ID+"/approvals", "").Problem(403, "maker_cannot_approve")
		m.lead.Post("/letter-texts/txt_unknown/approvals", "").Problem(404, "letter_text_unknown")
		m.lead.Post("/letter-texts/"+text.ID+"/approvals", "").Want(200)
		var list struct {
			Data []struct {
				ApprovedBy string `json:"approved_by"`
			}
		}
		m.lead.Get("/letter-texts").Want(200).Into(&list)
		if len(list.Data) != 1 || list.Data[0].ApprovedBy == "" {
			m.Errorf("%+v", list)
		}
	})
}
