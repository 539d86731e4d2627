package http_test

import (
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
)

// TestCalendarOverviewAndSearch plays the funder calendar, the overview in one call and the search: what is due to us
// and from us with lead days, owner and done; a condition that holds an instalment (row 19 of the month); what finance
// looks at in the morning; and that nobody finds what the caller may not list.
func TestCalendarOverviewAndSearch(t *testing.T) {
	onMailing(t, func(m *mailing) { // it is 20 January 2027
		m.finance.Post("/donors", `{"code":"D-7","kind":"institution","name":"Oak","language":"da"}`).Want(201)
		m.finance.Post("/grants", agreedGrant).Want(201)
		m.finance.Post("/grants/G7/planned-instalments", `{"instalments":[{"due_on":"2026-02-01","amount":"20000.00"},`+
			`{"due_on":"2027-02-01","amount":"40000.00"}]}`).Want(200)
		m.finance.Post("/grants/G7/conditions",
			`{"kind":"report","text":"Report for 2026","due_on":"2027-01-15","instalment":2}`).Want(201)
		m.finance.With("Idempotency-Key", "p1").Post("/pledges", `{"donor":"D-1","fund":"UNR","date":"2026-12-01",`+
			`"amount":"600.00","instalments":[{"due_on":"2027-01-10","amount":"600.00"}]}`).Want(201)
		m.finance.Post("/payees", `{"code":"C-11","kind":"clinic","alias":"House 11"}`).Want(201)
		m.finance.Post("/payees/C-11/bank-details", `{"registration_number":"0040","account_number":"0440116243"}`).Want(201)
		playCalendar(t, m)
		playHeld(t, m)
		playOverview(t, m)
		playSearch(t, m)
	})
}

// wants holds the answer of a GET against texts that are in it, or with ! not.
func wants(t *testing.T, c *apitest.Client, path string, texts ...string) {
	t.Helper()
	said := string(c.In(t).Get(path).Want(200).Body)
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "!")
		if strings.Contains(said, text) == not {
			t.Errorf("%s with %s: %t: %s", path, text, !not, said)
		}
	}
}

func playCalendar(t *testing.T, m *mailing) {
	wants(t, m.finance, "/calendar",
		`"kind":"instalment","subject":"G7/1","grant":"G7","due_on":"2026-02-01","amount":{"amount":"20000.00","currency":"DKK"},`+
			`"towards":"us","state":"overdue"`,
		`"kind":"pledge","subject":"PL-1/1","due_on":"2027-01-10"`,
		`"kind":"condition","subject":"G7/C1","grant":"G7","due_on":"2027-01-15","towards":"others","state":"overdue"`,
		`"subject":"G7/2","grant":"G7","due_on":"2027-02-01","amount":{"amount":"40000.00",`+
			`"currency":"DKK"},"held_by":"C1"`,
		`"kind":"bank_details","subject":"C-11","due_on":"2027-01-21","towards":"others","state":"due"`,
		`!"kind":"report"`) // 31 March is more than sixty days ahead
	m.second.Post("/calendar/leads", `{"kind":"report","days":90}`).Want(200)
	m.finance.Post("/calendar/leads", `{"kind":"report","days":90}`).Problem(403, "forbidden_scope")
	wants(t, m.finance, "/calendar?kind=report", `"kind":"report","subject":"G7","grant":"G7","due_on":"2027-03-31"`)
	m.finance.Post("/calendar/notes", `{"kind":"report","subject":"G7","owner":"books"}`).Want(201)
	wants(t, m.finance, "/calendar?kind=report", `"owner":"usr_`, `"state":"due"`)
	m.finance.Post("/calendar/notes", `{"kind":"report","subject":"G7","done":true,`+
		`"reason":"sent to the funder"}`).Want(201)
	wants(t, m.finance, "/calendar?state=done", `"subject":"G7"`, `!"subject":"G7/1"`)
	m.finance.Post("/calendar/notes", `{"kind":"report","subject":"G8"}`).Problem(404, "not_found")
	m.finance.Post("/calendar/notes", `{"kind":"report","subject":"G7","owner":"nobody-here"}`).Problem(422,
		"user_unknown")
}

// playHeld receives the first instalment, and the second only with a reason while its condition is open.
func playHeld(t *testing.T, m *mailing) {
	receive := func(key, amount, confirm string) apitest.Answer {
		return m.finance.In(t).With("Idempotency-Key", key).Post("/grants/G7/instalments",
			`{"date":"2027-01-18","amount":{"amount":"`+amount+`","currency":"DKK"},"account":"1010"`+confirm+`}`)
	}
	receive("i1", "20000.00", "").Want(201)
	told := receive("i2", "40000.00", "").Problem(422, "confirmation_required")
	if len(told.Errors) != 1 || told.Errors[0].Code != "instalment_held" ||
		!strings.Contains(told.Errors[0].Message, "C1") {
		t.Errorf("told %+v", told.Errors)
	}
	receive("i3", "40000.00", `,"confirm":{"instalment_held":"the funder paid before the report"}`).Want(201)
	wants(t, m.finance, "/calendar", `!"kind":"instalment"`)
}

func playOverview(t *testing.T, m *mailing) {
	m.finance.Post("/grants/G7/addenda", addendumOnly).Want(201)
	wants(t, m.second, "/overview", `"fund":"G7","name":"Shelter","bank":{"amount":"60000.00"`,
		`"grant":"G7","title":"Shelter","budget":{"amount":"60000.00","currency":"DKK"},"spent":{"amount":"0.00"`,
		`"spent_percent":0,"time_percent":100`, `{"kind":"agreement_change","number":1}`, `"overdue":3`,
		`"unmatched_bank_lines":0`, `"month":{"month":"2026-03"`)
	wants(t, m.finance, "/overview", `!"agreement_change"`) // whoever asked does not decide
	m.lead.Get("/overview").Problem(403, "forbidden_scope")
}

// addendumOnly gives G7 half a year more.
const addendumOnly = `{"starts_on":"2027-01-01","reason":"More time","letter":"2027-1","to":"2027-06-30",` +
	`"report_due_on":"2027-09-30"}`

func playSearch(t *testing.T, m *mailing) {
	wants(t, m.finance, "/search?q=shelter", `"kind":"grant","code":"G7","text":"Shelter"`)
	wants(t, m.finance, "/search?q=100.00", `"kind":"gift","code":"GIFT-D-1"`)
	wants(t, m.finance, "/search?q=house", `"kind":"payee","code":"C-11"`)
	wants(t, m.finance, "/search?q=2026-000001", `"kind":"entry"`)
	wants(t, m.finance, "/search?q=100%25", `"hits":[]`)
	care := m.c.As(m.db, "care", access.Caseworker)
	wants(t, care, "/search?q=GIFT", `"hits":[]`)
	wants(t, care, "/search?q=G7", `"kind":"grant"`)
	var person struct{ Code string }
	care.Post("/beneficiaries", nil).Want(201).Into(&person)
	wants(t, care, "/search?q="+person.Code, `"kind":"beneficiary"`)
	wants(t, m.c.As(m.db, "stranger", access.Caseworker), "/search?q="+person.Code, `"hits":[]`)
}
