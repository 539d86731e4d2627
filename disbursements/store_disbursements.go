package disbursements

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

type disbursementRow struct {
	bun.BaseModel `bun:"table:disbursements,alias:d"`
	ID            DisbursementID `bun:",pk"`
	Number        string
	Settlement    Settlement
	PlanID        *beneficiaries.PlanID
	PartnerID     *advances.PartnerID
	PrepaymentID  *advances.PrepaymentID
	Line          string
	Units         int
	Amount        int64
	Currency      ledger.Currency
	Overpaid      int64
	Payee         string
	PaidBy        payees.Means
	Reference     string
	Category      string
	Account       ledger.AccountNo
	Spot          string
	OwnShares     bool
	Date          ledger.Date
	Text          string
	State         State
	Round         int
	Payload       []byte
	EntryID       *ledger.EntryID
	Version       int

	CreatedBy       access.UserID
	WrittenBy       access.UserID
	PlanVersion     string
	PolicyID        PolicyID
	ToCasework      bool
	ApprovalsNeeded int
	BaseAmount      int64
	SubmittedOn     ledger.Date
	Emergency       bool
	EmergencySlot   *string

	parts parts
}

func insertDisbursement(ctx context.Context, tx *store.Tx, d Disbursement) error {
	row := d.row()
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	return writeParts(ctx, tx, d)
}

// row is a draft as it is kept.
func (d Disbursement) row() disbursementRow {
	payload := d.Payload()
	return disbursementRow{ID: d.ID, Number: d.Number, Settlement: d.Settlement, PlanID: store.NullIfZero(d.Plan.ID),
		PartnerID: store.NullIfZero(d.Partner.ID), PrepaymentID: store.NullIfZero(d.Prepayment.ID), Line: d.Line,
		Units: d.Units, Amount: d.Amount.Minor(), Currency: d.Amount.Currency, Overpaid: d.Overpaid.Minor(), Payee: d.Payee,
		PaidBy: d.PaidBy, Reference: d.Reference, Category: d.Category, Account: d.Account, Spot: d.Spot.String(),
		OwnShares: d.OwnShares, Date: d.Date, Text: d.Text, State: d.State, Round: d.Round,
		Payload: payload[:], Version: d.Version, CreatedBy: d.CreatedBy, WrittenBy: d.WrittenBy, ApprovalsNeeded: 1,
		ToCasework: d.ToCasework, Emergency: d.Emergency}
}

// rewriteDisbursement writes the content of a draft anew.
func rewriteDisbursement(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	row := d.row()
	row.Version++
	result, err := tx.NewUpdate().Model(&row).ExcludeColumn("created_by", "entry_id").Where("id = ?",
		d.ID).Where("version = ?", d.Version).Exec(ctx)
	if err := store.NextVersion(result, err, &d.Version); err != nil {
		return err
	}
	return writeParts(ctx, tx, *d)
}

// Save writes state, round and entry, and what is promised; of what is submitted also what its payload binds.
func Save(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	q := tx.NewUpdate().Model((*disbursementRow)(nil)).Set("state = ?", d.State).Set("round = ?",
		d.Round).Set("version = version + 1").
		Where("id = ?", d.ID).Where("version = ?", d.Version)
	// Only then: PostgreSQL locks a row harder, against all that refer to it, where a column with a key is named.
	if d.Emergency {
		q = q.Set("emergency_slot = ?", store.NullIfZero(d.EmergencySlot))
	}
	if d.State == Submitted {
		payload := d.Payload()
		q = q.Set("payload = ?", payload[:]).Set("plan_version = ?",
			d.PlanVersion).Set("policy_id = ?", d.Policy).
			Set("to_casework = ?", d.ToCasework).Set("base_amount = ?", d.Base.Minor()).
			Set("approvals_needed = ?", approvalsNeeded(d.Needs)).
			Set("submitted_on = ?", d.SubmittedOn)
	}
	if d.Entry != "" {
		q = q.Set("entry_id = ?", d.Entry)
	}
	result, err := q.Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrEmergency // another one took the plan's last place of the quarter at the same moment
	}
	if err := store.NextVersion(result, err, &d.Version); err != nil {
		return err
	}
	return d.promise(ctx, tx)
}

// seesDisbursement tells whether the actor may know of a disbursement. It does the same work whether there is one or
// not, so that the time tells nothing: where there is none, it reads the first of the table and its plan instead.
func seesDisbursement(ctx context.Context, tx *store.Tx, key string) (bool, error) {
	if beneficiaries.SeesAll(tx.By) {
		return true, nil
	}
	var found, number, by string
	var plan beneficiaries.PlanID
	var shared bool
	err := tx.NewRaw("SELECT id, number, COALESCE(plan_id, ''), created_by, to_casework FROM disbursements "+
		"WHERE id = COALESCE((SELECT MIN(id) FROM disbursements WHERE id = ? OR number = ?), "+
		"(SELECT MIN(id) FROM disbursements))", key, key).Scan(ctx, &found, &number, &plan, &by, &shared)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	onCase, err := beneficiaries.OnPlan(ctx, tx, plan)
	return (found == key || number == key) && (onCase || plan == "" && (by == tx.By.User ||
		shared && has(tx.By, access.Caseworker))), err
}

func (req Requests) readDisbursement(ctx context.Context, tx *store.Tx, key string, locked bool) (Disbursement, error) {
	if known, err := seesDisbursement(ctx, tx, key); err != nil || !known {
		return Disbursement{}, cmp.Or(err, ErrUnknownDisbursement)
	}
	var rows []disbursementRow
	q := visible(tx, tx.NewSelect().Model(&rows).Where("id = ? OR number = ?", key, key))
	if locked {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); err != nil {
		return Disbursement{}, err
	}
	if err := fill(ctx, tx, rows, itself); err != nil {
		return Disbursement{}, err
	}
	found, err := req.withParties(ctx, tx, rows)
	if err == nil && len(found) == 0 {
		return Disbursement{}, ErrUnknownDisbursement
	}
	if err != nil {
		return Disbursement{}, err
	}
	return found[0], nil
}

// written reads what a row says by itself; base is the currency of the books.
func (row disbursementRow) written(base ledger.Currency) (Disbursement, error) {
	d := Disbursement{ID: row.ID, Number: row.Number, Settlement: row.Settlement, Line: row.Line, Units: row.Units,
		Amount: ledger.OfMinor(row.Amount, row.Currency), Overpaid: ledger.OfMinor(row.Overpaid, row.Currency),
		Payee: row.Payee, PaidBy: row.PaidBy, Reference: row.Reference, Category: row.Category, Account: row.Account,
		OwnShares: row.OwnShares, Date: row.Date, Text: row.Text, State: row.State, Round: row.Round,
		Entry: store.ZeroIfNull(row.EntryID), Version: row.Version, CreatedBy: row.CreatedBy, WrittenBy: row.WrittenBy,
		PlanVersion: row.PlanVersion, Policy: row.PolicyID,
		Base: ledger.OfMinor(row.BaseAmount, base), SubmittedOn: row.SubmittedOn, Emergency: row.Emergency,
		ToCasework: row.ToCasework, EmergencySlot: store.ZeroIfNull(row.EmergencySlot),
		was: kept{row.State, store.ZeroIfNull(row.EntryID)}}
	if row.Spot != "" {
		var err error
		if d.Spot, err = ledger.ParseRate(row.Spot); err != nil {
			return Disbursement{}, err
		}
	}
	err := row.parts.into(&d, base)
	return d, err
}

// withParties reads what rows say and refer to, in a constant number of queries. Whoever may know of a disbursement may
// know of its plan, so the plans are read without asking again.
func (rules Rules) withParties(ctx context.Context, tx *store.Tx, rows []disbursementRow) ([]Disbursement, error) {
	var plans []beneficiaries.PlanID
	var partnerIDs []advances.PartnerID
	var prepaymentIDs []advances.PrepaymentID
	for _, r := range rows {
		plans = appendID(plans, r.PlanID)
		partnerIDs = appendID(partnerIDs, r.PartnerID)
		prepaymentIDs = appendID(prepaymentIDs, r.PrepaymentID)
	}
	planOf, err := rules.People.PlansByID(ctx, tx, plans)
	if err != nil {
		return nil, err
	}
	partnerOf, err := advances.PartnersByID(ctx, tx, partnerIDs)
	if err != nil {
		return nil, err
	}
	prepaymentOf, err := rules.Advances.PrepaymentsByID(ctx, tx, prepaymentIDs)
	if err != nil {
		return nil, err
	}
	out := make([]Disbursement, len(rows))
	for i, r := range rows {
		d, err := r.written(rules.Book.Base)
		if err != nil {
			return nil, err
		}
		d.Plan, d.Partner = planOf[store.ZeroIfNull(r.PlanID)], partnerOf[store.ZeroIfNull(r.PartnerID)]
		d.Prepayment = prepaymentOf[store.ZeroIfNull(r.PrepaymentID)]
		out[i] = d
	}
	return out, nil
}

// appendID adds a reference that may be missing to those that are to be read.
func appendID[T ~string](ids []T, id *T) []T {
	if id == nil {
		return ids
	}
	return append(ids, *id)
}

// Filter chooses the disbursements of a list, by number; what is empty does not narrow it.
type Filter struct {
	State State
	Page  store.Keyset
}

// List lists the disbursements that the actor may know of, by number. Of the plan, the partner and the prepayment it
// reads no more than id and number or code.
func (req Requests) List(ctx context.Context, tx *store.Tx, f Filter) ([]Disbursement, error) {
	return req.list(ctx, tx, f.Page, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.State == "" {
			return q
		}
		return q.Where("d.state = ?", f.State)
	})
}

// UnderPlans lists what was asked for under some plans, of those that the actor may know of, as [Requests.List] does.
func (req Requests) UnderPlans(ctx context.Context, tx *store.Tx, plans []beneficiaries.PlanID) ([]Disbursement,
	error) {
	if len(plans) == 0 {
		return nil, nil
	}
	return req.list(ctx, tx, store.Keyset{}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("d.plan_id IN (?)", bun.List(plans))
	})
}

// unproved lists what was paid by card or in cash and has no receipt, of what the actor may know of.
func (req Requests) unproved(ctx context.Context, tx *store.Tx) ([]Disbursement, error) {
	return req.list(ctx, tx, store.Keyset{}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("d.state = ?", Paid).Where("d.paid_by IN (?)", bun.List(unverified))
	})
}

// unverified are the means that need no verified bank details.
var unverified = []payees.Means{payees.ByCard, payees.InCash}

// namedRow is a disbursement with the names of what it refers to.
type namedRow struct {
	disbursementRow
	PlanNumber, PartnerCode, PrepaymentNumber string
}

// namedRows selects disbursements as d, with the names of what they refer to.
func namedRows(tx *store.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("disbursements AS d").ColumnExpr("d.*").
		ColumnExpr("COALESCE(p.number, '') AS plan_number, COALESCE(k.code, '') AS partner_code").
		ColumnExpr("COALESCE(a.number, '') AS prepayment_number").
		Join("LEFT JOIN plans AS p ON p.id = d.plan_id").Join("LEFT JOIN partners AS k ON k.id = d.partner_id").
		Join("LEFT JOIN prepayments AS a ON a.id = d.prepayment_id")
}

// read reads a row and names what it refers to.
func (r namedRow) read(base ledger.Currency) (Disbursement, error) {
	d, err := r.written(base)
	d.Plan.ID, d.Plan.Number = store.ZeroIfNull(r.PlanID), r.PlanNumber
	d.Partner.ID, d.Partner.Code = store.ZeroIfNull(r.PartnerID), r.PartnerCode
	d.Prepayment.ID, d.Prepayment.Number = store.ZeroIfNull(r.PrepaymentID), r.PrepaymentNumber
	return d, err
}

// list lists those of a query over disbursements as d that the actor may know of.
func (req Requests) list(
	ctx context.Context, tx *store.Tx, page store.Keyset, which func(*bun.SelectQuery) *bun.SelectQuery,
) ([]Disbursement, error) {
	var rows []namedRow
	q := onCases(tx, which(namedRows(tx)), "d.")
	if err := page.Ascending(q, "d.number").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if err := fill(ctx, tx, rows, func(r *namedRow) *disbursementRow { return &r.disbursementRow }); err != nil {
		return nil, err
	}
	out := make([]Disbursement, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.read(req.Book.Base); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prepaidInFlight is what was approved to come out of the prepayment of a disbursement, beside it, and is not booked
// yet; zero of no currency where it has none.
func (rules Rules) prepaidInFlight(ctx context.Context, tx *store.Tx, besides Disbursement) (sum ledger.Money,
	err error) {
	if besides.Prepayment.ID == "" {
		return sum, nil
	}
	var minor int64
	err = tx.NewSelect().Model((*disbursementRow)(nil)).ColumnExpr("CAST(COALESCE(SUM(amount), 0) AS BIGINT)").
		Where("prepayment_id = ?", besides.Prepayment.ID).Where("id <> ?", besides.ID).
		Where("state IN (?)", bun.List(flying)).Scan(ctx, &minor)
	return ledger.OfMinor(minor, rules.Book.Base), err
}
