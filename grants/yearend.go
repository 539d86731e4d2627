package grants

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"supportledger/access"
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
func (r Register) Accrue(ctx context.Context, tx *store.Tx, a Accrual) (ledger.Posted, error) {
	if err := ledger.LockFunds(ctx, tx, a.Fund); err != nil {
		return ledger.Posted{}, err
	}
	account, err := r.Book.CostAccount(ctx, tx, a.Category)
	if err != nil {
		return ledger.Posted{}, err
	}
	amount := ledger.Round(a.UnitPrice.Amount.Mul(a.Units), a.UnitPrice.Currency)
	cost, owed := ledger.Base(account, a.Fund, amount).For(a.Category), ledger.Base(ledger.Accruals, a.Fund, amount.Neg()).For(a.Category)
	cost.Plan, owed.Plan = a.Plan, a.Plan
	text := a.Text
	if text == "" {
		text = fmt.Sprintf("Accrue %s, %s × %s", a.Category, a.Units, a.UnitPrice)
	}
	posted, err := r.Post(ctx, tx, ledger.Entry{Date: a.On, Text: text, Act: accrualAct, Source: strconv.Itoa(a.On.Year()), Lines: []ledger.Line{cost, owed}})
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "cost.accrued", Subject: string(posted.ID)})
}

// ReverseAccrual takes an accrual back on 1 January after it, with its release (RULES 8, 61), or on another day. The bill
// itself is then booked as if there had been no accrual. [ledger.ErrUnknownEntry] when the entry is no accrual.
func (r Register) ReverseAccrual(ctx context.Context, tx *store.Tx, entry string, on ledger.Date) (ledger.Posted, error) {
	accrual, err := r.Book.Entry(ctx, tx, entry)
	if err != nil {
		return ledger.Posted{}, err
	}
	if accrual.Act != accrualAct {
		return ledger.Posted{}, ledger.ErrUnknownEntry
	}
	if on == "" {
		if on, err = r.Book.FirstOpenDay(ctx, tx, ledger.NewDate(accrual.Date.Year()+1, time.January, 1)); err != nil {
			return ledger.Posted{}, err
		}
	}
	return r.Book.Reverse(ctx, tx, ledger.Reversal{Entry: string(accrual.ID), Date: on, Reason: "Accrual of " + strconv.Itoa(accrual.Date.Year())})
}

// ReverseAccruals takes back every accrual of a year that still stands, each on 1 January after it.
func (r Register) ReverseAccruals(ctx context.Context, tx *store.Tx, year int) ([]ledger.Posted, error) {
	standing, err := r.Book.Standing(ctx, tx, accrualAct, strconv.Itoa(year))
	if err != nil {
		return nil, err
	}
	var posted []ledger.Posted
	for _, a := range standing {
		p, err := r.ReverseAccrual(ctx, tx, string(a.ID), "")
		if err != nil {
			return nil, err
		}
		posted = append(posted, p)
	}
	return posted, nil
}

// Revalue books what our currency account is worth at a year-end rate against what its lots cost, per fund that holds money
// in it. The difference is the holder's if it is an immediate grant that bears its differences, else the general fund's: a
// deferred grant shows no unrealised result (RULES 62). It is not released and stands in no statement to a grantor.
func (r Register) Revalue(ctx context.Context, tx *store.Tx, account ledger.AccountNo, rate ledger.Rate, on ledger.Date) ([]ledger.Posted, error) {
	found, err := r.Book.Revalue(ctx, tx, account, rate, on)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var entries []ledger.Entry
	for _, f := range found {
		if f.Bearer, err = r.unrealisedBearer(ctx, tx, f.Holder, on); err != nil {
			return nil, err
		}
		entries = append(entries, f.Entry(on, rate))
	}
	posted, err := r.Book.Post(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "bank.revalued", Subject: string(account)})
}

func (r Register) unrealisedBearer(ctx context.Context, tx *store.Tx, holder ledger.FundCode, on ledger.Date) (ledger.FundCode, error) {
	g, granted, err := r.OfFund(ctx, tx, holder)
	if err != nil || !granted {
		return r.Book.General, err
	}
	if p := g.Policies.At(on); p.Recognition == Immediate && p.CurrencyBearer == BornByGrant {
		return holder, nil
	}
	return r.Book.General, nil
}
