package grants

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// What keeps cost off a grant, each for itself.
var (
	ErrOutsidePeriod   = errors.New("grants: the cost falls outside the grant's period")
	ErrOutsideCountry  = errors.New("grants: the cost falls in a country that the grant does not cover")
	ErrOutsideCategory = errors.New("grants: the grant does not pay this category of cost")
	ErrIneligibleKind  = errors.New("grants: the grant does not pay this kind of cost")
	ErrOutsideBudget   = errors.New("grants: the category is on no line of the approved budget")
	ErrOverLine        = errors.New("grants: the cost goes over its budget line")
)

// Cost is support that is to be charged to a grant. What is not known stays empty and is not held against anything.
type Cost struct {
	On       ledger.Date
	Country  string // ISO 3166
	Category string
	Kind     string       // such as "no-show"
	Amount   ledger.Money // in the grant's currency
	Spent    ledger.Money // on the category's budget line already, in the grant's currency
}

// Finding is a reason why a grant does not pay a cost. It is an error that unwraps to the sentinel of its kind.
type Finding struct {
	Kind error  // ErrOutsidePeriod and its siblings
	Hint string // what the agreement allows
}

func (f *Finding) Error() string { return fmt.Sprintf("%s; %s", f.Kind, f.Hint) }

// Unwrap makes errors.Is(err, f.Kind) true.
func (f *Finding) Unwrap() error { return f.Kind }

// Eligible holds a cost against the policy in force on its day and the approved budget, and says everything that stands
// against it; nothing means that the grant pays.
func (g Grant) Eligible(c Cost) []*Finding {
	p := g.Policies.At(c.On)
	var found []*Finding
	against := func(kind error, format string, args ...any) {
		found = append(found, &Finding{kind, fmt.Sprintf(format, args...)})
	}
	if from, to := g.eligiblePeriod(p); c.On != "" && (c.On < from || to != "" && c.On > to) {
		against(ErrOutsidePeriod, "%s pays cost from %s to %s", g.Code, from, to)
	}
	if c.Country != "" && len(p.Countries) > 0 && !slices.Contains(p.Countries, c.Country) {
		against(ErrOutsideCountry, "%s pays in %v", g.Code, p.Countries)
	}
	if c.Category != "" && len(p.Categories) > 0 && !slices.Contains(p.Categories, c.Category) {
		against(ErrOutsideCategory, "%s pays %v", g.Code, p.Categories)
	}
	if c.Kind != "" && slices.Contains(p.Ineligible, c.Kind) {
		against(ErrIneligibleKind, "%s does not pay %v", g.Code, p.Ineligible)
	}
	if len(g.Budget) == 0 || c.Category == "" {
		return found
	}
	line, named := g.LineFor(c.Category)
	if !named {
		against(ErrOutsideBudget, "no line of the budget of %s takes %s", g.Code, c.Category)
	} else if c.Amount.Currency == line.Amount.Currency && c.Spent.Currency == line.Amount.Currency &&
		c.Spent.Add(c.Amount).Cmp(line.Amount) > 0 {
		against(ErrOverLine, "line %s of %s has %s %s, %s is spent and %s comes to it", line.No, g.Code, line.Amount,
			line.Amount.Currency, c.Spent, c.Amount)
	}
	return found
}

// eligiblePeriod is that of the policy, else that of the agreement.
func (g Grant) eligiblePeriod(p Policy) (from, to ledger.Date) {
	from, to = g.From, g.To
	if p.EligibleFrom != "" {
		from = p.EligibleFrom
	}
	if p.EligibleTo != "" {
		to = p.EligibleTo
	}
	return from, to
}

// incurred is the day by which cost booked on a day is judged. A grant that has ended pays what belongs to its period
// until its report is due: such cost falls on the last day of the period.
func (g Grant) incurred(on ledger.Date) ledger.Date {
	_, to := g.eligiblePeriod(g.Policies.At(on))
	if (g.State == GrantEnded || g.State == GrantTerminated) && to != "" && on > to && on <= g.ReportDueOn {
		return to
	}
	return on
}

// admit refuses an entry that charges a grant with support it does not pay: the first reason is the error. Fees,
// currency differences and indirect cost have rules of their own about who bears them, and what is taken back is never
// refused.
func (r Register) admit(ctx context.Context, tx *store.Tx, e ledger.Entry, country string) error {
	accounts, err := r.accounts(ctx, tx)
	if err != nil {
		return err
	}
	var charged []cost
	for _, l := range e.Lines {
		account := accounts[l.Account]
		if !account.IsCost() || !isSupport(l.Account) {
			continue
		}
		g, granted, err := r.OfFund(ctx, tx, l.Fund)
		if err != nil {
			return err
		}
		if granted {
			charged = addCost(charged, cost{g, l.Account, account.Category(), l.Base})
		}
	}
	adding := map[string]ledger.Money{} // of this entry, and of those before that are not booked yet, by grant and line
	if r.memo != nil {
		adding = r.memo.adding
	}
	for _, c := range charged {
		if c.base.Sign() <= 0 {
			continue
		}
		asked := Cost{On: c.grant.incurred(e.Date), Country: country, Category: c.category}
		if asked.Amount, asked.Spent, err = r.onLine(ctx, tx, e, c); err != nil {
			return err
		}
		line, _ := c.grant.LineFor(c.category)
		place := c.grant.Code + " " + line.No
		if before, more := adding[place]; more {
			asked.Spent = asked.Spent.Add(before)
		}
		if found := c.grant.Eligible(asked); len(found) > 0 {
			return found[0]
		}
		if asked.Amount.Currency != "" {
			adding[place] = asked.Amount.Add(orZero(adding[place], asked.Amount.Currency))
		}
	}
	return nil
}

// orZero is an amount, or none of a currency.
func orZero(m ledger.Money, c ledger.Currency) ledger.Money {
	if m.Currency == "" {
		return ledger.Zero(c)
	}
	return m
}

// isSupport tells the cost of support, 5xxx, from fees, differences and overhead, 6xxx.
func isSupport(account ledger.AccountNo) bool { return len(account) > 0 && account[0] == '5' }

// onLine is what an entry adds to a budget line in the grant's currency, and what is on it already. Nothing where the
// grant has no budget or the books cannot know the grant's currency.
func (r Register) onLine(
	ctx context.Context, tx *store.Tx, e ledger.Entry, c cost,
) (adds, spent ledger.Money, err error) {
	line, named := c.grant.LineFor(c.category)
	if !named {
		return adds, spent, nil
	}
	report, err := r.spending(ctx, tx, c.grant.ID)
	if err != nil {
		return adds, spent, err
	}
	i := slices.IndexFunc(report.Rows, func(row BudgetActualRow) bool { return row.Line.No == line.No })
	if i < 0 || report.Rows[i].Spent == nil {
		return adds, spent, nil
	}
	if c.grant.Amount.Currency == r.Book.Base {
		return c.base, report.Rows[i].Spent.Amount, nil
	}
	adds = ledger.Zero(c.grant.Amount.Currency)
	for _, l := range e.Lines {
		if l.Account == ledger.DeferredGrants && l.Fund == c.grant.Fund() && l.Category == c.category {
			adds = adds.Add(l.Amount)
		}
	}
	return adds, report.Rows[i].Spent.Amount, nil
}
