package ledger

import (
	"fmt"
	"slices"
	"time"
)

// EntryID identifies a posted entry. People use its number, such as "2026-000123".
type EntryID string

// Line is one part of an entry: debit positive, credit negative. Base is the amount's cost in base currency; for a line
// in base currency both are the same.
type Line struct {
	Account AccountNo
	Fund    FundCode
	Amount  Money
	Base    Money

	Category string // what the cost is for; on a release, the category it was released for
	Plan     string // number of the plan, "" where none
	Payee    string
	Partner  string
	Lot      LotID // the lot that the line opens, draws or gives back
}

// Entry is a balanced set of lines that an act wants posted.
type Entry struct {
	Date       Date
	Text       string
	Act        string // instalment, transfer, liquidation ...
	Source     string // id of what the act was done to
	Lines      []Line
	Opens      []Lot   // lots that the lines open
	Reverses   EntryID // the entry whose lines these negate, "" for most
	Corrects   EntryID // the reversed entry that this one is posted in place of
	Reason     string  // of a reversal or correction
	ExternalID string  // what another system calls it; unique where given
}

// Posted is an entry in the books.
type Posted struct {
	Entry
	ID        EntryID
	Seq       int64  // order of posting over all years, from 1
	Number    string // fiscal year and running number: 2026-000123
	CreatedBy string
	CreatedAt time.Time
}

// Number writes an entry's number for people.
func Number(year int, n int64) string { return fmt.Sprintf("%d-%06d", year, n) }

// Base is a line in base currency.
func Base(account AccountNo, fund FundCode, amount Money) Line {
	return Line{Account: account, Fund: fund, Amount: amount, Base: amount}
}

// InCurrency is a line in another currency with its cost in base currency. Both carry the same sign.
func InCurrency(account AccountNo, fund FundCode, amount, base Money) Line {
	return Line{Account: account, Fund: fund, Amount: amount, Base: base}
}

// WithLot names the lot of a line.
func (l Line) WithLot(id LotID) Line { l.Lot = id; return l }

// For names what a line's cost is for.
func (l Line) For(category string) Line { l.Category = category; return l }

// Neg is the line on the other side.
func (l Line) Neg() Line {
	l.Amount, l.Base = l.Amount.Neg(), l.Base.Neg()
	return l
}

// Chart is what the books know when an entry is checked.
type Chart struct {
	Base     Currency
	Accounts map[AccountNo]Account
	Funds    map[FundCode]Fund
}

// Check refuses what no entry may be, whatever state the books are in.
func (e Entry) Check(c Chart) error {
	if _, err := ParseDate(string(e.Date)); err != nil {
		return err
	}
	if len(e.Lines) < 2 {
		return &Shape{-1, "an entry has at least two lines"}
	}
	for i, l := range e.Lines {
		if err := l.Check(i, c); err != nil {
			return err
		}
	}
	if e.mixed(c) {
		return ErrBooksMixed
	}
	return e.balanced(c.Base)
}

// Check refuses what no line of an entry may be; i is its place in the entry, from 0, for the error.
func (l Line) Check(i int, c Chart) error {
	account, known := c.Accounts[l.Account]
	if !known {
		return &Unknown{i, string(l.Account), ErrUnknownAccount}
	}
	if _, known := c.Funds[l.Fund]; !known {
		return &Unknown{i, string(l.Fund), ErrUnknownFund}
	}
	for _, m := range []Money{l.Amount, l.Base} {
		if _, err := m.Bounded(); err != nil {
			return err
		}
	}
	switch {
	case l.Base.Currency != c.Base:
		return &Shape{i, "the base amount is in " + string(c.Base)}
	case l.Amount.Currency == c.Base && !l.Amount.Amount.Equal(l.Base.Amount):
		return &Shape{i, "an amount in base currency is its own base amount"}
	case l.Amount.Sign()*l.Base.Sign() < 0:
		return &Shape{i, "amount and base amount are on one side"}
	case l.Amount.IsZero() && l.Base.IsZero():
		return &Shape{i, "a line moves something"}
	case account.IsBank() && account.BankCurrency() != l.Amount.Currency:
		return &Shape{i, "account " + string(l.Account) + " is in " + string(account.BankCurrency())}
	case account.IsBank() && l.Amount.Currency != c.Base && l.Lot == "":
		return &Shape{i, "foreign money in account " + string(l.Account) + " moves by its lots"}
	}
	return nil
}

// mixed reports whether actual and budgetary lines stand together.
func (e Entry) mixed(c Chart) bool {
	first := c.Accounts[e.Lines[0].Account].Book()
	return slices.ContainsFunc(e.Lines, func(l Line) bool { return c.Accounts[l.Account].Book() != first })
}

// balanced wants the base amounts of every fund to sum to zero.
func (e Entry) balanced(base Currency) error {
	off := map[FundCode]Money{}
	for _, l := range e.Lines {
		if _, ok := off[l.Fund]; !ok {
			off[l.Fund] = Zero(base)
		}
		off[l.Fund] = off[l.Fund].Add(l.Base)
	}
	for _, fund := range e.Funds() {
		if !off[fund].IsZero() {
			return &Unbalanced{fund, off[fund]}
		}
	}
	return nil
}

// Funds lists the funds of the lines, each once, in code order: the order in which acts lock them.
func (e Entry) Funds() []FundCode { return FundsOf([]Entry{e}) }

// FundsOf lists the funds of entries, each once, in code order.
func FundsOf(entries []Entry) []FundCode {
	var funds []FundCode
	for _, e := range entries {
		for _, l := range e.Lines {
			funds = append(funds, l.Fund)
		}
	}
	slices.Sort(funds)
	return slices.Compact(funds)
}

// Compact drops lines that move nothing: a share of nothing, a fee of 0.00.
func (e Entry) Compact() Entry {
	e.Lines = slices.DeleteFunc(slices.Clone(e.Lines), func(l Line) bool { return l.Amount.IsZero() && l.Base.IsZero() })
	return e
}

// SetsAside reports whether the entry is of the budgetary book: it sets budget aside, or gives it free.
func (p Posted) SetsAside() bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool {
		return l.Account == Encumbrances || l.Account == EncumbranceOffset
	})
}
