package http_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"

	apphttp "supportledger/http"
)

// unpaged are the lists that come whole: each is as short as what it belongs to.
var unpaged = []string{"listPlanVersions"}

// Every list comes in pages, and as a table; every write that is not for the caller's eyes alone takes a key.
func TestListsAndWritesKeepTheConventions(t *testing.T) {
	var api *rest.API
	if _, err := apphttp.New(storetest.SQLite(t), apphttp.Options{}, func(a *rest.API) { api = a }); err != nil {
		t.Fatal(err)
	}
	lists := 0
	for _, e := range api.Endpoints {
		if !e.Reads() || e.Out.Kind() != reflect.Struct {
			continue
		}
		data, isList := e.Out.FieldByName("Data")
		if !isList || data.Type.Kind() != reflect.Slice {
			continue
		}
		lists++
		_, paged := e.In.GoType.FieldByName("Page")
		if !rest.IsSheet(e.Out) {
			t.Errorf("%s is a list, and no table: CSV and workbooks cannot be had", e.Op.ID)
		}
		if paged == slices.Contains(unpaged, e.Op.ID) {
			t.Errorf("%s: is it in pages (%t), or among those that come whole?", e.Op.ID, paged)
		}
	}
	if lists < 50 {
		t.Errorf("only %d lists were seen", lists)
	}
}

// What a token may do is asked of the policies that every call asks: what it says is what a call is answered. Answers
// say which key came and what the token may still ask.
func TestCapabilitiesAreWhatCallsAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		followed(t, db)
		c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", RequestsPerSecond: 500})
		finance := c.As(db, "books", access.FinanceOfficer)
		narrow := c.WithToken(scoped(t, db, "books", "listCapabilities", "listFunds"))
		for _, caller := range []*apitest.Client{finance, narrow, c.As(db, "donor", access.DonorRole)} {
			var may struct {
				Operations []struct {
					Operation, Method, Path, Refusal string
					Allowed                          bool
				}
			}
			caller.Get("/me/capabilities").Want(200).Into(&may)
			asked := 0
			for _, o := range may.Operations {
				if o.Method != "GET" || strings.Contains(o.Path, "{") || strings.Contains(o.Path, "proof") {
					continue
				}
				asked++
				a := caller.Get(o.Path)
				refused := a.Status == 403
				if refused == o.Allowed || refused && !strings.Contains(string(a.Body), `"code":"`+o.Refusal+`"`) {
					t.Errorf("%s: allowed %t %s, answered %d", o.Operation, o.Allowed, o.Refusal, a.Status)
				}
			}
			if asked < 40 {
				t.Errorf("only %d of %d operations were called", asked, len(may.Operations))
			}
		}
		a := finance.With("Idempotency-Key", "k-1").Post("/funds",
			`{"code":"SCH","restriction":"none","opened_on":"2026-01-01"}`).Want(201)
		if h := a.Header; h.Get("Idempotency-Key") != "k-1" || !strings.HasPrefix(h.Get("RateLimit"), `"token";r=`) ||
			h.Get("RateLimit-Policy") != `"token";q=1000;w=2` {
			t.Errorf("headers %v", h)
		}
	})
}
