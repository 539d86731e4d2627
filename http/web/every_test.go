package web_test

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"supportledger/access"
)

// page is a page to look at, with the role that opens it.
type page struct{ name, role, path string }

// links finds where a page leads.
var links = regexp.MustCompile(`href="(/[^"#]*)`)

// every finds a page of each route, as the roles that work here reach them: from their front page on by links. What
// nothing leads to is told.
func (w world) every(t *testing.T) []page {
	t.Helper()
	w.underWay(t)
	w.giver(t, "D-88")
	w.issuedTo(t, "D-88")
	w.agreed(t)
	found := append(w.looked(), page{"verify", "", "/verify"}, page{"search", "finance_officer", "/search?q=D-77"})
	met := map[string]bool{}
	for _, p := range found {
		met[w.routeOf(p.path)] = true
	}
	for _, role := range []access.Role{access.FinanceOfficer, access.Treasurer, access.Caseworker, access.ProgrammeLead,
		access.Auditor, access.PrivacyOfficer, access.Admin} {
		r := w.as(t, role)
		next, been := []string{r.get("/").path}, map[string]bool{}
		for len(next) > 0 {
			path := next[0]
			next = next[1:]
			route := w.routeOf(path)
			if route == "" || route == "/" || been[route] {
				continue
			}
			been[route] = true
			got := r.get(path)
			if got.status != http.StatusOK || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				continue
			}
			if !met[route] {
				met[route] = true
				found = append(found, page{route, string(role), path})
			}
			for _, m := range links.FindAllStringSubmatch(got.body, -1) {
				next = append(next, strings.ReplaceAll(m[1], "&amp;", "&"))
			}
		}
	}
	var missed []string
	for _, p := range w.pages {
		if p.Method == http.MethodGet && !met[p.Path] {
			missed = append(missed, p.Path)
		}
	}
	t.Logf("%d pages are looked at; no link leads to %v", len(found), missed)
	return found
}

// agreed leaves a grant with an addendum that waits, a run of statements, a file of gifts and one of old entries.
func (w world) agreed(t *testing.T) {
	t.Helper()
	finance := w.as(t, access.FinanceOfficer)
	finance.ask(http.MethodPost, "/donors", map[string]string{"code": "D-7", "kind": "institution", "language": "da"}, nil)
	line := func(text, amount string) map[string]any {
		return map[string]any{"line_no": "1", "text": text, "categories": []string{"therapy"}, "amount": amount}
	}
	finance.ask(http.MethodPost, "/grants", map[string]any{"code": "G7", "donor": "D-7", "title": "Shelter",
		"amount":    map[string]string{"amount": "60000.00", "currency": "DKK"},
		"signed_on": "2027-01-02", "from": "2027-01-02", "to": "2027-12-31", "report_due_on": "2028-03-31",
		"policy": map[string]any{"recognition": "deferred", "fee_bearer": "grant", "currency_bearer": "grant",
			"interest": "grantor", "categories": []string{"therapy"}, "eligible_to": "2027-12-31"},
		"budget_lines": []any{line("Therapy", "60000.00")}}, nil)
	finance.ask(http.MethodPost, "/grants/G7/addenda", map[string]any{"starts_on": "2027-02-01", "letter": "2027-4711",
		"reason": "More women than expected", "amount": "80000.00", "budget_lines": []any{line("Therapy", "80000.00")}}, nil)
	finance.ask(http.MethodPost, "/statement-runs", map[string]string{"kind": "donor_annual", "from": "2027-01-01",
		"to": "2027-01-31"}, nil)
	content := base64.StdEncoding.EncodeToString([]byte("donor,fund,date,gross\nD-77,UNR,2027-01-21,125.00\n"))
	finance.ask(http.MethodPost, "/donor-imports", map[string]string{"kind": "gifts", "name": "gifts.csv",
		"profile": "rfc4180", "content": content}, nil)
}

// routeOf is the route of a path, "" for what is no page.
func (w world) routeOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := ""
	for _, p := range w.pages {
		want := strings.Split(p.Path, "/")
		if p.Method != http.MethodGet || len(want) != len(parts) {
			continue
		}
		fits := true
		for i, part := range want {
			fits = fits && (part == parts[i] || strings.HasPrefix(part, ":"))
		}
		if fits && (best == "" || strings.Count(p.Path, ":") < strings.Count(best, ":")) {
			best = p.Path
		}
	}
	return best
}
