package http_test

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/store/storetest"
)

// stander is somebody by what they are to a thing.
type stander struct {
	name string
	c    *apitest.Client
}

// standing is what people may do with things of a kind, by what they are to them.
type standing struct {
	head, intro string
	path        string // "/plans/{id}"
	nowhere     string // what there is not
	people      []stander
	usual       string            // the thing that most operations are asked about
	things      map[string]string // the others: operation → a thing in a state in which it may be done
	bodies      map[string]string
}

const marks = "● gets as far as the thing, whatever its state says then; · is refused by the role; × is refused for " +
	"what they are to it, or did with it; – is answered byte for byte like what does not exist, as is a request that " +
	"names a part of it that there is not."

// table writes a row for every operation on such a thing.
func (m standing) table(t *testing.T, s staffed) string {
	t.Helper()
	var out strings.Builder
	heads := make([]string, len(m.people))
	for i, p := range m.people {
		heads[i] = p.name
	}
	fmt.Fprintf(&out, "\n## %s\n\n%s %s\n\n| operation | %s |\n|---|%s\n", m.head, m.intro, marks,
		strings.Join(heads, " | "), strings.Repeat("---|", len(heads)))
	rows := 0
	for _, op := range s.c.Operations() {
		method, path, _ := strings.Cut(op, " ")
		rest, about := strings.CutPrefix(path, m.path)
		if !about || rest != "" && rest[0] != '/' {
			continue
		}
		if _, known := m.bodies[op]; method != get && !known {
			t.Errorf("%s is new: give it a request in shape", op)
			continue
		}
		rows++
		fmt.Fprintf(&out, "| `%s` |", op)
		for _, p := range m.people {
			out.WriteString(" " + m.mark(t, s, p.c, op) + " |")
		}
		out.WriteString("\n")
	}
	if rows < 8 {
		t.Errorf("%s: only %d operations", m.head, rows)
	}
	return out.String()
}

func (m standing) mark(t *testing.T, s staffed, c *apitest.Client, op string) string {
	t.Helper()
	method, path, _ := strings.Cut(op, " ")
	rest := strings.TrimPrefix(path, m.path)
	thing := cmp.Or(m.things[op], m.usual)
	ask := func(id string) apitest.Answer {
		path := strings.Replace(m.path, "{id}", id, 1) + parameter.ReplaceAllString(rest, "x_1")
		if method != get {
			path += "?dry_run=true"
		}
		req, err := http.NewRequestWithContext(t.Context(), method, s.c.Base+"/api/v1"+path, strings.NewReader(m.bodies[op]))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Request-Id", "same")
		if m.bodies[op] != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if method != get {
			keys++
			req.Header.Set("Idempotency-Key", fmt.Sprint("relation-", keys))
		}
		return c.Send(req)
	}
	here := ask(thing)
	body := string(here.Body)
	switch {
	case here.Status == http.StatusForbidden && strings.Contains(body, `"forbidden_scope"`):
		return "·"
	case here.Status == http.StatusForbidden:
		return "×"
	case here.Status >= http.StatusBadRequest &&
		strings.ReplaceAll(body, thing, "") == strings.ReplaceAll(string(ask(m.nowhere).Body), m.nowhere, ""):
		return "–"
	case here.Status == http.StatusBadRequest, strings.Contains(body, `"validation_failed"`), here.Status >= 500:
		t.Errorf("%s: %d %s: give it a request in shape", op, here.Status, body)
	}
	return "●"
}

// onPlans has one plan that the caseworker wrote and handed in, one that lives, and one that is being written.
func (s staffed) onPlans(t *testing.T, past *apitest.Client) standing {
	t.Helper()
	for number, lines := range map[string]string{"P-1": "",
		"P-2": `{"line":"stipend","category":"stipend","unit_price":"100.00","due":["2026-03-01","2026-04-01"]}`, "P-3": ""} {
		s.caring.Post("/plans",
			`{"number":"`+number+`","beneficiary":"`+s.code+
				`","currency":"DKK","starts_on":"2026-01-01","goals":["recovery"],"shares":[{"fund":"UNR","percent":"100"}],`+
				`"milestones":[{"code":"x_1","kind":"other"}],"lines":[`+lines+`]}`).Want(201)
		if number != "P-3" {
			s.caring.Post("/plans/"+number+"/submissions", nil).Want(200)
		}
	}
	keyed(s.lead).Post("/plans/P-2/year-approvals", `{"year":2026,"date":"2026-01-15"}`).Want(201)
	colleague := s.c.As(s.db, "colleague", access.Caseworker)
	s.lead.Post("/beneficiaries/"+s.code+"/caseload", `{"user":"colleague","from":"2026-01-01"}`).Want(201)
	return standing{
		head: "Plans, by relation", path: "/plans/{id}", nowhere: "P-999", usual: "P-2",
		intro: "Whose plan one may see, the caseload decides; who wrote or handed in a version does not decide on it, nor " +
			"on the milestones of the one in force.",
		people: []stander{{"who wrote it, on the case", s.caring}, {"caseworker on the case", colleague},
			{"caseworker who was on it", past}, {"any other caseworker", s.outside},
			{"programme lead", s.lead}, {"finance officer", s.c.As(s.db, "plan-finance", access.FinanceOfficer)},
			{"treasurer", s.c.As(s.db, "plan-treasurer", access.Treasurer)},
			{"auditor", s.c.As(s.db, "plan-auditor", access.Auditor)}, {"privacy officer", s.officer}},
		things: map[string]string{"POST /plans/{id}/submissions": "P-3", "POST /plans/{id}/decisions": "P-1",
			"POST /plans/{id}/year-approvals": "P-1"},
		bodies: map[string]string{
			"POST /plans/{id}/submissions":                 "",
			"POST /plans/{id}/year-approvals":              `{"year":2026,"date":"2026-01-15"}`,
			"POST /plans/{id}/decisions":                   `{"decision":"approve","date":"2026-01-15"}`,
			"POST /plans/{id}/milestones/{code}/decisions": `{"result":"met","evidence_id":"evd_1"}`,
			"POST /plans/{id}/goal-reviews":                `{"goal":"recovery","result":"reached"}`,
			"POST /plans/{id}/versions":                    `{"starts_on":"2026-02-01"}`,
			"POST /plans/{id}/suspensions":                 `{"from":"2026-04-01","date":"2026-01-15","reason":"leave"}`,
			"POST /plans/{id}/completions":                 `{"date":"2026-01-15"}`,
			"POST /plans/{id}/exits":                       `{"date":"2026-01-15","reason":"moved"}`,
			"POST /plans/{id}/resumptions":                 `{"move_months":1}`,
		},
	}
}

// onDisbursements has a disbursement under that plan in every state on its way to being paid, each asked for by the
// caseworker, approved by the lead and authorised by somebody else.
func (s staffed) onDisbursements(t *testing.T) standing {
	t.Helper()
	authoriser := s.c.As(s.db, "authoriser", access.Treasurer)
	by := []*apitest.Client{s.caring, s.lead, authoriser}
	reached := make([]string, len(by)+1)
	for n := range reached {
		reached[n] = drafted(s.caring, `{"plan":"P-2",`+aidOf100+"}")
		for i, step := range steps[:n] {
			step.by(by[i], reached[n]).Want(step.good)
		}
	}
	related := s.c.As(s.db, "related", access.ProgrammeLead)
	related.Post("/relations", `{"payee":"C-1","nature":"family"}`).Want(201)
	colleague := s.c.As(s.db, "colleague-2", access.Caseworker)
	s.lead.Post("/beneficiaries/"+s.code+"/caseload", `{"user":"colleague-2","from":"2026-01-01"}`).Want(201)
	return standing{
		head: "Disbursements, by relation", path: "/disbursements/{id}", nowhere: "D-999", usual: reached[1],
		intro: "Nobody takes two steps, who is related to the payee or the person takes none, and nobody decides whose " +
			"role the approval policy does not ask for. Decisions are asked of one that was handed in, authorisations of one " +
			"that was approved, releases of one that was authorised.",
		people: []stander{{"who asked for it", s.caring}, {"caseworker on the case", colleague},
			{"any other caseworker", s.outside}, {"who approved it", s.lead},
			{"programme lead", s.c.As(s.db, "pay-lead", access.ProgrammeLead)}, {"programme lead related to the payee", related},
			{"who authorised it", authoriser},
			{"finance officer", s.c.As(s.db, "pay-finance", access.FinanceOfficer)},
			{"treasurer", s.c.As(s.db, "pay-treasurer", access.Treasurer)},
			{"auditor", s.c.As(s.db, "pay-auditor", access.Auditor)}},
		things: map[string]string{"POST /disbursements/{id}/submissions": reached[0], "PUT /disbursements/{id}": reached[0],
			"POST /disbursements/{id}/authorisations": reached[2], "POST /disbursements/{id}/releases": reached[3]},
		bodies: map[string]string{
			"POST /disbursements/{id}/submissions":           "",
			"PUT /disbursements/{id}":                        `{"plan":"P-2",` + aidOf100 + "}",
			"POST /disbursements/{id}/decisions":             `{"decision":"approve"}`,
			"POST /disbursements/{id}/authorisations":        "",
			"POST /disbursements/{id}/liquidations":          `{"date":"2026-02-02"}`,
			"POST /disbursements/{id}/settlements":           `{"date":"2026-02-02"}`,
			"POST /disbursements/{id}/comments":              `{"text":"As agreed"}`,
			"POST /disbursements/{id}/holds":                 `{"reason":"the clinic asked us to wait"}`,
			"POST /disbursements/{id}/resumptions":           `{"reason":"the clinic asked us to go on"}`,
			"POST /disbursements/{id}/cancellations":         `{"reason":"the clinic takes no money"}`,
			"POST /disbursements/{id}/disallowances":         `{"finding":"F-1","reason":"there is no receipt"}`,
			"POST /disbursements/{id}/releases":              `{"date":"2026-02-02"}`,
			"POST /disbursements/{id}/document-liftings":     `{"reason":"they are two different bills"}`,
			"POST /disbursements/{id}/evidence":              `{"evidence_id":"evd_1"}`,
			"POST /disbursements/{id}/receipt-verifications": `{"result":"received"}`,
		},
	}
}

// onStatements has a fund's statement as a draft, cleared, and reviewed.
func (s staffed) onStatements(t *testing.T) standing {
	t.Helper()
	storetest.ClockOf(s.db).Advance(20 * 24 * time.Hour) // a statement is of months that are over
	drafter, reviewer := s.c.As(s.db, "drafter", access.FinanceOfficer), s.c.As(s.db, "reviewer", access.ProgrammeLead)
	var reached [3]string
	for n := range reached {
		var made struct{ ID string }
		keyed(drafter).Post("/statements", fmt.Sprintf(
			`{"subject":"UNR","kind":"fund","from":"2025-%02d-01","to":"2026-01-31"}`, 8+n)).Want(
			201).Into(&made)
		reached[n] = made.ID
		if n > 0 {
			keyed(drafter).Post("/statements/"+made.ID+"/privacy-checks", nil).Want(200)
		}
		if n > 1 {
			keyed(reviewer).Post("/statements/"+made.ID+"/reviews", nil).Want(200)
		}
	}
	return standing{
		head: "Statements, by relation", path: "/statements/{id}", nowhere: "sta_1", usual: reached[0],
		intro: "Who drafted one does not review it, and who reviewed it does not issue it. A donor reads none here, not " +
			"the own one either: it comes as a document, by the link of a mail that holds for thirty days.",
		people: []stander{{"who drafted it", drafter}, {"who reviewed it", reviewer},
			{"programme lead", s.c.As(s.db, "st-lead", access.ProgrammeLead)},
			{"finance officer", s.c.As(s.db, "st-finance", access.FinanceOfficer)},
			{"treasurer", s.c.As(s.db, "st-treasurer", access.Treasurer)},
			{"auditor", s.c.As(s.db, "st-auditor", access.Auditor)}, {"privacy officer", s.officer}, {"caseworker", s.caring},
			{"donor whose it is", s.c.As(s.db, "st-donor", access.DonorRole)}},
		things: map[string]string{"POST /statements/{id}/reviews": reached[1], "POST /statements/{id}/issues": reached[2]},
		bodies: map[string]string{
			"POST /statements/{id}/privacy-checks": "",
			"POST /statements/{id}/reviews":        "",
			"POST /statements/{id}/issues":         "",
			"POST /statements/{id}/seals":          "",
			"POST /statements/{id}/withdrawals":    `{"reason":"it was not ours to give"}`,
			"POST /statements/{id}/deliveries":     "",
		},
	}
}
