package http_test

import (
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// opened serves books with the funds UNR and D1 and money of UNR, and answers two clients of finance.
func opened(t *testing.T, db *store.DB) (first, second *apitest.Client) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		for code, r := range map[ledger.FundCode]ledger.Restriction{"UNR": ledger.Unrestricted, "D1": ledger.PurposeBound} {
			if err := book.OpenFund(t.Context(), tx,
				ledger.Fund{Code: code, Name: string(code), Restriction: r, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
		}
		_, err := book.Post(t.Context(), tx,
			ledger.Entry{Date: "2026-01-02", Text: "Opening", Act: "opening-balance", Lines: []ledger.Line{
				ledger.Base("1010", "UNR", ledger.OfMinor(100000, "DKK")),
				ledger.Base("3100", "UNR", ledger.OfMinor(-100000, "DKK"))}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := apitest.Serve(t, db)
	return c.As(db, "finance", access.FinanceOfficer), c.As(db, "treasurer", access.Treasurer)
}

const interest = `{"date":"2026-01-31","text":"Interest","lines":[{"account":"1010","fund":"UNR","direction":"debit","amount":"12.50"},` +
	`{"account":"4200","fund":"UNR","direction":"credit","amount":"12.50"}]}`

func TestDrafts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, other := opened(t, db)
		var d struct {
			ID      string
			Version int
			State   string
			Entry   string `json:"entry_id"`
		}
		c.With("Idempotency-Key", "w1").Post("/journal-entry-drafts",
			strings.Replace(interest, `"amount":"12.50"}]`, `"amount":"99.00"}]`, 1)).Want(201).Into(&d)
		path := "/journal-entry-drafts/" + d.ID
		c.With("Idempotency-Key", "p0").Post(path+"/postings", nil).Problem(422, "entry_unbalanced")
		change := `{"lines":[{"account":"1010","fund":"UNR","direction":"debit","amount":"99.00"},{"account":"4200","fund":"UNR","direction":"credit","amount":"99.00"}]}`
		read := c.Get(path).Header.Get("ETag")
		c.With("Idempotency-Key", "c1").Do("PATCH", path, change).Want(200).Into(&d)
		other.With("Idempotency-Key", "c2").With("If-Match", read).Do("PATCH", path, change).Problem(412, "stale_version")
		var entry struct{ ID string }
		c.With("Idempotency-Key", "p").Post(path+"/postings", nil).Want(201).Into(&entry)
		c.Get(path).Want(200).Into(&d)
		if d.State != "posted" || d.Entry != entry.ID {
			t.Errorf("draft %+v of entry %s", d, entry.ID)
		}
		p := c.With("Idempotency-Key", "p2").Post(path+"/postings", nil).Problem(409, "entry_is_posted")
		if p.ConflictingResource == nil || p.ConflictingResource.ID != entry.ID || len(p.Instead) != 1 ||
			!strings.HasSuffix(p.Instead[0].Href, entry.ID+"/reversals") {
			t.Errorf("problem %+v", p)
		}
		c.With("Idempotency-Key", "c3").Do("PATCH", path, `{"text":"Other"}`).Problem(409, "entry_is_posted")
		c.With("Idempotency-Key", "c4").Do("PATCH", "/journal-entries/"+entry.ID, `{"text":"Other"}`).Problem(409,
			"entry_is_posted")
		c.With("Idempotency-Key", "d").Do("DELETE", path, nil).Problem(409, "entry_is_posted")

		c.With("Idempotency-Key", "w2").Post("/journal-entry-drafts", interest).Want(201).Into(&d)
		c.With("Idempotency-Key", "d2").Do("DELETE", "/journal-entry-drafts/"+d.ID, nil).Want(204)
		c.Get("/journal-entry-drafts/"+d.ID).Problem(404, "not_found")
	})
}

func TestConflictingExternalID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := opened(t, db)
		body := strings.Replace(interest, `"text"`, `"external_id":"crm-17","text"`, 1)
		var entry struct{ ID string }
		c.With("Idempotency-Key", "1").Post("/journal-entries", body).Want(201).Into(&entry)
		p := c.With("Idempotency-Key", "2").Post("/journal-entries", body).Problem(409, "external_id_taken")
		if p.ConflictingResource == nil || p.ConflictingResource.Href != "/api/v1/journal-entries/"+entry.ID {
			t.Errorf("problem %+v", p)
		}
	})
}

type checklist struct {
	State  string
	Done   bool
	Checks []struct {
		Key, Status string
		Findings    int
	}
}

// status is what became of one check.
func (l checklist) status(key string) string {
	for _, c := range l.Checks {
		if c.Key == key {
			return c.Status
		}
	}
	return "missing"
}

// TestClose walks a month from open to closed and back: the checklist stands in the way, finance alone posts into a
// soft-closed month, and two people reopen a closed one.
func TestClose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, other := opened(t, db)
		var list checklist
		var draft struct{ ID string }
		c.With("Idempotency-Key", "w1").Post("/journal-entry-drafts", interest).Want(201).Into(&draft)
		c.Get("/periods/2026-01/checklist").Want(200).Into(&list)
		if list.Done || list.status("drafts") != "failed" || list.status("bank") != "failed" ||
			list.status("suspense") != "passed" {
			t.Errorf("checklist %+v", list)
		}
		c.With("Idempotency-Key", "c1").Post("/periods/2026-01/closures", nil).Problem(409, "checklist_not_done")
		agreed := `{"check":"bank","reason":"Agreed with the statement of 31 January"}`
		c.With("Idempotency-Key", "s0").Post("/periods/2026-01/sign-offs", `{"check":"bank","reason":"fine"}`).Problem(422,
			"reason_required")
		c.With("Idempotency-Key", "s1").Post("/periods/2026-01/sign-offs", agreed).Want(200).Into(&list)
		if list.status("bank") != "signed_off" {
			t.Errorf("checklist %+v", list)
		}
		c.With("Idempotency-Key", "s2").Post("/periods/2026-01/sign-offs", agreed).Problem(422, "check_unknown")
		c.With("Idempotency-Key", "d1").Do("DELETE", "/journal-entry-drafts/"+draft.ID, nil).Want(204)
		c.With("Idempotency-Key", "o1").Post("/periods/2026-01/soft-closures", nil).Want(200)
		c.With("Idempotency-Key", "o2").Post("/periods/2026-01/openings", `{"reason":"A receipt came in late"}`).Want(200)
		c.With("Idempotency-Key", "o3").Post("/periods/2026-01/soft-closures", nil).Want(200)
		c.With("Idempotency-Key", "e1").Post("/journal-entries", interest).Want(201) // finance still may
		c.With("Idempotency-Key", "c2").Post("/periods/2026-01/closures", nil).Want(200)
		c.With("Idempotency-Key", "c3").Post("/periods/2026-01/closures", nil).Problem(409, "period_order")
		c.With("Idempotency-Key", "e2").Post("/journal-entries", interest).Problem(409, "period_closed")
		c.With("Idempotency-Key", "o4").Post("/periods/2026-01/openings", `{"reason":"A receipt came in late"}`).Problem(409,
			"period_order")

		var asked struct{ ID, State string }
		why := `{"reason":"A receipt of January came in late"}`
		c.With("Idempotency-Key", "r1").Post("/periods/2026-01/reopenings", why).Want(201).Into(&asked)
		c.With("Idempotency-Key", "r2").Post("/periods/2026-01/reopenings", why).Problem(409, "reopening_pending")
		approvals := "/periods/2026-01/reopenings/" + asked.ID + "/approvals"
		c.With("Idempotency-Key", "a1").Post(approvals, nil).Problem(403, "maker_cannot_approve")
		other.With("Idempotency-Key", "a2").Post(approvals, nil).Want(200).Into(&asked)
		if asked.State != "approved" {
			t.Errorf("reopening %+v", asked)
		}
		c.With("Idempotency-Key", "e3").Post("/journal-entries", interest).Want(201)
		c.Get("/periods/2026-01/checklist").Want(200).Into(&list)
		if list.State != "soft_closed" || list.status("bank") != "failed" { // sign-offs start anew
			t.Errorf("checklist %+v", list)
		}
		other.With("Idempotency-Key", "a3").Post(approvals, nil).Problem(409, "period_order")
		var events int
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw("SELECT COUNT(*) FROM audit_events WHERE subject = '2026-01'").Scan(t.Context(), &events)
		}); err != nil || events != 6 {
			t.Errorf("%d audit events of the month, %v", events, err)
		}
	})
}
