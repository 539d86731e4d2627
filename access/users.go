package access

import (
	"context"
	"errors"
	"slices"
	"time"

	"supportledger/store"
)

// What becomes of an account.
var (
	ErrAccountEnded = errors.New("access: what has ended stays ended, and an end is never put off")
	ErrOwnRights    = errors.New("access: nobody changes rights of their own")
)

// Account is a user as those see it who keep the accounts.
type Account struct {
	User
	CreatedAt  time.Time
	EndsAt     time.Time // zero: open
	DisabledAt time.Time // zero: works
	Person     UserID    // another account of the same person; "" is none
}

// Works reports whether the account may sign in at an instant.
func (a Account) Works(at time.Time) bool {
	return a.DisabledAt.IsZero() && (a.EndsAt.IsZero() || at.Before(a.EndsAt))
}

// CreateUser makes a work account with its first roles, on the word of who runs the books: the machine's operator, when
// books are opened. Over the API an account begins with nothing that acts; see [ProposeRoles]. [ErrUnknownRole],
// [ErrIncompatibleRoles], [ErrDuplicateHandle].
func CreateUser(ctx context.Context, tx *store.Tx, handle string, roles ...Role) (User, error) {
	u, err := newUser(ctx, tx, handle, roles)
	if err != nil {
		return User{}, err
	}
	return u, giveFirst(ctx, tx, u)
}

// CreateInvited is [CreateUser] with a one-time word for the person, made while the account holds no role yet.
func CreateInvited(ctx context.Context, tx *store.Tx, handle string, roles ...Role) (u User, secret string, err error) {
	if u, err = newUser(ctx, tx, handle, roles); err != nil {
		return User{}, "", err
	}
	if secret, err = Invite(ctx, tx, u.ID); err != nil {
		return User{}, "", err
	}
	return u, secret, giveFirst(ctx, tx, u)
}

// newUser makes an account that holds none of its roles yet.
func newUser(ctx context.Context, tx *store.Tx, handle string, roles []Role) (User, error) {
	if err := Compatible(roles); err != nil {
		return User{}, err
	}
	u := User{ID: UserID(store.NewID("usr")), Handle: handle, Roles: roles}
	if err := insertUser(ctx, tx, u); err != nil {
		return User{}, err
	}
	return u, Record(ctx, tx, Event{Action: eventCreated, Subject: string(u.ID), Fields: []string{mark("handle", handle)}})
}

// giveFirst gives a new account its roles.
func giveFirst(ctx context.Context, tx *store.Tx, u User) error {
	if len(u.Roles) == 0 {
		return nil
	}
	first := Change{ID: ChangeID(store.NewID("chg")), User: u.ID, Kind: firstRoles, Grant: u.Roles, State: Applied}
	if err := insertChange(ctx, tx, first); err != nil {
		return err
	}
	return setRoles(ctx, tx, first)
}

// FindUser finds an account by its id or handle. [ErrUnknownUser].
func FindUser(ctx context.Context, tx *store.Tx, ref string) (Account, error) {
	return readAccount(ctx, tx, ref)
}

// ListUsers lists a page of the accounts, by handle.
func ListUsers(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Account, error) {
	return readAccounts(ctx, tx, page)
}

// DisableUser ends an account and all its tokens and sessions for good; the next call with one of them is refused.
// [ErrUnknownUser], [ErrAccountEnded] when it has ended before, [ErrOwnRights].
func DisableUser(ctx context.Context, tx *store.Tx, id UserID, reason string) error {
	if tx.By.User == string(id) {
		return ErrOwnRights
	}
	if err := updateDisabled(ctx, tx, id); err != nil {
		return err
	}
	if err := Record(ctx, tx, Event{Action: eventDisabled, Subject: string(id), Fields: []string{"disabled_at"},
		Reason: reason}); err != nil {
		return err
	}
	return RevokeTokens(ctx, tx, id)
}

// EndUser has an account stop working at an instant; an end that is set is only moved earlier. [ErrUnknownUser],
// [ErrAccountEnded], [ErrOwnRights].
func EndUser(ctx context.Context, tx *store.Tx, id UserID, at time.Time) error {
	if tx.By.User == string(id) {
		return ErrOwnRights
	}
	if err := updateEnd(ctx, tx, id, at); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventEndSet, Subject: string(id),
		Fields: []string{mark("ends_at", store.FormatTime(at))}})
}

// setRoles brings the roles of an account to what an applied change says, with an event per direction. The events are
// what [Verify] holds the roles against.
func setRoles(ctx context.Context, tx *store.Tx, c Change) error {
	if err := replaceRoles(ctx, tx, c); err != nil {
		return err
	}
	for _, part := range []struct {
		action string
		roles  []Role
	}{{"role.revoked", c.Revoke}, {"role.granted", c.Grant}} {
		if len(part.roles) == 0 {
			continue
		}
		fields := make([]string, len(part.roles))
		for i, r := range part.roles {
			fields[i] = roleField + string(r)
		}
		slices.Sort(fields)
		if err := Record(ctx, tx, Event{Action: part.action, Subject: string(c.User), Fields: fields,
			Reason: c.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// roleField names a role among the fields of an account, so that an event says which one changed.
const roleField = "roles."
