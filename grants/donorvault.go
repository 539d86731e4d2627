package grants

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
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

// DonorField names what is personal about a donor. It is kept sealed under a key of the donor's own, or not at all.
type DonorField string

// The fields. The tax id (CPR of a person, CVR of a company) is for the yearly report to the tax agency alone. The passphrase is
// what the donor agreed on with us, by another way than mail; statements that are mailed themselves are locked with it.
const (
	DonorTaxID   DonorField = "tax_id"
	DonorName    DonorField = "name"
	DonorEmail   DonorField = "email"
	DonorAddress DonorField = "address"

	DonorPassphrase DonorField = "passphrase"
)

// donorFieldVersion counts the ways in which donors' fields were written.
const donorFieldVersion = 1

func (f DonorField) place(id DonorID) vault.Place {
	return vault.Place{Table: "donor_secrets", Column: string(f), Row: string(id), Version: donorFieldVersion}
}

// SealDonor keeps what is personal about a donor, each field sealed under the donor's key; a field that is there is replaced, an
// empty text takes it away. [vault.ErrNoVault] on a server without a key, [vault.ErrErased] for a donor who was erased.
func (r Register) SealDonor(ctx context.Context, tx *store.Tx, v *vault.Vault, key string, fields map[DonorField]string) (Donor, error) {
	d, err := r.Donor(ctx, tx, key)
	if err != nil {
		return Donor{}, err
	}
	names := make([]string, 0, len(fields))
	for field, text := range fields {
		names = append(names, string(field))
		var sealed []byte
		if text != "" {
			if sealed, err = v.Seal(ctx, tx, string(d.ID), field.place(d.ID), text); err != nil {
				return Donor{}, err
			}
		}
		if err := saveSecret(ctx, tx, d.ID, field, sealed); err != nil {
			return Donor{}, err
		}
	}
	slices.Sort(names)
	if err := access.Record(ctx, tx, access.Event{Action: "donor.sealed", Subject: string(d.ID), Fields: names}); err != nil {
		return Donor{}, err
	}
	return r.Donor(ctx, tx, key)
}

// OpenDonor opens personal fields of a donor, for a reason, and notes in the same tx who did. Fields that are not kept are left
// out. [ledger.ErrReasonRequired].
func (r Register) OpenDonor(ctx context.Context, tx *store.Tx, v *vault.Vault, key, reason string, fields ...DonorField) (map[DonorField]string, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return nil, err
	}
	d, err := r.Donor(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	opened, names, err := openFields(ctx, tx, v, d.ID, fields)
	if err != nil {
		return nil, err
	}
	return opened, access.Record(ctx, tx, access.Event{Action: "donor.opened", Subject: string(d.ID), Fields: names, Reason: reason})
}

func openFields(ctx context.Context, tx *store.Tx, v *vault.Vault, id DonorID, fields []DonorField) (map[DonorField]string, []string, error) {
	secrets, err := readSecrets(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	opened, names := map[DonorField]string{}, []string(nil)
	for _, field := range fields {
		sealed, kept := secrets[field]
		if !kept {
			continue
		}
		text, err := v.Open(ctx, tx, string(id), field.place(id), sealed)
		if err != nil {
			return nil, nil, err
		}
		opened[field], names = text, append(names, string(field))
	}
	return opened, names, nil
}

// EraseDonor destroys the key of a donor: what was sealed is gone for good, in backups as well; gifts and books stay.
// [ledger.ErrReasonRequired].
func (r Register) EraseDonor(ctx context.Context, tx *store.Tx, v *vault.Vault, key, reason string) (Donor, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Donor{}, err
	}
	d, err := r.Donor(ctx, tx, key)
	if err != nil {
		return Donor{}, err
	}
	if err := v.Destroy(ctx, tx, string(d.ID)); err != nil {
		return Donor{}, err
	}
	if err := deleteSecrets(ctx, tx, d.ID); err != nil {
		return Donor{}, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "donor.erased", Subject: string(d.ID), Reason: reason}); err != nil {
		return Donor{}, err
	}
	return r.Donor(ctx, tx, key)
}
