// Package donors keeps who gives: a code, a kind, and what is personal sealed under a key of the donor's own.
//
// Only the name of an institution is kept in clear. Everything personal is a [Field], sealed by package vault; whoever
// reads it gives a reason, and who read what and why is on record. Erasing a donor destroys the key and leaves gifts
// and books.
package donors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/store"
)

// What donors refuse.
var (
	ErrUnknownDonor   = errors.New("donors: unknown donor")
	ErrDuplicateDonor = errors.New("donors: donor exists")
	ErrNameOfPerson   = errors.New("donors: a person's name is not kept here")
	ErrDonorInUse     = errors.New("donors: something depends on the donor")
)

// ID identifies a donor.
type ID string

// Kind is what a donor is.
type Kind string

// The kinds of donor.
const (
	Institution Kind = "institution"
	Person      Kind = "person"
	Legacy      Kind = "legacy"
)

// Delivery is how a donor wants to get what is sent.
type Delivery string

// The ways of delivery.
const (
	NoDelivery Delivery = "none"
	ByEmail    Delivery = "email"
	ByPost     Delivery = "post"
	ByPortal   Delivery = "portal"
)

// Donor gives. Only an institution's name is kept in clear.
type Donor struct {
	ID       ID
	Code     string // D-77
	Kind     Kind
	Name     string // of an institution, "" for a person
	Language string // da or en, of what is sent
	Delivery Delivery
	Sealed   []Field // which personal fields are kept
}

// Register puts a donor on record. [ErrDuplicateDonor] when the code is taken; a donor without a code gets one.
func Register(ctx context.Context, tx *store.Tx, d Donor) (Donor, error) {
	if d.Kind != Institution && d.Name != "" {
		return Donor{}, ErrNameOfPerson
	}
	d.ID = ID(store.NewID("don"))
	d.Delivery = cmp.Or(d.Delivery, NoDelivery)
	if d.Code == "" {
		var err error
		if d.Code, err = access.FreeNumber(ctx, tx, "donor", "D-%d", codeTaken); err != nil {
			return Donor{}, err
		}
	}
	if err := insertDonor(ctx, tx, d); err != nil {
		return Donor{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "donor.registered", Subject: string(d.ID)})
}

// InUse names a donor on which something depends, and what.
type InUse struct{ Code, By string }

func (e *InUse) Error() string { return fmt.Sprintf("donors: donor %s has %s", e.Code, e.By) }

// Unwrap makes errors.Is(err, ErrDonorInUse) true.
func (e *InUse) Unwrap() error { return ErrDonorInUse }

// Choose puts down what a donor wants: the language of what is sent, and how it is sent. Only what changed is on
// record; nothing is where nothing changed.
func Choose(ctx context.Context, tx *store.Tx, d Donor, language string, delivery Delivery) (Donor, error) {
	now := d
	now.Language, now.Delivery = language, delivery
	return change(ctx, tx, "donor.chose", d, now)
}

// Edit changes the name of an institution, and what a donor wants as [Choose] does. The code stays: statements are
// filed under it. [ErrNameOfPerson].
func Edit(ctx context.Context, tx *store.Tx, d, now Donor) (Donor, error) {
	if d.Kind != Institution && now.Name != "" {
		return Donor{}, ErrNameOfPerson
	}
	edited := d
	edited.Name, edited.Language, edited.Delivery = now.Name, now.Language, now.Delivery
	return change(ctx, tx, "donor.edited", d, edited)
}

func change(ctx context.Context, tx *store.Tx, action string, d, now Donor) (Donor, error) {
	event := access.Event{Action: action, Subject: string(d.ID)}
	for field, changed := range map[string]bool{"name": now.Name != d.Name, "language": now.Language != d.Language,
		"delivery": now.Delivery != d.Delivery} {
		if changed {
			event.Fields = append(event.Fields, field)
		}
	}
	if len(event.Fields) == 0 {
		return d, nil
	}
	slices.Sort(event.Fields)
	if err := saveChanges(ctx, tx, now); err != nil {
		return Donor{}, err
	}
	return now, access.Record(ctx, tx, event)
}
