// Package judge checks entries that are posted without a request, such as those made by hand, by the rules of requests.
//
// The ledger calls [Entry] before it posts. It holds the entry against the agreement and the budget lines of the grants
// whose funds it touches, and against what these funds have left beside what is promised to approved requests.
package judge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// unrequested are the acts that take money of funds without a request that was tried before.
var unrequested = []string{ledger.ManualAct, advances.Retainer.Act(), advances.PettyCash.Act(), advances.TransferAct,
	advances.ExchangeAct, grants.IndirectAct}

// ErrUnreleased is the sentinel of [Unreleased].
var ErrUnreleased = errors.New("judge: cost of a grant without its income")

// Unreleased is a manual entry that puts cost on a grant whose money becomes income as it is spent, without that
// income.
type Unreleased struct {
	Grant  string
	Amount ledger.Money // that is missing; negative where there is too much
}

func (e *Unreleased) Error() string {
	return fmt.Sprintf("judge: the entry leaves %s %s of grant %s unreleased", e.Amount, e.Amount.Currency,
		e.Grant)
}

// Unwrap makes errors.Is(err, ErrUnreleased) true.
func (e *Unreleased) Unwrap() error { return ErrUnreleased }

// Entry is a [ledger.Judge]. What [disbursements.Rules] checks of a request before it is approved, Entry checks of an
// entry that was posted without one: what the grant's agreement and budget lines pay, and what its fund has left beside
// what is promised already. An entry that takes nothing of a grant's fund costs no query.
func Entry(ctx context.Context, tx *store.Tx, c ledger.Judged) error {
	e := c.Entry
	if e.Reverses != "" || !slices.Contains(unrequested, e.Act) {
		return nil
	}
	book := c.Book
	book.Judge = nil // it is asked once
	register := grants.Register{Book: book}
	rules := disbursements.New(book, register, beneficiaries.Register{Book: book, Grants: register}).Rules
	granted, err := takesOf(ctx, tx, rules, c)
	if err != nil || len(granted) == 0 {
		return err
	}
	if err := ledger.LockFunds(ctx, tx, granted...); err != nil { // approvals of their requests wait
		return err
	}
	costs, err := rules.Promised(ctx, tx, e.Date, e.Funds())
	if err != nil {
		return err
	}
	for _, p := range c.Before {
		costs = append(costs, p.Entry)
	}
	return grants.Trial{Register: register, Promised: costs, Whole: true}.Refuses(ctx, tx, e)
}

// takesOf lists the funds of grants that an entry takes money of or puts cost on, in order of code, and asks what only
// an entry made by hand can get wrong: its period, and that what it puts on cost is income as well.
func takesOf(ctx context.Context, tx *store.Tx, rules disbursements.Rules, c ledger.Judged) ([]ledger.FundCode,
	error) {
	e := c.Entry
	result := map[ledger.FundCode]ledger.Money{}
	var takes []ledger.FundCode
	for _, l := range e.Lines {
		a := c.Known.Accounts[l.Account]
		if a.Type == ledger.Income || a.Type == ledger.Expense {
			if _, begun := result[l.Fund]; !begun {
				result[l.Fund] = ledger.Zero(rules.Book.Base)
			}
			result[l.Fund] = result[l.Fund].Add(l.Base)
		}
		bound := c.Known.Funds[l.Fund].Restriction == ledger.BoundByGrant // as every fund of a grant is
		if bound && (a.IsCost() && l.Base.Sign() > 0 || a.IsBank() && l.Base.Sign() < 0) {
			takes = append(takes, l.Fund)
		}
	}
	slices.Sort(takes)
	var granted []ledger.FundCode
	for _, fund := range slices.Compact(takes) {
		g, found, err := rules.Grants.OfFund(ctx, tx, fund)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		granted = append(granted, fund)
		if e.Act != ledger.ManualAct {
			continue
		}
		if left, some := result[fund]; some && !left.IsZero() && g.Policies.At(e.Date).Recognition == grants.Deferred {
			return nil, &Unreleased{g.Code, left}
		}
		if err := rules.Costs.CheckPeriod(ctx, tx, e); err != nil {
			return nil, err
		}
	}
	return granted, nil
}
