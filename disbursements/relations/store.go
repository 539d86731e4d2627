package relations

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

type relationRow struct {
	bun.BaseModel `bun:"table:relations"`
	ID            ID `bun:",pk"`
	UserID        access.UserID
	DonorID       donors.ID
	Payee         string
	BeneficiaryID beneficiaries.BeneficiaryID
	Nature        string
	DeclaredBy    access.UserID
	DeclaredAt    string
	EndedOn       ledger.Date
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

// readRelations reads one relation, or for "" a page of all, that the actor may know of.
func readRelations(ctx context.Context, tx *store.Tx, id ID, page store.Keyset) ([]Relation, error) {
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

// readTo reads the relations in force to the payees and the persons of some parties.
func readTo(ctx context.Context, tx *store.Tx, parties []Party) ([]Relation, error) {
	codes, persons := []string{}, []beneficiaries.BeneficiaryID{}
	for _, p := range parties {
		if p.Payee != "" {
			codes = append(codes, p.Payee)
		}
		if p.Person != "" {
			persons = append(persons, p.Person)
		}
	}
	if len(codes)+len(persons) == 0 {
		return nil, nil
	}
	var rows []relationRow
	err := tx.NewSelect().Model(&rows).Where("payee IN (?) OR beneficiary_id IN (?)", bun.List(codes),
		bun.List(persons)).Where("ended_on = '' OR ended_on >= ?", ledger.DateOf(tx.At)).Order("id").Scan(ctx)
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
