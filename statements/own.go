package statements

import (
	"context"
	"errors"
	"slices"

	"supportledger/grants/donors"
	"supportledger/statements/figures"
	"supportledger/store"
)

// OwnerOf is the donor to whose mailbox a link was sent: whoever holds the link reads as that donor, until it expires
// or the donor is erased. [ErrUnknownDelivery].
func (o Issuer) OwnerOf(ctx context.Context, tx *store.Tx, secret string) (donors.Donor, error) {
	id, err := readOwner(ctx, tx, figures.Hash([]byte(secret)), store.FormatTime(tx.At))
	if err != nil {
		return donors.Donor{}, err
	}
	d, err := donors.Find(ctx, tx, string(id))
	if errors.Is(err, donors.ErrUnknownDonor) || err == nil && !slices.Contains(d.Sealed, donors.Email) {
		return donors.Donor{}, ErrUnknownDelivery
	}
	return d, err
}

// OwnStatements lists a page of what a donor got or could have got, the newest first; the key is the id. What was
// replaced is among it, what was withdrawn is not.
func (o Issuer) OwnStatements(ctx context.Context, tx *store.Tx, d donors.Donor, page store.Keyset) ([]Listed, error) {
	return readOwn(ctx, tx, d, page)
}

// Own is one of a donor's statements. Another donor's is [ErrUnknownStatement], as if it were not there.
func (o Issuer) Own(ctx context.Context, tx *store.Tx, d donors.Donor, id ID) (Statement, error) {
	found, err := readOwn(ctx, tx, d, store.Keyset{Limit: 1}, id)
	if err != nil {
		return Statement{}, err
	}
	if len(found) == 0 {
		return Statement{}, ErrUnknownStatement
	}
	return readStatement(ctx, tx, string(id), false)
}
