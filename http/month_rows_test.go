package http_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The rows are those of a month that four people played, where something was wrong.

// TestMonthRows9To12 holds of statements: none of a period that is not over (9); without a language it is the reader's
// (10); what was replaced is said on the page that the mail led to (11); without an address nothing is sent, and nobody
// gets the same mail twice (12).
func TestMonthRows9To12(t *testing.T) {
	onMailing(t, func(m *mailing) {
		m.finance.Post("/donors", `{"code":"D-EN","kind":"institution","name":"Alder Trust","language":"en",`+
			`"delivery":"email"}`).Want(201)
		m.finance.With("Idempotency-Key", "gift").Post("/gifts", `{"donor":"D-EN","fund":"UNR","date":"2026-05-05",`+
			`"gross":"50.00","account":"1010"}`).Want(201)
		var early stated
		m.finance.With("Idempotency-Key", "early").Post("/statements",
			`{"subject":"D-EN","kind":"donor_annual","to":"2027-12-31"}`).Want(201).Into(&early)
		m.finance.Post("/statements/"+early.ID+"/privacy-checks", "").Problem(409, "period_not_allowed")

		english := m.issued(`{"subject":"D-EN","kind":"donor_annual","to":"2026-12-31"}`)
		if said := string(m.finance.Get("/statements/" + english.ID).Want(200).Body); !strings.Contains(said,
			`"language":"en"`) {
			t.Errorf("a donor who reads English gets %s", said)
		}

		first := m.sealed(toFirst)
		secret := strings.TrimPrefix(m.sent(first), "/statement-documents/")
		m.finance.Post("/statements/"+first.ID+"/deliveries", "").Problem(409, "delivered_already")
		m.finance.Post("/statements/"+english.ID+"/seals", "").Want(200)
		m.finance.Post("/statements/"+english.ID+"/deliveries", "").Problem(409, "donor_without_email")

		m.sealed(`{"replaces":"` + first.Number + `"}`)
		said := string(m.c.Get("/own-statements/" + secret).Want(200).Body)
		for _, want := range []string{`"status":"replaced"`, `"status":"current"`} {
			if !strings.Contains(said, want) {
				t.Errorf("the link of the mail says no %s: %s", want, said)
			}
		}
	})
}

// TestMonthRow13 holds that the document tells what a decision on a budget must name, as of any whole number for which
// nothing but one of at least one will do.
func TestMonthRow13(t *testing.T) {
	c := apitest.Serve(t, storetest.SQLite(t))
	asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+rest.Base+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Required []string }
		}
	}
	if err := json.Unmarshal(c.Raw(asked), &document); err != nil {
		t.Fatal(err)
	}
	for path, must := range map[string]string{"/grants/{id}/budget-decisions": "version",
		"/plans/{id}/year-approvals": "year"} {
		ref := document.Paths[path]["post"].RequestBody.Content["application/json"].Schema.Ref
		schema := document.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")]
		if !slices.Contains(schema.Required, must) {
			t.Errorf("%s: %q is not among what is required: %v", path, must, schema.Required)
		}
	}
}

// TestMonthRow14 holds that a year which is committed already does not keep a version of the plan from approval.
func TestMonthRow14(t *testing.T) {
	onPlans(t, func(p *planning) {
		p.caring.Post("/plans", p.plan(monthly, `"finish_degree"`)).Want(201)
		p.caring.Post("/plans/P-1/submissions", nil).Want(200)
		p.lead.With("Idempotency-Key", "1").Post("/plans/P-1/decisions", `{"decision":"approve","year":2026}`).Want(201)
		p.caring.Post("/plans/P-1/versions",
			`{"kind":"top_up","budget_rate":"220 NGN/DKK","reason":"weak_currency"}`).Want(201)
		p.caring.Post("/plans/P-1/submissions", nil).Want(200)
		p.lead.With("Idempotency-Key", "2").Post("/plans/P-1/decisions", `{"decision":"approve","year":2027}`).Problem(409,
			"nothing_due")
		p.lead.With("Idempotency-Key", "3").Post("/plans/P-1/decisions", `{"decision":"approve","year":2026}`).Want(201)
		p.has(p.caring, "/plans/P-1", `"budget_rate":"220 NGN/DKK"`, true)
	})
}

// TestMonthRow16 holds that whoever books into a year whose result is closed is told so first, on any route.
func TestMonthRow16(t *testing.T) {
	onMailing(t, func(m *mailing) {
		m.second.With("Idempotency-Key", "close").Post("/fiscal-years/2026/closings", nil).Want(200)
		gift := `{"donor":"D-1","fund":"UNR","date":"2026-12-30","gross":"50.00","account":"1010"}`
		told := m.finance.With("Idempotency-Key", "late").Post("/gifts", gift).Problem(422, "confirmation_required")
		if len(told.Errors) != 1 || told.Errors[0].Code != "year_is_closed" {
			t.Errorf("told %+v", told)
		}
		m.finance.With("Idempotency-Key", "late").Post("/gifts", strings.Replace(gift, "{",
			`{"confirm":{"year_is_closed":"the bank told us in January"},`, 1)).Want(201)
		m.finance.With("Idempotency-Key", "now").Post("/gifts", strings.Replace(gift, "2026-12-30", "2027-01-02", 1)).Want(201)
		m.second.With("Idempotency-Key", "again").Post("/fiscal-years/2026/closings", nil).Want(200)
	})
}

// TestMonthRow21 holds that a question which took too long is not answered with words for a write, and a write is.
func TestMonthRow21(t *testing.T) {
	late := func(context.Context, *store.Tx, struct{}) (rest.None, error) {
		return rest.None{}, context.DeadlineExceeded
	}
	db := storetest.SQLite(t)
	c := apitest.Serve(t, db, func(a *rest.API) {
		for id, method := range map[string]string{"readLate": rest.Get, "writeLate": rest.Post} {
			rest.Route(a, rest.Op{Method: method, Path: "/late", ID: id, Tag: "grants", Summary: "Late", Danish: "Sent",
				Roles: []access.Role{access.FinanceOfficer}, NoMatch: rest.MakesNew}, late)
		}
	}).As(db, "books", access.FinanceOfficer)
	if said := c.Get("/late").Problem(503, "timeout"); strings.Contains(said.Hint, "Idempotency-Key") {
		t.Errorf("a read is told %q", said.Hint)
	}
	if said := c.Post("/late", nil).Problem(503, "timeout"); !strings.Contains(said.Hint, "Idempotency-Key") {
		t.Errorf("a write is told %q", said.Hint)
	}
}

// TestMonthRow23 holds that the check of the banks names the accounts that do not agree.
func TestMonthRow23(t *testing.T) {
	onMailing(t, func(m *mailing) {
		said := string(m.finance.Get("/periods/2026-03/checklist").Want(200).Body)
		if !strings.Contains(said, "1010: books 100.00") && !strings.Contains(said, "1010: books 200.00") {
			t.Errorf("the bank check names nothing: %s", said)
		}
	})
}
