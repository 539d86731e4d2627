package disbursements

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/safeguards"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// Outcome is how a check came out.
type Outcome string

// The outcomes. A warning is for the eyes of who decides; only a stop stands in the way.
const (
	OK      Outcome = "ok"
	Warning Outcome = "warning"
	Stop    Outcome = "stop"
)

// Check is one question asked about a disbursement, and its answer. Hint names what there is to say, such as
// "units_settled"; who shows it has the words, and fills in Of.
type Check struct {
	Name    string // plan, line, period, …
	Outcome Outcome
	Hint    string // "" where there is nothing to say
	Of      []string
}

// finding is a check that found nothing against it, unless told.
func finding(name string) Check { return Check{Name: name, Outcome: OK} }

func (c Check) warn(hint string, of ...any) Check { return c.say(Warning, hint, of) }

func (c Check) stop(hint string, of ...any) Check { return c.say(Stop, hint, of) }

func (c Check) say(outcome Outcome, hint string, of []any) Check {
	c.Outcome, c.Hint, c.Of = outcome, hint, nil
	for _, o := range of {
		c.Of = append(c.Of, fmt.Sprint(o))
	}
	return c
}

// question is one question that is asked of every disbursement.
type question func(k known, ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error)

// eligibility are the questions in the order in which their answers are shown. Stops are only restriction, period,
// budget and duties; everything else is a hint for the approver (user-friendliness 1c).
var eligibility = []question{known.checkPlan, known.checkLine, known.checkMilestones, known.checkGrants,
	known.checkConditions, known.checkMoney,
	known.checkEvidence, known.checkPayee, known.checkSplitting, known.checkRelations, known.checkSafeguards,
	known.checkDuties}

// Checks asks all that is asked of a disbursement. It changes nothing and may be asked in every state.
func (rules Rules) Checks(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	k, err := rules.learn(ctx, tx, []Disbursement{d}, false)
	if err != nil {
		return nil, err
	}
	return k.checks(ctx, tx, d)
}

// Consideration is what somebody looks at who decides on a disbursement.
type Consideration struct {
	Checks      []Check
	RemainingOf string        // a line of the plan or a fund
	Remaining   *ledger.Money // before this one; nil where there is no such figure
}

// Consider is [Rules.Checks] of several disbursements, with what is left where they take their money from, in a number
// of queries that does not grow with them.
func (rules Rules) Consider(ctx context.Context, tx *store.Tx, all []Disbursement) ([]Consideration, error) {
	if len(all) == 0 {
		return nil, nil
	}
	k, err := rules.learn(ctx, tx, all, true)
	if err != nil {
		return nil, err
	}
	out := make([]Consideration, len(all))
	for i, d := range all {
		if out[i].Checks, err = k.checks(ctx, tx, d); err != nil {
			return nil, err
		}
		if out[i].RemainingOf, out[i].Remaining, err = k.remaining(ctx, tx, d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (k known) checks(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	var all []Check
	for _, ask := range eligibility {
		found, err := ask(k, ctx, tx, d)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// checkPlan asks whether the plan is in force, and the one that it was asked for under.
func (k known) checkPlan(_ context.Context, _ *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("plan")
	switch {
	case d.Plan.ID == "":
		return nil, nil
	case d.CheckPlan() != nil:
		c = c.stop("plan_changed", d.Plan.Number)
	case d.OnLine() && !d.planAllows():
		c = c.stop("plan_not_in_force", d.Plan.Number)
	case !d.OnLine() && d.Plan.State != beneficiaries.PlanActive && d.Plan.State != beneficiaries.PlanApproved:
		c = c.warn("plan_not_in_force", d.Plan.Number)
	}
	return []Check{c}, nil
}

// checkLine asks whether the plan's line has units left and takes its price for a ceiling, never for the amount.
func (k known) checkLine(_ context.Context, _ *store.Tx, d Disbursement) ([]Check, error) {
	if !d.OnLine() || d.Entry != "" {
		return nil, nil
	}
	line, limit := finding("line"), finding("cap")
	wanted := []Item{{Line: d.Line, Units: d.Units, Amount: d.Amount}}
	if d.Settlement == ByInvoice {
		wanted = d.Items
	}
	for _, item := range wanted {
		l, err := d.Plan.Current.Line(item.Line)
		if err != nil {
			line = line.stop("line_unknown", item.Line)
			continue
		}
		if !d.OwnShares && !d.Plan.Current.Holds(item.Line, item.Units) {
			line = line.warn("units_settled", item.Line)
		}
		ceiling := ledger.Zero(l.UnitPrice.Currency)
		for range item.Units {
			ceiling = ceiling.Add(l.UnitPrice)
		}
		if ceiling.Currency == item.Amount.Currency && item.Amount.Cmp(ceiling) > 0 {
			limit = limit.warn("above_cap", item.Line, ceiling.String()+" "+string(ceiling.Currency))
		}
	}
	return []Check{line, limit}, nil
}

// checkMilestones asks whether a milestone of the plan holds the units back.
func (k known) checkMilestones(_ context.Context, _ *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("milestone")
	switch err := d.gated(k.decisions, ""); {
	case !d.OnLine() || d.Entry != "":
		return nil, nil
	case errors.Is(err, ErrGated):
		c = c.stop("milestone_open")
	case err != nil:
		return nil, err
	}
	return []Check{c}, nil
}

// checkGrants asks the agreements of the grants that pay: period, category and geography, which is where the partner
// spends, or where the plan says that the support is given.
func (k known) checkGrants(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	checks := map[error]Check{grants.ErrOutsidePeriod: finding("period"), grants.ErrOutsideCategory: finding("category"),
		grants.ErrOutsideCountry: finding("geography")}
	for _, cost := range d.costs() {
		g, granted, err := k.rules.Grants.OfFund(ctx, tx, cost.fund)
		if err != nil {
			return nil, err
		}
		if !granted {
			continue
		}
		for _, f := range g.Eligible(grants.Cost{On: d.Date, Country: cmp.Or(d.Partner.Country, d.Plan.Current.Country),
			Category: cost.category}) {
			if c, asked := checks[f.Kind]; asked &&
				(!errors.Is(f.Kind, grants.ErrOutsidePeriod) || g.State == grants.GrantActive || g.State == grants.GrantSigned) {
				checks[f.Kind] = c.stop("outside_agreement", f.Hint)
			}
		}
	}
	return []Check{checks[grants.ErrOutsidePeriod], checks[grants.ErrOutsideCategory], checks[grants.ErrOutsideCountry]},
		nil
}

// cost is a category that a fund pays.
type cost struct {
	fund     ledger.FundCode
	category string
}

// costs are the categories that a disbursement charges each of its funds with.
func (d Disbursement) costs() []cost {
	var all []cost
	add := func(fund ledger.FundCode, category string) {
		if c := (cost{fund, category}); !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	lines := []string{d.Line}
	if d.Settlement == ByInvoice {
		lines = nil
		for _, item := range d.Items {
			lines = append(lines, item.Line)
		}
	}
	for _, s := range d.Shares {
		if !d.OnLine() {
			add(s.Fund, d.Category)
			continue
		}
		for _, name := range lines {
			if l, err := d.Plan.Current.Line(name); err == nil {
				add(s.Fund, l.Category)
			}
		}
	}
	if d.Settlement == ByPettyCash {
		for _, item := range d.Items {
			add(item.Fund, item.Category)
		}
	}
	return all
}

// checkConditions asks whether a condition of a grant holds what is paid out of it back.
func (k known) checkConditions(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("condition")
	for _, fund := range d.Funds() {
		var holds *grants.ConditionHolds
		switch err := k.rules.Grants.DisbursableFrom(ctx, tx, fund); {
		case errors.As(err, &holds):
			c = c.stop("condition_open", holds.Number, holds.Grant)
		case err != nil:
			return nil, err
		}
	}
	return []Check{c}, nil
}

// asked are the states before somebody approved.
var asked = []State{Draft, InfoRequested, Submitted}

// checkMoney asks whether the grants have money left for what stands beside the plan's lines.
func (k known) checkMoney(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("budget")
	if !slices.Contains(asked, d.State) {
		return []Check{c}, nil // it was asked when it was approved, and set aside
	}
	var over *grants.BudgetExceeded
	switch err := k.rules.affordableBeside(ctx, tx, d, k.waiting); {
	case errors.As(err, &over):
		c = c.stop("budget_exceeded", over.Grant, over.Available.String()+" "+string(over.Available.Currency))
	case errors.Is(err, grants.ErrGrantState):
		c = c.stop("grant_not_active")
	case err != nil:
		return nil, err
	}
	return []Check{c}, nil
}

// checkEvidence asks for a document.
func (k known) checkEvidence(_ context.Context, _ *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("evidence")
	if len(d.Evidence) == 0 {
		c = c.warn("evidence_missing")
	}
	return []Check{c}, nil
}

// checkPayee asks whether the payee was ever paid before, and may be paid by the means that was chosen.
func (k known) checkPayee(_ context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	c, details := finding("payee"), finding("payee_details")
	switch {
	case d.PaidBy == payees.ByTransfer:
		details = k.checkDetails(tx, d)
	case d.PaidBy.Unverified():
		details = details.warn("paid_unverified")
	}
	if d.Payee == "" {
		return []Check{details}, nil
	}
	if !k.near[d.ID].PaidBefore {
		c = c.warn("payee_new", d.Payee)
	}
	return []Check{c, details}, nil
}

// checkDetails asks whether the payee's bank details are verified and cooled off, and those that it was asked for with.
func (k known) checkDetails(tx *store.Tx, d Disbursement) Check {
	c := finding("payee_details")
	p, registered := k.payees[d.Payee]
	if !registered {
		return c.stop("payee_unregistered", d.Payee)
	}
	bound, asked := k.bound[payees.Round{Subject: string(d.ID), Number: d.Round}]
	var cooling *payees.Cooling
	switch newest := p.Newest(); {
	case asked && bound != newest.Version:
		c = c.warn("payee_changed", d.Payee)
	case errors.As(newest.Usable(tx.At), &cooling):
		c = c.warn("payee_cooling", d.Payee, ledger.DateOf(cooling.From))
	case newest.Usable(tx.At) != nil:
		c = c.warn("payee_unverified", d.Payee)
	}
	return c
}

// checkSplitting shows what else went to the same payee and person within thirty days.
func (k known) checkSplitting(_ context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("splitting")
	near := k.near[d.ID]
	own, valued := k.rules.worth(d)
	if !valued {
		return []Check{c}, nil
	}
	f := facts{amount: own, known: true, funds: d.Funds(), cash: d.Settlement == ByPettyCash}
	alone := needsText(k.policy.needs(f))
	for _, sum := range []ledger.Money{near.Payee, near.Beneficiary} {
		if f.amount = sum.Add(own); needsText(k.policy.needs(f)) != alone {
			if c = c.warn("split_seen"); beneficiaries.SeesAll(tx.By) { // what others of the payee come to is not for everybody
				c = c.warn("split_below_band", f.amount.String()+" "+string(k.rules.Book.Base))
			}
		}
	}
	return []Check{c}, nil
}

// checkRelations shows who among those who pay, or would decide, has to do with the payee or the person.
func (k known) checkRelations(ctx context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	c := finding("relation")
	for _, r := range k.relations[d.party()] {
		switch {
		case r.User != "":
			c = c.warn("user_related", r.Nature)
		case k.paysFor(ctx, tx, d, r.Donor):
			c = c.warn("donor_related", r.Nature)
		}
	}
	return []Check{c}, nil
}

// paysFor reports whether a donor's grant pays a part.
func (k known) paysFor(ctx context.Context, tx *store.Tx, d Disbursement, donor donors.ID) bool {
	return slices.ContainsFunc(d.Funds(), func(fund ledger.FundCode) bool {
		g, granted, err := k.rules.Grants.OfFund(ctx, tx, fund)
		return err == nil && granted && g.Donor.ID == donor
	})
}

// checkSafeguards shows what complaints and the like say.
func (k known) checkSafeguards(_ context.Context, _ *store.Tx, d Disbursement) ([]Check, error) {
	var all []Check
	for _, f := range k.guarded[string(d.ID)] {
		all = append(all, Check{Name: f.Check, Outcome: Outcome(f.Outcome), Hint: f.Hint, Of: f.Of})
	}
	return all, nil
}

// guarded is the disbursement as safeguards look at it.
func (d Disbursement) guarded() safeguards.Case {
	return safeguards.Case{ID: string(d.ID), Person: d.Plan.Beneficiary}
}

// checkDuties tells the actor whether the next step may be the actor's.
func (k known) checkDuties(_ context.Context, tx *store.Tx, d Disbursement) ([]Check, error) {
	if tx.By.User == "" || d.State == Draft || d.State == InfoRequested {
		return nil, nil
	}
	c := finding("duties")
	if k.bars[d.ID] != "" {
		c = c.stop(k.bars[d.ID])
	}
	return []Check{c}, nil
}
