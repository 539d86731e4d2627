package donors

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/store"
)

// searched are the fields that a donor can be found by: each is kept with a blind index beside it.
var searched = []Field{Name, Email, TaxID}

// digest is the blind index of a field's text, nil for a field that nobody searches.
func (f Field) digest(v *vault.Vault, text string) ([]byte, error) {
	if !slices.Contains(searched, f) {
		return nil, nil
	}
	return v.Index(vault.Place{Table: "donor_secrets", Column: string(f)}, text)
}

// Search finds the donors of whom a sealed field is what is asked for, whole, whatever its case, accents and spaces.
// Nothing is opened; that somebody searched, and by which field, is on record, and what for is not.
func Search(ctx context.Context, tx *store.Tx, v *vault.Vault, field Field, text string) ([]Donor, error) {
	digest, err := field.digest(v, text)
	if err != nil {
		return nil, err
	}
	ids, err := readByDigest(ctx, tx, digest)
	if err != nil {
		return nil, err
	}
	found, err := List(ctx, tx, Filter{IDs: ids})
	if err != nil {
		return nil, err
	}
	return found, access.Record(ctx, tx,
		access.Event{Action: "donor.searched", Subject: "donors", Fields: []string{string(field)}})
}
