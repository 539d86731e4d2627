package collecting

import (
	"cmp"
	"slices"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// pool is the money of one purpose while it is used: gifts wait in the order in which they came, and every cost is paid
// by the oldest of them. So each øre of cost belongs to one gift, all donors' statements together are the fund's, and
// an old gift is used up instead of dwindling for ever. Money that is nobody's gift (an opening balance, interest)
// waits in the same queue.
type pool struct {
	gifts []*pooled
	owed  []use // cost that came before any money; the next gift pays it
	drawn []draw
}

// pooled is a gift, or other money of the fund, with what is left of it.
type pooled struct {
	donor donors.ID // "" for what is nobody's gift
	left  decimal.Decimal
	gone  bool // given back
}

// use is cost of one category.
type use struct {
	category string
	amount   decimal.Decimal
}

// draw is what one gift paid on one day; negative where cost was taken back.
type draw struct {
	of       *pooled
	date     ledger.Date
	category string
	amount   decimal.Decimal
}

// receive adds money at the end of the queue and lets it pay what is owed.
func (p *pool) receive(on ledger.Date, g *pooled) {
	p.gifts = append(p.gifts, g)
	waiting := p.owed
	p.owed = nil
	for _, u := range waiting {
		p.spend(on, u.category, u.amount)
	}
}

// spend has the oldest money pay a cost; a negative one goes back to those who paid last.
func (p *pool) spend(on ledger.Date, category string, amount decimal.Decimal) {
	if amount.Sign() < 0 {
		p.restore(on, category, amount.Neg())
		return
	}
	for _, g := range p.gifts {
		part := decimal.Min(amount, g.left)
		if g.gone || part.Sign() <= 0 {
			continue
		}
		g.left, amount = g.left.Sub(part), amount.Sub(part)
		p.drawn = append(p.drawn, draw{g, on, category, part})
	}
	if amount.Sign() > 0 {
		p.owed = append(p.owed, use{category, amount})
	}
}

// restore undoes cost: first what nobody has paid yet, then the newest draws of its category. What was never drawn here
// is money of the fund that is nobody's gift.
func (p *pool) restore(on ledger.Date, category string, amount decimal.Decimal) {
	for i := len(p.owed) - 1; i >= 0; i-- {
		if p.owed[i].category == category {
			part := decimal.Min(amount, p.owed[i].amount)
			p.owed[i].amount, amount = p.owed[i].amount.Sub(part), amount.Sub(part)
		}
	}
	for _, g := range p.payers(category) {
		part := decimal.Min(amount, p.paid(g, category))
		if part.Sign() <= 0 {
			continue
		}
		g.left, amount = g.left.Add(part), amount.Sub(part)
		p.drawn = append(p.drawn, draw{g, on, category, part.Neg()})
	}
	if amount.Sign() > 0 {
		p.receive(on, &pooled{left: amount})
	}
}

// payers are the gifts that paid for a category, the newest draw first; those given back are not among them.
func (p *pool) payers(category string) []*pooled {
	var of []*pooled
	for _, d := range slices.Backward(p.drawn) {
		if d.category == category && !d.of.gone && !slices.Contains(of, d.of) {
			of = append(of, d.of)
		}
	}
	return of
}

func (p *pool) paid(g *pooled, category string) decimal.Decimal {
	return figures.Sum(p.drawn, func(d draw) decimal.Decimal {
		if d.of != g || d.category != category {
			return decimal.Zero
		}
		return d.amount
	})
}

// giveBack takes a gift out; what it had paid for, the others pay on that day.
func (p *pool) giveBack(on ledger.Date, g *pooled) {
	g.gone, g.left = true, decimal.Zero
	var paid []use
	for _, d := range p.drawn {
		if d.of != g {
			continue
		}
		i := slices.IndexFunc(paid, func(u use) bool { return u.category == d.category })
		if i < 0 {
			paid, i = append(paid, use{category: d.category}), len(paid)
		}
		paid[i].amount = paid[i].amount.Add(d.amount)
	}
	for _, u := range paid {
		if u.amount.Sign() > 0 {
			p.drawn = append(p.drawn, draw{g, on, u.category, u.amount.Neg()})
			p.spend(on, u.category, u.amount)
		}
	}
}

// event is something that happened to a pool. Of one day, money comes first, refunds next, cost last.
type event struct {
	date ledger.Date
	rank int
	do   func(*pool)
}

// play lets the events happen in order.
func play(events []event) *pool {
	slices.SortStableFunc(events,
		func(a, b event) int { return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.rank, b.rank)) })
	p := &pool{}
	for _, e := range events {
		e.do(p)
	}
	return p
}

// of is what a donor's gifts paid, by category, before a period and in it.
func (p *pool) of(donor donors.ID, in figures.Period) (before decimal.Decimal,
	uses map[string][2]decimal.Decimal) {
	uses = map[string][2]decimal.Decimal{}
	for _, d := range p.drawn {
		if d.of.donor != donor || d.date > in.To {
			continue
		}
		u := uses[d.category]
		if d.date < in.From {
			before = before.Add(d.amount)
		} else {
			u[0] = u[0].Add(d.amount)
		}
		u[1] = u[1].Add(d.amount)
		uses[d.category] = u
	}
	return before, uses
}
