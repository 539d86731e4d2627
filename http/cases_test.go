package http_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// aCase is a server over fresh books with those who decide and pay, for the inputs of one case.
type aCase struct{ *sender }

// casesShown are the cases of testdata/cases, each held against what is right. Every file there is of one of them.
var casesShown = map[string]func(c aCase){
	"04-number-beside-punctuation":           aCase.numberBesidePunctuation,
	"05-gap-between-statements":              aCase.gapBetweenStatements,
	"06-danish-export-without-head":          aCase.exportWithoutHead,
	"07-stray-quotation-mark":                aCase.strayMark,
	"09-monthly-from-the-31st":               aCase.monthlyFromThe31st,
	"10-date-far-off":                        aCase.dateFarOff,
	"12-one-refusal-stops-all-confirmations": aCase.oneRefusal,
	"14-rate-off-by-a-hundred":               aCase.rateOff,
	"15-file-refused-for-the-wrong-reason":   aCase.refusedForItsReason,
	"16-line-swallowed-by-a-quotation-mark":  aCase.swallowed,
	"17-donor-name-outside-the-font":         aCase.nameOutsideTheFont,
	"18-month-end-after-suspension":          aCase.monthEndAfterSuspension,
}

// TestCases plays every input that somebody found a fault with, as a client does.
func TestCases(t *testing.T) {
	files, err := os.ReadDir("testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name, _, _ := strings.Cut(f.Name(), "."); casesShown[name] == nil {
			t.Errorf("nothing shows %s", f.Name())
		}
	}
	storetest.Each(t, func(t *testing.T, first *store.DB) {
		open := storetest.SQLite
		if first.Engine() == store.Postgres {
			open = storetest.Postgres
		}
		for name, show := range casesShown {
			t.Run(name, func(t *testing.T) {
				db := open(t)
				c := monthBooks(t, db)
				show(aCase{&sender{t: t, db: db, care: c.As(db, "care", access.Caseworker),
					lead: c.As(db, "lead", access.ProgrammeLead), books: c.As(db, "books", access.FinanceOfficer),
					chief: c.As(db, "chief", access.Treasurer)}})
			})
		}
	})
}

// sent takes payments out of a fund as far as the bank, PMT-001 and so on.
func (c aCase) sent(fund string, amounts ...string) {
	c.t.Helper()
	for _, amount := range amounts {
		var d, p struct{ Number string }
		c.pay(c.care, "/disbursements", fmt.Sprintf(`{"settlement":"payment","date":"2027-01-26","payee":"CLI-01",`+
			`"category":"emergency-aid","account":"1010","amount":%q,"shares":[{"fund":%q,"percent":"100"}],`+
			`"text":"As agreed"}`, amount, fund)).Want(201).Into(&d)
		at := "/disbursements/" + d.Number
		c.care.In(c.t).Post(at+"/submissions", nil).Want(200)
		c.lead.In(c.t).Post(at+"/decisions", `{"decision":"approve"}`).Want(200)
		c.chief.In(c.t).Post(at+"/authorisations", nil).Want(200)
		c.pay(c.books, at+"/releases", `{"date":"2027-01-26"}`).Want(201).Into(&p)
		c.pay(c.books, "/payments/"+p.Number+"/dispatches", "").Want(200)
	}
}

// payable puts CLI-01 on record, whose bank details are old enough, and stands in January 2027.
func (c aCase) payable() {
	c.t.Helper()
	c.books.In(c.t).Post("/payees", `{"code":"CLI-01","kind":"clinic","alias":"House 01"}`).Want(201)
	c.books.In(c.t).Post("/payees/CLI-01/bank-details", `{"registration_number":"0040","account_number":"0440116243"}`).
		Want(201)
	c.lead.In(c.t).Post("/payees/CLI-01/bank-details/1/verifications",
		`{"how":"callback","note":"called the number we knew before"}`).Want(200)
	storetest.ClockOf(c.db).Set(time.Date(2027, 1, 26, 9, 0, 0, 0, time.UTC))
	c.again()
}

// again signs everybody in anew: the tokens do not last until the day of the case.
func (c aCase) again() {
	at := func(who *apitest.Client, handle string, roles ...access.Role) *apitest.Client {
		return who.As(c.db, handle, roles...)
	}
	c.care, c.lead = at(c.care, "care.2", access.Caseworker), at(c.lead, "lead.2", access.ProgrammeLead)
	c.books, c.chief = at(c.books, "books.2", access.FinanceOfficer), at(c.chief, "chief.2", access.Treasurer)
}

// read is what an uploaded file is answered with.
type read struct {
	ID  string
	New int
	Gap *struct {
		On      string `json:"known_on"`
		Known   ledger.Money
		Opening ledger.Money
	}
	Closing *ledger.Money
}

// upload sends a file of the bank, as a profile with its parameters.
func (c aCase) upload(profile, content string) apitest.Answer {
	return c.books.In(c.t).With("Content-Type", "application/octet-stream").
		Post("/bank-imports?account=1010&profile="+profile, content)
}

// taken uploads a file that is right and wants so many lines and such a closing balance.
func (c aCase) taken(profile, content string, lines int, closing string) read {
	c.t.Helper()
	var r read
	c.upload(profile, content).Want(201).Into(&r)
	got := ""
	if r.Closing != nil {
		got = r.Closing.String()
	}
	if r.New != lines || got != closing {
		c.t.Errorf("%s: %d lines, closing %s; want %d, %s", profile, r.New, got, lines, closing)
	}
	return r
}

// refused uploads a file that is not right and wants words in what it is told.
func (c aCase) refused(profile, content string, words ...string) {
	c.t.Helper()
	told := c.upload(profile, content)
	told.Problem(422, "bank_file_unreadable")
	for _, w := range words {
		if !strings.Contains(string(told.Body), w) {
			c.t.Errorf("%s: it does not say %q: %s", profile, w, told.Body)
		}
	}
}

func (c aCase) commit(r read) {
	c.t.Helper()
	c.pay(c.books, "/bank-imports/"+r.ID+"/commits", "").Want(200)
}

func (c aCase) numberBesidePunctuation() {
	c.payable()
	c.sent("UNR", "300.00", "300.00")
	names := caseFile(c.t, "04-number-beside-punctuation.names-002.xml")
	in := func(old, with string) string {
		if !strings.Contains(names, old) {
			c.t.Fatalf("the file does not say %s", old)
		}
		return strings.Replace(names, old, with, 1)
	}
	const words = "<Ustrd>Betaling PMT-002, ref. kontor</Ustrd>"
	for _, file := range []string{names, caseFile(c.t, "04-number-beside-punctuation.structured.xml"),
		in(words, "<Ustrd>/PMT-002/</Ustrd>"), in(words, "<Ustrd>EREF:PMT-002</Ustrd>"),
		in(words, "<Ustrd>pmt-002</Ustrd>"), in(words, "<Ustrd>Betaling PMT-</Ustrd><Ustrd>002 tak</Ustrd>"),
		in("<RmtInf>"+words+"</RmtInf>", "<Refs><InstrId>PMT-002</InstrId></Refs>"),
		strings.Replace(in(words, ""), ">TW01<", ">PMT-002<", 1)} {
		r := c.taken("camt", file, 1, "600.00")
		c.commit(r)
		var asked struct {
			Data []struct {
				Payments       []string
				Proves, Reason string
				Others         int
			}
		}
		c.books.In(c.t).Get("/match-suggestions?account=1010").Want(200).Into(&asked)
		if got := fmt.Sprint(asked.Data); got != "[{[PMT-002] payment end_to_end_id 0}]" {
			c.t.Errorf("suggested %s for %s", got, file)
		}
		c.pay(c.books, "/bank-imports/"+r.ID+"/undos", `{"reason":"the next file is tried"}`).Want(200)
	}
}

func (c aCase) gapBetweenStatements() {
	storetest.ClockOf(c.db).Set(time.Date(2027, 3, 2, 9, 0, 0, 0, time.UTC))
	c.again()
	jan := c.taken("camt", caseFile(c.t, "05-gap-between-statements.jan.xml"), 1, "849.00")
	c.commit(jan)
	mar := c.taken("camt", caseFile(c.t, "05-gap-between-statements.mar.xml"), 1, "390.00")
	if g := mar.Gap; jan.Gap != nil || g == nil || g.Known.String() != "849.00" || g.On != "2027-01-07" ||
		g.Opening.String() != "400.00" {
		c.t.Errorf("the gaps are %+v and %+v", jan.Gap, mar.Gap)
	}
	c.commit(mar)
	for month, want := range map[string][]string{
		"2027-01": {"1010: books 100000.00, bank 849.00 on 2027-01-07, difference -99151.00"},
		"2027-03": {"1010: books 100000.00, bank 390.00 on 2027-03-01, difference -99610.00",
			"1010: lines of -449.00 are missing between 849.00 on 2027-01-07 and 400.00 on 2027-03-01"},
	} {
		if got := c.check(month, "bank"); fmt.Sprint(got) != fmt.Sprint(want) {
			c.t.Errorf("%s: the month's check says %v, want %v", month, got, want)
		}
	}
}

// check is what a check of a month's list found.
func (c aCase) check(month, key string) []string {
	c.t.Helper()
	var list struct {
		Checks []struct {
			Key   string
			Found []string
		}
	}
	c.books.In(c.t).Get("/periods/" + month + "/checklist").Want(200).Into(&list)
	for _, check := range list.Checks {
		if check.Key == key {
			return check.Found
		}
	}
	return nil
}

func (c aCase) exportWithoutHead() {
	headless := caseFile(c.t, "06-danish-export-without-head.merkur-like.csv")
	c.taken("bankdata", headless, 2, "1049.50")
	const table = "generic&separator=%3B&decimal=,&dates=dd-mm-yyyy"
	c.taken(table, caseFile(c.t, "06-danish-export-without-head.with-our-head.csv"), 2, "1049.50")
	c.taken(table+"&encoding=windows-1252&columns=date,text,amount,balance", headless+"30-01-2027;Kaff\xe9;-0,50;1.049,00\r\n",
		3, "1049.00")
	c.refused("danske-erhverv", headless, "Dato", "generic")
	c.refused("generic&separator=%3B&decimal=,", caseFile(c.t, "06-danish-export-without-head.with-our-head.csv"),
		"yyyy-mm-dd")
}

func (c aCase) strayMark() {
	c.taken("danske-erhverv", caseFile(c.t, "07-stray-quotation-mark.quote.csv"), 1, "900.00")
}

func (c aCase) swallowed() {
	c.refused("danske-erhverv", caseFile(c.t, "16-line-swallowed-by-a-quotation-mark.swallow.csv"), "Line 3",
		"quotation mark")
}

func (c aCase) refusedForItsReason() {
	mt := caseFile(c.t, "15-file-refused-for-the-wrong-reason.mt940.sta")
	c.refused("camt", mt, "MT940", "camt.053")
	c.taken("mt940", mt, 1, "950.00")
	c.taken("camt", caseFile(c.t, "15-file-refused-for-the-wrong-reason.newest-first.xml"), 2, "7.00")
	other := caseFile(c.t, "15-file-refused-for-the-wrong-reason.other-account-broken.xml")
	c.taken("camt&bank_account=DK5000400440116243", other, 1, "8.98")
	c.taken("camt&bank_account=DK50+0040+0440+1162+43", other+" ", 1, "8.98")
}

// monthlyFromThe31st: no month goes without its stipend.
func (c aCase) monthlyFromThe31st() {
	var person struct{ Code string }
	c.care.In(c.t).Post("/beneficiaries", nil).Want(201).Into(&person)
	body := strings.Replace(caseFile(c.t, "09-monthly-from-the-31st.plan.json"), "B-26181", person.Code, 1)
	count := strings.Replace(body, "UNTIL=20271231", "COUNT=12", 1)
	leap := strings.NewReplacer("FREQ=MONTHLY;UNTIL=20271231", "FREQ=YEARLY;COUNT=3", "2027-01-31", "2028-02-29").Replace(body)
	for _, file := range []string{body, count, leap} {
		var made struct {
			Lines []struct {
				Items []struct {
					DueOn string `json:"due_on"`
				}
			}
		}
		c.pay(c.care, "/plans?dry_run=true", file).Want(200).Into(&made)
		var days []string
		for _, item := range made.Lines[0].Items {
			days = append(days, item.DueOn)
		}
		want := "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30 2027-07-31 2027-08-31 2027-09-30 " +
			"2027-10-31 2027-11-30 2027-12-31"
		if file == leap {
			want = "2028-02-29 2029-02-28 2030-02-28"
		}
		if got := strings.Join(days, " "); got != want {
			c.t.Errorf("the stipends are due on %s", got)
		}
	}
}

func (c aCase) dateFarOff() {
	entry := caseFile(c.t, "10-date-far-off.entry.json")
	asked(c.t, c.chief, "/journal-entries", entry, "date_far_ahead")
	asked(c.t, c.chief, "/journal-entries", strings.Replace(entry, "2062-01-20", "1900-02-28", 1), "date_before_fund")
	gift := `{"donor":"D-77","fund":"UNR","date":"2062-01-20","gross":"10.00","account":"1010"}`
	asked(c.t, c.chief, "/gifts", gift, "date_far_ahead")
	asked(c.t, c.chief, "/gifts", strings.Replace(gift, "2062-01-20", "1900-02-28", 1), "date_before_fund")
	c.pay(c.chief, "/periods/2026-01/sign-offs", `{"check":"bank","reason":"agreed with the statement on paper"}`).Want(200)
	if told := c.pay(c.chief, "/periods/2026-01/closures", "").Problem(409, "period_order"); !strings.Contains(told.Detail,
		"1900-02") {
		c.t.Errorf("the month that stands in the way is not named: %+v", told)
	}
}

func (c aCase) rateOff() {
	c.pay(c.chief, "/grants", `{"code":"G2","donor":"D-78","title":"G2","amount":{"amount":"60000.00","currency":"EUR"},`+
		`"signed_on":"2026-01-02","policy":{"recognition":"deferred","rate_method":"receipt","fee_bearer":"grant",`+
		`"currency_bearer":"grant","interest":"grantor"}}`).Want(201)
	day := func(name string) string {
		return strings.Replace(caseFile(c.t, "14-rate-off-by-a-hundred."+name+".json"), "2027-01-20", "2026-01-14", 1)
	}
	right := strings.Replace(day("instalment"), "746.01", "7.4601", 1)
	posts(c.t, c.chief, "/grants/G2/instalments", right).Want(201)
	for _, name := range []string{"instalment", "inverted"} {
		refused := posts(c.t, c.chief, "/grants/G2/instalments", day(name))
		refused.Problem(422, "confirmation_required")
		if !strings.Contains(string(refused.Body), "/confirm/rate_far_off") {
			c.t.Errorf("%s: it is not asked: %s", name, refused.Body)
		}
	}
	for content, status := range map[string]int{"Date,DKK,\n2026-01-14,7.4690,\n": 200, "Date,DKK,\n2026-01-14,0.1340,\n": 422} {
		body := `{"source":"ecb","currencies":["DKK"],"content":"` + base64.StdEncoding.EncodeToString([]byte(content)) + `"}`
		c.pay(c.chief, "/exchange-rate-imports?dry_run=true", body).Want(status)
	}
}

func (c aCase) nameOutsideTheFont() {
	donor := caseFile(c.t, "17-donor-name-outside-the-font.donor.json")
	for _, name := range []string{"", "東京基金", "Friends 🎗"} {
		body := donor
		if name != "" {
			var d map[string]string
			if err := json.Unmarshal([]byte(donor), &d); err != nil {
				c.t.Fatal(err)
			}
			d["name"] = name
			text, err := json.Marshal(d)
			if err != nil {
				c.t.Fatal(err)
			}
			body = string(text)
		}
		refused := posts(c.t, c.chief, "/donors", body)
		refused.Problem(422, "validation_failed")
		if !strings.Contains(string(refused.Body), "/name") {
			c.t.Errorf("the name is not told: %s", refused.Body)
		}
	}
	posts(c.t, c.chief, "/donors", strings.Replace(donor, "مؤسسة الأمل", "Łódź Ελπίδα Hà Nội", 1)).Want(201)
}

// oneRefusal: what is in order is confirmed, and what is not is listed with its line and payment.
func (c aCase) oneRefusal() {
	c.payable()
	amounts := map[string]int64{"D1": 1_600_000, "UNR": 100_000}
	c.tx(func(tx *store.Tx, book ledger.Book) error {
		if err := book.OpenFund(c.t.Context(), tx, ledger.Fund{Code: "D1", Name: "D1", Restriction: ledger.PurposeBound,
			OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		m := ledger.OfMinor(amounts["D1"], "DKK")
		_, err := book.Post(c.t.Context(), tx, ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance",
			Lines: []ledger.Line{ledger.Base("1010", "D1", m), ledger.Base("3200", "D1", m.Neg())}})
		return err
	})
	c.sent("D1", "4000.00", "4000.00", "4000.00", "4000.00")
	c.sent("UNR", "50.00")
	c.tx(func(tx *store.Tx, book ledger.Book) error { // what the bank took meanwhile
		m := ledger.OfMinor(900_000, "DKK")
		_, err := book.Post(c.t.Context(), tx, ledger.Entry{Date: "2027-01-27", Text: "Taken", Act: "charge",
			Lines: []ledger.Line{ledger.Base("5400", "D1", m), ledger.Base("1010", "D1", m.Neg())}})
		return err
	})
	lines := strings.NewReplacer("PMT-009", "PMT-001", "PMT-010", "PMT-002", "PMT-011", "PMT-003", "PMT-012", "PMT-004",
		"PMT-013", "PMT-005").Replace(caseFile(c.t, "12-one-refusal-stops-all-confirmations.lines.xml"))
	c.commit(c.taken("camt", lines, 5, "3950.00"))
	var done struct {
		Confirmed int
		Misfits   []struct {
			Line            string `json:"bank_line_id"`
			Payment, Reason string
			Suspended       bool
		}
	}
	c.pay(c.books, "/bank-confirmations", `{"account":"1010"}`).Want(200).Into(&done)
	if done.Confirmed != 2 || len(done.Misfits) != 3 {
		c.t.Fatalf("%+v", done)
	}
	for _, m := range done.Misfits {
		if m.Line == "" || m.Payment == "" || m.Reason != "fund_overdrawn" || !m.Suspended {
			c.t.Errorf("%+v", m)
		}
	}
}

// tx writes into the books what no client is let.
func (c aCase) tx(fn func(tx *store.Tx, book ledger.Book) error) {
	c.t.Helper()
	if err := c.db.Update(c.t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(c.t.Context(), tx)
		if err != nil {
			return err
		}
		return fn(tx, book)
	}); err != nil {
		c.t.Fatal(err)
	}
}

// monthEndAfterSuspension: a stipend at the month's end stays there, however often the plan is moved.
func (c aCase) monthEndAfterSuspension() {
	storetest.ClockOf(c.db).Set(time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC))
	c.again()
	c.books.In(c.t).Post("/partners", `{"code":"NG-01","currency":"NGN","account":"1300"}`).Want(201)
	var person struct{ Code string }
	c.care.In(c.t).Post("/beneficiaries", nil).Want(201).Into(&person)
	c.pay(c.care, "/plans", fmt.Sprintf(`{"number":"P-101","beneficiary":%q,"currency":"NGN","starts_on":"2027-02-01",`+
		`"budget_rate":"240 NGN/DKK","shares":[{"fund":"UNR","percent":"100"}],"lines":[{"line":"stipend","category":"stipend",`+
		`"unit_price":"1000.00","schedule":{"rule":"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2","from":"2027-02-01"}}]}`, person.Code)).
		Want(201)
	c.care.In(c.t).Post("/plans/P-101/submissions", nil).Want(200)
	c.pay(c.lead, "/plans/P-101/decisions", `{"decision":"approve","year":2027,"date":"2027-02-01"}`).Want(201)
	want := []string{"2027-03-31 2027-04-30", "2027-04-30 2027-05-31"}
	for act := range strings.Lines(caseFile(c.t, "18-month-end-after-suspension.acts.jsonl")) {
		var a struct {
			As, Post string
			Body     json.RawMessage
		}
		if err := json.Unmarshal([]byte(act), &a); err != nil {
			c.t.Fatal(err)
		}
		who := map[string]*apitest.Client{"caseworker": c.care, "programme_lead": c.lead}[a.As]
		if done := c.pay(who, a.Post, string(a.Body)); done.Status/100 != 2 {
			c.t.Fatalf("%s: %d %s", a.Post, done.Status, done.Body)
		}
		if a.As != "programme_lead" {
			continue
		}
		if got := c.due("P-101"); got != want[0] {
			c.t.Errorf("due on %s, want %s", got, want[0])
		}
		want = want[1:]
	}
}

// due is when the units of a plan's first line fall due.
func (c aCase) due(plan string) string {
	var p struct {
		Lines []struct {
			Items []struct {
				DueOn string `json:"due_on"`
			}
		}
	}
	c.care.In(c.t).Get("/plans/" + plan).Want(200).Into(&p)
	days := make([]string, len(p.Lines[0].Items))
	for i, item := range p.Lines[0].Items {
		days[i] = item.DueOn
	}
	return strings.Join(days, " ")
}
