package beneficiaries

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// wantFunding wants shares by percent, or all by priority: of different funds, with caps that are not negative.
// [ErrShares].
func wantFunding(shares []Share) error {
	seen := map[ledger.FundCode]bool{}
	for _, s := range shares {
		if seen[s.Fund] || s.Priority < 1 || s.Percent.Sign() != 0 || s.Cap.Sign() < 0 {
			return ErrShares
		}
		seen[s.Fund] = true
	}
	return nil
}

// byPriority tells whether shares are given by priority instead of percent.
func byPriority(shares []Share) bool {
	return slices.ContainsFunc(shares, func(s Share) bool { return s.Priority != 0 })
}

// fill lays what is still to be given, in base currency, on funds in order of priority: each takes up to its cap, less
// what it has paid already, and who has no cap takes the rest. Funds of the same priority take in the order they are
// named. What comes out are shares in percent, with ten decimals, that sum to 100 by largest remainder (RULES 1),
// without the funds that pay nothing. [Unfunded] where the caps do not reach.
func fill(funding []Share, paid map[ledger.FundCode]ledger.Money, open ledger.Money) ([]Share, error) {
	order := slices.Clone(funding)
	slices.SortStableFunc(order, func(a, b Share) int { return cmp.Compare(a.Priority, b.Priority) })
	var shares []Share
	var takes []decimal.Decimal
	rest := open
	for _, s := range order {
		take := rest
		if s.Cap.Sign() > 0 {
			left := s.Cap
			if p, found := paid[s.Fund]; found {
				left = left.Sub(p)
			}
			if left.Cmp(take) < 0 {
				take = left
			}
		}
		if take.Sign() <= 0 {
			continue
		}
		rest = rest.Sub(take)
		shares, takes = append(shares, s), append(takes, take.Amount)
	}
	if rest.Sign() > 0 {
		return nil, &Unfunded{Missing: rest}
	}
	if len(shares) == 0 { // nothing is open: who comes first would pay
		shares, takes = order[:1], []decimal.Decimal{decimal.NewFromInt(1)}
	}
	// A percentage is an amount of 10^12 parts, so that the one rule of splitting serves here too.
	for i, parts := range ledger.OfMinor(1e12, open.Currency).Split(takes) {
		shares[i].Percent = decimal.New(parts.Minor(), -10)
	}
	return slices.DeleteFunc(shares, func(s Share) bool { return s.Percent.IsZero() }), nil
}

// funded is the version with its shares in percent, where they are given by priority: of what is still to be given,
// after what each fund has paid for the plan so far. [rates.ErrRateMissing] where the plan has no budget rate to value
// it at.
func (r Register) funded(ctx context.Context, tx *store.Tx, p Plan, v PlanVersion) (PlanVersion, error) {
	if v.Funding == nil && byPriority(v.Shares) {
		v.Funding = v.Shares
	}
	if v.Funding == nil {
		return v, nil
	}
	if err := wantFunding(v.Funding); err != nil {
		return PlanVersion{}, err
	}
	open := ledger.Zero(v.Currency)
	for _, l := range v.Lines {
		for _, i := range l.Items {
			if before := p.Current.item(l.Line, i.Position); before == nil || before.SettledBy == "" {
				open = open.Add(l.price(i))
			}
		}
	}
	rate := v.rate(r.Book.Base)
	if rate.IsZero() {
		return PlanVersion{}, &rates.Missing{From: v.Currency, To: r.Book.Base}
	}
	value, err := rate.Convert(open, r.Book.Base)
	if err != nil {
		return PlanVersion{}, err
	}
	paid, err := paidBy(ctx, tx, r.Book, p, v.Funding)
	if err != nil {
		return PlanVersion{}, err
	}
	v.Shares, err = fill(v.Funding, paid, value)
	return v, err
}

// paidBy is what funds have paid for a plan so far, as the books have it.
func paidBy(ctx context.Context, tx *store.Tx, book ledger.Book, p Plan,
	funding []Share) (map[ledger.FundCode]ledger.Money, error) {
	out := map[ledger.FundCode]ledger.Money{}
	if p.Number == "" {
		return out, nil
	}
	sums, err := newPlanSums(ctx, tx, book)
	if err != nil {
		return nil, err
	}
	for _, s := range funding {
		if _, out[s.Fund], err = sums.of(ctx, tx, p.Number, s.Fund); err != nil {
			return nil, err
		}
	}
	return out, nil
}
