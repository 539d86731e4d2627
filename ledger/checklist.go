package ledger

import (
	"context"
	"slices"
	"strconv"

	"supportledger/access"
	"supportledger/store"
)

// CheckKey names a check of the close checklist.
type CheckKey string

// The checks, in the order of the list.
const (
	NoDrafts        CheckKey = "drafts"           // drafts dated in the month or before
	FundsNotBelow   CheckKey = "restricted_funds" // restricted funds that owe more than they have
	LoansAgree      CheckKey = "interfund"        // what funds lent is what funds borrowed
	YearIsClosed    CheckKey = "year_closing"     // of December: income and expense are closed
	BanksAgree      CheckKey = "bank"             // bank accounts to be held against the bank's own statement
	NothingSuspense CheckKey = "suspense"         // suspense accounts that hold something
	GrantsNotAhead  CheckKey = "overspent_grants" // grants that have spent more than they received (RULES 10)
	AccrualsBack    CheckKey = "accruals"         // accruals of the year before that still stand (RULES 61)
)

// Check is one row of the close checklist: something that the books count, with nothing found where all is well.
type Check struct {
	Key      CheckKey
	Must     bool // cannot be signed off: the month stays open until nothing is found
	Findings int
	Signed   *SignOff
}

// Done reports whether the check stands in the way no longer.
func (c Check) Done() bool { return c.Findings == 0 || !c.Must && c.Signed != nil }

// SignOff is a person's word for findings that the books cannot judge, with its reason.
type SignOff struct {
	Reason string
	By     string
	At     string
}

// Checklist is what must be in order before a month is closed.
type Checklist struct {
	Period Period
	Checks []Check
}

// Open lists the checks that stand in the way.
func (l Checklist) Open() []Check {
	return slices.DeleteFunc(slices.Clone(l.Checks), Check.Done)
}

// rule is one check, as the books count it at the end of the month.
type rule struct {
	key   CheckKey
	must  bool
	count func(b Book, ctx context.Context, tx *store.Tx, m closing) (int, error)
}

// closing is what the rules look at.
type closing struct {
	last     Date // of the month
	accounts map[AccountNo]Account
	funds    map[FundCode]Fund
	balances []Balance // at its end
}

var closeRules = []rule{
	{NoDrafts, true, func(b Book, ctx context.Context, tx *store.Tx, m closing) (int, error) {
		drafts, err := b.Drafts(ctx, tx, m.last)
		return len(drafts), err
	}},
	{FundsNotBelow, true, func(_ Book, _ context.Context, _ *store.Tx, m closing) (int, error) { return m.below(), nil }},
	{LoansAgree, true, func(b Book, _ context.Context, _ *store.Tx, m closing) (int, error) { return m.loansApart(b.Base), nil }},
	{YearIsClosed, true, func(b Book, ctx context.Context, tx *store.Tx, m closing) (int, error) {
		if m.last.AddDays(1).Year() == m.last.Year() {
			return 0, nil
		}
		open, err := b.results(ctx, tx, m.last)
		return len(open), err
	}},
	{BanksAgree, false, func(_ Book, _ context.Context, _ *store.Tx, m closing) (int, error) { return m.banks(), nil }},
	{NothingSuspense, false, func(_ Book, _ context.Context, _ *store.Tx, m closing) (int, error) {
		return m.accountsWhere(func(at Balance, a Account) bool { return a.IsSuspense() }), nil
	}},
	{GrantsNotAhead, false, func(b Book, _ context.Context, _ *store.Tx, m closing) (int, error) { return m.ahead(b.Base), nil }},
	{AccrualsBack, false, func(b Book, ctx context.Context, tx *store.Tx, m closing) (int, error) {
		standing, err := b.Standing(ctx, tx, "accrual", strconv.Itoa(m.last.Year()-1))
		return len(standing), err
	}},
}

// Checklist computes the close checklist of a month. It can be asked for at any time.
func (b Book) Checklist(ctx context.Context, tx *store.Tx, month string) (Checklist, error) {
	period, err := b.Period(ctx, tx, month)
	if err != nil {
		return Checklist{}, err
	}
	known, err := b.chart(ctx, tx)
	if err != nil {
		return Checklist{}, err
	}
	m := closing{last: lastOf(month), accounts: known.accounts, funds: known.funds}
	if m.balances, err = b.Balances(ctx, tx, m.last); err != nil {
		return Checklist{}, err
	}
	list := Checklist{Period: period}
	for _, r := range closeRules {
		c := Check{Key: r.key, Must: r.must}
		if c.Findings, err = r.count(b, ctx, tx, m); err != nil {
			return Checklist{}, err
		}
		if c.Signed, err = readSignOff(ctx, tx, period, c); err != nil {
			return Checklist{}, err
		}
		list.Checks = append(list.Checks, c)
	}
	return list, nil
}

// lastOf is the last day of a month.
func lastOf(month string) Date { return DateAt(Date(month+"-01").Time().AddDate(0, 1, -1)) }

// SignOff answers for what a check found, with a reason of at least ten letters. It holds for this round of closing and for
// no more findings than there are now. [ErrUnknownCheck] when there is no such check, it must pass by itself, or it does.
func (b Book) SignOff(ctx context.Context, tx *store.Tx, month string, key CheckKey, reason string) (Checklist, error) {
	if err := CheckReason(reason); err != nil {
		return Checklist{}, err
	}
	list, err := b.Checklist(ctx, tx, month)
	if err != nil {
		return Checklist{}, err
	}
	i := slices.IndexFunc(list.Checks, func(c Check) bool { return c.Key == key })
	if i < 0 || list.Checks[i].Must || list.Checks[i].Done() {
		return Checklist{}, ErrUnknownCheck
	}
	if err := insertSignOff(ctx, tx, list.Period, list.Checks[i], reason); err != nil {
		return Checklist{}, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "period.signed_off", Subject: month + "/" + string(key), Reason: reason}); err != nil {
		return Checklist{}, err
	}
	return b.Checklist(ctx, tx, month)
}

// below counts the restricted funds whose liabilities exceed their assets.
func (m closing) below() int {
	worth := map[FundCode]Money{}
	for _, at := range m.balances {
		t := m.accounts[at.Account].Type
		if m.funds[at.Fund].Restriction == Unrestricted || t != Asset && t != Liability {
			continue
		}
		if sum, known := worth[at.Fund]; known {
			worth[at.Fund] = sum.Add(at.Base)
		} else {
			worth[at.Fund] = at.Base
		}
	}
	n := 0
	for _, sum := range worth {
		if sum.Sign() < 0 {
			n++
		}
	}
	return n
}

// loansApart is 1 where claims and debts between funds do not cancel.
func (m closing) loansApart(base Currency) int {
	sum := Zero(base)
	for _, at := range m.balances {
		if at.Account == InterfundClaims || at.Account == InterfundDebts {
			sum = sum.Add(at.Base)
		}
	}
	return sum.Amount.Sign() * sum.Amount.Sign()
}

// banks counts the bank accounts that hold something.
func (m closing) banks() int {
	return m.accountsWhere(func(_ Balance, a Account) bool { return a.IsBank() })
}

// accountsWhere counts the accounts with a balance that are meant, each once.
func (m closing) accountsWhere(meant func(Balance, Account) bool) int {
	found := map[AccountNo]bool{}
	for _, at := range m.balances {
		if meant(at, m.accounts[at.Account]) {
			found[at.Account] = true
		}
	}
	return len(found)
}

// ahead counts the funds whose advance stands in debit: more was released than received.
func (m closing) ahead(base Currency) int {
	advance := map[FundCode]Money{}
	for _, at := range m.balances {
		if at.Account != DeferredGrants {
			continue
		}
		if _, known := advance[at.Fund]; !known {
			advance[at.Fund] = Zero(base)
		}
		advance[at.Fund] = advance[at.Fund].Add(at.Base)
	}
	n := 0
	for _, sum := range advance {
		if sum.Sign() > 0 {
			n++
		}
	}
	return n
}
