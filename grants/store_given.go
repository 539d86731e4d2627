package grants

import (
	"context"

	"supportledger/ledger"
	"supportledger/store"
)

// Given is a gift as a reader of one cut-off knows it: a refund that came later has not happened.
type Given struct {
	Gift
	Reversed ledger.Date // day on which its entry was reversed as a mistake of ours; "" where it stands
}

// Given lists the gifts of a fund, or of a donor where the fund is "", received up to a day and posted up to an entry (0 reads
// all), by date and number. A refund or reversal beyond day or entry is left out.
func (r Register) Given(ctx context.Context, tx *store.Tx, fund ledger.FundCode, donor DonorID, span ledger.Span) ([]Given, error) {
	var rows []struct {
		giftRow
		DonorCode  string
		DonorKind  DonorKind
		RefundSeq  *int64
		ReversedOn *ledger.Date
		ReversalAt *int64
	}
	q := tx.NewSelect().TableExpr("gifts AS g").ColumnExpr("g.*").ColumnExpr("d.code AS donor_code, d.kind AS donor_kind").
		ColumnExpr("f.seq AS refund_seq, v.date AS reversed_on, v.seq AS reversal_at").
		Join("JOIN donors AS d ON d.id = g.donor_id").Join("JOIN entries AS e ON e.id = g.entry_id").
		Join("LEFT JOIN entries AS f ON f.id = g.refund_entry_id").Join("LEFT JOIN entries AS v ON v.reverses = g.entry_id").
		Where("g.received_on <= ?", span.To).Order("g.received_on", "e.seq")
	if fund != "" {
		q = q.Where("g.fund = ?", fund)
	}
	if donor != "" {
		q = q.Where("g.donor_id = ?", donor)
	}
	if span.Through != 0 {
		q = q.Where("e.seq <= ?", span.Through)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	known := func(on ledger.Date, seq *int64) bool {
		return seq != nil && on <= span.To && (span.Through == 0 || *seq <= span.Through)
	}
	given := make([]Given, len(rows))
	for i, row := range rows {
		given[i].Gift = Gift{ID: row.ID, Number: row.Number, Donor: Donor{ID: row.DonorID, Code: row.DonorCode, Kind: row.DonorKind},
			Fund: row.Fund, On: row.ReceivedOn, Gross: ledger.OfMinor(row.Gross, r.Book.Base), Fee: ledger.OfMinor(row.Fee, r.Book.Base),
			Account: row.Account, Entry: row.EntryID}
		if known(row.RefundedOn, row.RefundSeq) {
			given[i].RefundedOn = row.RefundedOn
		}
		if row.ReversedOn != nil && known(*row.ReversedOn, row.ReversalAt) {
			given[i].Reversed = *row.ReversedOn
		}
	}
	return given, nil
}
