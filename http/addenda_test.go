package http_test

import (
	"strings"
	"testing"

	"supportledger/store"
)

// TestGrantAddendum plays row 7 of the capability table: a grant of 60,000 is raised to 80,000 with a later end,
// another line, a condition and an instalment, as a version that two people make; reports show original, amended and
// deviations.
func TestGrantAddendum(t *testing.T) {
	onMailing(t, func(m *mailing) { playAddendum(t, m) })
}

const agreedGrant = `{"code":"G7","donor":"D-7","title":"Shelter","amount":{"amount":"60000.00","currency":"DKK"},` +
	`"signed_on":"2026-01-02","from":"2026-01-02","to":"2026-12-31","report_due_on":"2027-03-31","policy":` +
	`{"recognition":"deferred","fee_bearer":"grant","currency_bearer":"grant","interest":"grantor",` +
	`"categories":["therapy","legal"],"eligible_to":"2026-12-31"},"budget_lines":[` +
	`{"line_no":"1","text":"Therapy","categories":["therapy"],"amount":"40000.00"},` +
	`{"line_no":"2","text":"Legal aid","categories":["legal"],"amount":"20000.00"}]}`

// addendumBody raises G7 by 20,000: line 1 by 5,000 to 45,000, line 2 less 5,000, and a new line 3 of 20,000, in all
// 45,000 + 15,000 + 20,000 = 80,000. The new instalment of 20,000 makes 60,000 + 20,000 = 80,000 as well.
const addendumBody = `{"starts_on":"2026-07-01","reason":"More women than expected","letter":"2026-4711",` +
	`"amount":"80000.00","to":"2027-06-30","report_due_on":"2027-09-30","categories":["therapy","legal","transport"],` +
	`"budget_lines":[{"line_no":"1","text":"Therapy","categories":["therapy"],"amount":"45000.00"},` +
	`{"line_no":"2","text":"Legal aid","categories":["legal"],"amount":"15000.00"},` +
	`{"line_no":"3","text":"Transport","categories":["transport"],"amount":"20000.00"}],` +
	`"conditions":[{"kind":"report","text":"Report on transport","due_on":"2027-02-01","instalment":2}],` +
	`"planned_instalments":[{"due_on":"2027-03-01","amount":"20000.00"}]}`

func playAddendum(t *testing.T, m *mailing) {
	m.finance.Post("/donors", `{"code":"D-7","kind":"institution","name":"Oak","language":"da"}`).Want(201)
	m.finance.Post("/grants", agreedGrant).Want(201)
	m.finance.Post("/grants/G7/planned-instalments",
		`{"instalments":[{"due_on":"2026-02-01","amount":"60000.00"}]}`).Want(200)
	const at = "/grants/G7/addenda"
	m.finance.Post(at, `{"starts_on":"2026-07-01","reason":"r","letter":"l"}`).Problem(422, "addendum_empty")
	m.finance.Post(at, strings.Replace(addendumBody, `"80000.00"`, `"80000.01"`, 1)).Problem(422, "budget_total")
	m.finance.Post(at, strings.Replace(addendumBody, `"to":"2027-06-30"`, `"to":"2027-12-31"`, 1)).Problem(422,
		"addendum_period")
	m.finance.Post(at, strings.Replace(addendumBody, `"2027-03-01","amount":"20000.00"`,
		`"2027-03-01","amount":"19000.00"`, 1)).Problem(422, "instalments_total")
	m.lead.Post(at, addendumBody).Problem(403, "forbidden_scope")
	m.finance.Post(at, addendumBody).Want(201)
	m.finance.Post(at, addendumBody).Problem(409, "virement_pending")
	has := func(path string, wants ...string) {
		t.Helper()
		said := string(m.finance.Get(path).Want(200).Body)
		for _, want := range wants {
			if !strings.Contains(said, want) {
				t.Errorf("%s has no %s: %s", path, want, said)
			}
		}
	}
	has("/grants/G7", `"to":"2026-12-31"`, `"amount":{"amount":"60000.00"`) // nothing holds yet
	m.finance.Post(at+"/2/decisions", `{"decision":"approve"}`).Problem(403, "maker_cannot_approve")
	m.second.Post("/grants/G7/budget-decisions", `{"version":2,"decision":"approve","letter":"x"}`).Problem(404,
		"budget_version_unknown")
	m.second.Post(at+"/2/decisions", `{"decision":"reject"}`).Problem(422, "reason_required")
	m.second.Post(at+"/2/decisions", `{"decision":"approve"}`).Want(200)
	m.second.Post(at+"/2/decisions", `{"decision":"approve"}`).Problem(409, "budget_version_decided")

	has("/grants/G7", `"to":"2027-06-30"`, `"report_due_on":"2027-09-30"`, `"amount":{"amount":"80000.00"`,
		`"categories":["therapy","legal","transport"]`, `"eligible_to":"2027-06-30"`)
	has(at+"/2", `"before":{"amount":{"amount":"60000.00"`, `"after":{"amount":{"amount":"80000.00"`)
	has("/grants/G7/conditions", `"text":"Report on transport"`)
	has("/grants/G7/planned-instalments", `"due_on":"2027-03-01"`, `"state":"withheld"`) // the condition holds it
	has("/reports/budget-deviations?grant=G7",
		`"line_no":"3","text":"Transport","original":{"amount":"0.00","currency":"DKK"},`+
			`"amended":{"amount":"20000.00","currency":"DKK"},"change":{"amount":"20000.00"`,
		`"change":{"amount":"-5000.00"`, `"kind":"total","original":{"amount":"60000.00"`)
	s := m.issuedGrant(t)
	has("/statements/"+s+"/document?format=text", "Lagt til post 3", "Taget fra post 2", "2026-4711")
	if m.db.Engine() == store.Postgres {
		return
	}
	if err := m.db.Update(t.Context(), func(tx *store.Tx) error { // nobody changes the amount beside an addendum
		_, err := tx.NewUpdate().Table("grants").Set("amount = 1").Set("version = version + 1").Where("code = 'G7'").
			Exec(t.Context())
		return err
	}); err == nil {
		t.Error("the amount of a grant was changed without an addendum")
	}
}

// issuedGrant drafts a statement of G7 for 2026.
func (m *mailing) issuedGrant(t *testing.T) string {
	t.Helper()
	var s stated
	m.finance.With("Idempotency-Key", "g7").Post("/statements", `{"subject":"G7","to":"2026-12-31"}`).Want(201).Into(&s)
	return s.ID
}
