package http_test

import (
	"strings"
	"testing"

	"supportledger/http/apitest"
)

// TestTimeSheets holds that hours are handed in by one person and approved by another, that no day has more hours than
// there are, that an approved sheet stands behind one salary entry, and that a fund's hours come as a table, by code.
func TestTimeSheets(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		p := s.paying()
		hand := func(c *apitest.Client, days string) apitest.Answer {
			return c.In(t).Post("/time-sheets", `{"worker":"ST-01","month":"2026-01","days":[`+days+`]}`)
		}
		const day = `{"on":"2026-01-05","hours":"7.5","kilometres":42,"fund":"UNR"}`
		hand(p.lead, `{"on":"2026-02-05","hours":"7.5","fund":"UNR"}`).Problem(422, "time_sheet_days")
		hand(p.lead, `{"on":"2026-01-05","hours":"7.501","fund":"UNR"}`).Problem(422, "time_sheet_hours")
		hand(p.lead, `{"on":"2026-01-05","hours":"7.5","fund":"NONE"}`).Problem(422, "fund_unknown")
		var sheet struct{ Number, Hours, State string }
		hand(p.lead, day+`,{"on":"2026-01-06","hours":"6.25","fund":"UNR"}`).Want(201).Into(&sheet)
		if sheet.Number != "TS-2026-0001" || sheet.Hours != "13.75" || sheet.State != "submitted" {
			t.Fatalf("handed in %+v", sheet)
		}
		hand(p.caring, `{"on":"2026-01-05","hours":"17","fund":"UNR"}`).Problem(422, "time_sheet_hours")
		at := "/time-sheets/" + sheet.Number
		p.outside.In(t).Get(at).Problem(404, "not_found")
		decide := func(c *apitest.Client, body string) apitest.Answer { return c.In(t).Post(at+"/decisions", body) }
		attach := func(entry string) apitest.Answer { return p.books.In(t).Post(at+"/entries", `{"entry":"`+entry+`"}`) }
		attach("2026-000001").Problem(409, "time_sheet_state")
		decide(p.lead, `{"decision":"approve"}`).Problem(403, "maker_cannot_approve")
		decide(p.chief, `{"decision":"reject"}`).Problem(422, "reason_required")
		decide(p.chief, `{"decision":"approve"}`).Want(200)
		decide(p.chief, `{"decision":"approve"}`).Problem(409, "time_sheet_state")
		attach("2026-000099").Problem(404, "not_found")
		attach("2026-000001").Want(200)
		attach("2026-000001").Problem(409, "time_sheet_state")
		table := string(p.books.In(t).Get("/reports/time-sheets?fund=UNR&from=2026-01-01&to=2026-01-31&format=csv").Want(200).
			Body)
		for _, part := range []string{"ST-01", "7.5", "6.25", "42", "TS-2026-0001", "chief", "2026-000001"} {
			if !strings.Contains(table, part) {
				t.Errorf("%s is not in the table: %s", part, table)
			}
		}
		s.caring.In(t).Get("/reports/time-sheets?fund=UNR&from=2026-01-01&to=2026-01-31").Problem(403, "forbidden_scope")
	})
}
