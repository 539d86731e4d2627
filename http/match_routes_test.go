package http_test

import (
	"testing"

	"supportledger/access"
	apphttp "supportledger/http"
	"supportledger/http/rest"
	"supportledger/store/storetest"
)

// Every operation that writes says what the caller must have seen, or why nothing.
func TestEveryWriteNamesWhatItChanges(t *testing.T) {
	var api *rest.API
	_, err := apphttp.New(storetest.SQLite(t), apphttp.Options{Version: "test"}, func(a *rest.API) { api = a })
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range api.Endpoints {
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
}
