package ledger

import (
	"context"

	"supportledger/proof"
	"supportledger/store"
)

// Book is the ledger of one organisation. It holds no state: everything is read in the tx it is given.
type Book struct {
	Base         Currency // the currency the books are kept in
	General      FundCode // the unrestricted fund that bears what no other fund bears
	Organisation string   // printed on statements
	Banks        BankWord // what banks say that our accounts held; nil where nobody knows
	Judge        Judge    // asked of each entry before it is posted; nil where nobody is
}

// Judge says why an entry may not be posted; nil where it may. It knows what lies outside the ledger: agreements, and
// money that is promised. It is asked while the head row is held, so it reads only what the books do not know already.
type Judge func(ctx context.Context, tx *store.Tx, c Judged) error

// Judged is an entry with what the books know of it.
type Judged struct {
	Book   Book
	Known  Chart    // accounts and funds that the call touches
	Before []Posted // earlier entries of the same call
	Entry  Entry
}

// ManualAct is the act of an entry made by hand.
const ManualAct = "manual"

// Open reads what the books are kept in. [ErrNotOpened] when [Create] was never called.
func Open(ctx context.Context, tx *store.Tx) (Book, error) { return readBook(ctx, tx) }

// Create opens the books of an organisation with the standard chart of accounts. Once.
func Create(ctx context.Context, tx *store.Tx, b Book) error {
	chart, err := StandardChart()
	if err != nil {
		return err
	}
	if err := proof.Adopt(ctx, tx); err != nil { // what the schema came with
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

// Accounts is the chart by number.
func (b Book) Accounts(ctx context.Context, tx *store.Tx) (map[AccountNo]Account, error) {
	list, err := readAccounts(ctx, tx, store.Keyset{})
	accounts := make(map[AccountNo]Account, len(list))
	for _, a := range list {
		accounts[a.Number] = a
	}
	return accounts, err
}

// ListAccounts lists a page of the chart by number.
func (b Book) ListAccounts(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Account, error) {
	return readAccounts(ctx, tx, page)
}

// Account is one account of the chart. [ErrUnknownAccount] when there is none of that number.
func (b Book) Account(ctx context.Context, tx *store.Tx, number AccountNo) (Account, error) {
	return findAccount(ctx, tx, number)
}

// Bank is a bank account of the chart. [ErrUnknownAccount] when the number is not one.
func (b Book) Bank(ctx context.Context, tx *store.Tx, number AccountNo) (Account, error) {
	a, err := b.Account(ctx, tx, number)
	if err == nil && !a.IsBank() {
		return Account{}, &Unknown{-1, string(number), ErrUnknownAccount}
	}
	return a, err
}

// CostAccount is the first expense account of a category such as "tuition". [ErrUnknownAccount] when the chart has
// none.
func (b Book) CostAccount(ctx context.Context, tx *store.Tx, category string) (AccountNo, error) {
	accounts, err := readAccounts(ctx, tx, store.Keyset{})
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		if a.IsCost() && a.Category() == category {
			return a.Number, nil
		}
	}
	return "", &Unknown{-1, category, ErrUnknownAccount}
}

// Fund is one fund. [ErrUnknownFund] when there is none of that code.
func (b Book) Fund(ctx context.Context, tx *store.Tx, code FundCode) (Fund, error) {
	return findFund(ctx, tx, code)
}

// Funds lists the funds by code.
func (b Book) Funds(ctx context.Context, tx *store.Tx) (map[FundCode]Fund, error) {
	list, err := readFunds(ctx, tx, store.Keyset{})
	funds := make(map[FundCode]Fund, len(list))
	for _, f := range list {
		funds[f.Code] = f
	}
	return funds, err
}

// ListFunds lists a page of the funds by code.
func (b Book) ListFunds(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Fund, error) {
	return readFunds(ctx, tx, page)
}

// Chart reads all accounts and funds.
func (b Book) Chart(ctx context.Context, tx *store.Tx) (Chart, error) {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return Chart{}, err
	}
	funds, err := b.Funds(ctx, tx)
	return Chart{b.Base, accounts, funds}, err
}

// Draw takes a quantity out of a pool first in, first out, from lots dated on or before the day of the draw (RULES 21,
// 25). It writes nothing: the lines that name the lots do.
func (b Book) Draw(ctx context.Context, tx *store.Tx, pool Pool, quantity Money, on Date) ([]Draw, error) {
	lots, err := b.Lots(ctx, tx, pool, on)
	if err != nil {
		return nil, err
	}
	return DrawFIFO(pool, lots, quantity)
}
