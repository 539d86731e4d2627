package web_test

import (
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
	w.giver(t, "D-77")
	w.issuedTo(t, "D-77")
	found := w.looked()
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
