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

// TestFormsOfOtherSites sends every form of the route list from another site, as each role that may send it: each is
// refused with a page, and nothing is written. A new form is covered by being there.
func TestFormsOfOtherSites(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	var sent int
	for _, role := range []access.Role{access.FinanceOfficer, access.Caseworker, access.Admin} {
		r := w.as(t, role)
		before := w.events(t)
		for _, p := range w.pages {
			if p.Method != http.MethodPost {
				continue
			}
			path := strings.NewReplacer("/disbursements/:id", "/disbursements/"+w.left.Requests[0],
				"/plans/:id", "/plans/"+w.left.Plan, ":month", "2027-01", ":id", "none").Replace(p.Path)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.at+path,
				strings.NewReader(url.Values{"reason": {"Not from this site"}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Origin", "https://elsewhere.example")
			req.Header.Set("Sec-Fetch-Site", "cross-site")
			got := r.send(req)
			sent++
			if got.status != http.StatusForbidden || !strings.Contains(got.body, "<h1>") {
				t.Errorf("%s: %s from another site: %d", role, p.Path, got.status)
			}
		}
		if after := w.events(t); after != before {
			t.Errorf("%s: forms of another site left %d events", role, after-before)
		}
		r.get("/me").want(http.StatusOK) // none of them signed the user out
	}
	if sent < 150 {
		t.Errorf("only %d forms were sent", sent)
	}
}

// events counts what was written, by the audit trail.
func (w world) events(t *testing.T) (n int) {
	t.Helper()
	err := w.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT COUNT(*) FROM audit_events").Scan(t.Context(), &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
