package page

import (
	"fmt"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"

	"github.com/shopspring/decimal"
)

// sign is an amount of a situation: 300.00, nothing, or −20.00.
func sign(n int, amount string) decimal.Decimal {
	return figurestest.Dec(amount).Mul(decimal.NewFromInt(int64(n)))
}

// signs say of each figure of a grant whether it is more, nothing, or less.
type signs struct {
	received, spent, refunded, interest, closing int
	ended                                        bool
}

// grantSituation is a statement in which each figure that a sentence is chosen by has a sign.
func grantSituation(is signs) *figures.GrantStatement {
	s := figures.GrantStatement{Organisation: figurestest.Nordlys, Grant: "G1", Currency: "DKK", Base: "DKK",
		Period: figures.Period{From: "2026-01-01", To: "2026-06-30"}, Interest: sign(is.interest, "5.00"),
		Refunded: sign(is.refunded, "40.00")}
	if is.ended {
		s.GrantPeriod = figures.Period{From: "2026-01-01", To: "2026-06-30"}
	}
	if is.received != 0 {
		s.Receipts = []figures.Receipt{{Date: "2026-01-05", Kind: figures.Instalment, Amount: sign(is.received, "300.00")}}
	}
	if is.spent != 0 {
		s.Lines = []figures.Line{{Key: "tuition", Kind: figures.Programme, InPeriod: sign(is.spent, "200.00"),
			ToDate: sign(is.spent, "200.00")}}
	}
	s.Total()
	s.Opening = sign(is.closing, "77.00").Sub(s.Closing)
	s.Parts = []figures.Part{{Kind: figures.AtBank, Amount: sign(is.closing, "77.00")}}
	s.Notes = []figures.Note{{Code: figures.NotePrefinanced}, {Code: figures.NoteCarriedOn},
		{Code: figures.NoteUnspentAtEnd}, {Code: figures.NoteRounding}}
	s.Total()
	return &s
}

// giftSituation is a donor's statement in the same way.
func giftSituation(given, returned, spent, closing int) *figures.FundStatement {
	s := figures.FundStatement{Kind: figures.DonorAnnual, Subject: "D-77", Base: "DKK", Organisation: figurestest.Nordlys,
		Period: figures.Period{From: "2026-01-01", To: "2026-12-31"}}
	s.Organisation.TaxApproval = "j.nr. 1"
	if given > 0 {
		s.Receipts = append(s.Receipts,
			figures.Receipt{Date: "2026-02-01", Kind: figures.GiftReceived, Amount: figurestest.Dec("500.00")})
	}
	if returned > 0 {
		s.Receipts = append(s.Receipts,
			figures.Receipt{Date: "2026-03-01", Kind: figures.GiftReturned, Amount: figurestest.Dec("-120.00")})
	}
	if spent != 0 {
		s.Lines = []figures.Line{{Kind: figures.Programme, Key: figures.PlainEducation, InPeriod: sign(spent, "150.00"),
			ToDate: sign(spent, "150.00")}}
	}
	s.Total()
	s.Opening = sign(closing, "80.00").Sub(s.Closing)
	s.Notes = []figures.Note{{Code: figures.NoteDeductible, Text: "j.nr. 1"}}
	s.Total()
	return &s
}

func fundSituation(opening, received, spent, unspent int) *figures.FundStatement {
	s := figures.FundStatement{Kind: figures.FundReport, Subject: "UNR", Base: "DKK", Organisation: figurestest.Nordlys,
		Period: figures.Period{From: "2026-01-01", To: "2026-12-31"}, Opening: sign(opening, "100.00")}
	if received != 0 {
		s.Receipts = []figures.Receipt{{Kind: figures.FundIncome, Amount: sign(received, "60.00")}}
	}
	if spent != 0 {
		s.Lines = []figures.Line{{Kind: figures.Programme, Key: "staff", InPeriod: sign(spent, "160.00"),
			ToDate: sign(spent, "160.00")}}
	}
	if unspent != 0 {
		s.Parts = []figures.Part{{Kind: figures.NotYetSpent, Amount: figurestest.Dec("-900.00")}}
	}
	s.Total()
	return &s
}

// situations are all that the sentences tell apart, with their names.
func situations() (names []string, all []figures.Value) {
	add := func(v figures.Value, format string, args ...any) {
		names, all = append(names, fmt.Sprintf(format, args...)), append(all, v)
	}
	three := []int{1, 0, -1}
	grant := func(is signs) { add(grantSituation(is), "grant: %+v", is) }
	for _, ended := range []bool{false, true} {
		for _, received := range three {
			for _, spent := range three {
				for _, closing := range three {
					grant(signs{received: received, spent: spent, closing: closing, ended: ended})
				}
			}
			grant(signs{received: received, spent: 1, interest: 1, closing: 1, ended: ended})
		}
		for _, closing := range three {
			grant(signs{received: 1, spent: 1, refunded: 1, closing: closing, ended: ended})
			grant(signs{received: 1, spent: 1, refunded: -1, closing: closing, ended: ended})
		}
	}
	for _, given := range []int{1, 0} {
		for _, returned := range []int{0, 1} {
			for _, spent := range three {
				for _, closing := range []int{1, 0} {
					add(giftSituation(given, returned, spent, closing),
						"donor: given %d, returned %d, spent %+d, closing %d", given, returned, spent, closing)
				}
			}
		}
	}
	for _, opening := range three {
		for _, received := range three {
			for _, spent := range three {
				add(fundSituation(opening, received, spent, 0),
					"fund: opening %+d, received %+d, spent %+d", opening, received, spent)
			}
		}
	}
	add(fundSituation(0, 1, 1, 1), "fund of a grant")
	return names, all
}

// The sentences of every situation, in both languages, reviewed as text; and none of them is untrue.
func TestSituations(t *testing.T) {
	var b strings.Builder
	names, all := situations()
	for i, v := range all {
		fmt.Fprintf(&b, "%s\n", names[i])
		for _, lang := range figures.Langs {
			p := paperOf(v, lang)
			fmt.Fprintf(&b, "  %s: %s\n", lang, strings.Join(append(p.sentences, p.notes...), " | "))
			for _, wrong := range figurestest.Untrue(v, v, lang, Prose(v, lang)) {
				t.Errorf("%s, %s: %s", names[i], lang, wrong)
			}
		}
	}
	figurestest.Golden(t, "situations.txt", []byte(b.String()))
}

// What the fixtures say is true, too: as drafts and in whole units.
func TestFixturesSayNothingUntrue(t *testing.T) {
	for _, v := range []figures.Value{figurestest.Ref(figurestest.G1()), figurestest.Ref(figurestest.G2()),
		figurestest.Ref(figurestest.ECB()), figurestest.Ref(figurestest.G3()), figurestest.Ref(figurestest.Whole()),
		figurestest.Ref(figurestest.Donor()), figurestest.Ref(figurestest.Fund()), figurestest.Ref(figurestest.Long(40))} {
		for _, v := range []figures.Value{v, figures.InWholeUnits(v)} {
			for _, lang := range figures.Langs {
				for _, wrong := range figurestest.Untrue(v, v, lang, Prose(v, lang)) {
					t.Errorf("%s, %s: %s", v.Head().Subject, lang, wrong)
				}
			}
		}
	}
}
