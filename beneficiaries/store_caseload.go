package beneficiaries

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type assignmentRow struct {
	bun.BaseModel `bun:"table:caseload"`
	ID            string `bun:",pk"`
	BeneficiaryID BeneficiaryID
	UserID        access.UserID
	FromOn        ledger.Date
	ToOn          ledger.Date
	Admitted      bool
	AssignedBy    string
	AssignedAt    string
}

// onCaseToday is the condition for rows about a beneficiary that an actor with a caseload sees. The actor's own
// caseload is what is looked through, so that a person who is there and one who is not cost the same.
const onCaseToday = `? IN (SELECT c.beneficiary_id FROM caseload AS c WHERE c.user_id = ? AND c.from_on <= ? AND
	(c.to_on = '' OR c.to_on >= ?))`

// visible narrows a query to the beneficiaries that the actor may know of; column holds their ids.
func visible(tx *store.Tx, q *bun.SelectQuery, column string) *bun.SelectQuery {
	if allOf(tx.By) {
		return q
	}
	today := ledger.DateOf(tx.At)
	return q.Where(onCaseToday, bun.Ident(column), tx.By.User, today, today)
}

func readBeneficiaries(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Beneficiary, error) {
	var rows []beneficiaryRow
	if err := page.Ascending(visible(tx, tx.NewSelect().Model(&rows), "id"), "code").Scan(ctx); err != nil {
		return nil, err
	}
	found := make([]Beneficiary, len(rows))
	for i, r := range rows {
		found[i] = Beneficiary{r.ID, r.Code, r.Status}
	}
	return found, nil
}

func readCodes(ctx context.Context, tx *store.Tx, ids []BeneficiaryID) (map[BeneficiaryID]string, error) {
	codes := map[BeneficiaryID]string{}
	if len(ids) == 0 {
		return codes, nil
	}
	var rows []beneficiaryRow
	err := visible(tx, tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)), "id").Scan(ctx)
	for _, r := range rows {
		codes[r.ID] = r.Code
	}
	return codes, err
}

func insertAssignment(ctx context.Context, tx *store.Tx, a Assignment) error {
	row := assignmentRow{ID: a.ID, BeneficiaryID: a.Beneficiary, UserID: a.User, FromOn: a.From, ToOn: a.To,
		Admitted:   a.admitted,
		AssignedBy: a.AssignedBy, AssignedAt: store.FormatTime(a.AssignedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func endAssignment(ctx context.Context, tx *store.Tx, a Assignment) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*assignmentRow)(nil)).Set("to_on = ?", a.To).Where("id = ?", a.ID).
		Where("to_on = ''").Exec(ctx))
}

func readAssignments(ctx context.Context, tx *store.Tx, b BeneficiaryID, page store.Keyset) ([]Assignment, error) {
	var rows []struct {
		assignmentRow
		Handle string
	}
	q := tx.NewSelect().TableExpr("caseload AS c").ColumnExpr("c.*").ColumnExpr("u.handle").
		Join("JOIN users AS u ON u.id = c.user_id").Where("c.beneficiary_id = ?", b)
	if err := page.Ascending(q, "c.from_on", "c.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Assignment, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.AssignedAt)
		if err != nil {
			return nil, err
		}
		all[i] = Assignment{ID: r.ID, Beneficiary: r.BeneficiaryID, User: r.UserID, Handle: r.Handle, From: r.FromOn,
			To: r.ToOn, AssignedBy: r.AssignedBy, AssignedAt: at, admitted: r.Admitted}
	}
	return all, nil
}

// endCase ends every place on a case that goes on.
func endCase(ctx context.Context, tx *store.Tx, b BeneficiaryID, last ledger.Date) error {
	_, err := tx.NewUpdate().Model((*assignmentRow)(nil)).
		Set("to_on = CASE WHEN from_on > ? THEN from_on ELSE ? END", last, last).
		Where("beneficiary_id = ?", b).Where("to_on = ''").Exec(ctx)
	return err
}

// findUser finds a user by id or handle.
func findUser(ctx context.Context, tx *store.Tx, key string) (id access.UserID, handle string, err error) {
	err = tx.NewSelect().Table("users").Column("id", "handle").Where("id = ? OR handle = ?", key, key).
		Scan(ctx, &id, &handle)
	if errors.Is(err, sql.ErrNoRows) {
		err = access.ErrUnknownUser
	}
	return id, handle, err
}

// planTaken tells whether a number is given to any plan, seen by the actor or not.
func planTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*planRow)(nil)).Where("number = ?", number).Exists(ctx)
}

// seesPlan tells whether the actor may know of a plan. It asks the same two questions, and gets an answer of one row to
// each, whether there is one or not, so that the time tells nothing.
func seesPlan(ctx context.Context, tx *store.Tx, key string) (bool, error) {
	if allOf(tx.By) {
		return true, nil
	}
	var b BeneficiaryID
	if err := tx.NewRaw("SELECT COALESCE(MAX(beneficiary_id), '') FROM plans WHERE id = ? OR number = ?", key, key).
		Scan(ctx, &b); err != nil {
		return false, err
	}
	return readOnCase(ctx, tx, b)
}

// seesBeneficiary tells the same of a person.
func seesBeneficiary(ctx context.Context, tx *store.Tx, key string) (bool, error) {
	if allOf(tx.By) {
		return true, nil
	}
	var b BeneficiaryID
	if err := tx.NewRaw("SELECT COALESCE(MAX(id), '') FROM beneficiaries WHERE id = ? OR code = ?", key, key).
		Scan(ctx, &b); err != nil {
		return false, err
	}
	return readOnCase(ctx, tx, b)
}

// readOnCase tells whether the actor is on somebody's case today; nobody is on that of "", which takes as long.
func readOnCase(ctx context.Context, tx *store.Tx, b BeneficiaryID) (on bool, err error) {
	today := ledger.DateOf(tx.At)
	err = tx.NewRaw(`SELECT EXISTS (SELECT 1 FROM caseload AS c WHERE c.user_id = ? AND c.beneficiary_id = ? AND
		c.from_on <= ? AND (c.to_on = '' OR c.to_on >= ?))`,
		tx.By.User, b, today, today).Scan(ctx, &on)
	return on, err
}

// OnPlan tells whether the actor is on the case of a plan today; nobody is on that of "", which takes as long.
func OnPlan(ctx context.Context, tx *store.Tx, plan PlanID) (bool, error) {
	var b BeneficiaryID
	if err := tx.NewRaw("SELECT COALESCE(MAX(beneficiary_id), '') FROM plans WHERE id = ?", plan).
		Scan(ctx, &b); err != nil {
		return false, err
	}
	return readOnCase(ctx, tx, b)
}

// CaseColumns are the columns of rows about plans: the plan's id, which may be NULL, the user who made the row, and,
// where it is not "", whether all of casework may know of a row about no plan. Without a maker everybody may know of
// those.
type CaseColumns struct{ Plan, MadeBy, Shared string }

// OnCases narrows a query to rows about plans whose beneficiaries the actor may know of, and to those about no plan
// that the actor made, or that are shared.
func OnCases(tx *store.Tx, q *bun.SelectQuery, of CaseColumns) *bun.SelectQuery {
	if allOf(tx.By) {
		return q
	}
	today := ledger.DateOf(tx.At)
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("? IN (SELECT p.id FROM plans AS p WHERE "+onCaseToday+")", bun.Ident(of.Plan),
			bun.Ident("p.beneficiary_id"), tx.By.User, today, today)
		if of.MadeBy == "" {
			return q.WhereOr("? IS NULL", bun.Ident(of.Plan))
		}
		q = q.WhereOr("? IS NULL AND ? = ?", bun.Ident(of.Plan), bun.Ident(of.MadeBy), tx.By.User)
		if of.Shared != "" {
			q = q.WhereOr("? IS NULL AND ?", bun.Ident(of.Plan), bun.Ident(of.Shared))
		}
		return q
	})
}

// OfCases narrows a query to rows about no beneficiary and to those about one whom the actor may know of.
func OfCases(tx *store.Tx, q *bun.SelectQuery, beneficiary string) *bun.SelectQuery {
	if allOf(tx.By) {
		return q
	}
	today := ledger.DateOf(tx.At)
	return q.Where("(? = '' OR "+onCaseToday+")", bun.Ident(beneficiary), bun.Ident(beneficiary), tx.By.User, today, today)
}
