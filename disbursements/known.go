package disbursements

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/relations"
	"supportledger/disbursements/safeguards"
	"supportledger/ledger"
	"supportledger/store"
)

// known is what the checks of some disbursements look at, read for all of them at once.
type known struct {
	rules     Rules // which remember the grants that pay, and their conditions
	policy    Policy
	decisions beneficiaries.MilestoneDecisions
	waiting   map[ledger.FundCode]ledger.Money // approved and not booked yet
	payees    map[string]payees.Payee
	bound     map[payees.Round]int
	near      map[DisbursementID]Nearby
	relations map[relations.Party][]relations.Relation
	bars      map[DisbursementID]string
	guarded   map[string][]safeguards.Finding
}

// learn reads what the checks of disbursements look at; remaining also what is left in the funds that pay them.
func (rules Rules) learn(ctx context.Context, tx *store.Tx, all []Disbursement, remaining bool) (k known, err error) {
	k.rules = rules
	if err := k.readMoney(ctx, tx, all, remaining); err != nil {
		return k, err
	}
	if k.policy, err = rules.Policies.On(ctx, tx, ledger.DateOf(tx.At)); err != nil {
		return k, err
	}
	if k.near, err = readNearby(ctx, tx, all, rules.Book.Base); err != nil {
		return k, err
	}
	if k.bars, err = readBars(ctx, tx, access.UserID(tx.By.User), all); err != nil {
		return k, err
	}
	var plans []beneficiaries.Plan
	var codes []string
	var rounds []payees.Round
	var parties []relations.Party
	var cases []safeguards.Case
	for _, d := range all {
		plans, parties, cases = append(plans, d.Plan), append(parties, d.party()), append(cases, d.guarded())
		if d.Payee != "" && d.leaves() {
			codes, rounds = append(codes, d.Payee), append(rounds, payees.Round{Subject: string(d.ID), Number: d.Round})
		}
	}
	if k.decisions, err = beneficiaries.DecisionsOn(ctx, tx, plans...); err != nil {
		return k, err
	}
	if k.relations, err = relations.To(ctx, tx, parties...); err != nil {
		return k, err
	}
	if k.bound, err = payees.BoundDetails(ctx, tx, rounds); err != nil {
		return k, err
	}
	if k.guarded, err = safeguards.Ask(ctx, tx, cases); err != nil {
		return k, err
	}
	k.payees, err = payees.Sealed(ctx, tx, codes)
	return k, err
}

// readMoney reads the grants that pay, and of those that pay what stands beside a plan's lines, what they have left.
func (k *known) readMoney(ctx context.Context, tx *store.Tx, all []Disbursement, remaining bool) error {
	var pay, left []ledger.FundCode
	beside := false
	for _, d := range all {
		pay = append(pay, d.Funds()...)
		undecided := !d.OnLine() && slices.Contains(asked, d.State)
		if beside = beside || undecided; undecided || remaining && (!d.OnLine() || d.Line == "") {
			left = append(left, d.Funds()...)
		}
	}
	register, err := k.rules.Grants.Knowing(ctx, tx, distinct(pay), left)
	if err != nil {
		return err
	}
	k.rules.Grants, k.rules.Advances.Grants = register, register
	if beside {
		k.waiting, err = k.rules.waiting(ctx, tx, "", distinct(pay))
	}
	return err
}

// remaining is what is left of a disbursement's plan line in the plan's currency, its own units included; of what
// stands beside a plan's lines, what is left in the fund that pays most, in base currency.
func (k known) remaining(ctx context.Context, tx *store.Tx, d Disbursement) (of string, left *ledger.Money, err error) {
	if d.OnLine() && d.Line != "" {
		l, err := d.Plan.Current.Line(d.Line)
		if err != nil {
			return d.Line, nil, nil //nolint:nilerr // a later version of the plan has no such line
		}
		sum := ledger.Zero(l.UnitPrice.Currency)
		for _, i := range l.Items {
			price := l.UnitPrice
			if i.Price != nil {
				price = *i.Price
			}
			if i.SettledBy == "" && price.Currency == sum.Currency {
				sum = sum.Add(price)
			}
		}
		return d.Line, &sum, nil
	}
	if len(d.Shares) == 0 {
		return "", nil, nil
	}
	most := slices.MaxFunc(d.Shares, func(a, b beneficiaries.Share) int { return a.Percent.Cmp(b.Percent) })
	sum, exists, err := k.rules.Advances.Available(ctx, tx, most.Fund)
	if err != nil || !exists {
		return string(most.Fund), nil, err
	}
	return string(most.Fund), &sum, nil
}
