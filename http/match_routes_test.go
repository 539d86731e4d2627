package http_test

import (
	"slices"
	"testing"

	"supportledger/access"
	apphttp "supportledger/http"
	"supportledger/http/rest"
	"supportledger/store/storetest"
)

// byRule are the operations that take all that waits for a rule: docs/DECISIONS.md says of each why its caller need not
// have seen what that is.
var byRule = []string{"acceptBankRules", "acceptSureBankMatches", "closeYear", "lockExchangeRates", "reverseAccruals"}

// Every operation that writes says what the caller must have seen, or why nothing.
func TestEveryWriteNamesWhatItChanges(t *testing.T) {
	var api *rest.API
	_, err := apphttp.New(storetest.SQLite(t), apphttp.Options{Version: "test"}, func(a *rest.API) { api = a })
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, e := range api.Endpoints {
		if e.Op.NoMatch == rest.ByRule {
			rules = append(rules, e.Op.ID)
		}
		switch {
		case e.Reads() && e.Op.Match+e.Op.NoMatch != "":
			t.Errorf("%s only reads, and says %q %q", e.Op.ID, e.Op.Match, e.Op.NoMatch)
		case e.Reads():
		case (e.Op.Match == "") == (e.Op.NoMatch == ""):
			t.Errorf("%s %s (%s) writes: give it Match, the ID of the GET that shows what it changes or decides on, "+
				"or NoMatch, why it needs no If-Match", e.Op.Method, e.Op.Path, e.Op.ID)
		case e.Op.Match != "" && !e.Op.Public:
			for _, role := range access.Roles {
				who := access.Principal{User: "usr_1", Session: true, Factors: 2, Roles: []access.Role{role}}
				if access.Allow(who, e.Action()) == nil && access.Allow(who, api.Operation(e.Op.Match).Action()) != nil {
					t.Errorf("%s may %s, and may not see it: %s is not for them", role, e.Op.ID, e.Op.Match)
				}
			}
		}
	}
	if slices.Sort(rules); !slices.Equal(rules, byRule) {
		t.Errorf("%v take what waits for a rule; the list says %v", rules, byRule)
	}
	if e := api.Operation("chooseDelivery"); e.Op.Match != "getOwnChoices" {
		t.Errorf("a donor's choice of the link of a mail names %q", e.Op.Match)
	}
}
