package http_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// workbook writes rows as a spreadsheet does: numbers and dates as numbers.
func workbook(t *testing.T, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := errors.Join(f.Write(&out), f.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type donorImport struct {
	ID, State                    string
	New, Duplicate, Errors, Made int
	Total                        struct{ Amount string }
	FirstErrors                  []struct {
		Row    int
		Errors []struct{ Column, Code, Message string }
	} `json:"first_errors"`
}

// clerk is somebody of finance who sends files, and an auditor who looks on.
type clerk struct {
	*testing.T
	finance, auditor *apitest.Client
	sent             int
}

func newClerk(t *testing.T, db *store.DB) *clerk {
	t.Helper()
	generalFund(t, db)
	client := apitest.Serve(t, db)
	return &clerk{T: t, finance: client.As(db, "books", access.FinanceOfficer),
		auditor: client.As(db, "audit", access.Auditor)}
}

func (c *clerk) file(kind, profile, content string) string {
	text, err := json.Marshal(map[string]string{"kind": kind, "profile": profile, "name": "file",
		"content": base64.StdEncoding.EncodeToString([]byte(content))})
	if err != nil {
		c.Fatal(err)
	}
	return string(text)
}

func (c *clerk) act(path, body string) apitest.Answer {
	c.sent++
	return c.finance.With("Idempotency-Key", fmt.Sprint("k", c.sent)).Post(path, body)
}

// TestDonorImportsByAPI takes files of donors and gifts through preview, commit and undo, as a client does.
func TestDonorImportsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newClerk(t, db)
		c.wrongDonors()
		donors := workbook(t, []any{"code", "kind", "name", "tax_id"}, []any{"D-1", "person", "Someone Qqz", "0101701234"},
			[]any{"D-2", "institution", "Fund", nil})
		c.auditor.Post("/donor-imports", c.file("donors", "xlsx", donors)).Problem(403, "forbidden_scope")
		c.finance.Post("/donor-imports", c.file("donors", "rfc4180", donors)).Problem(422, "import_unreadable")
		var im, made donorImport
		c.finance.Post("/donor-imports", c.file("donors", "xlsx", donors)).Want(201).Into(&im)
		if p := c.finance.Post("/donor-imports", c.file("donors", "xlsx", donors)).Problem(409,
			"import_exists"); p.ConflictingResource == nil {
			t.Error("the file that is here already is not named")
		}
		c.act("/donor-imports/"+im.ID+"/commits", "").Want(200).Into(&im)
		if im.State != "committed" || im.Made != 2 {
			t.Errorf("%+v", im)
		}
		gifts := workbook(t, []any{"number", "donor", "fund", "date", "gross", "fee"},
			[]any{"A1", "D-1", "UNR", 46084, 500, 5.5}, []any{"A2", "D-2", "UNR", "2026-03-04", 1234.56, nil})
		c.finance.Post("/donor-imports", c.file("gifts", "xlsx", gifts)).Want(201).Into(&made)
		if made.New != 2 || made.Total.Amount != "1734.56" {
			t.Errorf("%+v", made)
		}
		c.act("/donor-imports/"+made.ID+"/commits", "").Want(200)
		var gift struct {
			Date, Donor string
			Gross, Fee  struct{ Amount string }
			ReversedOn  string `json:"reversed_on"`
		}
		c.auditor.Get("/gifts/A1").Want(200).Into(&gift)
		if gift.Date != "2026-03-03" || gift.Gross.Amount != "500.00" || gift.Fee.Amount != "5.50" || gift.Donor != "D-1" {
			t.Errorf("%+v", gift)
		}
		reason := `{"reason":"The file was of another year"}`
		c.act("/donor-imports/"+im.ID+"/undos", reason).Problem(409, "donor_in_use")
		c.act("/donor-imports/"+made.ID+"/undos", `{"reason":"short"}`).Problem(422, "reason_required")
		c.act("/donor-imports/"+made.ID+"/undos", reason).Want(200).Into(&made)
		c.auditor.Get("/gifts/A1").Want(200).Into(&gift)
		if made.State != "undone" || gift.ReversedOn != "2026-03-03" {
			t.Errorf("%+v %+v", made, gift)
		}
		c.act("/gifts/A1/refunds", `{"date":"2026-03-09"}`).Problem(409, "gift_reversed")
		c.act("/gifts", `{"donor":"D-1","fund":"UNR","date":"2026-03-09","gross":"10.00","fee":"10.00"}`).Problem(422,
			"fee_exceeds_gift")
		if table := c.auditor.Get("/donor-imports?format=csv&lang=da").Want(200); !strings.Contains(string(table.Body),
			"Registreret") {
			t.Errorf("%s", table.Body)
		}
		c.auditor.Get("/donor-imports/" + made.ID).Want(200)
	})
}

// wrongDonors sends a workbook in which a tax id lost its zero: the answers say where, and repeat no cell.
func (c *clerk) wrongDonors() {
	c.Helper()
	var im donorImport
	wrong := c.finance.Post("/donor-imports",
		c.file("donors", "xlsx", workbook(c.T, []any{"kind", "name", "tax_id"}, []any{"person", "Someone Qqz", 101701234}))).
		Want(201)
	wrong.Into(&im)
	if im.Errors != 1 || len(im.FirstErrors) != 1 || im.FirstErrors[0].Errors[0].Column != "tax_id" ||
		im.FirstErrors[0].Errors[0].Code != "cell_invalid" {
		c.Errorf("a number that lost its zero: %+v", im)
	}
	rows := c.auditor.Get("/donor-imports/" + im.ID + "/rows?status=error").Want(200)
	for _, answer := range []apitest.Answer{wrong, rows} {
		if strings.Contains(string(answer.Body), "Qqz") || strings.Contains(string(answer.Body), "101701234") {
			c.Errorf("the answer repeats a cell: %s", answer.Body)
		}
	}
	c.act("/donor-imports/"+im.ID+"/commits", "").Problem(422, "import_has_errors")
	c.finance.Post("/donor-imports/"+im.ID+"/discards", "").Want(200)
	c.auditor.Get("/donor-imports/"+im.ID+"/rows").Problem(409, "import_state")
	c.finance.Post("/donor-imports", c.file("donors", "xlsx", workbook(c.T, []any{"kind", "name", "address"},
		[]any{"person", "Someone Qqz", "東京 1"}))).Want(201).Into(&im)
	if im.Errors != 1 || im.FirstErrors[0].Errors[0].Column != "address" ||
		!strings.Contains(im.FirstErrors[0].Errors[0].Message, "U+6771") {
		c.Errorf("an address that no letter can show: %+v", im)
	}
	c.finance.Post("/donor-imports/"+im.ID+"/discards", "").Want(200)
}
