package beneficiaries

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// shareRows are a version's shares as they are kept. Those by priority are kept as given, with the percentage that they
// came to, which is 0 for a fund that pays nothing so far.
func (v PlanVersion) shareRows() []shareRow {
	given := v.Funding
	if given == nil {
		given = v.Shares
	}
	rows := make([]shareRow, len(given))
	for n, s := range given {
		rows[n] = shareRow{VersionID: v.ID, Position: n, Fund: s.Fund, Percent: "0", Priority: s.Priority}
		if s.Cap.Sign() > 0 {
			rows[n].Cap = s.Cap.Minor()
		}
		if i := slices.IndexFunc(v.Shares, func(o Share) bool { return o.Fund == s.Fund }); i >= 0 {
			rows[n].Percent = v.Shares[i].Percent.String()
		}
	}
	return rows
}

// readShares fills in versions' shares, and how they were given where that was by priority.
func readShares(ctx context.Context, tx *store.Tx, ids []string, of map[string]*PlanVersion) error {
	var rows []shareRow
	if err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(ids)).Order("version_id", "position").
		Scan(ctx); err != nil {
		return err
	}
	var book ledger.Book
	if slices.ContainsFunc(rows, func(r shareRow) bool { return r.Priority != 0 }) {
		var err error
		if book, err = ledger.Open(ctx, tx); err != nil {
			return err
		}
	}
	for _, r := range rows {
		percent, err := decimal.NewFromString(r.Percent)
		if err != nil {
			return err
		}
		v, s := of[r.VersionID], Share{Fund: r.Fund, Percent: percent}
		if r.Priority != 0 {
			s.Priority, s.Cap = r.Priority, ledger.OfMinor(r.Cap, book.Base)
			given := s
			given.Percent = decimal.Zero
			v.Funding = append(v.Funding, given)
		}
		if !percent.IsZero() {
			v.Shares = append(v.Shares, s)
		}
	}
	return nil
}
