package ledger

import (
	"cmp"
	"context"
	"fmt"
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

// names is everything that some entries refer to, each once.
type names struct {
	accounts []AccountNo
	funds    []FundCode
	months   []string
	years    []int
	lots     []LotID
	external []string
}

func namesIn(proposals []Proposal) names {
	accounts, funds, months, years := map[AccountNo]bool{}, map[FundCode]bool{}, map[string]bool{}, map[int]bool{}
	lots := map[LotID]bool{}
	var n names
	for _, p := range proposals {
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
	n.months, n.years, n.lots = slices.Sorted(maps.Keys(months)), slices.Sorted(maps.Keys(years)),
		slices.Sorted(maps.Keys(lots))
	return n
}

// OpenLocked is [Open], holding the head row until the tx ends: for a caller that reads other rows which are written
// under it alone, and posts then. [ErrNotOpened].
func OpenLocked(ctx context.Context, tx *store.Tx) (Book, error) {
	row, err := lockHead(ctx, tx)
	return row.book(), err
}

// heldHead is what a tx knows of the head row; its ID is 0 before the tx has locked it.
func heldHead(tx *store.Tx) *bookRow { return store.TxLocal[bookRow](tx) }

const headText = "SELECT id, base_currency, general_fund, organisation, last_seq FROM book WHERE id = 1"

// scan reads a row of headText.
func (r *bookRow) scan(row store.Scanner) error {
	return row.Scan(&r.ID, &r.BaseCurrency, &r.GeneralFund, &r.Organisation, &r.LastSeq)
}

// Hold is the query that locks the head row, for a caller that will call [OpenLocked] and sends other queries in the
// same round trip.
func Hold(tx *store.Tx) store.BatchQuery {
	return store.BatchQuery{Text: tx.Locking(headText), Row: heldHead(tx).scan}
}

// lockHead locks the head row, the first time in a tx; from then on nobody else moves it, so what was read stays right.
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

const surroundingSQL = `SELECT 'account' AS kind, number AS key, path AS a, type AS b, name_en AS c, name_da AS d,
		0 AS year, 0 AS n
		FROM accounts WHERE number IN (%s)
	UNION ALL SELECT 'fund', code, name, restriction, opened_on, '', 0, 0 FROM funds WHERE code IN (%s)
	UNION ALL SELECT 'month', month, state, '', '', '', 0, 0 FROM periods
		WHERE month IN (%s) OR month = (SELECT MAX(month) FROM periods WHERE state = 'closed')
	UNION ALL SELECT 'year', '', '', '', '', '', year, last_number FROM fiscal_years WHERE year IN (%s)`

// readSurroundings reads the accounts, funds, months and years that entries name, in one query; what is not there is
// not known.
func (p *poster) readSurroundings(ctx context.Context, tx *store.Tx, n names) error {
	f := store.TxLocal[foreseen](tx)
	defer func() { f.names, f.poster = names{}, nil }() // what is posted from here on changes them
	if f.poster != nil && f.names.cover(n) {
		p.known, p.months, p.numbers = f.poster.known, f.poster.months, f.poster.numbers
		p.known.Base = p.book.Base
		return nil
	}
	return store.QueryBatch(ctx, tx, p.surroundings(n))
}

func (p *poster) surroundings(n names) store.BatchQuery {
	p.known = Chart{p.book.Base, map[AccountNo]Account{}, map[FundCode]Fund{}}
	p.months, p.numbers = calendar{states: map[string]PeriodState{}}, map[int]int64{}
	return store.BatchQuery{
		Text: fmt.Sprintf(surroundingSQL, store.Places(len(n.accounts)), store.Places(len(n.funds)),
			store.Places(len(n.months)), store.Places(len(n.years))),
		Args: slices.Concat(store.Padded(n.accounts), store.Padded(n.funds), store.Padded(n.months), store.Padded(n.years)),
		Row:  p.know,
	}
}

// foreseen are the surroundings of entries that a tx is likely to post.
type foreseen struct {
	names  names
	poster *poster
}

// Foresee is the query that reads what some entries name, for a caller that sends it behind that of [Hold] in one round
// trip, and posts them next: what is posted first in the tx then needs no query of its own, unless it names more.
func Foresee(tx *store.Tx, entries ...Entry) store.BatchQuery {
	proposals := make([]Proposal, len(entries))
	for i, e := range entries {
		proposals[i].Entry = e
	}
	f := store.TxLocal[foreseen](tx)
	f.names, f.poster = namesIn(proposals), &poster{}
	return f.poster.surroundings(f.names)
}

// cover tells whether others name nothing of the surroundings but these.
func (n names) cover(others names) bool {
	return within(others.accounts, n.accounts) && within(others.funds, n.funds) && within(others.months, n.months) &&
		within(others.years, n.years)
}

// within tells whether a sorted list holds all of some values.
func within[T cmp.Ordered](some, all []T) bool {
	for _, v := range some {
		if _, found := slices.BinarySearch(all, v); !found {
			return false
		}
	}
	return true
}

// know takes a row of the surroundings.
func (p *poster) know(row store.Scanner) error {
	var r surroundingRow
	if err := row.Scan(&r.Kind, &r.Key, &r.A, &r.B, &r.C, &r.D, &r.Year, &r.N); err != nil {
		return err
	}
	switch r.Kind {
	case "account":
		p.known.Accounts[AccountNo(r.Key)] = Account{Number: AccountNo(r.Key), Path: r.A, Type: AccountType(r.B),
			NameEN: r.C, NameDA: r.D}
	case "fund":
		p.known.Funds[FundCode(r.Key)] = Fund{FundCode(r.Key), r.A, Restriction(r.B), Date(r.C)}
	case "month":
		p.months.states[r.Key] = PeriodState(r.A)
		if PeriodState(r.A) == MonthClosed {
			p.months.lastClosed = max(p.months.lastClosed, r.Key)
		}
	case "year":
		p.numbers[r.Year] = r.N
	}
	return nil
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
	s.Add(tx.NewInsert().Model(&rows).On("CONFLICT (year) DO UPDATE").Set("last_number = EXCLUDED.last_number").
		Returning("NULL"))
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
		found[store.ZeroIfNull(r.ExternalID)] = r.ID
	}
	return found, err
}

// insertEntries writes the lots that the entries open, all lines, and then the entries, which seal the lines and move
// the balances. Their leaves join the tree when the tx commits.
func (p *poster) insertEntries(tx *store.Tx, s *store.Script) {
	records := make([]entryRecord, len(p.posted))
	var lots []lotRow
	var lines []lineRow
	entries := make([]entryRow, len(p.posted))
	for i, e := range p.posted {
		records[i] = p.rowsOf(e)
		lots, lines = append(lots, records[i].Lots...), append(lines, records[i].Lines...)
		entries[i] = records[i].entryRow
	}
	store.AddRows(s, tx, lots)
	store.AddRows(s, tx, lines)
	store.AddRows(s, tx, entries)
	sealLeaves(tx, records)
}

// saveLots writes what lots of before hold now.
func (p *poster) saveLots(tx *store.Tx, s *store.Script) {
	if len(p.drawn) == 0 {
		return
	}
	rows := make([]lotRow, 0, len(p.drawn))
	for _, id := range slices.Sorted(maps.Keys(p.drawn)) {
		rows = append(rows, rowOfLot(p.lots[id]))
	}
	s.Add(tx.NewUpdate().Model(&rows).Column("open_quantity", "open_cost").Bulk())
}

// sides are the accounts, funds and currencies of places, each once: what lies in all of them is asked for, a few rows
// more than the places themselves.
func sides[V any](places map[place]V, banks map[place]*holding) (accounts []AccountNo, funds []FundCode,
	currencies []Currency) {
	for p := range places {
		accounts, funds, currencies = append(accounts, p.Account), append(funds, p.Fund),
			append(currencies, banks[p].total.Currency)
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
		bank := place{r.Account, r.Fund}
		if from, ok := late[bank]; ok && r.Date > from && banks[bank].total.Currency == r.Currency {
			banks[bank].days = append(banks[bank].days, day{r.Date, OfMinor(r.Amount, r.Currency)})
		}
	}
	return err
}
