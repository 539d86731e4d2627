package http_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/iso20022/iso20022test"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAMonthOfFourPeople plays a month at a small charity: a caseworker asks, a programme lead approves, a finance
// officer and a treasurer pay. Fourteen payments to three new payees leave in one file; the bank rejects one, pays one
// twice and sends two back; nine gifts and two instalments come in, and fees go out; the two statements overlap. At the
// end the bank and the books agree to 0.00, the month closes with nothing signed off, verify finds nothing, and hledger
// reads the books.
func TestAMonthOfFourPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := monthBooks(t, db)
		m := &sender{t: t, db: db, care: c.As(db, "care", access.Caseworker), lead: c.As(db, "lead", access.ProgrammeLead),
			books: c.As(db, "books", access.FinanceOfficer), chief: c.As(db, "chief", access.Treasurer)}
		m.books.Post("/bank-accounts",
			`{"account":"1010","name":"Example","iban":"DK5000400440116243","bic":"DABADKKK"}`).Want(201)
		for i, r := range []string{`"contains":"gebyr","direction":"out","kind":"charge"`,
			`"contains":"mobilepay","direction":"in","kind":"gift","about":"D-77"`} {
			m.books.With("Idempotency-Key", fmt.Sprint("rule", i)).Post("/bank-rules", "{"+r+"}").Want(201)
		}
		amounts := m.monthPayments()
		lines, again := m.monthFile(amounts)
		m.monthLines(lines, amounts, again)
		m.monthEnds(t)
	})
}

// monthBooks are books with two funds, a grant and two donors.
func monthBooks(t *testing.T, db *store.DB) *apitest.Client {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		ctx, book := t.Context(), ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(ctx, tx, book); err != nil {
			return err
		}
		if err := book.OpenFund(ctx, tx,
			ledger.Fund{Code: "UNR", Name: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		m := ledger.OfMinor(10_000_000, "DKK")
		if _, err := book.Post(ctx, tx, ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance",
			Lines: []ledger.Line{ledger.Base("1010", "UNR", m), ledger.Base("3100", "UNR", m.Neg())}}); err != nil {
			return err
		}
		for _, code := range []string{"D-77", "D-78"} {
			if _, err := donors.Register(ctx, tx, donors.Donor{Code: code, Kind: donors.Institution, Name: code,
				Language: "da"}); err != nil {
				return err
			}
		}
		giver, err := donors.Find(ctx, tx, "D-78")
		if err != nil {
			return err
		}
		_, err = grants.Register{Book: book}.Sign(ctx, tx, grants.Grant{Code: "G1", Donor: giver, Title: "G1",
			Amount: ledger.OfMinor(6_000_000, "DKK"), SignedOn: "2026-01-02", Policies: grants.Policies{{
				Recognition: grants.Deferred, RateMethod: rates.ReceiptRate, FeeBearer: grants.BornByGrant,
				CurrencyBearer: grants.BornByGrant, Interest: grants.InterestToGrantor,
				RefundDeMinimis: ledger.Zero("DKK")}}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return apitest.Serve(t, db)
}

// monthPayments takes fourteen payments to three new payees as far as the bank's file, and gives their amounts.
func (m *sender) monthPayments() []int64 {
	for i := range 3 {
		code := fmt.Sprintf("CLI-%02d", i+1)
		m.books.In(m.t).Post("/payees", `{"code":"`+code+`","kind":"clinic","alias":"House `+code+`"}`).Want(201)
		m.books.In(m.t).Post("/payees/"+code+"/bank-details",
			fmt.Sprintf(`{"registration_number":"0040","account_number":"044011626%d"}`, i)).Want(201)
		m.lead.In(m.t).Post("/payees/"+code+"/bank-details/1/verifications",
			`{"how":"callback","note":"called the number we knew before"}`).Want(200)
	}
	storetest.ClockOf(m.db).Advance(48 * time.Hour)
	var numbers []string
	var amounts []int64
	for i := range 14 {
		amounts = append(amounts, int64(10_000+100*i))
		var d struct{ Number string }
		m.pay(m.care, "/disbursements", fmt.Sprintf(`{"settlement":"payment","date":"2026-01-12","payee":"CLI-%02d",`+
			`"category":"emergency-aid","account":"1010","amount":"%s","shares":[{"fund":"UNR","percent":"100"}],`+
			`"text":"As agreed"}`, i%3+1, ledger.OfMinor(amounts[i], "DKK"))).Want(201).Into(&d)
		at := "/disbursements/" + d.Number
		m.care.In(m.t).Post(at+"/submissions", nil).Want(200)
		m.lead.In(m.t).Post(at+"/decisions", `{"decision":"approve"}`).Want(200)
		m.chief.In(m.t).Post(at+"/authorisations", nil).Want(200) // a new payee needs the treasurer
		numbers = append(numbers, d.Number)
	}
	items, err := json.Marshal(numbers)
	if err != nil {
		m.t.Fatal(err)
	}
	m.pay(m.books, "/payment-batches", `{"account":"1010","date":"2026-01-12"}`).Want(201)
	const at = "/payment-batches/B-2026-0001"
	m.pay(m.books, at+"/items", `{"items":`+string(items)+`}`).Want(200)
	m.pay(m.chief, at+"/locks", "").Want(200)
	m.pay(m.books, at+"/releases", "").Want(200)
	m.pay(m.books, at+"/exports", `{}`).Want(200)
	return amounts
}

// line is a line of the month: in øre, naming a payment or with a text.
func (m *sender) line(day string, minor int64, payment, text string) iso20022.Line {
	m.key++
	l := iso20022.Line{BookedOn: ledger.Date("2026-01-" + day), Amount: ledger.OfMinor(minor, "DKK"), Code: "X",
		Reference: fmt.Sprintf("REF%05d", m.key)}
	l.Parts = []iso20022.Detail{{EndToEndID: payment, Amount: l.Amount, Text: text}}
	return l
}

// monthFile has the bank reject the last payment, which is made again, and gives the lines of the month.
func (m *sender) monthFile(amounts []int64) (lines []iso20022.Line, again string) {
	const report = `<?xml version="1.0"?>` +
		`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>` +
		`<OrgnlGrpInfAndSts><OrgnlMsgId>B-2026-0001</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>` +
		`<OrgnlPmtInfAndSts>` +
		`<TxInfAndSts><OrgnlEndToEndId>PMT-014</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd></Rsn>` +
		`</StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`
	var said struct {
		Failed []struct{ Payment, Reason string }
	}
	m.pay(m.books.With("Content-Type", "application/octet-stream"), "/payment-status-reports",
		report).Want(200).Into(&said)
	if len(said.Failed) != 1 || said.Failed[0].Payment != "PMT-014" || said.Failed[0].Reason != "AC01" {
		m.t.Fatalf("rejected: %+v", said)
	}
	var p struct{ Number string }
	m.pay(m.books, "/payments/PMT-014/reissues", `{"date":"2026-01-14"}`).Want(201).Into(&p)
	m.pay(m.chief, "/payments/"+p.Number+"/dispatches", "").Want(200)
	for i, amount := range amounts[:13] {
		lines = append(lines, m.line("12", -amount, fmt.Sprintf("PMT-%03d", i+1), ""))
	}
	lines = append(lines, m.line("13", -amounts[0], "PMT-001", ""), m.line("14", -amounts[13], p.Number, ""))
	for i := range 6 {
		lines = append(lines, m.line("15", int64(5_000+i), "", "MobilePay gave"))
	}
	lines = append(lines, m.line("16", 2_000_000, "", "Rate 1 af G1"), m.line("19", amounts[1], "PMT-002", ""),
		m.line("19", amounts[2], "PMT-003", ""), m.line("20", -2_500, "", "Gebyr udland"))
	for i := range 3 {
		lines = append(lines, m.line("21", int64(70_000+i), "", "Gave fra D-78"))
	}
	lines = append(lines, m.line("23", 1_500_000, "", "G1, rate 2"), m.line("26", amounts[0], "", "Tilbageført dobbelt"),
		m.line("30", -1_200, "", "Gebyr konto"))
	return lines, p.Number
}

// statementOf is the bank's statement of some of the lines of the month.
func statementOf(all []iso20022.Line, from, to string) []byte {
	at := ledger.OfMinor(10_000_000, "DKK")
	s := iso20022.Statement{ID: "S" + from, Account: "DK5000400440116243", Currency: "DKK"}
	for _, l := range all {
		day := string(l.BookedOn[len("2026-01-"):])
		if day > to {
			break
		}
		if day >= from && s.Opening == nil {
			s.Opening = &iso20022.Balance{Amount: at, On: ledger.Date("2026-01-" + from)}
		}
		if at = at.Add(l.Amount); day >= from {
			s.Lines = append(s.Lines, l)
		}
	}
	s.Closing = &iso20022.Balance{Amount: at, On: ledger.Date("2026-01-" + to)}
	return iso20022test.CAMT("camt.053", "08", s)
}

// monthLines reads two statements that overlap, and explains their lines.
func (m *sender) monthLines(lines []iso20022.Line, amounts []int64, again string) {
	for i, file := range [][]byte{statementOf(lines, "12", "20"), statementOf(lines, "15", "31")} {
		var b struct {
			ID             string
			New, Duplicate int
			Gap            any
		}
		m.books.In(m.t).With("Content-Type", "application/octet-stream").
			Post("/bank-imports?account=1010&profile=camt", string(file)).Want(201).Into(&b)
		if want := []int{0, 10}[i]; b.Duplicate != want || b.Gap != nil {
			m.t.Errorf("statement %d: %+v", i, b)
		}
		m.pay(m.books, "/bank-imports/"+b.ID+"/commits", "").Want(200)
	}
	var done struct {
		Confirmed, Booked int
		Misfits           []any
	}
	m.pay(m.books, "/bank-confirmations", `{"account":"1010"}`).Want(200).Into(&done)
	if len(done.Misfits) != 1 {
		m.t.Errorf("what the bank paid twice is told: %+v", done)
	}
	m.tasks("PMT-001 -100.00 state_conflict")
	m.pay(m.books, "/bank-explanations", `{"account":"1010"}`).Want(200).Into(&done)
	if done.Confirmed != 14 || done.Booked != 13 || len(done.Misfits) != 0 {
		m.t.Errorf("%+v", done)
	}
	var asked struct {
		Data []struct {
			Lines          []string `json:"bank_lines"`
			Payments       []string
			Proves, Reason string
		}
	}
	m.books.In(m.t).Get("/match-suggestions?account=1010&limit=100").Want(200).Into(&asked)
	for _, s := range asked.Data {
		switch s.Proves {
		case "return":
			if s.Reason == "amount_and_date" {
				continue // what the bank gave back of its own mistake; see twice
			}
			m.pay(m.books, "/bank-matches", fmt.Sprintf(`{"bank_lines":[%q],"payments":[%q],"proves":"return"}`, s.Lines[0],
				s.Payments[0])).Want(201)
		case "nothing":
			m.twice(s.Lines[0], amounts[0], s.Payments[0])
		default:
			m.t.Errorf("suggested %+v", s)
		}
	}
	m.tasks()
	for _, number := range []string{"PMT-002", "PMT-003"} {
		var p struct{ Number string }
		m.pay(m.books, "/payments/"+number+"/reissues", `{"date":"2026-02-02"}`).Want(201).Into(&p)
	}
	var p struct{ State string }
	if m.books.In(m.t).Get("/payments/" + again).Want(200).Into(&p); p.State != "confirmed" {
		m.t.Errorf("what the bank rejected and was made again is %s", p.State)
	}
}

// tasks holds the bank lines that finance has to explain, "PMT-001 -100.00 state_conflict": nobody else is told.
func (m *sender) tasks(want ...string) {
	m.t.Helper()
	var waits struct {
		Data []struct {
			Payments  []string
			Amount    struct{ Amount string }
			Suspended bool
			Why       string `json:"suspended_because"`
		}
	}
	m.lead.In(m.t).Get("/bank-tasks").Problem(403, "forbidden_scope")
	m.chief.In(m.t).Get("/bank-tasks").Want(200).Into(&waits)
	var got []string
	for _, l := range waits.Data {
		got = append(got, strings.Join(append(l.Payments, l.Amount.Amount, l.Why), " "))
	}
	if !slices.Equal(got, want) {
		m.t.Errorf("finance has to explain %q, want %q", got, want)
	}
}

// twice books what the bank paid twice and gave back: a claim on the bank in between.
func (m *sender) twice(line string, minor int64, payment string) {
	if payment != "PMT-001" {
		m.t.Errorf("paid twice: %s", payment)
	}
	m.pay(m.books, "/bank-lines/"+line+"/matches", `{"payment":"PMT-001","proves":"payment"}`).Problem(409,
		"state_conflict")
	amount := ledger.OfMinor(minor, "DKK").String()
	var back struct{ Data []struct{ ID, Date string } }
	m.books.In(m.t).Get("/bank-lines?account=1010&status=waiting&limit=100").Want(200).Into(&back)
	for _, id := range []string{line, back.Data[len(back.Data)-1].ID} {
		day, out, in := "2026-01-13", "1330", "1010"
		if id != line {
			day, out, in = "2026-01-26", "1010", "1330"
		}
		var e struct{ Number string }
		m.pay(m.books, "/journal-entries", fmt.Sprintf(`{"date":%q,"text":"Paid twice by the bank","lines":[`+
			`{"account":%q,"fund":"UNR","direction":"debit","amount":%q},`+
			`{"account":%q,"fund":"UNR","direction":"credit","amount":%q}]}`, day, out, amount, in, amount)).Want(201).Into(&e)
		m.pay(m.books, "/bank-lines/"+id+"/explanations", fmt.Sprintf(`{"kind":"entry","about":%q}`, e.Number)).Want(201)
	}
}

// monthEnds wants the bank's balance in the books, nothing to explain, a checklist without a word to sign, and sound
// books.
func (m *sender) monthEnds(t *testing.T) {
	t.Helper()
	var diff struct {
		Data []struct {
			Account    string
			Difference struct{ Amount string }
			Waiting    int
		}
	}
	m.books.In(t).Get("/bank-differences").Want(200).Into(&diff)
	if d := diff.Data[0]; d.Account != "1010" || d.Difference.Amount != "0.00" || d.Waiting != 0 {
		t.Errorf("the bank says otherwise: %+v", d)
	}
	var list struct {
		Done   bool
		Checks []struct {
			Key, Status string
			Found       []string
		}
	}
	m.books.In(t).Get("/periods/2026-01/checklist").Want(200).Into(&list)
	for _, check := range list.Checks {
		if check.Status != "passed" {
			t.Errorf("%s is %s: %s", check.Key, check.Status, strings.Join(check.Found, "; "))
		}
	}
	var books bytes.Buffer
	err := m.db.View(t.Context(), func(tx *store.Tx) error {
		r, err := verify.Books(t.Context(), tx, nil, verify.Options{})
		if err == nil && len(r.Findings) != 0 {
			t.Errorf("verify: %v", r.Findings)
		}
		if err != nil {
			return err
		}
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		return journal.Export{Format: journal.ExportHledger}.Write(t.Context(), tx, book, &books)
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "books.journal")
	if err := os.WriteFile(path, books.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "hledger", "-f", path, "check", "--strict").CombinedOutput(); err != nil {
		t.Errorf("hledger (apt-get install hledger) does not accept the books: %v\n%s", err, out)
	}
	m.pay(m.chief, "/periods/2026-01/closures", "").Want(200)
}
