package iso20022

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/disbursements/banknumbers"
	"supportledger/ledger"
)

// validates runs xmllint, whose opinion is not ours.
func validates(t testing.TB, file []byte, schema string) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.xml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema",
		filepath.Join("testdata", "schemas", schema+".xsd"), path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func kroner(s string) ledger.Money { return money(s, "DKK") }

func money(s string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(s, c)
	if err != nil {
		panic(err)
	}
	return m
}

func atHome(n int) Payment {
	return Payment{EndToEndID: fmt.Sprintf("P-2026-%04d", n), UETR: fmt.Sprintf("9b2c1c1e-3c5f-4d0a-8f00-%012d", n),
		Kind: Domestic, Charges: Shared,
		Amount: kroner("900.00"), Payee: Party{Name: "Klinik Søndergade"}, Account: Account{IBAN: "DK5000400440116243"},
		Purpose: "SUPP", Text: "D-2026-0007"}
}

func toEurope(n int) Payment {
	p := atHome(n)
	p.Kind, p.Charges, p.Amount, p.Payee.Name, p.Purpose = SEPA, ServiceLevel, money("125.50", "EUR"),
		"Universitaet Beispiel", ""
	p.Account.IBAN = "DE89370400440532013000"
	p.Payee.Address = Address{Street: "Hauptstr.", Building: "7", PostCode: "10115", Town: "Berlin", Country: "DE"}
	return p
}

func toNigeria(n int) Payment {
	p := atHome(n)
	p.Kind, p.Amount, p.Payee.Name = CrossBorder, money("600000.00", "NGN"), "Partner NG-01"
	p.Account, p.Bank = Account{Number: "0000014579"}, Bank{BIC: "FBNINGLAXXX"}
	p.Payee.Address = Address{Town: "Benin City", Country: "NG", Lines: []string{"12 Example Road"}}
	return p
}

func part(id string, payments ...Payment) Part {
	p := Part{ID: id, On: "2026-07-13", Kind: payments[0].Kind, Charges: payments[0].Charges,
		Account: Account{IBAN: "DK5000400440116243"}, Currency: "DKK", BIC: "DABADKKK"}
	for _, payment := range payments {
		p.Totals = p.Totals.plus(payment.Amount.Amount)
	}
	p.Payments = func(yield func(Payment, error) bool) {
		for _, payment := range payments {
			if !yield(payment, nil) {
				return
			}
		}
	}
	return p
}

func order(parts ...Part) Order {
	return Order{ID: "B-2026-0003", Created: time.Date(2026, 7, 13, 9, 0, 0, 0, time.UTC), From: Party{Name: "Fyrlys"},
		Parts: parts}
}

// Every kind of payment in one file: the schema takes it, and another reading of it adds up to the same.
func TestFileOfPayments(t *testing.T) {
	o := order(part("B-2026-0003.1", atHome(1), atHome(2)), part("B-2026-0003.2", toEurope(3)),
		part("B-2026-0003.3", toNigeria(4)))
	var file bytes.Buffer
	if err := Write(&file, o); err != nil {
		t.Fatal(err)
	}
	if err := validates(t, file.Bytes(), "pain.001.001.09"); err != nil {
		t.Errorf("%v\n%s", err, file.Bytes())
	}
	got, err := Recount(bytes.NewReader(file.Bytes()))
	if err != nil || got.Count != 4 || got.Sum.String() != "601925.5" {
		t.Errorf("the file adds up to %+v, %v", got, err)
	}
	for _, say := range []string{"<Ctry>NG</Ctry>", "<AdrLine>12 Example Road</AdrLine>", "<Cd>SEPA</Cd>",
		"<ChrgBr>SLEV</ChrgBr>", "<Id>0000014579</Id>", "<CtrlSum>601925.5</CtrlSum>",
		`<InstdAmt Ccy="NGN">600000.00</InstdAmt>`} {
		if !strings.Contains(file.String(), say) {
			t.Errorf("the file does not say %s", say)
		}
	}
	broken := bytes.Replace(file.Bytes(), []byte("SLEV"), []byte("SLOW"), 1)
	if err := validates(t, broken, "pain.001.001.09"); err == nil {
		t.Error("the schema takes a bearer of charges that there is not: it checks nothing")
	}
}

// Whatever payments pass the check make a file that the schema takes and that adds up.
func TestAnyFileValidates(t *testing.T) {
	rounds := 0
	rapid.Check(t, func(rt *rapid.T) {
		if rounds++; rounds > 25 { // xmllint is a process of its own
			return
		}
		var parts []Part
		n := 0
		for i := range rapid.IntRange(1, 3).Draw(rt, "parts") {
			kind := rapid.SampledFrom([]func(int) Payment{atHome, toEurope, toNigeria}).Draw(rt, "kind")
			var payments []Payment
			for range rapid.IntRange(1, 5).Draw(rt, "payments") {
				n++
				p := kind(n)
				p.Amount = ledger.OfMinor(rapid.Int64Range(1, 99_999_999_999).Draw(rt, "amount"), p.Amount.Currency)
				p.Payee.Name = strings.TrimSpace(rapid.StringMatching(`[A-Z][A-Za-z/?:().,'+ \-]{0,40}`).Draw(rt, "name"))
				p.Text = strings.TrimSpace(rapid.StringMatching(`[A-Za-z0-9/?:().,'+ \-]{0,140}`).Draw(rt, "text"))
				if len(p.Check()) == 0 {
					payments = append(payments, p)
				}
			}
			if len(payments) > 0 {
				parts = append(parts, part(fmt.Sprintf("PART-%d", i), payments...))
			}
		}
		if len(parts) == 0 {
			return
		}
		var file bytes.Buffer
		if err := Write(&file, order(parts...)); err != nil {
			rt.Fatal(err)
		}
		if _, err := Recount(&file); err != nil {
			rt.Error(err)
		}
		file.Reset()
		_ = Write(&file, order(parts...))
		if err := validates(t, file.Bytes(), "pain.001.001.09"); err != nil {
			rt.Errorf("%v\n%s", err, file.Bytes())
		}
	})
}

func TestRefusedPayments(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   func(int) Payment
		change func(*Payment)
		code   string
	}{
		{"nothing to pay", atHome, func(p *Payment) { p.Amount = kroner("0.00") }, "amount"},
		{"euro at home", atHome, func(p *Payment) { p.Amount = money("1.00", "EUR") }, "domestic"},
		{"a foreign account at home", atHome, func(p *Payment) { p.Account.IBAN = "DE89370400440532013000" }, "domestic"},
		{"an account whose check fails", atHome, func(p *Payment) { p.Account.IBAN = "DK5000400440112643" }, "account"},
		{"two accounts", atHome, func(p *Payment) { p.Account.Number = "12" }, "account"},
		{"kroner in SEPA", toEurope, func(p *Payment) { p.Amount = kroner("1.00") }, "sepa"},
		{"shared charges in SEPA", toEurope, func(p *Payment) { p.Charges = Shared }, "charges"},
		{"no charges abroad", toNigeria, func(p *Payment) { p.Charges = ServiceLevel }, "charges"},
		{"no bank abroad", toNigeria, func(p *Payment) { p.Bank = Bank{} }, "bank"},
		{"no town", toNigeria, func(p *Payment) { p.Payee.Address.Town = "" }, "address"},
		{"no address abroad", toNigeria, func(p *Payment) { p.Payee.Address = Address{} }, "address"},
		{"three free lines", toNigeria, func(p *Payment) { p.Payee.Address.Lines = []string{"a", "b", "c"} }, "address"},
		{"structured and free", toEurope, func(p *Payment) { p.Payee.Address.Lines = []string{"a"} }, "address"},
		{"Danish letters abroad", toNigeria, func(p *Payment) { p.Text = "Rate på lån" }, "charset"},
		{"a line break", atHome, func(p *Payment) { p.Text = "D-1\nD-2" }, "charset"},
		{"markup", atHome, func(p *Payment) { p.Payee.Name = "<Nm>" }, "charset"},
		{"what it is for", atHome, func(p *Payment) { p.Text = "Terapi maj" }, "discreet"},
		{"whom it is for", toNigeria, func(p *Payment) { p.Payee.Name = "Trafficking Survivors Trust" }, "discreet"},
		{"a purpose that tells", atHome, func(p *Payment) { p.Purpose = "HLTC" }, "purpose"},
		{"a long text", atHome, func(p *Payment) { p.Text = strings.Repeat("x", 141) }, "text_length"},
		{"a number that nobody can follow", atHome, func(p *Payment) { p.UETR = "1" }, "uetr"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := c.from(1)
			if faults := p.Check(); len(faults) != 0 {
				t.Fatalf("the payment that is to be spoilt is refused already: %v", faults)
			}
			c.change(&p)
			var codes []string
			for _, err := range p.Check() {
				if f := (*Fault)(nil); errors.As(err, &f) {
					codes = append(codes, f.Code)
				}
			}
			if !strings.Contains(strings.Join(codes, " "), c.code) {
				t.Errorf("faults %v, want %s", codes, c.code)
			}
			if err := Write(io.Discard, order(part("X", p))); !errors.Is(err, ErrFile) {
				t.Errorf("a file was made of it: %v", err)
			}
		})
	}
}

// A file that would say something else than what was approved is not finished.
func TestFileHoldsWhatWasAnnounced(t *testing.T) {
	broken := errors.New("the database went away")
	for name, spoil := range map[string]func(*Order){
		"a payment less":    func(o *Order) { o.Parts[0].Totals.Count++ },
		"an øre more":       func(o *Order) { o.Parts[0].Totals.Sum = o.Parts[0].Totals.Sum.Add(decimal.New(1, -2)) },
		"a reference twice": func(o *Order) { o.Parts = append(o.Parts, part("Y", atHome(1))) },
		"another kind": func(o *Order) {
			o.Parts = append(o.Parts, Part{ID: "Y", Kind: SEPA, Payments: o.Parts[0].Payments, Totals: o.Parts[0].Totals})
		},
		"nothing":            func(o *Order) { o.Parts = nil },
		"a stream that ends": func(o *Order) { o.Parts[0].Payments = failing(broken) },
	} {
		o := order(part("X", atHome(1), atHome(2)))
		spoil(&o)
		if err := Write(io.Discard, o); err == nil {
			t.Errorf("%s: a file was made", name)
		}
	}
	var file bytes.Buffer
	if err := Write(&file, order(part("X", atHome(1), atHome(2)))); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{">900.00<": ">901.00<", "P-2026-0002": "P-2026-0001",
		"<NbOfTxs>2<": "<NbOfTxs>3<"} {
		if _, err := Recount(strings.NewReader(strings.Replace(file.String(), from, to, 1))); !errors.Is(err, ErrFile) {
			t.Errorf("%s changed to %s is not noticed: %v", from, to, err)
		}
	}
}

func failing(err error) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) { yield(Payment{}, err) }
}

// The stems are looked for at the start of words, in both languages.
func TestTelling(t *testing.T) {
	for text, want := range map[string]string{
		"D-2026-0007": "", "Klinik Søndergade": "", "Universitaet Beispiel": "", "SOFFERT A/S": "", "Terapi maj": "terapi",
		"legal  aid":       "legal aid",
		"PSYKOLOG-regning": "psykolog", "stipends Q3": "stipends", "Asylcenter": "asylcenter",
	} {
		if got := Telling(text); got != want {
			t.Errorf("Telling(%q) = %q, want %q", text, got, want)
		}
	}
}

// Accounts in the fixtures are the register's own examples, nobody's.
func TestFixtureAccounts(t *testing.T) {
	for _, p := range []Payment{atHome(1), toEurope(2)} {
		if _, err := banknumbers.IBAN(p.Account.IBAN); err != nil {
			t.Error(err)
		}
	}
}
