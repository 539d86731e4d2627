package ledger

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"supportledger/store"
)

// Side is the side of the books on which a figure counts positive.
type Side string

// The sides. Cost and what we have stand on debit, income and what we owe on credit.
const (
	DebitSide  Side = "debit"
	CreditSide Side = "credit"
)

// NoLot in a [Selection] stands for lines that name no lot.
const NoLot LotID = "none"

// Closing says what a [Selection] does with year-end closing entries and their reversals (RULES 63).
type Closing string

// With takes them in like any other, Without leaves them out.
const (
	WithClosing    Closing = ""
	WithoutClosing Closing = "without"
)

// Selection says which lines of the books a figure is made of. Empty fields do not limit.
type Selection struct {
	Span
	Accounts   []AccountNo
	Funds      []FundCode
	Categories []string
	Plans      []string
	Partners   []string
	Lots       []LotID
	Currency   Currency
	Closing    Closing
	Until      Position // the last line, by date; the zero Position does not limit
}

// Figure is an amount of a report with the lines that it is the sum of, counted positive on its side. A figure in base
// currency sums what the lines cost, any other their own amounts.
type Figure struct {
	Amount Money
	Side   Side
	Lines  Selection
}

// figure counts an amount in the sign of the books on a side.
func figure(amount Money, side Side, lines Selection) Figure {
	if side == CreditSide {
		amount = amount.Neg()
	}
	return Figure{amount, side, lines}
}

// ThroughAt is the cut-off of what the books said at an instant: the sequence number of the last entry posted until then,
// -1, which lets nothing through, when there was none. Entries count in the order in which they were posted, whatever their dates.
func (b Book) ThroughAt(ctx context.Context, tx *store.Tx, at time.Time) (int64, error) {
	return lastPosted(ctx, tx, store.FormatTime(at))
}

// Lines lists the lines of a selection in order of posting, after a position, at most limit.
func (b Book) Lines(ctx context.Context, tx *store.Tx, s Selection, after Position, limit int) ([]Booked, error) {
	var err error
	if s.Span, err = b.pinned(ctx, tx, s.Span); err != nil {
		return nil, err
	}
	return b.readLines(ctx, tx, s, after, limit, inOrderOfPosting)
}

// Position is the place of a line in a list.
type Position struct {
	Date Date // only where lines are listed by date
	Seq  int64
	Line int
}

// Booked is a line with what its entry says about it.
type Booked struct {
	Line
	Position
	Entry  EntryID
	Number string
	Text   string
	Act    string
}

// sums is what lines of a selection add up to per account, fund and currency, zeros left out. For the newest books it is
// read from the balances of the months and days, else from the lines.
func (b Book) sums(ctx context.Context, tx *store.Tx, s Selection) ([]Balance, error) {
	last, err := b.LastSeq(ctx, tx)
	if err != nil {
		return nil, err
	}
	if s.Through < last || !s.onBalances() {
		return b.sumLines(ctx, tx, s)
	}
	until, err := b.balancesUntil(ctx, tx, s, s.To)
	if err != nil || s.From == "" {
		return values(until), err
	}
	before, err := b.balancesUntil(ctx, tx, s, s.From.AddDays(-1))
	if err != nil {
		return nil, err
	}
	for k, earlier := range before {
		now, ok := until[k]
		if !ok {
			now = Balance{earlier.Account, earlier.Fund, s.To, Zero(earlier.Amount.Currency), Zero(b.Base)}
		}
		now.Amount, now.Base = now.Amount.Sub(earlier.Amount), now.Base.Sub(earlier.Base)
		until[k] = now
	}
	return values(until), nil
}

// onBalances reports whether balances know enough to answer: they carry account, fund, currency and day.
func (s Selection) onBalances() bool {
	return len(s.Categories)+len(s.Plans)+len(s.Partners)+len(s.Lots) == 0 && s.Closing == WithClosing && s.Until.Date == ""
}

// balanceKey is what balances are kept by.
type balanceKey struct {
	account  AccountNo
	fund     FundCode
	currency Currency
}

// values lists balances that are not zero, by account, fund and currency.
func values(of map[balanceKey]Balance) []Balance {
	list := make([]Balance, 0, len(of))
	for _, b := range of {
		if !b.Amount.IsZero() || !b.Base.IsZero() {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(x, y Balance) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Fund, y.Fund), cmp.Compare(x.Amount.Currency, y.Amount.Currency))
	})
	return list
}

// BalancesOf lists what every account of every fund holds, or moved within a span that has a first day, by account, fund
// and currency, as far as a selection goes; zeros are left out. Through 0 reads the books as they are.
func (b Book) BalancesOf(ctx context.Context, tx *store.Tx, s Selection) ([]Balance, error) {
	var err error
	if s.Span, err = b.pinned(ctx, tx, s.Span); err != nil {
		return nil, err
	}
	return b.sums(ctx, tx, s)
}

// pinned gives a span that reads the books as they are their last entry, so that its figures stay what they are.
func (b Book) pinned(ctx context.Context, tx *store.Tx, span Span) (Span, error) {
	if span.Through != 0 {
		return span, nil
	}
	last, err := b.LastSeq(ctx, tx)
	span.Through = last
	return span, err
}

// accountsBy lists accounts that a test accepts, by number.
func accountsBy(accounts map[AccountNo]Account, want func(Account) bool) []Account {
	var found []Account
	for _, n := range slices.Sorted(maps.Keys(accounts)) {
		if want(accounts[n]) {
			found = append(found, accounts[n])
		}
	}
	return found
}

// ofAccounts limits a selection to accounts; to no line at all where there are none.
func (s Selection) ofAccounts(accounts []Account) Selection {
	s.Accounts = nil
	for _, a := range accounts {
		s.Accounts = append(s.Accounts, a.Number)
	}
	if len(accounts) == 0 {
		s.Through = -1
	}
	return s
}

// ofFunds limits a selection to the funds that a test accepts; to no line at all where there are none.
func (s Selection) ofFunds(funds map[FundCode]Fund, want func(Fund) bool) Selection {
	s.Funds = nil
	for _, code := range slices.Sorted(maps.Keys(funds)) {
		if want(funds[code]) {
			s.Funds = append(s.Funds, code)
		}
	}
	if len(s.Funds) == 0 {
		s.Through = -1
	}
	return s
}

// under reports whether an account stands under one of the paths.
func (a Account) under(paths ...string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return a.Path == p || strings.HasPrefix(a.Path, p+":") })
}
