package grants

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type secretRow struct {
	bun.BaseModel `bun:"table:donor_secrets"`
	DonorID       DonorID    `bun:",pk"`
	Field         DonorField `bun:",pk"`
	Sealed        []byte
	SealedBy      string
	SealedAt      string
}

// saveSecret replaces a sealed field; nil takes it away.
func saveSecret(ctx context.Context, tx *store.Tx, id DonorID, field DonorField, sealed []byte) error {
	if _, err := tx.NewDelete().Model((*secretRow)(nil)).Where("donor_id = ?", id).Where("field = ?", field).Exec(ctx); err != nil || sealed == nil {
		return err
	}
	_, err := tx.NewInsert().Model(&secretRow{DonorID: id, Field: field, Sealed: sealed, SealedBy: tx.By.User, SealedAt: store.FormatTime(tx.At)}).Exec(ctx)
	return err
}

func readSecrets(ctx context.Context, tx *store.Tx, id DonorID) (map[DonorField][]byte, error) {
	var rows []secretRow
	if err := tx.NewSelect().Model(&rows).Where("donor_id = ?", id).Scan(ctx); err != nil {
		return nil, err
	}
	secrets := map[DonorField][]byte{}
	for _, r := range rows {
		secrets[r.Field] = r.Sealed
	}
	return secrets, nil
}

func deleteSecrets(ctx context.Context, tx *store.Tx, id DonorID) error {
	_, err := tx.NewDelete().Model((*secretRow)(nil)).Where("donor_id = ?", id).Exec(ctx)
	return err
}

type giftTotalRow struct {
	DonorID  DonorID
	Gifts    int
	Total    int64
	Reported int
}

func readGiftTotals(ctx context.Context, tx *store.Tx, from, to ledger.Date, base ledger.Currency) ([]GiftTotal, error) {
	var rows []giftTotalRow
	err := tx.NewSelect().TableExpr("gifts AS g").Join("JOIN donors AS d ON d.id = g.donor_id").Column("g.donor_id").
		ColumnExpr("COUNT(*) AS gifts").ColumnExpr("CAST(SUM(g.gross) AS BIGINT) AS total").
		ColumnExpr("(SELECT COUNT(*) FROM donor_secrets AS s WHERE s.donor_id = g.donor_id AND s.field = ?) AS reported", DonorTaxID).
		Where("g.received_on BETWEEN ? AND ?", from, to).Where("g.refunded_on = ''").
		Where("NOT EXISTS (SELECT 1 FROM entries AS v WHERE v.reverses = g.entry_id)").Group("g.donor_id", "d.code").Order("d.code").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	ids := make([]DonorID, len(rows))
	for i, r := range rows {
		ids[i] = r.DonorID
	}
	by, err := donorsByID(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	totals := make([]GiftTotal, len(rows))
	for i, r := range rows {
		totals[i] = GiftTotal{Donor: by[r.DonorID], Gifts: r.Gifts, Total: ledger.OfMinor(r.Total, base), Reported: r.Reported > 0}
	}
	return totals, nil
}

type pledgeRow struct {
	bun.BaseModel `bun:"table:pledges"`
	ID            string `bun:",pk"`
	Number        string
	DonorID       DonorID
	Fund          ledger.FundCode
	PledgedOn     ledger.Date
	Amount        int64
	Cancelled     int64
}

type pledgeInstalmentRow struct {
	bun.BaseModel `bun:"table:pledge_instalments"`
	PledgeID      string `bun:",pk"`
	Number        int    `bun:",pk"`
	DueOn         ledger.Date
	Amount        int64
}

func insertPledge(ctx context.Context, tx *store.Tx, p Pledge) error {
	row := pledgeRow{ID: p.ID, Number: p.Number, DonorID: p.Donor.ID, Fund: p.Fund, PledgedOn: p.On, Amount: p.Amount.Minor()}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return taken(err, ErrDuplicatePledge)
	}
	rows := make([]pledgeInstalmentRow, len(p.Planned))
	for i, in := range p.Planned {
		rows[i] = pledgeInstalmentRow{PledgeID: p.ID, Number: in.No, DueOn: in.DueOn, Amount: in.Amount.Minor()}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

func savePledgeCancelled(ctx context.Context, tx *store.Tx, p Pledge) error {
	_, err := tx.NewUpdate().Model((*pledgeRow)(nil)).Set("cancelled = ?", p.Cancelled.Minor()).Where("id = ?", p.ID).Exec(ctx)
	return err
}

func readPledge(ctx context.Context, tx *store.Tx, key string, base ledger.Currency) (Pledge, error) {
	var row pledgeRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Pledge{}, ErrUnknownPledge
	} else if err != nil {
		return Pledge{}, err
	}
	pledges, err := pledgesOf(ctx, tx, []pledgeRow{row}, base)
	if err != nil {
		return Pledge{}, err
	}
	return pledges[0], nil
}

// readPledges lists pledges by id after one, at most limit; 0 reads all.
func readPledges(ctx context.Context, tx *store.Tx, base ledger.Currency, after string, limit int) ([]Pledge, error) {
	var rows []pledgeRow
	q := tx.NewSelect().Model(&rows).Where("id > ?", after).Order("id")
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return pledgesOf(ctx, tx, rows, base)
}

// pledgesOf reads who made pledges and what was planned of them.
func pledgesOf(ctx context.Context, tx *store.Tx, rows []pledgeRow, base ledger.Currency) ([]Pledge, error) {
	donors, ids := make([]DonorID, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		donors[i], ids[i] = r.DonorID, r.ID
	}
	by, err := donorsByID(ctx, tx, donors)
	if err != nil {
		return nil, err
	}
	planned := map[string][]Planned{}
	for some := range slices.Chunk(ids, readAtOnce) {
		var instalments []pledgeInstalmentRow
		if err := tx.NewSelect().Model(&instalments).Where("pledge_id IN (?)", bun.List(some)).Order("pledge_id", "number").Scan(ctx); err != nil {
			return nil, err
		}
		for _, in := range instalments {
			planned[in.PledgeID] = append(planned[in.PledgeID], Planned{in.Number, in.DueOn, ledger.OfMinor(in.Amount, base)})
		}
	}
	pledges := make([]Pledge, len(rows))
	for i, r := range rows {
		pledges[i] = Pledge{ID: r.ID, Number: r.Number, Donor: by[r.DonorID], Fund: r.Fund, On: r.PledgedOn, Amount: ledger.OfMinor(r.Amount, base),
			Cancelled: ledger.OfMinor(r.Cancelled, base), Planned: planned[r.ID]}
	}
	return pledges, nil
}

// readPledged is what was received on a pledge up to a day.
func readPledged(ctx context.Context, tx *store.Tx, pledge string, until ledger.Date, base ledger.Currency) (ledger.Money, error) {
	var minor int64
	err := tx.NewSelect().TableExpr("gifts").ColumnExpr("CAST(COALESCE(SUM(gross), 0) AS BIGINT)").Where("pledge_id = ?", pledge).
		Where("received_on <= ?", until).Where("refunded_on = ''").Where("NOT EXISTS (SELECT 1 FROM entries AS v WHERE v.reverses = gifts.entry_id)").Scan(ctx, &minor)
	return ledger.OfMinor(minor, base), err
}
