package advances

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Exchange sells a fund's money of one own bank account into another, one of which is in base currency.
type Exchange struct {
	ID     string
	Fund   ledger.FundCode
	Date   ledger.Date
	Amount ledger.Money // in the currency of From
	From   ledger.AccountNo
	To     ledger.AccountNo
	Rate   ledger.Rate  // the bank's
	Fee    ledger.Money // base currency
	Entry  ledger.EntryID
}

// Exchange books a conversion between own accounts. Foreign money leaves at what it cost, first in first out; what
// the bank paid more or less is one net gain or loss, and it falls on the bearer of currency differences together
// with the fee (RULES 34, 36). Where that is not the fund itself, the fund is made whole (RULES 33).
func (adv Register) Exchange(ctx context.Context, tx *store.Tx, x Exchange) (Exchange, error) {
	if _, err := adv.Book.Fund(ctx, tx, x.Fund); err != nil {
		return Exchange{}, err
	}
	bearer, err := adv.Grants.CurrencyBearer(ctx, tx, x.Fund, x.Date)
	if err != nil {
		return Exchange{}, err
	}
	if err := ledger.LockFunds(ctx, tx, x.Fund, bearer); err != nil {
		return Exchange{}, err
	}
	x.ID = store.NewID("exc")
	entry, err := adv.exchangeEntry(ctx, tx, x, bearer)
	if err != nil {
		return Exchange{}, err
	}
	posted, err := adv.Grants.Post(ctx, tx, entry)
	if err != nil {
		return Exchange{}, err
	}
	x.Entry = posted.ID
	return x, access.Record(ctx, tx, access.Event{Action: "currency.exchanged", Subject: x.ID})
}

func (adv Register) exchangeEntry(ctx context.Context, tx *store.Tx, x Exchange, bearer ledger.FundCode) (ledger.Entry,
	error) {
	from, err := adv.Book.Bank(ctx, tx, x.From)
	if err != nil {
		return ledger.Entry{}, err
	}
	to, err := adv.Book.Bank(ctx, tx, x.To)
	if err != nil {
		return ledger.Entry{}, err
	}
	if from.BankCurrency() != x.Amount.Currency {
		return ledger.Entry{}, ErrBankCurrency
	}
	got, err := x.Rate.Convert(x.Amount, to.BankCurrency())
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: x.Date, Act: ExchangeAct, Source: x.ID,
		Text: fmt.Sprintf("Sell %s %s at %s", x.Amount, x.Amount.Currency, x.Rate)}
	switch base := adv.Book.Base; {
	case from.BankCurrency() == to.BankCurrency():
		return ledger.Entry{}, ErrSameAccount
	case to.BankCurrency() == base:
		return adv.sell(ctx, tx, e, sale{x, got, bearer})
	case from.BankCurrency() == base:
		return buy(e, x, got, bearer), nil
	default:
		return ledger.Entry{}, ErrSameAccount
	}
}

// sale is an exchange into base currency: what it brings, and the fund that bears the difference.
type sale struct {
	Exchange
	proceeds ledger.Money
	bearer   ledger.FundCode
}

// sell turns foreign money into base currency.
func (adv Register) sell(ctx context.Context, tx *store.Tx, e ledger.Entry, x sale) (ledger.Entry, error) {
	pool := ledger.Pool{Account: x.From, Fund: x.Fund, Currency: x.Amount.Currency}
	draws, err := adv.Book.Draw(ctx, tx, pool, x.Amount, x.Date)
	if err != nil {
		return ledger.Entry{}, err
	}
	for _, d := range draws {
		e.Lines = append(e.Lines, ledger.InCurrency(x.From, x.Fund, d.Quantity.Neg(), d.Cost.Neg()).WithLot(d.Lot))
	}
	carrying := ledger.Drawn(adv.Book.Base, draws)
	loss := carrying.Sub(x.proceeds)
	bank := FundPayments{Account: x.To}
	bank.Pay(x.Fund, carrying.Neg())
	bank.Pay(x.bearer, loss.Add(x.Fee))
	e.Lines = append(e.Lines, grants.Difference(x.bearer, loss), FeeLine(x.bearer, x.Fee))
	e.Lines = append(e.Lines, bank.Lines()...)
	return e, nil
}

// buy turns base currency into foreign money: a new lot at what it cost.
func buy(e ledger.Entry, x Exchange, got ledger.Money, bearer ledger.FundCode) ledger.Entry {
	lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Name: "exchange " + string(x.Date),
		Rate:     x.Rate,
		OpenedOn: x.Date, Pool: ledger.Pool{Account: x.To, Fund: x.Fund, Currency: got.Currency}, Quantity: got,
		Cost: x.Amount}
	bank := FundPayments{Account: x.From}
	bank.Pay(x.Fund, x.Amount)
	bank.Pay(bearer, x.Fee)
	e.Opens = []ledger.Lot{lot}
	e.Lines = append(e.Lines, ledger.InCurrency(x.To, x.Fund, got, x.Amount).WithLot(lot.ID), FeeLine(bearer, x.Fee))
	e.Lines = append(e.Lines, bank.Lines()...)
	return e
}

// fee is a fee that a bearer pays.
func FeeLine(bearer ledger.FundCode, amount ledger.Money) ledger.Line {
	return ledger.Base(ledger.TransferFees, bearer, amount).For("transfer-fees")
}
