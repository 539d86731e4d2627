package ledger

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// The statements of the write path: how many there are does not depend on how many entries are posted.

type numberRow struct {
	bun.BaseModel `bun:"table:fiscal_years"`
	Year          int `bun:",pk"`
	LastNumber    int64
}

type totalRow struct {
	bun.BaseModel `bun:"table:bank_totals"`
	Account       AccountNo `bun:",pk"`
	Fund          FundCode  `bun:",pk"`
	Currency      Currency  `bun:",pk"`
	Amount        int64
	LastDate      Date
}

// names is everything that a slice of entries refers to, each once.
type names struct {
	accounts []AccountNo
	funds    []FundCode
	months   []string
	years    []int
	lots     []LotID
	external []string
}

func namesIn(of []Proposal) names {
	accounts, funds, months, years := map[AccountNo]bool{}, map[FundCode]bool{}, map[string]bool{}, map[int]bool{}
	lots := map[LotID]bool{}
	var n names
	for _, p := range of {
		months[p.Date.Month()], years[p.Date.Year()] = true, true
		if p.ExternalID != "" {
			n.external = append(n.external, p.ExternalID)
		}
		for _, l := range p.Lines {
			accounts[l.Account], funds[l.Fund] = true, true
			if l.Lot != "" {
				lots[l.Lot] = true
			}
		}
	}
	n.accounts, n.funds = slices.Sorted(maps.Keys(accounts)), slices.Sorted(maps.Keys(funds))
	n.months, n.years, n.lots = slices.Sorted(maps.Keys(months)), slices.Sorted(maps.Keys(years)), slices.Sorted(maps.Keys(lots))
	return n
}

// OpenLocked is [Open], holding the head row until the tx ends: for who looks at other rows that are written under it alone,
// and posts then. [ErrNotOpened].
func OpenLocked(ctx context.Context, tx *store.Tx) (Book, error) {
	if _, err := lockHead(ctx, tx); err != nil {
		return Book{}, err
	}
	return readBook(ctx, tx)
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

// readChart reads the accounts and funds that entries name; what is not there is not known.
func readChart(ctx context.Context, tx *store.Tx, base Currency, n names) (chart, error) {
	c := chart{base, map[AccountNo]Account{}, map[FundCode]Fund{}}
	var accounts []accountRow
	if err := tx.NewSelect().Model(&accounts).Where("number IN (?)", bun.List(n.accounts)).Scan(ctx); err != nil {
		return c, err
	}
	for _, r := range accounts {
		c.accounts[r.Number] = Account{r.Number, r.Path, r.Type, r.NameEN, r.NameDA}
	}
	var funds []fundRow
	if err := tx.NewSelect().Model(&funds).Where("code IN (?)", bun.List(n.funds)).Scan(ctx); err != nil {
		return c, err
	}
	for _, r := range funds {
		c.funds[r.Code] = Fund{r.Code, r.Name, r.Restriction, r.OpenedOn}
	}
	return c, nil
}

func readCalendar(ctx context.Context, tx *store.Tx, months []string) (calendar, error) {
	var rows []periodRow
	c := calendar{states: map[string]PeriodState{}}
	err := tx.NewSelect().Model(&rows).Where("month IN (?)", bun.List(months)).
		WhereOr("month = (SELECT MAX(month) FROM periods WHERE state = 'closed')").Scan(ctx)
	for _, r := range rows {
		c.states[r.Month] = r.State
		if r.State == MonthClosed {
			c.lastClosed = max(c.lastClosed, r.Month)
		}
	}
	return c, err
}

// insertPeriods opens months that had no entry yet.
func insertPeriods(ctx context.Context, tx *store.Tx, months []string) error {
	rows := make([]periodRow, len(months))
	for i, m := range months {
		rows[i] = periodRow{Month: m, State: MonthOpen}
	}
	return store.Insert(ctx, tx, rows)
}

func readNumbers(ctx context.Context, tx *store.Tx, years []int) (map[int]int64, error) {
	var rows []numberRow
	err := tx.NewSelect().Model(&rows).Where("year IN (?)", bun.List(years)).Scan(ctx)
	last := make(map[int]int64, len(rows))
	for _, r := range rows {
		last[r.Year] = r.LastNumber
	}
	return last, err
}

// saveNumbers keeps the last number of each fiscal year, whose row it opens if need be.
func saveNumbers(ctx context.Context, tx *store.Tx, last map[int]int64) error {
	rows := make([]numberRow, 0, len(last))
	for _, year := range slices.Sorted(maps.Keys(last)) {
		rows = append(rows, numberRow{Year: year, LastNumber: last[year]})
	}
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (year) DO UPDATE").Set("last_number = EXCLUDED.last_number").Exec(ctx)
	return err
}

// readExternal tells which entries have the external ids.
func readExternal(ctx context.Context, tx *store.Tx, ids []string) (map[string]EntryID, error) {
	found := map[string]EntryID{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Column("id", "external_id").Where("external_id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		found[value(r.ExternalID)] = r.ID
	}
	return found, err
}

// ByExternalID finds the entries that have external ids.
func (b Book) ByExternalID(ctx context.Context, tx *store.Tx, ids []string) (map[string]Posted, error) {
	found := map[string]Posted{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []entryRow
	if err := tx.NewSelect().Model(&rows).Where("external_id IN (?)", bun.List(ids)).Order("e.seq").Scan(ctx); err != nil {
		return nil, err
	}
	posted, err := b.withLines(ctx, tx, rows)
	for _, p := range posted {
		found[p.ExternalID] = p
	}
	return found, err
}

func readLotsOf(ctx context.Context, tx *store.Tx, ids []LotID, base Currency) (map[LotID]Lot, error) {
	lots := make(map[LotID]Lot, len(ids))
	if len(ids) == 0 {
		return lots, nil
	}
	var rows []lotRow
	err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		if err == nil {
			lots[r.ID], err = r.lot(base)
		}
	}
	return lots, err
}

func insertLots(ctx context.Context, tx *store.Tx, lots map[LotID]Lot, opened []LotID) error {
	rows := make([]lotRow, len(opened))
	for i, id := range opened {
		rows[i] = rowOfLot(lots[id])
	}
	return store.Insert(ctx, tx, rows)
}

func rowOfLot(l Lot) lotRow {
	return lotRow{ID: l.ID, Kind: l.Kind, Account: l.Pool.Account, Holder: l.Pool.Holder, Fund: l.Pool.Fund,
		Currency: l.Pool.Currency, Rate: l.Rate.String(), OpenedOn: l.OpenedOn, OpenedSeq: l.openedSeq, Name: l.Name,
		Quantity: l.Quantity.Minor(), Cost: l.Cost.Minor(), OpenQuantity: l.OpenQuantity.Minor(), OpenCost: l.OpenCost.Minor()}
}

// saveLots keeps what lots of before hold now.
func saveLots(ctx context.Context, tx *store.Tx, lots map[LotID]Lot, drawn map[LotID]bool) error {
	if len(drawn) == 0 {
		return nil
	}
	rows := make([]lotRow, 0, len(drawn))
	for _, id := range slices.Sorted(maps.Keys(drawn)) {
		rows = append(rows, rowOfLot(lots[id]))
	}
	_, err := tx.NewUpdate().Model(&rows).Column("open_quantity", "open_cost").Bulk().Exec(ctx)
	return err
}

// insertEntries writes all lines, then the entries, which seal them and move the balances.
func insertEntries(ctx context.Context, tx *store.Tx, posted []Posted, known chart) error {
	var lines []lineRow
	entries := make([]entryRow, len(posted))
	for i, p := range posted {
		for n, l := range p.Lines {
			lines = append(lines, lineRow{EntrySeq: p.Seq, Line: n + 1, Account: l.Account, Fund: l.Fund, Currency: l.Amount.Currency,
				Amount: l.Amount.Minor(), Base: l.Base.Minor(), Category: l.Category, Plan: l.Plan, Payee: l.Payee,
				Partner: l.Partner, Lot: optional(l.Lot)})
		}
		_, number, _ := parseNumber(p.Number) // it was written by Number
		entries[i] = entryRow{Seq: p.Seq, ID: p.ID, FiscalYear: p.Date.Year(), Number: number, Date: p.Date,
			Book: known.accounts[p.Lines[0].Account].Book(), Text: p.Text, Act: p.Act, Source: p.Source, LineCount: len(p.Lines),
			Reverses: optional(p.Reverses), Corrects: optional(p.Corrects), Reason: p.Reason, ExternalID: optional(p.ExternalID),
			CreatedBy: p.CreatedBy, CreatedAt: store.FormatTime(p.CreatedAt)}
	}
	if err := store.Insert(ctx, tx, lines); err != nil {
		return err
	}
	return store.Insert(ctx, tx, entries)
}

func optional[T ~string](s T) *T {
	if s == "" {
		return nil
	}
	return &s
}

// sides are the accounts, funds and currencies of places, each once: what lies in all of them is asked for, a few rows
// more than the places themselves.
func sides[V any](places map[place]V, banks map[place]*holding) (accounts []AccountNo, funds []FundCode, currencies []Currency) {
	for at := range places {
		accounts, funds, currencies = append(accounts, at.Account), append(funds, at.Fund), append(currencies, banks[at].total.Currency)
	}
	slices.Sort(accounts)
	slices.Sort(funds)
	slices.Sort(currencies)
	return slices.Compact(accounts), slices.Compact(funds), slices.Compact(currencies)
}

// readTotals fills in what places hold over all days.
func readTotals(ctx context.Context, tx *store.Tx, banks map[place]*holding) error {
	accounts, funds, currencies := sides(banks, banks)
	var rows []totalRow
	err := tx.NewSelect().Model(&rows).Where("account IN (?)", bun.List(accounts)).Where("fund IN (?)", bun.List(funds)).
		Where("currency IN (?)", bun.List(currencies)).Scan(ctx)
	for _, r := range rows {
		if h := banks[place{r.Account, r.Fund}]; h != nil && h.total.Currency == r.Currency {
			h.total, h.last = OfMinor(r.Amount, r.Currency), r.LastDate
		}
	}
	return err
}

// readDays fills in what moved places after a day.
func readDays(ctx context.Context, tx *store.Tx, banks map[place]*holding, late map[place]Date) error {
	if len(late) == 0 {
		return nil
	}
	accounts, funds, currencies := sides(late, banks)
	first := slices.Min(slices.Collect(maps.Values(late)))
	var rows []balanceRow
	err := tx.NewSelect().Model(&rows).Where("account IN (?)", bun.List(accounts)).Where("fund IN (?)", bun.List(funds)).
		Where("currency IN (?)", bun.List(currencies)).Where("date > ?", first).Order("date").Scan(ctx)
	for _, r := range rows {
		at := place{r.Account, r.Fund}
		if from, ok := late[at]; ok && r.Date > from && banks[at].total.Currency == r.Currency {
			banks[at].days = append(banks[at].days, day{r.Date, OfMinor(r.Amount, r.Currency)})
		}
	}
	return err
}
