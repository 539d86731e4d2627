package ledger

import (
	"context"

	"supportledger/store"
)

// OpenLots lists the lots of a fund that still hold something, of one kind, dated on or before a day, oldest first.
func (b Book) OpenLots(ctx context.Context, tx *store.Tx, fund FundCode, kind LotKind, on Date) ([]Lot, error) {
	var rows []lotRow
	err := tx.NewSelect().Model(&rows).Where("fund = ?", fund).Where("kind = ?", kind).Where("opened_on <= ?", on).
		Where("open_quantity <> 0 OR open_cost <> 0").Order("opened_on", "opened_seq", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	lots := make([]Lot, len(rows))
	for i, r := range rows {
		if lots[i], err = r.lot(b.Base); err != nil {
			return nil, err
		}
	}
	return lots, nil
}
