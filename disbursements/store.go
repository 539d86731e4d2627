package disbursements

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

type disbursementRow struct {
	bun.BaseModel `bun:"table:disbursements"`
	ID            DisbursementID `bun:",pk"`
	Number        string
	PlanID        beneficiaries.PlanID
	PartnerID     PartnerID
	Line          string
	Units         int
	Amount        int64
	Currency      ledger.Currency
	Shares        string
	OwnShares     bool
	Date          ledger.Date
	Text          string
	State         State
	Round         int
	Payload       []byte
	EntryID       *ledger.EntryID
	Version       int
}

// taken turns a broken unique key into the sentinel that says what is there already.
func taken(err, sentinel error) error {
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return sentinel
	}
	return err
}

func insertPartner(ctx context.Context, tx *store.Tx, p Partner) error {
	_, err := tx.NewInsert().Model(&partnerRow{ID: p.ID, Code: p.Code, Currency: p.Currency, Account: p.Account, Country: p.Country}).Exec(ctx)
	return taken(err, ErrDuplicatePartner)
}

func readPartner(ctx context.Context, tx *store.Tx, key string) (Partner, error) {
	var row partnerRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Partner{}, ErrUnknownPartner
	}
	return Partner{row.ID, row.Code, row.Currency, row.Account, row.Country}, err
}

func insertTransfer(ctx context.Context, tx *store.Tx, t Transfer) error {
	row := transferRow{ID: t.ID, Number: t.Number, PartnerID: t.Partner.ID, PlanID: t.Plan.ID, Account: t.Account, Date: t.Date,
		Sent: t.Sent.Minor(), SendingFee: t.SendingFee.Minor(), Rate: t.Rate.String(), ReceivingFee: t.ReceivingFee.Minor(),
		State: t.State, Version: t.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicateTransfer)
}

func saveTransfer(ctx context.Context, tx *store.Tx, t *Transfer) error {
	result, err := tx.NewUpdate().Model((*transferRow)(nil)).Set("state = ?", t.State).Set("entry_id = ?", t.Entry).
		Set("version = version + 1").Where("id = ?", t.ID).Where("version = ?", t.Version).Exec(ctx)
	return once(result, err, &t.Version)
}

// once wants exactly one row to have changed: [store.ErrStale] when somebody else changed it since it was read.
func once(result sql.Result, err error, version *int) error {
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(store.ErrStale, err)
	}
	*version++
	return nil
}

func (o Office) readTransfer(ctx context.Context, tx *store.Tx, key string) (Transfer, error) {
	var row transferRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Transfer{}, ErrUnknownTransfer
	} else if err != nil {
		return Transfer{}, err
	}
	t := Transfer{ID: row.ID, Number: row.Number, Account: row.Account, Date: row.Date, State: row.State, Version: row.Version,
		Sent: ledger.OfMinor(row.Sent, o.Book.Base), SendingFee: ledger.OfMinor(row.SendingFee, o.Book.Base)}
	if row.EntryID != nil {
		t.Entry = *row.EntryID
	}
	if t.Rate, err = ledger.ParseRate(row.Rate); err != nil {
		return Transfer{}, err
	}
	if t.Partner, err = readPartner(ctx, tx, string(row.PartnerID)); err != nil {
		return Transfer{}, err
	}
	t.ReceivingFee = ledger.OfMinor(row.ReceivingFee, t.Partner.Currency)
	t.Plan, err = o.People.Plan(ctx, tx, string(row.PlanID))
	return t, err
}

func insertDisbursement(ctx context.Context, tx *store.Tx, d Disbursement) error {
	payload := d.Payload()
	row := disbursementRow{ID: d.ID, Number: d.Number, PlanID: d.Plan.ID, PartnerID: d.Partner.ID, Line: d.Line, Units: d.Units,
		Amount: d.Amount.Minor(), Currency: d.Amount.Currency, Shares: sharesText(d.Shares), OwnShares: d.OwnShares, Date: d.Date,
		Text: d.Text, State: d.State, Round: d.Round, Payload: payload[:], Version: d.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// saveDisbursement writes state, round and entry; while it is a draft, the split and what they bind too.
func saveDisbursement(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	q := tx.NewUpdate().Model((*disbursementRow)(nil)).Set("state = ?", d.State).Set("round = ?", d.Round).Set("version = version + 1")
	if d.State == Submitted {
		payload := d.Payload()
		q = q.Set("shares = ?", sharesText(d.Shares)).Set("payload = ?", payload[:])
	}
	if d.Entry != "" {
		q = q.Set("entry_id = ?", d.Entry)
	}
	result, err := q.Where("id = ?", d.ID).Where("version = ?", d.Version).Exec(ctx)
	return once(result, err, &d.Version)
}

func (o Office) readDisbursement(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	var row disbursementRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Disbursement{}, ErrUnknownDisbursement
	} else if err != nil {
		return Disbursement{}, err
	}
	return o.disbursement(ctx, tx, row)
}

func (o Office) disbursement(ctx context.Context, tx *store.Tx, row disbursementRow) (Disbursement, error) {
	d := Disbursement{ID: row.ID, Number: row.Number, Line: row.Line, Units: row.Units, Amount: ledger.OfMinor(row.Amount, row.Currency),
		OwnShares: row.OwnShares, Date: row.Date, Text: row.Text, State: row.State, Round: row.Round, Version: row.Version}
	if row.EntryID != nil {
		d.Entry = *row.EntryID
	}
	var err error
	if d.Shares, err = parseShares(row.Shares); err != nil {
		return Disbursement{}, err
	}
	if d.Partner, err = readPartner(ctx, tx, string(row.PartnerID)); err != nil {
		return Disbursement{}, err
	}
	d.Plan, err = o.People.Plan(ctx, tx, string(row.PlanID))
	return d, err
}

// Disbursements lists disbursements by number, in one state or, for "", in all.
func (o Office) Disbursements(ctx context.Context, tx *store.Tx, state State) ([]Disbursement, error) {
	var rows []disbursementRow
	q := tx.NewSelect().Model(&rows).Order("number")
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Disbursement, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = o.disbursement(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}
