package ledger

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// Balance is what an account of a fund holds in one currency.
type Balance struct {
	Account AccountNo
	Fund    FundCode
	Date    Date // the day it holds from, where days are asked for
	Amount  Money
	Base    Money
}

// Balances lists what every account of every fund holds at the end of a day, by account, fund and currency. Zero
// balances are left out.
func (b Book) Balances(ctx context.Context, tx *store.Tx, asOf Date) ([]Balance, error) {
	balances, err := b.balancesUntil(ctx, tx, Selection{}, asOf)
	return values(balances), err
}

// Span limits what is read to the entries dated within it and posted up to one entry. Zero fields do not limit.
type Span struct {
	From, To Date
	Through  int64 // sequence number of the last entry to read
}

// on limits a query that joins entries as e.
func (s Span) on(q *bun.SelectQuery) *bun.SelectQuery {
	if s.From != "" {
		q = q.Where("e.date >= ?", s.From)
	}
	if s.To != "" {
		q = q.Where("e.date <= ?", s.To)
	}
	if s.Through != 0 {
		q = q.Where("e.seq <= ?", s.Through)
	}
	return q
}

// Sum is what lines alike in account, category, partner, currency and day add up to.
type Sum struct {
	Account  AccountNo
	Category string
	Partner  string
	Date     Date
	Amount   Money
	Base     Money
}

// sumRow is a row of sums by any of its columns.
type sumRow struct {
	Account  AccountNo
	Fund     FundCode
	Category string
	Partner  string
	Currency Currency
	Date     Date
	Amount   int64
	Base     int64
}

// sumQuery adds up lines, as l, of entries, as e, by some of their columns.
func sumQuery(tx *store.Tx, columns ...string) *bun.SelectQuery {
	return summed(tx.NewSelect().TableExpr("entry_lines AS l").Join("JOIN entries AS e ON e.seq = l.entry_seq"), "l",
		columns...)
}

// summed adds up amount and base of a table by columns.
func summed(q *bun.SelectQuery, table string, columns ...string) *bun.SelectQuery {
	return q.Column(columns...).Group(columns...).
		ColumnExpr("CAST(SUM(?.amount) AS BIGINT) AS amount", bun.Ident(table)).
		ColumnExpr("CAST(SUM(?.base) AS BIGINT) AS base", bun.Ident(table))
}

// readSums reads what a [sumQuery] adds up to.
func readSums(ctx context.Context, q *bun.SelectQuery, base Currency) ([]Sum, error) {
	var rows []sumRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	sums := make([]Sum, len(rows))
	for i, r := range rows {
		sums[i] = r.sum(base)
	}
	return sums, nil
}

func (r sumRow) sum(base Currency) Sum {
	return Sum{Account: r.Account, Category: r.Category, Partner: r.Partner, Date: r.Date,
		Amount: OfMinor(r.Amount, r.Currency), Base: OfMinor(r.Base, base)}
}

// Activity sums the lines of a fund within a span by account, category, partner, currency and day, year-end closing
// entries apart.
func (b Book) Activity(ctx context.Context, tx *store.Tx, fund FundCode, span Span) ([]Sum, error) {
	q := sumQuery(tx, "l.account", "l.category", "l.partner", "l.currency", "e.date").
		Where("l.fund = ?", fund).Where("e.act <> ?", ClosingAct).
		Order("e.date", "l.account", "l.category", "l.partner", "l.currency")
	return readSums(ctx, span.on(q), b.Base)
}

// ActivityOf sums all lines of some funds by account, category and currency, in one query, year-end closing entries
// apart.
func ActivityOf(ctx context.Context, tx *store.Tx, base Currency, funds []FundCode) (map[FundCode][]Sum, error) {
	sums := make(map[FundCode][]Sum, len(funds))
	if len(funds) == 0 {
		return sums, nil
	}
	columns := []string{"l.fund", "l.account", "l.category", "l.currency"}
	var rows []sumRow
	err := sumQuery(tx, columns...).Where("l.fund IN (?)", bun.List(funds)).Where("e.act <> ?", ClosingAct).
		Order(columns...).Scan(ctx, &rows)
	for _, r := range rows {
		sums[r.Fund] = append(sums[r.Fund], r.sum(base))
	}
	return sums, err
}

// CategorySums adds up lines per account, fund, category and currency.
func (b Book) CategorySums(ctx context.Context, tx *store.Tx, s Selection) ([]Sum, error) {
	columns := []string{"l.account", "l.fund", "l.category", "l.currency"}
	return readSums(ctx, s.onLines(sumQuery(tx, columns...)).Order(columns...), b.Base)
}

// balancesUntil is what accounts hold at the end of a day, or at all where none is given: the months before, and the
// days of its own month. It costs by months and days, whatever the number of lines.
func (b Book) balancesUntil(ctx context.Context, tx *store.Tx, s Selection, day Date) (map[balanceKey]Balance, error) {
	found := map[balanceKey]Balance{}
	where, args := s.onMonths()
	text, args := monthsAndDays(day, where, args)
	if s.inBase {
		text = accountsInBase + text + accountGroup
	}
	err := store.QueryBatch(ctx, tx, store.BatchQuery{Text: text, Args: args,
		Row: func(row store.Scanner) error {
			var r sumRow
			err := row.Scan(&r.Account, &r.Fund, &r.Currency, &r.Amount, &r.Base)
			if s.inBase {
				r.Currency = b.Base
			}
			b.addTo(found, r, day)
			return err
		}})
	return found, err
}

// BalancesPage is a page of [Book.BalancesOf], which the database cuts out: of what accounts hold at the end of a day.
func (b Book) BalancesPage(ctx context.Context, tx *store.Tx, s Selection, page store.Keyset) ([]Balance, error) {
	last, err := b.LastSeq(ctx, tx)
	if err != nil {
		return nil, err
	}
	var rows []sumRow
	if s.Through != 0 && s.Through < last {
		q := s.onLines(sumQuery(tx, "l.account", "l.fund", "l.currency")).
			Having("SUM(l.amount) <> 0 OR SUM(l.base) <> 0")
		err = page.Ascending(q, "l.account", "l.fund", "l.currency").Scan(ctx, &rows)
	} else {
		rows, err = readBalancesPage(ctx, tx, s, page)
	}
	if err != nil {
		return nil, err
	}
	found := make([]Balance, len(rows))
	for i, r := range rows {
		found[i] = Balance{Account: r.Account, Fund: r.Fund, Date: s.To, Amount: OfMinor(r.Amount, r.Currency),
			Base: OfMinor(r.Base, b.Base)}
	}
	return found, nil
}

// readBalancesPage reads what is not zero at the end of a day, behind a key.
func readBalancesPage(ctx context.Context, tx *store.Tx, s Selection, page store.Keyset) (rows []sumRow, err error) {
	where, args := s.onMonths()
	where += " AND (m.account, m.fund, m.currency) > (?, ?, ?)"
	after := []any{"", "", ""}
	for i, part := range page.After {
		after[i] = part
	}
	args = append(args, after...)
	limit := page.Limit
	if limit == 0 {
		limit = math.MaxInt32
	}
	text, args := monthsAndDays(s.To, where, args)
	err = store.QueryBatch(ctx, tx, store.BatchQuery{Text: balancesFrom + text + balancesCut, Args: append(args, limit),
		Row: func(row store.Scanner) error {
			var r sumRow
			err := row.Scan(&r.Account, &r.Fund, &r.Currency, &r.Amount, &r.Base)
			rows = append(rows, r)
			return err
		}})
	return rows, err
}

// monthsAndDays is the text that sums the months before a day and the days of its own month, both under one condition,
// and its arguments.
func monthsAndDays(day Date, where string, args []any) (text string, all []any) {
	last, within := monthsUntil(day)
	return monthSums + where + monthGroups + " UNION ALL " + daySums + where + monthGroups,
		slices.Concat([]any{last}, args, []any{within + "-01", day, within}, args)
}

// monthsUntil is the last month of which all days count until a day, and the one of which only some do.
func monthsUntil(day Date) (last, within string) {
	const never = "9999-99"
	switch {
	case day == "":
		return never, never
	case day.AddDays(1).Month() != day.Month():
		return day.Month(), never
	}
	return Date(day.Month() + "-01").AddDays(-1).Month(), day.Month()
}

// What stood before a month, and what has moved within it until a day.
const (
	monthSums = `SELECT m.account, m.fund, m.currency, CAST(SUM(m.amount) AS BIGINT) AS amount,
		CAST(SUM(m.base) AS BIGINT) AS base FROM balance_months AS m WHERE m.month <= ?`
	daySums = `SELECT m.account, m.fund, m.currency, CAST(SUM(d.amount) AS BIGINT), CAST(SUM(d.base) AS BIGINT)
		FROM balance_months AS m JOIN balances AS d ON d.account = m.account AND d.fund = m.fund
		AND d.currency = m.currency AND d.date >= ? AND d.date <= ? WHERE m.month = ?`
	monthGroups = " GROUP BY m.account, m.fund, m.currency"
	// around both, for accounts in base currency: one row each, however many funds and currencies there are
	accountsInBase = `SELECT account, '', '', CAST(SUM(base) AS BIGINT), CAST(SUM(base) AS BIGINT) FROM (`
	accountGroup   = ") AS f GROUP BY account"
	// around both, for a page of what is not zero
	balancesFrom = `SELECT account, fund, currency, CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT) FROM (`
	balancesCut  = `) AS f GROUP BY account, fund, currency HAVING SUM(amount) <> 0 OR SUM(base) <> 0
		ORDER BY account, fund, currency LIMIT ?`
)

// onMonths limits a constant text over balance_months as m.
func (s Selection) onMonths() (where string, args []any) {
	if len(s.Accounts) > 0 {
		where += " AND m.account IN (" + store.Places(len(s.Accounts)) + ")"
		args = append(args, store.Padded(s.Accounts)...)
	}
	if len(s.Funds) > 0 {
		where += " AND m.fund IN (" + store.Places(len(s.Funds)) + ")"
		args = append(args, store.Padded(s.Funds)...)
	}
	if s.Currency != "" {
		where += " AND m.currency = ?"
		args = append(args, s.Currency)
	}
	return where, args
}

// among limits a column to some values; none do not limit.
func among[T any](q *bun.SelectQuery, column string, values []T) *bun.SelectQuery {
	if len(values) == 0 {
		return q
	}
	return q.Where("? IN (?)", bun.Ident(column), bun.List(values))
}

func (b Book) addTo(balances map[balanceKey]Balance, r sumRow, day Date) {
	k := balanceKey{r.Account, r.Fund, r.Currency}
	sum, known := balances[k]
	if !known {
		sum = k.nothing(day, b.Base)
	}
	sum.Amount, sum.Base = sum.Amount.Add(OfMinor(r.Amount, r.Currency)), sum.Base.Add(OfMinor(r.Base, b.Base))
	balances[k] = sum
}

// sumLines adds up lines per account, fund and currency: the figures of any selection at any cut-off.
func (b Book) sumLines(ctx context.Context, tx *store.Tx, s Selection) (map[balanceKey]Balance, error) {
	found, columns := map[balanceKey]Balance{}, []string{"l.account", "l.fund", "l.currency"}
	if s.inBase {
		columns = columns[:1]
	}
	var rows []sumRow
	if err := s.onLines(sumQuery(tx, columns...)).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for _, r := range rows {
		if s.inBase {
			r.Currency, r.Amount = b.Base, r.Base
		}
		b.addTo(found, r, s.To)
	}
	return found, nil
}

// onLines limits a query over entry_lines as l and entries as e.
func (s Selection) onLines(q *bun.SelectQuery) *bun.SelectQuery {
	q = s.on(q).Where("e.seq <= ?", s.Through)
	q = among(q, "l.account", s.Accounts)
	q = among(q, "l.fund", s.Funds)
	q = among(q, "l.category", s.Categories)
	q = among(q, "l.plan", s.Plans)
	q = among(q, "l.partner", s.Partners)
	if s.Currency != "" {
		q = q.Where("l.currency = ?", s.Currency)
	}
	switch s.Closing {
	case WithClosing:
	case WithoutClosing:
		q = q.Where("e.act <> ?", ClosingAct).
			Where("(e.reverses IS NULL OR e.reverses NOT IN (SELECT id FROM entries WHERE act = ?))", ClosingAct)
	case onlyClosing:
		q = q.Where("e.seq IN (SELECT seq FROM entries WHERE act = ? UNION ALL SELECT r.seq "+
			"FROM entries AS c JOIN entries AS r ON r.reverses = c.id WHERE c.act = ?)", ClosingAct, ClosingAct)
	}
	if u := s.Until; u.Date != "" {
		q = q.Where("(e.date < ? OR e.date = ? AND (e.seq < ? OR e.seq = ? AND l.line <= ?))", u.Date, u.Date, u.Seq, u.Seq,
			u.Line)
	}
	return s.onLots(q)
}

func (s Selection) onLots(q *bun.SelectQuery) *bun.SelectQuery {
	named := slices.DeleteFunc(slices.Clone(s.Lots), func(id LotID) bool { return id == NoLot })
	switch none := len(named) < len(s.Lots); {
	case none && len(named) > 0:
		return q.Where("(l.lot IS NULL OR l.lot IN (?))", bun.List(named))
	case none:
		return q.Where("l.lot IS NULL")
	}
	return among(q, "l.lot", named)
}

type bookedRow struct {
	lineRow
	Seq        int64
	Entry      EntryID
	FiscalYear int
	Number     int64
	Date       Date
	Text       string
	Act        string
}

// Lines lists the lines of a selection in order of posting, after a position, at most limit.
func (b Book) Lines(ctx context.Context, tx *store.Tx, s Selection, after Position, limit int) ([]Booked, error) {
	page := store.Keyset{Limit: limit}
	if after.Seq != 0 {
		page.After = []string{fmt.Sprint(after.Seq), fmt.Sprint(after.Line)}
	}
	return b.readLines(ctx, tx, s, page.Ascending(lineQuery(tx), "l.entry_seq", "l.line"))
}

// LinesByDate is [Book.Lines] in order of date.
func (b Book) LinesByDate(ctx context.Context, tx *store.Tx, s Selection, after Position, limit int) ([]Booked, error) {
	page := store.Keyset{Limit: limit}
	if after.Date != "" {
		page.After = []string{string(after.Date), fmt.Sprint(after.Seq), fmt.Sprint(after.Line)}
	}
	return b.readLines(ctx, tx, s, page.Ascending(lineQuery(tx), "e.date", "e.seq", "l.line"))
}

func lineQuery(tx *store.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("entry_lines AS l").ColumnExpr("l.*").
		ColumnExpr("e.seq, e.id AS entry, e.fiscal_year, e.number, e.date, e.text, e.act").
		Join("JOIN entries AS e ON e.seq = l.entry_seq")
}

func (b Book) readLines(ctx context.Context, tx *store.Tx, s Selection, q *bun.SelectQuery) ([]Booked, error) {
	var err error
	if s.Span, err = b.Pinned(ctx, tx, s.Span); err != nil {
		return nil, err
	}
	var rows []bookedRow
	if err := s.onLines(q).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	booked := make([]Booked, len(rows))
	for i := range rows {
		r := &rows[i]
		booked[i] = Booked{Line: r.line(b.Base), Position: Position{r.Date, r.Seq, int(r.lineRow.Line)}, Entry: r.Entry,
			Number: Number(r.FiscalYear, r.Number), Text: r.Text, Act: r.Act}
	}
	return booked, nil
}
