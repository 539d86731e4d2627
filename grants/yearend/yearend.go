// Package yearend books what a year needs before it is closed: cost that nobody has billed yet, which is taken back on
// 1 January with its release (RULES 8, 61), and what our currency accounts are worth, which stands in no statement to a
// grantor (RULES 62). Package ledger closes the year itself.
package yearend

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Accrual is cost of a year that nobody has billed yet.
type Accrual struct {
	Fund      ledger.FundCode
	On        ledger.Date // the last day of the year
	Category  string
	Units     decimal.Decimal
	UnitPrice ledger.Money // base currency
	Plan      string
	Text      string
}

const accrualAct = "accrual"

// Accrue books cost that belongs to a year though its bill comes later: debit 5xxx, credit 2050, with the release of a
// deferred grant; no commitment is relieved (RULES 8, 61).
func Accrue(ctx context.Context, tx *store.Tx, r grants.Register, a Accrual) (ledger.Posted, error) {
	if err := ledger.LockFunds(ctx, tx, a.Fund); err != nil {
		return ledger.Posted{}, err
	}
	account, err := r.Book.CostAccount(ctx, tx, a.Category)
	if err != nil {
		return ledger.Posted{}, err
	}
	amount, err := a.UnitPrice.Times(a.Units)
	if err != nil {
		return ledger.Posted{}, err
	}
	cost, owed := ledger.Base(account, a.Fund, amount).For(a.Category),
		ledger.Base(ledger.Accruals, a.Fund, amount.Neg()).For(a.Category)
	cost.Plan, owed.Plan = a.Plan, a.Plan
	text := a.Text
	if text == "" {
		text = fmt.Sprintf("Accrue %s, %s × %s", a.Category, a.Units, a.UnitPrice)
	}
	posted, err := r.Post(ctx, tx, ledger.Entry{Date: a.On, Text: text, Act: accrualAct, Source: strconv.Itoa(a.On.Year()),
		Lines: []ledger.Line{cost, owed}})
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "cost.accrued", Subject: string(posted.ID)})
}

// ReverseAccrual takes an accrual back on 1 January after it, with its release (RULES 8, 61), or on another day. The
// bill itself is then booked as if there had been no accrual. [ledger.ErrUnknownEntry] when the entry is no accrual.
func ReverseAccrual(
	ctx context.Context, tx *store.Tx, book ledger.Book, entry string, on ledger.Date,
) (ledger.Posted, error) {
	accrual, err := book.Entry(ctx, tx, entry)
	if err != nil {
		return ledger.Posted{}, err
	}
	if accrual.Act != accrualAct {
		return ledger.Posted{}, ledger.ErrUnknownEntry
	}
	if on == "" {
		if on, err = book.FirstOpenDay(ctx, tx, ledger.NewDate(accrual.Date.Year()+1, time.January, 1)); err != nil {
			return ledger.Posted{}, err
		}
	}
	return book.Reverse(ctx, tx, ledger.Reversal{Entry: string(accrual.ID), Date: on, Reason: "Accrual of " +
		strconv.Itoa(accrual.Date.Year())})
}

// ReverseAccruals takes back every accrual of a year that still stands, each on 1 January after it.
func ReverseAccruals(ctx context.Context, tx *store.Tx, book ledger.Book, year int) ([]ledger.Posted, error) {
	standing, err := book.Standing(ctx, tx, accrualAct, strconv.Itoa(year))
	if err != nil {
		return nil, err
	}
	var posted []ledger.Posted
	for _, a := range standing {
		p, err := ReverseAccrual(ctx, tx, book, string(a.ID), "")
		if err != nil {
			return nil, err
		}
		posted = append(posted, p)
	}
	return posted, nil
}

// Valuation is the rate at which a currency account is valued at the end of a year.
type Valuation struct {
	Account ledger.AccountNo
	Rate    ledger.Rate
	On      ledger.Date
}

// Revalue books what our currency account is worth at a year-end rate against what its lots cost, per fund that holds
// money in it. The difference is the holder's if it is an immediate grant that bears its differences, else the general
// fund's: a deferred grant shows no unrealised result (RULES 62). It is not released and stands in no statement to a
// grantor.
func Revalue(ctx context.Context, tx *store.Tx, r grants.Register, v Valuation) ([]ledger.Posted, error) {
	found, err := r.Book.Revalue(ctx, tx, v.Account, v.Rate, v.On)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var entries []ledger.Entry
	for _, f := range found {
		if f.Bearer, err = unrealisedBearer(ctx, tx, r, f.Holder, v.On); err != nil {
			return nil, err
		}
		entries = append(entries, f.Entry(v.On, v.Rate))
	}
	posted, err := r.Book.Post(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "bank.revalued", Subject: string(v.Account)})
}

func unrealisedBearer(
	ctx context.Context, tx *store.Tx, r grants.Register, holder ledger.FundCode, on ledger.Date,
) (ledger.FundCode, error) {
	g, granted, err := r.OfFund(ctx, tx, holder)
	if err != nil || !granted {
		return r.Book.General, err
	}
	if p := g.Policies.At(on); p.Recognition == grants.Immediate && p.CurrencyBearer == grants.BornByGrant {
		return holder, nil
	}
	return r.Book.General, nil
}
