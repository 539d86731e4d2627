package access

import (
	"context"

	"supportledger/store"
)

// ActingAs is the user of an actor as the policies know them.
func ActingAs(a store.Actor) Principal {
	roles := make([]Role, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = Role(r)
	}
	return Principal{User: UserID(a.User), Token: TokenID(a.Token), Session: a.Session, Roles: roles, Scopes: a.Scopes,
		Factors: a.Factors}
}

// Holders lists by work name who works now and has one of the roles, as they would be when they have signed in with a
// second factor.
func Holders(ctx context.Context, tx *store.Tx, roles ...Role) ([]Principal, error) {
	accounts, err := readHolders(ctx, tx, roles)
	if err != nil {
		return nil, err
	}
	var found []Principal
	for _, a := range accounts {
		if a.Works(tx.At) {
			found = append(found, Principal{User: a.ID, Handle: a.Handle, Session: true, Roles: a.Roles, Factors: 2})
		}
	}
	return found, nil
}
