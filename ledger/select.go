package ledger

import (
	"cmp"
	"context"
	"slices"
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
	onlyClosing    Closing = "only" // to subtract them
)

// Revaluation is the category of lines that revalue foreign bank accounts; statements to grantors leave them out
// (RULES 62, 64).
const Revaluation = "revaluation"

// ClosingAct marks year-end entries; reports on what was earned and spent leave them out (RULES 63).
const ClosingAct = "year-closing"

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
	inBase     bool     // what an account holds is one balance in base currency, over all funds and currencies
}

// Figure is an amount of a report with the lines that it is the sum of, counted positive on its side. A figure in base
// currency sums what the lines cost, any other their own amounts.
type Figure struct {
	Amount Money
	Side   Side
	Lines  Selection
}

// ThroughAt is the cut-off of what the books said at an instant: the sequence number of the last entry posted until
// then, -1, which lets nothing through, when there was none. Entries count in the order in which they were posted,
// whatever their dates.
func (b Book) ThroughAt(ctx context.Context, tx *store.Tx, at time.Time) (int64, error) {
	return lastPosted(ctx, tx, store.FormatTime(at))
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

// BalancesOf lists what every account of every fund holds, or moved within a span that has a first day, by account,
// fund and currency, as far as a selection goes; zeros are left out. Through 0 reads the books as they are. For the
// newest books it is read from the balances of the months and days, else from the lines.
func (b Book) BalancesOf(ctx context.Context, tx *store.Tx, s Selection) ([]Balance, error) {
	last, err := b.LastSeq(ctx, tx)
	if err != nil {
		return nil, err
	}
	if s.Through == 0 {
		s.Through = last
	}
	sums, err := b.sums(ctx, tx, s, last)
	return values(sums), err
}

// BaseTotal is what the lines of a selection come to in base currency. It reads a row for each account, however many
// funds and currencies there are.
func (b Book) BaseTotal(ctx context.Context, tx *store.Tx, s Selection) (Money, error) {
	s.inBase = true
	balances, err := b.BalancesOf(ctx, tx, s)
	total := Zero(b.Base)
	for _, held := range balances {
		total = total.Add(held.Base)
	}
	return total, err
}

func (b Book) sums(ctx context.Context, tx *store.Tx, s Selection, last int64) (map[balanceKey]Balance, error) {
	if s.Through < last || !s.onBalances() {
		return b.sumLines(ctx, tx, s)
	}
	found, err := b.balancesUntil(ctx, tx, s, s.To)
	if err != nil {
		return nil, err
	}
	if s.From != "" {
		before, err := b.balancesUntil(ctx, tx, s, s.From.AddDays(-1))
		if err != nil {
			return nil, err
		}
		subtract(found, before)
	}
	if s.Closing == WithoutClosing {
		s.Closing = onlyClosing
		closing, err := b.sumLines(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		subtract(found, closing)
	}
	return found, nil
}

// onBalances reports whether balances know enough to answer: they carry account, fund, currency and day. Closing
// entries are few and are subtracted.
func (s Selection) onBalances() bool {
	return len(s.Categories)+len(s.Plans)+len(s.Partners)+len(s.Lots) == 0 && s.Closing != onlyClosing &&
		s.Until.Date == ""
}

// balanceKey is what balances are kept by.
type balanceKey struct {
	account  AccountNo
	fund     FundCode
	currency Currency
}

// nothing is the balance of a key on which nothing stands.
func (k balanceKey) nothing(day Date, base Currency) Balance {
	return Balance{Account: k.account, Fund: k.fund, Date: day, Amount: Zero(k.currency), Base: Zero(base)}
}

// subtract takes balances away from others.
func subtract(from, what map[balanceKey]Balance) {
	for k, w := range what {
		left, known := from[k]
		if !known {
			left = k.nothing(w.Date, w.Base.Currency)
		}
		left.Amount, left.Base = left.Amount.Sub(w.Amount), left.Base.Sub(w.Base)
		from[k] = left
	}
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
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Fund, y.Fund),
			cmp.Compare(x.Amount.Currency, y.Amount.Currency))
	})
	return list
}

// Pinned gives a span that reads the books as they are their last entry, so that its figures stay what they are.
func (b Book) Pinned(ctx context.Context, tx *store.Tx, span Span) (Span, error) {
	if span.Through != 0 {
		return span, nil
	}
	last, err := b.LastSeq(ctx, tx)
	span.Through = last
	return span, err
}
