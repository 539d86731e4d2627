package http_test

import (
	"testing"

	"supportledger/access"
)

// TestWhoIsRelatedDecidesNothingForThem holds that who is related to a person or a payee approves no plan of that
// person, authorises no money paid ahead to that payee, says of no bank details that they are the payee's own, and
// releases no payment that is made to that payee again; with another account neither.
func TestWhoIsRelatedDecidesNothingForThem(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		p := s.paying()
		kin, other := s.c.As(s.db, "kin", access.ProgrammeLead, access.Treasurer), s.c.As(s.db, "kin-2",
			access.ProgrammeLead, access.Treasurer)
		s.link(t, "kin", "kin-2")
		p.books.Post("/payees", `{"code":"LAW-01","kind":"lawyer","alias":"Lawyer 01"}`).Want(201)
		for _, of := range []string{`"beneficiary":"` + s.code + `"`, `"payee":"LAW-01"`, `"payee":"C-1"`} {
			kin.Post("/relations", "{"+of+`,"nature":"family"}`).Want(201)
		}

		s.caring.Post("/plans", `{"number":"P-1","beneficiary":"`+s.code+`","currency":"DKK","starts_on":"2026-01-01",`+
			`"goals":["recovery"],"shares":[{"fund":"UNR","percent":"100"}],"lines":[{"line":"stipend",`+
			`"category":"stipend","unit_price":"100.00","due":["2026-03-01","2027-03-01"]}]}`).Want(201)
		s.caring.Post("/plans/P-1/submissions", nil).Want(200)
		p.books.Post("/payees/LAW-01/bank-details",
			`{"registration_number":"0040","account_number":"0440116243"}`).Want(201)
		keyed(p.books).Post("/prepayments", `{"number":"RET-1","kind":"retainer","fund":"UNR","payee":"LAW-01",`+
			`"paid_by":"card","date":"2026-01-15","amount":"100.00"}`).Want(201)
		paid := p.paid(t, p.authorised(t))
		p.bank(t, paid, "100.00", "return")
		var again struct{ Number string }
		keyed(p.books.In(t)).Post("/payments/"+paid+"/reissues", `{"date":"2026-01-15"}`).Want(201).Into(&again)

		year := func(n string) string { return `{"year":` + n + `,"date":"2026-01-15"}` }
		const approve, verify = `{"decision":"approve","date":"2026-01-15"}`, `{"how":"callback","note":"called the number"}`
		for _, who := range map[string]struct {
			act, body string
		}{
			"plan":         {"/plans/P-1/decisions", approve},
			"first year":   {"/plans/P-1/year-approvals", year("2026")},
			"paid ahead":   {"/prepayments/RET-1/authorisations", ""},
			"bank details": {"/payees/LAW-01/bank-details/1/verifications", verify},
			"paid again":   {"/payments/" + again.Number + "/dispatches", ""},
		} {
			keyed(kin.In(t)).Post(who.act, who.body).Problem(403, "related_party")
			keyed(other.In(t)).Post(who.act, who.body).Problem(403, "related_party")
		}
		keyed(s.lead.In(t)).Post("/plans/P-1/year-approvals", year("2026")).Want(201)
		keyed(other.In(t)).Post("/plans/P-1/year-approvals", year("2027")).Problem(403, "related_party")
		keyed(p.chief.In(t)).Post("/payments/"+again.Number+"/dispatches", nil).Want(200)
	})
}

// TestAnotherAccountIsTheSamePerson holds that who wrote or handed in a plan approves it with another account neither,
// not even a later year, and neither puts the other account on a case nor ends its relation.
func TestAnotherAccountIsTheSamePerson(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		other := s.c.As(s.db, "caring-2", access.ProgrammeLead)
		s.link(t, "caring", "caring-2")
		colleague := s.c.As(s.db, "colleague", access.Caseworker)
		s.lead.Post("/beneficiaries/"+s.code+"/caseload", `{"user":"colleague","from":"2026-01-01"}`).Want(201)
		s.caring.Post("/plans", `{"number":"P-1","beneficiary":"`+s.code+`","currency":"DKK","starts_on":"2026-01-01",`+
			`"goals":["recovery"],"shares":[{"fund":"UNR","percent":"100"}],"milestones":[{"code":"x_1","kind":"other"}],`+
			`"lines":[{"line":"stipend","category":"stipend","unit_price":"100.00","due":["2026-03-01","2027-03-01"]}]}`).
			Want(201)
		colleague.Post("/plans/P-1/submissions", nil).Want(200)
		refused := func(path, body string) {
			t.Helper()
			keyed(other.In(t)).Post(path, body).Problem(403, "maker_cannot_approve")
		}
		refused("/plans/P-1/decisions", `{"decision":"approve","date":"2026-01-15"}`)
		refused("/plans/P-1/decisions", `{"decision":"reject","reason":"goals_met","date":"2026-01-15"}`)
		refused("/plans/P-1/year-approvals", `{"year":2026,"date":"2026-01-15"}`)
		keyed(s.lead.In(t)).Post("/plans/P-1/year-approvals", `{"year":2026,"date":"2026-01-15"}`).Want(201)
		refused("/plans/P-1/year-approvals", `{"year":2027,"date":"2026-01-15"}`)
		refused("/plans/P-1/milestones/x_1/decisions", `{"result":"met","evidence_id":"evd_1"}`)
		refused("/beneficiaries/"+s.code+"/caseload", `{"user":"caring","from":"2026-01-01"}`)
		var declared struct{ ID string }
		s.caring.Post("/relations", `{"payee":"C-1","nature":"family"}`).Want(201).Into(&declared)
		refused("/relations/"+declared.ID+"/endings", `{"on":"2026-01-31"}`)
	})
}
