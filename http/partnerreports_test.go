package http_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPartnerReports holds that a partner's table becomes the same disbursements as the items sent one by one, in
// either way of writing, all or none, and that what is wrong is said with its row.
func TestPartnerReports(t *testing.T) {
	onPlans(t, func(p *planning) {
		p.drafted()
		p.advanced()
		p.caring.Post("/plans/P-1/submissions", nil).Want(200)
		p.lead.With("Idempotency-Key", "year").Post("/plans/P-1/year-approvals", `{"year":2026,"date":"2026-01-02"}`).Want(
			201)
		send := func(key, profile, table, query string) func() map[string]any {
			body, err := json.Marshal(map[string]string{"partner": "NG-01", "date": "2026-02-28", "profile": profile,
				"content": base64.StdEncoding.EncodeToString([]byte(table))})
			if err != nil {
				p.Fatal(err)
			}
			answer := p.caring.With("Idempotency-Key", key).Post("/partner-report-files"+query, string(body))
			return func() (out map[string]any) {
				if answer.Status < 300 {
					answer.Into(&out)
					return out
				}
				return map[string]any{"status": answer.Status, "said": string(answer.Body)}
			}
		}
		const plain = "plan,line,units,amount,text,date\nP-1,stipend,1,83333.34,January,2026-01-31\n"
		const danish = "\ufefftext;amount;units;line;plan;date\r\nJanuary;83333,34;1;stipend;P-1;2026-01-31\r\n"
		one := func(answer map[string]any) any {
			list, _ := answer["disbursements"].([]any)
			if len(list) != 1 {
				p.Fatalf("answered %v", answer)
			}
			d, _ := list[0].(map[string]any)
			for _, own := range []string{"id", "number", "created_at", "submitted_at", "updated_at", "history", "version"} {
				delete(d, own)
			}
			return d
		}
		a, b := one(send("dry-1", "rfc4180", plain, "?dry_run=true")()),
			one(send("dry-2", "da-excel", danish, "?dry_run=true")())
		var listed struct{ Disbursements []map[string]any }
		p.caring.With("Idempotency-Key", "items").Post("/partner-reports?dry_run=true",
			`{"partner":"NG-01","date":"2026-02-28","items":[{"plan":"P-1","line":"stipend","units":1,"amount":"83333.34","text":"January","date":"2026-01-31"}]}`).Want(200).Into(&listed)
		c := one(map[string]any{"disbursements": []any{listed.Disbursements[0]}})
		if diff := cmp.Diff(c, a); diff != "" {
			p.Errorf("a table with commas is not what the items are (-items +table):\n%s", diff)
		}
		if diff := cmp.Diff(c, b); diff != "" {
			p.Errorf("a table with semicolons is not what the items are (-items +table):\n%s", diff)
		}
		for name, bad := range map[string]struct{ profile, table, says string }{
			"an open quotation mark": {"rfc4180", "plan,line,units,amount,text\nP-1,stipend,1,\"83333.34,x\n", "ow 2"},
			"a cell too many": {"rfc4180", "plan,line,units,amount,text\nP-1,stipend,1,1.00,x\nP-1,stipend,1,1.00,x,y\n",
				"ow 3"},
			"a column of its own":  {"rfc4180", "plan,line,units,amount,text,name\n", "ow 1"},
			"a column that is not": {"rfc4180", "plan,line,units,amount\n", "no column text"},
			"half a unit":          {"rfc4180", "plan,line,units,amount,text\nP-1,stipend,0.5,1.00,x\n", "whole number"},
			"points in between": {"da-excel", "plan;line;units;amount;text\nP-1;stipend;1;83.333,34;x\n",
				"comma before the decimals"},
			"no day":    {"rfc4180", "plan,line,units,amount,text,date\nP-1,stipend,1,1.00,x,31-01-2026\n", "ow 2"},
			"no amount": {"rfc4180", "plan,line,units,amount,text\nP-1,stipend,1,,x\n", "/items/0/amount"},
			"another plan": {"rfc4180", "plan,line,units,amount,text\nP-1,stipend,1,83333.34,x\nP-2,stipend,1,1.00,x\n",
				"/items/1/plan"},
			"nothing": {"rfc4180", "plan,line,units,amount,text\n", "/items"},
		} {
			if said, _ := send("bad-"+strings.ReplaceAll(name, " ", "-"), bad.profile, bad.table,
				"")()["said"].(string); !strings.Contains(said, bad.says) {
				p.Errorf("%s: said %q, want %q in it", name, said, bad.says)
			}
		}
		p.has(p.caring, "/disbursements", "January", false) // nothing of all this was written
		one(send("good", "da-excel", danish, "")())
		p.has(p.caring, "/disbursements", "January", true)
	})
}
