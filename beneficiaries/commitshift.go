package beneficiaries

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// part is what the open, committed items of a year take out of one fund for one category.
type part struct {
	fund     ledger.FundCode
	category string
	quantity ledger.Money
}

// parts splits what a year's commitment still holds: the whole over the funds (RULES 38), then each fund's part over
// the categories.
func (v PlanVersion) parts(year int) []part {
	return v.split(func(l PlanLine) []Item { return within(l.open(), year) })
}

// split divides the planned price of some items of every line.
func (v PlanVersion) split(items func(PlanLine) []Item) []part {
	total := ledger.Zero(v.Currency)
	var categories []string
	var weights []decimal.Decimal
	for _, l := range v.Lines {
		planned := ledger.Zero(v.Currency)
		for _, i := range items(l) {
			planned = planned.Add(l.price(i))
		}
		if planned.IsZero() {
			continue
		}
		total = total.Add(planned)
		at := slices.Index(categories, l.Category)
		if at < 0 {
			at, categories, weights = len(categories), append(categories, l.Category), append(weights, decimal.Zero)
		}
		weights[at] = weights[at].Add(planned.Amount)
	}
	if total.IsZero() {
		return nil
	}
	var out []part
	for i, q := range total.Split(Weights(v.Shares)) {
		for k, c := range q.Split(weights) {
			out = append(out, part{v.Shares[i].Fund, categories[k], c})
		}
	}
	return out
}

// ofFund picks the parts of a fund and sums them in a currency.
func ofFund(parts []part, fund ledger.FundCode, c ledger.Currency) (picked []part, total ledger.Money) {
	total = ledger.Zero(c)
	for _, p := range parts {
		if p.fund == fund && p.quantity.Currency == c {
			picked, total = append(picked, p), total.Add(p.quantity)
		}
	}
	return picked, total
}

// beyond are the parts of a that b does not cover, category by category.
func beyond(a, b []part) []part {
	var out []part
	for _, p := range a {
		for _, q := range b {
			if q.fund == p.fund && q.category == p.category && q.quantity.Currency == p.quantity.Currency {
				p.quantity = p.quantity.Sub(q.quantity)
			}
		}
		if p.quantity.Sign() > 0 {
			out = append(out, p)
		}
	}
	return out
}

// fundsOf lists the funds of parts, each once, in order.
func fundsOf(parts []part) []ledger.FundCode {
	var out []ledger.FundCode
	for _, p := range parts {
		if !slices.Contains(out, p.fund) {
			out = append(out, p.fund)
		}
	}
	return out
}

// commitmentChange collects the entry by which the commitments of a plan change.
type commitmentChange struct {
	book  ledger.Book
	plan  Plan
	entry ledger.Entry
}

// shift is the entry that turns what a plan's current version holds committed into what the next one needs: year by
// year, fund by fund and category by category exactly the difference. What is less is released oldest commitment first,
// at its own rate; what is more is set aside at the new version's rate, after the check that the grant has it.
func (r Register) shift(ctx context.Context, tx *store.Tx, p Plan, next PlanVersion,
	e ledger.Entry) (ledger.Entry, error) {
	c := commitmentChange{book: r.Book, plan: p, entry: e}
	years := append(p.Current.committed(), next.committed()...)
	slices.Sort(years)
	for _, year := range slices.Compact(years) {
		before, after := p.Current.parts(year), next.parts(year)
		for _, fund := range fundsOf(before) {
			old, _ := ofFund(before, fund, p.Current.Currency)
			kept, left := ofFund(after, fund, p.Current.Currency)
			less := beyond(old, kept)
			for i, b := range less {
				last := left.IsZero() && i == len(less)-1
				if err := c.free(ctx, tx, year, b, last); err != nil {
					return ledger.Entry{}, err
				}
			}
		}
		for _, fund := range fundsOf(after) {
			now, _ := ofFund(after, fund, next.Currency)
			had, _ := ofFund(before, fund, next.Currency)
			pool := p.pool(year, fund, next.Currency)
			if err := next.setAside(p, r.Book.Base, pool, beyond(now, had), &c.entry); err != nil {
				return ledger.Entry{}, err
			}
		}
	}
	return c.entry, checkAvailable(ctx, tx, r.Grants, c.entry)
}

func (p Plan) pool(year int, fund ledger.FundCode, c ledger.Currency) ledger.Pool {
	return ledger.Pool{Account: ledger.Encumbrances, Holder: p.holder(year), Fund: fund, Currency: c}
}

// setAside opens one lot for parts of one fund, at the version's rate (RULES 38), with a pair of lines for each
// category.
func (v PlanVersion) setAside(p Plan, base ledger.Currency, pool ledger.Pool, parts []part, e *ledger.Entry) error {
	quantity, weights := ledger.Zero(pool.Currency), make([]decimal.Decimal, len(parts))
	for i, a := range parts {
		quantity, weights[i] = quantity.Add(a.quantity), a.quantity.Amount
	}
	if quantity.IsZero() {
		return nil
	}
	rate := v.rate(base)
	if rate.IsZero() {
		return &rates.Missing{From: pool.Currency, To: base}
	}
	cost, err := rate.Convert(quantity, base)
	if err != nil {
		return err
	}
	lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CommitmentLot, Name: pool.Holder, Rate: rate,
		OpenedOn: e.Date,
		Pool:     pool, Quantity: quantity, Cost: cost}
	e.Opens = append(e.Opens, lot)
	for i, c := range cost.Split(weights) {
		e.Lines = append(e.Lines, p.encumber(pool.Fund, parts[i].category,
			ledger.Draw{Lot: lot.ID, Quantity: parts[i].quantity, Cost: c})...)
	}
	return nil
}

// free takes a part out of a year's commitment, never more than is open, and all that is open where it is the last.
func (c *commitmentChange) free(ctx context.Context, tx *store.Tx, year int, less part, last bool) error {
	pool := c.plan.pool(year, less.fund, less.quantity.Currency)
	lots, err := c.book.Lots(ctx, tx, pool, lastDay)
	if err != nil {
		return err
	}
	open, quantity := ledger.Zero(pool.Currency), less.quantity
	taken := drawnBy(c.entry)
	for i, l := range lots {
		if d, found := taken[l.ID]; found { // by an earlier part of this entry
			lots[i].OpenQuantity, lots[i].OpenCost = l.OpenQuantity.Sub(d.Quantity), l.OpenCost.Sub(d.Cost)
		}
		open = open.Add(lots[i].OpenQuantity)
	}
	if last || open.Cmp(quantity) < 0 {
		quantity = open
	}
	draws, err := ledger.DrawFIFO(pool, lots, quantity)
	if err != nil {
		return err
	}
	for _, d := range draws {
		from := slices.IndexFunc(lots, func(l ledger.Lot) bool { return l.ID == d.Lot })
		// what is older than its commitment relieves it all the same, on its first day
		c.entry.Date = max(c.entry.Date, lots[from].OpenedOn)
		d.Quantity, d.Cost = d.Quantity.Neg(), d.Cost.Neg()
		c.entry.Lines = append(c.entry.Lines, c.plan.encumber(pool.Fund, less.category, d)...)
	}
	return nil
}

// drawnBy sums what an entry has drawn from each lot so far.
func drawnBy(e ledger.Entry) map[ledger.LotID]ledger.Draw {
	out := map[ledger.LotID]ledger.Draw{}
	for _, l := range e.Lines {
		if l.Lot == "" || l.Base.Sign() > 0 {
			continue
		}
		d, found := out[l.Lot]
		if !found {
			d = ledger.Draw{Lot: l.Lot, Quantity: ledger.Zero(l.Amount.Currency), Cost: ledger.Zero(l.Base.Currency)}
		}
		d.Quantity, d.Cost = d.Quantity.Sub(l.Amount), d.Cost.Sub(l.Base)
		out[l.Lot] = d
	}
	return out
}
