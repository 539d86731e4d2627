package access

import (
	"cmp"
	"context"
	"encoding/hex"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// opened is what the events in the tree say of one account.
type opened struct {
	created, ended              string // fields of the event; ended "" is open
	disabled                    bool
	password, identity, second  string // fields of the event that counts today; "" is none
	invitations, tokens, lapsed map[string]string
	passkeys                    map[string]string
}

// waysIn folds the events of accounts, in the order of the tree, and holds today's rows against them: a token, an
// invitation, a password or an identity that no event knows, or that was changed, was written past this program; so was
// one that lives on after an event ended it.
func (v *verifier) waysIn(ctx context.Context, tx *store.Tx) error {
	w := waysIn{v, map[UserID]*opened{}, map[string]UserID{}}
	if err := w.fold(ctx, tx); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *store.Tx) error{w.users, w.tokens, w.invitations, w.credentials,
		w.identities, w.passkeys} {
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
		w.of[id] = &opened{invitations: map[string]string{}, tokens: map[string]string{}, lapsed: map[string]string{},
			passkeys: map[string]string{}}
	}
	return w.of[id]
}

func (w waysIn) fold(ctx context.Context, tx *store.Tx) error {
	return EachTold(ctx, tx, w.take, eventCreated, eventDisabled, eventEndSet, eventInvited, eventPassword, eventIdentity,
		eventSecondBegun,
		eventSecondConfirmed, eventPasskey, eventPasskeyRemoved, eventToken, eventSession, eventRevoked, eventAllRevoked)
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
		a.password, a.identity, a.second, a.passkeys = t.Fields, "", "", map[string]string{}
	case eventIdentity:
		a.password, a.identity, a.second, a.passkeys = "", t.Fields, "", map[string]string{}
	case eventSecondBegun, eventSecondConfirmed:
		a.second = t.Fields
	case eventPasskey:
		w.account(t.OnBehalfOf).passkeys[t.Subject] = t.Fields
	case eventPasskeyRemoved:
		delete(w.account(t.OnBehalfOf).passkeys, t.Subject)
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
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*userRow)(nil)), func(r userRow) error {
		a := w.account(r.ID)
		switch {
		case a.created == "" || !marked(a.created, mark("handle", r.Handle)):
			w.strange(r.ID, "the account")
		case a.disabled != (r.DisabledAt != nil), (a.ended != "") != (r.EndsAt != nil),
			r.EndsAt != nil && !marked(a.ended, mark("ends_at", *r.EndsAt)):
			w.revived(r.ID, "the account")
		}
		return nil
	})
}

func (w waysIn) tokens(ctx context.Context, tx *store.Tx) error {
	scopes, err := readScopes(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return err
	}
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*tokenRow)(nil)), func(r tokenRow) error {
		a := w.account(r.UserID)
		fields, known := a.tokens[string(r.ID)]
		if !known || !marked(fields, r.mark(scopes[r.ID])) {
			w.strange(r.UserID, "the "+r.Kind+" "+string(r.ID))
		} else if _, over := a.lapsed[string(r.ID)]; over && r.RevokedAt == nil {
			w.revived(r.UserID, "the "+r.Kind+" "+string(r.ID))
		}
		return nil
	})
}

func (w waysIn) invitations(ctx context.Context, tx *store.Tx) error {
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*invitationRow)(nil)), func(r invitationRow) error {
		invited := w.account(r.UserID).invitations
		if _, unmarked := invited[""]; !unmarked && invited[r.mark()] == "" {
			w.strange(r.UserID, "an invitation ("+hex.EncodeToString(r.Hash[:4])+"…)")
		}
		return nil
	})
}

func (w waysIn) credentials(ctx context.Context, tx *store.Tx) error {
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*credentialRow)(nil)), func(r credentialRow) error {
		a := w.account(r.UserID)
		if a.password == "" || !marked(a.password, r.mark()) {
			w.strange(r.UserID, "the password")
		}
		second := markSecond(r.Second, r.Confirmed)
		if (a.second != "") != (r.Second != nil) || a.second != "" && !marked(a.second, second) {
			w.strange(r.UserID, "the second factor")
		}
		return nil
	})
}

func (w waysIn) identities(ctx context.Context, tx *store.Tx) error {
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*identityRow)(nil)), func(r identityRow) error {
		if identity := w.account(r.UserID).identity; identity == "" || !marked(identity, r.mark()) {
			w.strange(r.UserID, "the identity at a provider")
		}
		return nil
	})
}

func (w waysIn) passkeys(ctx context.Context, tx *store.Tx) error {
	return store.EachRow(ctx, tx, tx.NewSelect().Model((*passkeyRow)(nil)), func(r passkeyRow) error {
		if fields, known := w.account(r.UserID).passkeys[string(r.ID)]; !known || !marked(fields, r.mark()) {
			w.strange(r.UserID, "the passkey "+string(r.ID))
		}
		return nil
	})
}
