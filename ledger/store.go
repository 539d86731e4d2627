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

type lotRow struct {
	bun.BaseModel `bun:"table:lots"`
	ID            LotID `bun:",pk"`
	Kind          LotKind
	Account       AccountNo
	Holder        string
	Fund          FundCode
	Currency      Currency
	Rate          string
	OpenedOn      Date
	OpenedSeq     int64
	Name          string
	Quantity      int64
	Cost          int64
	OpenQuantity  int64
	OpenCost      int64
}

type entryRow struct {
	bun.BaseModel `bun:"table:entries,alias:e"`
	Seq           int64 `bun:",pk"`
	ID            EntryID
	FiscalYear    int
	Number        int64
	Date          Date
	Book          string
	Text          string
	Act           string
	Source        string
	LineCount     int
	Reverses      *EntryID
	Corrects      *EntryID
	Reason        string
	ExternalID    *string
	CreatedBy     string
	CreatedAt     string
}

type lineRow struct {
	bun.BaseModel `bun:"table:entry_lines"`
	EntrySeq      int64 `bun:",pk"`
	Line          int   `bun:",pk"`
	Account       AccountNo
	Fund          FundCode
	Currency      Currency
	Amount        int64
	Base          int64
	Category      string
	Plan          string
	Payee         string
	Partner       string
	Lot           *LotID
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
	var row bookRow
	err := tx.NewSelect().Model(&row).Where("id = 1").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Book{}, ErrNotOpened
	}
	return Book{row.BaseCurrency, row.GeneralFund, row.Organisation}, err
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

func insertAccounts(ctx context.Context, tx *store.Tx, accounts []Account) error {
	rows := make([]accountRow, len(accounts))
	for i, a := range accounts {
		rows[i] = accountRow{Number: a.Number, Path: a.Path, Type: a.Type, NameEN: a.NameEN, NameDA: a.NameDA}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return taken(err, ErrDuplicateNumber)
}

func readAccounts(ctx context.Context, tx *store.Tx) (map[AccountNo]Account, error) {
	var rows []accountRow
	if err := tx.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, err
	}
	accounts := make(map[AccountNo]Account, len(rows))
	for _, r := range rows {
		accounts[r.Number] = Account{r.Number, r.Path, r.Type, r.NameEN, r.NameDA}
	}
	return accounts, nil
}

func insertFund(ctx context.Context, tx *store.Tx, f Fund) error {
	_, err := tx.NewInsert().Model(&fundRow{Code: f.Code, Name: f.Name, Restriction: f.Restriction, OpenedOn: f.OpenedOn}).Exec(ctx)
	return taken(err, ErrDuplicateFund)
}

func readFunds(ctx context.Context, tx *store.Tx) (map[FundCode]Fund, error) {
	var rows []fundRow
	if err := tx.NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, err
	}
	funds := make(map[FundCode]Fund, len(rows))
	for _, r := range rows {
		funds[r.Code] = Fund{r.Code, r.Name, r.Restriction, r.OpenedOn}
	}
	return funds, nil
}

// LockFunds takes the rows of funds in code order, so that acts which decide on what a fund holds - its bank, lots,
// commitments - take turns. Acts do it before they read. SQLite's writer is alone already.
func LockFunds(ctx context.Context, tx *store.Tx, codes ...FundCode) error {
	if len(codes) == 0 {
		return nil
	}
	var rows []fundRow
	q := tx.NewSelect().Model(&rows).Where("code IN (?)", bun.List(codes)).Order("code")
	return tx.Lock(q).Scan(ctx)
}

// readLots reads the lots of a pool. A lot whose opening was reversed never was: it is nobody's newest layer.
func readLots(ctx context.Context, tx *store.Tx, pool Pool, on Date, base Currency) ([]Lot, error) {
	var rows []lotRow
	err := tx.NewSelect().Model(&rows).
		Where("account = ?", pool.Account).Where("holder = ?", pool.Holder).Where("fund = ?", pool.Fund).
		Where("currency = ?", pool.Currency).Where("opened_on <= ?", on).
		Where("NOT EXISTS (SELECT 1 FROM entries AS o JOIN entries AS r ON r.reverses = o.id WHERE o.seq = lot_row.opened_seq)").
		Order("opened_on", "opened_seq", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		if lots[i], err = r.lot(base); err != nil {
			return nil, err
		}
	}
	return lots, nil
}

func (r lotRow) lot(base Currency) (Lot, error) {
	lot := Lot{ID: r.ID, Kind: r.Kind, Pool: Pool{r.Account, r.Holder, r.Fund, r.Currency}, Name: r.Name, OpenedOn: r.OpenedOn,
		Quantity: OfMinor(r.Quantity, r.Currency), Cost: OfMinor(r.Cost, base),
		OpenQuantity: OfMinor(r.OpenQuantity, r.Currency), OpenCost: OfMinor(r.OpenCost, base)}
	if r.Rate == "" {
		return lot, nil
	}
	var err error
	lot.Rate, err = ParseRate(r.Rate)
	return lot, err
}
