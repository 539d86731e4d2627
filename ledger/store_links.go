package ledger

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// LinksOf tells which of the entries were reversed or corrected since, by id; what is absent was not.
func (b Book) LinksOf(ctx context.Context, tx *store.Tx, posted ...Posted) (map[EntryID]Links, error) {
	links := map[EntryID]Links{}
	if len(posted) == 0 {
		return links, nil
	}
	ids := make([]EntryID, len(posted))
	for i, p := range posted {
		ids[i] = p.ID
	}
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Column("id", "reverses", "corrects").
		Where("reverses IN (?) OR corrects IN (?)", bun.List(ids), bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		if of := value(r.Reverses); of != "" {
			links[of] = Links{r.ID, links[of].CorrectedBy}
		}
		if of := value(r.Corrects); of != "" {
			links[of] = Links{links[of].ReversedBy, r.ID}
		}
	}
	return links, err
}

// Standing lists the entries that an act made on a source and that stand: neither reversed nor reversals, oldest first.
func (b Book) Standing(ctx context.Context, tx *store.Tx, act, source string) ([]Posted, error) {
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Where("e.act = ?", act).Where("e.source = ?", source).Where("e.reverses IS NULL").
		Where("NOT EXISTS (SELECT 1 FROM entries AS r WHERE r.reverses = e.id)").Order("e.seq").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return b.withLines(ctx, tx, rows)
}

// Lot finds one lot. [store.ErrNotFound] when there is none.
func (b Book) Lot(ctx context.Context, tx *store.Tx, id LotID) (Lot, error) {
	var row lotRow
	if err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return Lot{}, store.Classify(err)
	}
	return row.lot(b.Base)
}

// SumOf is what the lines on an account add up to in base currency, of the entries that some acts made on a source. Reversals
// have the act and source of what they reverse, so they count.
func (b Book) SumOf(ctx context.Context, tx *store.Tx, source string, account AccountNo, acts ...string) (Money, error) {
	return b.sumOf(ctx, tx, source, account, lastDay, acts...)
}

// SumsOf is [Book.SumOf] of several sources, over several accounts, in one query. A source that moved nothing is left out.
func (b Book) SumsOf(
	ctx context.Context, tx *store.Tx, sources []string, accounts []AccountNo, acts ...string,
) (map[string]Money, error) {
	sums := map[string]Money{}
	if len(sources) == 0 {
		return sums, nil
	}
	var rows []struct {
		Source string
		Sum    int64
	}
	err := tx.NewSelect().TableExpr("entries AS e").Join("JOIN entry_lines AS l ON l.entry_seq = e.seq").
		ColumnExpr("e.source, CAST(SUM(l.base) AS BIGINT) AS sum").Where("e.source IN (?)", bun.List(sources)).
		Where("e.act IN (?)", bun.List(acts)).Where("l.account IN (?)", bun.List(accounts)).GroupExpr("e.source").Scan(ctx, &rows)
	for _, r := range rows {
		sums[r.Source] = OfMinor(r.Sum, b.Base)
	}
	return sums, err
}

// sumOf is what the lines on an account add up to in base currency, of the entries that some acts made on a source up to a
// day. Reversals have the act and source of what they reverse, so they count.
func (b Book) sumOf(ctx context.Context, tx *store.Tx, source string, account AccountNo, until Date, acts ...string) (Money, error) {
	var sum int64
	err := tx.NewSelect().TableExpr("entries AS e").Join("JOIN entry_lines AS l ON l.entry_seq = e.seq").
		ColumnExpr("CAST(COALESCE(SUM(l.base), 0) AS BIGINT)").Where("e.source = ?", source).Where("e.act IN (?)", bun.List(acts)).
		Where("e.date <= ?", until).Where("l.account = ?", account).Scan(ctx, &sum)
	return OfMinor(sum, b.Base), err
}
