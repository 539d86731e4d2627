package http_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestImportsByAPI takes a workbook and a CSV file through preview, commit and undo, as a client does.
func TestImportsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
			if err := ledger.Create(t.Context(), tx, book); err != nil {
				return err
			}
			return book.OpenFund(t.Context(), tx,
				ledger.Fund{Code: "UNR", Name: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"})
		}); err != nil {
			t.Fatal(err)
		}
		client := apitest.Serve(t, db)
		finance, auditor := client.As(db, "books", access.FinanceOfficer), client.As(db, "audit", access.Auditor)
		opening := committedOpening(t, finance, auditor)
		wrongRows(t, finance, auditor)
		wholeOrNothing(t, finance)
		finance.Post("/imports", upload("entries", "da-excel", []byte(enoughRows))).Problem(422, "import_unreadable")
		finance.Post("/imports", `{"kind":"entries","profile":"rfc4180","content":"%%%"}`).Problem(422, "validation_failed")
		undone(t, finance, opening)
	})
}

// preview is what the tests read of an import.
type preview struct {
	ID, State              string
	New, Duplicate, Errors int
	Posted                 int
	ControlTotal           struct{ Amount string } `json:"control_total"`
	FirstErrors            []struct {
		Row          int
		Column, Code string
	} `json:"first_errors"`
}

const enoughRows = "external_id,date,text,account,fund,amount\nA,2026-01-15,x,1010,UNR,5.00\nA,2026-01-15,x,4200,UNR,-5.00\n" +
	"B,2026-01-16,x,1010,UNR,-9000.00\nB,2026-01-16,x,6100,UNR,9000.00\n"

// committedOpening brings a workbook into the books, once.
func committedOpening(t *testing.T, finance, auditor *apitest.Client) preview {
	t.Helper()
	body := upload("opening-balances", "xlsx", openingWorkbook(t))
	auditor.Post("/imports", body).Problem(403, "forbidden_scope")
	var opening preview
	finance.Post("/imports", body).Want(201).Into(&opening)
	if opening.State != "previewed" || opening.New != 2 || opening.Errors != 0 ||
		opening.ControlTotal.Amount != "1000.30" {
		t.Fatalf("%+v", opening)
	}
	if p := finance.Post("/imports", body).Problem(409, "import_exists"); p.ConflictingResource == nil ||
		p.ConflictingResource.ID != opening.ID {
		t.Errorf("%+v", p)
	}
	finance.Post("/imports/"+opening.ID+"/commits", "").Problem(400, "idempotency_key_required")
	commit := finance.With("Idempotency-Key", "c1")
	commit.Post("/imports/"+opening.ID+"/commits?dry_run=true", "").Want(200)
	commit.Post("/imports/"+opening.ID+"/commits", "").Want(201).Into(&opening)
	commit.Post("/imports/"+opening.ID+"/commits", "").Want(201) // the same again
	finance.With("Idempotency-Key", "c2").Post("/imports/"+opening.ID+"/commits", "").Problem(409, "import_state")
	if opening.State != "committed" || opening.Posted != 1 {
		t.Errorf("%+v", opening)
	}

	return opening
}

// wrongRows: a file with a wrong row is kept and shown, and not posted.
func wrongRows(t *testing.T, finance, auditor *apitest.Client) {
	t.Helper()
	var wrong preview
	rows := "external_id,date,text,account,fund,amount\nA,2026-01-15,x,1010,UNR,-5.00\nA,2026-01-15,x,7777,UNR,5.00\n"
	finance.Post("/imports", upload("entries", "rfc4180", []byte(rows))).Want(201).Into(&wrong)
	if wrong.Errors != 2 || len(wrong.FirstErrors) != 1 || wrong.FirstErrors[0].Row != 3 ||
		wrong.FirstErrors[0].Code != "account_unknown" || wrong.FirstErrors[0].Column != "account" {
		t.Errorf("%+v", wrong)
	}
	finance.With("Idempotency-Key", "c3").Post("/imports/"+wrong.ID+"/commits", "").Problem(422, "import_has_errors")
	var list struct {
		Data []struct {
			Row    int
			Status string
			Source []string
		}
		Page struct {
			NextCursor string `json:"next_cursor"`
		}
	}
	auditor.Get("/imports/" + wrong.ID + "/rows?status=error&limit=1").Want(200).Into(&list)
	if len(list.Data) != 1 || list.Data[0].Row != 2 || list.Page.NextCursor == "" || len(list.Data[0].Source) != 6 {
		t.Errorf("%+v", list)
	}
	auditor.Get("/imports/" + wrong.ID + "/rows?status=error&limit=1&cursor=" + list.Page.NextCursor).Want(200).Into(&list)
	if len(list.Data) != 1 || list.Data[0].Row != 3 {
		t.Errorf("%+v", list)
	}
	auditor.Get("/imports").Want(200)
	auditor.Get("/imports/"+wrong.ID+"x").Problem(404, "not_found")

}

// wholeOrNothing sends more money out than there is: the rows are right, the books refuse, and nothing of the file is
// posted.
func wholeOrNothing(t *testing.T, finance *apitest.Client) {
	t.Helper()
	var over preview
	finance.Post("/imports", upload("entries", "rfc4180", []byte(enoughRows))).Want(201).Into(&over)
	finance.With("Idempotency-Key", "c4").Post("/imports/"+over.ID+"/commits", "").Problem(422, "fund_overdrawn")
	finance.Get("/imports/" + over.ID).Want(200).Into(&over)
	if over.New != 4 || over.State != "previewed" {
		t.Errorf("%+v", over)
	}

}

// undone takes the workbook out again; after that it may come a second time.
func undone(t *testing.T, finance *apitest.Client, opening preview) {
	t.Helper()
	finance.With("Idempotency-Key", "u1").Post("/imports/"+opening.ID+"/undos", `{"reason":"short"}`).Problem(422,
		"reason_required")
	finance.With("Idempotency-Key", "u2").Post("/imports/"+opening.ID+"/undos",
		`{"reason":"The figures were of the year before"}`).Want(201).Into(&opening)
	if opening.State != "undone" || opening.Posted != 1 {
		t.Errorf("%+v", opening)
	}
	finance.Post("/imports", upload("opening-balances", "xlsx", openingWorkbook(t))).Want(201).Into(&opening)
	if opening.New != 2 {
		t.Errorf("%+v", opening)
	}
}

func upload(kind, profile string, content []byte) string {
	return fmt.Sprintf(`{"kind":%q,"profile":%q,"name":"file","content":%q}`, kind, profile,
		base64.StdEncoding.EncodeToString(content))
}

// openingWorkbook has a real date, a number that a binary fraction cannot hold, and an account as a number.
func openingWorkbook(t *testing.T) []byte {
	t.Helper()
	file := excelize.NewFile()
	for i, row := range [][]any{{"date", "fund", "account", "amount"}, {46023, "UNR", 1010, 1000.1 + 0.2},
		{"2026-01-01", "UNR", "2010", -250}} {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := file.Write(&out); err != nil {
		t.Fatal(err)
	}
	return []byte(out.String())
}
