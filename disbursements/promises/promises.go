// Package promises keeps what money in flight will book: what was approved and is not booked yet, and invoices that are
// booked and not paid (RULES 42). An approval writes its promises down, the booking takes them back, both in the
// transaction that changes the state, so that what a fund has promised is a sum over one index. Start at [Sums].
package promises

import (
	"slices"

	"supportledger/ledger"
)

// Kind is what is promised.
type Kind string

// The kinds of promises.
const (
	Cost Kind = "cost" // what an entry will cost a fund, in base currency
	Draw Kind = "draw" // what will be drawn from the lots of an account, in its currency
)

// Place is where a promise will be booked.
type Place struct {
	Kind     Kind
	Fund     ledger.FundCode
	Category string           // "" of a draw, and of an invoice that is booked already
	Account  ledger.AccountNo // that pays, or that is drawn from
	Holder   string           // of lots
	Beside   bool             // beside a plan's lines, and not booked: no commitment holds it
}

// Promise is an amount that will be booked at a place.
type Promise struct {
	Place
	Amount ledger.Money
}

// Add adds an amount to that at its place and in its currency; nothing is no promise.
func Add(all []Promise, p Promise) []Promise {
	if p.Amount.Currency == "" || p.Amount.IsZero() {
		return all
	}
	at := slices.IndexFunc(all, func(o Promise) bool {
		return o.Place == p.Place && o.Amount.Currency == p.Amount.Currency
	})
	if at < 0 {
		return append(all, p)
	}
	all[at].Amount = all[at].Amount.Add(p.Amount)
	return all
}

// Less takes promises away from others. What is left of none is not listed.
func Less(all, some []Promise) []Promise {
	left := slices.Clone(all)
	for _, p := range some {
		p.Amount = p.Amount.Neg()
		left = Add(left, p)
	}
	return slices.DeleteFunc(left, func(p Promise) bool { return p.Amount.IsZero() })
}
