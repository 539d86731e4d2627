package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
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
	Found    []string // what was found, by name and figure, where the check says so
	Signed   *SignOff
}

// Stated is what a bank says that an account held at the end of a day, and where what it said of the month does not
// join what it said before. On is "" where it only said the latter.
type Stated struct {
	On     Date
	Amount Money
	Gaps   []Gap
}

// Gap is where a statement of the bank does not join the one before: lines between the two are missing.
type Gap struct {
	On, OpensOn    Date
	Known, Opening Money // what the account held by the one, and with what the next began
}

// BankWord tells what banks say that our accounts held, by account: the newest up to the last day of a month, and the
// gaps within that month.
type BankWord func(ctx context.Context, tx *store.Tx, until Date) (map[AccountNo]Stated, error)

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
	count func(ctx context.Context, tx *store.Tx, m *closing) (int, error)
}

// closing is what the rules look at.
type closing struct {
	Chart
	book     Book
	last     Date      // of the month
	balances []Balance // at its end
	stated   map[AccountNo]Stated
	found    []string // by the check that counts
}

var closeRules = []rule{
	{NoDrafts, true, func(ctx context.Context, tx *store.Tx, m *closing) (int,
		error) {
		return countDrafts(ctx, tx, m.last)
	}},
	{FundsNotBelow, true, counted((*closing).below)},
	{LoansAgree, true, counted((*closing).loansApart)},
	{YearIsClosed, true, func(ctx context.Context, tx *store.Tx, m *closing) (int, error) {
		if m.last.AddDays(1).Year() == m.last.Year() {
			return 0, nil
		}
		open, err := m.book.Months().results(ctx, tx, m.last)
		return len(open), err
	}},
	{BanksAgree, false, counted((*closing).banks)},
	{NothingSuspense, false, counted(func(m *closing) int { return m.accountsWhere(Account.IsSuspense) })},
	{GrantsNotAhead, false, counted((*closing).ahead)},
	{AccrualsBack, false, func(ctx context.Context, tx *store.Tx, m *closing) (int, error) {
		standing, err := m.book.Standing(ctx, tx, "accrual", strconv.Itoa(m.last.Year()-1))
		return len(standing), err
	}},
}

// counted is the count of a rule that needs nothing but the balances.
func counted(count func(*closing) int) func(context.Context, *store.Tx, *closing) (int, error) {
	return func(_ context.Context, _ *store.Tx, m *closing) (int, error) { return count(m), nil }
}

// Checklist computes the close checklist of a month. It can be asked for at any time.
func (m Months) Checklist(ctx context.Context, tx *store.Tx, month string) (Checklist, error) {
	period, err := m.Find(ctx, tx, month)
	if err != nil {
		return Checklist{}, err
	}
	known, err := m.book.Chart(ctx, tx)
	if err != nil {
		return Checklist{}, err
	}
	at := &closing{Chart: known, book: m.book, last: lastOf(month)}
	if at.balances, err = m.book.Balances(ctx, tx, at.last); err != nil {
		return Checklist{}, err
	}
	if m.book.Banks != nil {
		if at.stated, err = m.book.Banks(ctx, tx, at.last); err != nil {
			return Checklist{}, err
		}
	}
	list := Checklist{Period: period}
	for _, r := range closeRules {
		c := Check{Key: r.key, Must: r.must}
		at.found = nil
		if c.Findings, err = r.count(ctx, tx, at); err != nil {
			return Checklist{}, err
		}
		c.Found = at.found
		if c.Signed, err = readSignOff(ctx, tx, period, c); err != nil {
			return Checklist{}, err
		}
		list.Checks = append(list.Checks, c)
	}
	return list, nil
}

// lastOf is the last day of a month.
func lastOf(month string) Date { return DateAt(Date(month+"-01").Time().AddDate(0, 1, -1)) }

// SignOff answers for what a check found, with a reason of at least ten letters. It holds for this round of closing and
// for no more findings than there are now. [ErrUnknownCheck] when there is no such check, it must pass by itself, or it
// does.
func (m Months) SignOff(
	ctx context.Context, tx *store.Tx, month string, key CheckKey, reason string,
) (Checklist, error) {
	if err := CheckReason(reason); err != nil {
		return Checklist{}, err
	}
	list, err := m.Checklist(ctx, tx, month)
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
	if err := access.Record(ctx, tx, access.Event{Action: "period.signed_off", Subject: month + "/" + string(key),
		Reason: reason}); err != nil {
		return Checklist{}, err
	}
	return m.Checklist(ctx, tx, month)
}

// below counts the restricted funds whose liabilities exceed their assets.
func (m *closing) below() int {
	return m.fundsWhere(-1, func(a Account, f Fund) bool {
		return f.Restriction != Unrestricted && (a.Type == Asset || a.Type == Liability)
	})
}

// ahead counts the funds whose advance stands in debit: more was released than received.
func (m *closing) ahead() int {
	return m.fundsWhere(1, func(a Account, _ Fund) bool { return a.Number == DeferredGrants })
}

// fundsWhere counts the funds whose balances on some accounts add up to a sum of a sign.
func (m *closing) fundsWhere(sign int, meant func(Account, Fund) bool) int {
	sums := map[FundCode]int64{}
	for _, b := range m.balances {
		if meant(m.Accounts[b.Account], m.Funds[b.Fund]) {
			sums[b.Fund] += b.Base.Minor()
		}
	}
	n := 0
	for _, sum := range sums {
		if cmp.Compare(sum, 0) == sign {
			n++
		}
	}
	return n
}

// loansApart is 1 where claims and debts between funds do not cancel.
func (m *closing) loansApart() int {
	sum := int64(0)
	for _, b := range m.balances {
		if b.Account == InterfundClaims || b.Account == InterfundDebts {
			sum += b.Base.Minor()
		}
	}
	if sum != 0 {
		return 1
	}
	return 0
}

// banks counts the bank accounts that hold another amount at the end of the month than the bank said last, or that hold
// something of which the bank said nothing, and the gaps between its statements: those are held against the bank's
// paper by a person.
func (m *closing) banks() int {
	held := map[AccountNo]Money{}
	for account, s := range m.stated {
		held[account] = Zero(s.Amount.Currency)
	}
	for _, b := range m.balances {
		if !m.Accounts[b.Account].IsBank() {
			continue
		}
		if _, known := held[b.Account]; !known {
			held[b.Account] = Zero(b.Amount.Currency)
		}
		held[b.Account] = held[b.Account].Add(b.Amount)
	}
	for _, account := range slices.Sorted(maps.Keys(held)) {
		books, said := held[account], m.stated[account]
		switch {
		case said.On == "":
			m.found = append(m.found, fmt.Sprintf("%s: books %s, no closing balance of the bank", account, books))
		case said.Amount.Cmp(books) != 0:
			m.found = append(m.found, fmt.Sprintf("%s: books %s, bank %s on %s, difference %s", account, books,
				said.Amount, said.On, said.Amount.Sub(books)))
		}
		for _, g := range said.Gaps {
			m.found = append(m.found, fmt.Sprintf("%s: lines of %s are missing between %s on %s and %s on %s", account,
				g.Opening.Sub(g.Known), g.Known, g.On, g.Opening, g.OpensOn))
		}
	}
	return len(m.found)
}

// accountsWhere counts the accounts with a balance that are meant, each once.
func (m *closing) accountsWhere(meant func(Account) bool) int {
	found := map[AccountNo]bool{}
	for _, b := range m.balances {
		if meant(m.Accounts[b.Account]) {
			found[b.Account] = true
		}
	}
	return len(found)
}
