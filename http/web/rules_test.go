package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"supportledger/access"
	apphttp "supportledger/http"
	"supportledger/store/storetest"
)

// looked are the pages that the rules are held to, with the role that opens each.
func (w world) looked() []page {
	return []page{
		{"sign-in", "", "/sign-in"}, {"invitation", "", "/invitation"}, {"hidden", "", "/hidden"}, {"help", "", "/help"},
		{"inbox", "programme_lead", "/inbox"}, {"own-inbox", "caseworker", "/inbox"},
		{"decision", "programme_lead", "/disbursements/" + w.left.Requests[0]},
		{"returned", "caseworker", "/disbursements/" + w.left.Requests[2]},
		{"authorise", "treasurer", "/disbursements/" + w.left.Requests[1]},
		{"watched", "auditor", "/disbursements/" + w.left.Requests[3]},
		{"plans", "caseworker", "/plans"}, {"plan", "caseworker", "/plans/" + w.left.Plan},
		{"choose-plan", "caseworker", "/new"}, {"new", "caseworker", "/new?plan=" + w.left.Plan},
		{"due", "caseworker", "/due"}, {"me", "treasurer", "/me"}, {"factor", "treasurer", "/me/second-factor"},
		{"settings", "treasurer", "/settings"}, {"users", "admin", "/users"}, {"user", "admin", "/users/caseworker"},
		{"account-changes", "treasurer", "/account-changes"}, {"policies", "programme_lead", "/policies"},
		{"letterhead", "finance_officer", "/letterhead"}, {"retention", "privacy_officer", "/retention"},
		{"privacy", "privacy_officer", "/privacy"}, {"accesses", "privacy_officer", "/privacy/accesses?person=B-1"},
		{"audit", "auditor", "/audit"},
		{"edit", "caseworker", "/disbursements/" + w.left.Requests[2] + "/edit"},
		{"missing", "caseworker", "/no-such-page"}, {"not-there", "caseworker", "/plans/P-999"},
		{"forbidden", "admin", "/inbox"},
	}
}

// loads finds what a page loads.
var loads = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+|https?:[^"]+|//[^"]+)"`)

// TestPagesAreSmallAndClosed holds every page to its budget: at most 30 kB compressed in at most six requests, none of
// them to another host, nothing inline, nothing kept by a cache.
func TestPagesAreSmallAndClosed(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	for _, p := range w.every(t) {
		r := w.as(t, access.Role(p.role))
		page := r.get(p.path)
		if page.status >= http.StatusInternalServerError || !strings.HasPrefix(page.body, "<!doctype html>") {
			t.Fatalf("%s: %d\n%s", p.path, page.status, page.body)
		}
		weight, requests := zipped(t, r, p.path), 1
		for _, m := range loads.FindAllStringSubmatch(page.body, -1) {
			if !strings.HasPrefix(m[1], "/assets/") {
				t.Errorf("%s loads %s", p.path, m[1])
				continue
			}
			weight += zipped(t, r, m[1])
			requests++
		}
		if weight > 30_000 || requests > 6 {
			t.Errorf("%s weighs %d bytes in %d requests", p.path, weight, requests)
		}
		if inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?: defer)?>|="javascript:`).
			FindString(page.body); inline != "" {
			t.Errorf("%s has %q inline", p.path, inline)
		}
		if got := page.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", p.path, got)
		}
		policy := page.header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %q", p.path, policy)
		}
		if !strings.Contains(page.body, `<html lang="da"`) {
			t.Errorf("%s is not in Danish", p.path)
		}
	}
}

// zipped is how many bytes a file takes on the way.
func zipped(t *testing.T, r reader, path string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.at+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // set by hand, it is not undone
	return len(r.send(req).body)
}

// TestWhoMayOpenWhat holds every page and form, for every role and for nobody, against what the API lets the same
// session call.
func TestWhoMayOpenWhat(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	held := 0
	for _, role := range append([]access.Role{""}, access.Roles...) {
		for _, page := range w.pages {
			if page.Public {
				continue
			}
			r := w.as(t, role)
			r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			path := strings.NewReplacer("/disbursements/:id", "/disbursements/"+w.left.Requests[0],
				"/plans/:id", "/plans/"+w.left.Plan, ":id", "none").Replace(page.Path)
			var got sheet
			if page.Method == http.MethodGet {
				got = r.get(path)
			} else {
				got = r.post(path, url.Values{})
			}
			held++
			switch where := got.header.Get("Location"); {
			case role == "" && page.Method == http.MethodGet:
				if got.status != http.StatusSeeOther || !strings.HasPrefix(where, "/sign-in?next=") {
					t.Errorf("nobody opens %s: %d %s", page.Path, got.status, where)
				}
			case role == "":
				if got.status != http.StatusUnauthorized {
					t.Errorf("nobody sends %s: %d %s", page.Path, got.status, where)
				}
			default:
				if may := w.mayAll(t, r, page.Path, page.Needs); may == (got.status == http.StatusForbidden) {
					t.Errorf("%s, %s %s: %d, but the API lets them call %v: %v", role, page.Method, page.Path, got.status,
						page.Needs, may)
				}
			}
		}
	}
	if held < 150 {
		t.Errorf("only %d pairs of role and page were held to the API", held)
	}
}

// mayAll asks the API whether a session may call all of some operations. A session that the form just ended is asked
// about no more.
func (w world) mayAll(t *testing.T, r reader, path string, needs []string) bool {
	t.Helper()
	var me struct {
		Operations []string `json:"operations"`
	}
	if strings.HasPrefix(path, "/me/sign-out") {
		return true
	}
	if err := json.Unmarshal([]byte(r.get("/api/v1/me").body), &me); err != nil {
		t.Fatal(err)
	}
	return !slices.ContainsFunc(needs, func(id string) bool { return !slices.Contains(me.Operations, id) })
}

// TestAccessible runs axe over every page: each in one of the combinations of language, colours and width, in turn.
// Under SOAK each combination is a test of its own over all pages, so that -run 'TestAccessible/da-dark-320' takes one.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	w := staged(t, storetest.SQLite(t))
	pages, all := w.every(t), views()
	if os.Getenv("SOAK") == "" {
		w.accessible(t, string(axe), pages, func(i int) seen { return all[i%len(all)] })
		return
	}
	for _, as := range all {
		t.Run(as.name(), func(t *testing.T) { w.accessible(t, string(axe), pages, func(int) seen { return as }) })
	}
}

// accessible looks at pages with axe, each as it is told.
func (w world) accessible(t *testing.T, axe string, pages []page, how func(i int) seen) {
	t.Helper()
	browser := chromium(t)
	tabs := map[string]tab{}
	for i, p := range pages {
		b, known := tabs[p.role]
		if !known {
			b = open(t, browser, w.at, phone)
			b.visit("/sign-in")
			if p.role != "" {
				b.submit("/demo/sign-in", "user", p.role)
			}
			tabs[p.role] = b
		}
		as := how(i)
		b.submit("/language", "to", as.lang)
		b.show(as.view)
		b.visit(p.path)
		found := evaluate[string](b, axe+`;axe.run(document, {resultTypes: ['violations']}).then(r =>
			r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join('; ')).join('\n'))`)
		if found != "" {
			t.Errorf("%s %+v:\n%s", p.path, as, found)
		}
		if wide := evaluate[string](b, tooWide); wide != "" {
			t.Errorf("%s %+v is too wide: %s", p.path, as, wide)
		}
		if small := evaluate[string](b, tooSmall); small != "" {
			t.Errorf("%s %+v: too small to touch: %s", p.path, as, small)
		}
	}
	t.Logf("%d pages were looked at", len(pages))
}

// tooWide names what reaches beyond the right edge of the screen.
const tooWide = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? '' :
	[...document.querySelectorAll('body *')].filter(e => !e.closest('.places, .tabs') &&
	e.getBoundingClientRect().right > document.documentElement.clientWidth + .5).map(e => e.outerHTML.slice(0, 90)).join('; ')`

// tooSmall names buttons and fields that are less than 44 pixels high.
const tooSmall = `[...document.querySelectorAll('button, select, textarea, .button, nav.places a, ' +
	'input:not([type=hidden]):not([type=radio]):not([type=checkbox])')].filter(e => e.getBoundingClientRect().height > 0 &&
	e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 80)).join('; ')`

// seen is a view in a language.
type seen struct {
	view
	lang string
}

func (s seen) name() string {
	colours := "light"
	if s.dark {
		colours = "dark"
	}
	return fmt.Sprintf("%s-%s-%d", s.lang, colours, s.wide)
}

// views are all combinations of language, colours and width.
func views() []seen {
	var all []seen
	for _, lang := range []string{"da", "en"} {
		for _, dark := range []bool{false, true} {
			for _, wide := range []int64{320, 768, 1280} {
				all = append(all, seen{view{wide: wide, high: 800, dark: dark}, lang})
			}
		}
	}
	return all
}

// submit sends a small form of the page's own origin.
func (b tab) submit(path, name, value string) {
	b.t.Helper()
	within(b, "submit "+path, func(ctx ctxt) error {
		script := fmt.Sprintf(`(() => { const f = document.createElement('form'); f.method = 'post'; f.action = %q;
			const i = document.createElement('input'); i.name = %q; i.value = %q; f.append(i); document.body.append(f);
			f.submit(); })()`, path, name, value)
		_, err := chromedp.RunResponse(ctx, func(ctx ctxt, t *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[any](script))
			return chromedp.Void{}, err
		})
		return err
	})
}

// TestLongerWordsFit shows every page on the narrowest screen with texts that are 40 % longer, as other languages have
// them.
func TestLongerWordsFit(t *testing.T) {
	w := stagedWith(t, storetest.SQLite(t), apphttp.Options{Pseudo: true, Webhooks: caseSystem(t)})
	browser := chromium(t)
	tabs := map[string]tab{}
	looked := 0
	for _, p := range w.every(t) {
		b, known := tabs[p.role]
		if !known {
			b = open(t, browser, w.at, view{wide: 320, high: 740}).visit("/sign-in")
			if p.role != "" {
				b.submit("/demo/sign-in", "user", p.role)
			}
			tabs[p.role] = b
		}
		b.visit(p.path)
		if longer := evaluate[bool](b, `document.querySelector('main').innerText.includes('~')`); !longer && p.path != "/hidden" {
			t.Errorf("%s has words that are as short as ever: %s", p.path, b.text())
		}
		if wide := evaluate[string](b, tooWide); wide != "" {
			t.Errorf("%s is too wide: %s", p.path, wide)
		}
		looked++
	}
	t.Logf("%d pages were looked at", looked)
}

// TestPictures writes what twelve pages look like for the documents, with -update.
func TestPictures(t *testing.T) {
	if !*update {
		t.Skip("with -update it writes docs/screens")
	}
	w := staged(t, storetest.SQLite(t))
	browser := chromium(t)
	for _, p := range w.looked() {
		as := phone
		switch p.name {
		case "inbox", "decision", "own-inbox", "plan", "new", "due", "sign-in", "me":
		case "authorise", "watched":
			as = view{wide: 1280, high: 800}
		case "help":
			as = view{wide: 768, high: 800}
		case "returned":
			as.dark = true
		default:
			continue
		}
		b := open(t, browser, w.at, as).visit("/sign-in")
		if p.role != "" {
			b.submit("/demo/sign-in", "user", p.role)
		}
		b.visit(p.path).picture(p.name)
	}
}
