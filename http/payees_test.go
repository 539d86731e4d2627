package http_test

import (
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestPayeesByAPI takes a payee from its registration to an account that may be paid to, and holds that no answer shows
// the account.
func TestPayeesByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		client := apitest.Serve(t, db)
		caring, books, audit := client.As(db, "caring", access.Caseworker), client.As(db, "books", access.FinanceOfficer),
			client.As(db, "audit", access.Auditor)
		privacy := client.As(db, "privacy", access.PrivacyOfficer)
		audit.Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"House 1"}`).Problem(403, "forbidden_scope")
		caring.Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"Trauma clinic"}`).Problem(422, "payee_tells")
		caring.Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"House 1","cvr":"13585629"}`).Problem(422,
			"bank_number_wrong")
		caring.Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"House 1","cvr":"13585628"}`).Want(201)
		caring.Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"House 1"}`).Problem(409, "payee_exists")
		at := "/payees/CLI-01/bank-details"
		caring.Post(at, `{"iban":"DK5000400440112643"}`).Problem(422, "bank_number_wrong")
		caring.Post(at, `{"number":"0000014579","bank_code":"058","bic":"FBNINGLA"}`).Problem(422, "account_incomplete")
		caring.Post(at, `{"registration_number":"0040","account_number":"0440116243"}`).Want(201)
		const word = `{"how":"callback","note":"called the number on the invoice"}`
		caring.Post(at+"/1/verifications", word).Problem(403, "maker_cannot_approve")
		books.Post(at+"/1/verifications", `{"how":"callback","note":"short"}`).Problem(422, "reason_required")
		books.Post(at+"/2/verifications", word).Problem(404, "not_found")
		var p struct {
			State   string
			Account string
			Details []struct {
				Version  int
				Warnings []string
			} `json:"bank_details"`
		}
		books.Post(at+"/1/verifications", word).Want(200).Into(&p)
		if p.State != "cooling_off" || p.Account != "DK … 6243" {
			t.Errorf("verified: %+v", p)
		}
		books.Post(at+"/1/verifications", word).Problem(409, "state_conflict")
		storetest.ClockOf(db).Advance(48 * time.Hour)
		books.Post(at, `{"number":"0000014579","bank_code":"058","bic":"FBNINGLA",`+
			`"address":{"town":"Benin City","country":"NG","lines":["12 Example Road"]}}`).Want(201)
		audit.Get("/payees/CLI-01").Want(200).Into(&p)
		if p.State != "unverified" || len(p.Details) != 2 || p.Details[0].Version != 2 ||
			strings.Join(p.Details[0].Warnings, "") != "nuban_check" {
			t.Errorf("entered anew: %+v", p)
		}
		caring.Post(at+"/1/verifications", word).Problem(409, "payee_changed")
		for _, path := range []string{"/payees", "/payees?format=csv", "/payees/CLI-01", "/audit-events"} {
			body := string(client.As(db, "auditor"+path[1:3]+path[len(path)-3:], access.Auditor).Get(path).Want(200).Body)
			for _, secret := range []string{"0440116243", "440116243", "0000014579", "FBNINGLA", "Example Road", "Benin"} {
				if strings.Contains(body, secret) {
					t.Errorf("%s shows %s", path, secret)
				}
			}
		}
		books.Post("/payees/CLI-01/erasures", `{"reason":"the person asked for it"}`).Problem(403, "forbidden_scope")
		privacy.Post("/payees/CLI-01/erasures", `{"reason":"the person asked for it"}`).Want(200)
		caring.Post(at, `{"iban":"DK5000400440116243"}`).Problem(410, "erased")
	})
}
