package disbursements

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

type delegationRow struct {
	bun.BaseModel `bun:"table:delegations"`
	ID            DelegationID `bun:",pk"`
	FromUser      access.UserID
	ToUser        access.UserID
	FromOn        ledger.Date
	ToOn          ledger.Date
	Reason        string
	CreatedBy     access.UserID
	CreatedAt     string
	RevokedAt     string
}

type relationRow struct {
	bun.BaseModel `bun:"table:relations"`
	ID            RelationID `bun:",pk"`
	UserID        access.UserID
	DonorID       donors.ID
	Payee         string
	BeneficiaryID beneficiaries.BeneficiaryID
	Nature        string
	DeclaredBy    access.UserID
	DeclaredAt    string
	EndedOn       ledger.Date
}

func insertDelegation(ctx context.Context, tx *store.Tx, d Delegation) error {
	row := delegationRow{ID: d.ID, FromUser: d.From, ToUser: d.To, FromOn: d.FromOn, ToOn: d.ToOn, Reason: d.Reason,
		CreatedBy: access.UserID(tx.By.User),
		CreatedAt: store.FormatTime(d.CreatedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func revokeDelegation(ctx context.Context, tx *store.Tx, id DelegationID) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*delegationRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).
		Where("id = ?", id).Where("revoked_at = ''").Exec(ctx))
}

// readDelegations reads a page of those that a user made or was named in; "" is everybody's.
func readDelegations(ctx context.Context, tx *store.Tx, user access.UserID, page store.Keyset) ([]Delegation, error) {
	var rows []struct {
		delegationRow
		FromName, ToName string
	}
	q := tx.NewSelect().TableExpr("delegations AS d").ColumnExpr("d.*").
		ColumnExpr("f.handle AS from_name").ColumnExpr("t.handle AS to_name").
		Join("JOIN users AS f ON f.id = d.from_user").Join("JOIN users AS t ON t.id = d.to_user")
	if user != "" {
		q = q.Where("d.from_user = ? OR d.to_user = ?", user, user)
	}
	if err := page.Ascending(q, "d.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Delegation, len(rows))
	for i, r := range rows {
		found[i] = Delegation{ID: r.ID, From: r.FromUser, To: r.ToUser, FromName: r.FromName, ToName: r.ToName,
			FromOn: r.FromOn, ToOn: r.ToOn, Reason: r.Reason}
		var err error
		if found[i].CreatedAt, err = store.ParseTime(r.CreatedAt); err != nil {
			return nil, err
		}
		if r.RevokedAt == "" {
			continue
		}
		if found[i].RevokedAt, err = store.ParseTime(r.RevokedAt); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func insertRelation(ctx context.Context, tx *store.Tx, r Relation) error {
	row := relationRow{ID: r.ID, UserID: r.User, DonorID: r.Donor, Payee: r.Payee, BeneficiaryID: r.Beneficiary,
		Nature:     r.Nature,
		DeclaredBy: r.DeclaredBy, DeclaredAt: store.FormatTime(r.DeclaredAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func endRelation(ctx context.Context, tx *store.Tx, r Relation) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*relationRow)(nil)).Set("ended_on = ?", r.EndedOn).Where("id = ?",
		r.ID).Where("ended_on = ''").Exec(ctx))
}

// relations reads one relation, or for "" a page of all, that the actor may know of.
func relations(ctx context.Context, tx *store.Tx, id RelationID, page store.Keyset) ([]Relation, error) {
	var rows []relationRow
	q := page.Ascending(beneficiaries.OfCases(tx, tx.NewSelect().Model(&rows), "beneficiary_id"), "id")
	if id != "" {
		q = q.Where("id = ?", id)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return relationsFrom(rows)
}

// relationsOf reads the relations in force to the payee or the person of a disbursement.
func relationsOf(ctx context.Context, tx *store.Tx, d Disbursement) ([]Relation, error) {
	if d.Payee == "" && d.Plan.Beneficiary == "" {
		return nil, nil
	}
	var rows []relationRow
	err := tx.NewSelect().Model(&rows).Where("payee <> '' AND payee = ? OR beneficiary_id <> '' AND beneficiary_id = ?",
		d.Payee, d.Plan.Beneficiary).
		Where("ended_on = '' OR ended_on >= ?", ledger.DateOf(tx.At)).Order("id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return relationsFrom(rows)
}

func relationsFrom(rows []relationRow) ([]Relation, error) {
	found := make([]Relation, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.DeclaredAt)
		if err != nil {
			return nil, err
		}
		found[i] = Relation{ID: r.ID, User: r.UserID, Donor: r.DonorID, Payee: r.Payee, Beneficiary: r.BeneficiaryID,
			Nature: r.Nature, DeclaredBy: r.DeclaredBy, DeclaredAt: at, EndedOn: r.EndedOn}
	}
	return found, nil
}
