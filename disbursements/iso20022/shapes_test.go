package iso20022_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/disbursements/iso20022"
)

// The shapes of files in the test folders of public projects, with values of ours: what is read, and what is refused.
// genkgo/camt: an account by Othr/Id and no currency, balances of all kinds, several statements, five decimals, a day
// with an hour; OCA/bank-statement-import: labels in English, money in two columns, rows about the account above the
// table; bank2ynab: no head line, a value date, in or out by a letter; python-fints: MT940 in pages, cut texts, and the
// form with the account's currency and leading zeros.
func TestShapesOfOtherProjects(t *testing.T) {
	comma := iso20022.Table{Separator: ',', Decimal: "."}
	semicolon := iso20022.Table{Separator: ';', Decimal: ",", Dates: "dd.mm.yyyy"}
	camt := aFile{profile: "camt"}
	with := func(t iso20022.Table, dates, columns string, head bool) aFile {
		t.Dates, t.Head = dates, head
		if columns != "" {
			t.Columns = strings.Split(columns, ",")
		}
		return aFile{profile: "generic", table: t}
	}
	const start, end = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.04"><BkToCstmrStmt>` +
		`<GrpHdr><MsgId>M</MsgId><CreDtTm>2027-01-31T10:00:00+00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id>` +
		`<CreDtTm>2027-01-31T10:00:00+00:00</CreDtTm><Acct><Id><Othr><Id>0040 0440116243</Id></Othr></Id></Acct>`,
		`</Stmt></BkToCstmrStmt></Document>`
	bal := func(kind, amount, day string) string {
		return "<Bal><Tp><CdOrPrtry><Cd>" + kind + "</Cd></CdOrPrtry></Tp><Amt Ccy=\"DKK\">" + amount +
			"</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>" + day + "</Dt></Bal>"
	}
	const entry = `<Ntry><Amt Ccy="DKK">9.85000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>` +
		`2027-01-30T08:00:00+01:00</DtTm></BookgDt><BkTxCd><Domn><Cd>PMNT</Cd></Domn></BkTxCd><NtryDtls><TxDtls><Amt ` +
		`Ccy="SEK">0</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls></NtryDtls></Ntry>`
	day := "<Dt>2027-01-30</Dt>"
	const mt = ":20:STARTUMS\r\n:25:40044/0116243\r\n:28C:0\r\n:60F:C270104DKK1041,23\r\n:61:2701050105CK182,34NMSCNONREF\r\n" +
		":86:051?00OVERF?10931?20PMT-\r\n?21 tak EREF: 11\r\n:62M:C270105DKK1223,57\r\n-\r\n:20:STARTUMS\r\n:25:40044/0116243\r\n" +
		":60M:C270105DKK1223,57\r\n:61:2612310102D0100,03NMSCPMT-9//B9\r\n:62F:C270106DKK1123,54\r\n-\r\n"
	for _, c := range []struct {
		name string
		how  aFile
		file string
		want string
	}{
		{"genkgo: balances of all kinds", camt, start + bal("OPBD", "1.00", day) + bal("PRCD", "2.02", day) +
			bal("OPAV", "3.03", day) + bal("CLBD", "10.85", day) + bal("ITBD", "9.09", day) + bal("XPCD", "7.77", day) + entry +
			end, "2027-01-30 9.85, closing 10.85 on 2027-01-30"},
		{"genkgo: only the close before", camt, start + bal("PRCD", "1.00", "<DtTm>2027-01-29T23:59:59</DtTm>") +
			bal("CLBD", "10.85", day) + entry + end, "2027-01-30 9.85, closing 10.85 on 2027-01-30"},
		{"genkgo: two statements of a day", camt, start + bal("OPBD", "1.00", day) + bal("CLBD", "10.85", day) + entry +
			"</Stmt><Stmt><Id>T</Id><Acct><Id><Othr><Id>00400440116243</Id></Othr></Id></Acct>" + bal("OPBD", "10.85", day) +
			bal("CLBD", "20.70", day) + entry + end, "2027-01-30 9.85, 2027-01-30 9.85, closing 20.70 on 2027-01-30"},
		{"genkgo: balances that do not add up", camt, start + bal("OPBD", "18.15", day) + bal("CLBD", "27.00", day) + entry +
			end, "the closing balance balance_chain: the lines make 28.00, the file says 27.00: 1.00 are missing or too many; " +
			"export the whole period again"},
		{"genkgo: a statement without lines", camt, start + bal("OPBD", "18.15", day) + bal("CLBD", "18.15", day) + end,
			"closing 18.15 on 2027-01-30"},
		{"OCA: labels in English", with(comma, "mm/dd/yyyy", "date,text,currency,amount,-,-,-", true),
			"\"Date\",\"Label\",\"Currency\",\"Amount\",\"Amount Currency\",\"Partner Name\",\"Bank Account\"\n" +
				"\"12/15/2026\",\"Supplies\",\"DKK\",\"-33.50\",\"0.0\",\"A\",\"1\"\n\"12/16/2026\",\"Fee\",\"DKK\",\"1,525.00\",\"\",\"\",\"\"\n",
			"2026-12-15 -33.50, 2026-12-16 1525.00"},
		{"OCA: a line in another currency", with(comma, "mm/dd/yyyy", "date,text,currency,amount", false),
			"12/15/2026,x,USD,1.00\n", "line 1 currency: a line in another currency than the account's (DKK)"},
		{"OCA: money in two columns", with(comma, "mm/dd/yyyy", "date,text,amount_in,amount_out,balance", true),
			"\"Date\",\"Label\",\"Credit\",\"Debit\",\"Balance\"\n\"12/15/2026\",\"a\",\"1,500.00\",\"\",\"1,510.00\"\n" +
				"\"12/15/2026\",\"b\",\"\",\"-33.50\",\"1,476.50\"\n",
			"2026-12-15 1500.00, 2026-12-15 -33.50, closing 1476.50 on 2026-12-15"},
		{"OCA: rows about the account above the table", with(comma, "", "", false),
			"Bank code : 1001,Agency : 10\ndate,text,amount\n2027-01-04,a,-5.00\n",
			"line 1 columns: profile generic needs a column called \"date\"; choose another profile, or generic with the " +
				"columns named in order"},
		{"bank2ynab: no head line, and the value date", with(semicolon, "dd.mm.yyyy", "date,text,value_date,amount,currency",
			false), "18.01.2027;\"SPAR  0527  17:20\";16.01.2027;-33,87;DKK;;\n20.01.2027;\"Overførsel\";20.01.2027;24,00;DKK;;\n",
			"2027-01-18 -33.87, 2027-01-20 24.00"},
		{"bank2ynab: an unknown word for the direction", with(semicolon, "dd.mm.yyyy", "date,text,value_date,amount,status",
			false), "18.01.2027;a;18.01.2027;33,87;O\n", "line 1 status: the status is none that profile generic knows: ok, " +
			"Udført, Bogført, Gennemført, Booked, Posted are booked, reverted, Venter, Slettet, Reserveret, Afvist, Annulleret, " +
			"Pending, Reserved, Rejected, Cancelled, Canceled are not"},
		{"bank2ynab: words in the place of a day", with(semicolon, "dd.mm.yyyy", "date,text,amount", false),
			"A null transaction, to confuse;;\n", "line 1 amount: an amount of DKK with \",\" before its decimals"},
		{"python-fints: pages", aFile{profile: "mt940"}, mt,
			"2027-01-05 182.34, 2027-01-02 -100.03, closing 1123.54 on 2027-01-06"},
		{"MT940 with a currency beside the account", aFile{profile: "mt940", account: "DK5000400440116243"},
			":940:\n:20:940S270107\n:25:DK5000400440116243 DKK\n:28C:0\n:60F:C270106DKK000000000345,67\n" +
				":61:270107D000000000101,10N012MARF            \nDK12NAME\n:86:/MARF/1/EREF/x\n:62F:C270107DKK000000000244,57\n",
			"2027-01-07 -101.10, closing 244.57 on 2027-01-07"},
		{"MT940 that does not add up", aFile{profile: "mt940"}, strings.Replace(mt, "1123,54", "1123,55", 1),
			"the closing balance balance_chain: the lines make 1123.54, the file says 1123.55: 0.01 are missing or too many; " +
				"export the whole period again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.how.said([]byte(c.file))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What banks say of files of payments, in the three places where they say it.
func TestStatusReports(t *testing.T) {
	const start, end = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>` +
		`<GrpHdr><MsgId>R1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>B-2027-0001</OrgnlMsgId>` +
		`<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>`, `</CstmrPmtStsRpt></Document>`
	read := func(file string) string {
		r, err := iso20022.ReadStatus(strings.NewReader(file))
		if err != nil {
			return err.Error()
		}
		out := []string{strings.TrimSpace(r.File + " " + string(r.Group) + " " + r.Reason)}
		for _, p := range r.Parts {
			out = append(out, p.Part+" "+string(p.Status)+" "+p.Reason)
		}
		for _, p := range r.Payments {
			out = append(out, p.EndToEndID+" "+string(p.Status)+" "+p.Reason)
		}
		return strings.Join(out, ", ")
	}
	for file, want := range map[string]string{
		start + `<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DU01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts>` + end: "B-2027-0001 rejected DU01",
		start + `<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>B-2027-0001.1</OrgnlPmtInfId>` +
			`<PmtInfSts>ACCP</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>PMT-001</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn>` +
			`<Cd>AC01</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>` + end: "B-2027-0001 partly, B-2027-0001.1 accepted , " +
			"PMT-001 rejected AC01",
		strings.NewReplacer("pain.002.001.10", "camt.029.001.09").Replace(start) + `</OrgnlGrpInfAndSts><TxInfAndSts>` +
			`<OrgnlEndToEndId>PMT-2</OrgnlEndToEndId><TxCxlSts>ACCR</TxCxlSts></TxInfAndSts>` + end: "B-2027-0001, PMT-2 recalled ",
		start + `</OrgnlGrpInfAndSts>` + end:                      "iso20022: empty: the file says nothing of any payment",
		start + `<GrpSts>WHAT</GrpSts></OrgnlGrpInfAndSts>` + end: "iso20022: the file: status: the status WHAT is none that banks agreed on",
		strings.Replace(start, "pain.002", "camt.053", 1) + end: "iso20022: format: a pain.002, or the camt.029 that answers a " +
			"recall; what the bank booked goes to bank-imports",
	} {
		if got := read(file); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
