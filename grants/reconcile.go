package grants

import (
	"context"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// Reconciliation adds what all grants report and holds it against the general ledger, in base currency. Every
// difference must be 0.00.
type Reconciliation struct {
	ledger.Span
	Grants     []ReconciledGrant
	Total      Reconciled // the sum of the grants
	Others     Reconciled // what stands on funds that are no grant's
	General    Reconciled // the general ledger, of all funds
	Difference Reconciled // General less Total less Others
}

// Reconciled is the figures of a grant, or of many: received + interest - released - refunded = deferred.
type Reconciled struct {
	Received   ledger.Figure // instalments in advance, 2100
	Interest   ledger.Figure // the grantor's, 2100
	Awarded    ledger.Figure // recognised at once, 4100
	Spent      ledger.Figure // cost and currency differences, without revaluation
	Released   ledger.Figure // income of cost, 4100
	Refunded   ledger.Figure // given up at the final account, 2100
	Deferred   ledger.Figure // what stands on 2100
	Receivable ledger.Figure // what stands on 1200
}

// ReconciledGrant is the figures of one grant with their differences.
type ReconciledGrant struct {
	Grant Grant
	Reconciled
	Roll    ledger.Money  // received + interest - released - refunded less what stands on 2100
	Release *ledger.Money // spent less released (RULES 8, 9); nil for a grant that is recognised at once
	Record  ledger.Money  // what was received by the grant's own record less by its lines, in the grant's currency
}

// Balanced reports whether every difference is 0.00.
func (r Reconciliation) Balanced() bool {
	for _, f := range r.Difference.figures() {
		if !f.Amount.IsZero() {
			return false
		}
	}
	return !slices.ContainsFunc(r.Grants, func(g ReconciledGrant) bool {
		return !g.Roll.IsZero() || g.Release != nil && !g.Release.IsZero() || !g.Record.IsZero()
	})
}

func (r *Reconciled) figures() []*ledger.Figure {
	return []*ledger.Figure{&r.Received, &r.Interest, &r.Awarded, &r.Spent, &r.Released, &r.Refunded, &r.Deferred,
		&r.Receivable}
}

// Reconcile reconciles all signed grants to the general ledger as of a day.
func (r Register) Reconcile(ctx context.Context, tx *store.Tx, span ledger.Span) (Reconciliation, error) {
	if span.Through == 0 {
		var err error
		if span.Through, err = r.Book.LastSeq(ctx, tx); err != nil {
			return Reconciliation{}, err
		}
	}
	accounts, err := r.Book.Accounts(ctx, tx)
	if err != nil {
		return Reconciliation{}, err
	}
	funds, err := r.Book.Funds(ctx, tx)
	if err != nil {
		return Reconciliation{}, err
	}
	all, err := r.Grants(ctx, tx, Filter{})
	if err != nil {
		return Reconciliation{}, err
	}
	p := reconciler{r, accounts}
	out := Reconciliation{Span: span}
	var granted, others []ledger.FundCode
	for _, g := range all {
		if g.SignedOn == "" {
			continue
		}
		row, err := p.grant(ctx, tx, g, span)
		if err != nil {
			return Reconciliation{}, err
		}
		out.Grants, granted = append(out.Grants, row), append(granted, g.Fund())
	}
	for _, code := range slices.Sorted(maps.Keys(funds)) {
		if !slices.Contains(granted, code) {
			others = append(others, code)
		}
	}
	if granted == nil {
		granted = []ledger.FundCode{}
	}
	if others == nil {
		others = []ledger.FundCode{}
	}
	out.Total = p.none(span, granted)
	for i := range out.Grants {
		out.Total.add(out.Grants[i].Reconciled, 1)
	}
	if out.Others, err = p.of(ctx, tx, span, others); err != nil {
		return Reconciliation{}, err
	}
	if out.General, err = p.of(ctx, tx, span, nil); err != nil {
		return Reconciliation{}, err
	}
	out.Difference = out.General
	out.Difference.add(out.Total, -1)
	out.Difference.add(out.Others, -1)
	return out, nil
}

// add adds figures, or takes them off.
func (r *Reconciled) add(other Reconciled, sign int) {
	mine, theirs := r.figures(), other.figures()
	for i := range mine {
		amount := theirs[i].Amount
		if sign < 0 {
			amount = amount.Neg()
		}
		mine[i].Amount = mine[i].Amount.Add(amount)
	}
}

// reconciler reads figures out of the lines.
type reconciler struct {
	register Register
	accounts map[ledger.AccountNo]ledger.Account
}

// The categories of lines on 2100 and 4100 that are no release.
const (
	categoryInstalment = "instalment"
	categoryInterest   = "interest"
	categoryRefund     = "refund"
	categoryAward      = "award"
	categoryResidue    = "residue"
)

// none is the figures of some funds before anything is added up.
func (p reconciler) none(span ledger.Span, funds []ledger.FundCode) Reconciled {
	of := func(side ledger.Side, accounts []ledger.AccountNo, categories ...string) ledger.Figure {
		s := ledger.Selection{Span: span, Funds: funds, Accounts: accounts, Categories: categories,
			Closing: ledger.WithoutClosing}
		if funds != nil && len(funds) == 0 {
			s.Through = -1
		}
		return ledger.Figure{Amount: ledger.Zero(p.register.Book.Base), Side: side, Lines: s}
	}
	deferred, income := []ledger.AccountNo{ledger.DeferredGrants}, []ledger.AccountNo{ledger.GrantIncome}
	return Reconciled{Received: of(ledger.CreditSide, deferred, categoryInstalment),
		Interest: of(ledger.CreditSide, deferred, categoryInterest),
		Awarded:  of(ledger.CreditSide, income, categoryAward), Spent: of(ledger.DebitSide, p.costs()),
		Released: of(ledger.CreditSide, income),
		Refunded: of(ledger.DebitSide, deferred, categoryRefund), Deferred: of(ledger.CreditSide, deferred),
		Receivable: of(ledger.DebitSide, []ledger.AccountNo{ledger.Receivables})}
}

// costs are the accounts of cost and of currency gains, by number.
func (p reconciler) costs() []ledger.AccountNo {
	var found []ledger.AccountNo
	for number, a := range p.accounts {
		if a.IsCost() || number == ledger.CurrencyGains {
			found = append(found, number)
		}
	}
	slices.Sort(found)
	return found
}

// of adds up the figures of some funds, or of all where funds is nil. Spent and released name the categories that they
// are the sum of, so that what is revalued, awarded or kept stays out of both figure and lines.
func (p reconciler) of(
	ctx context.Context, tx *store.Tx, span ledger.Span, funds []ledger.FundCode,
) (Reconciled, error) {
	out := p.none(span, funds)
	if funds != nil && len(funds) == 0 {
		return out, nil
	}
	sums, err := p.register.Book.CategorySums(ctx, tx,
		ledger.Selection{Span: span, Funds: funds, Closing: ledger.WithoutClosing})
	if err != nil {
		return out, err
	}
	for _, s := range sums {
		switch {
		case s.Category == ledger.Revaluation:
			continue
		case p.accounts[s.Account].IsCost() || s.Account == ledger.CurrencyGains:
			out.Spent.Lines.Categories = named(out.Spent.Lines.Categories, s.Category)
		case s.Account == ledger.GrantIncome && s.Category != categoryAward && s.Category != categoryResidue:
			out.Released.Lines.Categories = named(out.Released.Lines.Categories, s.Category)
		}
	}
	for _, f := range out.figures() {
		for _, s := range sums {
			if !slices.Contains(f.Lines.Accounts, s.Account) || len(f.Lines.Categories) > 0 &&
				!slices.Contains(f.Lines.Categories, s.Category) {
				continue
			}
			amount := s.Base
			if f.Side == ledger.CreditSide {
				amount = amount.Neg()
			}
			f.Amount = f.Amount.Add(amount)
		}
	}
	for _, f := range []*ledger.Figure{&out.Spent, &out.Released} {
		if len(f.Lines.Categories) == 0 {
			f.Amount, f.Lines.Through = ledger.Zero(p.register.Book.Base), -1
		}
	}
	return out, nil
}

func named(categories []string, c string) []string {
	if slices.Contains(categories, c) {
		return categories
	}
	return append(categories, c)
}

// grant reconciles one grant by itself.
func (p reconciler) grant(ctx context.Context, tx *store.Tx, g Grant, span ledger.Span) (ReconciledGrant, error) {
	figures, err := p.of(ctx, tx, span, []ledger.FundCode{g.Fund()})
	if err != nil {
		return ReconciledGrant{}, err
	}
	row := ReconciledGrant{Grant: g, Reconciled: figures}
	row.Roll = figures.Received.Amount.Add(figures.Interest.Amount).Sub(figures.Released.Amount).
		Sub(figures.Refunded.Amount).Sub(figures.Deferred.Amount)
	if g.Policies.At(span.To).Recognition == Deferred {
		difference := figures.Spent.Amount.Sub(figures.Released.Amount)
		row.Release = &difference
	}
	row.Record, err = p.record(ctx, tx, g, span)
	return row, err
}

// record is what was received by the grant's own record, less what its lines say, in the grant's currency.
func (p reconciler) record(ctx context.Context, tx *store.Tx, g Grant, span ledger.Span) (ledger.Money, error) {
	instalments, err := p.register.Instalments(ctx, tx, g, span.To)
	if err != nil {
		return ledger.Money{}, err
	}
	difference := ledger.Zero(g.Amount.Currency)
	for _, in := range instalments {
		difference = difference.Add(in.Amount)
	}
	receipts, err := p.register.AwardReceipts(ctx, tx, g, span.To)
	if err != nil {
		return difference, err
	}
	for _, in := range receipts {
		difference = difference.Add(in.Received).Add(in.Withheld)
	}
	sums, err := p.register.Book.CategorySums(ctx, tx, ledger.Selection{Span: span, Funds: []ledger.FundCode{g.Fund()},
		Accounts: []ledger.AccountNo{ledger.DeferredGrants, ledger.Receivables}, Currency: g.Amount.Currency})
	for _, s := range sums {
		if s.Account == ledger.Receivables {
			difference = difference.Add(s.Amount) // what is awarded and not received
		} else if s.Category == categoryInstalment {
			difference = difference.Add(s.Amount)
		}
	}
	if len(sums) > 0 && p.awarded(g, sums) {
		difference = difference.Sub(g.Amount)
	}
	return difference, err
}

// awarded reports whether a grant stands, or stood, on receivables.
func (p reconciler) awarded(g Grant, sums []ledger.Sum) bool {
	return g.Policies.At(g.SignedOn).Recognition == Immediate &&
		slices.ContainsFunc(sums, func(s ledger.Sum) bool { return s.Account == ledger.Receivables })
}
