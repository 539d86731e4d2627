package access

import (
	"context"
	"errors"
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
	row := tokenRow{ID: t.ID, UserID: t.User, Hash: hash, CreatedAt: store.FormatTime(tx.At), ExpiresAt: store.FormatTime(t.ExpiresAt),
		Kind: tokenKind, Name: t.Name, Scopes: strings.Join(t.Scopes, ","), Factors: factors}
	if t.Session {
		row.Kind = sessionKind
	}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrMissing) {
		return "", ErrUnknownUser
	}
	return row.mark(), err
}

func revokeTokens(ctx context.Context, tx *store.Tx, user UserID) error {
	_, err := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).
		Where("user_id = ?", user).Where("revoked_at IS NULL").Exec(ctx)
	return err
}

func revokeToken(ctx context.Context, tx *store.Tx, owner UserID, id TokenID) error {
	q := tx.NewUpdate().Model((*tokenRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).Where("id = ?", id).Where("revoked_at IS NULL")
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

func readTokens(ctx context.Context, tx *store.Tx, user UserID, sessions bool, after string, limit int) ([]Token, error) {
	var rows []tokenRow
	kind := tokenKind
	if sessions {
		kind = sessionKind
	}
	err := tx.NewSelect().Model(&rows).Where("user_id = ?", user).Where("kind = ?", kind).Where("id > ?", after).
		Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]Token, len(rows))
	for i, r := range rows {
		t := Token{ID: r.ID, User: r.UserID, Session: r.Kind == sessionKind, Name: r.Name, Scopes: scopesOf(r.Scopes)}
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

func scopesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// findPrincipals looks tokens up by their hashes and sessions by their ids, with user and roles, in one statement.
func findPrincipals(ctx context.Context, tx *store.Tx, hashes [][]byte, sessions []TokenID) (map[string]Authenticated, error) {
	if len(hashes)+len(sessions) == 0 {
		return nil, nil
	}
	var rows []struct {
		tokenRow
		Handle     string
		DisabledAt *string
		EndsAt     *string
		Role       *Role
	}
	err := tx.NewSelect().TableExpr("tokens AS t").ColumnExpr("t.*").ColumnExpr("u.handle, u.disabled_at, u.ends_at, r.role").
		Join("JOIN users AS u ON u.id = t.user_id").Join("LEFT JOIN user_roles AS r ON r.user_id = u.id").
		WhereGroup("", func(q *bun.SelectQuery) *bun.SelectQuery {
			if len(hashes) > 0 {
				q = q.WhereOr("t.hash IN (?) AND t.kind = ?", bun.List(hashes), tokenKind)
			}
			if len(sessions) > 0 {
				q = q.WhereOr("t.id IN (?) AND t.kind = ?", bun.List(sessions), sessionKind)
			}
			return q
		}).Order("t.id", "r.role").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	now := store.FormatTime(tx.At)
	found := map[string]Authenticated{}
	for _, r := range rows {
		key := "hash " + string(r.Hash)
		if r.Kind == sessionKind {
			key = "session " + string(r.ID)
		}
		a, seen := found[key]
		if !seen {
			a.Principal = Principal{User: r.UserID, Handle: r.Handle, Token: r.ID, Session: r.Kind == sessionKind, Scopes: scopesOf(r.Scopes), Factors: r.Factors}
			switch {
			case r.RevokedAt != nil, r.DisabledAt != nil, r.EndsAt != nil && *r.EndsAt <= now:
				a.Err = ErrUnauthenticated
			case r.ExpiresAt <= now:
				a.Err = ErrTokenExpired
			}
		}
		if r.Role != nil {
			a.Principal.Roles = append(a.Principal.Roles, *r.Role)
		}
		found[key] = a
	}
	return found, nil
}
