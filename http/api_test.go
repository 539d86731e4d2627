package http_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supportledger/access"
	"supportledger/http/rest"

	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

const bear = `{"name":"bear","price":{"amount":"42.50","currency":"DKK"},"made_on":"2026-01-31"}`

func toyNamed(name string) string { return strings.Replace(bear, "bear", name, 1) }

// TestWay follows one thing through its operations: made, found, listed, broken.
func TestWay(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		made := c.With("Idempotency-Key", "k1").Post("/toys", bear).Want(201)
		var toy toyView
		made.Into(&toy)
		if got, want := made.Header.Get("Location"), "/api/v1/toys/"+toy.ID; got != want {
			t.Errorf("Location %q, want %q", got, want)
		}
		if !strings.Contains(string(made.Body), `"price":{"amount":"42.50","currency":"DKK"}`) ||
			!strings.Contains(string(made.Body), `"parts":[]`) {
			t.Errorf("shown as %s", made.Body)
		}
		var found toyView
		c.Get("/toys/" + toy.ID).Want(200).Into(&found)
		if diff := cmp.Diff(toy, found, cmp.Comparer(func(a, b []toyPart) bool { return len(a) == len(b) }),
			cmp.Comparer(sameMoney)); diff != "" {
			t.Error(diff)
		}
		if picture := c.Get("/toys/" + toy.ID + "/picture").Want(200); string(picture.Body) != "(:" ||
			picture.Header.Get("Content-Disposition") != `inline; filename="toy.txt"` {
			t.Errorf("picture %s with %v", picture.Body, picture.Header)
		}
		if broken := c.Do(http.MethodDelete, "/toys/"+toy.ID, nil).Want(204); len(broken.Body) != 0 {
			t.Errorf("204 with a body: %s", broken.Body)
		}
		c.Get("/toys/"+toy.ID).Problem(404, "not_found")
	})
}

// TestBadInput holds that what is not right is refused with a word on what to send, and that nothing is written.
func TestBadInput(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		c = c.With("Idempotency-Key", "bad")
		for _, tc := range []struct {
			name, body, code, pointer, hint string
			status                          int
		}{
			{"amount as number", strings.Replace(bear, `"42.50"`, `4250`, 1), "amount_must_be_string", "/price/amount",
				`send "4250.00"`, 422},
			{"Danish amount", strings.Replace(bear, "42.50", "4.250,00", 1), "amount_malformed", "/price/amount",
				`send "4250.00"`, 422},
			{"three decimals", strings.Replace(bear, "42.50", "42.505", 1), "too_many_decimals", "/price/amount",
				"DKK has 2 decimals", 422},
			{"exponent", strings.Replace(bear, "42.50", "1e9", 1), "amount_malformed", "/price/amount", "plain digits", 422},
			{"exponent as number", strings.Replace(bear, `"42.50"`, "1e9", 1), "amount_must_be_string", "/price/amount",
				"quotation marks", 422},
			{"negative", strings.Replace(bear, "42.50", "-42.50", 1), "validation_failed", "/price", "", 422},
			{"nothing", strings.Replace(bear, "42.50", "0.00", 1), "validation_failed", "/price", "", 422},
			{"unknown field", strings.Replace(bear, "}", `,"vat":"0"}`, 1), "unknown_field", "/price/vat", "", 422},
			{"status set by the client", `{"id":"toy_1",` + bear[1:], "unknown_field", "/id", "", 422},
			{"missing", `{"made_on":"2026-01-31","price":{"amount":"1.00","currency":"DKK"}}`, "validation_failed", "/name", "",
				422},
			{"empty", toyNamed(""), "validation_failed", "/name", "", 422},
			{"too long", toyNamed(strings.Repeat("å", 41)), "validation_failed", "/name", "at most 40 letters", 422},
			{"not a choice", `{"colour":"grean",` + bear[1:], "validation_failed", "/colour", `did you mean "green"?`, 422},
			{"list element", `{"parts":[{"fund":"G1","share":"60"},{"fund":"","share":"40"}],` + bear[1:], "validation_failed",
				"/parts/1/fund", "", 422},
			{"too many", `{"parts":[` + strings.Repeat(`{"fund":"G1","share":"1"},`, 5) + `{"fund":"G1","share":"1"}],` +
				bear[1:], "validation_failed", "/parts", "at most 5 elements", 422},
			{"too many decimals of a number", `{"weight":"1.2345",` + bear[1:], "too_many_decimals", "/weight", "at most 3",
				422},
			{"number out of range", `{"pieces":10,` + bear[1:], "validation_failed", "/pieces", "at most 9", 422},
			{"unknown reference", toyNamed("broken"), "unknown_reference", "/name", "", 422},
			{"no body", "", "malformed_json", "", "", 400},
			{"twice", `{"name":"a",` + bear[1:], "malformed_json", "/name", "", 400},
			{"trailing", bear + bear, "malformed_json", "", "", 400},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p := c.In(t).Post("/toys", tc.body).Problem(tc.status, tc.code)
				if len(p.Errors) == 0 || p.Errors[0].Pointer != tc.pointer || !strings.Contains(p.Errors[0].Hint, tc.hint) {
					t.Errorf("errors %+v, want one at %q with %q", p.Errors, tc.pointer, tc.hint)
				}
				if p.RequestID == "" || p.Instance != "/api/v1/toys" ||
					p.Type != "/problems/"+strings.ReplaceAll(tc.code, "_", "-") {
					t.Errorf("problem %+v", p)
				}
			})
		}
		if n := count(t, db, "toys") + count(t, db, "idempotency_keys"); n != 0 {
			t.Errorf("%d rows were written", n)
		}
	})
}

// TestEveryPlaceIsNamed holds that several mistakes of shape come back at once.
func TestEveryPlaceIsNamed(t *testing.T) {
	db := storetest.SQLite(t)
	makeTable(t, db)
	c := apitest.Serve(t, db, toys).As(db, "finance", access.FinanceOfficer).With("Idempotency-Key", "k")
	p := c.Post("/toys",
		`{"name":"","price":{"amount":"-1.00","currency":"DKK"},"made_on":"2026-01-31","colour":"mauve"}`).Problem(422,
		"validation_failed")
	var got []string
	for _, e := range p.Errors {
		got = append(got, e.Pointer+" "+e.Code)
	}
	if diff := cmp.Diff([]string{"/name required", "/price must_be_positive", "/colour not_one_of"}, got); diff != "" {
		t.Error(diff)
	}
	p = c.Post("/toys", toyNamed("broken")).Problem(422, "unknown_reference")
	if len(p.Errors) != 2 || p.Errors[1].Code != "fund_overdrawn" || p.Errors[1].Pointer != "/price" {
		t.Errorf("errors of the act: %+v", p.Errors)
	}
	p = c.Post("/toys/G1/payments", `{"amount":"1.005"}`).Problem(422, "too_many_decimals")
	if p.Errors[0].Pointer != "/amount" || !strings.Contains(p.Errors[0].Hint, "1.00") {
		t.Errorf("errors of the implied currency: %+v", p.Errors)
	}
}

func TestParameters(t *testing.T) {
	db := storetest.SQLite(t)
	makeTable(t, db)
	c := apitest.Serve(t, db, toys).As(db, "finance", access.FinanceOfficer)
	for _, tc := range []struct {
		path, code, pointer, hint string
		status                    int
	}{
		{"/toys?color=red", "unknown_parameter", "/color",
			`did you mean "colour"? The parameters are: limit, cursor, colour, made_on[gte], broken`, 422},
		{"/toys?dry_run=true", "unknown_parameter", "/dry_run", "", 422},
		{"/toys?colour=mauve", "validation_failed", "/colour", "", 422},
		{"/toys?colour=red&colour=green", "validation_failed", "/colour", "give it once", 422},
		{"/toys?made_on[gte]=yesterday", "date_malformed", "/made_on[gte]", "2026-01-31", 422},
		{"/toys?broken=yes", "validation_failed", "/broken", "true or false", 422},
		{"/toys?limit=many", "validation_failed", "/limit", "a whole number", 422},
		{"/toys?cursor=abc", "cursor_invalid", "", "", 422},
		{"/failures", "validation_failed", "/kind", "", 422},
		{"/toys/a%2fpicture", "not_found", "/id", "", 404},
		{"/toys/..%2f..%2fetc", "not_found", "/id", "", 404},
		{"/toys/" + strings.Repeat("a", 65), "not_found", "/id", "", 404},
	} {
		p := c.Get(tc.path).Problem(tc.status, tc.code)
		if tc.pointer == "" {
			continue
		}
		if len(p.Errors) == 0 || p.Errors[0].In == "" || !strings.HasPrefix(p.Errors[0].Pointer, tc.pointer) ||
			!strings.Contains(p.Errors[0].Hint, tc.hint) {
			t.Errorf("%s: errors %+v, want one at %q with %q", tc.path, p.Errors, tc.pointer, tc.hint)
		}
	}
	c.Get("/toys?colour=red,green&limit=1000&made_on[gte]=2026-01-01&broken=false").Want(200)
	c.Get("/toys//").Problem(404, "no_such_path")
	c.Get("/toys/").Problem(404, "no_such_path")
	c.Get("/Toys").Problem(404, "no_such_path")
	if a := c.Do(http.MethodPatch, "/toys", `{}`); a.Status != 405 || !strings.Contains(a.Header.Get("Allow"), "PUT") {
		t.Errorf("%d with Allow %q", a.Status, a.Header.Get("Allow"))
	}
}

func TestWhoMayCall(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		c.Get("/weather").Want(200)
		for name, tc := range map[string]struct{ header, challenge string }{
			"nothing":     {"", `Bearer realm="supportledger"`},
			"basic":       {"Basic YTpi", `Bearer realm="supportledger", error="invalid_token"`},
			"no token":    {"Bearer ", `Bearer realm="supportledger", error="invalid_token"`},
			"wrong shape": {"Bearer abc", `Bearer realm="supportledger", error="invalid_token"`},
			"unknown":     {"Bearer slt_" + strings.Repeat("0", 64), `Bearer realm="supportledger", error="invalid_token"`},
		} {
			a := c.WithToken("").With("Authorization", tc.header).Get("/toys")
			a.Problem(401, "unauthenticated")
			if got := a.Header.Get("WWW-Authenticate"); got != tc.challenge {
				t.Errorf("%s: challenge %q, want %q", name, got, tc.challenge)
			}
		}
		auditor := c.As(db, "auditor", access.Auditor)
		auditor.Get("/toys").Want(200)
		a := auditor.With("Idempotency-Key", "k").Post("/toys", bear)
		a.Problem(403, "forbidden_scope")
		if got := a.Header.Get("WWW-Authenticate"); !strings.Contains(got, "insufficient_scope") {
			t.Errorf("challenge %q", got)
		}
		storetest.ClockOf(db).Advance(31 * 24 * time.Hour)
		c.Get("/toys").Problem(401, "token_expired")
	})
}

func TestActor(t *testing.T) {
	db := storetest.SQLite(t)
	var by store.Actor
	c := apitest.Serve(t, db, func(api *rest.API) {
		rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/toy-me", ID: "toyMe", Summary: "Who am I",
			Danish: "Hvem er jeg", Tag: "me"},
			func(_ context.Context, tx *store.Tx, _ rest.None) (rest.None, error) {
				by = tx.By
				return rest.None{}, nil
			})
	}).As(db, "lead", access.ProgrammeLead, access.Treasurer)
	a := c.With("X-Request-Id", "my-own-1").Get("/toy-me").Want(204)
	if a.Header.Get("X-Request-Id") != "my-own-1" || by.Request != "my-own-1" || by.User == "" || by.Token == "" ||
		len(by.Roles) != 2 {
		t.Errorf("actor %+v", by)
	}
	c.With("X-Request-Id", "evil\tid with spaces").Get("/toy-me").Want(204)
	if !strings.HasPrefix(by.Request, "req_") {
		t.Errorf("took over the request id %q", by.Request)
	}
}

// TestPages walks a list to its end: every thing once, whatever the size of the page.
func TestPages(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		for i := range 7 {
			c.Do(http.MethodPut, "/toys", toyNamed(fmt.Sprintf("toy %d", i))).Want(200)
		}
		for _, limit := range []int{1, 2, 3, 7, 8} {
			var names []string
			path := fmt.Sprintf("/toys?colour=red&limit=%d", limit)
			for path != "" {
				a := c.Get(path).Want(200)
				var page rest.List[toyView]
				a.Into(&page)
				if len(page.Data) > limit {
					t.Errorf("%d on a page of %d", len(page.Data), limit)
				}
				for _, toy := range page.Data {
					names = append(names, toy.Name)
				}
				path = ""
				if page.Page.HasMore {
					link, _, _ := strings.Cut(strings.TrimPrefix(a.Header.Get("Link"), "<"), ">")
					path = strings.TrimPrefix(link, "/api/v1")
				} else if a.Header.Get("Link") != "" || page.Page.NextCursor != "" {
					t.Errorf("the last page leads on: %s", a.Body)
				}
			}
			if got := strings.Join(names, ","); got != "toy 0,toy 1,toy 2,toy 3,toy 4,toy 5,toy 6" {
				t.Errorf("by %d: %s", limit, got)
			}
		}
		var page rest.List[toyView]
		c.Get("/toys?limit=2&colour=red").Want(200).Into(&page)
		c.Get("/toys?limit=5&colour=red&cursor=" + page.Page.NextCursor).Want(200)
		c.Get("/toys?limit=2&colour=green&cursor="+page.Page.NextCursor).Problem(422, "cursor_filter_mismatch")
	})
}

func TestDryRun(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		keyed := c.With("Idempotency-Key", "k1")
		a := keyed.Post("/toys?dry_run=true", bear).Want(200)
		var mark struct {
			DryRun bool `json:"dry_run"`
		}
		var said toyView
		a.Into(&mark)
		a.Into(&said)
		if !mark.DryRun || said.Name != "bear" || a.Header.Get("Dry-Run") != "true" || a.Header.Get("Location") != "" {
			t.Errorf("said %s with %v", a.Body, a.Header)
		}
		c.Do(http.MethodPut, "/toys?dry_run=true", bear).Want(200)
		keyed.Post("/toys/G1/hugs?dry_run=true", nil).Want(204)
		if n := count(t, db, "toys") + count(t, db, "idempotency_keys"); n != 0 {
			t.Errorf("a dry run left %d rows", n)
		}
		c.Post("/toys?dry_run=true", bear).Problem(400, "idempotency_key_required")
		keyed.Post("/toys?dry_run=maybe", bear).Problem(422, "validation_failed")
		keyed.Post("/toys?dry_run=true", toyNamed("broken")).Problem(422, "unknown_reference")
		made := keyed.Post("/toys?dry_run=false", bear).Want(201)
		if made.Header.Get("Dry-Run") != "" || strings.Contains(string(made.Body), "dry_run") {
			t.Errorf("real, but said %s", made.Body)
		}
		keyed.Post("/toys?dry_run=true", bear).Problem(409, "already_exists")
	})
}

func TestOncePerKey(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		c.Post("/toys", bear).Problem(400, "idempotency_key_required")
		for _, bad := range []string{"with space", "æ", strings.Repeat("k", 129), `"open`} {
			c.With("Idempotency-Key", bad).Post("/toys", bear).Problem(400, "idempotency_key_invalid")
		}
		k := c.With("Idempotency-Key", "k1")
		k.Post("/toys", toyNamed("broken")).Problem(422, "unknown_reference") // stores nothing: the key is still free
		first := k.Post("/toys", bear).Want(201)
		again := k.Post("/toys", bear).Want(201)
		quoted := c.With("Idempotency-Key", `"k1"`).Post("/toys", bear).Want(201)
		for _, a := range []apitest.Answer{again, quoted} {
			if !bytes.Equal(a.Body, first.Body) || a.Header.Get("Idempotency-Replayed") != "true" ||
				a.Header.Get("Location") != first.Header.Get("Location") {
				t.Errorf("replayed as %s with %v", a.Body, a.Header)
			}
		}
		if first.Header.Get("Idempotency-Replayed") != "" {
			t.Error("the first answer says it is a replay")
		}
		k.Post("/toys", toyNamed("lion")).Problem(422, "idempotency_key_reused")
		k.Post("/toys/G1/hugs", nil).Problem(422, "idempotency_key_reused")
		other := c.As(db, "other", access.FinanceOfficer).With("Idempotency-Key", "k1")
		lion := other.Post("/toys", toyNamed("lion")).Want(201)
		if mine, theirs := k.Post("/toys", bear).Want(201),
			other.Post("/toys", toyNamed("lion")).Want(201); !bytes.Equal(mine.Body, first.Body) ||
			!bytes.Equal(theirs.Body, lion.Body) {
			t.Errorf("one user's key gave another's answer: %s and %s", mine.Body, theirs.Body)
		}
		h := c.With("Idempotency-Key", "hug")
		h.Post("/toys/G1/hugs", nil).Want(204)
		if a := h.Post("/toys/G1/hugs", nil).Want(204); a.Header.Get("Idempotency-Replayed") != "true" || len(a.Body) != 0 {
			t.Errorf("204 replayed as %s with %v", a.Body, a.Header)
		}
		h.Post("/toys/G2/hugs", nil).Problem(422, "idempotency_key_reused")
		u := c.With("Idempotency-Key", "put") // not required, but honoured
		u.Do(http.MethodPut, "/toys", toyNamed("hare")).Want(200)
		if a := u.Do(http.MethodPut, "/toys", toyNamed("hare")).Want(200); a.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("a write with a key was done twice: %v", a.Header)
		}
		if a := c.With("Idempotency-Key", "secret").Do(http.MethodPost, "/toys/G1/secrets", nil).Want(200); a.Header.Get(
			"Idempotency-Key") != "" {
			t.Errorf("a key that is not kept is echoed: %v", a.Header)
		}
		c.Post("/toys/G1/secrets", nil).Want(200)
		if n := count(t, db, "toys"); n != 3 {
			t.Errorf("%d toys, want 3", n)
		}
	})
}

// TestTwins sends the same request many times at once: one effect, the same answer to all.
func TestTwins(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB, c *apitest.Client) {
		k := c.With("Idempotency-Key", "twin")
		bodies := make([]string, 20)
		var wg sync.WaitGroup
		for i := range bodies {
			wg.Go(func() { bodies[i] = string(k.Post("/toys", bear).Body) })
		}
		wg.Wait()
		for _, b := range bodies {
			if b != bodies[0] || !strings.Contains(b, `"id":"toy_`) {
				t.Errorf("answered %s and %s", bodies[0], b)
			}
		}
		if n := count(t, db, "toys"); n != 1 {
			t.Errorf("%d effects", n)
		}
	})
}

func TestBodyLimits(t *testing.T) {
	db := storetest.SQLite(t)
	makeTable(t, db)
	c := apitest.Serve(t, db, toys).As(db, "finance", access.FinanceOfficer).With("Idempotency-Key", "k")
	fill := func(n int) string { return strings.Repeat(" ", n-len(bear)) + bear }
	c.Post("/toys", fill(64<<10)).Want(201)
	c.Post("/toys", fill(64<<10+1)).Problem(413, "body_too_large")
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
		"application/xml", "json"} {
		c.With("Content-Type", kind).Post("/toys", bear).Problem(415, "media_type_not_allowed")
	}
	c.With("Content-Encoding", "gzip").Post("/toys", bear).Problem(415, "media_type_not_allowed")
	c.With("Content-Type", "application/json; charset=utf-8").With("Idempotency-Key", "k2").Post("/toys",
		toyNamed("lion")).Want(201)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+"/livez", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Large", strings.Repeat("x", 32<<10))
	if a := c.Send(req); a.Status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("32 KiB of headers: %d", a.Status)
	}
}

func TestProblems(t *testing.T) {
	var log bytes.Buffer
	db := storetest.SQLite(t)
	makeTable(t, db)
	c := apitest.ServeWith(t, db, apphttp.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))}, toys).As(db, "finance",
		access.FinanceOfficer)
	c.Get("/failures?kind=none").Want(204)
	c.Get("/failures?kind=panic").Problem(500, "internal")
	c.Get("/failures?kind=index").Problem(500, "internal")
	p := c.Get("/failures?kind=unforeseen").Problem(500, "internal")
	if strings.Contains(fmt.Sprint(p), "AMINA") || p.Detail != "" {
		t.Errorf("an insider's word got out: %+v", p)
	}
	c.Get("/failures?kind=trigger").Problem(403, "maker_cannot_approve")
	if p := c.Get("/failures?kind=unknown-trigger").Problem(409,
		"refused"); p.Detail != "a rule that this table does not know" {
		t.Errorf("the trigger's words are lost: %+v", p)
	}
	if a := c.Get("/failures?kind=busy"); a.Header.Get("Retry-After") != "2" {
		t.Errorf("busy without Retry-After: %v", a.Header)
	}
	if p := c.Get("/failures?kind=closed").Problem(409,
		"period_closed"); p.Detail != "2026-01 is closed; the first open day is 2026-02-01." {
		t.Errorf("English: %+v", p)
	}
	a := c.With("Accept-Language", "da-DK, en;q=0.5").Get("/failures?kind=closed")
	if p := a.Problem(409, "period_closed"); p.Title != "Perioden er lukket" ||
		p.Detail != "2026-01 er lukket; den første åbne dag er 2026-02-01." ||
		a.Header.Get("Content-Language") != "da" {
		t.Errorf("Danish: %+v", p)
	}
	c.Get("/nothing/toy_secret?name=AMINA").Problem(404, "no_such_path")
	lines := log.String()
	for _, secret := range []string{"AMINA", "toy_secret", "kind=", "slt_", "127.0.0.1", "finance"} {
		if strings.Contains(lines, secret) {
			t.Errorf("the log holds %q:\n%s", secret, lines)
		}
	}
	for _, want := range []string{`"route":"/api/v1/failures"`, `"status":500`, `"code":"period_closed"`,
		`"panic":"string"`, "index out of range", "http_test.fail", `"cause":"something with …`} {
		if !strings.Contains(lines, want) {
			t.Errorf("the log does not hold %q:\n%s", want, lines)
		}
	}
}

func TestHeaders(t *testing.T) {
	db := storetest.SQLite(t)
	c := apitest.Serve(t, db, toys)
	for path, policy := range map[string]string{
		"/api/v1/weather": "default-src 'none'; frame-ancestors 'none'", "/api/v1/openapi.json": "default-src 'none'",
		"/api/v1/docs/index.html": "script-src 'self';", "/problems/not-found": "style-src 'sha256-",
		"/livez": "default-src 'none'",
	} {
		resp, err := c.HTTP.Get(c.Base + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		h := resp.Header
		if resp.StatusCode != 200 || !strings.Contains(h.Get("Content-Security-Policy"), policy) ||
			h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(h.Get("Cache-Control"), "no-") ||
			strings.Contains(h.Get("Content-Security-Policy"), "script-src 'unsafe") {
			t.Errorf("%s: %d %v", path, resp.StatusCode, h)
		}
	}
}

// The document is sent compressed, and not again to who has it; HEAD is answered wherever GET is.
func TestTheDocumentIsSentOnce(t *testing.T) {
	db := storetest.SQLite(t)
	c := apitest.Serve(t, db, toys)
	reader := c.As(db, "reader", access.Auditor).Header()
	ask := func(method, path, tag string) (status int, length int64, head http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), method, c.Base+rest.Base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = reader.Clone()
		req.Header.Set("Accept-Encoding", "gzip")
		req.Header.Set("If-None-Match", tag)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode, resp.ContentLength, resp.Header
	}
	_, length, first := ask(http.MethodGet, "/openapi.json", "")
	if length > 200_000 || first.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes, %v", length, first)
	}
	if again, _, _ := ask(http.MethodGet, "/openapi.json", first.Get("ETag")); again != http.StatusNotModified {
		t.Errorf("a reader that has the document was answered %d", again)
	}
	for _, path := range []string{"/openapi.json", "/weather"} {
		if status, length, _ := ask(http.MethodHead, path, ""); status != http.StatusOK || length == 0 {
			t.Errorf("HEAD %s: %d, %d bytes", path, status, length)
		}
	}
}

// TestPagesOfItsOwn holds that the docs work with the network cut: every file is ours, and names no other host.
func TestPagesOfItsOwn(t *testing.T) {
	db := storetest.SQLite(t)
	c := apitest.Serve(t, db, toys)
	get := func(path, accept string) (status int, encoding, body string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", accept)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, resp.Header.Get("Content-Encoding"), string(b)
	}
	_, _, page := get("/api/v1/docs/index.html", "identity")
	if _, _, token := get("/api/v1/docs/token.json", "identity"); token != `{"token":""}` {
		t.Errorf("the docs page of books that are no demo was given %s", token)
	}
	if strings.Contains(page, "//") || strings.Contains(page, "<script>") {
		t.Errorf("the docs page leads elsewhere or has inline script:\n%s", page)
	}
	for _, file := range []string{"docs.js", "docs.css", "swagger-ui.css", "swagger-ui-bundle.js"} {
		if !strings.Contains(page, file) && file != "docs.css" {
			t.Errorf("the page does not use %s", file)
		}
		status, encoding, plain := get("/api/v1/docs/"+file, "identity")
		if status != 200 || plain == "" || encoding != "" {
			t.Errorf("%s: %d %s", file, status, encoding)
		}
		if _, encoding, packed := get("/api/v1/docs/"+file, "gzip"); strings.HasPrefix(file, "swagger") &&
			(encoding != "gzip" || len(packed) >= len(plain)) {
			t.Errorf("%s is not sent compressed", file)
		}
	}
	for path, want := range map[string]string{
		"/problems":                       "amount_must_be_string",
		"/problems/amount-must-be-string": "Beløb sendes som tekst",
		"/problems/amount_must_be_string": "Amounts are sent as strings",
	} {
		if _, _, body := get(path, "identity"); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	for _, path := range []string{"/problems/nothing", "/api/v1/docs/nothing", "/api/v1/docs/..%2fdocs.html"} {
		if status, _, _ := get(path, "identity"); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
