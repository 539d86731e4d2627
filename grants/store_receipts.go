package grants

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type instalmentRow struct {
	bun.BaseModel `bun:"table:grant_instalments,alias:i"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	ReceivedOn    ledger.Date
	Currency      ledger.Currency
	Amount        int64
	Base          int64
	Rate          string
	Account       ledger.AccountNo
	EntryID       ledger.EntryID

	ReversedBy *ledger.EntryID `bun:",scanonly"`
	ReversedOn *ledger.Date    `bun:",scanonly"`
}

func insertInstalment(ctx context.Context, tx *store.Tx, id GrantID, account ledger.AccountNo, in Instalment) error {
	row := instalmentRow{ID: in.ID, GrantID: id, ReceivedOn: in.On, Currency: in.Amount.Currency,
		Amount: in.Amount.Minor(),
		Base:   in.Base.Minor(), Rate: in.Rate.String(), Account: account, EntryID: in.Entry.ID}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Instalments lists what was received on a grant up to a day, by date, with the ids of the entries. A receipt that was
// reversed since stands twice: as it came in, and taken back on the day of the reversal.
func (r Register) Instalments(ctx context.Context, tx *store.Tx, g Grant, until ledger.Date) ([]Instalment, error) {
	var rows []instalmentRow
	err := tx.NewSelect().Model(&rows).ColumnExpr("i.*").ColumnExpr("v.id AS reversed_by, v.date AS reversed_on").
		Join("LEFT JOIN entries AS v ON v.reverses = i.entry_id").Where("i.grant_id = ?", g.ID).
		Where("i.received_on <= ?", until).Order("i.received_on", "i.id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	var received, reversed []Instalment
	for _, row := range rows {
		in := Instalment{ID: row.ID, Grant: g.Code, On: row.ReceivedOn, Amount: ledger.OfMinor(row.Amount, row.Currency),
			Base: ledger.OfMinor(row.Base, r.Book.Base)}
		if row.Rate != "" {
			if in.Rate, err = ledger.ParseRate(row.Rate); err != nil {
				return nil, err
			}
		}
		in.Entry.ID = row.EntryID
		received = append(received, in)
		if row.ReversedOn != nil && *row.ReversedOn <= until {
			in.On, in.Amount, in.Base = *row.ReversedOn, in.Amount.Neg(), in.Base.Neg()
			in.Entry.ID = store.ZeroIfNull(row.ReversedBy)
			reversed = append(reversed, in)
		}
	}
	received = append(received, reversed...)
	slices.SortStableFunc(received, func(a, b Instalment) int { return strings.Compare(string(a.On), string(b.On)) })
	return received, nil
}

// readPaid sums what came in on grants up to a day, with what banks kept on the way, less receipts that were reversed.
func readPaid(ctx context.Context, tx *store.Tx, all []Grant, until ledger.Date) (map[GrantID]int64, error) {
	var sums, awarded []grantSum
	err := tx.NewSelect().Model((*instalmentRow)(nil)).ColumnExpr("i.grant_id, CAST(SUM(i.amount) AS BIGINT) AS total").
		Join("LEFT JOIN entries AS v ON v.reverses = i.entry_id AND v.date <= ?", until).
		Where("i.grant_id IN (?)", idsOf(all)).Where("i.received_on <= ?", until).Where("v.id IS NULL").
		Group("i.grant_id").Scan(ctx, &sums)
	if err != nil {
		return nil, err
	}
	err = tx.NewSelect().Model((*awardReceiptRow)(nil)).
		ColumnExpr("grant_id, CAST(SUM(received + withheld) AS BIGINT) AS total").
		Where("grant_id IN (?)", idsOf(all)).Where("received_on <= ?", until).Group("grant_id").Scan(ctx, &awarded)
	paid := byGrant(sums)
	for _, s := range awarded {
		paid[s.GrantID] += s.Total
	}
	return paid, err
}

type awardReceiptRow struct {
	bun.BaseModel `bun:"table:grant_award_receipts"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	ReceivedOn    ledger.Date
	Received      int64
	Withheld      int64
	Base          int64
	Rate          string
	EntryID       ledger.EntryID
}

func insertAwardReceipt(ctx context.Context, tx *store.Tx, id GrantID, in AwardReceipt) error {
	row := awardReceiptRow{ID: in.ID, GrantID: id, ReceivedOn: in.On, Received: in.Received.Minor(),
		Withheld: in.Withheld.Minor(),
		Base:     in.Base.Minor(), Rate: in.Rate.String(), EntryID: in.Entry}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// AwardReceipts lists what was received on an awarded grant up to a day, by date.
func (r Register) AwardReceipts(ctx context.Context, tx *store.Tx, g Grant, until ledger.Date) ([]AwardReceipt, error) {
	var rows []awardReceiptRow
	err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Where("received_on <= ?", until).
		Order("received_on", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	receipts := make([]AwardReceipt, len(rows))
	for i, row := range rows {
		receipts[i] = AwardReceipt{ID: row.ID, Grant: g.Code, On: row.ReceivedOn, Entry: row.EntryID,
			Received: ledger.OfMinor(row.Received, g.Amount.Currency),
			Withheld: ledger.OfMinor(row.Withheld, g.Amount.Currency), Base: ledger.OfMinor(row.Base, r.Book.Base)}
		if row.Rate != "" {
			if receipts[i].Rate, err = ledger.ParseRate(row.Rate); err != nil {
				return nil, err
			}
		}
	}
	return receipts, nil
}

type finalAccountRow struct {
	bun.BaseModel `bun:"table:grant_final_accounts"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Date          ledger.Date
	Refund        int64
	Base          int64
	EntryID       *ledger.EntryID
	PaidEntryID   *ledger.EntryID
}

func insertFinalAccount(ctx context.Context, tx *store.Tx, f FinalAccount) error {
	row := finalAccountRow{ID: f.ID, GrantID: f.Grant.ID, Date: f.On, Refund: f.Refund.Minor(), Base: f.Base.Minor(),
		EntryID: store.NullIfZero(f.Entry)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// FinalAccount finds the final account of a grant. [ErrNoFinalAccount].
func (r Register) FinalAccount(ctx context.Context, tx *store.Tx, grant string) (FinalAccount, error) {
	g, err := r.Grant(ctx, tx, grant)
	if err != nil {
		return FinalAccount{}, err
	}
	var rows []finalAccountRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Scan(ctx); err != nil {
		return FinalAccount{}, err
	}
	if len(rows) == 0 {
		return FinalAccount{Grant: g}, ErrNoFinalAccount
	}
	row := rows[0]
	return FinalAccount{ID: row.ID, Grant: g, On: row.Date, Refund: ledger.OfMinor(row.Refund, g.Amount.Currency),
		Base: ledger.OfMinor(row.Base, r.Book.Base), Entry: store.ZeroIfNull(row.EntryID),
		Paid: store.ZeroIfNull(row.PaidEntryID)}, nil
}

// saveRefundPaid notes the payment, once: [store.ErrStale] for a twin that came second.
func saveRefundPaid(ctx context.Context, tx *store.Tx, f FinalAccount) error {
	result, err := tx.NewUpdate().Model((*finalAccountRow)(nil)).Set("paid_entry_id = ?", f.Paid).
		Where("id = ?", f.ID).Where("paid_entry_id IS NULL").Exec(ctx)
	return store.ExactlyOne(result, err)
}
