package payments

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// A partner keeps its account of an advance as a table. The table becomes the items that POST /partner-reports takes
// one by one, each then held against the same rules; how it is written is stated and never guessed.

type partnerReportFileRequest struct {
	Partner rest.Ref              `json:"partner" validate:"required" description:"Id or code."`
	Date    ledger.Date           `json:"date" validate:"required"`
	Profile journal.ImportProfile `json:"profile" validate:"required,oneof=rfc4180 da-excel" description:"How the file is written; never guessed. da-excel has semicolons and decimal commas."`
	Content string                `json:"content" validate:"required" description:"The bytes of the file in base64. Its columns are plan, line, units, amount and text, and where they are needed overpaid and date."`
}

func reportFileForPartner(ctx context.Context, tx *store.Tx, d resource.Domain,
	in partnerReportFileRequest) (disbursementsView, error) {
	content, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return disbursementsView{}, books.NotBase64
	}
	items, err := reportedItems(content, in.Profile)
	if err != nil {
		return disbursementsView{}, rest.At("/content", err)
	}
	report := partnerReportRequest{in.Partner, in.Date, items}
	if err := rest.Validate(&report); err != nil {
		return disbursementsView{}, err
	}
	return reportForPartner(ctx, tx, d, report)
}

// reportColumns are those of a partner's table: the first five must be there.
var reportColumns = []string{"plan", "line", "units", "amount", "text", "overpaid", "date"}

// mostReported is how many items a report has at most, as in partnerReportRequest.
const mostReported = 200

// reportedItems reads the table. What is wrong is a [journal.ImportFault] with its row; the head line is row 1.
func reportedItems(content []byte, profile journal.ImportProfile) ([]reportedItemBody, error) {
	r, err := profile.CSVReader(content)
	if err != nil {
		return nil, err
	}
	head, err := r.Read()
	if err != nil {
		return nil, &journal.ImportFault{Row: 1, Why: "there is no head line"}
	}
	if err := checkReportHead(head); err != nil {
		return nil, err
	}
	var items []reportedItemBody
	for row := 2; ; row++ {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return items, nil
		case err != nil:
			return nil, &journal.ImportFault{Row: row,
				Why: "the row is not CSV, or has another number of cells than the head line"}
		case len(items) == mostReported:
			return nil, &journal.ImportFault{Row: row,
				Why: fmt.Sprintf("a report has at most %d items; cut it in two", mostReported)}
		}
		item, err := reportedItem(head, cells, profile)
		if err != nil {
			return nil, &journal.ImportFault{Row: row, Why: err.Error()}
		}
		items = append(items, item)
	}
}

func checkReportHead(head []string) error {
	for i, name := range head {
		if name = strings.TrimSpace(name); !slices.Contains(reportColumns, name) || slices.Contains(head[:i], name) {
			return &journal.ImportFault{Row: 1,
				Why: fmt.Sprintf("the columns are %s, each once; and the profile says what stands between them",
					strings.Join(reportColumns, ", "))}
		}
		head[i] = name
	}
	for _, name := range reportColumns[:5] {
		if !slices.Contains(head, name) {
			return &journal.ImportFault{Row: 1, Why: "there is no column " + name}
		}
	}
	return nil
}

func reportedItem(head, cells []string, profile journal.ImportProfile) (item reportedItemBody, err error) {
	amount := func(s string) rest.Decimal {
		if profile != journal.ProfileDanish || s == "" {
			return rest.Decimal(s)
		}
		if strings.Contains(s, ".") { // is not taken for a decimal point, nor for one between thousands
			err = errors.New(`an amount has a comma before the decimals and nothing else, such as "4250,00"`)
		}
		return rest.Decimal(strings.Replace(s, ",", ".", 1))
	}
	for i, name := range head {
		switch cell := strings.TrimSpace(cells[i]); name {
		case "plan":
			item.Plan = rest.Ref(cell)
		case "line":
			item.Line = cell
		case "units":
			n, bad := strconv.Atoi(cell)
			if bad != nil {
				err = errors.New("units is a whole number")
			}
			item.Units = n
		case "amount":
			item.Amount = amount(cell)
		case "text":
			item.Text = cell
		case "overpaid":
			item.Overpaid = amount(cell)
		case "date":
			item.Date = ledger.Date(cell)
		}
	}
	if item.Date != "" && err == nil {
		_, err = ledger.ParseDate(string(item.Date))
	}
	return item, err
}
