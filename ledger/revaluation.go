package ledger

import (
	"context"
	"fmt"

	"supportledger/store"
)

// Revalued is what the revaluation of one fund's money in a currency account comes to.
type Revalued struct {
	Account  AccountNo
	Holder   FundCode
	Bearer   FundCode // whose the difference is
	Quantity Money
	Cost     Money // of its lots
	Held     Money // what 1090 holds for it from earlier revaluations
	Value    Money // quantity at the rate
}

// Change is what goes to 1090: value less cost less what it holds already.
func (r Revalued) Change() Money { return r.Value.Sub(r.Cost).Sub(r.Held) }

// Entry is the entry of a revaluation, all in base currency: lots keep their cost (RULES 62). Its lines have the
// category [Revaluation], so that statements can leave them out.
func (r Revalued) Entry(on Date, rate Rate) Entry {
	e := Entry{Date: on, Act: Revaluation, Source: revaluationSource(r.Account, r.Holder),
		Text: fmt.Sprintf("Revalue %s %s of fund %s at %s", r.Quantity, r.Quantity.Currency, r.Holder, rate)}
	difference := CurrencyGains
	if r.Change().Sign() < 0 {
		difference = CurrencyLosses
	}
	e.Lines = []Line{Base(BankRevaluation, r.Bearer, r.Change()).For(Revaluation),
		Base(difference, r.Bearer, r.Change().Neg()).For(Revaluation)}
	return e
}

func revaluationSource(account AccountNo, holder FundCode) string {
	return string(account) + "/" + string(holder)
}

// Revalue computes what every fund's money in one of our currency accounts is worth at a rate at the end of a day, and
// what has been booked of the difference. It posts nothing; who bears a difference is for the grants to say.
func (b Book) Revalue(ctx context.Context, tx *store.Tx, account AccountNo, rate Rate, on Date) ([]Revalued, error) {
	bank, err := b.Bank(ctx, tx, account)
	if err != nil {
		return nil, err
	}
	if !rate.Joins(bank.BankCurrency(), b.Base) || bank.BankCurrency() == b.Base {
		return nil, &AmountError{Code: "rate_mismatch", Got: rate.String(),
			Hint: fmt.Sprintf("a rate between %s and %s", bank.BankCurrency(), b.Base)}
	}
	funds, err := b.Funds(ctx, tx)
	if err != nil {
		return nil, err
	}
	balances, err := b.Balances(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	holders := sortedFunds(funds)
	sources := make([]string, len(holders))
	for i, holder := range holders {
		sources[i] = revaluationSource(account, holder)
	}
	q := sourceQuery(tx, []AccountNo{BankRevaluation}, []string{Revaluation})
	booked, err := b.sumsBySource(ctx, sources, Span{To: on}.on(q))
	if err != nil {
		return nil, err
	}
	var found []Revalued
	for i, holder := range holders {
		r := Revalued{Account: account, Holder: holder, Quantity: Zero(bank.BankCurrency()), Cost: Zero(b.Base),
			Held: Zero(b.Base)}
		for _, held := range balances {
			if held.Account == account && held.Fund == holder {
				r.Quantity, r.Cost = held.Amount, held.Base
			}
		}
		if sum, moved := booked[sources[i]]; moved {
			r.Held = sum
		}
		if r.Value, err = rate.Convert(r.Quantity, b.Base); err != nil {
			return nil, err
		}
		if !r.Change().IsZero() {
			found = append(found, r)
		}
	}
	return found, nil
}
