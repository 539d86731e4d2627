package beneficiaries

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"supportledger/ledger"
	"supportledger/store"
)

// Bar is what a budget bar shows: planned = committed + spent + available.
type Bar struct {
	Of                                   string // a line's name or a fund's code
	Planned, Committed, Spent, Available ledger.Money
}

// PlanBudget is a plan's budget in figures: by line in the plan's currency at planned prices, by fund in base currency
// as the books have it.
type PlanBudget struct {
	Plan  Plan
	Lines []Bar // Spent is the planned price of the units that were settled
	Funds []Bar // Spent is cost in the books, in the plan's name
}

// Budget draws up the figures of a plan's budget. [ErrUnknownPlan].
func (r Register) Budget(ctx context.Context, tx *store.Tx, key string) (PlanBudget, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return PlanBudget{}, err
	}
	out := PlanBudget{Plan: p}
	for _, l := range p.Current.Lines {
		out.Lines = append(out.Lines, l.bar())
	}
	sums, err := newPlanSums(ctx, tx, r.Book)
	if err != nil {
		return PlanBudget{}, err
	}
	planned, err := p.Current.plannedByFund(r.Book.Base)
	if err != nil {
		return PlanBudget{}, err
	}
	for i, s := range p.Current.Shares {
		bar := Bar{Of: string(s.Fund), Planned: planned[i]}
		if bar.Committed, bar.Spent, err = sums.of(ctx, tx, p.Number, s.Fund); err != nil {
			return PlanBudget{}, err
		}
		bar.Available = bar.Planned.Sub(bar.Committed).Sub(bar.Spent)
		out.Funds = append(out.Funds, bar)
	}
	return out, nil
}

// planSums reads what the books hold of plans, up to the entry that was the last when it was made.
type planSums struct {
	book     ledger.Book
	accounts map[ledger.AccountNo]ledger.Account
	through  int64
}

func newPlanSums(ctx context.Context, tx *store.Tx, book ledger.Book) (s planSums, err error) {
	s.book = book
	if s.accounts, err = book.Accounts(ctx, tx); err != nil {
		return s, err
	}
	s.through, err = book.LastSeq(ctx, tx)
	return s, err
}

// of is what is committed for a plan out of a fund, and what that fund has borne of its cost.
func (s planSums) of(ctx context.Context, tx *store.Tx, plan string, fund ledger.FundCode) (committed,
	spent ledger.Money,
	err error) {
	committed, spent = ledger.Zero(s.book.Base), ledger.Zero(s.book.Base)
	sums, err := s.book.CategorySums(ctx, tx, ledger.Selection{Span: ledger.Span{Through: s.through},
		Funds: []ledger.FundCode{fund}, Plans: []string{plan}})
	for _, sum := range sums {
		switch {
		case sum.Account == ledger.Encumbrances:
			committed = committed.Add(sum.Base)
		case s.accounts[sum.Account].IsCost():
			spent = spent.Add(sum.Base)
		}
	}
	return committed, spent, err
}

// plannedByFund is the whole plan in base currency at the budget rate, split over its funds; zeros where no rate is
// known.
func (v PlanVersion) plannedByFund(base ledger.Currency) ([]ledger.Money, error) {
	total, rate := ledger.Zero(v.Currency), v.rate(base)
	for _, l := range v.Lines {
		for _, i := range l.Items {
			if price := l.price(i); price.Currency == v.Currency {
				total = total.Add(price)
			}
		}
	}
	parts := total.Split(Weights(v.Shares))
	for i, m := range parts {
		if rate.IsZero() {
			parts[i] = ledger.Zero(base)
			continue
		}
		var err error
		if parts[i], err = rate.Convert(m, base); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// bar sums the units of a line in its currency; what was settled in another one, before a move, is not among them.
func (l PlanLine) bar() Bar {
	zero := ledger.Zero(l.UnitPrice.Currency)
	b := Bar{Of: l.Line, Planned: zero, Committed: zero, Spent: zero, Available: zero}
	for _, i := range l.Items {
		price := l.price(i)
		if price.Currency != zero.Currency {
			continue
		}
		b.Planned = b.Planned.Add(price)
		switch {
		case i.SettledBy != "":
			b.Spent = b.Spent.Add(price)
		case i.CommittedYear != 0:
			b.Committed = b.Committed.Add(price)
		default:
			b.Available = b.Available.Add(price)
		}
	}
	return b
}

// DueItem is a unit of support that waits to be given.
type DueItem struct {
	Plan   Plan     // by name, without its content
	Line   PlanLine // without its other units
	Item   Item
	Amount ledger.Money
	Held   []string // codes of the milestones that hold its money back and were not found met
}

// DueFilter chooses open units of support by the days on which they are due, the first and the last. They are paged by
// [DueItem.Key].
type DueFilter struct {
	From, To ledger.Date
	Page     store.Keyset
}

// Key is the place of a unit among the due ones: its day, plan, line and position.
func (i DueItem) Key() []string {
	return []string{string(i.Item.DueOn), i.Plan.Number, i.Line.Line, strconv.Itoa(i.Item.Position)}
}

// DueItems lists the open units of living plans that fall due, earliest first. Units without days are not among them,
// nor what a suspension holds.
func (r Register) DueItems(ctx context.Context, tx *store.Tx, f DueFilter) ([]DueItem, error) {
	return readDue(ctx, tx, f)
}

// heldBy lists the milestones that hold an item back and are not among those met.
func (l PlanLine) heldBy(i Item, met []string) []string {
	all := append(slices.Clone(l.Gates), i.Gates...)
	return slices.DeleteFunc(all, func(code string) bool { return slices.Contains(met, code) })
}

// Timeline lists a page of what became of a plan and what was found of its milestones, by time and id.
// [ErrUnknownPlan].
func (r Register) Timeline(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Turn, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readTimeline(ctx, tx, p.ID, page)
}

// readTimeline merges what became of a plan with what was found of its milestones.
func readTimeline(ctx context.Context, tx *store.Tx, plan PlanID, page store.Keyset) ([]Turn, error) {
	turns, err := readTurns(ctx, tx, plan, page)
	if err != nil {
		return nil, err
	}
	decisions, err := readMilestoneDecisions(ctx, tx, plan, page)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		t, err := d.turn()
		if err != nil {
			return nil, err
		}
		turns = append(turns, t)
	}
	slices.SortFunc(turns, func(a, b Turn) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	if page.Limit > 0 { // each of the two lists may fill the page alone
		turns = turns[:min(page.Limit, len(turns))]
	}
	return turns, nil
}

// turn is how a decision on a milestone stands in the timeline.
func (d MilestoneDecision) turn() (Turn, error) {
	at, err := store.ParseTime(d.At)
	t := Turn{ID: d.ID, Kind: MilestoneMissed, Reason: d.Milestone, Day: ledger.DateOf(at), By: d.By, At: d.At}
	if d.Met {
		t.Kind = MilestoneMet
	}
	return t, err
}
