package ledger

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/store"
)

// Loan moves money of one fund to another inside one of our bank accounts, to be given back.
type Loan struct {
	From, To FundCode // lender and borrower
	Amount   Money    // base currency
	Account  AccountNo
	Date     Date
}

// The acts of a loan.
const (
	loanAct      = "interfund-loan"
	repaymentAct = "interfund-repayment"
)

// Loans are what the funds of a book have lent each other.
type Loans struct{ book Book }

// Loans are the loans between the funds of the book.
func (b Book) Loans() Loans { return Loans{b} }

// source names the pair of funds, so that what one owes the other can be summed.
func (l Loan) source() string { return string(l.From) + ">" + string(l.To) }

// Lend lets a fund pre-finance another: the only way for a fund to spend what it has not received (RULES 55). Debit
// 1900 and credit bank with the lender, debit bank and credit 2900 with the borrower. The lender must have the money
// ([ErrFundOverdrawn]).
func (s Loans) Lend(ctx context.Context, tx *store.Tx, l Loan) (Posted, error) {
	return s.lend(ctx, tx, l, Entry{Act: loanAct, Text: fmt.Sprintf("Fund %s lends to fund %s", l.From, l.To)}, l.Amount)
}

// Repay gives a loan back, in part or whole, but no more than is owed ([ErrLoanExceeded]).
func (s Loans) Repay(ctx context.Context, tx *store.Tx, l Loan) (Posted, error) {
	if err := LockFunds(ctx, tx, l.From, l.To); err != nil {
		return Posted{}, err
	}
	owed, err := s.Owed(ctx, tx, l.From, l.To)
	if err != nil {
		return Posted{}, err
	}
	if l.Amount.Currency != s.book.Base {
		return Posted{}, &Shape{-1, "funds owe each other " + string(s.book.Base)}
	}
	if l.Amount.Cmp(owed) > 0 {
		return Posted{}, &LoanExceeded{owed, l.Amount}
	}
	return s.lend(ctx, tx, l, Entry{Act: repaymentAct, Text: fmt.Sprintf("Fund %s repays fund %s", l.To, l.From)},
		l.Amount.Neg())
}

func (s Loans) lend(ctx context.Context, tx *store.Tx, l Loan, e Entry, amount Money) (Posted, error) {
	bank, err := s.book.Bank(ctx, tx, l.Account)
	if err != nil {
		return Posted{}, err
	}
	switch {
	case l.From == l.To:
		return Posted{}, ErrSameFund
	case bank.BankCurrency() != s.book.Base:
		return Posted{}, &Shape{-1, "funds lend to each other in an account in " + string(s.book.Base)}
	}
	if err := LockFunds(ctx, tx, l.From, l.To); err != nil {
		return Posted{}, err
	}
	e.Date, e.Source = l.Date, l.source()
	e.Lines = []Line{
		Base(InterfundClaims, l.From, amount), Base(l.Account, l.From, amount.Neg()),
		Base(l.Account, l.To, amount), Base(InterfundDebts, l.To, amount.Neg()),
	}
	posted, err := s.book.Post(ctx, tx, e)
	if err != nil {
		return Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: e.Act, Subject: string(posted[0].ID)})
}

// Owed is what a fund has lent another and not got back, whenever it was dated.
func (s Loans) Owed(ctx context.Context, tx *store.Tx, from, to FundCode) (Money, error) {
	return s.book.SumOf(ctx, tx, Loan{From: from, To: to}.source(), InterfundClaims, loanAct, repaymentAct)
}
