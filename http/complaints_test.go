package http_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
)

// paying are those who decide on the payments of a case and pay them.
type paying struct {
	staffed
	books, chief *apitest.Client
}

func (s staffed) paying() paying {
	return paying{s, s.c.As(s.db, "books", access.FinanceOfficer), s.c.As(s.db, "chief", access.Treasurer)}
}

// authorised takes what the lead asks for up to its authorisation, and gives its number.
func (p paying) authorised(t *testing.T) (number string) {
	t.Helper()
	id := drafted(p.caring, "{"+aidOf100+"}")
	at := "/disbursements/" + id
	p.caring.In(t).Post(at+"/submissions", nil).Want(200)
	p.lead.In(t).Post(at+"/decisions", `{"decision":"approve"}`).Want(200)
	p.chief.In(t).Post(at+"/authorisations", nil).Want(200)
	var d struct{ Number string }
	p.chief.In(t).Get(at).Want(200).Into(&d)
	return d.Number
}

// paid releases and pays a disbursement, as the bank says, and gives the number of its payment.
func (p paying) paid(t *testing.T, number string) (payment string) {
	t.Helper()
	var made struct{ Number string }
	keyed(p.books.In(t)).Post("/disbursements/"+number+"/releases", `{"date":"2026-01-15"}`).Want(201).Into(&made)
	keyed(p.books.In(t)).Post("/payments/"+made.Number+"/dispatches", nil).Want(200)
	p.bank(t, made.Number, "-100.00", "payment")
	return made.Number
}

// bank writes a line of the bank down and says what it proves of a payment.
func (p paying) bank(t *testing.T, payment, amount, proves string) {
	t.Helper()
	var line struct{ ID string }
	keyed(p.books.In(t)).Post("/bank-lines", fmt.Sprintf(
		`{"account":"1010","date":"2026-01-15","amount":%q,"reference":"%s %s"}`, amount, payment, proves)).Want(201).Into(&line)
	keyed(p.books.In(t)).Post("/bank-lines/"+line.ID+"/matches", fmt.Sprintf(
		`{"payment":%q,"proves":%q}`, payment, proves)).Want(201)
}

type shownComplaint struct {
	ID, Number, Kind, Outcome string
	State                     string   `json:"state"`
	Channel                   string   `json:"channel"`
	Beneficiary               string   `json:"beneficiary_id"`
	Reissue                   string   `json:"reissue_id"`
	People                    []string `json:"people"`
	Late                      bool     `json:"late"`
}

func complaintsOf(c *apitest.Client) []shownComplaint {
	var list struct{ Data []shownComplaint }
	c.Get("/complaints").Want(200).Into(&list)
	return list.Data
}

// TestComplaintIsEnteredOnce holds that a key that comes again makes no second complaint, although no answer is kept.
func TestComplaintIsEnteredOnce(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		const said = `{"kind":"service","channel":"paper","anonymous":true,"text":"The door was shut"}`
		c := s.paying().books.In(t).With("Idempotency-Key", "again-1")
		c.Post("/complaints", said).Want(201)
		c.Post("/complaints", said).Problem(409, "idempotency_key_spent")
		if seen := complaintsOf(s.officer.In(t)); len(seen) != 1 {
			t.Errorf("one complaint sent twice is %d", len(seen))
		}
	})
}

// TestComplaintHoldsAPayment holds that a complaint is seen by the privacy officer and by those who are named, that
// nobody looks into what they took part in, that it keeps a payment back until it is closed, and that the board sees
// numbers and nothing else.
func TestComplaintHoldsAPayment(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		p := s.paying()
		number := p.authorised(t)
		p.lead.In(t).Post("/complaints", `{"kind":"conduct","channel":"paper","disbursement":"D-2026-0999"}`).
			Problem(422, "complaint_about_unknown")
		var entered struct {
			Number string
			DueOn  string `json:"due_on"`
		}
		p.books.In(t).Post("/complaints", `{"kind":"conduct","channel":"paper","anonymous":true,"beneficiary":"`+s.code+
			`","disbursement":"`+number+`","holds":true,"received_on":"2026-01-10","text":"She was told to sign first"}`).Want(201).
			Into(&entered)
		if entered.Number != "C-2026-0001" || entered.DueOn != "2026-01-24" {
			t.Fatalf("entered %+v", entered)
		}
		at := "/complaints/" + entered.Number
		for _, c := range []*apitest.Client{p.books, p.lead, p.caring, p.chief} {
			if seen := complaintsOf(c.In(t)); len(seen) != 0 {
				t.Errorf("somebody who is not named sees %+v", seen)
			}
			c.In(t).Get(at).Problem(404, "not_found")
		}
		seen := complaintsOf(s.officer.In(t))
		if len(seen) != 1 || seen[0].Beneficiary != "" || seen[0].State != "open" {
			t.Fatalf("the officer sees %+v", seen)
		}

		var now struct {
			State string
		}
		p.chief.In(t).Get("/disbursements/" + number).Want(200).Into(&now)
		if now.State != "on_hold" {
			t.Errorf("it is %s", now.State)
		}
		resume := func(c *apitest.Client) apitest.Answer {
			return c.Post("/disbursements/"+number+"/resumptions", `{"reason":"everything is in order"}`)
		}
		resume(p.chief.In(t)).Problem(409, "held_for_review")

		s.officer.In(t).Post(at+"/people", `{"user":"lead"}`).Problem(403, "complaint_own_act")
		s.officer.In(t).Post(at+"/assignments", `{"user":"chief"}`).Problem(403, "complaint_own_act")
		s.officer.In(t).Post(at+"/assignments", `{"user":"outside","due_on":"2026-01-02"}`).Problem(422, "complaint_days")
		s.officer.In(t).Post(at+"/assignments", `{"user":"outside","due_on":"2026-01-12"}`).Want(200)
		if seen = complaintsOf(s.outside.In(t)); len(seen) != 1 || !seen[0].Late || len(seen[0].People) != 1 {
			t.Fatalf("the owner sees %+v", seen)
		}
		s.outside.In(t).Post(at+"/openings", `{"reason":"short"}`).Problem(422, "reason_required")
		s.outside.In(t).Post(at+"/texts", `{"text":"The form was given out in the wrong order"}`).Want(200)
		said := string(s.outside.In(t).Post(at+"/openings", `{"reason":"to look into the complaint"}`).Want(200).Body)
		if !strings.Contains(said, "told to sign first") || !strings.Contains(said, "wrong order") {
			t.Errorf("what was said is %s", said)
		}
		s.outside.In(t).Post(at+"/closings", `{"outcome":"reissued"}`).Problem(422, "complaint_reissue")
		s.outside.In(t).Post(at+"/closings", `{"outcome":"upheld"}`).Want(200)
		s.outside.In(t).Post(at+"/closings", `{"outcome":"upheld"}`).Problem(409, "complaint_closed")
		resume(p.chief.In(t)).Want(200)

		board := string(p.chief.In(t).Get("/reports/complaints?from=2026-01-01&to=2026-12-31").Want(200).Body)
		if !strings.Contains(board, `"kind":"conduct","received":1,"open":0,"late":0,"upheld":1`) ||
			strings.Contains(board, "C-2026") {
			t.Errorf("the board sees %s", board)
		}
		p.books.In(t).Get("/reports/complaints?from=2026-01-01&to=2026-12-31").Problem(403, "forbidden_scope")
		p.sealed(t, "told to sign first")
	})
}

// sealed holds that a text stands nowhere in the tables of complaints and events.
func (p paying) sealed(t *testing.T, text string) {
	t.Helper()
	for _, at := range []string{"/audit-events?limit=200", "/events?limit=200"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.c.Base+rest.Base+at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body := string(p.officer.Raw(req)); strings.Contains(body, text) {
			t.Errorf("%s shows what was said", at)
		}
	}
}

// TestNotReceived holds that a person's answer that support did not arrive opens one complaint, and that a complaint
// that ends in a re-issue names the payment that was made again, and no other.
func TestNotReceived(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		p := s.paying()
		proved := p.authorised(t)
		p.paid(t, proved)
		var doc struct{ ID string }
		p.books.In(t).With("Content-Type", "application/octet-stream").Post("/evidence?kind=receipt&taken_on=2026-01-15",
			receipt).Want(201).Into(&doc)
		p.books.In(t).Post("/disbursements/"+proved+"/evidence", `{"evidence_id":"`+doc.ID+`"}`).Want(200)
		for range 2 {
			p.lead.In(t).Post("/disbursements/"+proved+"/receipt-verifications",
				`{"result":"not_received","reason":"nothing came in that week"}`).Want(200)
		}
		seen := complaintsOf(s.officer.In(t))
		if len(seen) != 1 || seen[0].Kind != "not_received" || seen[0].Channel != "receipt" {
			t.Fatalf("the officer sees %+v", seen)
		}

		number := p.authorised(t)
		payment := p.paid(t, number)
		s.lead.In(t).Post("/complaints",
			`{"kind":"not_received","channel":"telephone","disbursement":"`+number+`","text":"Nothing came"}`).Want(201)
		at := "/complaints/C-2026-0002"
		closing := func(reissue string) apitest.Answer {
			return s.officer.In(t).Post(at+"/closings", `{"outcome":"reissued","reissue":"`+reissue+`"}`)
		}
		closing(payment).Problem(422, "complaint_reissue")
		p.bank(t, payment, "100.00", "return")
		var again struct{ ID, Number string }
		keyed(p.books.In(t)).Post("/payments/"+payment+"/reissues", `{"date":"2026-01-15"}`).Want(201).Into(&again)
		keyed(p.chief.In(t)).Post("/payments/"+again.Number+"/dispatches", nil).Want(200)
		p.bank(t, again.Number, "-100.00", "payment")
		var closed shownComplaint
		closing(again.Number).Want(200).Into(&closed)
		if closed.Reissue != again.ID || closed.Outcome != "reissued" || closed.State != "closed" {
			t.Errorf("closed as %+v", closed)
		}
	})
}
