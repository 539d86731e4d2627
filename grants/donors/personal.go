package donors

import (
	"context"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// Field names what is personal about a donor. It is kept sealed under a key of the donor's own, or not at all.
type Field string

// The fields. The tax id (CPR of a person, CVR of a company) is for the yearly report to the tax agency alone. The
// passphrase is agreed with the donor by another way than mail; statements sent as attachments are locked with it.
const (
	TaxID      Field = "tax_id"
	Name       Field = "name"
	Email      Field = "email"
	Address    Field = "address"
	Passphrase Field = "passphrase"
)

// fieldVersion counts the formats in which fields were sealed.
const fieldVersion = 1

func (f Field) place(id ID) vault.Place {
	return vault.Place{Table: "donor_secrets", Column: string(f), Row: string(id), Version: fieldVersion}
}

// Seal keeps personal fields of a donor, each sealed under the donor's key. A field that is there is replaced, an empty
// text removes it. [vault.ErrNoVault] on a server without a key, [vault.ErrErased] for a donor who was erased.
func Seal(ctx context.Context, tx *store.Tx, v *vault.Vault, key string, fields map[Field]string) (Donor, error) {
	d, err := Find(ctx, tx, key)
	if err != nil {
		return Donor{}, err
	}
	names := make([]string, 0, len(fields))
	for field, text := range fields {
		names = append(names, string(field))
		row := secretRow{DonorID: d.ID, Field: field}
		if text != "" {
			if row.Sealed, err = v.Seal(ctx, tx, string(d.ID), field.place(d.ID), text); err != nil {
				return Donor{}, err
			}
			if row.Digest, err = field.digest(v, text); err != nil {
				return Donor{}, err
			}
		}
		if err := saveSecret(ctx, tx, row); err != nil {
			return Donor{}, err
		}
	}
	slices.Sort(names)
	err = access.Record(ctx, tx, access.Event{Action: "donor.sealed", Subject: string(d.ID), Fields: names})
	if err != nil {
		return Donor{}, err
	}
	return Find(ctx, tx, key)
}

// Disclosure says which personal fields are to be opened, and why.
type Disclosure struct {
	Fields []Field
	Reason string
}

// Open opens personal fields of a donor for a reason, and records who did. Fields that are not kept are left out.
// [ledger.ErrReasonRequired].
func Open(ctx context.Context, tx *store.Tx, v *vault.Vault, key string, ask Disclosure) (map[Field]string, error) {
	if err := ledger.CheckReason(ask.Reason); err != nil {
		return nil, err
	}
	d, err := Find(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	opened, err := OpenAll(ctx, tx, v, []Donor{d}, ask)
	return opened[d.ID], err
}

// OpenAll is [Open] of many donors, each opening on record.
func OpenAll(
	ctx context.Context, tx *store.Tx, v *vault.Vault, of []Donor, ask Disclosure,
) (map[ID]map[Field]string, error) {
	if err := ledger.CheckReason(ask.Reason); err != nil {
		return nil, err
	}
	ids := make([]ID, len(of))
	for i, d := range of {
		ids[i] = d.ID
	}
	secrets, err := readSecrets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	opened := make(map[ID]map[Field]string, len(ids))
	for _, d := range of {
		id := d.ID
		event := access.Event{Action: "donor.opened", Subject: string(id), Reason: ask.Reason}
		opened[id] = map[Field]string{}
		for _, field := range ask.Fields {
			sealed, kept := secrets[id][field]
			if !kept {
				continue
			}
			if opened[id][field], err = v.Open(ctx, tx, string(id), field.place(id), sealed); err != nil {
				return nil, fmt.Errorf("donors: donor %s: %w", d.Code, err)
			}
			event.Fields = append(event.Fields, string(field))
		}
		if err := access.Record(ctx, tx, event); err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// Erase destroys the key of a donor: what was sealed is gone for good, in backups as well. Gifts and books stay.
// [ledger.ErrReasonRequired].
func Erase(ctx context.Context, tx *store.Tx, v *vault.Vault, key, reason string) (Donor, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Donor{}, err
	}
	d, err := Find(ctx, tx, key)
	if err != nil {
		return Donor{}, err
	}
	if err := v.Destroy(ctx, tx, string(d.ID)); err != nil {
		return Donor{}, err
	}
	if err := deleteSecrets(ctx, tx, d.ID); err != nil {
		return Donor{}, err
	}
	d.Sealed = nil
	return d, access.Record(ctx, tx, access.Event{Action: "donor.erased", Subject: string(d.ID), Reason: reason})
}

// Withdraw removes a donor who was put on record by mistake, with the key. [InUse] where something depends on the
// donor.
func Withdraw(ctx context.Context, tx *store.Tx, v *vault.Vault, key, reason string) error {
	d, err := Find(ctx, tx, key)
	if err != nil {
		return err
	}
	by, err := dependants(ctx, tx, d)
	if err != nil {
		return err
	}
	if by != "" {
		return &InUse{Code: d.Code, By: by}
	}
	if len(d.Sealed) > 0 {
		if err := v.Destroy(ctx, tx, string(d.ID)); err != nil {
			return err
		}
	}
	if err := deleteDonor(ctx, tx, d.ID); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "donor.withdrawn", Subject: string(d.ID), Reason: reason})
}
