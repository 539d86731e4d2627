package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/store"
)

// kinds of tokens.
const (
	tokenKind   = "token"
	sessionKind = "session"
)

// insertToken answers the mark of what was written, for the event.
func insertToken(ctx context.Context, tx *store.Tx, t Token, hash []byte, factors int) (mark string, err error) {
	row := tokenRow{ID: t.ID, UserID: t.User, Hash: hash, CreatedAt: store.FormatTime(tx.At),
		ExpiresAt: store.FormatTime(t.ExpiresAt),
		Kind:      tokenKind, Name: t.Name, ScopeCount: len(t.Scopes), Factors: factors}
	if t.Session {
		row.Kind = sessionKind
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrMissing) {
		return "", ErrUnknownUser
	} else if err != nil {
		return "", err
	}
	scopes := make([]scopeRow, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = scopeRow{TokenID: t.ID, Scope: s}
	}
	return row.mark(t.Scopes), store.Insert(ctx, tx, scopes)
}

func revokeTokens(ctx context.Context, tx *store.Tx, user UserID) error {
	_, err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).
		Where("user_id = ?", user).Where("revoked_at IS NULL").Exec(ctx)
	return err
}

func revokeToken(ctx context.Context, tx *store.Tx, owner UserID, id TokenID) error {
	q := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).Where("id = ?", id).
		Where("revoked_at IS NULL")
	if owner != "" {
		q = q.Where("user_id = ?", owner)
	}
	if err := store.ExactlyOne(q.Exec(ctx)); errors.Is(err, store.ErrStale) {
		return ErrUnknownToken
	} else if err != nil {
		return err
	}
	return nil
}

func readTokens(ctx context.Context, tx *store.Tx, f TokenFilter) ([]Token, error) {
	var rows []tokenRow
	kind := tokenKind
	if f.Sessions {
		kind = sessionKind
	}
	q := tx.NewSelect().Model(&rows).Where("user_id = ?", f.User).Where("kind = ?", kind)
	err := f.Page.Ascending(q, "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	scopes, err := scopesOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	found := make([]Token, len(rows))
	for i, r := range rows {
		t := Token{ID: r.ID, User: r.UserID, Session: r.Kind == sessionKind, Name: r.Name, Scopes: scopes[r.ID]}
		if t.CreatedAt, err = store.ParseTime(r.CreatedAt); err != nil {
			return nil, err
		}
		if t.ExpiresAt, err = store.ParseTime(r.ExpiresAt); err != nil {
			return nil, err
		}
		if r.RevokedAt != nil {
			if t.RevokedAt, err = store.ParseTime(*r.RevokedAt); err != nil {
				return nil, err
			}
		}
		found[i] = t
	}
	return found, nil
}

// scopeRow is one thing that a token may do; a token without one may do all that its user may.
type scopeRow struct {
	bun.BaseModel `bun:"table:token_scopes"`
	TokenID       TokenID `bun:",pk"`
	Scope         string  `bun:",pk"`
}

// scopesOf reads what some tokens may do.
func scopesOf(ctx context.Context, tx *store.Tx, tokens []tokenRow) (map[TokenID][]string, error) {
	ids := make([]TokenID, 0, len(tokens))
	for _, t := range tokens {
		if t.ScopeCount > 0 {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no token has a scope
	}
	return readScopes(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("token_id IN (?)", bun.List(ids))
	})
}

func readScopes(ctx context.Context, tx *store.Tx, limit func(*bun.SelectQuery) *bun.SelectQuery) (map[TokenID][]string,
	error) {
	var rows []scopeRow
	err := limit(tx.NewSelect().Model(&rows)).Order("token_id", "scope").Scan(ctx)
	of := map[TokenID][]string{}
	for _, r := range rows {
		of[r.TokenID] = append(of[r.TokenID], r.Scope)
	}
	return of, err
}

// principals holds, for the length of a tx, which credentials were looked up and whose they are, by [Credential.key].
type principals struct {
	asked map[string]bool
	found map[string]foundToken
}

// foundToken is what a token says of its caller, and how many scopes it was issued with: one that lacks a scope may do
// nothing, since one without any may do everything.
type foundToken struct {
	Authenticated
	scopes int
}

const askPrincipals = `SELECT t.id, t.user_id, t.hash, t.kind, t.scope_count, t.factors, t.expires_at,
	COALESCE(t.revoked_at, ''), u.handle, COALESCE(u.disabled_at, ''), COALESCE(u.ends_at, ''), COALESCE(r.role, ''),
	COALESCE(s.scope, '')
	FROM tokens AS t JOIN users AS u ON u.id = t.user_id LEFT JOIN user_roles AS r ON r.user_id = u.id
	LEFT JOIN token_scopes AS s ON s.token_id = t.id WHERE `

// ask looks tokens up by their hashes and sessions by their ids, with user and roles, in one statement.
func (p *principals) ask(tx *store.Tx, hashes [][]byte, sessions []TokenID) store.BatchQuery {
	var which []string
	var args []any
	if len(hashes) > 0 {
		which = append(which, "t.kind = 'token' AND t.hash IN ("+store.Places(len(hashes))+")")
		args = store.Padded(hashes)
	}
	if len(sessions) > 0 {
		which = append(which, "t.kind = 'session' AND t.id IN ("+store.Places(len(sessions))+")")
		args = append(args, store.Padded(sessions)...)
	}
	return store.BatchQuery{Text: askPrincipals + strings.Join(which, " OR ") + " ORDER BY t.id, r.role, s.scope",
		Args: args, Row: func(r store.Scanner) error { return p.add(r, store.FormatTime(tx.At)) }}
}

// add takes one of the rows, of which there is one per role and scope.
func (p *principals) add(r store.Scanner, now string) error {
	var t tokenRow
	var revoked, handle, disabled, ends, scope string
	var role Role
	if err := r.Scan(&t.ID, &t.UserID, &t.Hash, &t.Kind, &t.ScopeCount, &t.Factors, &t.ExpiresAt, &revoked, &handle,
		&disabled, &ends, &role, &scope); err != nil {
		return err
	}
	key := "hash " + string(t.Hash)
	if t.Kind == sessionKind {
		key = "session " + string(t.ID)
	}
	a, seen := p.found[key]
	if !seen {
		a.scopes = t.ScopeCount
		a.Principal = Principal{User: t.UserID, Handle: handle, Token: t.ID, Session: t.Kind == sessionKind,
			Factors: t.Factors}
		switch {
		case revoked != "", disabled != "", ends != "" && ends <= now:
			a.Err = ErrUnauthenticated
		case t.ExpiresAt <= now:
			a.Err = ErrTokenExpired
		}
	}
	if scope != "" && !slices.Contains(a.Principal.Scopes, scope) {
		a.Principal.Scopes = append(a.Principal.Scopes, scope)
	}
	if role != "" && !slices.Contains(a.Principal.Roles, role) {
		a.Principal.Roles = append(a.Principal.Roles, role)
	}
	p.found[key] = a
	return nil
}
