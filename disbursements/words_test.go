package disbursements_test

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
)

func of(amount string, c ledger.Currency) ledger.Money {
	m, err := ledger.ParseMoney(amount, c)
	if err != nil {
		panic(err)
	}
	return m
}

func rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

// shares reads "G1=60 G2=40".
func shares(s string) []beneficiaries.Share {
	var out []beneficiaries.Share
	for part := range strings.FieldsSeq(s) {
		fund, percent, _ := strings.Cut(part, "=")
		out = append(out, beneficiaries.Share{Fund: ledger.FundCode(fund), Percent: decimal.RequireFromString(percent)})
	}
	return out
}

// transfer reads "6800.00 + 60.00 at 226 NGN/DKK less 6800.00".
func transfer(number, split, text string) advances.Transfer {
	said := strings.Fields(text)
	sent, sending, receiving := said[0], said[2], said[7]
	r := rate(said[4] + " " + said[5])
	c := r.Num
	if c == "DKK" {
		c = r.Den
	}
	return advances.Transfer{Number: number, Date: "2026-01-12", Account: "1010",
		Partner: advances.Partner{Code: "P-" + string(c), Currency: c, Account: "1300"},
		Plan:    beneficiaries.Plan{Number: "P-101", Current: beneficiaries.PlanVersion{Shares: shares(split)}},
		Sent:    of(sent, "DKK"), SendingFee: of(sending, "DKK"), Rate: r, ReceivingFee: of(receiving, c)}
}

// written writes an entry's lines, fund by fund: "1300 G1 918000.00 NGN=4061.95 | 6100 G1 54.05 | …".
func written(e ledger.Entry) string {
	var lines []string
	for _, l := range e.Lines {
		if l.Amount.IsZero() && l.Base.IsZero() {
			continue
		}
		text := fmt.Sprintf("%s %s %s", l.Account, l.Fund, l.Amount)
		if l.Amount.Currency != "DKK" {
			text += fmt.Sprintf(" %s=%s", l.Amount.Currency, l.Base)
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, " | ")
}
