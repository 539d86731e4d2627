package story_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/beneficiaries"
	"supportledger/http/rest"

	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// canary is a personal field and a text that stands in nothing else. A new personal field joins by a line here: what is
// planted in it, and how it is written for the person of that number.
type canary struct {
	field string
	stem  string // begins every text of the field, and is what is looked for
	plant func(s *service, person int, text string)
}

var canaries = []canary{
	{"names", "Zqkanari", identityField("names")},
	{"birth_date", "1703-55-", identityField("birth_date")},
	{"contact", "Ŵéłkåñárï", identityField("contact")},
	{"bank", "DK9917350264", identityField("bank")},
	{"notes", "Щюкъэфжь", identityField("notes")},
	{"a donor's name", "Vxølbåndz", donorField("name")},
	{"a donor's tax id", "479955-31", donorField("tax_id")},
	{"a donor's mail address", "jqzwv.donor.", donorField("email")},
	{"a donor's address", "Kvæxløkke", donorField("address")},
	{"a payee's account", "77310426", payeeField(`"registration_number":"0040","account_number":`)},
	{"a payee's street", "Czyżbłąkała",
		payeeField(`"confirm":{"payee_account_shared":"the canaries share one"},"iban":"DK4200400440116290","address":{"town":"Aarhus","country":"DK","street":`)},
}

func identityField(name string) func(*service, int, string) {
	return func(s *service, person int, text string) {
		s.plain(http.MethodPut, s.caring, "/beneficiaries/"+s.codes[person]+"/identity",
			`{"`+name+`":`+strconv.Quote(text)+`}`)
	}
}

func donorField(name string) func(*service, int, string) {
	return func(s *service, person int, text string) {
		s.plain(http.MethodPost, s.others[2], "/donors/"+donorOf(person)+"/personal-data",
			`{"`+name+`":`+strconv.Quote(text)+`}`)
	}
}

// payeeField enters bank details that end with the text.
func payeeField(before string) func(*service, int, string) {
	return func(s *service, person int, text string) {
		body := "{" + before + strconv.Quote(text) + strings.Repeat("}",
			strings.Count(before, "{")-strings.Count(before, "}")+1)
		s.plain(http.MethodPost, s.others[2], "/payees/"+payeeOf(person)+"/bank-details", body)
	}
}

// plain sends what is expected to be done, without holding the answer against the document: that takes longer than the
// act, and the first of each kind is held against it elsewhere.
func (s *service) plain(method string, c *apitest.Client, path, body string) []byte {
	s.t.Helper()
	answer := s.sent(method, c, path, body)
	if bytes.Contains(answer, []byte(`"type":"/problems/`)) {
		s.t.Fatalf("%s %s: %s", method, path, answer)
	}
	return answer
}

// sent sends a request and gives what came back, whatever it is.
func (s *service) sent(method string, c *apitest.Client, path, body string) []byte {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.client.Base+rest.Base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.Raw(req)
}

func donorOf(person int) string { return fmt.Sprintf("CND-%02d", person) }
func payeeOf(person int) string { return fmt.Sprintf("CNP-%02d", person) }

func (k canary) text(person int) string { return fmt.Sprintf("%s%02d", k.stem, person) }

func stems() (all []string) {
	for _, k := range canaries {
		all = append(all, k.stem)
	}
	return all
}

// people is how many carry canaries.
const people = 40

// service is a server whose log is kept and whose people are canaries.
type service struct {
	t      *testing.T
	db     *store.DB
	dsn    string
	log    *locked
	client *apitest.Client
	caring *apitest.Client // on the cases
	others []*apitest.Client
	codes  []string
	began  time.Time

	statements []string // to be read as pages
	vault      *vault.Vault
	gone       *leaving
	refusals   bytes.Buffer // what who asked was told
}

// TestCanaries plants a text of its own in every personal field of forty people, has everything happen to them that the
// API can do with them, errors and panics too, and then looks for the texts wherever they must not be: the service's
// log, the database's log, its files and its write-ahead log, a dump, what other roles read and export, statements in
// every format, the journal in every format, bank files, mails, and what is told to who is refused, in both languages.
// It then leaks on purpose into each of them, and must find it.
func TestCanaries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		storetest.ClockOf(db).Advance(20 * 24 * time.Hour) // statements are of months that are over
		s := serving(t, db)
		s.live(t)
		sinks := s.sinks(t, s.others)
		for name, content := range sinks {
			t.Logf("%s: %d bytes", name, len(content))
		}
		for _, h := range seek(t, sinks, stems()) {
			t.Errorf("a canary was found: %s", h)
		}
		s.leak(t)
		found := "\n" + strings.Join(seek(t, s.sinks(t, s.others[5:]), []string{leaked[0].stem, leaked[1].stem}), "\n")
		for sink := range sinks {
			// What all may read is made of nothing that is kept. The characters of a page are glyphs of its fonts, for which it
			// takes a reader of PDFs; the bytes are looked at for what hides in them.
			if sink != "answers to all" && sink != "PDFs" && !strings.Contains(found, "\n"+sink) {
				t.Errorf("a deliberate leak into %s was not found: the search proves nothing there\n%s", sink, found)
			}
		}
	})
}

// serving plays the worked story's first scenarios, so that there is everything to export, and starts a second server
// with a log.
func serving(t *testing.T, db *store.DB) *service {
	play(t, db, []string{"S00", "S01", "S02", "S03"})
	dsn := storetest.DSN(db)
	if db.Engine() == store.Postgres { // every statement of new sessions is logged, as a careless operator might set it
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw(
				"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); END $$").Exec(
				t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		again, err := store.Open(t.Context(), storetest.DSN(db), store.Options{Clock: db.Clock()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = again.Close() })
		db = again
	}
	s := &service{t: t, db: db, dsn: dsn, log: new(locked), began: time.Now(), vault: vaulttest.New(t)}
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.client = apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: s.vault, Log: log}, s.accidents(log))
	s.caring = s.client.As(db, "caring", access.Caseworker)
	for _, role := range []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer,
		access.Auditor, access.PrivacyOfficer} {
		s.others = append(s.others, s.client.As(db, "other "+string(role), role))
	}
	return s
}

// locked is a writer that many may write to.
type locked struct {
	mu sync.Mutex
	w  bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

type accident struct {
	Kind string         `json:"kind"`
	Text vault.Personal `json:"text"`
}

// accidents are routes on which things go wrong with a personal text in hand.
func (s *service) accidents(log *slog.Logger) func(*rest.API) {
	return func(api *rest.API) {
		rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/accidents", ID: "accident", Tag: "accidents", Summary: "x",
			Danish: "x", Personal: true,
			Roles: []access.Role{access.Caseworker}}, func(ctx context.Context, tx *store.Tx, in accident) (rest.None, error) {
			switch in.Kind {
			case "panic":
				panic(in)
			case "panic text":
				panic(string(in.Text))
			case "panic error":
				panic(errors.New(string(in.Text)))
			case "error":
				return rest.None{}, fmt.Errorf("could not do it for %v: %+v, %q", in.Text, in, in.Text)
			case "told":
				return rest.None{}, &beneficiaries.UnknownWord{Code: string(in.Text)}
			case "logged":
				log.Warn("somebody logs a request", "text", in.Text, "all", fmt.Sprintf("%#v", in.Text))
			case "sql":
				_, err := tx.NewRaw("SELECT no_such_column FROM identities WHERE field = 'names'").Exec(ctx)
				return rest.None{}, err
			}
			return rest.None{}, nil
		})
	}
}

// live has everything happen to the people.
func (s *service) live(t *testing.T) {
	t.Helper()
	finance := s.others[2]
	for person := range people {
		var made struct{ Code string }
		if err := json.Unmarshal(s.plain(http.MethodPost, s.caring, "/beneficiaries", ""), &made); err != nil {
			t.Fatal(err)
		}
		s.codes = append(s.codes, made.Code)
		s.plain(http.MethodPost, finance, "/donors", `{"code":"`+donorOf(person)+`","kind":"person","language":"da"}`)
		s.plain(http.MethodPost, finance, "/payees",
			`{"code":"`+payeeOf(person)+`","kind":"person","alias":"Payee `+payeeOf(person)+`"}`)
		for _, k := range canaries {
			k.plant(s, person, k.text(person))
		}
	}
	s.give(t)
	all := `{"fields":["names","birth_date","contact","bank","notes"],"purpose":"plan","reason":"what the test is about, at length"}`
	seen := string(s.caring.Post("/beneficiaries/"+s.codes[0]+"/identity-openings", all).Want(http.StatusOK).Body)
	for _, k := range canaries[:5] {
		if !strings.Contains(seen, k.text(0)) {
			t.Fatalf("%s does not come back to who may see it: %s", k.field, seen)
		}
	}
	lead, officer := s.others[1], s.others[5]
	lead.Post("/beneficiaries/"+s.codes[1]+"/emergency-openings", all).Want(http.StatusOK)
	lead.Post("/beneficiaries/"+s.codes[1]+"/identity-openings", all).Want(http.StatusForbidden)
	officer.Post("/beneficiaries/"+s.codes[2]+"/exports", `{"reason":"the person asked for it"}`).Want(http.StatusOK)
	officer.Post("/beneficiaries/"+s.codes[3]+"/erasures", `{"reason":"the person asked for it"}`).Want(http.StatusCreated)
	// The same person twice, which is found by the fingerprints.
	s.caring.Do(http.MethodPut, "/beneficiaries/"+s.codes[5]+"/identity",
		map[string]string{"names": canaries[0].text(4), "birth_date": canaries[1].text(4)}).Want(http.StatusNoContent)
	s.caring.Do(http.MethodPut, "/beneficiaries/"+s.codes[4]+"/identity",
		map[string]string{"names": canaries[0].text(4), "birth_date": canaries[1].text(4)}).Want(http.StatusNoContent)
	s.donors(t)
	s.statements = []string{s.issued(t, `{"subject":"G1","from":"2025-11-01","to":"2026-01-31"}`)}
	s.leave(t)
	s.fail(t)
	s.refusedToOthers(t)
}

// give has donors give, be asked for, be opened to those who may, and be forgotten.
func (s *service) give(t *testing.T) {
	t.Helper()
	finance, treasurer, officer := s.others[2], s.others[3], s.others[5]
	for person := range 3 {
		finance.With("Idempotency-Key", fmt.Sprint("canary-give-", person)).Post("/gifts",
			`{"donor":"`+donorOf(person)+`","fund":"UNR","date":"2026-01-15","gross":"100.00"}`).Want(http.StatusCreated)
	}
	seen := string(finance.Post("/donors/"+donorOf(0)+"/disclosures", `{"reason":"a letter of thanks to write"}`).Want(
		http.StatusOK).Body) +
		string(treasurer.Post("/tax-gift-lists", `{"year":2026,"reason":"the list for the tax agency"}`).Want(http.StatusOK).
			Body)
	for _, k := range canaries[5:9] {
		if !strings.Contains(seen, k.text(0)) {
			t.Fatalf("%s does not come back to who may see it: %s", k.field, seen)
		}
	}
	officer.Post("/donors/"+donorOf(3)+"/erasures", `{"reason":"the donor asked for it"}`).Want(http.StatusOK)
	officer.Post("/payees/"+payeeOf(3)+"/erasures", `{"reason":"the payee asked for it"}`).Want(http.StatusOK)
}

// donors has people give: typed in, and from files, good ones and wrong ones.
func (s *service) donors(t *testing.T) {
	t.Helper()
	finance, treasurer := s.others[2], s.others[3]
	file := func(kind, content string) string {
		var made struct{ ID string }
		finance.Post("/donor-imports",
			fmt.Sprintf(`{"kind":%q,"profile":"rfc4180","content":%q}`, kind,
				base64.StdEncoding.EncodeToString([]byte(content)))).
			Want(http.StatusCreated).Into(&made)
		return "/donor-imports/" + made.ID
	}
	name, contact, notes := canaries[0].text(20), canaries[2].text(20), canaries[4].text(20)
	finance.Post("/donors", `{"code":"TYPED","kind":"person","language":"da"}`).Want(http.StatusCreated)
	finance.Post("/donors/TYPED/personal-data", fmt.Sprintf(`{"name":%q,"address":%q}`, name, contact)).Want(http.StatusOK)
	good := file("donors", "code,kind,name,tax_id,address\nFILED,person,"+name+",010170-1234,"+contact+"\n")
	finance.With("Idempotency-Key", "canary-donors").Post(good+"/commits", "").Want(http.StatusOK)
	wrong := file("donors", "code,kind,name,tax_id,email\n"+notes+",person,"+name+","+notes+","+contact+"\n")
	finance.Get(wrong + "/rows").Want(http.StatusOK)
	gifts := file("gifts", "donor,fund,date,gross\n"+name+",UNR,2026-01-15,1.00\nFILED,"+notes+",2026-01-15,"+contact+"\n")
	finance.With("Idempotency-Key", "canary-gifts").Post(gifts+"/commits", "").Want(http.StatusUnprocessableEntity)
	finance.Post(gifts+"/discards", "").Want(http.StatusOK)
	finance.Post("/donor-imports",
		fmt.Sprintf(`{"kind":"donors","profile":"rfc4180","content":%q}`,
			base64.StdEncoding.EncodeToString([]byte(name+",person\nX,person\n")))).
		Want(http.StatusUnprocessableEntity)
	finance.Post("/donors/FILED/disclosures", `{"reason":"Thanks for the gift"}`).Want(http.StatusOK)
	treasurer.Post("/tax-gift-lists", `{"year":2026,"reason":"Report to the tax agency"}`).Want(http.StatusOK)
}

// issued has a statement drafted and cleared, reviewed by a second person and issued by a third, and gives its id.
func (s *service) issued(t *testing.T, body string) string {
	t.Helper()
	lead, finance, treasurer := s.others[1], s.others[2], s.others[3]
	id := s.act(t, finance, "/statements", body, "DRAFT")
	s.act(t, finance, "/statements/"+id+"/privacy-checks", "", "PRIVACY_CHECKED")
	s.act(t, lead, "/statements/"+id+"/reviews", "", "REVIEWED")
	s.act(t, treasurer, "/statements/"+id+"/issues", "", "ISSUED")
	return id
}

// act does something to a statement, which is in a state after it.
func (s *service) act(t *testing.T, c *apitest.Client, path, body, state string) string {
	t.Helper()
	status := http.StatusOK
	if body != "" {
		c, status = c.With("Idempotency-Key", fmt.Sprintf("canary-%d", len(s.statements))), http.StatusCreated
	}
	var made struct{ ID, State string }
	c.Post(path, body).Want(status).Into(&made)
	if made.State != state {
		t.Fatalf("%s: not %s but %s", path, state, made.State)
	}
	return made.ID
}

// fail makes mistakes with personal texts in all places of a request, and has accidents happen.
func (s *service) fail(t *testing.T) {
	t.Helper()
	for i, k := range canaries {
		text, at := k.text(0), "/beneficiaries/"+s.codes[0]
		quiet := func(method, path, body string) { // the answer may repeat to who asked what they sent
			if answer := s.sent(method, s.caring, path, body); !bytes.Contains(answer, []byte(`"type":"/problems/`)) {
				t.Errorf("%s %s was not refused: %s", method, path, answer)
			}
		}
		quiet(http.MethodPut, at+"/identity", `{"birth_date":"`+text+text+`"}`)
		quiet(http.MethodPut, at+"/identity", `{"`+text+`":"x"}`)
		quiet(http.MethodPut, at+"/identity", `{"names":"`+text)
		quiet(http.MethodPut, at+"/identity?"+url.QueryEscape(text)+"=1", `{"names":"x"}`)
		quiet(http.MethodPut, "/beneficiaries/"+url.PathEscape(text)+"/identity", `{"names":"x"}`)
		quiet(http.MethodPost, at+"/identity-openings",
			`{"fields":["`+text+`"],"purpose":"plan","reason":"long enough a reason"}`)
		quiet(http.MethodGet, "/beneficiaries/"+url.PathEscape(text), "")
		quiet(http.MethodPost, "/plans",
			`{"beneficiary":"`+text+`","starts_on":"`+text+`","lines":[{"category":"`+text+`","payee":"`+text+`","unit_price":"`+
				text+`"}]}`)
		quiet(http.MethodPost, "/donors/"+url.PathEscape(text)+"/personal-data", `{"tax_id":"`+text+`"}`)
		quiet(http.MethodPost, "/payees/"+payeeOf(0)+"/bank-details", `{"iban":"`+text+`"}`)
		quiet(http.MethodPost, "/sessions", `{"handle":"`+text+`","password":"`+text+`"}`)
		for _, kind := range []string{"panic", "panic text", "panic error", "error", "sql", "logged"} {
			answer := s.sent(http.MethodPost, s.caring.With("Accept-Language", []string{"en", "da"}[i%2]), "/accidents",
				`{"kind":"`+kind+`","text":`+strconv.Quote(text)+`}`)
			s.refusals.Write(answer)
			if failed := bytes.Contains(answer, []byte(`"code":"internal"`)); failed != (kind != "logged") {
				t.Errorf("%s with %s: %s", kind, k.field, answer)
			}
		}
	}
}

// leaked are the fields that leak.
var leaked = [2]canary{canaries[0], canaries[4]}

// leak leaks on purpose, in every kind of place: a line of the log, a column that nothing seals, a reason that others
// read as an access, the name of a donor on a page.
func (s *service) leak(t *testing.T) {
	t.Helper()
	fmt.Fprintf(s.log, "%q\n", leaked[1].text(7))
	if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.NewRaw("INSERT INTO counters (series, last) VALUES (?, 1)", leaked[0].text(7)).Exec(t.Context())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.caring.Post("/beneficiaries/"+s.codes[6]+"/identity-openings",
		`{"fields":["names"],"purpose":"plan","reason":"a reason that names `+leaked[0].text(6)+`"}`).Want(http.StatusOK)
	if s.db.Engine() == store.Postgres { // the sessions of store log no statement, so this takes one of another program
		raw, err := sql.Open("pgx", s.dsn)
		if err != nil {
			t.Fatal(err)
		}
		_, err = raw.ExecContext(t.Context(), "SELECT '"+leaked[0].text(9)+"'")
		if err := errors.Join(err, raw.Close()); err != nil {
			t.Fatal(err)
		}
	}
	finance := s.others[2]
	finance.Post("/donors", `{"code":"LEAK","kind":"institution","name":"`+leaked[0].text(8)+`","language":"en"}`).Want(
		http.StatusCreated)
	finance.With("Idempotency-Key", "canary-gift").Post("/gifts",
		`{"donor":"LEAK","fund":"UNR","date":"2026-01-15","gross":"100.00"}`).Want(http.StatusCreated)
	s.statements = append(s.statements, s.act(t, finance, "/statements", `{"subject":"LEAK","to":"2026-01-31"}`, "DRAFT"))
	s.leakOut(t)
}
