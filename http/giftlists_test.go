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

// generalFund opens books with the general fund and nothing else.
func generalFund(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		return book.OpenFund(t.Context(), tx,
			ledger.Fund{Code: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"})
	}); err != nil {
		t.Fatal(err)
	}
}

// What is personal about gifts over the API: the tax list is the treasurer's alone, comes as CSV, and every tax id that
// is opened is on record; nothing personal is answered in a dry run; an anonymous gift is without its donor in lists,
// tables and the journal.
func TestGiftListsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		generalFund(t, db)
		client := apitest.Serve(t, db)
		finance, treasurer, auditor := client.As(db, "books", access.FinanceOfficer),
			client.As(db, "board", access.Treasurer), client.As(db, "audit", access.Auditor)
		finance.Post("/donors", `{"code":"D-77","kind":"person","language":"da"}`).Want(201)
		finance.Post("/donors/D-77/personal-data", `{"tax_id":"010170-1234","name":"Zwiebelkuchen Qq"}`).Want(200)
		finance.With("Idempotency-Key", "1").Post("/gifts",
			`{"donor":"D-77","fund":"UNR","date":"2026-03-03","gross":"500.00"}`).Want(201)
		finance.With("Idempotency-Key", "2").Post("/gifts",
			`{"donor":"D-77","fund":"UNR","date":"2026-03-04","gross":"70.00","anonymous":true}`).Want(201)
		ask := `{"year":2026,"reason":"Report to the tax agency"}`
		finance.Post("/tax-gift-lists", ask).Problem(403, "forbidden_scope")
		treasurer.Post("/tax-gift-lists?dry_run=true", ask).Problem(422, "unknown_parameter")
		finance.Post("/donors/D-77/disclosures?dry_run=true", `{"reason":"Thanks for the gift"}`).Problem(422,
			"unknown_parameter")
		if n := openings(t, db); n != 0 {
			t.Errorf("%d openings on record before there was one", n)
		}
		csv := string(treasurer.Post("/tax-gift-lists?format=csv&csv_profile=da-excel&lang=da", ask).Want(200).Body)
		for _, want := range []string{"CPR- eller CVR-nummer", "010170-1234", "D-77", "570,00"} {
			if !strings.Contains(csv, want) {
				t.Errorf("%q is not in %s", want, csv)
			}
		}
		if n := openings(t, db); n != 1 {
			t.Errorf("%d openings on record, want 1", n)
		}
		if list := string(auditor.Get("/reports/gift-list?year=2026&format=csv").Want(200).Body); strings.Contains(list,
			"0101") || !strings.Contains(list, "D-77") {
			t.Errorf("the list on paper: %s", list)
		}
		for _, path := range []string{"/gifts?limit=2", "/gifts?format=csv", "/journal-entries",
			"/journal-lines?format=csv"} {
			body := string(auditor.Get(path).Want(200).Body)
			if want := strings.Count(body, "500.00"); strings.Count(body, "D-77") > want {
				t.Errorf("%s names the donor of an anonymous gift: %s", path, body)
			}
		}
		var one struct{ Donor string }
		finance.Get("/gifts/GIFT-2").Want(200).Into(&one)
		if one.Donor != "D-77" {
			t.Errorf("the gift by itself, for whoever gives it back: %+v", one)
		}
	})
}

// openings counts the openings of a donor's fields that are on record.
func openings(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT COUNT(*) FROM audit_events WHERE action = 'donor.opened' AND fields LIKE '%tax_id%'").Scan(
			t.Context(), &n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
