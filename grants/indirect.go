package grants

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// IndirectCharge is what a charge of indirect cost came to.
type IndirectCharge struct {
	Grant  string
	On     ledger.Date
	Base   ledger.Money    // all cost that the rate applies to, from the start of the grant
	Rate   decimal.Decimal // in force on the day, percent
	Before ledger.Money    // charged before
	Charge ledger.Money    // charged now; may be negative
	Borne  ledger.Money    // what the rate gives beyond the cap: our own share of the cost
	Entry  *ledger.Posted  // nil when there is nothing to charge
}

// IndirectAct is the act of an entry that charges indirect cost.
const IndirectAct = "indirect-charge"

// ChargeIndirect charges indirect cost on a grant up to and including a day by the cumulative method: rate × base, less
// what was charged before (RULES 45-48). Money changes owner inside our bank account: the grant pays the general fund.
func (r Register) ChargeIndirect(
	ctx context.Context, tx *store.Tx, key string, on ledger.Date,
) (IndirectCharge, error) {
	g, err := r.Grant(ctx, tx, key)
	if err != nil {
		return IndirectCharge{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund(), r.Book.General); err != nil {
		return IndirectCharge{}, err
	}
	c, err := r.Indirect(ctx, tx, g, ledger.Span{To: on})
	if err != nil || c.Charge.IsZero() {
		return c, err
	}
	text := fmt.Sprintf("Indirect cost of %s, %s%% of %s", g.Code, c.Rate, c.Base)
	posted, err := r.Post(ctx, tx, ledger.Entry{Date: on, Text: text, Act: IndirectAct, Source: string(g.ID),
		Lines: []ledger.Line{
			ledger.Base(ledger.IndirectCosts, g.Fund(), c.Charge).For("indirect-costs"),
			ledger.Base(ledger.BaseBank, g.Fund(), c.Charge.Neg()),
			ledger.Base(ledger.BaseBank, r.Book.General, c.Charge),
			ledger.Base(ledger.IndirectRecovered, r.Book.General, c.Charge.Neg()),
		}})
	if err != nil {
		return IndirectCharge{}, err
	}
	c.Entry = &posted
	return c, access.Record(ctx, tx, access.Event{Action: "indirect.charged", Subject: string(g.ID)})
}

// Indirect computes what may be charged on a grant within a span, without charging it. An amended rate applies to the
// cost of its days; the product is rounded once (RULES 46-47).
func (r Register) Indirect(ctx context.Context, tx *store.Tx, g Grant, span ledger.Span) (IndirectCharge, error) {
	accounts, err := r.Book.Accounts(ctx, tx)
	if err != nil {
		return IndirectCharge{}, err
	}
	sums, err := r.Book.Activity(ctx, tx, g.Fund(), span)
	if err != nil {
		return IndirectCharge{}, err
	}
	c := IndirectCharge{Grant: g.Code, On: span.To, Rate: g.Policies.At(span.To).IndirectRate,
		Base: ledger.Zero(r.Book.Base), Before: ledger.Zero(r.Book.Base), Borne: ledger.Zero(r.Book.Base)}
	exact := decimal.Zero
	for _, s := range sums {
		policy := g.Policies.At(s.Date)
		switch account := accounts[s.Account]; {
		case s.Category == ledger.Revaluation: // nothing was earned or lost yet (RULES 62)
		case s.Account == ledger.IndirectCosts:
			c.Before = c.Before.Add(s.Base)
		case policy.inIndirectBase(account):
			c.Base = c.Base.Add(s.Base)
			exact = exact.Add(s.Base.Amount.Mul(policy.IndirectRate))
		}
	}
	earned, err := ledger.Round(exact.Shift(-2), r.Book.Base).Bounded()
	if err != nil {
		return IndirectCharge{}, err
	}
	chargeable, err := r.fund(g).capped(ctx, tx, span.To, earned)
	c.Charge, c.Borne = chargeable.Sub(c.Before), earned.Sub(chargeable)
	return c, err
}

// capped is indirect cost up to what the agreement allows in all. A cap in another currency is valued at the rate of
// the newest receipt.
func (b fundBook) capped(ctx context.Context, tx *store.Tx, on ledger.Date, earned ledger.Money) (ledger.Money, error) {
	limit := b.grant.Policies.At(on).IndirectCap
	if limit.IsZero() {
		return earned, nil
	}
	limit.Currency = b.grant.Amount.Currency
	inBase, known, err := b.inBase(ctx, tx, limit)
	if err != nil || !known {
		return earned, err
	}
	return smaller(earned, inBase), nil
}

// inIndirectBase reports whether cost on an account counts in the base: all cost but what the agreement excludes.
// Currency gains count against currency losses where the agreement lets these in.
func (p Policy) inIndirectBase(a ledger.Account) bool {
	if a.Number == ledger.CurrencyGains {
		return !p.excludesFromIndirect(CurrencyDifferences)
	}
	return a.IsCost() && !p.excludesFromIndirect(a.Category())
}
