package ledger

import (
	"context"
	"database/sql"
	"errors"

	"supportledger/store"
)

// storedEntry is an entry as its rows hold it, with the leaf that was written when it was posted.
type storedEntry struct {
	entryRecord
	position int64 // of its leaf, -1 where it has none
	hash     []byte
	seal     []byte
}

// leafedRow is the row of an entry beside its leaf.
type leafedRow struct {
	entryRow
	Position int64
	Hash     []byte
	Seal     []byte
}

// storedEntries reads a page of entries after a sequence number with their lines, lots and leaves.
func storedEntries(ctx context.Context, tx *store.Tx, after int64, limit int) ([]storedEntry, error) {
	var page []storedEntry
	q := tx.NewSelect().TableExpr("entries AS e").ColumnExpr("e.*").
		ColumnExpr("COALESCE(p.position, -1) AS position, p.hash, p.seal").
		Join("LEFT JOIN proof_leaves AS p ON p.ref = e.id AND p.kind = 'entry'").
		Where("e.seq > ?", after).Order("e.seq").Limit(int64(limit))
	err := store.EachRow(ctx, tx, q, func(r leafedRow) error {
		page = append(page, storedEntry{entryRecord{entryRow: r.entryRow}, r.Position, r.Hash, r.Seal})
		return nil
	})
	if err != nil || len(page) == 0 {
		return nil, err
	}
	bySeq := make(map[int64]*storedEntry, len(page))
	for i := range page {
		bySeq[page[i].Seq] = &page[i]
	}
	last := page[len(page)-1].Seq
	lines := tx.NewSelect().Model((*lineRow)(nil)).Where("l.entry_seq > ? AND l.entry_seq <= ?", after, last).
		Order("l.entry_seq", "l.line")
	err = store.EachRow(ctx, tx, lines, func(l lineRow) error {
		if e := bySeq[l.EntrySeq]; e != nil {
			e.Lines = append(e.Lines, l)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	lots := tx.NewSelect().Model((*lotRow)(nil)).Where("o.opened_seq > ? AND o.opened_seq <= ?", after, last)
	return page, store.EachRow(ctx, tx, lots, func(l lotRow) error {
		if e := bySeq[l.OpenedSeq]; e != nil {
			e.Lots = append(e.Lots, l)
		}
		return nil
	})
}

// storedBalances hands on every row of the balances, days in order within account, fund and currency.
func storedBalances(ctx context.Context, tx *store.Tx, row func(balanceRow) error) error {
	q := tx.NewSelect().Model((*balanceRow)(nil)).Order("account", "fund", "currency", "date")
	return store.EachRow(ctx, tx, q, row)
}

// differingMonths hands on the months that are not the sums of their days, and by how much they are off; a month that
// is not kept at all is off by its days, be it nothing. The date of a row is the month.
func differingMonths(ctx context.Context, tx *store.Tx, row func(balanceRow) error) error {
	kept := tx.NewSelect().TableExpr("balance_months").
		ColumnExpr("account, fund, currency, month AS date, amount, base, 1 AS kept")
	days := tx.NewSelect().TableExpr("balances").
		ColumnExpr("account, fund, currency, substr(date, 1, 7), -amount, -base, 0")
	q := summed(tx.NewSelect().TableExpr("(?) AS k", kept.UnionAll(days)), "k", differingColumns...).Column("date").
		Group("date").
		Having("SUM(amount) <> 0 OR SUM(base) <> 0 OR SUM(kept) <> 1").Order("account", "fund", "currency", "date")
	return store.EachRow(ctx, tx, q, row)
}

var differingColumns = []string{"account", "fund", "currency"}

// differingTotal is a total that is not the sum of its days: by how much it is off, and the last day.
type differingTotal struct {
	totalRow
	MovedLast Date
}

// differingTotals hands on the totals of places that are not the sums of their days. Places that are no bank have no
// total and differ, too.
func differingTotals(ctx context.Context, tx *store.Tx, row func(differingTotal) error) error {
	kept := tx.NewSelect().TableExpr("bank_totals").
		ColumnExpr("account, fund, currency, amount, last_date AS said, '' AS moved")
	days := tx.NewSelect().TableExpr("balances").ColumnExpr("account, fund, currency, -amount, '', date")
	q := tx.NewSelect().TableExpr("(?) AS k", kept.UnionAll(days)).Column(differingColumns...).
		ColumnExpr("CAST(SUM(amount) AS BIGINT) AS amount, MAX(said) AS last_date, MAX(moved) AS moved_last").
		Group(differingColumns...).Having("SUM(amount) <> 0 OR MAX(said) <> MAX(moved)").Order(differingColumns...)
	return store.EachRow(ctx, tx, q, row)
}

// storedLotSums hands on every lot beside what the lines that name it add up to, by id.
func storedLotSums(ctx context.Context, tx *store.Tx, row func(lotSumRow) error) error {
	q := tx.NewSelect().TableExpr("lots AS o").ColumnExpr("o.*").
		ColumnExpr("CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS sum_amount").
		ColumnExpr("CAST(COALESCE(SUM(l.base), 0) AS BIGINT) AS sum_base").ColumnExpr("COUNT(l.line) AS lines").
		Join("LEFT JOIN entry_lines AS l ON l.lot = o.id").Group("o.id").Order("o.id")
	return store.EachRow(ctx, tx, q, row)
}

// lastNumbers are the numbers that the fiscal years say they have come to.
func lastNumbers(ctx context.Context, tx *store.Tx) (map[int64]int64, error) {
	last := map[int64]int64{}
	err := store.EachRow(ctx, tx, tx.NewSelect().Model((*numberRow)(nil)), func(r numberRow) error {
		last[int64(r.Year)] = r.LastNumber
		return nil
	})
	return last, err
}

func countLines(ctx context.Context, tx *store.Tx) (int64, error) {
	n, err := tx.NewSelect().Model((*lineRow)(nil)).Count(ctx)
	return n, err
}

// lostEntry is the first leaf of an entry that is not in the books, "" for none.
func lostEntry(ctx context.Context, tx *store.Tx) (ref string, position int64, err error) {
	err = tx.NewSelect().TableExpr("proof_leaves AS p").Column("p.ref", "p.position").Where("p.kind = 'entry'").
		Where("NOT EXISTS (SELECT 1 FROM entries AS e WHERE e.id = p.ref)").Order("p.position").Limit(1).
		Scan(ctx, &ref, &position)
	if errors.Is(err, sql.ErrNoRows) {
		return "", 0, nil
	}
	return ref, position, err
}
