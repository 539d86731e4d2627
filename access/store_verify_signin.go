package access

import (
	"cmp"
	"context"
	"encoding/hex"

	"supportledger/store"
)

// opened is what the events in the tree say of one account.
type opened struct {
	created, ended              string // fields of the event; ended "" is open
	disabled                    bool
	password, identity, second  string // fields of the event that counts today; "" is none
	invitations, tokens, lapsed map[string]string
}

// waysIn folds the events of accounts, in the order of the tree, and holds today's rows against them: a token, an invitation, a password
// or an identity that no event knows, or that was changed, was written past this program; so was one that lives on after an event ended it.
func (v *verifier) waysIn(ctx context.Context, tx *store.Tx) error {
	w := waysIn{v, map[UserID]*opened{}, map[string]UserID{}}
	if err := w.fold(ctx, tx); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *store.Tx) error{w.users, w.tokens, w.invitations, w.credentials, w.identities} {
		if err := step(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

type waysIn struct {
	*verifier
	of     map[UserID]*opened
	owners map[string]UserID // token → user
}

func (w waysIn) account(id UserID) *opened {
	if w.of[id] == nil {
		w.of[id] = &opened{invitations: map[string]string{}, tokens: map[string]string{}, lapsed: map[string]string{}}
	}
	return w.of[id]
}

func (w waysIn) fold(ctx context.Context, tx *store.Tx) error {
	return EachTold(ctx, tx, w.take, eventCreated, eventDisabled, eventEndSet, eventInvited, eventPassword, eventIdentity, eventSecondBegun,
		eventSecondConfirmed, eventToken, eventSession, eventRevoked, eventAllRevoked)
}

// take is what one event says.
func (w waysIn) take(t Told) {
	switch a := w.account(UserID(t.Subject)); t.Action {
	case eventCreated:
		a.created = t.Fields
	case eventDisabled:
		a.disabled = true
	case eventEndSet:
		a.ended = t.Fields
	case eventInvited:
		a.invitations[t.Fields] = t.Fields
	case eventPassword:
		a.password, a.identity, a.second = t.Fields, "", ""
	case eventIdentity:
		a.password, a.identity, a.second = "", t.Fields, ""
	case eventSecondBegun, eventSecondConfirmed:
		a.second = t.Fields
	case eventAllRevoked:
		for id := range a.tokens {
			a.lapsed[id] = id
		}
	case eventToken, eventSession:
		owner := cmp.Or(t.OnBehalfOf, t.By)
		w.account(owner).tokens[t.Subject], w.owners[t.Subject] = t.Fields, owner
	case eventRevoked:
		if owner, known := w.owners[t.Subject]; known {
			w.account(owner).lapsed[t.Subject] = t.Subject
		}
	}
}

// strange notes a row that no event knows.
func (w waysIn) strange(user UserID, what string) {
	w.out.Add("sign-in", string(user), "%s is not as an event in the tree says: it was written past this program", what)
}

// revived notes a row that an event ended.
func (w waysIn) revived(user UserID, what string) {
	w.out.Add("sign-in", string(user), "%s was ended, and is open again without an event", what)
}

func (w waysIn) users(ctx context.Context, tx *store.Tx) error {
	return tx.Stream(ctx, `SELECT id, handle, disabled_at, ends_at FROM users`, func(rows store.Scanner) error {
		var id UserID
		var handle string
		var disabled, ends *string
		if err := rows.Scan(&id, &handle, &disabled, &ends); err != nil {
			return err
		}
		a := w.account(id)
		switch {
		case a.created == "" || !marked(a.created, mark("handle", handle)):
			w.strange(id, "the account")
		case a.disabled != (disabled != nil), (a.ended != "") != (ends != nil), ends != nil && !marked(a.ended, mark("ends_at", *ends)):
			w.revived(id, "the account")
		}
		return nil
	})
}

func (w waysIn) tokens(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT id, user_id, hash, created_at, expires_at, revoked_at, kind, name, scopes, factors FROM tokens`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var r tokenRow
		if err := rows.Scan(&r.ID, &r.UserID, &r.Hash, &r.CreatedAt, &r.ExpiresAt, &r.RevokedAt, &r.Kind, &r.Name, &r.Scopes, &r.Factors); err != nil {
			return err
		}
		a := w.account(r.UserID)
		fields, known := a.tokens[string(r.ID)]
		if !known || !marked(fields, r.mark()) {
			w.strange(r.UserID, "the "+r.Kind+" "+string(r.ID))
		} else if _, over := a.lapsed[string(r.ID)]; over && r.RevokedAt == nil {
			w.revived(r.UserID, "the "+r.Kind+" "+string(r.ID))
		}
		return nil
	})
}

func (w waysIn) invitations(ctx context.Context, tx *store.Tx) error {
	return tx.Stream(ctx, `SELECT hash, user_id, expires_at, change_id FROM invitations`, func(rows store.Scanner) error {
		var r invitationRow
		if err := rows.Scan(&r.Hash, &r.UserID, &r.ExpiresAt, &r.ChangeID); err != nil {
			return err
		}
		invited := w.account(r.UserID).invitations
		if _, unmarked := invited[""]; !unmarked && invited[r.mark()] == "" {
			w.strange(r.UserID, "an invitation ("+hex.EncodeToString(r.Hash[:4])+"…)")
		}
		return nil
	})
}

func (w waysIn) credentials(ctx context.Context, tx *store.Tx) error {
	return tx.Stream(ctx, `SELECT user_id, password, second, confirmed, changed_at, invitation FROM credentials`, func(rows store.Scanner) error {
		var r credentialRow
		if err := rows.Scan(&r.UserID, &r.Password, &r.Second, &r.Confirmed, &r.ChangedAt, &r.Invitation); err != nil {
			return err
		}
		a := w.account(r.UserID)
		if a.password == "" || !marked(a.password, r.mark()) {
			w.strange(r.UserID, "the password")
		}
		if (a.second != "") != (r.Second != nil) || a.second != "" && !marked(a.second, markSecond(r.Second, r.Confirmed)) {
			w.strange(r.UserID, "the second factor")
		}
		return nil
	})
}

func (w waysIn) identities(ctx context.Context, tx *store.Tx) error {
	return tx.Stream(ctx, `SELECT issuer, subject, user_id, linked_at, invitation FROM sign_in_identities`, func(rows store.Scanner) error {
		var r identityRow
		if err := rows.Scan(&r.Issuer, &r.Subject, &r.UserID, &r.LinkedAt, &r.Invitation); err != nil {
			return err
		}
		if identity := w.account(r.UserID).identity; identity == "" || !marked(identity, r.mark()) {
			w.strange(r.UserID, "the identity at a provider")
		}
		return nil
	})
}
