package grants

import (
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
)

// Change is what an amendment changes; nil leaves a rule as it is.
type Change struct {
	Recognition      *Recognition
	RateMethod       *rates.Method
	BudgetRate       *ledger.Rate
	FeeBearer        *Bearer
	CurrencyBearer   *Bearer
	IndirectRate     *decimal.Decimal
	IndirectBase     *[]string
	IndirectExcludes *[]string
	IndirectCap      *ledger.Money
	Interest         *InterestOwner
	Ineligible       *[]string
	RefundDeMinimis  *ledger.Money
	Virement         *VirementRule
	Audit            *AuditRule
	EligibleFrom     *ledger.Date
	EligibleTo       *ledger.Date
	Countries        *[]string
	Categories       *[]string
	Report           *ReportRule
}

// rule is one field of a policy as an amendment sees it.
type rule struct {
	name  string
	given func(c Change) bool
	alike func(a, b Policy) bool
	apply func(p *Policy, c Change)
	leave func(c *Change)
}

// ruleOf pairs a field of the policy with the one of the change.
func ruleOf[T any](name string, of func(p *Policy) *T, in func(c *Change) **T, same func(a, b T) bool) rule {
	return rule{
		name:  name,
		given: func(c Change) bool { return *in(&c) != nil },
		alike: func(a, b Policy) bool { return same(*of(&a), *of(&b)) },
		apply: func(p *Policy, c Change) {
			if to := *in(&c); to != nil {
				*of(p) = *to
			}
		},
		leave: func(c *Change) { *in(c) = nil },
	}
}

func equal[T comparable](a, b T) bool { return a == b }

func sameMoney(a, b ledger.Money) bool { return a.Amount.Equal(b.Amount) }

// rules are all that an amendment can change.
var rules = []rule{
	ruleOf("recognition", func(p *Policy) *Recognition { return &p.Recognition },
		func(c *Change) **Recognition { return &c.Recognition }, equal),
	ruleOf("rate_method", func(p *Policy) *rates.Method { return &p.RateMethod },
		func(c *Change) **rates.Method { return &c.RateMethod }, equal),
	ruleOf("budget_rate", func(p *Policy) *ledger.Rate { return &p.BudgetRate },
		func(c *Change) **ledger.Rate { return &c.BudgetRate },
		func(a, b ledger.Rate) bool { return a.String() == b.String() }),
	ruleOf("fee_bearer", func(p *Policy) *Bearer { return &p.FeeBearer }, func(c *Change) **Bearer { return &c.FeeBearer },
		equal),
	ruleOf("currency_bearer", func(p *Policy) *Bearer { return &p.CurrencyBearer },
		func(c *Change) **Bearer { return &c.CurrencyBearer }, equal),
	ruleOf("indirect_rate", func(p *Policy) *decimal.Decimal { return &p.IndirectRate },
		func(c *Change) **decimal.Decimal { return &c.IndirectRate }, decimal.Decimal.Equal),
	ruleOf("indirect_base", func(p *Policy) *[]string { return &p.IndirectBase },
		func(c *Change) **[]string { return &c.IndirectBase }, slices.Equal),
	ruleOf("indirect_excludes", func(p *Policy) *[]string { return &p.IndirectExcludes },
		func(c *Change) **[]string { return &c.IndirectExcludes }, slices.Equal),
	ruleOf("indirect_cap", func(p *Policy) *ledger.Money { return &p.IndirectCap },
		func(c *Change) **ledger.Money { return &c.IndirectCap }, sameMoney),
	ruleOf("interest", func(p *Policy) *InterestOwner { return &p.Interest },
		func(c *Change) **InterestOwner { return &c.Interest }, equal),
	ruleOf("ineligible", func(p *Policy) *[]string { return &p.Ineligible },
		func(c *Change) **[]string { return &c.Ineligible }, slices.Equal),
	ruleOf("refund_de_minimis", func(p *Policy) *ledger.Money { return &p.RefundDeMinimis },
		func(c *Change) **ledger.Money { return &c.RefundDeMinimis }, sameMoney),
	ruleOf("virement", func(p *Policy) *VirementRule { return &p.Virement },
		func(c *Change) **VirementRule { return &c.Virement }, VirementRule.equal),
	ruleOf("audit", func(p *Policy) *AuditRule { return &p.Audit }, func(c *Change) **AuditRule { return &c.Audit },
		func(a, b AuditRule) bool {
			return sameMoney(a.Above, b.Above) && sameMoney(a.PerformanceAbove, b.PerformanceAbove)
		}),
	ruleOf("eligible_from", func(p *Policy) *ledger.Date { return &p.EligibleFrom },
		func(c *Change) **ledger.Date { return &c.EligibleFrom }, equal),
	ruleOf("eligible_to", func(p *Policy) *ledger.Date { return &p.EligibleTo },
		func(c *Change) **ledger.Date { return &c.EligibleTo }, equal),
	ruleOf("countries", func(p *Policy) *[]string { return &p.Countries },
		func(c *Change) **[]string { return &c.Countries }, slices.Equal),
	ruleOf("categories", func(p *Policy) *[]string { return &p.Categories },
		func(c *Change) **[]string { return &c.Categories }, slices.Equal),
	ruleOf("report", func(p *Policy) *ReportRule { return &p.Report }, func(c *Change) **ReportRule { return &c.Report },
		equal),
}

// amended are the versions that a change from a day on makes or touches: that of the day, and later ones up to the next
// that changes the same rule itself. So an amendment that is entered late is not undone by a later one about something
// else.
func (p Policies) amended(on ledger.Date, c Change) []Policy {
	before := p.At(on)
	changed := []Policy{before.amended(on, c)}
	for _, later := range p {
		if later.StartsOn <= on {
			continue
		}
		if c = c.untouched(before, later); c == (Change{}) {
			break
		}
		changed, before = append(changed, later.amended(later.StartsOn, c)), later
	}
	return changed
}

// untouched is the part of a change about rules that are alike in two versions.
func (c Change) untouched(a, b Policy) Change {
	for _, r := range rules {
		if !r.alike(a, b) {
			r.leave(&c)
		}
	}
	return c
}

// amended is the policy with a change, from a day on.
func (p Policy) amended(on ledger.Date, c Change) Policy {
	p.StartsOn = on
	for _, r := range rules {
		r.apply(&p, c)
	}
	return p
}

// On is a policy with the change, from the same day on.
func (c Change) On(p Policy) Policy { return p.amended(p.StartsOn, c) }

// fields names what a change changes, in the order of the alphabet.
func (c Change) fields() []string {
	var names []string
	for _, r := range rules {
		if r.given(c) {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	return names
}

// Changed names the rules in which a policy differs from the one before it, in the order of the alphabet.
func (p Policy) Changed(before Policy) []string {
	var names []string
	for _, r := range rules {
		if !r.alike(before, p) {
			names = append(names, r.name)
		}
	}
	slices.Sort(names)
	return names
}
