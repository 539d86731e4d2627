package grants

import (
	"context"
	"errors"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// Register keeps grants. It holds no state of its own.
type Register struct {
	Book ledger.Book
	memo *memo // nil remembers nothing
}

// GrantID identifies a grant. People use its code, such as "G1".
type GrantID string

// Grant is money promised to us under an agreement with conditions. Its fund has the same code.
type Grant struct {
	ID       GrantID
	Code     string
	Donor    donors.Donor
	Title    string
	Amount   ledger.Money // in the currency of the agreement, which is that of the report
	State    GrantState
	SignedOn ledger.Date
	From, To ledger.Date // period of performance; "" where the agreement names none
	// ReportDueOn is the last day on which cost of the period is paid, after the grant has ended; "" for until it is
	// reported.
	ReportDueOn ledger.Date
	Policies    Policies
	Budget      []BudgetLine // the approved version
	Version     int
}

// Fund is the grant's fund.
func (g Grant) Fund() ledger.FundCode { return ledger.FundCode(g.Code) }

// BudgetLine is a line of the funder's own budget.
type BudgetLine struct {
	No         string // the funder's own number
	Text       string
	Categories []string // what is reported here; "*" takes what no other line takes
	Amount     ledger.Money
	Unit       string          // such as "month"; "" where the line has no units
	Quantity   decimal.Decimal // of units
	UnitPrice  ledger.Money
	Years      []BudgetYear // none where the agreement does not divide the line by years
	Salary     bool         // pay of our own people, which many funders lock
}

// Takes reports whether cost of a category is reported on this line by name.
func (l BudgetLine) Takes(category string) bool { return slices.Contains(l.Categories, category) }

// anyCategory marks the budget line for what no other line takes.
const anyCategory = "*"

// LineFor finds the budget line that a category is reported on: the one that names it, else the one with "*".
func (g Grant) LineFor(category string) (BudgetLine, bool) {
	for _, want := range []string{category, anyCategory} {
		if i := slices.IndexFunc(g.Budget, func(l BudgetLine) bool { return l.Takes(want) }); i >= 0 {
			return g.Budget[i], true
		}
	}
	return BudgetLine{}, false
}

// checkBudget wants a budget, where there is one, that sums to the grant and names a category once.
func (g Grant) checkBudget() error {
	total, err := g.budgetTotal()
	if err == nil && len(g.Budget) > 0 && total.Cmp(g.Amount) != 0 {
		return &BudgetTotal{Budget: total, Grant: g.Amount}
	}
	return err
}

// budgetTotal sums the budget. [ErrBudgetCategory] when a category stands on two lines.
func (g Grant) budgetTotal() (ledger.Money, error) {
	total := ledger.Zero(g.Amount.Currency)
	var seen []string
	for _, l := range g.Budget {
		if err := l.check(); err != nil {
			return total, err
		}
		total = total.Add(l.Amount)
		for _, c := range l.Categories {
			if slices.Contains(seen, c) {
				return total, ErrBudgetCategory
			}
			seen = append(seen, c)
		}
	}
	return total, nil
}

// OfFund is the grant that a fund belongs to; false for a fund that is no grant's.
func (r Register) OfFund(ctx context.Context, tx *store.Tx, fund ledger.FundCode) (Grant, bool, error) {
	if r.memo != nil {
		if known, ok := r.memo.grants[fund]; ok {
			return known.grant, known.granted, nil
		}
	}
	g, err := r.Grant(ctx, tx, string(fund))
	granted := err == nil
	if errors.Is(err, ErrUnknownGrant) {
		err = nil
	}
	if err == nil && r.memo != nil {
		r.memo.grants[fund] = remembered{g, granted}
	}
	return g, granted, err
}

// Amend changes a grant's policy from a day on, until an amendment that changes the same rule (RULES 37). A second
// amendment of one day replaces the first. [ErrPolicyFixed].
func (r Register) Amend(ctx context.Context, tx *store.Tx, key string, on ledger.Date, c Change) (Grant, error) {
	g, err := r.Grant(ctx, tx, key)
	if err != nil {
		return Grant{}, err
	}
	if c.Recognition != nil {
		// How income is recognised is not changed under money that was booked the other way.
		if sums, err := r.Book.Activity(ctx, tx, g.Fund(), ledger.Span{}); err != nil {
			return Grant{}, err
		} else if len(sums) > 0 {
			return Grant{}, ErrPolicyFixed
		}
	}
	for _, version := range g.Policies.amended(on, c) {
		if err := savePolicy(ctx, tx, g.ID, version); err != nil {
			return Grant{}, err
		}
	}
	if err := access.Record(ctx, tx, access.Event{Action: "grant.amended", Subject: string(g.ID),
		Fields: c.fields()}); err != nil {
		return Grant{}, err
	}
	return r.Grant(ctx, tx, key)
}

// CheckBaseBank wants a bank account of ours in base currency. [ErrBankNotInBase].
func (r Register) CheckBaseBank(ctx context.Context, tx *store.Tx, number ledger.AccountNo) error {
	bank, err := r.Book.Bank(ctx, tx, number)
	if err == nil && bank.BankCurrency() != r.Book.Base {
		return ErrBankNotInBase
	}
	return err
}

// Defers reports whether a fund's income follows its cost: that of a deferred grant.
func (r Register) Defers(ctx context.Context, tx *store.Tx, fund ledger.FundCode, on ledger.Date) (bool, error) {
	g, found, err := r.OfFund(ctx, tx, fund)
	return found && g.Policies.At(on).Recognition == Deferred, err
}

// FeeBearer is the fund that pays transfer fees of another fund on a day. Funds without a policy leave them to the
// general fund (RULES 33, 35).
func (r Register) FeeBearer(
	ctx context.Context, tx *store.Tx, fund ledger.FundCode, on ledger.Date,
) (ledger.FundCode, error) {
	g, granted, err := r.OfFund(ctx, tx, fund)
	if err == nil && granted && g.Policies.At(on).FeeBearer == BornByGrant {
		return fund, nil
	}
	return r.Book.General, err
}

// CurrencyBearer is the fund that bears currency differences and conversion fees of another fund on a day (RULES 34).
func (r Register) CurrencyBearer(
	ctx context.Context, tx *store.Tx, fund ledger.FundCode, on ledger.Date,
) (ledger.FundCode, error) {
	g, granted, err := r.OfFund(ctx, tx, fund)
	if err == nil && granted && g.Policies.At(on).CurrencyBearer == BornByGrant {
		return fund, nil
	}
	return r.Book.General, err
}
