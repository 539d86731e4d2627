package iso20022_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/iso20022/iso20022test"
	"supportledger/ledger"
)

var sameAmounts = cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })

func minor(n int64) ledger.Money { return ledger.OfMinor(n, "DKK") }

// drawStatement makes a statement that adds up.
func drawStatement(t *rapid.T, n int, opening int64, parts bool) iso20022.Statement {
	s := iso20022.Statement{ID: fmt.Sprintf("S%d", n), Account: "DK5000400440116243", Currency: "DKK",
		Opening: &iso20022.Balance{Amount: minor(opening), On: "2026-07-12"}}
	at := opening
	for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
		amount := rapid.Int64Range(-9_999_999, 9_999_999).Filter(func(n int64) bool { return n != 0 }).Draw(t, "amount")
		l := iso20022.Line{Amount: minor(amount), BookedOn: "2026-07-13",
			Pending:  rapid.Float64Range(0, 1).Draw(t, "pending") < 0.1,
			Reversal: rapid.Bool().Draw(t, "reversal"), Reference: fmt.Sprintf("R%d", i), Code: "PMNT",
			Text: rapid.StringMatching(`[A-Za-zæøå0-9]{0,20}`).Draw(t, "text")}
		if rapid.Bool().Draw(t, "value") {
			l.ValueOn = "2026-07-14"
		}
		if parts && rapid.Bool().Draw(t, "batch") {
			l.Parts = []iso20022.Detail{{EndToEndID: "P-2026-0001", Amount: minor(amount),
				Charges: minor(rapid.Int64Range(0, 5000).Draw(t, "charges")),
				Return:  rapid.SampledFrom([]string{"", "AC01"}).Draw(t, "return"), Text: "D-2026-0007"}}
		}
		if !l.Pending {
			at += amount
		}
		s.Lines = append(s.Lines, l)
	}
	s.Closing = &iso20022.Balance{Amount: minor(at), On: "2026-07-13"}
	return s
}

// What a bank writes is what we read, in both versions of both messages; the schema agrees that a bank could write it.
func TestStatementsRoundTrip(t *testing.T) {
	validated := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		message, version := rapid.SampledFrom([]string{"camt.053", "camt.054"}).Draw(rt, "message"),
			rapid.SampledFrom([]string{"02", "08"}).Draw(rt, "version")
		first := drawStatement(rt, 1, rapid.Int64Range(-1_000_000, 1_000_000).Draw(rt, "opening"), true)
		want := []iso20022.Statement{first, drawStatement(rt, 2, first.Closing.Amount.Minor(), true)}
		file := iso20022test.CAMT(message, version, want...)
		got, err := iso20022.ReadCAMT(bytes.NewReader(file))
		if err != nil {
			rt.Fatalf("%v\n%s", err, file)
		}
		number := 0
		for i := range want {
			for j := range want[i].Lines {
				number++
				want[i].Lines[j].Number = number
			}
			if message == "camt.054" {
				want[i].Opening, want[i].Closing, want[i].Advice = nil, nil, true
			}
		}
		if diff := cmp.Diff(want, got, sameAmounts, cmpopts.IgnoreUnexported(iso20022.Statement{})); diff != "" {
			rt.Errorf("read otherwise than written (-want +got):\n%s", diff)
		}
		if strings.Contains(fmt.Sprint(got), iso20022test.Stranger) {
			rt.Error("a name was read")
		}
		if kind := message + ".001." + version; validated[kind] < 3 {
			validated[kind]++
			validate(rt, t, file, kind)
		}
	})
}

func validate(rt *rapid.T, t *testing.T, file []byte, schema string) {
	path := filepath.Join(t.TempDir(), "file.xml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		rt.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema",
		filepath.Join("testdata", "schemas", schema+".xsd"), path).CombinedOutput(); err != nil {
		rt.Errorf("%v: %s\n%s", err, out, file)
	}
}

// Any booked amount that is changed, left out or doubled breaks the chain of balances.
func TestBalanceChain(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawStatement(rt, 1, 100_000, false)
		if len(s.Lines) == 0 {
			return
		}
		i := rapid.IntRange(0, len(s.Lines)-1).Draw(rt, "line")
		if s.Lines[i].Pending {
			return
		}
		switch rapid.SampledFrom([]string{"change", "drop", "double"}).Draw(rt, "spoil") {
		case "change":
			s.Lines[i].Amount = s.Lines[i].Amount.Add(minor(1))
		case "drop":
			s.Lines = append(s.Lines[:i:i], s.Lines[i+1:]...)
		case "double":
			s.Lines = append(s.Lines[:i+1:i+1], s.Lines[i:]...)
		}
		all, err := iso20022.ReadCAMT(bytes.NewReader(iso20022test.CAMT("camt.053", "08", s)))
		if err != nil {
			rt.Fatal(err)
		}
		_, err = iso20022.OneAccount(all, "")
		wantFault(rt, err, "balance_chain")
	})
}

func wantFault(t interface {
	Helper()
	Errorf(string, ...any)
}, err error, code string) {
	t.Helper()
	if f := (*iso20022.Fault)(nil); !errors.As(err, &f) || f.Code != code {
		t.Errorf("got %v, want a fault %s", err, code)
	}
}

func TestHostileXML(t *testing.T) {
	good := string(iso20022test.CAMT("camt.053", "08",
		iso20022.Statement{ID: "S", Account: "DK5000400440116243", Currency: "DKK",
			Lines: []iso20022.Line{{Amount: minor(100), BookedOn: "2026-07-13", Code: "X"}}}))
	if _, err := iso20022.ReadCAMT(strings.NewReader(good)); err != nil {
		t.Fatal(err)
	}
	swap := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	for _, c := range []struct{ name, file, code string }{
		{"nothing", "", "empty"},
		{"no XML", "PK\x03\x04", "xml"},
		{"a doctype", swap("<Document", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Document"), "xml"},
		{"an entity", swap(">1.00<", ">&a;<"), "xml"},
		{"another message", swap("camt.053.001.08", "camt.052.001.08"), "format"},
		{"another version", swap("camt.053.001.08", "camt.053.001.14"), "format"},
		{"a foreign encoding", swap("UTF-8", "UTF-7"), "encoding"},
		{"cut off", good[:len(good)/2], "xml"},
		{"an exponent", swap(">1.00<", ">1e9<"), "amount"},
		{"a negative amount", swap(">1.00<", ">-1.00<"), "amount"},
		{"a third decimal", swap(">1.00<", ">1.001<"), "amount"},
		{"half in, half out", swap("CRDT", "BOTH"), "amount"},
		{"money that there is not", swap(`Ccy="DKK"`, `Ccy="DKX"`), "currency"},
		{"another currency", swap(`Ccy="DKK"`, `Ccy="EUR"`), "currency"},
		{"a day that there is not", swap("2026-07-13", "2026-02-30"), "date"},

		{"deep", swap("<GrpHdr>", strings.Repeat("<a>", 100)), "xml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := iso20022.ReadCAMT(strings.NewReader(c.file))
			wantFault(t, err, c.code)
			if err != nil && strings.Contains(err.Error(), "passwd") {
				t.Errorf("the answer repeats the file: %v", err)
			}
		})
	}
}

// A file of an older bank system.
func TestLatin1(t *testing.T) {
	file := iso20022test.CAMT("camt.053", "02", iso20022.Statement{ID: "S", Account: "DK5000400440116243", Currency: "DKK",
		Lines: []iso20022.Line{{Amount: minor(100), BookedOn: "2026-07-13", Code: "X", Text: "R\xf8d gr\xf8d"}}})
	got, err := iso20022.ReadCAMT(bytes.NewReader(bytes.Replace(file, []byte("UTF-8"), []byte("ISO-8859-1"), 1)))
	if err != nil || got[0].Lines[0].Text != "Rød grød" {
		t.Errorf("got %v, %v", got, err)
	}
}

func FuzzReadCAMT(f *testing.F) {
	for _, version := range []string{"02", "08"} {
		f.Add(iso20022test.CAMT("camt.053", version,
			iso20022.Statement{ID: "S", Account: "DK5000400440116243", Currency: "DKK",
				Opening: &iso20022.Balance{Amount: minor(0), On: "2026-07-12"},
				Lines: []iso20022.Line{{Amount: minor(-100), BookedOn: "2026-07-13", Code: "X",
					Parts: []iso20022.Detail{{EndToEndID: "P", Amount: minor(-100), Charges: minor(1), Return: "AC01"}}}}}))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		found, err := iso20022.ReadCAMT(bytes.NewReader(file))
		if err != nil && !errors.Is(err, iso20022.ErrFile) {
			t.Errorf("a file that does not read is no fault of ours: %v", err)
		}
		if err != nil {
			return
		}
		if s, err := iso20022.OneAccount(found, ""); err == nil && s.Chain() != nil {
			t.Errorf("taken, and does not add up")
		}
	})
}
