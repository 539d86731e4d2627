package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
	q := tx.NewSelect().Model(&rows).Where("code IN (?)", bun.In(codes)).Order("code")
	return tx.Lock(q).Scan(ctx)
}

// lockHead takes the head row and returns the last sequence number.
func lockHead(ctx context.Context, tx *store.Tx) (int64, error) {
	var row bookRow
	err := tx.Lock(tx.NewSelect().Model(&row).Where("id = 1")).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNotOpened
	}
	return row.LastSeq, err
}

func moveHead(ctx context.Context, tx *store.Tx, seq int64) error {
	_, err := tx.NewUpdate().Model((*bookRow)(nil)).Set("last_seq = ?", seq).Where("id = 1").Exec(ctx)
	return err
}

// nextNumber is the next entry number of a fiscal year, whose row it opens if need be. The head row is held.
func nextNumber(ctx context.Context, tx *store.Tx, year int) (int64, error) {
	var last int64
	err := tx.NewRaw(`INSERT INTO fiscal_years (year, last_number) VALUES (?, 1)
		ON CONFLICT (year) DO UPDATE SET last_number = fiscal_years.last_number + 1 RETURNING last_number`, year).Scan(ctx, &last)
	return last, err
}

func insertLots(ctx context.Context, tx *store.Tx, lots []Lot, seq int64) error {
	if len(lots) == 0 {
		return nil
	}
	rows := make([]lotRow, len(lots))
	for i, l := range lots {
		rows[i] = lotRow{ID: l.ID, Kind: l.Kind, Account: l.Pool.Account, Holder: l.Pool.Holder, Fund: l.Pool.Fund,
			Currency: l.Pool.Currency, Rate: l.Rate.String(), OpenedOn: l.OpenedOn, OpenedSeq: seq, Name: l.Name,
			Quantity: l.Quantity.Minor(), Cost: l.Cost.Minor()}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

func insertEntry(ctx context.Context, tx *store.Tx, p Posted, number int64, known chart) error {
	lines := make([]lineRow, len(p.Lines))
	for i, l := range p.Lines {
		lines[i] = lineRow{EntrySeq: p.Seq, Line: i + 1, Account: l.Account, Fund: l.Fund, Currency: l.Amount.Currency,
			Amount: l.Amount.Minor(), Base: l.Base.Minor(), Category: l.Category, Plan: l.Plan, Payee: l.Payee,
			Partner: l.Partner, Lot: optional(l.Lot)}
	}
	if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
		return err
	}
	row := entryRow{Seq: p.Seq, ID: p.ID, FiscalYear: p.Date.Year(), Number: number, Date: p.Date,
		Book: known.accounts[p.Lines[0].Account].Book(), Text: p.Text, Act: p.Act, Source: p.Source, LineCount: len(lines),
		Reverses: optional(p.Reverses), Corrects: optional(p.Corrects), Reason: p.Reason, ExternalID: optional(p.ExternalID), CreatedBy: p.CreatedBy, CreatedAt: store.FormatTime(p.CreatedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func optional[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// addToBalances adds the entry's lines to the balances of its day.
func addToBalances(ctx context.Context, tx *store.Tx, e Entry) error {
	type key struct {
		account  AccountNo
		fund     FundCode
		currency Currency
	}
	sums := map[key]int{}
	var rows []balanceRow
	for _, l := range e.Lines {
		k := key{l.Account, l.Fund, l.Amount.Currency}
		i, ok := sums[k]
		if !ok {
			i = len(rows)
			sums[k] = i
			rows = append(rows, balanceRow{Account: l.Account, Fund: l.Fund, Currency: l.Amount.Currency, Date: e.Date})
		}
		rows[i].Amount += l.Amount.Minor()
		rows[i].Base += l.Base.Minor()
	}
	_, err := tx.NewInsert().Model(&rows).
		On("CONFLICT (account, fund, currency, date) DO UPDATE").
		Set("amount = balance_row.amount + EXCLUDED.amount").
		Set("base = balance_row.base + EXCLUDED.base").Exec(ctx)
	return err
}

// addToLot applies the lines of one lot. A lot never holds less than nothing, nor more than it was opened with; only a
// grant's newest layer may be drawn beyond what came in (RULES 10, 12).
func addToLot(ctx context.Context, tx *store.Tx, m Draw) error {
	var row lotRow
	if err := tx.NewSelect().Model(&row).Where("id = ?", m.Lot).Scan(ctx); err != nil {
		return err
	}
	side := int64(1)
	if row.Kind == DeferredLot {
		side = -1 // opened by a credit
	}
	row.OpenQuantity += side * m.Quantity.Minor()
	row.OpenCost += side * m.Cost.Minor()
	if row.Kind != DeferredLot && (row.OpenQuantity < 0 || row.OpenCost < 0 || row.OpenQuantity > row.Quantity || row.OpenQuantity == 0 && row.OpenCost != 0) {
		return fmt.Errorf("%w: lot %s would hold %d at cost %d minor units", ErrLotExhausted, row.Name, row.OpenQuantity, row.OpenCost)
	}
	_, err := tx.NewUpdate().Model(&row).Column("open_quantity", "open_cost").WherePK().Exec(ctx)
	return err
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
