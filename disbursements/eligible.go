package disbursements

import (
	"context"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/promises"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// complete wants what the kind of settlement needs, and fills in what follows from it.
func (rules Rules) complete(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	if d.Settlement == "" {
		d.Settlement = ByPartner
	}
	if d.Overpaid.Currency == "" {
		d.Overpaid = ledger.Zero(d.Amount.Currency)
	}
	switch {
	case !d.leaves():
		d.PaidBy = ""
	case d.PaidBy == "":
		d.PaidBy = payees.Usual(d.Payee)
	}
	for _, need := range d.needs() {
		if !need.given {
			return &Incomplete{d.Settlement, need.field}
		}
	}
	switch d.Settlement {
	case ByPartner, ByNetting:
		_, err := d.Plan.Current.Line(d.Line)
		return err
	case ByInvoice:
		return rules.completeInvoice(d)
	case ByPayment:
		return rules.completePayment(ctx, tx, d)
	case ByRetainer:
		d.Shares = []beneficiaries.Share{{Fund: d.Prepayment.Fund, Percent: hundred}}
		_, err := rules.Book.CostAccount(ctx, tx, d.Category)
		return err
	case ByPettyCash:
		return rules.completeReceipts(ctx, tx, d)
	}
	return &Incomplete{d.Settlement, "settlement"}
}

// need is a field that a kind of settlement does not do without.
type need struct {
	field string
	given bool
}

func (d Disbursement) needs() []need {
	plan, partner, line := need{"plan", d.Plan.ID != ""}, need{"partner", d.Partner.ID != ""}, need{"line", d.Line != ""}
	units := need{"units", d.Units > 0}
	switch d.Settlement {
	case ByPartner, ByNetting:
		return []need{plan, partner, line, units}
	case ByInvoice:
		return []need{plan, {"items", len(d.Items) > 0}}
	case ByPayment:
		return []need{{"shares", len(d.Shares) > 0}, {"category", d.Category != ""}, {"account", d.Account != ""}}
	case ByRetainer:
		return []need{{"prepayment", d.Prepayment.Kind == advances.Retainer}, {"category", d.Category != ""}}
	case ByPettyCash:
		return []need{{"prepayment", d.Prepayment.Kind == advances.PettyCash}, {"items", len(d.Items) > 0}}
	}
	return nil
}

// completePayment wants an account in the currency of what is paid, and the day's rate where that is not base currency.
func (rules Rules) completePayment(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	if _, err := rules.Book.CostAccount(ctx, tx, d.Category); err != nil {
		return err
	}
	bank, err := rules.Book.Bank(ctx, tx, d.Account)
	if err != nil {
		return err
	}
	c := bank.BankCurrency()
	switch {
	case c != d.Amount.Currency:
		return advances.ErrBankCurrency
	case c == rules.Book.Base:
		d.Spot = ledger.Rate{}
	case d.Spot.IsZero() || !d.Spot.Joins(c, rules.Book.Base):
		return &rates.Missing{From: c, To: rules.Book.Base}
	}
	return nil
}

// affordable refuses cost beside a plan's lines that a grant has no money left for, together with what was approved
// and is not booked yet (RULES 42). Units of plan lines were set aside when their year was approved. Two who approve
// at once both count only what is written: an approval locks the funds first.
func (rules Rules) affordable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if d.OnLine() {
		return nil
	}
	waiting, err := rules.waiting(ctx, tx, d.ID, d.Funds())
	if err != nil {
		return err
	}
	return rules.affordableBeside(ctx, tx, d, waiting)
}

// affordableBeside is [Rules.affordable] beside what is approved and not booked yet, by fund.
func (rules Rules) affordableBeside(ctx context.Context, tx *store.Tx, d Disbursement,
	waiting map[ledger.FundCode]ledger.Money) error {
	if d.OnLine() {
		return nil
	}
	asked, err := d.asks(rules.Book.Base)
	if err != nil {
		return err
	}
	for fund, amount := range asked {
		if err := rules.Advances.Affords(ctx, tx, fund, amount, waiting[fund]); err != nil {
			return err
		}
	}
	return nil
}

// asks is what a disbursement beside a plan's lines costs each fund, in base currency.
func (d Disbursement) asks(base ledger.Currency) (map[ledger.FundCode]ledger.Money, error) {
	asked := map[ledger.FundCode]ledger.Money{}
	if d.Settlement == ByPettyCash {
		for _, item := range d.Items {
			asked[item.Fund] = plus(asked[item.Fund], item.Amount)
		}
		return asked, nil
	}
	for i, part := range d.Amount.Split(beneficiaries.Weights(d.Shares)) {
		if part.Currency != base {
			var err error
			if part, err = d.Spot.Convert(part, base); err != nil {
				return nil, err
			}
		}
		asked[d.Shares[i].Fund] = plus(asked[d.Shares[i].Fund], part)
	}
	return asked, nil
}

// waiting is what was approved beside plan lines and is not in the books yet, of some funds.
func (rules Rules) waiting(ctx context.Context, tx *store.Tx, besides DisbursementID, funds []ledger.FundCode) (
	map[ledger.FundCode]ledger.Money, error) {
	found, err := promises.Sums(ctx, tx, funds, string(besides))
	sums := map[ledger.FundCode]ledger.Money{}
	for _, p := range found {
		if p.Beside {
			sums[p.Fund] = plus(sums[p.Fund], p.Amount)
		}
	}
	return sums, err
}

// inPeriod refuses programme cost that falls outside a grant's period, or on a grant whose accounts are drawn up.
func (costs Costs) CheckPeriod(ctx context.Context, tx *store.Tx, e ledger.Entry) error {
	for _, fund := range e.Funds() {
		g, granted, err := costs.Grants.OfFund(ctx, tx, fund)
		if err != nil {
			return err
		}
		if !granted || !slices.ContainsFunc(e.Lines, func(l ledger.Line) bool { return l.Fund == fund && l.Category != "" }) {
			continue
		}
		switch {
		case g.State == grants.GrantFinalReported || g.State == grants.GrantClosed || g.State == grants.GrantTerminated:
			return &grants.StateConflict{State: string(g.State), Want: string(grants.GrantActive)}
		case g.From != "" && e.Date < g.From, g.To != "" && e.Date > g.To:
			return &OutsidePeriod{g.Code, g.From, g.To, e.Date}
		}
	}
	return nil
}

// refuses reports whether a fund's agreement does not pay for a kind of cost, on a day (RULES 37, 49).
func (costs Costs) refusesKind(ctx context.Context, tx *store.Tx, fund ledger.FundCode, kind string,
	on ledger.Date) (bool, error) {
	if kind == "" {
		return false, nil
	}
	g, granted, err := costs.Grants.OfFund(ctx, tx, fund)
	if err != nil || !granted {
		return false, err
	}
	return slices.Contains(g.Policies.At(on).Ineligible, kind), nil
}

// anyRefuses reports whether one of the funds of an invoice does not pay for an item.
func (costs Costs) anyRefuses(ctx context.Context, tx *store.Tx, d Disbursement, item Item) (bool, error) {
	for _, s := range d.Shares {
		if refused, err := costs.refusesKind(ctx, tx, s.Fund, item.Kind, d.Date); err != nil || refused {
			return refused, err
		}
	}
	return false, nil
}
