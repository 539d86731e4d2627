// Package delegations keeps who decides for whom while somebody is away. A [Delegation] lends the roles of who is away
// for decisions on requests, from a day to a day, and widens no duty: on one request the two count as one person.
// [Make] says what a deputy may be, and [RolesFor] is what a decision reads.
package delegations

import (
	"context"
	"errors"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrMissing   = errors.New("delegations: nobody acts for another without a delegation of this day")
	ErrUnknown   = errors.New("delegations: unknown delegation")
	ErrDays      = errors.New("delegations: a delegation has a first and a last day, at most 92 apart, and is not over")
	ErrOwnDeputy = errors.New("delegations: nobody is their own deputy")
)

// longestDelegation is how many days somebody may be away with a deputy.
const longestDelegation = 92

// ID identifies a delegation.
type ID string

// Delegation lets a deputy decide for somebody who is away, from a day to a day. It lends the absent person's roles
// for decisions on disbursements and nothing else, and widens no duty: on one disbursement the deputy and the absent
// person count as one.
type Delegation struct {
	ID        ID
	From, To  access.UserID // who is away; the deputy
	FromName  string        // handles, when read
	ToName    string
	FromOn    ledger.Date
	ToOn      ledger.Date
	Reason    string
	CreatedAt time.Time
	RevokedAt time.Time // zero: it stands
}

// On reports whether the delegation is in force on a day.
func (d Delegation) On(day ledger.Date) bool {
	return d.FromOn <= day && day <= d.ToOn && d.RevokedAt.IsZero()
}

// Make names a deputy for the days that the actor is away. Nobody does it for another. The two must not be one
// person, and their roles must go together in one person, or the deputy would do what no one may
// ([access.ErrIncompatibleRoles]). [ErrDays], [access.ErrUnknownUser], [ledger.ErrReasonRequired].
func Make(ctx context.Context, tx *store.Tx, d Delegation) (Delegation, error) {
	if ledger.CheckReason(d.Reason) != nil {
		return Delegation{}, ledger.ErrReasonRequired
	}
	if today := ledger.DateOf(tx.At); d.ToOn < today || d.ToOn < d.FromOn || d.FromOn.AddDays(longestDelegation) < d.ToOn {
		return Delegation{}, ErrDays
	}
	deputy, err := access.FindUser(ctx, tx, string(d.To))
	if err != nil {
		return Delegation{}, err
	}
	absent, err := access.FindUser(ctx, tx, tx.By.User)
	if err != nil {
		return Delegation{}, err
	}
	if samePerson(absent, deputy) {
		return Delegation{}, ErrOwnDeputy
	}
	if !deputy.Works(tx.At) {
		return Delegation{}, access.ErrAccountEnded
	}
	if err := access.Compatible(slices.Concat(absent.Roles, deputy.Roles)); err != nil {
		return Delegation{}, err
	}
	d.ID, d.From, d.To, d.FromName, d.ToName, d.CreatedAt = ID(store.NewID("dlg")), absent.ID, deputy.ID,
		absent.Handle, deputy.Handle, tx.At
	if err := insertDelegation(ctx, tx, d); err != nil {
		return Delegation{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: "delegation.made", Subject: string(d.ID), OnBehalfOf: d.To, Fields: []string{"from_on", "to_on"},
			Reason: d.Reason})
}

// samePerson reports whether two accounts are one person's.
func samePerson(a, b access.Account) bool {
	person := func(x access.Account) access.UserID {
		if x.Person != "" {
			return x.Person
		}
		return x.ID
	}
	return person(a) == person(b)
}

// Revoke ends a delegation at once. Who made it or a deputy who no longer wants it may; for everybody else
// it is not there. [ErrUnknown].
func Revoke(ctx context.Context, tx *store.Tx, id ID) (Delegation, error) {
	all, err := readDelegations(ctx, tx, access.UserID(tx.By.User), store.Keyset{})
	if err != nil {
		return Delegation{}, err
	}
	i := slices.IndexFunc(all, func(d Delegation) bool { return d.ID == id && d.RevokedAt.IsZero() })
	if i < 0 {
		return Delegation{}, ErrUnknown
	}
	all[i].RevokedAt = tx.At
	if err := revokeDelegation(ctx, tx, id); err != nil {
		return Delegation{}, err
	}
	return all[i], access.Record(ctx, tx,
		access.Event{Action: "delegation.revoked", Subject: string(id), Fields: []string{"revoked_at"}})
}

// List lists everybody's, oldest first.
func List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Delegation, error) {
	return readDelegations(ctx, tx, "", page)
}

// Of lists those that a user made or was named in.
func Of(ctx context.Context, tx *store.Tx, user access.UserID) ([]Delegation, error) {
	return readDelegations(ctx, tx, user, store.Keyset{})
}

// RolesFor are the roles that the actor decides in: the actor's own, or those of somebody away whose deputy the actor
// is today.
func RolesFor(ctx context.Context, tx *store.Tx, behalf access.UserID) ([]access.Role, access.UserID, error) {
	if behalf == "" {
		roles := make([]access.Role, len(tx.By.Roles))
		for i, r := range tx.By.Roles {
			roles[i] = access.Role(r)
		}
		return roles, "", nil
	}
	absent, err := access.FindUser(ctx, tx, string(behalf))
	if err != nil {
		return nil, "", err
	}
	all, err := Of(ctx, tx, access.UserID(tx.By.User))
	if err != nil {
		return nil, "", err
	}
	today := ledger.DateOf(tx.At)
	if !slices.ContainsFunc(all, func(d Delegation) bool {
		return d.From == absent.ID && d.To == access.UserID(tx.By.User) && d.On(today)
	}) {
		return nil, "", ErrMissing
	}
	return absent.Roles, absent.ID, nil
}
