package collecting

import (
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// places says where money on an account is; accounts that start with a path share a place.
var places = []struct {
	path string
	kind figures.PartKind
}{
	{"assets:bank:", figures.AtBank}, {"assets:advances:", figures.AtPartner}, {"assets:prepaid:", figures.Retainer},
	{"assets:staff-advance:", figures.PettyCash}, {"assets:recoverable:", figures.Recoverable},
	{"assets:receivable:", figures.Receivable},
	{"assets:interfund:", figures.Loan}, {"liabilities:interfund:", figures.Loan},
	{"liabilities:payable:", figures.Payable},
	{"liabilities:accruals", figures.Accrual}, {"liabilities:returned-payments", figures.Returned},
	{"liabilities:grant-refund-payable", figures.RefundDue},
}

// parts says where the closing balance is, and what of it is committed or still deferred.
func (c collector) parts(s *figures.GrantStatement) {
	if !c.immediate() {
		s.Deferred = &figures.Deferred{}
	}
	committed := decimal.Zero
	for _, sum := range c.sums {
		switch sum.Account {
		case ledger.DeferredGrants:
			c.advance(s, sum)
			continue
		case ledger.Encumbrances:
			committed = committed.Add(sum.Base.Amount)
			continue
		}
		if kind, found := c.place(sum.Account); found {
			c.addPart(s, kind, sum)
		}
	}
	s.Commitments = decimal.NewNullDecimal(committed)
	s.Parts = figures.SortedParts(s.Parts)
}

// advance adds what moved on account 2100: its balance, the grantor's interest, and what a final account gave back.
func (c collector) advance(s *figures.GrantStatement, sum ledger.Sum) {
	amount := sum.Amount.Amount
	s.Deferred.Amount, s.Deferred.Base = s.Deferred.Amount.Sub(amount), s.Deferred.Base.Sub(sum.Base.Amount)
	inPeriod := sum.Date >= c.period.From
	switch sum.Category {
	case "interest":
		s.ToDate.Interest = s.ToDate.Interest.Sub(amount)
		if inPeriod {
			s.Interest = s.Interest.Sub(amount)
		} else {
			s.Opening = s.Opening.Sub(amount)
		}
	case "refund":
		s.ToDate.Refunded = s.ToDate.Refunded.Add(amount)
		if inPeriod {
			s.Refunded = s.Refunded.Add(amount)
		} else {
			s.Opening = s.Opening.Sub(amount)
		}
	}
}

// place says where money on an account is. An award that has not been received is nowhere yet, and a revaluation moves
// nothing.
func (c collector) place(number ledger.AccountNo) (figures.PartKind, bool) {
	a := c.accounts[number]
	if number == ledger.Receivables && c.immediate() || strings.HasPrefix(a.Path, "assets:bank:") && !a.IsBank() {
		return "", false
	}
	for _, p := range places {
		if strings.HasPrefix(a.Path, p.path) {
			return p.kind, true
		}
	}
	return "", false
}

func (c collector) addPart(s *figures.GrantStatement, kind figures.PartKind, sum ledger.Sum) {
	s.Parts = figures.AddedPart(s.Parts, c.part(s, kind, sum))
}

// part is a sum of lines as a part of a balance.
func (c collector) part(s *figures.GrantStatement, kind figures.PartKind, sum ledger.Sum) figures.Part {
	holder, quantity := sum.Partner, ledger.Money{}
	if kind == figures.AtBank {
		holder = string(c.accounts[sum.Account].BankCurrency())
	}
	if sum.Amount.Currency != s.Base {
		quantity = sum.Amount
	}
	return figures.Part{Kind: kind, Holder: holder, Amount: sum.Base.Amount, Quantity: quantity}
}

// placeOfAccount is where money on a balance sheet account is.
func placeOfAccount(a ledger.Account) figures.PartKind {
	if a.Number == ledger.DeferredGrants {
		return figures.NotYetSpent
	}
	if strings.HasPrefix(a.Path, "assets:bank:") && !a.IsBank() {
		return figures.Revalued
	}
	for _, p := range places {
		if strings.HasPrefix(a.Path, p.path) {
			return p.kind
		}
	}
	return figures.Elsewhere
}
