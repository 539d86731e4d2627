package grants

import (
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/grants/rates"
	"supportledger/ledger"
)

// Recognition is when a grant becomes income.
type Recognition string

// The ways to recognise income.
const (
	Deferred  Recognition = "deferred"  // as it is spent
	Immediate Recognition = "immediate" // when it is awarded
)

// Bearer is who pays a fee or a currency difference.
type Bearer string

// The bearers.
const (
	BornByGrant   Bearer = "grant"   // an eligible cost of the grant
	BornByGeneral Bearer = "general" // the unrestricted fund makes the grant whole (RULES 33)
)

// InterestOwner is who interest on the grant's money belongs to.
type InterestOwner string

// The owners of interest.
const (
	InterestToGrantor InterestOwner = "grantor"
	InterestToCharity InterestOwner = "charity"
)

// CurrencyDifferences is the category that indirect cost excludes unless an agreement says otherwise (RULES 45).
const CurrencyDifferences = "fx-losses"

// Policy is the money rules of a grant from a day on.
type Policy struct {
	StartsOn         ledger.Date
	Recognition      Recognition
	RateMethod       rates.Method
	BudgetRate       ledger.Rate     // of the agreed budget, for the method of that name
	FeeBearer        Bearer          // of transfer fees
	CurrencyBearer   Bearer          // of currency gains and losses, and of conversion fees (RULES 34)
	IndirectRate     decimal.Decimal // percent of the base; zero is none
	IndirectBase     []string        // categories in the base; all where none is named
	IndirectExcludes []string        // categories that are not in the base
	IndirectCap      ledger.Money    // most that may be charged in all, in the grant's currency; zero is no cap
	Interest         InterestOwner
	Ineligible       []string // kinds of cost that the grant does not pay, such as "no-show"
	RefundDeMinimis  ledger.Money
	Virement         VirementRule
	Audit            AuditRule
	EligibleFrom     ledger.Date // first day on which cost may fall; "" is the grant's period
	EligibleTo       ledger.Date // last day
	Countries        []string    // ISO 3166 codes of where cost may fall; any where none is named
	Categories       []string    // of cost that the grant pays; any where none is named
	Report           ReportRule
}

// ReportRule is what the agreement says of its reports.
type ReportRule struct {
	Agreement    string // the funder's own number of the agreement: a contract, a journal number
	Reference    string // our own
	Layout       string // code of the layout that the funder wants; "" is ours
	Whole        bool   // in whole units of the currency
	Transactions bool   // with a list of transactions
}

// AuditRule is from which grant on somebody else looks at the account (sector-systems 4.3). Zero is never.
type AuditRule struct {
	// a registered or state-authorised auditor; up to here an independent person who knows accounts
	Above            ledger.Money
	PerformanceAbove ledger.Money // a performance audit as well
}

// AuditKind is who looks at the final account.
type AuditKind string

// The kinds of audit.
const (
	AuditNone        AuditKind = "none"
	AuditIndependent AuditKind = "independent_person"
	AuditRegistered  AuditKind = "registered_auditor"
	AuditPerformance AuditKind = "registered_auditor_with_performance_audit"
)

// Needs is the audit that a grant of an amount needs: exactly at a threshold still the lighter one.
func (a AuditRule) Needs(amount ledger.Money) AuditKind {
	above := func(limit ledger.Money) bool { return limit.Sign() > 0 && amount.Amount.GreaterThan(limit.Amount) }
	switch {
	case above(a.PerformanceAbove):
		return AuditPerformance
	case above(a.Above):
		return AuditRegistered
	case a.Above.Sign() > 0 || a.PerformanceAbove.Sign() > 0:
		return AuditIndependent
	}
	return AuditNone
}

// Policies are the versions of one grant's policy, by date.
type Policies []Policy

// At is the version in force on a day: the last that starts on or before it, or the first for a day before all.
func (p Policies) At(on ledger.Date) Policy {
	found := p[0]
	for _, version := range p {
		if version.StartsOn <= on {
			found = version
		}
	}
	return found
}

// excludesFromIndirect reports whether cost of a category stands outside the base of indirect cost.
func (p Policy) excludesFromIndirect(category string) bool {
	return slices.Contains(p.IndirectExcludes, category) || len(p.IndirectBase) > 0 &&
		!slices.Contains(p.IndirectBase, category)
}

// Conversion is how a report of a period converts under the policy in force on its last day.
func (g Grant) Conversion(base ledger.Currency, period ledger.Span) rates.Conversion {
	if period.From == "" {
		period.From = g.SignedOn
	}
	p := g.Policies.At(period.To)
	return rates.Conversion{Method: p.RateMethod, Budget: p.BudgetRate, Period: period, Base: base, To: g.Amount.Currency}
}
