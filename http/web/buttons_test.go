package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/frame"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sendsTo finds where the forms of a page send what is typed.
var sendsTo = regexp.MustCompile(`<form method="post" action="(/[^"]+)"`)

// formOf is the form's route that a path leads to, with what stands in the place of its parameters.
func (w world) formOf(path string) (frame.Route, map[string]string) {
	parts := strings.Split(path, "/")
	for _, r := range w.pages {
		want := strings.Split(r.Path, "/")
		if r.Method != http.MethodPost || len(want) != len(parts) {
			continue
		}
		values, fits := map[string]string{}, true
		for i, part := range want {
			name, parameter := strings.CutPrefix(part, ":")
			if parameter {
				values[name] = parts[i]
			}
			fits = fits && (parameter || part == parts[i])
		}
		if fits {
			return r, values
		}
	}
	return frame.Route{}, nil
}

// told is what the API says of a thing.
type told struct {
	Actions []rest.ActionView `json:"allowed_actions"`
	Version int               `json:"version"`
}

// idle are acts that the API allows where they would do nothing: the page leaves their form out.
var idle = map[string]string{
	"sealStatement":        "it is sealed, and sealing it again changes nothing",
	"commitDonorImport":    "a row is wrong, which is about the file and not about the user",
	"takeFromPaymentBatch": "the run is empty",
	"addToPaymentBatch":    "there is nothing that could be added",
	"signOffCheck":         "no check that may be signed off has failed",
}

// TestButtonsAreTheAllowedActions reads every page of a thing, in every role that opens it, and holds its forms to what
// the API tells the same user in allowed_actions: a form stands there where the act is allowed, and nowhere else.
func TestButtonsAreTheAllowedActions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		w.underWay(t)
		var held, shut int
		for _, role := range access.Roles {
			r := w.as(t, role)
			for _, p := range w.everyThing(t) {
				page := r.get(p.path)
				if page.status != http.StatusOK {
					continue
				}
				have := map[string]bool{}
				for _, m := range sendsTo.FindAllStringSubmatch(page.body, -1) {
					route, _ := w.formOf(m[1])
					for _, op := range route.Needs {
						have[op] = true
					}
				}
				var says told
				if err := json.Unmarshal([]byte(r.get("/api/v1"+p.api).want(http.StatusOK).body), &says); err != nil {
					t.Fatal(err)
				}
				may := map[string]bool{}
				for _, a := range says.Actions {
					may[a.Action] = may[a.Action] || a.Allowed
				}
				for op, allowed := range may {
					if !w.hasForm(op) {
						continue
					}
					held++
					if !allowed {
						shut++
					}
					if allowed != have[op] && (have[op] || idle[op] == "") {
						t.Errorf("%s, %s: the API allows %s: %v; the page has its form: %v", role, p.path, op, allowed, have[op])
					}
				}
				for _, a := range says.Actions {
					others := strings.Join(a.Others, ", ")
					if others != "" && !may[a.Action] && w.hasForm(a.Action) && !contains(page.body, others) {
						t.Errorf("%s, %s does not say that %v could do %s", role, p.path, a.Others, a.Action)
					}
				}
			}
		}
		if held < 100 || shut < 50 {
			t.Errorf("only %d buttons were held to the API, %d of them shut", held, shut)
		}
		t.Logf("%d buttons were held to the API, %d of them shut", held, shut)
	})
}

// underWay leaves things that wait for a second person, or for a next step: a payment run that is locked and one that
// is not, a statement that is reviewed and one that is collected, a receiver, a text of letters, a role.
func (w world) underWay(t *testing.T) {
	t.Helper()
	w.giver(t, "D-77")
	lead, second, finance := w.as(t, access.ProgrammeLead), w.as(t, access.Treasurer), w.as(t, access.FinanceOfficer)
	lead.ask(http.MethodPost, "/disbursements/"+w.left.Requests[0]+"/decisions",
		map[string]string{"decision": "approve"}, nil)
	second.ask(http.MethodPost, "/disbursements/"+w.left.Requests[0]+"/authorisations", nil, nil)
	for _, pays := range []bool{true, false} {
		var run struct{ Number string }
		finance.ask(http.MethodPost, "/payment-batches", map[string]any{"account": "1010", "date": "2027-02-08"}, &run)
		at := "/payment-batches/" + run.Number
		if pays {
			finance.ask(http.MethodPost, at+"/items", map[string]any{"items": []string{w.left.Requests[0]}}, nil)
			finance.ask(http.MethodPost, at+"/locks", nil, nil)
		}
	}
	for to, checked := range map[string]bool{"2027-01-31": true, "2027-01-30": false} {
		var made struct{ ID string }
		finance.ask(http.MethodPost, "/statements", map[string]string{"subject": "D-77", "kind": "donor_annual",
			"to": to}, &made)
		if checked {
			finance.ask(http.MethodPost, "/statements/"+made.ID+"/privacy-checks", nil, nil)
		}
	}
	w.as(t, access.Admin).ask(http.MethodPost, "/webhook-endpoints", map[string]any{"url": "https://case.example/hooks",
		"types": []string{}, "reason": "The case system follows"}, nil)
	finance.ask(http.MethodPost, "/letter-texts", map[string]string{"language": "da", "greeting": "Hej",
		"salutation": "Kære {name}", "thanks": "Tak for {purpose}.", "signature": "Fyrlys"}, nil)
}

func (w world) hasForm(op string) bool {
	return slices.ContainsFunc(w.pages, func(r frame.Route) bool {
		return r.Method == http.MethodPost && slices.Contains(r.Needs, op)
	})
}

// thing is a page about one thing, and where the API shows the same.
type thing struct{ path, api string }

// everyThing are pages about things in all their states.
func (w world) everyThing(t *testing.T) []thing {
	t.Helper()
	var all []thing
	for _, one := range [][3]string{{"/payment-batches", "/payment-runs/", "number"}, {"/statements", "/statements/", "id"},
		{"/bank-imports", "/bank/imports/", "id"}, {"/payees", "/payees/", "code"}, {"/users", "/users/", "handle"},
		{"/journal-entries", "/journal/", "id"}, {"/letter-texts", "/letter-texts/", "id"},
		{"/webhook-endpoints", "/receivers/", "id"}, {"/plans", "/plans/", "number"}} {
		var found struct {
			Data []map[string]any `json:"data"`
		}
		for _, role := range []access.Role{access.FinanceOfficer, access.Admin} {
			got := w.as(t, role).get("/api/v1" + one[0] + "?limit=3")
			if got.status != http.StatusOK {
				continue
			}
			if err := json.Unmarshal([]byte(got.body), &found); err != nil {
				t.Fatal(err)
			}
			break
		}
		for _, row := range found.Data {
			id, _ := row[one[2]].(string)
			all = append(all, thing{one[1] + id, one[0] + "/" + id})
		}
	}
	for _, month := range []string{"2026-01", "2026-12", "2027-01"} {
		all = append(all, thing{"/months/" + month, "/periods/" + month + "/checklist"})
	}
	return all
}
