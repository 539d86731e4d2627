package story_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What the API does not take. Every row is a request that would be booked but for one thing, and every answer says
// where that is and what to send instead.
var refused = []struct {
	name    string
	path    string
	body    string
	status  int
	code    string // of the problem
	pointer string // of its first error; none where the problem is about the whole
	field   string // code of that error
	hint    string // part of what to do
}{
	{"an amount as a number", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":4250}`,
		422, "amount_must_be_string", "/amount", "amount_must_be_string", `send "4250.00"`},
	{"a number with decimals", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":4250.5}`,
		422, "amount_must_be_string", "/amount", "amount_must_be_string", `send "4250.50"`},
	{"an amount inside money as a number", "/grants/G1/instalments",
		`{"date":"2026-07-01","amount":{"amount":4250,"currency":"DKK"},"account":"1010"}`,
		422, "amount_must_be_string", "/amount/amount", "amount_must_be_string", `send "4250.00"`},
	{"money as a number", "/grants/G1/instalments", `{"date":"2026-07-01","amount":4250,"account":"1010"}`,
		422, "validation_failed", "/amount", "wrong_type", "send an object"},
	{"Danish separators", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"4.250,00"}`,
		422, "amount_malformed", "/amount", "amount_malformed", `send "4250.00"`},
	{"English separators", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"4,250.00"}`,
		422, "amount_malformed", "/amount", "amount_malformed", `send "4250.00"`},
	{"what is four in one country and four thousand in another", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"4,250"}`,
		422, "amount_malformed", "/amount", "amount_malformed", `for example "4250.00"`},
	{"three decimals", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"4250.005"}`,
		422, "too_many_decimals", "/amount", "too_many_decimals", "2 decimals"},
	{"three decimals inside money", "/grants/G1/instalments",
		`{"date":"2026-07-01","amount":{"amount":"4250.005","currency":"DKK"},"account":"1010"}`,
		422, "too_many_decimals", "/amount/amount", "too_many_decimals", "2 decimals"},
	{"three decimals in the partner's currency", "/disbursements", draft("2026-07-01", "P-101", "4250.005"),
		422, "too_many_decimals", "/amount", "too_many_decimals", "2 decimals"},
	{"an exponent", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1e9"}`,
		422, "amount_malformed", "/amount", "amount_malformed", `"4250.00"`},
	{"an exponent as a number", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":1e9}`,
		422, "amount_must_be_string", "/amount", "amount_must_be_string", `"4250.00"`},
	{"more than there is room for", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"99999999999999999.00"}`,
		422, "amount_malformed", "/amount", "amount_malformed", `"4250.00"`},
	{"more than the books hold", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"100000000000.01"}`,
		422, "amount_too_large", "/amount", "amount_too_large", "at most 100000000000.00 DKK"},
	{"a product that leaves 64 bits", "/in-kind-contributions", `{"date":"2026-07-06","category":"therapy",` +
		`"units":"184467440737095.51716","unit_value":"1000.00","text":"valued by memo","fund":"UNR"}`,
		422, "amount_too_large", "", "", "100,000,000,000.00"},
	{"an accrual that leaves 64 bits", "/accruals", `{"date":"2026-12-31","category":"therapy",` +
		`"units":"184467440737095.51716","unit_price":"1000.00","fund":"UNR"}`,
		422, "amount_too_large", "", "", "100,000,000,000.00"},
	{"a sum that the books cannot hold", "/journal-entries", `{"date":"2026-07-01","text":"Much","lines":[` +
		strings.Repeat(`{"account":"1010","fund":"UNR","direction":"debit","amount":"99999999999.99"},`, 2) +
		`{"account":"4200","fund":"UNR","direction":"credit","amount":"99999999999.99"},` +
		`{"account":"4200","fund":"UNR","direction":"credit","amount":"99999999999.99"}]}`,
		422, "amount_too_large", "", "", "100,000,000,000.00"},
	{"a field that is misspelt", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","acount":"1010","amount":"5.00"}`,
		422, "unknown_field", "/acount", "unknown_field", `did you mean "account"?`},
	{"a field of another resource", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"5.00","approved_by":"me"}`,
		422, "unknown_field", "/approved_by", "unknown_field", "date, fund, account, amount"},
	{"a field twice", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"5.00","amount":"5000.00"}`,
		400, "malformed_json", "/amount", "duplicate_field", ""},
	{"something after the object", "/opening-balances",
		`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"5.00"}{}`,
		400, "malformed_json", "", "trailing_data", ""},
	{"a field left out", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","amount":"5.00"}`,
		422, "validation_failed", "/account", "required", ""},
	{"a day that does not exist", "/opening-balances",
		`{"date":"2026-02-30","fund":"UNR","account":"1010","amount":"5.00"}`,
		422, "date_malformed", "/date", "date_malformed", `"2026-01-31"`},
	{"a date as people write it", "/opening-balances", `{"date":"1/7-2026","fund":"UNR","account":"1010","amount":"5.00"}`,
		422, "date_malformed", "/date", "date_malformed", `"2026-01-31"`},
	{"a closed period", "/opening-balances", `{"date":"2026-01-31","fund":"UNR","account":"1010","amount":"5.00"}`,
		409, "period_closed", "", "", "open period"},
	{"an instalment in a closed period", "/grants/G1/instalments",
		`{"date":"2026-01-31","amount":{"amount":"5.00","currency":"DKK"},"account":"1010"}`,
		409, "period_closed", "", "", "open period"},
	{"an unknown fund", "/opening-balances", `{"date":"2026-07-01","fund":"NONE","account":"1010","amount":"5.00"}`,
		422, "fund_unknown", "/fund", "fund_unknown", "GET /api/v1/funds"},
	{"an unknown fund by hand", "/journal-entries", byHand("2026-07-01", "NONE"),
		422, "fund_unknown", "", "", "GET /api/v1/funds"},
	{"a closed period by hand", "/journal-entries", byHand("2026-01-31", "UNR"),
		409, "period_closed", "", "", "open period"},
	{"an unknown account", "/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"9999","amount":"5.00"}`,
		422, "account_unknown", "", "", "GET /api/v1/accounts"},
}

func draft(day, plan, amount string) string {
	return fmt.Sprintf(`{"date":%q,"plan":%q,"line":"stipend","units":1,"partner":"NG-01","amount":%q,"text":"Stipend"}`,
		day, plan, amount)
}

func byHand(day, fund string) string {
	return fmt.Sprintf(
		`{"date":%q,"text":"Interest","lines":[{"account":"1010","fund":%[2]q,"direction":"debit","amount":"12.50"},`+
			`{"account":"4200","fund":%[2]q,"direction":"credit","amount":"12.50"}]}`, day, fund)
}

// TestRefusedInputWritesNothing sends each of them with money at stake and counts every row of the database before and
// after.
func TestRefusedInputWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := everybody(t, db)
		signed := `{"check":"bank","reason":"Agreed with the bank's statement"}`
		if list := all.Get("/periods/2026-01/checklist").Want(200); strings.Contains(string(list.Body), `"failed"`) {
			all.With("Idempotency-Key", "signed").Post("/periods/2026-01/sign-offs", signed).Want(200)
		}
		all.With("Idempotency-Key", "closed").Post("/periods/2026-01/closures", nil).Want(200)
		for i, r := range refused {
			t.Run(r.name, func(t *testing.T) {
				before := rows(t, db)
				answer := all.In(t).With("Idempotency-Key", fmt.Sprintf("bad-%d", i)).Post(r.path, r.body)
				judge(t, answer.Problem(r.status, r.code), r.pointer, r.field, r.hint)
				if diff := cmp.Diff(before, rows(t, db)); diff != "" {
					t.Errorf("the refusal left something behind:\n%s", diff)
				}
			})
		}
		// The same, but for the one thing, is booked: so it was that thing.
		for i, good := range []struct{ path, body string }{
			{"/opening-balances", `{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"4250.00"}`},
			{"/grants/G1/instalments", `{"date":"2026-07-01","amount":{"amount":"5.00","currency":"DKK"},"account":"1010"}`},
			{"/disbursements", draft("2026-07-01", "P-101", "4250.00")},
			{"/journal-entries", byHand("2026-07-01", "UNR")},
		} {
			all.With("Idempotency-Key", fmt.Sprintf("good-%d", i)).Post(good.path, good.body).Want(201)
		}
	})
}

// judge wants a problem to say what is wrong, where, and what to do.
func judge(t *testing.T, p rest.Problem, pointer, field, hint string) {
	t.Helper()
	said := p.Hint
	if field != "" {
		if len(p.Errors) == 0 || p.Errors[0].Pointer != pointer || p.Errors[0].Code != field || p.Errors[0].Message == "" {
			t.Fatalf("the first error is not %s at %q: %+v", field, pointer, p.Errors)
		}
		said += " " + p.Errors[0].Hint + " " + p.Errors[0].Message
	}
	said += " " + p.Detail
	if p.Title == "" || p.Type == "" || p.RequestID == "" {
		t.Errorf("title, type or request id is missing: %+v", p)
	}
	if !strings.Contains(said, hint) {
		t.Errorf("%q is not in %q", hint, said)
	}
}

// The requester does not approve her own disbursement, the approver does not authorise it, and the requester of a
// transfer does not authorise that: whatever roles they have, and nothing is written.
func TestNobodyActsTwice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		grace := everybody(t, db)
		others := grace.As(db, "another", access.ProgrammeLead, access.FinanceOfficer, access.Treasurer)
		key := func(c *apitest.Client, key string) *apitest.Client { return c.With("Idempotency-Key", key) }
		id := func(a apitest.Answer) string {
			var view struct {
				ID string `json:"id"`
			}
			a.Into(&view)
			return view.ID
		}
		refusedTo := func(c *apitest.Client, path string, body any) {
			t.Helper()
			before := rows(t, db)
			p := key(c, "twice"+path).Post(path, body).Problem(403, "maker_cannot_approve")
			if p.Hint == "" {
				t.Errorf("no hint: %+v", p)
			}
			if diff := cmp.Diff(before, rows(t, db)); diff != "" {
				t.Errorf("%s left something behind:\n%s", path, diff)
			}
		}
		approve := map[string]string{"decision": "approve"}

		own := "/disbursements/" + id(
			key(grace, "d1").Post("/disbursements", draft("2026-06-30", "P-101", "20000.00")).Want(201))
		key(grace, "d2").Post(own+"/submissions", nil).Want(200)
		refusedTo(grace, own+"/decisions", approve)
		key(others, "d3").Post(own+"/decisions", approve).Want(200)
		refusedTo(others, own+"/authorisations", nil)
		refusedTo(grace, own+"/authorisations", nil)

		sent := map[string]string{"date": "2026-06-30", "partner": "NG-01", "plan": "P-101", "account": "1010",
			"sent": "100.00", "rate": "226 NGN/DKK"}
		transfer := "/transfers/" + id(key(grace, "t1").Post("/transfers", sent).Want(201))
		refusedTo(grace, transfer+"/authorisations", nil)
		key(others, "t2").Post(transfer+"/authorisations", nil).Want(200)
	})
}

// everybody plays the worked story and gives a client that has every role, so that only its duties stop it.
func everybody(t *testing.T, db *store.DB) *apitest.Client {
	t.Helper()
	client := play(t, db, []string{"S00", "S01", "S02", "S03", "S04", "S05"})
	return client.As(db, "grace", access.ProgrammeLead, access.FinanceOfficer, access.Treasurer)
}

// rows counts every table.
func rows(t *testing.T, db *store.DB) map[string]int64 {
	t.Helper()
	tables := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
	if db.Engine() == store.Postgres {
		tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
	}
	counts := map[string]int64{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		var names []string
		if err := tx.NewRaw(tables).Scan(t.Context(), &names); err != nil {
			return err
		}
		for _, name := range names {
			var n int64
			if err := tx.NewRaw("SELECT COUNT(*) FROM "+name).Scan(t.Context(), &n); err != nil {
				return err
			}
			counts[name] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(slices.Collect(maps.Keys(counts)), "entries") || counts["entries"] == 0 {
		t.Fatalf("no entries are counted: %v", counts)
	}
	return counts
}

// The words of a refusal follow the reader, its code does not.
func TestRefusalsInDanish(t *testing.T) {
	db := storetest.SQLite(t)
	all := everybody(t, db).With("Accept-Language", "da").With("Idempotency-Key", "da")
	for _, r := range []struct{ body, words string }{
		{`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":4250}`, "Et beløb sendes som tekst, ikke som tal."},
		{`{"date":"2026-07-01","fund":"NONE","account":"1010","amount":"5.00"}`, "Formålet findes ikke"},
	} {
		a := all.Post("/opening-balances", r.body).Want(422)
		if !json.Valid(a.Body) || !strings.Contains(string(a.Body), r.words) {
			t.Errorf("%q is not in %s", r.words, a.Body)
		}
	}
}
