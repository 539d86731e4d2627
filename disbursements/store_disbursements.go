package disbursements

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type disbursementRow struct {
	bun.BaseModel `bun:"table:disbursements"`
	ID            DisbursementID `bun:",pk"`
	Number        string
	Settlement    Settlement
	PlanID        *beneficiaries.PlanID
	PartnerID     *PartnerID
	PrepaymentID  *PrepaymentID
	Line          string
	Units         int
	Amount        int64
	Currency      ledger.Currency
	Overpaid      int64
	Payee         string
	Category      string
	Account       ledger.AccountNo
	Spot          string
	Items         string
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

// itemRow is an item as it is kept; the amounts are text with their currency's decimals.
type itemRow struct {
	Line      string          `json:"line,omitempty"`
	Kind      string          `json:"kind,omitempty"`
	Units     int             `json:"units,omitempty"`
	UnitPrice string          `json:"unit_price,omitempty"`
	Fund      ledger.FundCode `json:"fund,omitempty"`
	Category  string          `json:"category,omitempty"`
	Amount    string          `json:"amount"`
}

// itemsText writes items in one way; "" for none.
func itemsText(items []Item) string {
	if len(items) == 0 {
		return ""
	}
	rows := make([]itemRow, len(items))
	for i, item := range items {
		rows[i] = itemRow{item.Line, item.Kind, item.Units, "", item.Fund, item.Category, item.Amount.String()}
		if item.UnitPrice.Currency != "" {
			rows[i].UnitPrice = item.UnitPrice.String()
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return string(text)
}

// parseItems reads what itemsText wrote, in base currency c.
func parseItems(text string, c ledger.Currency) ([]Item, error) {
	if text == "" {
		return nil, nil
	}
	var rows []itemRow
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return nil, err
	}
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i] = Item{Line: r.Line, Kind: r.Kind, Units: r.Units, Fund: r.Fund, Category: r.Category}
		var err error
		if items[i].Amount, err = ledger.ParseMoney(r.Amount, c); err != nil {
			return nil, err
		}
		if r.UnitPrice == "" {
			continue
		}
		if items[i].UnitPrice, err = ledger.ParseMoney(r.UnitPrice, c); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// orNil is a reference that may be missing.
func orNil[T ~string](id T) *T {
	if id == "" {
		return nil
	}
	return &id
}

func orEmpty[T ~string](id *T) T {
	if id == nil {
		return ""
	}
	return *id
}

func insertDisbursement(ctx context.Context, tx *store.Tx, d Disbursement) error {
	payload := d.Payload()
	row := disbursementRow{ID: d.ID, Number: d.Number, Settlement: d.Settlement, PlanID: orNil(d.Plan.ID), PartnerID: orNil(d.Partner.ID),
		PrepaymentID: orNil(d.Prepayment.ID), Line: d.Line, Units: d.Units, Amount: d.Amount.Minor(), Currency: d.Amount.Currency,
		Overpaid: d.Overpaid.Minor(), Payee: d.Payee, Category: d.Category, Account: d.Account, Spot: d.Spot.String(), Items: itemsText(d.Items),
		Shares: sharesText(d.Shares), OwnShares: d.OwnShares, Date: d.Date, Text: d.Text, State: d.State, Round: d.Round, Payload: payload[:],
		Version: d.Version}
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
	d := Disbursement{ID: row.ID, Number: row.Number, Settlement: row.Settlement, Line: row.Line, Units: row.Units,
		Amount: ledger.OfMinor(row.Amount, row.Currency), Overpaid: ledger.OfMinor(row.Overpaid, row.Currency), Payee: row.Payee,
		Category: row.Category, Account: row.Account, OwnShares: row.OwnShares, Date: row.Date, Text: row.Text, State: row.State,
		Round: row.Round, Entry: orEmpty(row.EntryID), Version: row.Version}
	var err error
	if row.Spot != "" {
		if d.Spot, err = ledger.ParseRate(row.Spot); err != nil {
			return Disbursement{}, err
		}
	}
	if d.Items, err = parseItems(row.Items, o.Book.Base); err != nil {
		return Disbursement{}, err
	}
	if d.Shares, err = parseShares(row.Shares); err != nil {
		return Disbursement{}, err
	}
	return o.withParties(ctx, tx, d, row)
}

// withParties reads what the row refers to.
func (o Office) withParties(ctx context.Context, tx *store.Tx, d Disbursement, row disbursementRow) (Disbursement, error) {
	var err error
	if row.PartnerID != nil {
		if d.Partner, err = readPartner(ctx, tx, string(*row.PartnerID)); err != nil {
			return Disbursement{}, err
		}
	}
	if row.PrepaymentID != nil {
		if d.Prepayment, err = o.Prepayment(ctx, tx, string(*row.PrepaymentID)); err != nil {
			return Disbursement{}, err
		}
	}
	if row.PlanID != nil {
		d.Plan, err = o.People.Plan(ctx, tx, string(*row.PlanID))
	}
	return d, err
}

// Disbursements lists disbursements by number, in one state or, for "", in all.
func (o Office) Disbursements(ctx context.Context, tx *store.Tx, state State) ([]Disbursement, error) {
	q := func(q *bun.SelectQuery) *bun.SelectQuery { return q }
	if state != "" {
		q = func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("state = ?", state) }
	}
	return o.listDisbursements(ctx, tx, q)
}

// unbooked lists what was approved beside plan lines and is not in the books yet.
func (o Office) unbooked(ctx context.Context, tx *store.Tx) ([]Disbursement, error) {
	return o.listDisbursements(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("state IN (?)", bun.List([]State{Approved, Authorised, Released})).Where("entry_id IS NULL").
			Where("settlement IN (?)", bun.List([]Settlement{ByPayment, ByRetainer, ByPettyCash}))
	})
}

func (o Office) listDisbursements(ctx context.Context, tx *store.Tx, which func(*bun.SelectQuery) *bun.SelectQuery) ([]Disbursement, error) {
	var rows []disbursementRow
	if err := which(tx.NewSelect().Model(&rows)).Order("number").Scan(ctx); err != nil {
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
