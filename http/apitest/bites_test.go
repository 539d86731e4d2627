package apitest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supportledger/http/rest"

	apphttp "supportledger/http"
	"supportledger/store"
	"supportledger/store/storetest"
)

// ear is a test that listens to what a Client reports instead of failing.
type ear struct {
	testing.TB
	heard []string
}

func (e *ear) Errorf(format string, args ...any) {
	e.heard = append(e.heard, fmt.Sprintf(format, args...))
}
func (e *ear) Helper()        {}
func (e *ear) Cleanup(func()) {}

type newKite struct {
	ID     rest.Ref     `path:"id" json:"-"`
	Length rest.Decimal `json:"length" validate:"required,positive"`
}

type kiteView struct {
	ID     string `json:"id"`
	Length string `json:"length"`
}

// document is a real one, of an operation that is never called.
func document(t *testing.T) []byte {
	t.Helper()
	s, err := apphttp.New(storetest.SQLite(t), apphttp.Options{Version: "test"}, func(api *rest.API) {
		rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/kites/:id/flights", ID: "fly", Summary: "Fly",
			Danish: "Flyv", Tag: "kites", Money: true},
			func(context.Context, *store.Tx, newKite) (kiteView, error) { return kiteView{}, nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Document()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestBites puts a server that has drifted from its document behind the client, once in every way, and wants each
// to be heard; and a server that has not, to hear nothing.
func TestBites(t *testing.T) {
	doc := document(t)
	const problem = `{"type":"/problems/x","title":"x","status":%d,"code":%q,"instance":"/","request_id":"r"}`
	good := `{"length":"2.50"}`
	for _, tc := range []struct {
		name, path, body, key string
		status                int
		kind, answer          string
		want                  string
	}{
		{"all as it should be", "/kites/K1/flights", good, "k", 201, "application/json", `{"id":"a","length":"2.50"}`, ""},
		{"a documented refusal", "/kites/K1/flights", good, "k", 422, "application/problem+json",
			fmt.Sprintf(problem, 422, "too_many_decimals"), ""},
		{"a bad request that is refused", "/kites/K1/flights", `{"length":2.5}`, "k", 422, "application/problem+json",
			fmt.Sprintf(problem, 422, "amount_must_be_string"), ""},
		{"a dry run", "/kites/K1/flights?dry_run=true", good, "k", 200, "application/json",
			`{"dry_run":true,"id":"a","length":"2.50"}`, ""},

		{"a field that is not documented", "/kites/K1/flights", good, "k", 201, "application/json",
			`{"id":"a","length":"2.50","colour":"red"}`, "colour"},
		{"a field that is missing", "/kites/K1/flights", good, "k", 201, "application/json", `{"id":"a"}`, "length"},
		{"a field of another type", "/kites/K1/flights", good, "k", 201, "application/json", `{"id":"a","length":2.5}`,
			"length"},
		{"a dry run that does not say so", "/kites/K1/flights?dry_run=true", good, "k", 200, "application/json",
			`{"id":"a","length":"2.50"}`, "dry_run"},
		{"a status that is not documented", "/kites/K1/flights", good, "k", 202, "application/json",
			`{"id":"a","length":"2.50"}`, "202"},
		{"a refusal that is not documented", "/kites/K1/flights", good, "k", 409, "application/problem+json",
			fmt.Sprintf(problem, 410, "erased"), "erased"},
		{"a code that is not documented", "/kites/K1/flights", good, "k", 422, "application/problem+json",
			fmt.Sprintf(problem, 422, "entry_unbalanced"), "add its sentinel to Refuses"},
		{"a refusal that is no problem", "/kites/K1/flights", good, "k", 422, "application/json", `{"error":"no"}`,
			"problem"},
		{"a problem that lacks something", "/kites/K1/flights", good, "k", 422, "application/problem+json",
			`{"code":"too_many_decimals"}`, "title"},
		{"text for JSON", "/kites/K1/flights", good, "k", 201, "text/plain", `hello`, "text/plain"},
		{"a bad body that is accepted", "/kites/K1/flights", `{"length":2.5}`, "k", 201, "application/json",
			`{"id":"a","length":"2.50"}`, "it was accepted"},
		{"an unknown field that is accepted", "/kites/K1/flights", `{"length":"2.50","colour":"red"}`, "k", 201,
			"application/json", `{"id":"a","length":"2.50"}`, "it was accepted"},
		{"a body that is missing and accepted", "/kites/K1/flights", "", "k", 201, "application/json",
			`{"id":"a","length":"2.50"}`, "it was accepted"},
		{"a missing key that is accepted", "/kites/K1/flights", good, "", 201, "application/json",
			`{"id":"a","length":"2.50"}`, "it was accepted"},
		{"a parameter that is not documented", "/kites/K1/flights?colour=red", good, "k", 201, "application/json",
			`{"id":"a","length":"2.50"}`, "it was accepted"},
		{"a path parameter of another shape", "/kites/%20/flights", good, "k", 201, "application/json",
			`{"id":"a","length":"2.50"}`, "it was accepted"},
		{"a path that is not documented", "/planes", good, "k", 201, "application/json", `{}`, "does not know the path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			drifted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", tc.kind)
				if strings.HasSuffix(r.URL.Path, "/openapi.json") {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write(doc)
					return
				}
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.answer))
			}))
			defer drifted.Close()
			listening := &ear{TB: t}
			c := Connect(listening, drifted.URL).WithToken("slt_x")
			if tc.key != "" {
				c = c.With("Idempotency-Key", tc.key)
			}
			var body any
			if tc.body != "" {
				body = tc.body
			}
			c.Do(http.MethodPost, tc.path, body)
			c.HTTP.CloseIdleConnections()
			heard := strings.Join(listening.heard, "\n")
			if tc.want == "" && heard != "" || !strings.Contains(heard, tc.want) {
				t.Errorf("heard %q, want something with %q", heard, tc.want)
			}
		})
	}
}

func TestOperations(t *testing.T) {
	c := Serve(t, storetest.SQLite(t), func(api *rest.API) {
		rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/kites/:id", ID: "kite", Summary: "Kite", Danish: "Drage",
			Tag: "kites"},
			func(context.Context, *store.Tx, struct {
				ID rest.Ref `path:"id" json:"-"`
			}) (rest.None, error) {
				return rest.None{}, nil
			})
	})
	if all := strings.Join(c.Operations(), "\n"); !strings.Contains(all, "GET /kites/{id}") {
		t.Errorf("operations:\n%s", all)
	}
}
