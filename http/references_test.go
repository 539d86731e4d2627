package http_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"supportledger/http/apitest"
	"supportledger/store/storetest"
)

// bill asks for a payment of a bill, as far as it is taken.
func (m *sender) bill(payee, reference string) apitest.Answer {
	m.t.Helper()
	return m.pay(m.care, "/disbursements", fmt.Sprintf(`{"settlement":"payment","date":"2026-01-20","payee":%q,`+
		`"reference":%q,"category":"emergency-aid","account":"1010","amount":"100.00",`+
		`"shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"}`, payee, reference))
}

// TestReferencesOfBills takes bills from their line to the bank's file: their digits are checked where they are typed,
// the run shows them, and what is paid to whom is what its line says.
func TestReferencesOfBills(t *testing.T) {
	onSending(t, func(s *sender) {
		s.payee("BILL-01", `{"creditor_number":"8765 4321"}`)
		s.payee("CLI-01", `{"registration_number":"0040","account_number":"0440116243"}`)
		s.clerk.In(s.t).Post("/payees", `{"code":"BILL-02","kind":"clinic","alias":"House 2"}`).Want(201)
		s.clerk.In(s.t).Post("/payees/BILL-02/bank-details", `{"creditor_number":"1234567"}`).Problem(422,
			"bank_number_wrong")
		if shared := s.clerk.In(s.t).Post("/payees/BILL-02/bank-details", `{"creditor_number":"87654321"}`); !strings.Contains(
			string(shared.Body), "payee_account_shared") {
			s.t.Errorf("another payee's creditor number is not asked about: %s", shared.Body)
		}
		s.clerk.In(s.t).Post("/payees/BILL-02/bank-details", `{"creditor_number":"87654322"}`).Want(201)
		for reference, says := range map[string]string{"+71<000000000012345+87654321<": "compare it with the bill",
			"+71<12344+87654321<": "15 digits", "+04<0000000000012344+87654321<": "71, 73 and 75", "F\u00f8-17": "Foe-17",
			"RF11FY2026ABC17": "compare it with the bill", "Trauma 17": "trauma"} {
			refused := s.bill("BILL-01", reference)
			refused.Problem(422, "bank_number_wrong")
			if !strings.Contains(string(refused.Body), says) || !strings.Contains(string(refused.Body), "/reference") {
				s.t.Errorf("%s: %s", reference, refused.Body)
			}
		}
		var items []string
		for _, b := range [][2]string{{"BILL-01", "71 <000000000012344 + 87654321 <"}, {"BILL-01", "+75<3141592653589796+87654321<"},
			{"BILL-01", "+73<+87654321<"}, {"CLI-01", "F-2026-17"}, {"CLI-01", ""}} {
			var d struct{ Number string }
			s.bill(b[0], b[1]).Want(201).Into(&d)
			items = append(items, fmt.Sprintf("%q", d.Number))
			s.taken("/disbursements/" + d.Number)
		}
		for _, b := range [][2]string{{"BILL-01", "+71<000000000012344+87654322<"}, {"BILL-01", ""}, {"BILL-01", "F-17"},
			{"CLI-01", "+71<000000000012344+87654321<"}} {
			var d struct{ Number string }
			s.bill(b[0], b[1]).Want(201).Into(&d)
			s.care.In(s.t).Post("/disbursements/"+d.Number+"/submissions", nil).Problem(422, "reference_of_other_creditor")
		}
		s.books.In(s.t).Post("/bank-accounts",
			`{"account":"1010","name":"Example","iban":"DK5000400440116243","bic":"DABADKKK"}`).Want(201)
		s.pay(s.books, "/payment-batches", `{"account":"1010","date":"2026-01-24","one_sum":true}`).Want(201) // a Saturday
		const at = "/payment-batches/B-2026-0001"
		s.pay(s.books, at+"/items", `{"items":[`+strings.Join(items, ",")+`]}`).Want(200)
		if list := string(s.audit.In(s.t).Get(at + "/items").Want(200).Body); !strings.Contains(list,
			`"reference":"+71\u003c000000000012344+87654321\u003c"`) && !strings.Contains(list,
			`"reference":"+71<000000000012344+87654321<"`) || !strings.Contains(list, `"reference":"F-2026-17"`) {
			s.t.Errorf("the run does not show them: %s", list)
		}
		storetest.ClockOf(s.db).Advance(14 * 24 * time.Hour)
		var b struct {
			Date   string
			OneSum bool `json:"one_sum"`
		}
		s.pay(s.books, at+"/locks", "").Want(200).Into(&b)
		if b.Date != "2026-02-02" || !b.OneSum { // the Monday after the day that has passed
			s.t.Errorf("%+v", b)
		}
		s.pay(s.chief, at+"/releases", "").Want(200)
		s.pay(s.books, at+"/exports", `{}`).Want(200)
		file := strings.Join(strings.Fields(string(s.books.In(s.t).Get(at+"/file").Want(200).Body)), "")
		for _, text := range []string{"<Ref>71/000000000012344</Ref>", "<Ref>75/3141592653589796</Ref>", "<Ref>73/</Ref>",
			"<Nb>F-2026-17</Nb>", "<Id>87654321</Id><SchmeNm><Prtry>OCR</Prtry></SchmeNm>", "<BtchBookg>true</BtchBookg>",
			"<Dt>" + b.Date + "</Dt>"} {
			if !strings.Contains(file, text) {
				s.t.Errorf("the file does not say %s: %s", text, file)
			}
		}
	})
}

// taken takes a request as far as its authorisation.
func (m *sender) taken(at string) {
	m.t.Helper()
	m.care.In(m.t).Post(at+"/submissions", nil).Want(200)
	m.lead.In(m.t).Post(at+"/decisions", `{"decision":"approve"}`).Want(200)
	m.board.In(m.t).Post(at+"/authorisations", nil).Want(200)
}
