package http_test

import (
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

const bankCSV = "date;text;amount;balance\n2026-01-15;A stranger;250,00;1250,00\n2026-01-16;Another;-50,00;1200,00\n"

// TestBankImportsByAPI takes a file of the bank through preview, commit and undo, as a client does.
func TestBankImportsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
		}); err != nil {
			t.Fatal(err)
		}
		client := apitest.Serve(t, db)
		finance, auditor := client.As(db, "books", access.FinanceOfficer), client.As(db, "audit", access.Auditor)
		file := finance.With("Content-Type", "application/octet-stream")
		const to = "/bank-imports?account=1010&profile=generic&separator=%3B&decimal=,"
		auditor.With("Content-Type", "application/octet-stream").Post(to, bankCSV).Problem(403, "forbidden_scope")
		file.Post(to, bankCSV+"2026-01-17;x;1,00;7,00\n").Problem(422, "bank_file_unreadable")
		file.Post("/bank-imports?account=1010&profile=camt", bankCSV).Problem(422, "bank_file_unreadable")
		var b struct {
			ID, State      string
			New, Duplicate int
		}
		file.Post(to, bankCSV).Want(201).Into(&b)
		if b.State != "previewed" || b.New != 2 || b.Duplicate != 0 {
			t.Errorf("%+v", b)
		}
		file.Post(to, bankCSV).Problem(409, "bank_file_known")
		at := "/bank-imports/" + b.ID
		finance.With("Idempotency-Key", "1").Post(at+"/commits", "").Want(200).Into(&b)
		finance.With("Idempotency-Key", "2").Post(at+"/commits", "").Problem(409, "state_conflict")
		var lines struct {
			Data []struct {
				ID     string
				Line   string `json:"bank_line_id"`
				Status string
			}
		}
		auditor.Get(at + "/lines?limit=1").Want(200).Into(&lines)
		if len(lines.Data) != 1 || lines.Data[0].Line == "" || lines.Data[0].Status != "new" {
			t.Errorf("%+v", lines)
		}
		auditor.Get(at).Want(200)
		auditor.Get("/bank-imports").Want(200)
		auditor.Get("/match-suggestions?account=1010").Want(200)
		finance.With("Idempotency-Key", "3").Post("/bank-matches",
			`{"bank_lines":["a","b"],"payments":["c","d"],"proves":"payment"}`).Problem(422, "match_shape")
		finance.With("Idempotency-Key", "4").Post(at+"/undos", `{"reason":"short"}`).Problem(422, "reason_required")
		finance.With("Idempotency-Key", "5").Post(at+"/undos", `{"reason":"the file of another year"}`).Want(200).Into(&b)
		auditor.Get("/bank-lines").Want(200).Into(&lines)
		if b.State != "undone" || len(lines.Data) != 0 {
			t.Errorf("%s, %d lines", b.State, len(lines.Data))
		}
	})
}
