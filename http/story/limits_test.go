package story_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// hand writes requests with keys of its own.
type hand struct {
	*testing.T
	db   *store.DB
	who  *apitest.Client
	sent *int
}

func (h hand) post(path, body string) apitest.Answer {
	*h.sent++
	return h.who.With("Idempotency-Key", fmt.Sprintf("hand-%d", *h.sent)).Post(path, body)
}

// refuses wants a request to be refused with a code of its own and to leave no row behind.
func (h hand) refuses(path, body string, status int, code string) {
	h.Helper()
	before := rows(h.T, h.db)
	if p := h.post(path, body).Problem(status, code); p.Title == "" || p.Code != code {
		h.Errorf("%s: %+v", path, p)
	}
	if diff := cmp.Diff(before, rows(h.T, h.db)); diff != "" {
		h.Errorf("%s left something behind:\n%s", path, diff)
	}
}

const terms = `"policy":{"recognition":"deferred","fee_bearer":"grant","currency_bearer":"grant","interest":"grantor"}`

func agreement(code, more string) string {
	return fmt.Sprintf(
		`{"code":%q,"donor":"POOL","title":"Pool %s","amount":{"amount":"1000.00","currency":"DKK"},"signed_on":"2026-01-05",%s%s}`, code, code, terms, more)
}

func accrued(fund, day, category, price string) string {
	return fmt.Sprintf(`{"date":%q,"fund":%q,"category":%q,"units":"1","unit_price":%q}`, day, fund, category, price)
}

// What an agreement does not allow is refused over REST, each by a code of its own, and nothing is written: a budget
// that does not sum, cost outside period, country, category and budget, cost over its line, a second grant with the
// same receipt, a closing with money still out.
func TestWhatAgreementsDoNotAllow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		sent := 0
		grace := everybody(t, db)
		h := hand{t, db, grace, &sent}
		h.post("/donors", `{"code":"POOL","kind":"institution","name":"Pool","language":"da"}`).Want(201)
		therapy, legal := `{"line_no":"1","text":"Therapy","categories":["therapy"],"amount":"600.00"%s}`,
			`{"line_no":"2","text":"Legal","categories":["legal-aid"],"amount":%q}`
		lines := func(more, rest string) string {
			return `,"budget_lines":[` + fmt.Sprintf(therapy, more) + "," + fmt.Sprintf(legal, rest) + "]"
		}
		h.refuses("/grants", agreement("B1", lines("", "399.99")), 422, "budget_total")
		h.refuses("/grants", agreement("B1", lines(`,"unit":"session","quantity":"7","unit_price":"90.00"`, "400.00")), 422,
			"budget_line_unbalanced")
		h.refuses("/grants", agreement("B1", lines(`,"years":[{"year":2026,"amount":"599.99"}]`, "400.00")), 422,
			"budget_line_unbalanced")
		h.post("/grants", agreement("B1", `,"from":"2026-02-01","to":"2026-11-30"`+lines("", "400.00"))).Want(201)
		h.post("/grants/B1/instalments",
			`{"date":"2026-02-01","amount":{"amount":"1000.00","currency":"DKK"},"account":"1010"}`).Want(201)
		h.refuses("/accruals", accrued("B1", "2026-01-31", "therapy", "1.00"), 422, "outside_period")
		h.refuses("/accruals", accrued("B1", "2026-12-01", "therapy", "1.00"), 422, "outside_period")
		h.refuses("/accruals", accrued("B1", "2026-06-30", "tuition", "1.00"), 422, "outside_budget")
		h.refuses("/accruals", accrued("B1", "2026-06-30", "therapy", "600.01"), 422, "over_budget_line")
		h.post("/accruals", accrued("B1", "2026-06-30", "therapy", "600.00")).Want(201)
		h.refuses("/accruals", accrued("B1", "2026-06-30", "therapy", "0.01"), 422, "over_budget_line")
		h.post("/grants/B1/amendments", `{"starts_on":"2026-07-01","categories":["therapy"]}`).Want(201)
		h.refuses("/accruals", accrued("B1", "2026-07-01", "legal-aid", "1.00"), 422, "category_not_eligible")
		h.refuses("/grants/B1/final-accounts", `{"date":"2026-12-31"}`, 409, "advance_open")
		h.refuses("/grants/G1/final-accounts", `{"date":"2026-12-31"}`, 409, "advance_open")
		h.refuses("/grants/B1/closures", `{"date":"2026-12-31"}`, 409, "state_conflict")
		h.abroad(grace)
		h.twice()
	})
}

// abroad has a partner in a country that a grant of the plan does not cover spend its money there.
func (h hand) abroad(grace *apitest.Client) {
	h.Helper()
	other := h
	other.who = grace.As(h.db, "another", access.ProgrammeLead, access.FinanceOfficer, access.Treasurer)
	id := func(a apitest.Answer) string {
		var made struct{ ID string }
		a.Into(&made)
		return made.ID
	}
	h.post("/partners", `{"code":"GH-01","currency":"NGN","account":"1300","country":"GH"}`).Want(201)
	transfer := "/transfers/" + id(
		h.post("/transfers",
			`{"date":"2026-06-01","partner":"GH-01","plan":"P-101","account":"1010","sent":"1000.00","rate":"226 NGN/DKK"}`).
			Want(201))
	other.post(transfer+"/authorisations", "").Want(200)
	h.post("/grants/G1/amendments", `{"starts_on":"2026-06-01","countries":["NG"]}`).Want(201)
	asked := "/disbursements/" + id(
		h.post("/disbursements",
			`{"date":"2026-06-30","plan":"P-101","line":"stipend","units":1,"partner":"GH-01","amount":"150000.00","text":"Stipend"}`).Want(201))
	before := rows(h.T, h.db)
	h.post(asked+"/submissions", "").Problem(422, "outside_country") // what the books would refuse is not even asked for
	if diff := cmp.Diff(before, rows(h.T, h.db)); diff != "" {
		h.Errorf("the submission left something behind:\n%s", diff)
	}
}

// twice has two grants claim the same receipt.
func (h hand) twice() {
	h.Helper()
	err := h.db.Update(h.Context(), func(tx *store.Tx) error {
		_, err := tx.NewRaw(
			`INSERT INTO evidence (id, sha256, media_type, bytes, kind, taken_on, retention_until, stored_by, stored_at)
			VALUES ('evd_1', '0123456789012345678901234567890123456789012345678901234567890123', 'application/pdf', 1, 'receipt', '2026-03-01', '2031-12-31', '', '2026-03-01T09:00:00.000000Z')`).Exec(h.Context())
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	claim := func(fund, share string) string {
		return fmt.Sprintf(`{"evidence":"evd_1","amount":"100.00","shares":[{"fund":%q,"share":%q}]}`, fund, share)
	}
	h.post("/cost-claims", claim("G1", "60.00")).Want(200)
	h.refuses("/cost-claims", claim("G2", "40.01"), 409, "evidence_overclaimed")
	h.refuses("/cost-claims", claim("G1", "1.00"), 409, "cost_claimed")
	h.post("/cost-claims", claim("G2", "40.00")).Want(200)
}
