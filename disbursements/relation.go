package disbursements

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// RelationID identifies a declared relation.
type RelationID string

// Relation is what a user or a donor has to do with a payee or a person supported. Such a user decides on nothing for
// them; a donor's shows among the checks of what the donor pays.
type Relation struct {
	ID          RelationID
	User        access.UserID // or
	Donor       donors.ID
	Payee       string // code, or
	Beneficiary beneficiaries.BeneficiaryID
	Nature      string // family, household, employment, ownership, other; no more is written down
	DeclaredBy  access.UserID
	DeclaredAt  time.Time
	EndedOn     ledger.Date // the last day; "" goes on
}

// DeclareRelation puts a relation on record. Everybody declares their own; those of others and of donors are declared
// by who leads. [ErrRelationShape], [beneficiaries.ErrUnknownBeneficiary] for a person whom the actor may not know
// of, [access.ErrUnknownUser], [donors.ErrUnknownDonor].
func (pol Policies) DeclareRelation(ctx context.Context, tx *store.Tx, r Relation) (Relation, error) {
	if (r.User == "") == (r.Donor == "") || (r.Payee == "") == (r.Beneficiary == "") {
		return Relation{}, ErrRelationShape
	}
	if r.User != "" {
		user, err := access.FindUser(ctx, tx, string(r.User))
		if err != nil {
			return Relation{}, err
		}
		r.User = user.ID
	} else {
		donor, err := donors.Find(ctx, tx, string(r.Donor))
		if err != nil {
			return Relation{}, err
		}
		r.Donor = donor.ID
	}
	if r.Beneficiary != "" {
		b, err := pol.People.Beneficiary(ctx, tx, string(r.Beneficiary))
		if err != nil {
			return Relation{}, err
		}
		r.Beneficiary = b.ID
	}
	if string(r.User) != tx.By.User && !leads(tx.By) {
		return Relation{}, access.ErrForbidden
	}
	r.ID, r.DeclaredBy, r.DeclaredAt = RelationID(store.NewID("rel")), access.UserID(tx.By.User), tx.At
	if err := insertRelation(ctx, tx, r); err != nil {
		return Relation{}, err
	}
	return r, access.Record(ctx, tx,
		access.Event{Action: "relation.declared", Subject: string(r.ID), OnBehalfOf: r.User, Fields: []string{"nature"}})
}

// leads reports whether an actor leads programme or money.
func leads(by store.Actor) bool {
	return has(by, access.ProgrammeLead) || has(by, access.Treasurer)
}

// EndRelation says on which day a relation ended. Nobody ends their own: another one says so. [ErrUnknownRelation],
// [access.ErrMakerCannotApprove].
func (pol Policies) EndRelation(ctx context.Context, tx *store.Tx, id RelationID, last ledger.Date) (Relation, error) {
	found, err := relations(ctx, tx, id, store.Keyset{})
	if err != nil {
		return Relation{}, err
	}
	if len(found) == 0 || found[0].EndedOn != "" {
		return Relation{}, ErrUnknownRelation
	}
	r := found[0]
	if string(r.User) == tx.By.User {
		return Relation{}, access.ErrMakerCannotApprove
	}
	r.EndedOn = last
	if err := endRelation(ctx, tx, r); err != nil {
		return Relation{}, err
	}
	return r, access.Record(ctx, tx,
		access.Event{Action: "relation.ended", Subject: string(r.ID), OnBehalfOf: r.User, Fields: []string{"ended_on"}})
}

// Relations lists the declared relations that the actor may know of, oldest first.
func (pol Policies) Relations(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Relation, error) {
	return relations(ctx, tx, "", page)
}
