package ledger

import (
	"context"
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
	row, err := lockHead(ctx, tx)
	return Book{row.BaseCurrency, row.GeneralFund, row.Organisation}, err
}

// heldHead is what a tx knows of the head row; its ID is 0 before it holds it.
func heldHead(tx *store.Tx) *bookRow {
	return store.TxLocal[bookRow](tx)
}

// Hold asks for the head row, for whoever will call [OpenLocked] and has other things to ask at the same time.
func Hold(tx *store.Tx) store.BatchQuery {
	held := heldHead(tx)
	return store.BatchQuery{Query: tx.Lock(tx.NewSelect().Model((*bookRow)(nil)).Where("id = 1")), Row: func(r store.Scanner) error {
		return r.Scan(&held.ID, &held.BaseCurrency, &held.GeneralFund, &held.Organisation, &held.LastSeq)
	}}
}

// lockHead takes the head row, the first time in a tx; then nobody else moves it, and what is known of it stays right.
func lockHead(ctx context.Context, tx *store.Tx) (bookRow, error) {
	held := heldHead(tx)
	if held.ID == 0 {
		if err := store.QueryBatch(ctx, tx, Hold(tx)); err != nil {
			return bookRow{}, err
		}
	}
	if held.ID == 0 {
		return bookRow{}, ErrNotOpened
	}
	return *held, nil
}

func moveHead(s *store.Script, tx *store.Tx, seq int64) {
	heldHead(tx).LastSeq = seq
	s.Add(tx.NewUpdate().Model((*bookRow)(nil)).Set("last_seq = ?", seq).Where("id = 1"))
}

// surroundingRow is an account, a fund, a month or a fiscal year.
type surroundingRow struct {
	Kind, Key, A, B, C, D string
	Year                  int
	N                     int64
}

const surroundingSQL = `SELECT 'account' AS kind, number AS key, path AS a, type AS b, name_en AS c, name_da AS d, 0 AS year, 0 AS n
		FROM accounts WHERE number IN (?)
	UNION ALL SELECT 'fund', code, name, restriction, opened_on, '', 0, 0 FROM funds WHERE code IN (?)
	UNION ALL SELECT 'month', month, state, '', '', '', 0, 0 FROM periods
		WHERE month IN (?) OR month = (SELECT MAX(month) FROM periods WHERE state = 'closed')
	UNION ALL SELECT 'year', '', '', '', '', '', year, last_number FROM fiscal_years WHERE year IN (?)`

// readSurroundings reads the accounts, funds, months and years that entries name, in one way to the database; what is not
// there is not known.
func (p *pen) readSurroundings(ctx context.Context, tx *store.Tx, n names) error {
	p.known = chart{p.book.Base, map[AccountNo]Account{}, map[FundCode]Fund{}}
	p.months, p.numbers = calendar{states: map[string]PeriodState{}}, map[int]int64{}
	var rows []surroundingRow
	err := tx.NewRaw(surroundingSQL, bun.List(n.accounts), bun.List(n.funds), bun.List(n.months), bun.List(n.years)).Scan(ctx, &rows)
	for _, r := range rows {
		switch r.Kind {
		case "account":
			p.known.accounts[AccountNo(r.Key)] = Account{AccountNo(r.Key), r.A, AccountType(r.B), r.C, r.D}
		case "fund":
			p.known.funds[FundCode(r.Key)] = Fund{FundCode(r.Key), r.A, Restriction(r.B), Date(r.C)}
		case "month":
			p.months.states[r.Key] = PeriodState(r.A)
			if PeriodState(r.A) == MonthClosed {
				p.months.lastClosed = max(p.months.lastClosed, r.Key)
			}
		case "year":
			p.numbers[r.Year] = r.N
		}
	}
	return err
}

// insertPeriods opens months that had no entry yet.
func insertPeriods(s *store.Script, tx *store.Tx, months []string) {
	rows := make([]periodRow, len(months))
	for i, m := range months {
		rows[i] = periodRow{Month: m, State: MonthOpen}
	}
	store.AddRows(s, tx, rows)
}

// saveNumbers keeps the last number of each fiscal year, whose row it opens if need be.
func saveNumbers(s *store.Script, tx *store.Tx, last map[int]int64) {
	rows := make([]numberRow, 0, len(last))
	for _, year := range slices.Sorted(maps.Keys(last)) {
		rows = append(rows, numberRow{Year: year, LastNumber: last[year]})
	}
	s.Add(tx.NewInsert().Model(&rows).On("CONFLICT (year) DO UPDATE").Set("last_number = EXCLUDED.last_number").Returning("NULL"))
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
	posted, err := b.selected(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("external_id IN (?)", bun.List(ids)) })
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

func insertLots(s *store.Script, tx *store.Tx, lots map[LotID]Lot, opened []LotID) {
	rows := make([]lotRow, len(opened))
	for i, id := range opened {
		rows[i] = rowOfLot(lots[id])
	}
	store.AddRows(s, tx, rows)
}

func rowOfLot(l Lot) lotRow {
	return lotRow{ID: l.ID, Kind: l.Kind, Account: l.Pool.Account, Holder: l.Pool.Holder, Fund: l.Pool.Fund,
		Currency: l.Pool.Currency, Rate: l.Rate.String(), OpenedOn: l.OpenedOn, OpenedSeq: l.openedSeq, Name: l.Name,
		Quantity: l.Quantity.Minor(), Cost: l.Cost.Minor(), OpenQuantity: l.OpenQuantity.Minor(), OpenCost: l.OpenCost.Minor()}
}

// saveLots keeps what lots of before hold now.
func saveLots(s *store.Script, tx *store.Tx, lots map[LotID]Lot, drawn map[LotID]bool) {
	if len(drawn) == 0 {
		return
	}
	rows := make([]lotRow, 0, len(drawn))
	for _, id := range slices.Sorted(maps.Keys(drawn)) {
		rows = append(rows, rowOfLot(lots[id]))
	}
	s.Add(tx.NewUpdate().Model(&rows).Column("open_quantity", "open_cost").Bulk())
}

// insertEntries writes all lines, then the entries, which seal them and move the balances.
func insertEntries(s *store.Script, tx *store.Tx, posted []Posted, known chart) {
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
	store.AddRows(s, tx, lines)
	store.AddRows(s, tx, entries)
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
