package advances

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type partnerRow struct {
	bun.BaseModel `bun:"table:partners"`
	ID            PartnerID `bun:",pk"`
	Code          string
	Currency      ledger.Currency
	Account       ledger.AccountNo
	Country       string
}

type transferRow struct {
	bun.BaseModel `bun:"table:transfers"`
	ID            TransferID `bun:",pk"`
	Number        string
	PartnerID     PartnerID
	PlanID        beneficiaries.PlanID
	Account       ledger.AccountNo
	Date          ledger.Date
	Sent          int64
	SendingFee    int64
	Rate          string
	ReceivingFee  int64
	State         TransferState
	EntryID       *ledger.EntryID
	Version       int
}

func insertPartner(ctx context.Context, tx *store.Tx, p Partner) error {
	_, err := tx.NewInsert().Model(&partnerRow{ID: p.ID, Code: p.Code, Currency: p.Currency, Account: p.Account,
		Country: p.Country}).Exec(ctx)
	return store.DuplicateAs(err, ErrDuplicatePartner)
}

func readPartner(ctx context.Context, tx *store.Tx, key string) (Partner, error) {
	var row partnerRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Partner{}, ErrUnknownPartner
	}
	return row.partner(), err
}

func (r partnerRow) partner() Partner {
	return Partner{ID: r.ID, Code: r.Code, Currency: r.Currency, Account: r.Account, Country: r.Country}
}

// PartnersByID reads partners, whoever the caller is.
func PartnersByID(ctx context.Context, tx *store.Tx, ids []PartnerID) (map[PartnerID]Partner, error) {
	found := map[PartnerID]Partner{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []partnerRow
	err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		found[r.ID] = r.partner()
	}
	return found, err
}

func insertTransfer(ctx context.Context, tx *store.Tx, t Transfer) error {
	row := transferRow{ID: t.ID, Number: t.Number, PartnerID: t.Partner.ID, PlanID: t.Plan.ID, Account: t.Account,
		Date: t.Date,
		Sent: t.Sent.Minor(), SendingFee: t.SendingFee.Minor(), Rate: t.Rate.String(), ReceivingFee: t.ReceivingFee.Minor(),
		State: t.State, Version: t.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, ErrDuplicateTransfer)
}

func saveTransfer(ctx context.Context, tx *store.Tx, t *Transfer) error {
	result, err := tx.NewUpdate().Model((*transferRow)(nil)).Set("state = ?", t.State).Set("entry_id = ?", t.Entry).
		Set("version = version + 1").Where("id = ?", t.ID).Where("version = ?", t.Version).Exec(ctx)
	return store.NextVersion(result, err, &t.Version)
}

func (adv Register) readTransfer(ctx context.Context, tx *store.Tx, key string) (Transfer, error) {
	var row transferRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Transfer{}, ErrUnknownTransfer
	} else if err != nil {
		return Transfer{}, err
	}
	partner, err := readPartner(ctx, tx, string(row.PartnerID))
	if err != nil {
		return Transfer{}, err
	}
	t, err := row.transfer(adv.Book.Base, partner)
	if err != nil {
		return Transfer{}, err
	}
	t.Plan, err = adv.People.Plan(ctx, tx, string(row.PlanID))
	return t, err
}

// transfer reads what a row says by itself; base is the currency of the books.
func (r transferRow) transfer(base ledger.Currency, partner Partner) (Transfer, error) {
	rate, err := ledger.ParseRate(r.Rate)
	return Transfer{ID: r.ID, Number: r.Number, Partner: partner, Account: r.Account, Date: r.Date, State: r.State,
		Sent: ledger.OfMinor(r.Sent, base), SendingFee: ledger.OfMinor(r.SendingFee, base), Rate: rate,
		ReceivingFee: ledger.OfMinor(r.ReceivingFee, partner.Currency), Entry: store.ZeroIfNull(r.EntryID),
		Version: r.Version}, err
}

// transferNumberTaken tells whether a number is given already.
func transferNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*transferRow)(nil)).Where("number = ?", number).Exists(ctx)
}
