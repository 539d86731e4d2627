package grants

import (
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// Recognition is when a grant becomes income.
type Recognition string

// The ways to recognise income.
const (
	Deferred  Recognition = "deferred"  // as it is spent
	Immediate Recognition = "immediate" // when it is awarded
)

// RateMethod is how a grant in another currency reports.
type RateMethod string

// The rate methods. The books are the same under all of them; only the statement converts (RULES 18).
const (
	OwnCurrency RateMethod = "own"         // in the books' own figures, at the rates of the lots that were drawn
	ReceiptRate RateMethod = "receipt"     // at the rate of the receipt that was drawn (RULES 12-17)
	ECBAverage  RateMethod = "ecb_average" // at the average of the ECB's daily rates over the report period (EU)
	MonthlyRate RateMethod = "inforeuro"   // at the Commission's rate of the month (older EU contracts)
	BudgetRate  RateMethod = "budget"      // at the rate of the agreed budget (Elrha)
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
	RateMethod       RateMethod
	BudgetRate       ledger.Rate     // of the agreed budget, for the method of that name
	FeeBearer        Bearer          // of transfer fees
	CurrencyBearer   Bearer          // of currency gains and losses, and of conversion fees (RULES 34)
	IndirectRate     decimal.Decimal // percent of the base; zero is none
	IndirectExcludes []string        // categories that are not in the base
	Interest         InterestOwner
	Ineligible       []string // kinds of cost that the grant does not pay, such as "no-show"
	RefundDeMinimis  ledger.Money
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
	return slices.Contains(p.IndirectExcludes, category)
}

// Change is what an amendment changes; nil leaves a rule as it is.
type Change struct {
	FeeBearer      *Bearer
	CurrencyBearer *Bearer
	IndirectRate   *decimal.Decimal
}

// amended are the versions that a change from a day on makes or touches: that of the day, and later ones up to the next
// that changes the same rule itself. So an amendment that is entered late is not undone by a later one about something else.
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
	if a.FeeBearer != b.FeeBearer {
		c.FeeBearer = nil
	}
	if a.CurrencyBearer != b.CurrencyBearer {
		c.CurrencyBearer = nil
	}
	if !a.IndirectRate.Equal(b.IndirectRate) {
		c.IndirectRate = nil
	}
	return c
}

// amended is the policy with a change, from a day on.
func (p Policy) amended(on ledger.Date, c Change) Policy {
	p.StartsOn = on
	if c.FeeBearer != nil {
		p.FeeBearer = *c.FeeBearer
	}
	if c.CurrencyBearer != nil {
		p.CurrencyBearer = *c.CurrencyBearer
	}
	if c.IndirectRate != nil {
		p.IndirectRate = *c.IndirectRate
	}
	return p
}
