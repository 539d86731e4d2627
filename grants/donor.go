package grants

import (
	"cmp"
	"context"

	"supportledger/access"
	"supportledger/store"
)

// DonorID identifies a donor.
type DonorID string

// DonorKind is what a donor is.
type DonorKind string

// The kinds of donor.
const (
	Institution DonorKind = "institution"
	Person      DonorKind = "person"
	Legacy      DonorKind = "legacy"
)

// Donor gives. Only an institution's name is kept in clear.
type Donor struct {
	ID       DonorID
	Code     string // D-77
	Kind     DonorKind
	Name     string // of an institution, "" for a person
	Language string // da or en, of what is sent
	Delivery Delivery
	Sealed   []DonorField // what is kept of what is personal
}

// RegisterDonor puts a donor on record. [ErrDuplicateDonor] when the code is taken; without a code the donor gets one.
func (r Register) RegisterDonor(ctx context.Context, tx *store.Tx, d Donor) (Donor, error) {
	if d.Kind != Institution && d.Name != "" {
		return Donor{}, ErrNameOfPerson
	}
	d.ID = DonorID(store.NewID("don"))
	d.Delivery = cmp.Or(d.Delivery, NoDelivery)
	find := func(code string) error { _, err := r.Donor(ctx, tx, code); return err }
	if err := numbered(ctx, tx, "donor", "D-%d", &d.Code, find, ErrUnknownDonor); err != nil {
		return Donor{}, err
	}
	if err := insertDonor(ctx, tx, d); err != nil {
		return Donor{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "donor.registered", Subject: string(d.ID)})
}

// Donor finds a donor by id or code. [ErrUnknownDonor].
func (r Register) Donor(ctx context.Context, tx *store.Tx, key string) (Donor, error) {
	return readDonor(ctx, tx, key)
}

// Donors lists the donors by code.
func (r Register) Donors(ctx context.Context, tx *store.Tx) ([]Donor, error) {
	return readDonors(ctx, tx, "", 0)
}

// DonorsAfter lists donors by code after one, at most limit.
func (r Register) DonorsAfter(ctx context.Context, tx *store.Tx, code string, limit int) ([]Donor, error) {
	return readDonors(ctx, tx, code, limit)
}
