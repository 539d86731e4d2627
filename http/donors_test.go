package http_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// printedText is what a PDF says.
func printedText(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// printed is the file of a letter that was printed.
func printed(a apitest.Answer) []byte {
	var out struct{ PDF []byte }
	a.Want(200).Into(&out)
	return out.PDF
}

// TestDonorsByAPI edits a donor on the version that was read, finds donors by code, by the name of an institution and
// by what is sealed, and prints receipts of a gift and of a year with name and address, in the donor's language. Each
// opening and each search is on record, and no one of them has a name in it.
func TestDonorsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		generalFund(t, db)
		client := apitest.Serve(t, db)
		finance, auditor := client.As(db, "books", access.FinanceOfficer), client.As(db, "audit", access.Auditor)
		finance.Post("/donors", `{"code":"D-77","kind":"person","language":"en"}`).Want(201)
		finance.Post("/donors", `{"code":"I-1","kind":"institution","name":"Fonden Nord","language":"da"}`).Want(201)
		finance.Post("/donors/D-77/personal-data", `{"tax_id":"010170-1234","name":"Zwiebelkuchen Qq",`+
			`"address":"Prøvevej 1\n8000 Aarhus C","email":"zq@example.org"}`).Want(200)
		donorIsEdited(t, finance, auditor)
		donorsAreFound(t, finance, auditor)

		for i, gift := range []string{`"date":"2026-03-03","gross":"500.00"`, `"date":"2026-05-04","gross":"70.00"`,
			`"date":"2026-06-01","gross":"30.00"`, `"date":"2027-01-02","gross":"9.00"`} {
			finance.With("Idempotency-Key", fmt.Sprintf("gift-%d", i)).Post("/gifts", `{"number":"GIFT-`+string(rune('1'+i))+
				`","donor":"D-77","fund":"UNR",`+gift+`}`).Want(201)
		}
		finance.With("Idempotency-Key", "back").Post("/gifts/GIFT-3/refunds", `{"date":"2026-06-05"}`).Want(200)
		one := printedText(t, printed(finance.Post("/gifts/GIFT-1/letters", nil)))
		year := printedText(t, printed(finance.Post("/donors/D-77/year-receipts", `{"year":2026}`)))
		for _, want := range []string{"Zwiebelkuchen Qq", "Prøvevej 1", "8000 Aarhus C", "500,00 kr.", "GIFT-1", "Kvittering"} {
			if !strings.Contains(one, want) || !strings.Contains(year, want) {
				t.Errorf("%q is not in a receipt:\n%s\n%s", want, one, year)
			}
		}
		for _, want := range []string{"Kvittering for dine gaver i 2026", "70,00 kr.", "570,00 kr.", "GIFT-3", "betalt tilbage"} {
			if !strings.Contains(year, want) {
				t.Errorf("%q is not in the receipt of the year:\n%s", want, year)
			}
		}
		if strings.Contains(year, "GIFT-4") || strings.Contains(one, "GIFT-2") {
			t.Errorf("gifts of another receipt:\n%s\n%s", one, year)
		}
		if plain := finance.Get("/gifts/GIFT-1/receipt").Want(200).Body; strings.Contains(printedText(t, plain), "Zwiebel") {
			t.Error("the receipt without an address has a name")
		}
		finance.Post("/donors/D-77/year-receipts", `{"year":2025}`).Problem(422, "nothing_to_report")
		finance.Post("/donors/I-1/year-receipts", `{"year":2026}`).Problem(422, "nothing_to_report")
		auditor.Post("/gifts/GIFT-1/letters", nil).Problem(403, "forbidden_scope")
		finance.Post("/donors/D-77/personal-data", `{"address":" "}`).Want(200)
		finance.Post("/gifts/GIFT-1/letters", nil).Problem(409, "donor_without_address")
		said := happened(t, db)
		for _, want := range []string{"donor.edited", "donor.searched email", "donor.searched name", "Receipt for gift GIFT-1",
			"Receipt for the gifts of 2026"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q is not on record:\n%s", want, said)
			}
		}
		if strings.Contains(said, "Zwiebel") || strings.Contains(said, "zq@") || strings.Contains(said, "010170") {
			t.Errorf("what happened says who:\n%s", said)
		}
	})
}

// donorIsEdited changes what a donor wants, once for each version that was read.
func donorIsEdited(t *testing.T, finance, auditor *apitest.Client) {
	t.Helper()
	seen := finance.Get("/donors/D-77").Want(200).Header.Get("ETag")
	edits := 0
	edit := func(as *apitest.Client, code, match, body string) apitest.Answer {
		edits++
		return as.With("If-Match", match).With("Idempotency-Key", fmt.Sprintf("edit-%d", edits)).Do(http.MethodPut, "/donors/"+code, body)
	}
	edit(finance, "D-77", seen, `{"language":"da","delivery":"post"}`).Want(200)
	edit(finance, "D-77", seen, `{"language":"en","delivery":"none"}`).Problem(412, "stale_version")
	now := finance.Get("/donors/D-77").Want(200)
	if !bytes.Contains(now.Body, []byte(`"language":"da"`)) || !bytes.Contains(now.Body, []byte(`"delivery":"post"`)) {
		t.Errorf("after the edit: %s", now.Body)
	}
	edit(finance, "D-77", now.Header.Get("ETag"), `{"name":"Anna","language":"da","delivery":"post"}`).
		Problem(422, "name_of_person")
	edit(auditor, "D-77", now.Header.Get("ETag"), `{"language":"da","delivery":"none"}`).Problem(403, "forbidden_scope")
	seen = finance.Get("/donors/I-1").Want(200).Header.Get("ETag")
	edit(finance, "I-1", seen, `{"name":"Fonden Øst Syd","language":"da","delivery":"email"}`).Want(200)
}

// donorsAreFound looks for donors in every way there is.
func donorsAreFound(t *testing.T, finance, auditor *apitest.Client) {
	t.Helper()
	for ask, want := range map[string]string{`{"field":"name","text":"  zwiebelkuchen QQ "}`: "D-77",
		`{"field":"email","text":"ZQ@example.org"}`: "D-77", `{"field":"tax_id","text":"010170-1234"}`: "D-77",
		`{"field":"name","text":"Zwiebel"}`: "", `{"field":"name","text":"zq@example.org"}`: ""} {
		got := finance.Post("/donor-searches", ask).Want(200).Body
		if found := strings.Contains(string(got), "D-77"); found != (want != "") || bytes.Contains(got, []byte("wiebel")) {
			t.Errorf("%s: %s", ask, got)
		}
	}
	finance.Post("/donor-searches", `{"field":"address","text":"x"}`).Problem(422, "validation_failed")
	auditor.Post("/donor-searches", `{"field":"name","text":"x"}`).Problem(403, "forbidden_scope")
	for text, want := range map[string]string{"d77": "D-77", "-7": "D-77", "SYD": "I-1", "øst": "I-1", "nord": "", "wiebel": "", "%": "",
		"_": ""} {
		var list struct{ Data []struct{ Code string } }
		finance.Get("/donors?text=" + url.QueryEscape(text)).Want(200).Into(&list)
		if want == "" && len(list.Data) > 0 || want != "" && (len(list.Data) != 1 || list.Data[0].Code != want) {
			t.Errorf("%q finds %v, not %q", text, list.Data, want)
		}
	}
}

// happened is what is on record, a line each.
func happened(t *testing.T, db *store.DB) string {
	t.Helper()
	var rows []struct{ Action, Fields, Reason string }
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT action, COALESCE(CAST(fields AS TEXT), '') AS fields, COALESCE(reason, '') AS reason "+
			"FROM audit_events ORDER BY id").Scan(t.Context(), &rows)
	}); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range rows {
		all.WriteString(r.Action + " " + strings.Trim(r.Fields, `[]"`) + " " + r.Reason + "\n")
	}
	return all.String()
}
