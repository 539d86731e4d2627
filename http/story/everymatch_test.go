package story_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// things choose for each GET that shows what is changed one thing, by the values of its path's parameters.
var things = map[string]string{
	"getGrant": "SELECT code FROM grants", "listBudgetVersions": "SELECT code FROM grants",
	"getAddendum":    "SELECT g.code || ' ' || a.version FROM grant_addenda AS a JOIN grants AS g ON g.id = a.grant_id",
	"getCondition":   "SELECT g.code || ' ' || c.number FROM grant_conditions AS c JOIN grants AS g ON g.id = c.grant_id",
	"getFinding":     "SELECT g.code || ' ' || f.number FROM audit_findings AS f JOIN grants AS g ON g.id = f.grant_id",
	"getDonorImport": "SELECT id FROM donor_imports", "getDonor": "SELECT code FROM donors", "getPledge": "SELECT id FROM pledges",
	"getGift": "SELECT id FROM gifts", "getDisbursement": "SELECT id FROM disbursements",
	"getPaymentBatch": "SELECT id FROM payment_batches", "getTransfer": "SELECT id FROM transfers",
	"getPayee": "SELECT code FROM payees", "getApprovalPolicy": "SELECT id FROM approval_policies",
	"getDelegation": "SELECT id FROM delegations", "getRelation": "SELECT id FROM relations",
	"getPrepayment": "SELECT id FROM prepayments", "getPayment": "SELECT id FROM payments",
	"getBankLine": "SELECT id FROM bank_lines", "getBankImport": "SELECT id FROM bank_imports",
	"getBankRule": "SELECT id FROM bank_rules", "getUser": "SELECT id FROM users",
	"getAccountChange": "SELECT id FROM account_changes", "getImport": "SELECT id FROM imports",
	"getDraft": "SELECT id FROM entry_drafts", "getJournalEntry": "SELECT id FROM entries",
	"getChecklist": "SELECT month FROM periods", "getReopening": "SELECT month || ' ' || id FROM period_reopenings",
	"getStatement": "SELECT id FROM statements", "getStatementRun": "SELECT id FROM statement_runs",
	"getLetterText": "SELECT id FROM letter_texts", "getPlan": "SELECT number FROM plans",
	"listPlanMilestones": "SELECT number FROM plans", "getComplaint": "SELECT id FROM complaints",
	"getConsent":   "SELECT b.code || ' ' || c.id FROM consents AS c JOIN beneficiaries AS b ON b.id = c.beneficiary_id",
	"getDuplicate": "SELECT id FROM duplicates", "getBeneficiary": "SELECT code FROM beneficiaries",
	"getTimeSheet":     "SELECT id FROM time_sheets",
	"getReferral":      "SELECT b.code || ' ' || r.id FROM referrals AS r JOIN beneficiaries AS b ON b.id = r.beneficiary_id",
	"getClosePerson":   "SELECT b.code || ' ' || c.id FROM close_people AS c JOIN beneficiaries AS b ON b.id = c.beneficiary_id",
	"getPrivacyNotice": "SELECT id FROM privacy_notices", "getWebhookEndpoint": "SELECT id FROM webhook_endpoints",
	"getAssignment": "SELECT b.code || ' ' || a.id FROM caseload AS a JOIN beneficiaries AS b ON b.id = a.beneficiary_id",
}

// TestEveryRouteAsksWhatWasSeen sends to every operation that changes or decides on what is there a request without
// If-Match and one with an old tag: 428 and 412, and nothing is written. The things are those of the worked story, and
// one made up where it has none; PostgreSQL gets the rows that SQLite has.
func TestEveryRouteAsksWhatWasSeen(t *testing.T) {
	db := storetest.SQLite(t)
	books := play(t, db, nil)
	storetest.ClockOf(db).Advance(20 * 24 * time.Hour) // a statement is of months that are over
	finance := books.As(db, "who-makes", access.FinanceOfficer)
	for path, body := range map[string]string{
		"/statements": `{"subject":"G1","to":"2026-01-31"}`,
		"/imports": `{"kind":"entries","profile":"rfc4180","name":"january.csv","content":"` +
			base64.StdEncoding.EncodeToString([]byte("external_id,date,text,account,fund,amount\n"+
				"A-1,2026-01-02,One,1010,UNR,1.00\nA-1,2026-01-02,One,1020,UNR,-1.00\n")) + `"}`,
	} {
		head := http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {path[1:]}}
		if status, said := bare(t, finance, "POST "+rest.Base+path, head, []byte(body)); status != http.StatusCreated {
			t.Fatalf("%s: %d %s", path, status, said)
		}
	}
	raw := rawOf(t, db)
	fillEmpty(t, raw)
	t.Run("sqlite", func(t *testing.T) { asksAll(t, db, raw) })
	t.Run("postgres", func(t *testing.T) {
		pg := storetest.Postgres(t)
		m := newMirror(t, pg)
		m.fill(raw)
		asksAll(t, pg, raw)
	})
}

// asksAll asks every operation of a server over books.
func asksAll(t *testing.T, db *store.DB, raw *sql.DB) {
	var api *rest.API
	client := apitest.Serve(t, db, func(a *rest.API) { api = a })
	readers := make([]*apitest.Client, len(access.Roles))
	for i, role := range access.Roles {
		readers[i] = client.As(db, "reader-"+string(role)+string(db.Engine()), role)
	}
	payee, alias := "CLI-08", "House"
	if db.Engine() == store.Postgres {
		payee, alias = "CLI-09", "Harbour"
	}
	readers[slices.Index(access.Roles, access.FinanceOfficer)].Post("/payees",
		`{"code":"`+payee+`","kind":"clinic","alias":"`+alias+`"}`).Want(http.StatusCreated) // under this server's key
	asked := 0
	for _, e := range api.Endpoints {
		switch {
		case e.Op.Match == "", e.Op.Public: // whoever has the link of a mail: own_test.go of statements
			continue
		case e.Op.Match == "getJob": // river keeps its own tables: TestJobsByAPI
			continue
		}
		if things[e.Op.Match] == "" {
			t.Errorf("%s: choose a thing that %s shows", e.Op.ID, e.Op.Match)
			continue
		}
		ids := column(t, raw, things[e.Op.Match]+" ORDER BY 1 LIMIT 20")
		if e.Op.Match == "getPayee" {
			ids = []string{payee}
		}
		if asksOne(t, api, e, readers, ids) {
			asked++
		}
	}
	if asked < 110 {
		t.Errorf("%d operations were asked", asked)
	}
	t.Logf("%d operations ask what was seen", asked)
	shownToMany(t, db, api, readers, raw)
}

// mostStatements is what a reading may take at most, however many people work here.
const mostStatements = 600

// costOf is how many statements a thing takes that is shown with its actions, to the first who sees it; 0 to nobody.
func costOf(t *testing.T, db *store.DB, readers []*apitest.Client, path string) (n int64) {
	t.Helper()
	for _, reader := range readers {
		var status int
		var body []byte
		n = int64(storetest.CountSQL(db, func() { status, body = bare(t, reader, "GET "+path, nil, nil) }).Statements)
		if status == http.StatusOK && bytes.Contains(body, []byte(`"allowed_actions"`)) {
			return n
		}
	}
	return 0
}

// shownToMany reads each thing with its allowed_actions, as one of few people who work here and again as one of many:
// it must not cost more.
func shownToMany(t *testing.T, db *store.DB, api *rest.API, readers []*apitest.Client, raw *sql.DB) {
	t.Helper()
	more := 0
	hire := func(each int) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			for range each {
				for _, role := range access.Roles {
					more++
					if _, err := access.CreateUser(t.Context(), tx, fmt.Sprintf("hired-%s-%03d", db.Engine(), more), role); err != nil {
						return err
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	measure := func() map[string]int64 {
		cost := map[string]int64{}
		for op, query := range things {
			path := api.Operation(op).Op.Path
			for _, id := range column(t, raw, query+" ORDER BY 1 LIMIT 3") {
				if n := costOf(t, db, readers, pathOf(path, id)); n > 0 {
					cost[op+" "+id] = n
					break
				}
			}
		}
		return cost
	}
	few := measure()
	hire(8)
	some := measure()
	hire(8)
	most, of := int64(0), ""
	for key, many := range measure() {
		if many != some[key] {
			t.Errorf("%s takes %d statements among %d people, %d among %d", key, some[key], more/2, many, more)
		}
		if many > most {
			most, of = many, fmt.Sprintf("%s (%d among few)", key, few[key])
		}
	}
	for key, n := range some {
		t.Logf("%s: %d, then %d", key, few[key], n)
	}
	t.Logf("%d things, at most %d statements: %s", len(some), most, of)
	if len(some) < 25 || most > mostStatements {
		t.Errorf("%d things, at most %d statements: %s", len(some), most, of)
	}
}

// asksOne asks one operation, as the first role that may, about the first thing that it sees.
func asksOne(t *testing.T, api *rest.API, e *rest.Endpoint, readers []*apitest.Client, ids []string) bool {
	t.Helper()
	for _, id := range ids {
		shown, own := pathOf(api.Operation(e.Op.Match).Op.Path, id), pathOf(e.Op.Path, id)
		for i, role := range access.Roles {
			who := access.Principal{User: "usr_1", Session: e.Op.Screen, Factors: 2, Roles: []access.Role{role}}
			if access.Allow(who, e.Action()) != nil {
				continue
			}
			thing, body := bare(t, readers[i], "GET "+shown, nil, nil)
			if thing != http.StatusOK {
				continue
			}
			text := e.Bodies(body, "2026-11-30")[0].Text
			head := http.Header{"Content-Type": {"application/json"}}
			if e.Op.Money {
				head.Set("Idempotency-Key", "unseen")
			}
			none, _ := bare(t, readers[i], e.Op.Method+" "+own, head, text)
			head.Set("If-Match", `"old"`)
			old, said := bare(t, readers[i], e.Op.Method+" "+own, head, text)
			if none != http.StatusPreconditionRequired || old != http.StatusPreconditionFailed {
				t.Errorf("%s answers %d without If-Match and %d with an old one: %s", e.Op.ID, none, old, said)
			}
			return true
		}
	}
	t.Errorf("%s: nobody sees one of %d things at %s", e.Op.ID, len(ids), e.Op.Match)
	return false
}

// pathOf fills the parameters of a path; those that have no value get 1.
func pathOf(path, values string) string {
	given := strings.Fields(values)
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, ":") {
			continue
		}
		parts[i] = "1"
		if len(given) > 0 {
			parts[i], given = url.PathEscape(given[0]), given[1:]
		}
	}
	return rest.Base + strings.Join(parts, "/")
}

// bare sends a request with no header but those that are named, and gives what was answered.
func bare(t *testing.T, c *apitest.Client, request string, head http.Header, body []byte) (int, []byte) {
	t.Helper()
	method, path, _ := strings.Cut(request, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(req.Header, head)
	maps.Copy(req.Header, c.Header())
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer
}
