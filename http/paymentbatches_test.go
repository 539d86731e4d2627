package http_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sender is a server over fresh books with the people who pay: one for each part.
type sender struct {
	t                                                    *testing.T
	db                                                   *store.DB
	care, lead, books, board, chief, clerk, other, audit *apitest.Client
	key                                                  int
}

func onSending(t *testing.T, fn func(s *sender)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
			if err := ledger.Create(t.Context(), tx, book); err != nil {
				return err
			}
			if err := book.OpenFund(t.Context(), tx,
				ledger.Fund{Code: "UNR", Name: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			five := ledger.OfMinor(500000, "DKK")
			_, err := book.Post(t.Context(), tx,
				ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance", Lines: []ledger.Line{
					ledger.Base("1010", "UNR", five), ledger.Base("3100", "UNR", five.Neg())}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		c := apitest.Serve(t, db)
		s := &sender{t: t, db: db, care: c.As(db, "care", access.Caseworker), lead: c.As(db, "lead", access.ProgrammeLead),
			books: c.As(db, "books", access.FinanceOfficer),
			board: c.As(db, "board", access.Treasurer), chief: c.As(db, "chief", access.Treasurer),
			clerk: c.As(db, "clerk", access.FinanceOfficer), other: c.As(db, "other", access.FinanceOfficer),
			audit: c.As(db, "audit", access.Auditor)}
		fn(s)
	})
}

// pay sends something that moves money.
func (m *sender) pay(who *apitest.Client, path, body string) apitest.Answer {
	m.key++
	return who.In(m.t).With("Idempotency-Key", "k"+strings.Repeat("x", m.key)).Post(path, body)
}

// payee puts a payee on record that can be paid to.
func (m *sender) payee(code, details string) {
	m.clerk.In(m.t).Post("/payees", `{"code":"`+code+`","kind":"clinic","alias":"House `+code+`"}`).Want(201)
	m.clerk.In(m.t).Post("/payees/"+code+"/bank-details", details).Want(201)
	m.other.In(m.t).Post("/payees/"+code+"/bank-details/1/verifications",
		`{"how":"letter","note":"answered our letter to the office"}`).Want(200)
	storetest.ClockOf(m.db).Advance(48 * time.Hour)
}

// authorised takes a payment as far as its release.
func (m *sender) authorised(payee, amount string) string {
	var d struct{ Number string }
	m.pay(m.care, "/disbursements",
		`{"settlement":"payment","date":"2026-01-20","payee":"`+payee+
			`","category":"emergency-aid","account":"1010","amount":"`+amount+
			`","shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"}`).Want(201).Into(&d)
	at := "/disbursements/" + d.Number
	m.care.In(m.t).Post(at+"/submissions", nil).Want(200)
	m.lead.In(m.t).Post(at+"/decisions", `{"decision":"approve"}`).Want(200)
	m.board.In(m.t).Post(at+"/authorisations", nil).Want(200)
	return d.Number
}

// TestPaymentBatchByAPI sends a batch as a client does, from the payee to the bank's line, and holds what each step
// refuses.
func TestPaymentBatchByAPI(t *testing.T) {
	onSending(t, func(s *sender) {
		s.payee("CLI-01", `{"registration_number":"0040","account_number":"0440116243"}`)
		number := s.authorised("CLI-01", "900.00")
		s.pay(s.books, "/payment-batches", `{"account":"1010","date":"2026-01-22"}`).Want(201)
		const at = "/payment-batches/B-2026-0001"
		s.pay(s.books, at+"/items", `{"items":["D-2026-0099"]}`).Problem(422, "unknown_reference")
		s.pay(s.books, at+"/items", `{"items":["`+number+`"]}`).Want(200)
		s.pay(s.chief, "/disbursements/"+number+"/releases", `{"date":"2026-01-22"}`).Problem(409, "in_payment_batch")
		s.pay(s.books, at+"/locks", "").Problem(422, "bank_account_missing")
		s.books.In(s.t).Post("/bank-accounts",
			`{"account":"1010","name":"Example","iban":"DK5000400440116243","bic":"DABADKKK"}`).Want(201)
		s.pay(s.other, at+"/locks", "").Want(200)
		for _, who := range []*apitest.Client{s.board} {
			s.pay(who, at+"/releases", "").Problem(403, "maker_cannot_approve")
		}
		s.pay(s.chief, at+"/releases", "").Want(200)
		s.books.In(s.t).Get(at+"/file").Problem(409, "state_conflict")
		s.pay(s.books, at+"/exports", `{}`).Want(200)
		file := s.books.In(s.t).Get(at + "/file").Want(200)
		if body := string(file.Body); !strings.Contains(body, "<CtrlSum>900</CtrlSum>") ||
			!strings.Contains(body, "<Ustrd>PMT-001</Ustrd>") || strings.Contains(body, "emergency") {
			s.t.Errorf("the file says %s", body)
		}
		if name := file.Header.Get("Content-Disposition"); !strings.Contains(name, "B-2026-0001.xml") {
			s.t.Errorf("the file goes by %s", name)
		}
		s.audit.In(s.t).Get(at+"/file").Problem(http.StatusForbidden, "forbidden_scope")
		var line struct{ ID string }
		s.pay(s.books, "/bank-lines", `{"account":"1010","date":"2026-01-22","amount":"-900.00","reference":"R1"}`).Want(201).
			Into(&line)
		s.pay(s.books, at+"/reconciliations", "").Problem(409, "payment_batch_unproved")
		s.pay(s.books, "/bank-lines/"+line.ID+"/matches", `{"payment":"PMT-001","proves":"payment"}`).Want(201)
		s.pay(s.books, at+"/reconciliations", "").Want(200)
		s.pay(s.books, at+"/closings", "").Want(200)
		s.pay(s.books, at+"/aborts", `{"reason":"it is closed already"}`).Problem(409, "state_conflict")
		var page struct {
			State    string
			Count    int
			Standing []struct {
				State  string
				Amount struct{ Amount string }
			}
		}
		s.audit.In(s.t).Get(at).Want(200).Into(&page)
		if page.State != "closed" || page.Count != 1 || len(page.Standing) != 1 || page.Standing[0].State != "confirmed" ||
			page.Standing[0].Amount.Amount != "900.00" {
			s.t.Errorf("%+v", page)
		}
		if table := string(s.audit.In(s.t).Get(at + "/items?format=csv").Want(200).Body); !strings.Contains(table,
			"PMT-001") || strings.Contains(table, "0440116243") {
			s.t.Errorf("the table of its payments is %s", table)
		}
		s.audit.In(s.t).Get("/payment-batches?format=csv&lang=da").Want(200)
		s.audit.In(s.t).Get("/bank-accounts").Want(200)
		s.paidAgain()
	})
}

// paidAgain recalls a payment, makes it again in the next batch, and has the bank send it back.
func (m *sender) paidAgain() {
	number := m.authorised("CLI-01", "40.00")
	m.pay(m.chief, "/disbursements/"+number+"/releases", `{"date":"2026-01-23","number":"PMT-900"}`).Want(201)
	m.pay(m.chief, "/payments/PMT-900/dispatches", "").Want(200)
	m.books.In(m.t).Post("/payments/PMT-900/failures", `{"state":"recalled","reason":"the day was wrong"}`).Want(200)
	m.books.In(m.t).Post("/payments/PMT-900/failures", `{"state":"failed","reason":"the day was wrong"}`).Problem(409,
		"state_conflict")
	var again struct {
		Number    string
		ReissueOf string `json:"reissue_of"`
	}
	m.pay(m.books, "/payments/PMT-900/reissues", `{"date":"2026-01-26"}`).Want(201).Into(&again)
	m.pay(m.books, "/payments/PMT-900/reissues", `{"date":"2026-01-26"}`).Problem(409, "payment_reissued")
	if again.ReissueOf == "" {
		m.t.Error("it does not say what it is made again of")
	}
	const at = "/payment-batches/B-2026-0002"
	m.pay(m.books, "/payment-batches", `{"account":"1010","date":"2026-01-26"}`).Want(201)
	m.pay(m.books, at+"/items", `{"items":["`+again.Number+`"]}`).Want(200)
	m.pay(m.other, at+"/locks", "").Want(200)
	m.pay(m.books, at+"/unlocks", `{"reason":"another one belongs in"}`).Want(200)
	m.pay(m.books, at+"/removals", `{"payments":["`+again.Number+`"]}`).Want(200)
	m.pay(m.other, at+"/locks", "").Problem(422, "payment_batch_empty")
	m.pay(m.books, at+"/items", `{"items":["`+again.Number+`"]}`).Want(200)
	m.pay(m.other, at+"/locks", "").Want(200)
	m.pay(m.chief, at+"/releases", "").Want(200)
	m.pay(m.books, at+"/exports", `{"file_format":"csv"}`).Want(200)
	var out, back struct{ ID string }
	m.pay(m.books, "/bank-lines", `{"account":"1010","date":"2026-01-26","amount":"-40.00","reference":"R2"}`).Want(201).
		Into(&out)
	m.pay(m.books, "/bank-lines/"+out.ID+"/matches", `{"payment":"`+again.Number+`","proves":"payment"}`).Want(201)
	m.pay(m.books, "/bank-lines", `{"account":"1010","date":"2026-01-28","amount":"40.00","reference":"R3"}`).Want(201).
		Into(&back)
	m.pay(m.books, "/bank-lines/"+back.ID+"/matches", `{"payment":"`+again.Number+`","proves":"return"}`).Want(201)
	m.pay(m.books, at+"/reconciliations", "").Want(200)
}
