package http_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	"supportledger/beneficiaries"
	"supportledger/http/rest"

	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// staffed is a server over fresh books with people of every role around one case.
type staffed struct {
	db                             *store.DB
	c                              *apitest.Client
	caring, outside, lead, officer *apitest.Client
	code                           string
	leak                           *leaky
}

const wholly = `{"fields":["names","contact"],"purpose":"contact","reason":"to agree on a meeting, where the person is safe"}`

func onCases(t *testing.T, fn func(t *testing.T, s staffed)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		v := vaulttest.New(t)
		leak := &leaky{vault: v}
		s := staffed{db: db, leak: leak, c: apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: v, Evidence: archive(t)}, leak.route)}
		s.caring, s.outside = s.c.As(db, "caring", access.Caseworker), s.c.As(db, "outside", access.Caseworker)
		s.lead, s.officer = s.c.As(db, "lead", access.ProgrammeLead), s.c.As(db, "officer", access.PrivacyOfficer)
		s.code = s.admit()
		s.caring.Do(http.MethodPut, "/beneficiaries/"+s.code+"/identity",
			`{"names":"Example One","birth_date":"2001","contact":"at the house"}`).Want(204)
		fn(t, s)
	})
}

func (s staffed) admit() string {
	var made struct{ Code string }
	s.caring.Post("/beneficiaries", nil).Want(201).Into(&made)
	return made.Code
}

// TestWhoOpensAnIdentity holds that an identity opens to who is on the case on that day, with a reason, and is noted;
// that nobody puts themselves on a case; and that an emergency is seen by the privacy officer.
func TestWhoOpensAnIdentity(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		at := "/beneficiaries/" + s.code
		opened := s.caring.In(t).Post(at+"/identity-openings", wholly).Want(200)
		if body := string(opened.Body); !strings.Contains(body, `"names":"Example One"`) || strings.Contains(body, "2001") {
			t.Errorf("asked for names and contact, got %s", body)
		}
		if got := opened.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("an identity may be cached: %q", got)
		}
		s.caring.Post(at+"/identity-openings",
			strings.Replace(wholly, "to agree on a meeting, where the person is safe", "short", 1)).Problem(422,
			"identity_reason_required")
		s.lead.Post(at+"/identity-openings", wholly).Problem(403, "not_on_the_case")
		s.outside.Post(at+"/identity-openings", wholly).Problem(404, "not_found")

		s.lead.Post(at+"/caseload", `{"user":"lead","from":"2026-01-01"}`).Problem(403, "maker_cannot_approve")
		var place struct{ ID string }
		s.lead.Post(at+"/caseload", `{"user":"outside","from":"2026-01-15"}`).Want(201).Into(&place)
		s.lead.Post(at+"/caseload", `{"user":"outside","from":"2026-02-15"}`).Problem(409, "already_on_the_case")
		s.outside.Post(at+"/identity-openings", wholly).Want(200)
		s.lead.Post(at+"/caseload/"+place.ID+"/endings", `{"on":"2026-01-20"}`).Want(200)
		storetest.ClockOf(s.db).Advance(5 * 24 * time.Hour)
		s.outside.Get(at).Want(200)
		storetest.ClockOf(s.db).Advance(24 * time.Hour)
		s.outside.Get(at).Problem(404, "not_found")

		s.outside.Post(at+"/emergency-openings",
			strings.Replace(wholly, "to agree on a meeting, where the person is safe", "not long enough", 1)).Problem(422,
			"identity_reason_required")
		for range beneficiaries.EmergenciesADay {
			s.outside.Post(at+"/emergency-openings", wholly).Want(200)
		}
		s.outside.Post(at+"/emergency-openings", wholly).Problem(429, "openings_used_up")
		var notices struct{ Data []struct{ ID, Kind string } }
		s.officer.Get("/privacy-notices").Want(200).Into(&notices)
		if len(notices.Data) != beneficiaries.EmergenciesADay {
			t.Fatalf("%d notices", len(notices.Data))
		}
		s.officer.Post("/privacy-notices/"+notices.Data[0].ID+"/reviews", `{"outcome":"justified"}`).Want(200)
		s.officer.Post("/privacy-notices/"+notices.Data[0].ID+"/reviews", `{"outcome":"unjustified"}`).Problem(404,
			"not_found")

		var seen struct {
			Data []struct{ Action, User, Purpose, Reason string }
		}
		s.officer.Get(at + "/accesses").Want(200).Into(&seen)
		count := map[string]int{}
		for _, a := range seen.Data {
			count[a.User+" "+a.Action]++
		}
		want := map[string]int{"caring identity.written": 1, "caring identity.opened": 1, "outside identity.opened": 1,
			"outside identity.opened_in_emergency": 3}
		if fmt.Sprint(count) != fmt.Sprint(want) {
			t.Errorf("accesses %v, want %v", count, want)
		}
	})
}

// TestOpeningsADay holds that a user opens so many identities on a day and no more, and that using them up is noticed.
func TestOpeningsADay(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		for range beneficiaries.OpeningsADay {
			s.caring.Post("/beneficiaries/"+s.code+"/identity-openings", wholly).Want(200)
		}
		s.caring.Post("/beneficiaries/"+s.code+"/identity-openings", wholly).Problem(429, "openings_used_up")
		if body := string(s.officer.Get("/privacy-notices").Want(200).Body); strings.Count(body, `"budget_used_up"`) != 1 {
			t.Errorf("notices %s", body)
		}
		storetest.ClockOf(s.db).Advance(24 * time.Hour)
		s.caring.Post("/beneficiaries/"+s.code+"/identity-openings", wholly).Want(200)
	})
}

// TestOpeningFailsClosed holds that what cannot be noted is not shown.
func TestOpeningFailsClosed(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		text := `CREATE TRIGGER no_events BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: full'); END`
		if s.db.Engine() == store.Postgres {
			text = `CREATE TRIGGER no_events BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'full')`
		}
		if err := s.db.Update(t.Context(),
			func(tx *store.Tx) error { _, err := tx.NewRaw(text).Exec(t.Context()); return err }); err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			s.c.Base+rest.Base+"/beneficiaries/"+s.code+"/identity-openings", strings.NewReader(wholly))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		if body := string(s.caring.Raw(req)); strings.Contains(body, "Example One") || !strings.Contains(body, `"status":`) {
			t.Errorf("shown without a note: %s", body)
		}
	})
}

// TestErasure holds that a person is forgotten by two places at once, that the books do not notice, and that likenesses
// go too.
func TestErasure(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		twin, at := s.admit(), "/beneficiaries/"+s.code
		s.caring.Do(http.MethodPut, "/beneficiaries/"+twin+"/identity", `{"names":"EXAMPLE  oné","birth_date":"2001"}`).Want(
			204)
		var like struct{ Data []struct{ ID, Kind string } }
		s.lead.Get("/duplicates").Want(200).Into(&like)
		if len(like.Data) != 1 || like.Data[0].Kind != "person" {
			t.Fatalf("likenesses %+v", like)
		}
		s.lead.Post("/duplicates/"+like.Data[0].ID+"/decisions", `{"verdict":"same"}`).Want(200)
		s.lead.Post("/duplicates/"+like.Data[0].ID+"/decisions", `{"verdict":"different"}`).Problem(404, "not_found")

		s.withFund(t)
		s.caring.Post("/plans", `{"number":"P-1","beneficiary":"`+s.code+
			`","currency":"DKK","starts_on":"2026-01-01","shares":[{"fund":"UNR","percent":"100"}],`+
			`"lines":[{"line":"stipend","category":"stipend","unit_price":"100.00","due":["2026-03-01"]}]}`).Want(201)
		drafted(s.caring, `{"plan":"P-1",`+aidOf100+"}")
		export := string(s.officer.Post(at+"/exports", `{"reason":"the person asked for it"}`).Want(200).Body)
		for _, part := range []string{"Example One", "at the house", `"caring"`, "identity.written", `"number":"P-1"`,
			`"due_on":"2026-03-01"`, `"As agreed"`} {
			if !strings.Contains(export, part) {
				t.Errorf("%s is not in the person's export: %s", part, export)
			}
		}
		s.lead.Post(at+"/erasures", `{"reason":"the person asked for it"}`).Problem(403, "forbidden_scope")
		s.officer.Do(http.MethodPost, at+"/erasures", `{"reason":"short"}`).Problem(422, "identity_reason_required")
		s.officer.Post(at+"/erasures?dry_run=true", `{"reason":"the person asked for it"}`).Want(200)
		s.caring.Post(at+"/identity-openings", wholly).Want(200)
		s.officer.Post(at+"/erasures", `{"reason":"the person asked for it"}`).Want(201)
		var how struct{ Complete bool }
		s.officer.Get(at + "/erasures").Want(200).Into(&how)
		if !how.Complete {
			t.Error("the half of the key is still in the file")
		}
		s.caring.Post(at+"/identity-openings", wholly).Problem(410, "erased")
		s.caring.Do(http.MethodPut, at+"/identity", `{"names":"Example One"}`).Problem(410, "erased")
		s.officer.Post(at+"/erasures", `{"reason":"the person asked for it"}`).Problem(410, "erased")
		if n := count(t, s.db, "identities"); n != 2 {
			t.Errorf("%d sealed fields are left, want the twin's 2", n)
		}
	})
}

// TestHouseholds holds that a household is in bands that can be, and that its past stays.
func TestHouseholds(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		at := "/beneficiaries/" + s.code + "/households"
		s.caring.Post(at, `{"size":"2","children":"1","youngest":"0-5"}`).Want(201)
		s.caring.Post(at, `{"size":"3-4","children":"2-3","youngest":"0-5"}`).Want(201)
		s.caring.Post(at, `{"size":"1","children":"1","youngest":"0-5"}`).Problem(422, "household_impossible")
		s.caring.Post(at, `{"size":"2","children":"0","youngest":"0-5"}`).Problem(422, "household_impossible")
		s.outside.Post(at, `{"size":"2","children":"1","youngest":"0-5"}`).Problem(404, "not_found")
		var list struct{ Data []json.RawMessage }
		s.caring.Get(at).Want(200).Into(&list)
		if len(list.Data) != 2 {
			t.Errorf("%s", list.Data)
		}
	})
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

func (s staffed) request(t *testing.T, method, code, path, body string) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), method, s.c.Base+rest.Base+"/beneficiaries/"+code+path,
		strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Request-Id", "same")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}
