package disbursements

import (
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/grants"
	"supportledger/ledger"
)

// differences gathers what currency differences come to in one act: one net figure per bearer (RULES 36).
type differences struct {
	bearers []ledger.FundCode
	losses  []ledger.Money // gains are negative
	moved   payments       // what makes funds whole that do not bear their own
}

func (o Office) differences() *differences { return &differences{} }

// add notes the loss of a fund, which its bearer has; where that is another, it makes the fund whole, and keeps its gain
// (RULES 33, 36).
func (d *differences) add(fund, bearer ledger.FundCode, loss ledger.Money) {
	if i := slices.Index(d.bearers, bearer); i >= 0 {
		d.losses[i] = d.losses[i].Add(loss)
	} else {
		d.bearers, d.losses = append(d.bearers, bearer), append(d.losses, loss)
	}
	if fund != bearer {
		d.moved.pay(bearer, loss)
		d.moved.pay(fund, loss.Neg())
	}
}

// lines are the differences, and what moves between funds in a bank account for them.
func (d *differences) lines(bank ledger.AccountNo) []ledger.Line {
	var lines []ledger.Line
	for i, bearer := range d.bearers {
		lines = append(lines, grants.Difference(bearer, d.losses[i]))
	}
	d.moved.account = bank
	return append(lines, d.moved.lines()...)
}

// paidBy lists the funds that an entry takes money from in a bank account, and how much.
func paidBy(e ledger.Posted, account ledger.AccountNo) ([]ledger.FundCode, []decimal.Decimal) {
	paid := payments{account: account}
	for _, l := range e.Lines {
		if l.Account == account && l.Amount.Sign() < 0 {
			paid.pay(l.Fund, l.Amount.Neg())
		}
	}
	weights := make([]decimal.Decimal, len(paid.amounts))
	for i, m := range paid.amounts {
		weights[i] = m.Amount
	}
	return paid.funds, weights
}
