package ledger

import (
	"context"

	"supportledger/store"
)

// TrialBalance is what every account holds at the end of a day, debit and credit apart. Each book sums to zero by itself,
// so each has totals of its own.
type TrialBalance struct {
	Span // To is the day; Through the last entry that counts
	Rows []TrialRow
}

// TrialRow is an account, or the total of a book. One of Debit and Credit is set on an account, both on a total.
type TrialRow struct {
	Account       Account // the zero Account on a total
	Book          string  // actual or budgetary
	Debit, Credit *Figure // base currency
	Own           *Figure // in the account's own currency, where it has one that is not base
}

// TrialBalance reads the trial balance of all funds, or of some. Through 0 reads the books as they are.
func (b Book) TrialBalance(ctx context.Context, tx *store.Tx, span Span, funds ...FundCode) (TrialBalance, error) {
	span, err := b.pinned(ctx, tx, Span{To: span.To, Through: span.Through})
	if err != nil {
		return TrialBalance{}, err
	}
	of := Selection{Span: span, Funds: funds}
	sums, err := b.sums(ctx, tx, of)
	if err != nil {
		return TrialBalance{}, err
	}
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return TrialBalance{}, err
	}
	t := TrialBalance{Span: span}
	for _, book := range []string{actualBook, budgetaryBook} {
		t.Rows = append(t.Rows, b.trial(book, sums, accounts, of)...)
	}
	return t, nil
}

// trial is the part of a trial balance that one book makes.
func (b Book) trial(book string, sums []Balance, accounts map[AccountNo]Account, of Selection) []TrialRow {
	var rows []TrialRow
	var total [2]Figure
	for side, name := range []Side{DebitSide, CreditSide} {
		total[side] = Figure{Zero(b.Base), name, of}
	}
	for _, a := range accountsBy(accounts, func(a Account) bool { return a.Book() == book }) {
		row := TrialRow{Account: a, Book: book, Own: ownCurrency(a.Number, sums, b.Base, of)}
		held := b.baseOf(sums, func(s Balance) bool { return s.Account == a.Number })
		if held.IsZero() && row.Own == nil {
			continue
		}
		lines := of
		lines.Accounts = []AccountNo{a.Number}
		side := 0
		if held.Sign() < 0 {
			side = 1
		}
		f := figure(held, total[side].Side, lines)
		if side == 0 {
			row.Debit = &f
		} else {
			row.Credit = &f
		}
		total[side].Amount = total[side].Amount.Add(f.Amount)
		total[side].Lines.Accounts = append(total[side].Lines.Accounts, a.Number)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	for side := range total { // a side without accounts is the sum of no lines
		if len(total[side].Lines.Accounts) == 0 {
			total[side].Lines.Through = -1
		}
	}
	return append(rows, TrialRow{Book: book, Debit: &total[0], Credit: &total[1]})
}

// baseOf sums the base amounts of the balances that a test accepts.
func (b Book) baseOf(sums []Balance, want func(Balance) bool) Money {
	total := Zero(b.Base)
	for _, s := range sums {
		if want(s) {
			total = total.Add(s.Base)
		}
	}
	return total
}

// ownCurrency is what an account holds in the one currency, not base, that it is kept in; nil where there is none or several.
func ownCurrency(number AccountNo, sums []Balance, base Currency, of Selection) *Figure {
	var own *Figure
	for _, s := range sums {
		switch {
		case s.Account != number || s.Amount.IsZero():
		case s.Amount.Currency == base, own != nil && own.Amount.Currency != s.Amount.Currency:
			return nil
		case own == nil:
			lines := of
			lines.Accounts, lines.Currency = []AccountNo{number}, s.Amount.Currency
			own = &Figure{s.Amount, DebitSide, lines}
		default:
			own.Amount = own.Amount.Add(s.Amount)
		}
	}
	return own
}
