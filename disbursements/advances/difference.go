package advances

import (
	"slices"

	"supportledger/grants"
	"supportledger/ledger"
)

// differences gathers what currency differences come to in one act: one net figure per bearer (RULES 36).
type Differences struct {
	bearers []ledger.FundCode
	losses  []ledger.Money // gains are negative
	moved   FundPayments   // what makes funds whole that do not bear their own
}

// add notes the loss of a fund, which its bearer has; where that is another, it makes the fund whole, and keeps its
// gain (RULES 33, 36).
func (d *Differences) Add(fund, bearer ledger.FundCode, loss ledger.Money) {
	if i := slices.Index(d.bearers, bearer); i >= 0 {
		d.losses[i] = d.losses[i].Add(loss)
	} else {
		d.bearers, d.losses = append(d.bearers, bearer), append(d.losses, loss)
	}
	if fund != bearer {
		d.moved.Pay(bearer, loss)
		d.moved.Pay(fund, loss.Neg())
	}
}

// lines are the differences, and what moves between funds in a bank account for them.
func (d *Differences) Lines(bank ledger.AccountNo) []ledger.Line {
	var lines []ledger.Line
	for i, bearer := range d.bearers {
		lines = append(lines, grants.Difference(bearer, d.losses[i]))
	}
	d.moved.Account = bank
	return append(lines, d.moved.Lines()...)
}
