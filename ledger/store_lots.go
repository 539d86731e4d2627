package ledger

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type lotRow struct {
	bun.BaseModel `bun:"table:lots,alias:o"`
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

// readLots reads the lots that a query over lots as o asks for.
func readLots(ctx context.Context, tx *store.Tx, base Currency, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]Lot,
	error) {
	var rows []lotRow
	err := narrow(tx.NewSelect().Model(&rows)).Scan(ctx)
	lots := make([]Lot, len(rows))
	for i := range rows {
		if err == nil {
			lots[i], err = rows[i].lot(base)
		}
	}
	return lots, err
}

func (r lotRow) lot(base Currency) (Lot, error) {
	lot := Lot{ID: r.ID, Kind: r.Kind, Pool: Pool{r.Account, r.Holder, r.Fund, r.Currency}, Name: r.Name,
		OpenedOn: r.OpenedOn, Quantity: OfMinor(r.Quantity, r.Currency), Cost: OfMinor(r.Cost, base),
		OpenQuantity: OfMinor(r.OpenQuantity, r.Currency), OpenCost: OfMinor(r.OpenCost, base), openedSeq: r.OpenedSeq}
	if r.Rate == "" {
		return lot, nil
	}
	var err error
	lot.Rate, err = ParseRate(r.Rate)
	return lot, err
}

func rowOfLot(l Lot) lotRow {
	return lotRow{ID: l.ID, Kind: l.Kind, Account: l.Pool.Account, Holder: l.Pool.Holder, Fund: l.Pool.Fund,
		Currency: l.Pool.Currency, Rate: l.Rate.String(), OpenedOn: l.OpenedOn, OpenedSeq: l.openedSeq, Name: l.Name,
		Quantity: l.Quantity.Minor(), Cost: l.Cost.Minor(), OpenQuantity: l.OpenQuantity.Minor(),
		OpenCost: l.OpenCost.Minor()}
}

// Lots lists the lots of a pool dated on or before a day, oldest first, drawn ones too. A lot whose opening was
// reversed is left out: it is nobody's newest layer.
func (b Book) Lots(ctx context.Context, tx *store.Tx, pool Pool, on Date) ([]Lot, error) {
	return readLots(ctx, tx, b.Base, func(q *bun.SelectQuery) *bun.SelectQuery {
		return dated(q, on).Where("o.account = ?", pool.Account).Where("o.holder = ?", pool.Holder).
			Where("o.fund = ?", pool.Fund).Where("o.currency = ?", pool.Currency)
	})
}

// LotsOf lists the lots of an account that some funds own, of all days, as [Book.Lots] does pool by pool.
func LotsOf(ctx context.Context, tx *store.Tx, base Currency, account AccountNo, funds []FundCode) (map[Pool][]Lot,
	error) {
	found := map[Pool][]Lot{}
	if len(funds) == 0 {
		return found, nil
	}
	lots, err := readLots(ctx, tx, base, func(q *bun.SelectQuery) *bun.SelectQuery {
		return dated(q, "9999-12-31").Where("o.account = ?", account).Where("o.fund IN (?)", bun.List(funds))
	})
	for _, l := range lots {
		found[l.Pool] = append(found[l.Pool], l)
	}
	return found, err
}

// dated narrows a query over lots as o to those dated on or before a day whose opening stands, oldest first.
func dated(q *bun.SelectQuery, on Date) *bun.SelectQuery {
	return q.Where("o.opened_on <= ?", on).
		Where("NOT EXISTS (SELECT 1 FROM entries AS e JOIN entries AS r ON r.reverses = e.id WHERE e.seq = o.opened_seq)").
		Order("o.opened_on", "o.opened_seq", "o.id")
}

// OpenLots lists the lots of a fund that still hold something, of one kind, dated on or before a day, oldest first.
func (b Book) OpenLots(ctx context.Context, tx *store.Tx, fund FundCode, kind LotKind, on Date) ([]Lot, error) {
	return readLots(ctx, tx, b.Base, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.fund = ?", fund).Where("o.kind = ?", kind).Where("o.opened_on <= ?", on).
			Where("o.open_quantity <> 0 OR o.open_cost <> 0").Order("o.opened_on", "o.opened_seq", "o.id")
	})
}

// Lot finds one lot. [store.ErrNotFound] when there is none.
func (b Book) Lot(ctx context.Context, tx *store.Tx, id LotID) (Lot, error) {
	var row lotRow
	if err := tx.NewSelect().Model(&row).Where("o.id = ?", id).Scan(ctx); err != nil {
		return Lot{}, store.Classify(err)
	}
	return row.lot(b.Base)
}

func readLotsByID(ctx context.Context, tx *store.Tx, ids []LotID, base Currency) (map[LotID]Lot, error) {
	found := make(map[LotID]Lot, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	lots, err := readLots(ctx, tx, base, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("o.id IN (?)",
			bun.List(ids))
	})
	for _, l := range lots {
		found[l.ID] = l
	}
	return found, err
}

// LotSum is what the lines of one lot add up to within a span.
type LotSum struct {
	Lot    Lot
	Amount Money
	Base   Money
	Lines  int
}

// LotSums lists the lots that lines of a fund name within a span, with what these lines add up to: the open part of
// every lot as of any day, in the sign of the books.
func (b Book) LotSums(ctx context.Context, tx *store.Tx, fund FundCode, span Span) ([]LotSum, error) {
	return b.readLotSums(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return span.on(q.Join("JOIN entry_lines AS l ON l.lot = o.id").Join("JOIN entries AS e ON e.seq = l.entry_seq").
			Where("o.fund = ?", fund).Order("o.opened_on", "o.opened_seq", "o.id"))
	})
}

// OpenLotSums adds up the lines of a selection per lot of one kind, on the account of the lot; lots that are empty by
// then are left out.
func (b Book) OpenLotSums(ctx context.Context, tx *store.Tx, kind LotKind, s Selection) ([]LotSum, error) {
	return b.readLotSums(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return s.onLines(q.Join("JOIN entry_lines AS l ON l.lot = o.id AND l.account = o.account").
			Join("JOIN entries AS e ON e.seq = l.entry_seq").Where("o.kind = ?", kind).
			Having("SUM(l.amount) <> 0 OR SUM(l.base) <> 0").
			Order("o.holder", "o.fund", "o.opened_on", "o.opened_seq", "o.id"))
	})
}

type lotSumRow struct {
	lotRow
	SumAmount int64
	SumBase   int64
	Lines     int64
}

// readLotSums adds up the lines that a query joins to lots as o.
func (b Book) readLotSums(
	ctx context.Context, tx *store.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery,
) ([]LotSum, error) {
	var rows []lotSumRow
	q := tx.NewSelect().TableExpr("lots AS o").ColumnExpr("o.*").ColumnExpr("CAST(SUM(l.amount) AS BIGINT) AS sum_amount").
		ColumnExpr("CAST(SUM(l.base) AS BIGINT) AS sum_base").ColumnExpr("COUNT(*) AS lines").Group("o.id")
	err := narrow(q).Scan(ctx, &rows)
	sums := make([]LotSum, len(rows))
	for i, r := range rows {
		sums[i] = LotSum{Amount: OfMinor(r.SumAmount, r.Currency), Base: OfMinor(r.SumBase, b.Base), Lines: int(r.Lines)}
		if err == nil {
			sums[i].Lot, err = r.lot(b.Base)
		}
	}
	return sums, err
}
