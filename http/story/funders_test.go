package story_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/store"
	"supportledger/store/storetest"
)

// All grants of the worked story add up to the general ledger over REST, in JSON and as a table; and what a grant does
// not take leaves nothing behind.
func TestGrantsReconcileAndRefuse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := everybody(t, db)
		var report struct {
			Rows []struct {
				Kind    string
				Grant   string
				Roll    string `json:"roll_difference"`
				Release string `json:"release_difference"`
				Record  struct{ Amount string }
				Spent   struct{ Amount, Href string }
				Open    struct{ Amount string } `json:"deferred"`
			}
		}
		all.Get("/reports/grant-reconciliation?as_of=2026-12-31").Want(200).Into(&report)
		if len(report.Rows) < 5 {
			t.Fatalf("rows %+v", report.Rows)
		}
		for _, r := range report.Rows {
			if r.Kind == "difference" && (r.Spent.Amount != "0.00" || r.Open.Amount != "0.00") ||
				r.Kind == "grant" && (r.Roll != "0.00" || r.Release != "0.00") {
				t.Errorf("%s %s: %+v", r.Kind, r.Grant, r)
			}
			if r.Spent.Href == "" {
				t.Errorf("%s %s leads to no lines", r.Kind, r.Grant)
			}
		}
		if table := all.Get("/reports/grant-reconciliation?as_of=2026-12-31&format=csv&lang=da").Want(200); !strings.Contains(
			string(table.Body), "Forudmodtaget, DKK") {
			t.Errorf("table: %s", table.Body)
		}
		for i, bad := range []struct {
			path, body string
			status     int
			code       string
		}{
			{"/grants/G1/final-accounts", `{"date":"2026-12-31"}`, 409, "advance_open"},
			{"/grants/G1/closures", `{"date":"2026-12-31"}`, 409, "state_conflict"},
			{"/grants/G1/signatures", `{"date":"2026-12-31"}`, 409, "state_conflict"},
			{"/grants/G1/suspensions", `{"date":"2026-12-31","reason":"short"}`, 422, "reason_required"},
			{"/grants/G1/planned-instalments", `{"instalments":[{"due_on":"2026-01-05","amount":"20000.00"}]}`, 422,
				"instalments_total"},
			{"/grants/G1/cancellations", `{"date":"2026-12-31","amount":"40000.01","reason":"The grantor wrote so"}`, 422,
				"over_cancelled"},
			{"/grants/G1/conditions", `{"kind":"report","text":"Interim report","instalment":2}`, 422, "instalment_unknown"},
			{"/cost-claims", `{"evidence":"evd_none","amount":"1.00","shares":[{"fund":"G1","share":"1.00"}]}`, 404,
				"not_found"},
			{"/pledges",
				`{"donor":"D-1","fund":"G1","date":"2026-01-05","amount":"1.00","instalments":[{"due_on":"2026-02-01","amount":"1.00"}]}`, 422, "fund_of_grant"},
		} {
			before := rows(t, db)
			if p := all.With("Idempotency-Key", fmt.Sprintf("refused-%d", i)).Post(bad.path, bad.body).Problem(bad.status,
				bad.code); p.Title == "" {
				t.Errorf("%s: no title", bad.path)
			}
			if diff := cmp.Diff(before, rows(t, db)); diff != "" {
				t.Errorf("%s left something behind:\n%s", bad.path, diff)
			}
		}
	})
}
