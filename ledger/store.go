package ledger

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type bookRow struct {
	bun.BaseModel `bun:"table:book"`
	ID            int64 `bun:",pk"`
	BaseCurrency  Currency
	GeneralFund   FundCode
	Organisation  string
	LastSeq       int64
}

type accountRow struct {
	bun.BaseModel `bun:"table:accounts"`
	Number        AccountNo `bun:",pk"`
	Path          string
	Type          AccountType
	NameEN        string `bun:"name_en"`
	NameDA        string `bun:"name_da"`
}

type fundRow struct {
	bun.BaseModel `bun:"table:funds"`
	Code          FundCode `bun:",pk"`
	Name          string
	Restriction   Restriction
	OpenedOn      Date
}

type balanceRow struct {
	bun.BaseModel `bun:"table:balances"`
	Account       AccountNo `bun:",pk"`
	Fund          FundCode  `bun:",pk"`
	Currency      Currency  `bun:",pk"`
	Date          Date      `bun:",pk"`
	Amount        int64
	Base          int64
}

func readBook(ctx context.Context, tx *store.Tx) (Book, error) {
	row, err := readHead(ctx, tx)
	if err == nil && row.ID == 0 {
		err = ErrNotOpened
	}
	return row.book(), err
}

// readHead reads the head row, in a snapshot once; its ID is 0 before the books are opened.
func readHead(ctx context.Context, tx *store.Tx) (bookRow, error) {
	if seen := heldHead(tx); tx.Snapshot() && seen.ID != 0 {
		return *seen, nil
	}
	var row bookRow
	err := store.QueryBatch(ctx, tx, store.BatchQuery{Text: headText, Row: row.scan})
	if tx.Snapshot() {
		*heldHead(tx) = row
	}
	return row, err
}

func (r bookRow) book() Book {
	return Book{Base: r.BaseCurrency, General: r.GeneralFund, Organisation: r.Organisation}
}

func insertBook(ctx context.Context, tx *store.Tx, b Book) error {
	row := bookRow{ID: 1, BaseCurrency: b.Base, GeneralFund: b.General, Organisation: b.Organisation}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrAlreadyOpened)
}

// taken turns a broken unique key into the sentinel that says what is there already.
func taken(err, sentinel error) error {
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return sentinel
	}
	return err
}

// one wants exactly one row to have changed.
func one(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(store.ErrStale, err)
	}
	return nil
}

func insertAccounts(ctx context.Context, tx *store.Tx, accounts []Account) error {
	rows := make([]accountRow, len(accounts))
	for i, a := range accounts {
		rows[i] = accountRow{Number: a.Number, Path: a.Path, Type: a.Type, NameEN: a.NameEN, NameDA: a.NameDA}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return taken(err, ErrDuplicateNumber)
}

func (r accountRow) account() Account {
	return Account{Number: r.Number, Path: r.Path, Type: r.Type, NameEN: r.NameEN, NameDA: r.NameDA}
}

// readAccounts reads accounts in order of their numbers.
func readAccounts(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Account, error) {
	var rows []accountRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "number").Scan(ctx); err != nil {
		return nil, err
	}
	accounts := make([]Account, len(rows))
	for i, r := range rows {
		accounts[i] = r.account()
	}
	return accounts, nil
}

func findAccount(ctx context.Context, tx *store.Tx, number AccountNo) (Account, error) {
	var row accountRow
	err := tx.NewSelect().Model(&row).Where("number = ?", number).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, &Unknown{-1, string(number), ErrUnknownAccount}
	}
	return row.account(), err
}

func insertFund(ctx context.Context, tx *store.Tx, f Fund) error {
	row := fundRow{Code: f.Code, Name: f.Name, Restriction: f.Restriction, OpenedOn: f.OpenedOn}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicateFund)
}

func (r fundRow) fund() Fund { return Fund{r.Code, r.Name, r.Restriction, r.OpenedOn} }

// readFunds reads funds in order of their codes.
func readFunds(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Fund, error) {
	var rows []fundRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "code").Scan(ctx); err != nil {
		return nil, err
	}
	funds := make([]Fund, len(rows))
	for i, r := range rows {
		funds[i] = r.fund()
	}
	return funds, nil
}

func findFund(ctx context.Context, tx *store.Tx, code FundCode) (Fund, error) {
	var row fundRow
	err := tx.NewSelect().Model(&row).Where("code = ?", code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Fund{}, &Unknown{-1, string(code), ErrUnknownFund}
	}
	return row.fund(), err
}

// LockFunds locks the rows of funds in code order, so that acts which decide on what a fund holds - its bank, lots,
// commitments - take turns. Acts do it before they read. SQLite's writer is alone already.
func LockFunds(ctx context.Context, tx *store.Tx, codes ...FundCode) error {
	if len(codes) == 0 {
		return nil
	}
	var rows []fundRow
	q := tx.NewSelect().Model(&rows).Where("code IN (?)", bun.List(codes)).Order("code")
	return tx.Lock(q).Scan(ctx)
}

// LastSeq is the sequence number of the last posted entry, 0 in empty books: the cut-off of a report read in this tx.
func (b Book) LastSeq(ctx context.Context, tx *store.Tx) (int64, error) {
	row, err := readHead(ctx, tx)
	return row.LastSeq, err
}

// LastNumber is the number of the last posted entry, "" in empty books.
func (b Book) LastNumber(ctx context.Context, tx *store.Tx) (string, error) {
	var row struct{ FiscalYear, Number int64 }
	err := tx.NewSelect().Table("entries").Column("fiscal_year", "number").Order("seq DESC").Limit(1).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return Number(int(row.FiscalYear), row.Number), err
}

// FirstDay is the day on which the newest of some funds was opened, or the first of all where none is named; "" where
// there is none. Codes of no fund are left out.
func FirstDay(ctx context.Context, tx *store.Tx, codes []FundCode) (Date, error) {
	var day sql.NullString
	q := tx.NewSelect().Table("funds")
	if len(codes) > 0 {
		q = q.ColumnExpr("MAX(opened_on)").Where("code IN (?)", bun.List(codes))
	} else {
		q = q.ColumnExpr("MIN(opened_on)")
	}
	err := q.Scan(ctx, &day)
	return Date(day.String), err
}
