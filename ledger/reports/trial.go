package reports

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// TrialBalance is what every account holds at the end of a day, debit and credit apart. Each book sums to zero by
// itself, so each has totals of its own.
type TrialBalance struct {
	ledger.Span // To is the day; Through the last entry that counts
	Rows        []TrialRow
}

// TrialRow is an account, or the total of a book. One of Debit and Credit is set on an account, both on a total.
//
// An account stands here as long as something is left of it: a base amount, or a foreign amount. A foreign amount whose
// cost has come to nothing has a debit of 0.00: a quantity without a cost has to be explained, so it is shown.
type TrialRow struct {
	Account       ledger.Account // the zero Account on a total
	Book          string         // actual or budgetary
	Debit, Credit *ledger.Figure // base currency
	Own           *ledger.Figure // in the account's own currency, where it has one that is not base
}

// ReadTrialBalance reads the trial balance of all funds, or of some.
func ReadTrialBalance(
	ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span, funds ...ledger.FundCode,
) (TrialBalance, error) {
	known, err := read(ctx, tx, b, ledger.Selection{Span: untilDay(span), Funds: funds})
	if err != nil {
		return TrialBalance{}, err
	}
	lines := ledger.Selection{Span: known.span, Funds: funds}
	t := TrialBalance{Span: known.span}
	for _, book := range ledger.Books {
		t.Rows = append(t.Rows, known.trial(book, lines)...)
	}
	return t, nil
}

// trial is the part of a trial balance that one book makes.
func (r books) trial(book string, lines ledger.Selection) []TrialRow {
	var rows []TrialRow
	debits := ledger.Figure{Amount: ledger.Zero(r.Base), Side: ledger.DebitSide, Lines: lines}
	credits := ledger.Figure{Amount: ledger.Zero(r.Base), Side: ledger.CreditSide, Lines: lines}
	for _, a := range accountsBy(r.Accounts, func(a ledger.Account) bool { return a.Book() == book }) {
		held := heldIn(r.sums, a.Number)
		base := baseOf(r.Base, r.sums, func(s ledger.Balance) bool { return s.Account == a.Number })
		if base.IsZero() && !r.anyForeign(held) {
			continue
		}
		of := lines
		of.Accounts = []ledger.AccountNo{a.Number}
		row := TrialRow{Account: a, Book: book, Own: r.ownCurrency(held, of)}
		total, side := &debits, &row.Debit
		if base.Sign() < 0 {
			total, side = &credits, &row.Credit
		}
		f := figure(base, total.Side, of)
		*side = &f
		total.Amount = total.Amount.Add(f.Amount)
		total.Lines.Accounts = append(total.Lines.Accounts, a.Number)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	for _, total := range []*ledger.Figure{&debits, &credits} { // a side without accounts is the sum of no lines
		if len(total.Lines.Accounts) == 0 {
			total.Lines.Through = -1
		}
	}
	return append(rows, TrialRow{Book: book, Debit: &debits, Credit: &credits})
}

// heldIn is what an account holds of each currency over all funds; what came to nothing is left out.
func heldIn(sums []ledger.Balance, number ledger.AccountNo) map[ledger.Currency]ledger.Money {
	held := map[ledger.Currency]ledger.Money{}
	for _, s := range sums {
		if s.Account != number {
			continue
		}
		if sum, known := held[s.Amount.Currency]; known {
			held[s.Amount.Currency] = sum.Add(s.Amount)
		} else {
			held[s.Amount.Currency] = s.Amount
		}
	}
	for c, m := range held {
		if m.IsZero() {
			delete(held, c)
		}
	}
	return held
}

// anyForeign reports whether anything is held in a currency that is not base.
func (r books) anyForeign(held map[ledger.Currency]ledger.Money) bool {
	_, inBase := held[r.Base]
	return len(held) > 1 || len(held) == 1 && !inBase
}

// ownCurrency is what an account holds in the one currency, not base, that it is kept in; nil where there is none or
// several.
func (r books) ownCurrency(held map[ledger.Currency]ledger.Money, lines ledger.Selection) *ledger.Figure {
	if len(held) != 1 {
		return nil
	}
	for c, m := range held {
		if c != r.Base {
			lines.Currency = c
			return &ledger.Figure{Amount: m, Side: ledger.DebitSide, Lines: lines}
		}
	}
	return nil
}
