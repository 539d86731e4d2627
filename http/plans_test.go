package http_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAPlanHoldsItsMoneyBack writes a plan with a schedule, funding by priority and gates, and follows a request for its money
// until somebody else has found the milestone met.
func TestAPlanHoldsItsMoneyBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		finance, _ := withBooks(t, db, archive(t))
		c := finance
		caring, lead, second := c.As(db, "caring", access.Caseworker), c.As(db, "lead", access.ProgrammeLead), c.As(db, "second", access.ProgrammeLead)
		finance.Post("/funds", `{"code":"SCH","restriction":"none","opened_on":"2026-01-01"}`).Want(201)
		finance.Post("/partners", `{"code":"NG-01","currency":"NGN","account":"1300"}`).Want(201)
		var person struct{ Code string }
		caring.Post("/beneficiaries", nil).Want(201).Into(&person)

		// The vocabulary is closed, and grows by who leads.
		caring.Post("/plan-categories", `{"code":"childcare","account":"5400","name_en":"Childcare","name_da":"Børnepasning"}`).Problem(403, "forbidden_scope")
		lead.Post("/plan-categories", `{"code":"childcare","account":"5400","name_en":"Childcare","name_da":"Børnepasning"}`).Want(201)
		lead.Post("/plan-categories", `{"code":"childcare","account":"5600","name_en":"Childcare","name_da":"Børnepasning"}`).Problem(409, "plan_word_exists")
		lead.Post("/plan-goals", `{"code":"driving_licence","name_en":"A driving licence","name_da":"Kørekort"}`).Want(201)
		if list := string(caring.Get("/plan-categories?limit=100").Want(200).Body); !strings.Contains(list, `"code":"childcare"`) || !strings.Contains(list, `"code":"accompaniment"`) {
			t.Errorf("categories: %s", list)
		}
		caring.Get("/plan-goals").Want(200)

		plan := func(lines, goals string) string {
			return `{"number":"P-1","beneficiary":"` + person.Code + `","currency":"NGN","starts_on":"2026-01-01","budget_rate":"225 NGN/DKK","country":"NG","goals":[` + goals + `],` +
				`"shares":[{"fund":"SCH","priority":1,"cap":"1000.00"},{"fund":"UNR","priority":2}],` +
				`"milestones":[{"code":"attending","kind":"attendance","at_least":"80","due_on":"2026-06-30"}],"lines":[` + lines + `]}`
		}
		const stipend = `{"line":"stipend","category":"stipend","total":"1000000.00","payee":"C-09","schedule":{"rule":"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12","from":"2026-01-01"},` +
			`"gates":[{"milestone":"attending","from":"2026-02-01"}]}`
		caring.Post("/plans", plan(stipend, `"she sleeps badly"`)).Problem(422, "plan_word_unknown")
		caring.Post("/plans", plan(strings.Replace(stipend, ";COUNT=12", "", 1), "")).Problem(422, "schedule_not_understood")
		caring.Post("/plans", plan(strings.Replace(stipend, `"stipend","total"`, `"gifts","total"`, 1), "")).Problem(422, "plan_word_unknown")
		caring.Post("/plans", plan(strings.Replace(stipend, "C-09", "The clinic", 1), "")).Problem(422, "payee_not_a_code")
		caring.Post("/plans", plan(strings.Replace(stipend, `"total":"1000000.00",`, "", 1), "")).Problem(422, "plan_lines_malformed")
		var made struct {
			Shares []struct{ Percent string }
			Lines  []struct {
				Category string
				Items    []struct {
					DueOn     string `json:"due_on"`
					Status    string
					UnitPrice *ledger.Money `json:"unit_price"`
				}
			}
		}
		caring.Post("/plans", plan(stipend, `"finish_degree"`)).Want(201).Into(&made)
		first, last := made.Lines[0].Items[0], made.Lines[0].Items[11]
		// 1,000,000 over twelve is 83,333.33 and four kobo; 4,444.44 kroner, of which SCH bears 1,000.
		if first.DueOn != "2026-01-31" || first.UnitPrice.String() != "83333.34" || last.DueOn != "2026-12-31" || last.UnitPrice != nil || made.Shares[0].Percent != "22.5000225" {
			t.Errorf("%+v %+v %+v", first, last, made.Shares)
		}
		caring.Post("/plans/P-1/submissions", nil).Want(200)
		lead.With("Idempotency-Key", "year").Post("/plans/P-1/year-approvals", `{"year":2026,"date":"2026-01-02"}`).Want(201).Into(&struct{}{})

		// January is free, February waits for the attendance.
		asked := 0
		ask := func(who *apitest.Client, units string) string {
			var d struct{ Number string }
			asked++
			who.With("Idempotency-Key", fmt.Sprint("ask", asked)).Post("/disbursements", `{"settlement":"partner","plan":"P-1","partner":"NG-01","line":"stipend","units":`+units+`,"amount":"83333.33","date":"2026-03-01","text":"Stipend"}`).Want(201).Into(&d)
			return "/disbursements/" + d.Number + "/submissions"
		}
		caring.Post(ask(caring, "1"), nil).Want(200)
		held := ask(caring, "2")
		if p := caring.Post(held, nil).Problem(409, "milestone_open"); !strings.Contains(p.Detail, "attending") {
			t.Errorf("told %q", p.Detail)
		}
		var document struct{ ID string }
		finance.With("Content-Type", "application/octet-stream").Post("/evidence?kind=receipt&taken_on=2026-02-28", receipt).Want(201).Into(&document)
		decide := func(who *apitest.Client, attained string) apitest.Answer {
			return who.Post("/plans/P-1/milestones/attending/decisions", `{"attained":"`+attained+`","evidence_id":"`+document.ID+`"}`)
		}
		decide(caring, "90").Problem(403, "maker_cannot_approve")
		decide(second, "101").Problem(422, "validation_failed")
		decide(second, "79.9").Want(201)
		caring.Post(held, nil).Problem(409, "milestone_open")
		decide(second, "80").Want(201)
		second.Post(ask(second, "2"), nil).Problem(409, "milestone_open") // whose own decision it is
		caring.Post(held, nil).Want(200)
		if list := string(caring.Get("/plans/P-1/milestones").Want(200).Body); !strings.Contains(list, `"result":"met","attained":"80"`) {
			t.Errorf("milestones: %s", list)
		}
		second.Post("/plans/P-1/milestones/term_9/decisions", `{"result":"met","evidence_id":"`+document.ID+`"}`).Problem(404, "not_found")

		// A weak currency ate the plan: a version with its reason, and where the person is now.
		caring.Post("/plans/P-1/versions", `{"kind":"top_up","budget_rate":"260 NGN/DKK"}`).Problem(422, "reason_required")
		caring.Post("/plans/P-1/versions", `{"kind":"top_up","budget_rate":"260 NGN/DKK","reason":"weak_currency"}`).Want(201)
		if list := string(caring.Get("/plans/P-1/versions").Want(200).Body); !strings.Contains(list, `"reason":"weak_currency"`) {
			t.Errorf("versions: %s", list)
		}
		if list := string(caring.Get("/reminders?on=2026-12-01").Want(200).Body); !strings.Contains(list, `"kind":"plan_ending"`) || strings.Contains(list, "attending") {
			t.Errorf("reminders: %s", list)
		}
		c.As(db, "outside", access.Caseworker).Do(http.MethodGet, "/plans/P-1/milestones", nil).Problem(404, "not_found")
		if list := string(c.As(db, "elsewhere", access.Caseworker).Get("/reminders?on=2026-12-01").Want(200).Body); strings.Contains(list, "P-1") {
			t.Errorf("a stranger's reminders: %s", list)
		}
	})
}
