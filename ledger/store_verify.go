package ledger

import (
	"context"

	"supportledger/store"
)

// storedEntry is an entry as its rows hold it, with the leaf that was written when it was posted.
type storedEntry struct {
	entryLeaf
	position int64 // of its leaf, -1 where it has none
	hash     []byte
	seal     []byte
}

// storedEntries reads a page of entries after a sequence number with their lines, lots and leaves. It scans by hand: verify
// reads millions.
func storedEntries(ctx context.Context, tx *store.Tx, after int64, limit int) ([]storedEntry, error) {
	const text = `SELECT e.seq, e.id, e.fiscal_year, e.number, e.date, e.book, e.text, e.act, e.source, e.line_count,
			COALESCE(e.reverses, ''), COALESCE(e.corrects, ''), e.reason, COALESCE(e.external_id, ''), e.created_by, e.created_at,
			COALESCE(p.position, -1), p.hash, p.seal
		FROM entries AS e LEFT JOIN proof_leaves AS p ON p.ref = e.id AND p.kind = 'entry'
		WHERE e.seq > ? ORDER BY e.seq LIMIT ?`
	var page []storedEntry
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var e storedEntry
		err := rows.Scan(&e.Seq, &e.ID, &e.FiscalYear, &e.Number, &e.Date, &e.Book, &e.Text, &e.Act, &e.Source, &e.LineCount,
			&e.Reverses, &e.Corrects, &e.Reason, &e.ExternalID, &e.CreatedBy, &e.CreatedAt, &e.position, &e.hash, &e.seal)
		page = append(page, e)
		return err
	}, after, limit)
	if err != nil || len(page) == 0 {
		return nil, err
	}
	of := make(map[int64]*storedEntry, len(page))
	for i := range page {
		of[page[i].Seq] = &page[i]
	}
	last := page[len(page)-1].Seq
	if err := storedLines(ctx, tx, of, after, last); err != nil {
		return nil, err
	}
	return page, storedLots(ctx, tx, of, after, last)
}

func storedLines(ctx context.Context, tx *store.Tx, of map[int64]*storedEntry, after, last int64) error {
	const text = `SELECT entry_seq, line, account, fund, currency, amount, base, category, plan, payee, partner, COALESCE(lot, '')
		FROM entry_lines WHERE entry_seq > ? AND entry_seq <= ? ORDER BY entry_seq, line`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var l lineLeaf
		var seq int64
		err := rows.Scan(&seq, &l.Line, &l.Account, &l.Fund, &l.Currency, &l.Amount, &l.Base, &l.Category, &l.Plan, &l.Payee,
			&l.Partner, &l.Lot)
		if e := of[seq]; e != nil {
			e.Lines = append(e.Lines, l)
		}
		return err
	}, after, last)
}

func storedLots(ctx context.Context, tx *store.Tx, of map[int64]*storedEntry, after, last int64) error {
	const text = `SELECT opened_seq, id, kind, account, holder, fund, currency, rate, opened_on, name, quantity, cost
		FROM lots WHERE opened_seq > ? AND opened_seq <= ? ORDER BY opened_seq`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var l lotLeaf
		var seq int64
		err := rows.Scan(&seq, &l.ID, &l.Kind, &l.Account, &l.Holder, &l.Fund, &l.Currency, &l.Rate, &l.OpenedOn, &l.Name,
			&l.Quantity, &l.Cost)
		if e := of[seq]; e != nil {
			e.Lots = append(e.Lots, l)
		}
		return err
	}, after, last)
}

// storedBalances hands on every row of the balances, days in order within account, fund and currency.
func storedBalances(ctx context.Context, tx *store.Tx, row func(account, fund, currency, date string, amount, base int64)) error {
	const text = `SELECT account, fund, currency, date, amount, base FROM balances ORDER BY account, fund, currency, date`
	return tx.Stream(ctx, text, moved(row))
}

// moved scans what an account and fund moved by in a currency, on a day or in a month.
func moved(row func(account, fund, currency, when string, amount, base int64)) func(store.Scanner) error {
	return func(rows store.Scanner) error {
		var account, fund, currency, when string
		var amount, base int64
		err := rows.Scan(&account, &fund, &currency, &when, &amount, &base)
		row(account, fund, currency, when, amount, base)
		return err
	}
}

// differingMonths hands on the months that are not the sums of their days, and by how much they are off; a month that is not
// kept at all is off by its days, be it nothing.
func differingMonths(ctx context.Context, tx *store.Tx, row func(account, fund, currency, month string, amount, base int64)) error {
	const text = `SELECT account, fund, currency, month, CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT)
		FROM (SELECT account, fund, currency, month, amount, base, 1 AS kept FROM balance_months
			UNION ALL SELECT account, fund, currency, substr(date, 1, 7), -amount, -base, 0 FROM balances) AS both_of_them
		GROUP BY account, fund, currency, month HAVING SUM(amount) <> 0 OR SUM(base) <> 0 OR SUM(kept) <> 1
		ORDER BY account, fund, currency, month`
	return tx.Stream(ctx, text, moved(row))
}

// differingTotals hands on the totals of places that are not the sums of their days, by how much they are off, and the last day.
// Places that are no bank have no total and differ, too.
func differingTotals(ctx context.Context, tx *store.Tx, row func(t totalRow, off int64, last Date)) error {
	const text = `SELECT account, fund, currency, CAST(SUM(amount) AS BIGINT), MAX(said), MAX(moved)
		FROM (SELECT account, fund, currency, amount, last_date AS said, '' AS moved FROM bank_totals
			UNION ALL SELECT account, fund, currency, -amount, '', date FROM balances) AS both_of_them
		GROUP BY account, fund, currency HAVING SUM(amount) <> 0 OR MAX(said) <> MAX(moved)
		ORDER BY account, fund, currency`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var t totalRow
		var off int64
		var last Date
		err := rows.Scan(&t.Account, &t.Fund, &t.Currency, &off, &t.LastDate, &last)
		row(t, off, last)
		return err
	})
}

// lotState is a lot beside what the lines that name it add up to.
type lotState struct {
	id, kind, name                                     string
	openedSeq                                          int64
	quantity, cost, open, openCost, amount, base, uses int64
}

// lotStates reads a page of lots after an id.
func lotStates(ctx context.Context, tx *store.Tx, after string, limit int) ([]lotState, error) {
	const text = `SELECT o.id, o.kind, o.name, o.opened_seq, o.quantity, o.cost, o.open_quantity, o.open_cost,
			CAST(COALESCE(SUM(l.amount), 0) AS BIGINT), CAST(COALESCE(SUM(l.base), 0) AS BIGINT), COUNT(l.line)
		FROM lots AS o LEFT JOIN entry_lines AS l ON l.lot = o.id
		WHERE o.id > ? GROUP BY o.id ORDER BY o.id LIMIT ?`
	var page []lotState
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var s lotState
		err := rows.Scan(&s.id, &s.kind, &s.name, &s.openedSeq, &s.quantity, &s.cost, &s.open, &s.openCost, &s.amount, &s.base, &s.uses)
		page = append(page, s)
		return err
	}, after, limit)
	return page, err
}

// lastNumbers are the numbers that the fiscal years say they have come to.
func lastNumbers(ctx context.Context, tx *store.Tx) (map[int64]int64, error) {
	last := map[int64]int64{}
	err := tx.Stream(ctx, `SELECT year, last_number FROM fiscal_years`, func(rows store.Scanner) error {
		var year, n int64
		err := rows.Scan(&year, &n)
		last[year] = n
		return err
	})
	return last, err
}

func countLines(ctx context.Context, tx *store.Tx) (n int64, err error) {
	err = tx.NewSelect().Model((*lineRow)(nil)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}

// lostEntry is the first leaf of an entry that is not in the books, "" for none.
func lostEntry(ctx context.Context, tx *store.Tx) (ref string, position int64, err error) {
	const text = `SELECT p.ref, p.position FROM proof_leaves AS p WHERE p.kind = 'entry'
		AND NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.id = p.ref) ORDER BY p.position LIMIT 1`
	err = tx.Stream(ctx, text, func(rows store.Scanner) error { return rows.Scan(&ref, &position) })
	return ref, position, err
}
