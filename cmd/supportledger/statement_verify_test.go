package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
	"supportledger/store/storetest"
)

// letterbox keeps what is sent.
type letterbox struct{ mails []statements.Mail }

func (b *letterbox) Send(_ context.Context, m statements.Mail) error {
	b.mails = append(b.mails, m)
	return nil
}

// sender is a server over books with donors who want mail, and who have given.
type sender struct {
	*testing.T
	db          *store.DB
	at          string // address of the server
	tokens      map[string]string
	people      *vault.Vault
	box         *letterbox
	key, public string
}

func sending(t *testing.T, db *store.DB, codes ...string) *sender {
	t.Helper()
	s := &sender{T: t, db: db, tokens: opened(t, db), people: vaulttest.New(t), box: &letterbox{}}
	var err error
	if s.key, s.public, err = proof.NewKey("example.org/books"); err != nil {
		t.Fatal(err)
	}
	s.at = apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: s.people, Demo: true}).Base
	gave(t, db, 0)
	s.update(func(ctx context.Context, tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		register := gifts.Register{Grants: grants.Register{Book: book}}
		hundred, err := ledger.ParseMoney("100.00", "DKK")
		if err != nil {
			return err
		}
		for _, code := range codes {
			d, err := donors.Register(ctx, tx, donors.Donor{Code: code, Kind: donors.Person, Language: "da",
				Delivery: donors.ByEmail})
			if err != nil {
				return err
			}
			if _, err := donors.Seal(ctx, tx, s.people, code,
				map[donors.Field]string{donors.Email: "zq.kanari@modtager.example"}); err != nil {
				return err
			}
			if _, err := register.Receive(ctx, tx, gifts.Gift{Number: "GIFT-" + code, Donor: d, Fund: "D1", On: "2026-03-03",
				Gross: hundred, Fee: ledger.Zero("DKK"),
				Account: "1010"}); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func (s *sender) update(act func(context.Context, *store.Tx) error) {
	s.Helper()
	if err := s.db.Update(s.Context(), func(tx *store.Tx) error { return act(s.Context(), tx) }); err != nil {
		s.Fatal(err)
	}
}

// paperRef is a statement as the API tells of it.
type paperRef struct{ ID, Number, Code string }

// ask posts as somebody.
func (s *sender) ask(role access.Role, path, body string, status int) (out paperRef) {
	s.Helper()
	if body == "" {
		body = "{}"
	}
	a := call{token: s.tokens[string(role)], key: store.NewID("key"), path: path, body: body}.must(s.T, s.at, status)
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		s.Fatal(err)
	}
	return out
}

// sealed takes a statement from its draft to its seal.
func (s *sender) sealed(draft string) paperRef {
	s.Helper()
	out := s.ask(access.FinanceOfficer, "/statements", draft, http.StatusCreated)
	at := "/statements/" + out.ID
	s.ask(access.FinanceOfficer, at+"/privacy-checks", "", 200)
	s.ask(access.ProgrammeLead, at+"/reviews", "", 200)
	s.ask(access.Treasurer, at+"/issues", "", 200)
	s.update(func(ctx context.Context, tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: s.key}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, c)
	})
	return s.ask(access.FinanceOfficer, at+"/seals", "", 200)
}

// mailed has a statement sent, and gives the mail.
func (s *sender) mailed(statement paperRef) statements.Mail {
	s.Helper()
	d := s.ask(access.FinanceOfficer, "/statements/"+statement.ID+"/deliveries", "", http.StatusAccepted)
	man := &statements.Postman{DB: s.db, Vault: s.people, Mailer: s.box,
		Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
			return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: s.at})
		}}
	if err := man.Work(s.Context(), statements.DeliveryJob{Delivery: statements.DeliveryID(d.ID)}); err != nil {
		s.Fatal(err)
	}
	return s.box.mails[len(s.box.mails)-1]
}

// get reads a page or a file of the server.
func (s *sender) get(path, token, lang string) string {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.at+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Accept-Language", lang)
	if strings.HasPrefix(token, "slt_") {
		req.Header.Set("Authorization", "Bearer "+token)
	} else if token != "" {
		req.Header.Set("Cookie", token)
	}
	resp, err := client.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("%s: %d %v\n%s", path, resp.StatusCode, err, body)
	}
	return string(body)
}

// signedIn is the cookie of somebody's session.
func (s *sender) signedIn(role access.Role) string {
	s.Helper()
	form := url.Values{"user": {string(role)}, "next": {"/me"}}
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.at+"/demo/sign-in",
		strings.NewReader(form.Encode()))
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultTransport.RoundTrip(req) // the answer leads on: its cookie is wanted
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	var cookies []string
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	return strings.Join(cookies, "; ")
}

// document is a statement's file by the API.
func (s *sender) document(of paperRef) []byte {
	s.Helper()
	return []byte(s.get("/api/v1/statements/"+of.ID+"/document", s.tokens["finance_officer"], "en"))
}

// locked has a statement mailed as a copy that is locked with a passphrase.
func (s *sender) locked(of paperRef, code string) []byte {
	s.Helper()
	agree := func(text string) {
		s.update(func(ctx context.Context, tx *store.Tx) error {
			_, err := donors.Seal(ctx, tx, s.people, code, map[donors.Field]string{donors.Passphrase: text})
			return err
		})
	}
	agree("korrekt-hest-batteri-17")
	defer agree("")
	return s.mailed(of).Body
}

const draftOf = `{"subject":%q,"kind":"donor_annual","to":"2026-10-31"}`

// TestOneFileOneVerdict holds files of every kind against the page and the command: both say the same of each.
func TestOneFileOneVerdict(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := sending(t, db, "D-1", "D-2", "D-3")
		current := s.sealed(fmt.Sprintf(draftOf, "D-1"))
		genuine, locked := s.document(current), s.locked(current, "D-1")
		old := s.sealed(fmt.Sprintf(draftOf, "D-2"))
		replaced, lockedReplaced := s.document(old), s.locked(old, "D-2")
		s.sealed(fmt.Sprintf(`{"replaces":%q}`, old.ID))
		gone := s.sealed(fmt.Sprintf(draftOf, "D-3"))
		withdrawn := s.document(gone)
		s.ask(access.FinanceOfficer, "/statements/"+gone.ID+"/withdrawals", `{"reason":"it was a mistake"}`, 200)
		pages, attachment, proved, err := page.Detach(genuine)
		if err != nil {
			t.Fatal(err)
		}
		foreign := must(page.Attach(pages, attachment, signedByAnother(t, db, proved)))
		files := []struct {
			name    string
			file    []byte
			verdict sealing.Verdict
			danish  string
		}{
			{"genuine", genuine, sealing.Genuine, "Uændret: Filen er præcis den, vi udstedte"},
			{"locked copy", locked, sealing.LockedCopy, "Låst kopi af et ægte regnskab"},
			{"pages before sealing", pages, sealing.IsUnsealed, "Ikke forseglet"},
			{"draft", must(page.PDF(drafted(t, genuine), figures.Danish)), sealing.IsUnsealed, "Ikke forseglet"},
			{"replaced", replaced, sealing.WasReplaced, "version 2 gælder i stedet"},
			{"locked copy of a replaced one", lockedReplaced, sealing.WasReplaced, "version 2 gælder i stedet"},
			{"withdrawn", withdrawn, sealing.Withdrawn, "Det er trukket tilbage"},
			{"altered pages", changed(genuine, len(pages)/2), sealing.WasAltered, "IKKE, som vi udstedte den"},
			{"altered figures", changed(genuine, bytes.LastIndex(genuine, []byte("100.00"))), sealing.WasAltered,
				"IKKE, som vi udstedte den"},
			{"another key", foreign, sealing.OtherKey, "Signeret med en anden nøgle"},
			{"locked by somebody else", must(page.Lock(genuine, "another one")), sealing.NoStatement, "Ikke et af vores"},
			{"another PDF", []byte("%PDF-1.7\n%%EOF\n"), sealing.NoStatement, "Ikke et af vores"},
			{"no PDF", []byte("hello"), sealing.NoStatement, "Ikke et af vores"},
		}
		dir := t.TempDir()
		key, register := filepath.Join(dir, "key.pub"), filepath.Join(dir, "register.csv")
		holding := filepath.Join(dir, "f.pdf")
		write(t, key, s.public)
		p := begin(t, nil, "statement", "register", "--db", storetest.DSN(db), "-o", register)
		if code := p.exit(); code != 0 {
			t.Fatal(p.said())
		}
		for _, f := range files {
			write(t, holding, string(f.file))
			p := begin(t, nil, "statement", "verify", holding, "--key", key, "--register", register, "--json")
			code := p.exit()
			var said sealing.Answer
			if err := json.Unmarshal([]byte(p.said()[:strings.LastIndex(p.said(), "}")+1]), &said); err != nil {
				t.Fatalf("%s: %v: %s", f.name, err, p.said())
			}
			if said.Status != f.verdict || (code == 0) != said.Stands() ||
				f.verdict == sealing.WasReplaced && said.ReplacedBy != 2 {
				t.Errorf("%s: the command says %q (%d): %s", f.name, said.Status, code, p.said())
			}
			s.pageSays(f.name, f.file, f.verdict, f.danish)
		}
		if form := s.get("/verify", "", "da"); !strings.Contains(form, "Example") || !strings.Contains(form, `name="code"`) {
			t.Errorf("the form names no organisation or has no field:\n%s", form)
		}
	})
}

// pageSays holds a file against the page, as the browser does, and against the API.
func (s *sender) pageSays(name string, file []byte, verdict sealing.Verdict, danish string) {
	s.Helper()
	path := "/" + figures.Hash(file) + "?" + url.Values{"form": {string(page.FormOf(file))},
		"signer": {sealing.SignerOf(file)}}.Encode()
	text := s.get("/verify/files"+path, "", "da")
	if !strings.Contains(text, danish) || !strings.Contains(text, "Example") {
		s.Errorf("%s: the page does not say %q:\n%s", name, danish, text)
	}
	var answer struct{ Verdict sealing.Verdict }
	if err := json.Unmarshal([]byte(s.get("/api/v1/file-verifications"+path, "", "en")), &answer); err != nil ||
		answer.Verdict != verdict {
		s.Errorf("%s: the API says %q, not %q (%v)", name, answer.Verdict, verdict, err)
	}
	if verdict == sealing.Genuine || verdict == sealing.LockedCopy {
		return // the browser need not have found anything
	}
	if text := s.get("/verify/files/"+figures.Hash(file), "", "en"); strings.Contains(text, "answer-ok") {
		s.Errorf("%s: by its hash alone the page takes it for genuine:\n%s", name, text)
	}
}

// must is the value of a call that cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func changed(file []byte, at int) []byte {
	out := bytes.Clone(file)
	out[at] ^= 1
	return out
}

// drafted is the value of a sealed file.
func drafted(t *testing.T, file []byte) figures.Value {
	t.Helper()
	_, attachment, _, err := page.Detach(file)
	if err != nil {
		t.Fatal(err)
	}
	return must(figures.Decode(attachment)).Numbered("", 1, "")
}

// signedByAnother is a proof whose checkpoint another organisation's key signed.
func signedByAnother(t *testing.T, db *store.DB, proved []byte) []byte {
	t.Helper()
	var all struct{ Checkpoint string }
	if err := json.Unmarshal(proved, &all); err != nil {
		t.Fatal(err)
	}
	other, _, err := proof.NewKey("elsewhere.example/books")
	if err != nil {
		t.Fatal(err)
	}
	var note string
	err = db.View(t.Context(), func(tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: other}.Sign(t.Context(), tx)
		note = c.Note
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	was, is := figures.Encode(all.Checkpoint), figures.Encode(note)
	return bytes.Replace(proved, was, is, 1)
}

// TestOneFileByEveryWay fetches a sealed statement by the command line, the API, a user's page, the donor's page and
// the link of a mail: the same bytes each time. The demo's file is held against the command's in demo.txtar.
func TestOneFileByEveryWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := sending(t, db, "D-1")
		statement := s.sealed(fmt.Sprintf(draftOf, "D-1"))
		want := s.document(statement)
		out := filepath.Join(t.TempDir(), "f.pdf")
		p := begin(t, nil, "statement", "render", "--db", storetest.DSN(db), "--issued", "--subject", "D-1", "--kind",
			"donor_annual", "--to", "2026-10-31", "-o", out)
		if code := p.exit(); code != 0 {
			t.Fatal(p.said())
		}
		byCommand, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		link := regexp.MustCompile(`/own/(\S+)`).FindStringSubmatch(s.mailed(statement).Text)
		for way, got := range map[string]string{"command": string(byCommand),
			"user's page":  s.get("/statements/"+statement.ID+"/document", s.signedIn(access.FinanceOfficer), "en"),
			"donor's page": s.get("/own/"+link[1]+"/statements/"+statement.ID+"/document", "", "en"),
			"API of donor": s.get("/api/v1/own-statements/"+link[1]+"/statements/"+statement.ID+"/document", "", "en"),
			"mail":         s.get("/api/v1/statement-documents/"+link[1], "", "en"),
			"in English":   s.get("/api/v1/statements/"+statement.ID+"/document?lang=en", s.tokens["auditor"], "en"),
		} {
			if got != string(want) {
				t.Errorf("%s gives %d bytes that differ from the %d of the API", way, len(got), len(want))
			}
		}
		if !bytes.HasPrefix(want, []byte("%PDF-")) || page.FormOf(want) != page.Sealed {
			t.Error("it is no sealed statement")
		}
	})
}
