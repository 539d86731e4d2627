package iso20022

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"supportledger/disbursements/banknumbers"
)

// toCreditor is a payment of a Danish bill.
func toCreditor(n int, line string) Payment {
	p := atHome(n)
	r, err := ParseReference(line)
	if err != nil {
		panic(err)
	}
	p.Reference, p.Account = r, Account{Creditor: r.Card.Creditor}
	return p
}

func knownBy(p Payment, reference string) Payment {
	r, err := ParseReference(reference)
	if err != nil {
		panic(err)
	}
	p.Reference = r
	return p
}

// What a payee knows the bill by stands where the schema has a place for it, in one place alone; the schema agrees.
func TestReferencesInTheFile(t *testing.T) {
	const scheme = "<SchmeNm><Prtry>OCR</Prtry></SchmeNm>"
	for _, c := range []struct {
		name    string
		payment Payment
		says    []string
		not     []string
	}{
		{"none", atHome(1), []string{"<Ustrd>D-2026-0007</Ustrd>"}, []string{"<Strd>"}},
		{"an invoice at home", knownBy(atHome(1), "F-2026-17"), []string{"<Ustrd>D-2026-0007</Ustrd>",
			"<RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>F-2026-17</Nb></RfrdDocInf>"},
			[]string{"CdtrRefInf"}},
		{"an invoice within SEPA", knownBy(toEurope(1), "F-2026-17"), []string{"<Ustrd>F-2026-17 D-2026-0007</Ustrd>"},
			[]string{"<Strd>"}},
		{"an invoice across borders", knownBy(toNigeria(1), "F-2026-17"), []string{"<Nb>F-2026-17</Nb>"}, nil},
		{"a creditor's reference", knownBy(toEurope(1), "RF10 FY20 26AB C17"), []string{"<CdtrRefInf><Tp><CdOrPrtry>" +
			"<Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp><Ref>RF10FY2026ABC17</Ref></CdtrRefInf>"}, []string{"<Ustrd>"}},
		{"+71", toCreditor(1, "+71<000000000012344+87654321<"), []string{"<Id>87654321</Id>" + scheme,
			"<Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>71/000000000012344</Ref>"}, []string{"<Ustrd>", "<IBAN>"}},
		{"+73", toCreditor(1, "+73<+87654321<"), []string{"<Id>87654321</Id>" + scheme, "<Ref>73/</Ref>",
			"<Ustrd>D-2026-0007</Ustrd>"}, nil},
		{"+75", toCreditor(1, "+75<3141592653589796+87654321<"), []string{"<Ref>75/3141592653589796</Ref>"},
			[]string{"<Ustrd>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file bytes.Buffer
			if err := Write(&file, order(part("B-2026-0003.1", c.payment))); err != nil {
				t.Fatal(err)
			}
			if err := validates(t, file.Bytes(), "pain.001.001.09"); err != nil {
				t.Errorf("%v\n%s", err, file.Bytes())
			}
			_, payment, _ := strings.Cut(strings.Join(strings.Fields(file.String()), ""), "<CdtTrfTxInf>")
			for _, text := range c.says {
				if !strings.Contains(payment, strings.ReplaceAll(text, " ", "")) {
					t.Errorf("it does not say %s: %s", text, payment)
				}
			}
			for _, text := range c.not {
				if strings.Contains(payment, text) {
					t.Errorf("it says %s: %s", text, payment)
				}
			}
			if _, err := Recount(&file); err != nil {
				t.Error(err)
			}
		})
	}
}

// A bill is paid to nobody but the creditor that its line names, and its digits count to the end.
func TestReferencesThatAreRefused(t *testing.T) {
	bill := func(change func(*Payment)) Payment {
		p := toCreditor(1, "+71<000000000012344+87654321<")
		change(&p)
		return p
	}
	for name, p := range map[string]Payment{
		"another creditor":          bill(func(p *Payment) { p.Account.Creditor = "87654322" }),
		"an account instead":        bill(func(p *Payment) { p.Account = Account{IBAN: "DK5000400440116243"} }),
		"a creditor without a line": bill(func(p *Payment) { p.Reference = Reference{} }),
		"a wrong digit":             bill(func(p *Payment) { p.Reference.Card.ID = "000000000012345" }),
		"two references":            bill(func(p *Payment) { p.Reference.Invoice = "F-17" }),
		"both places":               bill(func(p *Payment) { p.Account.IBAN = "DK5000400440116243" }),
		"in euro": bill(func(p *Payment) {
			p.Kind, p.Charges, p.Amount = SEPA, ServiceLevel, money("1.00", "EUR")
		}),
		"a letter that banks do not take": knownByInvoice("Fø-17"),
	} {
		if len(p.Check()) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	for text, want := range map[string]string{"Fø 17": `send "Foe 17"`, strings.Repeat("1", 36): "35", "Trauma 17": "trauma",
		"RF11FY2026ABC17": "compare it with the bill", "+71<000000000012345+87654321<": "compare it with the bill"} {
		_, err := ParseReference(text)
		if f := (*banknumbers.Fault)(nil); !errors.As(err, &f) || !strings.Contains(f.Hint, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	p := toNigeria(1)
	p.Payee.Address.Town = "Århus"
	if faults := p.Check(); len(faults) == 0 || !strings.Contains(faults[0].Error(), "write Å as Aa") {
		t.Errorf("how to spell a town: %v", faults)
	}
}

func knownByInvoice(number string) Payment {
	p := atHome(1)
	p.Reference.Invoice = number
	return p
}
