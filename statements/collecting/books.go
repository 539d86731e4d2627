package collecting

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"
)

// books reads what an institution wants beside its own figures: advances, shared costs, the ledger's own sums, changes
// of the agreement and what an audit took off.
func (c collector) books(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	for i, p := range c.grant.Policies {
		if i > 0 && p.StartsOn <= c.period.To {
			s.Amendments = append(s.Amendments,
				figures.Amendment{On: p.StartsOn, Rules: p.Changed(c.grant.Policies[i-1])})
		}
	}
	for _, sum := range c.sums {
		a := c.accounts[sum.Account]
		if a.Type == ledger.Expense && sum.Date >= c.period.From && sum.Category != ledger.Revaluation {
			c.tie(s, a, sum)
		}
	}
	slices.SortFunc(s.Ties, func(a, b figures.Tie) int { return cmp.Compare(a.Account, b.Account) })
	s.Ties = slices.DeleteFunc(s.Ties, func(t figures.Tie) bool { return t.Amount.IsZero() })
	if err := c.advances(ctx, tx, s); err != nil {
		return err
	}
	if err := c.shared(ctx, tx, s); err != nil {
		return err
	}
	found, err := readDisallowed(ctx, tx, string(c.grant.ID), c.span(), s.Base)
	s.Disallowed = found
	return err
}

func (c collector) tie(s *figures.GrantStatement, a ledger.Account, sum ledger.Sum) {
	i := slices.IndexFunc(s.Ties, func(t figures.Tie) bool { return t.Account == a.Number })
	if i < 0 {
		s.Ties, i = append(s.Ties, figures.Tie{Account: a.Number, Name: figures.Name{EN: a.NameEN, DA: a.NameDA}}),
			len(s.Ties)
	}
	s.Ties[i].Amount = s.Ties[i].Amount.Add(sum.Base.Amount)
}

// advances follows the money with partners through the period. Lines say by their act whether money went out, came back
// or was spent.
func (c collector) advances(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	var accounts []ledger.AccountNo
	for no, a := range c.accounts {
		if strings.HasPrefix(a.Path, "assets:advances:") {
			accounts = append(accounts, no)
		}
	}
	slices.Sort(accounts)
	moves, err := readAdvances(ctx, tx, costsOf{c.span(), c.grant.Fund(), accounts}, s.Base)
	if err != nil {
		return err
	}
	for _, m := range moves {
		i := slices.IndexFunc(s.Advances,
			func(a figures.Advance) bool { return a.Partner == m.Partner && a.Currency == m.Amount.Currency })
		if i < 0 {
			s.Advances, i = append(s.Advances, figures.Advance{Partner: m.Partner, Currency: m.Amount.Currency}), len(s.Advances)
		}
		moveAdvance(&s.Advances[i], m, m.Date < c.period.From)
	}
	sums, err := c.from.Book.LotSums(ctx, tx, c.grant.Fund(), c.span())
	for _, l := range sums {
		for i, a := range s.Advances {
			if l.Lot.Pool.Holder == a.Partner && l.Amount.Currency == a.Currency && !l.Amount.IsZero() &&
				(a.Oldest == "" || l.Lot.OpenedOn < a.Oldest) {
				s.Advances[i].Oldest = l.Lot.OpenedOn
			}
		}
	}
	return err
}

// advanceMove is what an act moved on a partner's advance on one day.
type advanceMove struct {
	Partner string
	Act     string
	Date    ledger.Date
	Amount  ledger.Money
	Base    ledger.Money
}

func moveAdvance(a *figures.Advance, m advanceMove, before bool) {
	amount := m.Amount.Amount
	a.Closing, a.Base = a.Closing.Add(amount), a.Base.Add(m.Base.Amount)
	switch {
	case before:
		a.Opening = a.Opening.Add(amount)
	case strings.Contains(m.Act, "return"):
		a.Returned = a.Returned.Sub(amount)
	case strings.Contains(m.Act, "transfer"):
		a.Sent = a.Sent.Add(amount)
	default:
		a.Spent = a.Spent.Sub(amount)
	}
}

// shared sums the costs of the period that entries of this grant had together with other funds.
func (c collector) shared(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	var accounts []ledger.AccountNo
	for no, a := range c.accounts {
		if a.Type == ledger.Expense && strings.HasPrefix(a.Path, "expenses:programme:") {
			accounts = append(accounts, no)
		}
	}
	slices.Sort(accounts)
	inPeriod := ledger.Span{From: c.period.From, To: c.period.To, Through: c.cutOff.Seq}
	found, err := readShared(ctx, tx, costsOf{inPeriod, c.grant.Fund(), accounts}, s.Base)
	for _, f := range found {
		if f.Whole.Equal(f.Grant) {
			continue
		}
		a := c.accounts[f.Account]
		s.Shared = append(s.Shared, figures.Shared{Key: a.Category(), Name: figures.Name{EN: a.NameEN, DA: a.NameDA},
			Whole: f.Whole, Grant: f.Grant})
	}
	return err
}
