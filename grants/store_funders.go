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

type giftRow struct {
	bun.BaseModel `bun:"table:gifts"`
	ID            GiftID `bun:",pk"`
	Number        string
	DonorID       DonorID
	Fund          ledger.FundCode
	ReceivedOn    ledger.Date
	Gross         int64
	Fee           int64
	Account       ledger.AccountNo
	EntryID       ledger.EntryID
	RefundedOn    ledger.Date
	RefundEntryID *ledger.EntryID
	Anonymous     int
	PledgeID      string

	ReversedOn ledger.Date `bun:",scanonly"`
}

// reversedGift asks when the entry of a gift was reversed.
const reversedGift = "(SELECT COALESCE(MAX(v.date), '') FROM entries AS v WHERE v.reverses = gift_row.entry_id) AS reversed_on"

func insertGifts(ctx context.Context, tx *store.Tx, gifts ...Gift) error {
	rows := make([]giftRow, len(gifts))
	for i, g := range gifts {
		rows[i] = giftRow{ID: g.ID, Number: g.Number, DonorID: g.Donor.ID, Fund: g.Fund, ReceivedOn: g.On, Gross: g.Gross.Minor(), Fee: g.Fee.Minor(),
			Account: g.Account, EntryID: g.Entry, PledgeID: g.Pledge}
		if g.Anonymous {
			rows[i].Anonymous = 1
		}
	}
	for part := range slices.Chunk(rows, writtenAtOnce) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return taken(err, ErrDuplicateGift)
		}
	}
	return nil
}

func readGift(ctx context.Context, tx *store.Tx, key string, base ledger.Currency) (Gift, error) {
	var row giftRow
	err := tx.NewSelect().Model(&row).ColumnExpr("gift_row.*").ColumnExpr(reversedGift).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Gift{}, ErrUnknownGift
	} else if err != nil {
		return Gift{}, err
	}
	donor, err := readDonor(ctx, tx, string(row.DonorID))
	return row.gift(donor, base), err
}

func (r giftRow) gift(donor Donor, base ledger.Currency) Gift {
	return Gift{ID: r.ID, Number: r.Number, Donor: donor, Fund: r.Fund, On: r.ReceivedOn, Gross: ledger.OfMinor(r.Gross, base),
		Fee: ledger.OfMinor(r.Fee, base), Account: r.Account, Entry: r.EntryID, RefundedOn: r.RefundedOn, ReversedOn: r.ReversedOn, Anonymous: r.Anonymous == 1, Pledge: r.PledgeID}
}

// readGifts lists gifts by id after one, at most limit; 0 reads all.
func readGifts(ctx context.Context, tx *store.Tx, base ledger.Currency, after GiftID, limit int) ([]Gift, error) {
	var rows []giftRow
	q := tx.NewSelect().Model(&rows).ColumnExpr("gift_row.*").ColumnExpr(reversedGift).Where("id > ?", after).Order("id")
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	if err := q.Scan(ctx); err != nil {
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
	gifts := make([]Gift, len(rows))
	for i, r := range rows {
		gifts[i] = r.gift(by[r.DonorID], base)
	}
	return gifts, nil
}

// saveRefund marks a gift as given back, once: a twin that came first makes it [ErrGiftRefunded].
func saveRefund(ctx context.Context, tx *store.Tx, g Gift, entry ledger.EntryID) error {
	result, err := tx.NewUpdate().Model((*giftRow)(nil)).Set("refunded_on = ?", g.RefundedOn).Set("refund_entry_id = ?", entry).
		Where("id = ?", g.ID).Where("refunded_on = ''").Exec(ctx)
	if err := store.ExactlyOne(result, err); errors.Is(err, store.ErrStale) {
		return ErrGiftRefunded
	} else if err != nil {
		return err
	}
	return nil
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
	row := awardReceiptRow{ID: in.ID, GrantID: id, ReceivedOn: in.On, Received: in.Received.Minor(), Withheld: in.Withheld.Minor(),
		Base: in.Base.Minor(), Rate: in.Rate.String(), EntryID: in.Entry}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readAwardReceipts(ctx context.Context, tx *store.Tx, g Grant, until ledger.Date, base ledger.Currency) ([]AwardReceipt, error) {
	var rows []awardReceiptRow
	err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Where("received_on <= ?", until).Order("received_on", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	receipts := make([]AwardReceipt, len(rows))
	for i, r := range rows {
		receipts[i] = AwardReceipt{ID: r.ID, Grant: g.Code, On: r.ReceivedOn, Received: ledger.OfMinor(r.Received, g.Amount.Currency),
			Withheld: ledger.OfMinor(r.Withheld, g.Amount.Currency), Base: ledger.OfMinor(r.Base, base), Entry: r.EntryID}
		if r.Rate != "" {
			if receipts[i].Rate, err = ledger.ParseRate(r.Rate); err != nil {
				return nil, err
			}
		}
	}
	return receipts, nil
}

type findingRow struct {
	bun.BaseModel `bun:"table:grant_findings"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	Number        string
	FoundOn       ledger.Date
	Amount        int64
	EntryID       ledger.EntryID
}

func insertFinding(ctx context.Context, tx *store.Tx, id GrantID, in Disallowance, total ledger.Money, entry ledger.EntryID) error {
	row := findingRow{ID: store.NewID("fnd"), GrantID: id, Number: in.Finding, FoundOn: in.On, Amount: total.Minor(), EntryID: entry}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicateFinding)
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
	row := finalAccountRow{ID: f.ID, GrantID: f.Grant.ID, Date: f.On, Refund: f.Refund.Minor(), Base: f.Base.Minor()}
	if f.Entry != "" {
		row.EntryID = &f.Entry
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readFinalAccount(ctx context.Context, tx *store.Tx, g Grant, base ledger.Currency) (FinalAccount, error) {
	var row finalAccountRow
	err := tx.NewSelect().Model(&row).Where("grant_id = ?", g.ID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return FinalAccount{}, ErrNoFinalAccount
	} else if err != nil {
		return FinalAccount{}, err
	}
	f := FinalAccount{ID: row.ID, Grant: g, On: row.Date, Refund: ledger.OfMinor(row.Refund, g.Amount.Currency), Base: ledger.OfMinor(row.Base, base)}
	if row.EntryID != nil {
		f.Entry = *row.EntryID
	}
	if row.PaidEntryID != nil {
		f.Paid = *row.PaidEntryID
	}
	return f, nil
}

// saveRefundPaid notes the payment, once: [store.ErrStale] for a twin that came second.
func saveRefundPaid(ctx context.Context, tx *store.Tx, f FinalAccount) error {
	result, err := tx.NewUpdate().Model((*finalAccountRow)(nil)).Set("paid_entry_id = ?", f.Paid).
		Where("id = ?", f.ID).Where("paid_entry_id IS NULL").Exec(ctx)
	return store.ExactlyOne(result, err)
}
