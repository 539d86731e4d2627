package iso20022_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/iso20022/iso20022test"
)

// aFile is a file as a bank gives it, and how it is uploaded.
type aFile struct {
	name    string
	profile string // camt, mt940, one of iso20022.Profiles, or generic
	table   iso20022.Table
	account string // that is asked for
	want    string // lines and closing balance, or the fault
}

// read reads a file of testdata/files as the upload does, and writes what it says.
func (f aFile) read(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "files", f.name))
	if err != nil {
		t.Fatal(err)
	}
	return f.said(content)
}

func (f aFile) said(content []byte) string {
	s, err := f.statement(content)
	if fault := (*iso20022.Fault)(nil); errors.As(err, &fault) {
		return strings.TrimSpace(fault.Where+" "+fault.Code) + ": " + fault.Hint
	} else if err != nil {
		return err.Error()
	}
	var out []string
	for _, l := range s.Lines {
		what := fmt.Sprintf("%s %s", l.BookedOn, l.Amount)
		if l.Pending {
			what = "pending " + what
		}
		out = append(out, what)
	}
	if s.Closing != nil {
		out = append(out, fmt.Sprintf("closing %s on %s", s.Closing.Amount, s.Closing.On))
	}
	return strings.Join(out, ", ")
}

func (f aFile) statement(content []byte) (iso20022.Statement, error) {
	var all []iso20022.Statement
	var err error
	switch f.profile {
	case "camt":
		all, err = iso20022.ReadCAMT(bytes.NewReader(content))
	case "mt940":
		all, err = iso20022.ReadMT940(bytes.NewReader(content), func(*iso20022.Line) {})
	default:
		p, known := iso20022.Profiles[f.profile]
		if !known {
			if p, err = iso20022.Generic(f.table); err != nil {
				return iso20022.Statement{}, err
			}
		}
		return p.Read(bytes.NewReader(content), "DKK")
	}
	if err != nil {
		return iso20022.Statement{}, err
	}
	return iso20022.OneAccount(all, f.account)
}

// Files that were refused, or read wrong, before: what the banks write and people do to it.
func TestFilesOfBanks(t *testing.T) {
	semicolon := iso20022.Table{Separator: ';', Decimal: ",", Dates: "dd-mm-yyyy"}
	placed := semicolon
	placed.Columns, placed.Encoding = []string{"date", "text", "amount", "balance"}, "windows-1252"
	for _, f := range []aFile{
		{name: "mt940.sta", profile: "camt",
			want: "format: this is MT940 (SWIFT); upload it with the profile mt940, or ask the bank for camt.053"},
		{name: "mt940.sta", profile: "mt940", want: "2027-01-05 -50.00, closing 950.00 on 2027-01-05"},
		{name: "newest-first.xml", profile: "camt",
			want: "2027-01-08 -1.00, 2027-01-09 -1.00, closing 7.00 on 2027-01-09"},
		{name: "other-account-broken.xml", profile: "camt", account: "DK50 0040 0440 1162 43",
			want: "2027-01-08 -1.02, closing 8.98 on 2027-01-08"},
		{name: "other-account-broken.xml", profile: "camt",
			want: "accounts: the file speaks of several accounts; name the one with bank_account"},
		{name: "merkur-like.csv", profile: "bankdata",
			want: "2027-01-28 500.00, 2027-01-29 -450.50, closing 1049.50 on 2027-01-29"},
		{name: "merkur-like.csv", profile: "generic", table: placed,
			want: "2027-01-28 500.00, 2027-01-29 -450.50, closing 1049.50 on 2027-01-29"},
		{name: "with-our-head.csv", profile: "generic", table: semicolon,
			want: "2027-01-28 500.00, 2027-01-29 -450.50, closing 1049.50 on 2027-01-29"},
		{name: "quote.csv", profile: "danske-erhverv", want: "2027-01-05 -100.00, closing 900.00 on 2027-01-05"},
		{name: "swallow.csv", profile: "danske-erhverv", want: "line 3 csv: column 2 begins with a quotation mark that " +
			"nothing ends on this line; take that mark out, and leave the rest as it is"},
	} {
		t.Run(f.profile+" "+f.name+" "+f.account, func(t *testing.T) {
			if diff := cmp.Diff(f.want, f.read(t)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Kinds of CSV without a file.
func TestTablesOfBanks(t *testing.T) {
	table := iso20022.Table{Separator: ';', Decimal: ","}
	const head = "date;text;amount;status\n"
	for _, c := range []struct {
		name, profile, file, want string
	}{
		{"a status in other letters", "generic", head + "2027-01-05;x;1,00;BOOKED\n2027-01-06;x;2,00;pending\n",
			"2027-01-05 1.00, pending  2.00"},
		{"a status that is not known", "generic", head + "2027-01-05;x;1,00;recalled\n",
			"line 2 status: the status is none " +
				"that profile generic knows: ok, Udført, Bogført, Gennemført, Booked, Posted are booked, reverted, Venter, " +
				"Slettet, Reserveret, Afvist, Annulleret, Pending, Reserved, Rejected, Cancelled, Canceled are not"},
		{"no status", "generic", head + "2027-01-05;x;1,00;\n", "line 2 status: "},
		{"numbers as spreadsheets store them", "generic",
			"date;text;amount\n2027-01-05;x;7,0000000000000007E-2\n2027-01-05;x;-1234,5599999999999\n2027-01-05;x;1E3\n",
			"2027-01-05 0.07, 2027-01-05 -1234.56, 2027-01-05 1000.00"},
		{"half an øre", "generic", "date;text;amount\n2027-01-05;x;1,0050000000000001\n", "line 2 amount: "},
		{"empty rows", "generic", "date;text;amount\n;;\n2027-01-05;x;1,00\n;;;;\n\n", "2027-01-05 1.00"},
		{"two columns of one name", "generic", "date;text;amount;amount\n2027-01-05;x;1,00;2,00\n",
			"line 1 columns: two columns are called amount; leave one"},
		{"money in and out", "generic", "date;text;amount_in;amount_out\n2027-01-05;x;1,00;\n2027-01-06;x;;2,00\n",
			"2027-01-05 1.00, 2027-01-06 -2.00"},
		{"a minus behind, and spaces", "generic", "date;text;amount\n2027-01-05;x;1 234,50-\n2027-01-06;x;−2,00\n",
			"2027-01-05 -1234.50, 2027-01-06 -2.00"},
		{"a date in words", "danske-erhverv", "Dato;Tekst;Beløb\n5. jan 2027;x;1,00\n",
			"line 2 date: a day written as dd.mm.yyyy"},
		{"XML", "danske-erhverv", "<?xml version=\"1.0\"?>", "format: this is XML; upload it with the profile camt"},
		{"Nordea in Windows-1252", "nordea",
			"Bogf\xf8ringsdato;Rentedato;Tekst;Bel\xf8b;Valuta;Reference\n17-05-2027;16-05-2027;\"K\xf8b, " +
				"fast\";\"1.234,56\";DKK;N-1\n",
			"2027-05-17 1234.56"},
		{"Lunar", "lunar", "Date,Text,Amount,Balance\n2027-01-05,Kaffe,\"-1.234,50\",\"100,00\"\n",
			"2027-01-05 -1234.50, closing 100.00 on 2027-01-05"},
		{"Nykredit", "nykredit", "Dato,Tekst,Beløb,Saldo\n05/01/2027,Kaffe,-1234.50,100.00\n",
			"2027-01-05 -1234.50, closing 100.00 on 2027-01-05"},
		{"Jyske", "jyske", "Dato;Tekst;Bel\xf8b;Saldo\n05-01-2027;Kaffe \x80;-12,50;100,00\n",
			"2027-01-05 -12.50, closing 100.00 on 2027-01-05"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := aFile{profile: c.profile, table: table}.said([]byte(c.file))
			if strings.HasSuffix(c.want, ": ") && strings.HasPrefix(got, c.want) {
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The versions of both messages read alike; what is none of them is refused by its name.
func TestVersionsOfCAMT(t *testing.T) {
	good := string(iso20022test.CAMT("camt.053", "08", iso20022.Statement{ID: "S", Account: "DK5000400440116243",
		Currency: "DKK", Opening: &iso20022.Balance{Amount: minor(0), On: "2026-07-12"},
		Closing: &iso20022.Balance{Amount: minor(100), On: "2026-07-13"},
		Lines:   []iso20022.Line{{Amount: minor(100), BookedOn: "2026-07-13", Code: "X"}}}))
	camt := aFile{profile: "camt"}
	for v := 2; v <= 13; v++ {
		file := strings.Replace(good, "camt.053.001.08", fmt.Sprintf("camt.053.001.%02d", v), 1)
		if got := camt.said([]byte(file)); got != "2026-07-13 1.00, closing 1.00 on 2026-07-13" {
			t.Errorf("version %d: %s", v, got)
		}
	}
	for space, want := range map[string]string{
		"camt.052.001.08": "format: this is camt.052, what the bank may still change today; ask the bank for camt.053, the " +
			"statement of booked lines",
		"camt.053.001.01": "format: camt.053 of version 01; versions 02 to 13 are read",
		"pain.002.001.10": "format: this is pain.002, what the bank says of a file of payments; upload it at " +
			"payment-status-reports",
		"camt.060.001.05": "format: a camt.053 or camt.054 of version 02 to 13; ask the bank for one of these",
	} {
		if got := camt.said([]byte(strings.Replace(good, "camt.053.001.08", space, 1))); got != want {
			t.Errorf("%s: %s", space, got)
		}
	}
	for name, file := range map[string]string{
		"no date of booking": strings.Replace(good, "<BookgDt><Dt>2026-07-13</Dt></BookgDt>", "", 1),
		"no currency anywhere": strings.ReplaceAll(strings.Replace(good, "<Ccy>DKK</Ccy>", "", 1),
			"<Amt Ccy=\"DKK\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>",
			"<Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>"),
		"a byte order mark": "\ufeff" + good,
	} {
		if got := camt.said([]byte(file)); got != "2026-07-13 1.00, closing 1.00 on 2026-07-13" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := camt.said([]byte(strings.Replace(good, ">BOOK<", ">WHAT<", 1))); !strings.Contains(got, "line 1 status") {
		t.Errorf("a status that is not known: %s", got)
	}
	if got := camt.said([]byte("Dato;Tekst;Beløb\n")); !strings.Contains(got, "this looks like CSV") {
		t.Errorf("CSV: %s", got)
	}
}
