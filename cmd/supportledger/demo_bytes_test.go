package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants/donors"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/statements/page"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestDemosFileByEveryWay takes a statement that a demo has sealed and fetches it by the command line, the API, a page,
// its reader's page and the link of a mail: each time the bytes that the demo left.
func TestDemosFileByEveryWay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		dir := t.TempDir()
		p := begin(t, nil, "demo", "--no-serve", "--scenarios", "S00,S01", "--json", "--db", storetest.DSN(db),
			"--keep", dir)
		if code := p.exit(); code != 0 {
			t.Fatal(p.said())
		}
		var left struct{ Tokens map[string]string }
		_, object, _ := strings.Cut(p.said(), "\n{")
		if err := json.Unmarshal([]byte("{"+object), &left); err != nil {
			t.Fatalf("%v: %s", err, p.said())
		}
		files, err := filepath.Glob(filepath.Join(dir, "statements", "S-2026-0001-G1-*.pdf"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%v, %v", files, err)
		}
		demo, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		s := &sender{T: t, db: db, tokens: left.Tokens, box: &letterbox{}}
		if s.people, err = vault.Open(t.Context(), filepath.Join(dir, "vault.json"), vault.Options{}); err != nil {
			t.Fatal(err)
		}
		s.at = apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: s.people, Demo: true}).Base

		var list struct {
			Data []struct{ ID, Number string }
		}
		if err := json.Unmarshal([]byte(s.get("/api/v1/statements", s.tokens["auditor"], "en")), &list); err != nil {
			t.Fatal(err)
		}
		var of paperRef
		for _, one := range list.Data {
			if one.Number == "S-2026-0001" {
				of = paperRef{ID: one.ID, Number: one.Number}
			}
		}
		out := filepath.Join(dir, "f.pdf")
		if p := begin(t, nil, "statement", "render", "--db", storetest.DSN(db), "--issued", "--subject", "G1", "--to",
			"2026-06-30", "-o", out); p.exit() != 0 {
			t.Fatal(p.said())
		}
		byCommand, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		s.wantsMail("G1")
		link := regexp.MustCompile(`/own/(\S+)`).FindStringSubmatch(s.mailed(of).Text)
		for way, got := range map[string]string{"command": string(byCommand), "API": string(s.document(of)),
			"user's page":   s.get("/statements/"+of.ID+"/document", s.signedIn(access.FinanceOfficer), "en"),
			"reader's page": s.get("/own/"+link[1]+"/statements/"+of.ID+"/document", "", "en"),
			"mail":          s.get("/api/v1/statement-documents/"+link[1], "", "en"),
		} {
			if got != string(demo) {
				t.Errorf("%s gives %d bytes that differ from the demo's %d", way, len(got), len(demo))
			}
		}
		if page.FormOf(demo) != page.Sealed {
			t.Error("the demo's is no sealed statement")
		}
	})
}

// wantsMail has the grantor of a grant want statements by e-mail.
func (s *sender) wantsMail(grant string) {
	s.Helper()
	var of struct{ Donor string }
	if err := json.Unmarshal([]byte(s.get("/api/v1/grants/"+grant, s.tokens["auditor"], "en")), &of); err != nil {
		s.Fatal(err)
	}
	s.update(func(ctx context.Context, tx *store.Tx) error {
		d, err := donors.Find(ctx, tx, of.Donor)
		if err != nil {
			return err
		}
		if _, err := donors.Choose(ctx, tx, d, d.Language, donors.ByEmail); err != nil {
			return err
		}
		_, err = donors.Seal(ctx, tx, s.people, of.Donor, map[donors.Field]string{donors.Email: "grants@grantor.example"})
		return err
	})
}
