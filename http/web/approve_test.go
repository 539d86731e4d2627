package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestADecisionWithoutScript approves, sends back and refuses without any script.
func TestADecisionWithoutScript(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		lead := w.as(t, access.ProgrammeLead)
		inbox := lead.get("/inbox").want(http.StatusOK).says("Venter på dig", "Husleje februar", "4.250,00 kr.",
			"Skal godkendes")
		if strings.Contains(inbox.body, "Månedskort") {
			t.Error("a draft of somebody else waits for the programme lead")
		}
		rent := "/disbursements/" + w.left.Requests[0]
		page := lead.get(rent).want(http.StatusOK).says("Godkend 4.250,00", "Kvittering", "P-410")
		form := func(page sheet, more url.Values) url.Values {
			out := url.Values{"form_key": {page.hidden("form_key")}, "form_seen": {page.hidden("form_seen")}}
			for name, values := range more {
				out[name] = values
			}
			return out
		}

		// A reason is wanted for everything but an approval, and what was typed stays.
		lead.post(rent+"/decisions", form(page, url.Values{"decision": {"return"}, "reason": {"kort"}})).
			want(http.StatusUnprocessableEntity).says("mindst ti tegn", ">kort</textarea>")

		// Another origin, and a form of what has changed since, write nothing.
		foreign := form(page, url.Values{"decision": {"approve"}})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.at+rent+"/decisions",
			strings.NewReader(foreign.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "https://elsewhere.example")
		lead.send(req).want(http.StatusForbidden).says("cross_origin", "Der er ikke ændret noget")

		caseworker := w.as(t, access.Caseworker)
		key := caseworker.get(rent).hidden("form_key")
		caseworker.post(rent+"/comments", url.Values{"form_key": {key},
			"comment": {"Kontrakten ligger hos os."}}).want(http.StatusOK).
			says("Din bemærkning er tilføjet", "Kontrakten ligger hos os.")

		// A double tap is one approval.
		good := form(lead.get(rent), url.Values{"decision": {"approve"}})
		lead.post(rent+"/decisions", good).want(http.StatusOK).says("Godkendt.")
		lead.post(rent+"/decisions", good).want(http.StatusOK).says("Godkendt.")
		if page := lead.get(rent).says("1 af 2"); strings.Count(page.body, "godkendt: programme_lead") != 1 {
			t.Errorf("not one approval was given:\n%s", page.body)
		}
		// The same page once more, as another form, is stale.
		stale := form(page, url.Values{"decision": {"approve"}})
		stale.Set("form_key", "web_"+strings.Repeat("a", 26))
		lead.post(rent+"/decisions", stale).want(http.StatusPreconditionFailed).says("Der er ikke ændret noget")

	})
}
