// Package relations keeps what users and donors have to do with payees and people supported. Such a user decides on
// nothing for them; a donor's relation shows among the checks of what the donor pays. [To] is what both of them read.
package relations

import (
	"context"
	"errors"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrUnknown = errors.New("disbursements: unknown relation")
	ErrShape   = errors.New("disbursements: a relation is of one user or donor to one payee or person")
)

// ID identifies a declared relation.
type ID string

// Relation is what a user or a donor has to do with a payee or a person supported.
type Relation struct {
	ID          ID
	User        access.UserID // or
	Donor       donors.ID
	Payee       string // code, or
	Beneficiary beneficiaries.BeneficiaryID
	Nature      string // family, household, employment, ownership, other; no more is written down
	DeclaredBy  access.UserID
	DeclaredAt  time.Time
	EndedOn     ledger.Date // the last day; "" goes on
}

// Declare puts a relation on record. Everybody declares their own; those of others and of donors are declared
// by who leads. [ErrShape], [beneficiaries.ErrUnknownBeneficiary] for a person whom the actor may not know
// of, [access.ErrUnknownUser], [donors.ErrUnknownDonor].
func Declare(ctx context.Context, tx *store.Tx, people beneficiaries.Register, r Relation) (Relation, error) {
	if (r.User == "") == (r.Donor == "") || (r.Payee == "") == (r.Beneficiary == "") {
		return Relation{}, ErrShape
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
		b, err := people.Beneficiary(ctx, tx, string(r.Beneficiary))
		if err != nil {
			return Relation{}, err
		}
		r.Beneficiary = b.ID
	}
	if string(r.User) != tx.By.User && !leads(tx.By) {
		return Relation{}, access.ErrForbidden
	}
	r.ID, r.DeclaredBy, r.DeclaredAt = ID(store.NewID("rel")), access.UserID(tx.By.User), tx.At
	if err := insertRelation(ctx, tx, r); err != nil {
		return Relation{}, err
	}
	return r, access.Record(ctx, tx,
		access.Event{Action: "relation.declared", Subject: string(r.ID), OnBehalfOf: r.User, Fields: []string{"nature"}})
}

// leads reports whether an actor leads programme or money.
func leads(by store.Actor) bool {
	return slices.ContainsFunc([]access.Role{access.ProgrammeLead, access.Treasurer},
		func(r access.Role) bool { return slices.Contains(by.Roles, string(r)) })
}

// End says on which day a relation ended. Nobody ends their own: another one says so. [ErrUnknown],
// [access.ErrMakerCannotApprove].
func End(ctx context.Context, tx *store.Tx, id ID, last ledger.Date) (Relation, error) {
	found, err := readRelations(ctx, tx, id, store.Keyset{})
	if err != nil {
		return Relation{}, err
	}
	if len(found) == 0 || found[0].EndedOn != "" {
		return Relation{}, ErrUnknown
	}
	r := found[0]
	if err := access.NotMine(ctx, tx, r.User); err != nil {
		return Relation{}, err
	}
	r.EndedOn = last
	if err := endRelation(ctx, tx, r); err != nil {
		return Relation{}, err
	}
	return r, access.Record(ctx, tx,
		access.Event{Action: "relation.ended", Subject: string(r.ID), OnBehalfOf: r.User, Fields: []string{"ended_on"}})
}

// List lists the declared relations that the actor may know of, oldest first.
func List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Relation, error) {
	return readRelations(ctx, tx, "", page)
}

// Party is whom something is paid for: a payee by code, a person, or both.
type Party struct {
	Payee  string
	Person beneficiaries.BeneficiaryID
}

// To lists the relations in force to some parties, by party.
func To(ctx context.Context, tx *store.Tx, parties ...Party) (map[Party][]Relation, error) {
	all, err := readTo(ctx, tx, parties)
	found := map[Party][]Relation{}
	for _, p := range parties {
		if _, done := found[p]; done {
			continue
		}
		for _, r := range all {
			if r.Payee != "" && r.Payee == p.Payee || r.Beneficiary != "" && r.Beneficiary == p.Person {
				found[p] = append(found[p], r)
			}
		}
	}
	return found, err
}
