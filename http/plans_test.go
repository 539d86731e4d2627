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

// planning is a server with people around one case, a fund of its own and a partner.
type planning struct {
	*testing.T
	db                            *store.DB
	finance, caring, lead, second *apitest.Client
	person                        string
	asked                         int
}

func onPlans(t *testing.T, fn func(p *planning)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := withBooks(t, db, archive(t))
		p := &planning{T: t, db: db, finance: c, caring: c.As(db, "caring", access.Caseworker),
			lead:   c.As(db, "lead", access.ProgrammeLead),
			second: c.As(db, "second", access.ProgrammeLead)}
		p.finance.Post("/funds", `{"code":"SCH","restriction":"none","opened_on":"2026-01-01"}`).Want(201)
		p.finance.Post("/partners", `{"code":"NG-01","currency":"NGN","account":"1300"}`).Want(201)
		p.finance.Post("/payees", `{"code":"C-09","kind":"person","alias":"Payee 09"}`).Want(201)
		p.finance.Post("/payees", `{"code":"C-10","kind":"clinic","alias":"House 10"}`).Want(201)
		var person struct{ Code string }
		p.caring.Post("/beneficiaries", nil).Want(201).Into(&person)
		p.person = person.Code
		fn(p)
	})
}

// advanced gives the partner an advance of each fund of P-1.
func (p *planning) advanced() {
	p.Helper()
	if err := p.db.Update(p.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(p.Context(), tx)
		if err != nil {
			return err
		}
		kroner, naira := ledger.OfMinor(1_000_000, "DKK"), ledger.OfMinor(225_000_000, "NGN")
		for _, fund := range []ledger.FundCode{"SCH", "UNR"} {
			lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Name: "T-" + string(fund),
				OpenedOn: "2026-01-01", Quantity: naira, Cost: kroner,
				Pool: ledger.Pool{Account: "1300", Holder: "NG-01", Fund: fund, Currency: "NGN"}}
			advance := ledger.InCurrency("1300", fund, naira, kroner).WithLot(lot.ID)
			advance.Partner = "NG-01"
			if _, err := book.Post(p.Context(), tx, ledger.Entry{Date: "2026-01-01", Act: "opening-balance", Text: "Opening",
				Opens: []ledger.Lot{lot}, Lines: []ledger.Line{advance, ledger.Base("3100", fund, kroner.Neg())}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		p.Fatal(err)
	}
}

// plan is the body of P-1.
func (p *planning) plan(lines, goals string) string {
	return `{"number":"P-1","beneficiary":"` + p.person +
		`","currency":"NGN","starts_on":"2026-01-01","budget_rate":"225 NGN/DKK","country":"NG","goals":[` + goals + `],` +
		`"shares":[{"fund":"SCH","priority":1,"cap":"1000.00"},{"fund":"UNR","priority":2}],` +
		`"milestones":[{"code":"attending","kind":"attendance","at_least":"80","due_on":"2026-06-30"}],"lines":[` + lines +
		`]}`
}

// ask drafts a request for stipends and answers where it is handed in.
func (p *planning) ask(who *apitest.Client, units string) string {
	var d struct{ Number string }
	p.asked++
	who.With("Idempotency-Key", fmt.Sprint("ask", p.asked)).Post("/disbursements",
		`{"settlement":"partner","plan":"P-1","partner":"NG-01","line":"stipend","units":`+units+
			`,"amount":"83333.33","date":"2026-03-01","text":"Stipend"}`).Want(201).Into(&d)
	return "/disbursements/" + d.Number + "/submissions"
}

// has holds a list against a text that must be in it, or must not.
func (p *planning) has(who *apitest.Client, path, text string, want bool) {
	p.Helper()
	if list := string(who.Get(path).Want(200).Body); strings.Contains(list, text) != want {
		p.Errorf("%s with %s: %t, want %t: %s", path, text, !want, want, list)
	}
}

const monthly = `{"line":"stipend","category":"stipend","total":"1000000.00","payee":"C-09","schedule":{"rule":"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12","from":"2026-01-01"},` +
	`"gates":[{"milestone":"attending","from":"2026-02-01"}]}`

// TestPlansAreWrittenInAClosedVocabulary holds that words are added by who leads, and that no prose enters a plan.
func TestPlansAreWrittenInAClosedVocabulary(t *testing.T) {
	onPlans(t, func(p *planning) {
		childcare := `{"code":"childcare","account":"5400","name_en":"Childcare","name_da":"Børnepasning"}`
		p.caring.Post("/plan-categories", childcare).Problem(403, "forbidden_scope")
		p.lead.Post("/plan-categories", childcare).Want(201)
		p.lead.Post("/plan-categories", childcare).Problem(409, "plan_word_exists")
		p.lead.Post("/plan-goals", `{"code":"driving_licence","name_en":"A driving licence","name_da":"Kørekort"}`).Want(201)
		p.has(p.caring, "/plan-categories?limit=100", `"code":"childcare"`, true)
		p.has(p.caring, "/plan-goals", `"code":"driving_licence"`, true)

		swapped := func(old, with string) string { return p.plan(strings.Replace(monthly, old, with, 1), "") }
		p.caring.Post("/plans", p.plan(monthly, `"she sleeps badly"`)).Problem(422, "plan_word_unknown")
		p.caring.Post("/plans", swapped(";COUNT=12", "")).Problem(422, "schedule_not_understood")
		p.caring.Post("/plans", swapped(`"stipend","total"`, `"gifts","total"`)).Problem(422, "plan_word_unknown")
		p.caring.Post("/plans", swapped("C-09", "The clinic")).Problem(422, "payee_not_a_code")
		if told := p.caring.Post("/plans", swapped("C-09", "C-90")).Problem(422,
			"payee_not_on_record"); !strings.Contains(fmt.Sprint(told), "/lines/0/payee") {
			p.Errorf("an unknown payee is not placed: %v", told)
		}
		p.caring.Post("/plans", swapped("C-09", "House 10")).Problem(422, "payee_of_another_kind")
		p.caring.Post("/plans", swapped(`"total":"1000000.00",`, "")).Problem(422, "plan_lines_malformed")
		p.caring.Post("/plans", strings.Replace(swapped(`"category":"stipend"`, `"category":"childcare"`), "C-09", "Payee 09",
			1)).Want(201)
		p.has(p.caring, "/plans/P-1", `"payee":"C-09"`, true)
		p.has(p.caring, "/plans/P-1", `"category":"childcare","booked_as":"emergency-aid"`, true)
	})
}

// TestAPlanHoldsItsMoneyBack follows a request for gated money until somebody else has found the milestone met.
func TestAPlanHoldsItsMoneyBack(t *testing.T) {
	onPlans(t, func(p *planning) {
		p.drafted()
		p.advanced()
		p.caring.Post("/plans/P-1/submissions", nil).Want(200)
		p.lead.With("Idempotency-Key", "year").Post("/plans/P-1/year-approvals", `{"year":2026,"date":"2026-01-02"}`).Want(
			201)

		p.caring.Post(p.ask(p.caring, "1"), nil).Want(200) // January is free, February waits for the attendance
		held := p.ask(p.caring, "2")
		if told := p.caring.Post(held, nil).Problem(409, "milestone_open"); !strings.Contains(told.Detail, "attending") {
			p.Errorf("told %q", told.Detail)
		}
		var document struct{ ID string }
		p.finance.With("Content-Type", "application/octet-stream").Post("/evidence?kind=receipt&taken_on=2026-02-28",
			receipt).Want(201).Into(&document)
		decide := func(who *apitest.Client, attained string) apitest.Answer {
			return who.Post("/plans/P-1/milestones/attending/decisions",
				`{"attained":"`+attained+`","evidence_id":"`+document.ID+`"}`)
		}
		decide(p.caring, "90").Problem(403, "maker_cannot_approve")
		decide(p.second, "101").Problem(422, "validation_failed")
		decide(p.second, "79.9").Want(201)
		p.caring.Post(held, nil).Problem(409, "milestone_open")
		decide(p.second, "80").Want(201)
		p.second.Post(p.ask(p.second, "2"), nil).Problem(409, "milestone_open") // whose own decision it is
		p.caring.Post(held, nil).Want(200)
		p.has(p.caring, "/plans/P-1/milestones", `"result":"met","attained":"80"`, true)
		p.second.Post("/plans/P-1/milestones/term_9/decisions", `{"result":"met","evidence_id":"`+document.ID+`"}`).Problem(
			404, "not_found")

		// A weak currency ate the plan: a version with its reason.
		p.caring.Post("/plans/P-1/versions", `{"kind":"top_up","budget_rate":"260 NGN/DKK"}`).Problem(422, "reason_required")
		p.caring.Post("/plans/P-1/versions", `{"kind":"top_up","budget_rate":"260 NGN/DKK","reason":"weak_currency"}`).Want(
			201)
		p.has(p.caring, "/plans/P-1/versions", `"reason":"weak_currency"`, true)
		p.has(p.caring, "/reminders?on=2026-12-01", `"kind":"plan_ending"`, true)
		p.has(p.caring, "/reminders?on=2026-12-01", `attending`, false)
		outside := p.finance.As(p.db, "outside", access.Caseworker)
		outside.Do(http.MethodGet, "/plans/P-1/milestones", nil).Problem(404, "not_found")
		p.has(outside, "/reminders?on=2026-12-01", "P-1", false)
	})
}

// drafted writes P-1 and holds its answer: 1,000,000 over twelve is 83,333.33 and four kobo; 4,444.44 kroner, of which
// SCH bears 1,000.
func (p *planning) drafted() {
	p.Helper()
	var made struct {
		Shares []struct{ Percent string }
		Lines  []struct {
			Items []struct {
				DueOn     string        `json:"due_on"`
				UnitPrice *ledger.Money `json:"unit_price"`
			}
		}
	}
	p.caring.Post("/plans", p.plan(monthly, `"finish_degree"`)).Want(201).Into(&made)
	first, last := made.Lines[0].Items[0], made.Lines[0].Items[11]
	if first.DueOn != "2026-01-31" || first.UnitPrice.String() != "83333.34" || last.DueOn != "2026-12-31" ||
		last.UnitPrice != nil || made.Shares[0].Percent != "22.5000225" {
		p.Errorf("%+v %+v %+v", first, last, made.Shares)
	}
}
