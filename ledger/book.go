package ledger

import (
	"context"
	"fmt"

	"supportledger/store"
)

// Book is the ledger of one organisation. It holds no state: everything is read in the tx it is given.
type Book struct {
	Base         Currency // the currency the books are kept in
	General      FundCode // the unrestricted fund that bears what no other fund bears
	Organisation string   // printed on statements
}

// Open reads what the books are kept in. [ErrNotOpened] when [Create] was never called.
func Open(ctx context.Context, tx *store.Tx) (Book, error) { return readBook(ctx, tx) }

// Create opens the books of an organisation with the standard chart of accounts. Once.
func Create(ctx context.Context, tx *store.Tx, b Book) error {
	chart, err := StandardChart()
	if err != nil {
		return err
	}
	if err := insertBook(ctx, tx, b); err != nil {
		return err
	}
	return insertAccounts(ctx, tx, chart)
}

// AddAccount adds one account to the chart. [ErrDuplicateNumber] when number or path is taken.
func (b Book) AddAccount(ctx context.Context, tx *store.Tx, a Account) error {
	return insertAccounts(ctx, tx, []Account{a})
}

// OpenFund opens a fund. [ErrDuplicateFund] when the code is taken.
func (b Book) OpenFund(ctx context.Context, tx *store.Tx, f Fund) error {
	return insertFund(ctx, tx, f)
}

// Post puts entries into the books, each with the next number of its year, and updates balances and lots. Either all
// are posted or an error tells why the first bad one was not, and the caller's tx rolls back.
//
// Acts lock the funds they decide on first ([LockFunds]) and post last: the head row of the books, which orders the
// entries, is held only from here to commit.
func (b Book) Post(ctx context.Context, tx *store.Tx, entries ...Entry) ([]Posted, error) {
	known, err := b.chart(ctx, tx)
	if err != nil {
		return nil, err
	}
	seq, err := lockHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := refuseTaken(ctx, tx, entries); err != nil {
		return nil, err
	}
	posted := make([]Posted, 0, len(entries))
	for _, e := range entries {
		seq++
		p, err := b.post(ctx, tx, known, e.compact(), seq)
		if err != nil {
			return nil, err
		}
		posted = append(posted, p)
	}
	sealLeaves(tx, known, posted)
	return posted, moveHead(ctx, tx, seq)
}

// post checks one entry against the state of the books and writes it: lots, lines, and last the row that seals them.
func (b Book) post(ctx context.Context, tx *store.Tx, known chart, e Entry, seq int64) (Posted, error) {
	if err := e.check(known); err != nil {
		return Posted{}, err
	}
	if err := openMonth(ctx, tx, e.Date.Month()); err != nil {
		return Posted{}, err
	}
	n, err := nextNumber(ctx, tx, e.Date.Year())
	if err != nil {
		return Posted{}, err
	}
	p := Posted{Entry: e, ID: EntryID(store.NewID("ent")), Seq: seq, Number: Number(e.Date.Year(), n), CreatedBy: tx.By.User, CreatedAt: tx.At}
	if err := insertLots(ctx, tx, e.Opens, seq); err != nil {
		return Posted{}, err
	}
	if err := insertEntry(ctx, tx, p, n, known); err != nil {
		return Posted{}, err
	}
	if err := addToBalances(ctx, tx, e); err != nil {
		return Posted{}, err
	}
	if err := b.moveLots(ctx, tx, e); err != nil {
		return Posted{}, err
	}
	return p, b.guardBanks(ctx, tx, known, e)
}

// guardBanks refuses an entry after which a fund's money in a bank account would stand below zero on the entry's day or
// any later one (RULES 55). Only an interfund loan helps.
func (b Book) guardBanks(ctx context.Context, tx *store.Tx, known chart, e Entry) error {
	type place struct {
		account AccountNo
		fund    FundCode
	}
	moved := map[place]Money{}
	var order []place
	for _, l := range e.Lines {
		if !known.accounts[l.Account].IsBank() {
			continue
		}
		at := place{l.Account, l.Fund}
		if _, ok := moved[at]; !ok {
			moved[at], order = Zero(l.Amount.Currency), append(order, at)
		}
		moved[at] = moved[at].Add(l.Amount)
	}
	for _, at := range order {
		if moved[at].Sign() >= 0 {
			continue
		}
		days, err := daysFrom(ctx, tx, at.account, at.fund, moved[at].Currency, e.Date)
		if err != nil {
			return err
		}
		for _, d := range days {
			if d.Amount.Sign() < 0 {
				return &Overdrawn{at.fund, at.account, d.Date, d.Amount}
			}
		}
	}
	return nil
}

// moveLots brings what is open in the lots in line with the entry's lines.
func (b Book) moveLots(ctx context.Context, tx *store.Tx, e Entry) error {
	moves := map[LotID]Draw{}
	var order []LotID
	for _, l := range e.Lines {
		if l.Lot == "" {
			continue
		}
		m, ok := moves[l.Lot]
		if !ok {
			m, order = Draw{l.Lot, Zero(l.Amount.Currency), Zero(b.Base)}, append(order, l.Lot)
		}
		moves[l.Lot] = Draw{l.Lot, m.Quantity.Add(l.Amount), m.Cost.Add(l.Base)}
	}
	for _, id := range order {
		if err := addToLot(ctx, tx, moves[id]); err != nil {
			return fmt.Errorf("lot %s: %w", id, err)
		}
	}
	return nil
}

// Accounts is the chart by number.
func (b Book) Accounts(ctx context.Context, tx *store.Tx) (map[AccountNo]Account, error) {
	return readAccounts(ctx, tx)
}

// Account is one account of the chart. [ErrUnknownAccount] when there is none of that number.
func (b Book) Account(ctx context.Context, tx *store.Tx, number AccountNo) (Account, error) {
	accounts, err := readAccounts(ctx, tx)
	if err != nil {
		return Account{}, err
	}
	a, ok := accounts[number]
	if !ok {
		return Account{}, &Unknown{-1, string(number), ErrUnknownAccount}
	}
	return a, nil
}

// Bank is a bank account of the chart. [ErrUnknownAccount] when the number is not one.
func (b Book) Bank(ctx context.Context, tx *store.Tx, number AccountNo) (Account, error) {
	a, err := b.Account(ctx, tx, number)
	if err == nil && !a.IsBank() {
		return Account{}, &Unknown{-1, string(number), ErrUnknownAccount}
	}
	return a, err
}

// CostAccount is the expense account of a category such as "tuition". [ErrUnknownAccount] when the chart has none.
func (b Book) CostAccount(ctx context.Context, tx *store.Tx, category string) (AccountNo, error) {
	accounts, err := readAccounts(ctx, tx)
	if err != nil {
		return "", err
	}
	for number, a := range accounts {
		if a.IsCost() && a.Category() == category {
			return number, nil
		}
	}
	return "", &Unknown{-1, category, ErrUnknownAccount}
}

// Fund is one fund. [ErrUnknownFund] when there is none of that code.
func (b Book) Fund(ctx context.Context, tx *store.Tx, code FundCode) (Fund, error) {
	funds, err := readFunds(ctx, tx)
	if err != nil {
		return Fund{}, err
	}
	f, ok := funds[code]
	if !ok {
		return Fund{}, &Unknown{-1, string(code), ErrUnknownFund}
	}
	return f, nil
}

// Funds lists the funds by code.
func (b Book) Funds(ctx context.Context, tx *store.Tx) (map[FundCode]Fund, error) {
	return readFunds(ctx, tx)
}

func (b Book) chart(ctx context.Context, tx *store.Tx) (chart, error) {
	accounts, err := readAccounts(ctx, tx)
	if err != nil {
		return chart{}, err
	}
	funds, err := readFunds(ctx, tx)
	return chart{b.Base, accounts, funds}, err
}

// Draw takes a quantity out of a pool first in, first out, from lots dated on or before the day of the draw (RULES 21, 25).
// It writes nothing: the lines that name the lots do.
func (b Book) Draw(ctx context.Context, tx *store.Tx, pool Pool, quantity Money, on Date) ([]Draw, error) {
	lots, err := b.Lots(ctx, tx, pool, on)
	if err != nil {
		return nil, err
	}
	return DrawFIFO(pool, lots, quantity)
}

// Lots lists the lots of a pool dated on or before a day, oldest first, drawn ones too.
func (b Book) Lots(ctx context.Context, tx *store.Tx, pool Pool, on Date) ([]Lot, error) {
	return readLots(ctx, tx, pool, on, b.Base)
}
