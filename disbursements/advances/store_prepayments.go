package advances

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

type prepaymentRow struct {
	bun.BaseModel `bun:"table:prepayments"`
	ID            PrepaymentID `bun:",pk"`
	Number        string
	Kind          PrepaymentKind
	Fund          ledger.FundCode
	Payee         string
	PaidBy        payees.Means
	PlanID        *beneficiaries.PlanID
	Account       ledger.AccountNo
	Date          ledger.Date
	Amount        int64
	State         TransferState
	EntryID       *ledger.EntryID
	Version       int
}

func insertPrepayment(ctx context.Context, tx *store.Tx, p Prepayment) error {
	row := prepaymentRow{ID: p.ID, Number: p.Number, Kind: p.Kind, Fund: p.Fund, Payee: p.Payee,
		PaidBy: p.PaidBy, PlanID: store.NullIfZero(p.Plan.ID), Account: p.Account,
		Date: p.Date, Amount: p.Amount.Minor(), State: p.State, Version: p.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, ErrDuplicatePrepayment)
}

func savePrepayment(ctx context.Context, tx *store.Tx, p *Prepayment) error {
	result, err := tx.NewUpdate().Model((*prepaymentRow)(nil)).Set("state = ?", p.State).Set("entry_id = ?",
		store.NullIfZero(p.Entry)).
		Set("version = version + 1").Where("id = ?", p.ID).Where("version = ?", p.Version).Exec(ctx)
	return store.NextVersion(result, err, &p.Version)
}

// Prepayment finds money paid ahead by id or number. [ErrUnknownPrepayment], also of one for a plan whose person the
// actor may not know of.
func (adv Register) Prepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	var row prepaymentRow
	q := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key)
	err := beneficiaries.OnCases(tx, q, beneficiaries.CaseColumns{Plan: "plan_id"}).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Prepayment{}, ErrUnknownPrepayment
	} else if err != nil {
		return Prepayment{}, err
	}
	found, err := adv.prepaymentsOf(ctx, tx, []prepaymentRow{row})
	if err != nil {
		return Prepayment{}, err
	}
	return found[0], nil
}

// prepaymentsOf reads what rows say, their plans and what is left of each, in a constant number of queries.
func (adv Register) prepaymentsOf(ctx context.Context, tx *store.Tx, rows []prepaymentRow) ([]Prepayment, error) {
	var plans []beneficiaries.PlanID
	sources := make([]string, len(rows))
	for i, r := range rows {
		if sources[i] = string(r.ID); r.PlanID != nil {
			plans = append(plans, *r.PlanID)
		}
	}
	planOf, err := adv.People.PlansByID(ctx, tx, plans)
	if err != nil {
		return nil, err
	}
	left, err := adv.Book.SumsOf(ctx, tx, sources, []ledger.AccountNo{Retainer.account(), PettyCash.account()},
		Retainer.Act(), PettyCash.Act(), DrawAct, returnAct)
	if err != nil {
		return nil, err
	}
	out := make([]Prepayment, len(rows))
	for i, r := range rows {
		out[i] = Prepayment{ID: r.ID, Number: r.Number, Kind: r.Kind, Fund: r.Fund, Payee: r.Payee,
			PaidBy: r.PaidBy, Plan: planOf[store.ZeroIfNull(r.PlanID)],
			Account: r.Account, Date: r.Date, Amount: ledger.OfMinor(r.Amount, adv.Book.Base), Left: ledger.Zero(adv.Book.Base),
			State: r.State, Entry: store.ZeroIfNull(r.EntryID), Version: r.Version}
		if sum, moved := left[string(r.ID)]; moved {
			out[i].Left = sum
		}
	}
	return out, nil
}

// PrepaymentsByID reads money paid ahead with what is left of each, whoever the caller is.
func (adv Register) PrepaymentsByID(ctx context.Context, tx *store.Tx, ids []PrepaymentID) (map[PrepaymentID]Prepayment,
	error) {
	found := map[PrepaymentID]Prepayment{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []prepaymentRow
	if err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	read, err := adv.prepaymentsOf(ctx, tx, rows)
	for _, p := range read {
		found[p.ID] = p
	}
	return found, err
}

// ListPrepayments lists a page of the money paid ahead, by number.
func (adv Register) Prepayments(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Prepayment, error) {
	var rows []prepaymentRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "number").Scan(ctx); err != nil {
		return nil, err
	}
	return adv.prepaymentsOf(ctx, tx, rows)
}

// prepaymentNumberTaken tells whether a number is given already.
func prepaymentNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*prepaymentRow)(nil)).Where("number = ?", number).Exists(ctx)
}
