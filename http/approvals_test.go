package http_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// withFund opens the fund that the payments of these tests are made from, with money in the bank.
func (s staffed) withFund(t *testing.T) {
	t.Helper()
	if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		if err := book.OpenFund(t.Context(), tx,
			ledger.Fund{Code: "UNR", Name: "General", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		kroner := ledger.OfMinor(10_000_000, "DKK")
		_, err = book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-01", Act: "opening-balance", Text: "Opening",
			Lines: []ledger.Line{ledger.Base("1010", "UNR", kroner), ledger.Base("3100", "UNR", kroner.Neg())}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

const aidOf100 = `"settlement":"payment","date":"2026-02-01","category":"emergency-aid","account":"1010","amount":"100.00","payee":"C-1","paid_by":"card","shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"`

// aidOf10 is less: many of it stay below what may be paid by card.
var aidOf10 = strings.Replace(aidOf100, "100.00", "10.00", 1)

var keys int

func keyed(c *apitest.Client) *apitest.Client {
	keys++
	return c.With("Idempotency-Key", fmt.Sprintf("key-%d", keys))
}

func drafted(c *apitest.Client, body string) string {
	var made struct{ ID string }
	keyed(c).Post("/disbursements", body).Want(201).Into(&made)
	return made.ID
}

// step is one step of a disbursement as the API takes it.
type step struct {
	name access.Step
	path string
	body any
	good int
}

var steps = []step{
	{access.Request, "/submissions", nil, 200},
	{access.Approve, "/decisions", `{"decision":"approve"}`, 200},
	{access.Authorise, "/authorisations", nil, 200},
	{access.Release, "/releases", `{"date":"2026-02-02"}`, 201},
}

func (s step) by(c *apitest.Client, id string) apitest.Answer {
	return keyed(c).Post("/disbursements/"+id+s.path, s.body)
}

// writing comes before the steps of a disbursement.
const writing = -1

// TestNobodyTakesTwoSteps holds every pair of steps of a disbursement, with the writing of it, by one person, by two
// accounts of one person, and by a token of the same user: the API refuses, and so does the database when somebody asks
// it alone.
func TestNobodyTakesTwoSteps(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		all := []access.Role{access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
		writer := s.c.As(s.db, "writer", access.ProgrammeLead)
		helpers := make([]*apitest.Client, len(steps))
		for i := range helpers {
			helpers[i] = s.c.As(s.db, fmt.Sprintf("helper-%d", i), all...)
		}
		culprit, linked := s.c.As(s.db, "culprit", all...), s.c.As(s.db, "linked", all...)
		users := s.link(t, "culprit", "linked")
		forms := []struct {
			name string
			c    *apitest.Client
			user access.UserID
		}{{"the same user", culprit, users[0]}, {"another account", linked, users[1]},
			{"an own token", s.c.WithToken(s.token(t, users[0])), users[0]}}
		tried := 0
		for first := writing; first < len(steps); first++ {
			for second := max(first+1, 0); second < len(steps); second++ {
				if first == writing && second == 0 {
					continue // whoever writes it asks for it
				}
				for _, form := range forms {
					author := writer
					if first == writing {
						author = culprit
					}
					id := drafted(author, "{"+aidOf10+"}")
					for k := range second {
						by := helpers[k]
						if k == first {
							by = culprit
						}
						steps[k].by(by, id).Want(steps[k].good)
					}
					steps[second].by(form.c.In(t), id).Problem(403, "maker_cannot_approve")
					if got := s.forced(t, id, steps[second].name, form.user); got != "maker_cannot_approve" {
						t.Errorf("step %d after %d by %s: the database says %q", second, first, form.name, got)
					}
					steps[second].by(helpers[second], id).Want(steps[second].good)
					tried++
				}
			}
		}
		t.Logf("%d pairs on %s", tried, s.db.Engine())
		if tried != 27 {
			t.Errorf("%d were tried", tried)
		}
	})
}

// link joins two accounts as one person's, by the two people that it takes.
func (s staffed) link(t *testing.T, a, b string) (ids [2]access.UserID) {
	t.Helper()
	act := func(by access.UserID, fn func(ctx context.Context, tx *store.Tx) error) {
		t.Helper()
		ctx := store.WithActor(t.Context(), store.Actor{User: string(by), Token: "tok_x"})
		if err := s.db.Update(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	var admins [2]access.UserID
	var change access.Change
	act("", func(ctx context.Context, tx *store.Tx) error {
		for i, name := range []string{a, b} {
			u, err := access.FindUser(ctx, tx, name)
			if err != nil {
				return err
			}
			ids[i] = u.ID
			admin, err := access.CreateUser(ctx, tx, fmt.Sprintf("admin-%d", i), access.Admin)
			if err != nil {
				return err
			}
			admins[i] = admin.ID
		}
		return nil
	})
	act(admins[0], func(ctx context.Context, tx *store.Tx) (err error) {
		change, err = access.Propose(ctx, tx,
			access.Change{User: ids[1], Kind: access.SamePerson, Other: ids[0], Reason: "both are held by one person"})
		return err
	})
	act(admins[1], func(ctx context.Context, tx *store.Tx) error {
		_, err := access.DecideChange(ctx, tx, change.ID, true, "")
		return err
	})
	return ids
}

// token issues another token to a user.
func (s staffed) token(t *testing.T, user access.UserID) (secret string) {
	t.Helper()
	if err := s.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		secret, err = access.IssueToken(t.Context(), tx, user, time.Hour)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return secret
}

// forced writes a duty past the service and answers with the code of the refusal. Asking binds the payee's bank
// details, as the service does, since a request that binds nothing is paid to nobody.
func (s staffed) forced(t *testing.T, id string, name access.Step, user access.UserID) string {
	t.Helper()
	err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		if name == access.Request {
			if _, err := tx.NewRaw(`INSERT INTO payee_bindings (subject, round, payee_id, version, bound_by, bound_at)
				SELECT d.id, d.round, y.id, 1, ?, '2026-02-01T00:00:00.000000Z' FROM disbursements AS d JOIN payees AS y ON y.code = d.payee WHERE d.id = ?`, user, id).Exec(t.Context()); err != nil {
				return err
			}
			_, err := tx.NewRaw(`INSERT INTO duties (subject, round, step, user_id, token_id, payload, at)
				SELECT id, round, 'request', ?, 'tok_x', payload, '2026-02-01T00:00:00.000000Z' FROM disbursements WHERE id = ?`,
				user, id).Exec(t.Context())
			return err
		}
		_, err := tx.NewRaw(`INSERT INTO duties (subject, round, step, user_id, token_id, payload, at)
			SELECT subject, round, ?, ?, 'tok_x', payload, at FROM duties WHERE subject = ? AND step = 'request'`, name, user,
			id).Exec(t.Context())
		return err
	})
	var refused *store.Refused
	if errors.As(store.Classify(err), &refused) {
		return refused.Code
	}
	return fmt.Sprint(err)
}

// TestForeignDisbursements holds that to a caseworker the disbursements of other people's cases are not there: whatever
// is asked of one, by id or number, is answered byte for byte as it is for one that does not exist, and every list as
// it was before.
func TestForeignDisbursements(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		s.c.As(s.db, "second lead", access.ProgrammeLead) // or else what the lead asks for goes to casework
		lists := []string{"/disbursements", "/approvals", "/approvals?mine=true", "/approvals?requested=true",
			"/approval-reminders", "/receipt-samples?percent=100",
			"/relations", "/plans", "/due-items", "/disbursements?format=csv", "/approvals?format=csv"}
		before := map[string]string{}
		for _, path := range lists {
			before[path] = string(s.outside.Get(path).Want(200).Body)
		}
		s.caring.Post("/plans", `{"number":"P-1","beneficiary":"`+s.code+
			`","currency":"DKK","starts_on":"2026-01-01","shares":[{"fund":"UNR","percent":"100"}],"lines":[]}`).Want(201)
		ofPlan, ofHouse := drafted(s.caring, `{"plan":"P-1",`+aidOf100+"}"), drafted(s.lead, "{"+aidOf100+"}")
		for _, id := range []string{ofPlan, ofHouse} {
			by := map[string]*apitest.Client{ofPlan: s.caring, ofHouse: s.lead}[id]
			keyed(by).Post("/disbursements/"+id+"/submissions", nil).Want(200)
		}
		s.lead.Post("/relations", `{"beneficiary":"`+s.code+`","nature":"family"}`).Want(201)
		for _, path := range lists {
			if got := string(s.outside.Get(path).Want(200).Body); got != before[path] {
				t.Errorf("%s shows what is not there: %s, before %s", path, got, before[path])
			}
		}
		var numbers struct {
			Data []struct{ ID, Number string }
		}
		s.lead.Get("/disbursements").Want(200).Into(&numbers)
		if len(numbers.Data) != 2 {
			t.Fatalf("the lead sees %d", len(numbers.Data))
		}
		for _, d := range numbers.Data {
			for _, key := range []string{d.ID, d.Number} {
				none := strings.Repeat("9", 4)
				missing := key[:len(key)-4] + none
				for _, ask := range questions {
					there, nowhere := ask(s.outside.In(t), key), ask(s.outside.In(t), missing)
					if a, b := plain(there, key),
						plain(nowhere, missing); there.Status != nowhere.Status || a != b || there.Status != 404 {
						t.Errorf("%s: %d %s\nwhere nothing is: %d %s", key, there.Status, a, nowhere.Status, b)
					}
				}
			}
		}
		// The same requests are answered for a caseworker on the case: the test does not look at a closed door.
		s.caring.Get("/disbursements/" + ofPlan).Want(200)
		if body := string(s.caring.Get("/approvals?requested=true").Want(200).Body); !strings.Contains(body, ofPlan) ||
			!strings.Contains(body, s.code) || strings.Contains(body, ofHouse) {
			t.Errorf("what the caseworker asked for: %s", body)
		}
		officer := s.c.As(s.db, "finance", access.FinanceOfficer)
		if body := string(officer.Get("/approvals").Want(200).Body); !strings.Contains(body, ofPlan) ||
			strings.Contains(body, s.code) || strings.Contains(body, "ben_") {
			t.Errorf("finance sees whom it is for: %s", body)
		}
	})
}

// questions are everything that can be asked of a disbursement by a caseworker.
var questions = func() []func(c *apitest.Client, key string) apitest.Answer {
	var all []func(c *apitest.Client, key string) apitest.Answer
	for _, path := range []string{"", "/checks", "/history", "/checks?format=csv"} {
		all = append(all, func(c *apitest.Client, key string) apitest.Answer { return c.Get("/disbursements/" + key + path) })
	}
	for path, body := range map[string]string{
		"/submissions": "", "/decisions": `{"decision":"approve"}`, "/comments": `{"text":"Is it there"}`,
		"/cancellations":         `{"reason":"is it there at all"}`,
		"/receipt-verifications": `{"result":"received"}`, "/evidence": `{"evidence_id":"evd_x"}`,
	} {
		all = append(all, func(c *apitest.Client, key string) apitest.Answer {
			var send any
			if body != "" {
				send = body
			}
			return c.Post("/disbursements/"+key+path, send)
		})
	}
	return append(all, func(c *apitest.Client, key string) apitest.Answer {
		return c.Do(http.MethodPut, "/disbursements/"+key, "{"+aidOf100+"}")
	})
}()

var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// plain is an answer without what is the request's own.
func plain(a apitest.Answer, key string) string {
	return requestID.ReplaceAllString(strings.ReplaceAll(string(a.Body), key, "KEY"), "")
}

// form writes parts as multipart/form-data: names and contents in turn.
func form(t *testing.T, parts ...string) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for i := 0; i < len(parts); i += 2 {
		p, err := w.CreateFormFile(parts[i], "../../name of a person.exe")
		if err == nil {
			_, err = p.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

// TestDisbursementWithItsDocuments holds that one call brings a disbursement and what proves it, all or nothing; that a
// repeated call with another boundary is the same; and that what is no such form, or no document, leaves nothing
// behind.
func TestDisbursementWithItsDocuments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a := archive(t)
		served, _ := withBooks(t, db, a)
		c := served.As(db, "caseworker", access.Caseworker)
		served.As(db, "lead", access.ProgrammeLead) // or else what is asked for goes to all of casework
		send := func(key string, parts ...string) apitest.Answer {
			kind, body := form(t, parts...)
			return c.With("Content-Type", kind).With("Idempotency-Key", key).Post("/disbursements", body)
		}
		asked := "{" + aidOf10 + "}"
		var made, again struct {
			ID       string
			Evidence []string `json:"evidence_ids"`
			Checks   []struct{ Check, Outcome, Hint string }
		}
		send("k1", "disbursement", asked, "receipt", receipt, "attendance", receipt+"2").Want(201).Into(&made)
		send("k1", "disbursement", asked, "receipt", receipt, "attendance", receipt+"2").Want(201).Into(&again)
		if len(made.Evidence) != 2 || made.ID != again.ID {
			t.Errorf("%+v, again %+v", made, again)
		}
		send("k1", "disbursement", asked, "receipt", receipt+"3").Problem(422, "idempotency_key_reused")
		var twice struct {
			Checks []struct{ Check, Outcome, Hint string }
		}
		keyed(c).Post("/disbursements/"+made.ID+"/submissions", nil).Want(200) // from now on it claims its documents
		send("k2", "disbursement", asked, "receipt", receipt).Want(201).Into(&twice)
		if !strings.Contains(fmt.Sprint(twice.Checks), "duplicate_evidence stop") {
			t.Errorf("the same receipt for another one is not seen: %v", twice.Checks)
		}
		before := evidenceCount(t, db)
		for name, parts := range map[string][]string{
			"no body": {"receipt", receipt}, "two bodies": {"disbursement", asked, "disbursement", asked},
			"another name":      {"disbursement", asked, "passport", receipt},
			"an empty document": {"disbursement", asked, "receipt", ""},
			"too many":          append([]string{"disbursement", asked}, many("receipt", receipt, 11)...),
			"a large body":      {"disbursement", asked + strings.Repeat(" ", 64<<10)},
		} {
			if got := send("bad", parts...); got.Status != 400 && got.Status != 422 {
				t.Errorf("%s: %d %s", name, got.Status, got.Body)
			}
		}
		send("bad", "disbursement", asked, "receipt", "MZ\x90 a program").Problem(415, "evidence_type_not_allowed")
		send("bad", "disbursement", strings.Replace(asked, "10.00", "0.00", 1), "receipt", receipt+"4").Problem(422,
			"validation_failed")
		send("bad", "disbursement", asked, "receipt", "%PDF-1.7\n"+strings.Repeat("x", 5<<20)).Want(413)
		c.With("Content-Type", "multipart/form-data").With("Idempotency-Key", "bad").Post("/disbursements", "--x\r\n").
			Problem(400, "malformed_json")
		c.With("Content-Type", "multipart/form-data; boundary=x").With("Idempotency-Key", "bad").Post("/disbursements",
			"--x\r\nContent-Disposition: form-data; name=\"disbursement\"\r\n\r\n"+asked).Problem(400, "malformed_json")
		if after := evidenceCount(t, db); after != before {
			t.Errorf("what was refused left %d documents behind", after-before)
		}
		other := served.As(db, "another", access.Caseworker)
		for _, path := range []string{"/evidence/" + made.Evidence[0], "/evidence/" + made.Evidence[0] + "/content"} {
			c.Get(path).Want(200)
			if there, none := other.Get(path),
				other.Get(strings.Replace(path, made.Evidence[0], "evd_none", 1)); there.Status != 404 ||
				plain(there, made.Evidence[0]) != plain(none, "evd_none") {
				t.Errorf("a document of a foreign case: %d %s", there.Status, there.Body)
			}
		}
		bringsAgain(t, other, made.Evidence[0])
	})
}

// bringsAgain stores the receipt that somebody else's case has: who has its bytes learns no more than that it is kept.
func bringsAgain(t *testing.T, c *apitest.Client, there string) {
	t.Helper()
	var held, me struct {
		ID, Kind string
		StoredBy string `json:"stored_by"`
	}
	c.With("Content-Type", "application/octet-stream").Post("/evidence?kind=bank", receipt).Want(201).Into(&held)
	c.Get("/me").Want(200).Into(&me)
	if held.ID != there || held.Kind != "bank" || held.StoredBy != me.ID {
		t.Errorf("a document of a foreign case, brought again: %+v, by %s", held, me.ID)
	}
}

func many(name, content string, n int) []string {
	var parts []string
	for range n {
		parts = append(parts, name, content)
	}
	return parts
}

func evidenceCount(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT COUNT(*) FROM evidence").Scan(t.Context(), &n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
