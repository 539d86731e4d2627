package accounts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"supportledger/http/rest"
	"supportledger/store"
)

// sessionStore keeps what scs gives it in the books' own database, on both engines.
type sessionStore struct{ db *store.DB }

type sessionRow struct {
	bun.BaseModel `bun:"table:http_sessions"`
	Token         string `bun:",pk"`
	Data          []byte
	ExpiresAt     string
}

// What a session holds of a way to the identity provider or of a passkey's challenge is used once, by one of all
// requests that bring its cookie at the same moment. So what takes it out is written only over what it was read from.

type foundKey struct{}

// found is what the session of a request was read as.
type found struct{ data []byte }

type onceKey struct{}

// once has a session written only if it is still as this context read it; otherwise [store.ErrStale].
func once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// FindCtx gives what is kept under the hash of a cookie, unless it is over.
func (s sessionStore) FindCtx(ctx context.Context, token string) (data []byte, is bool, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		var r sessionRow
		err := tx.NewSelect().Model(&r).Where("token = ?", token).Where("expires_at > ?", store.FormatTime(rest.Clock.Now())).
			Scan(ctx)
		data, is = r.Data, err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if read, ok := ctx.Value(foundKey{}).(*found); ok {
		read.data = data
	}
	return data, is, err
}

// CommitCtx keeps data until an instant, and sweeps out what is over.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("expires_at <= ?", store.FormatTime(rest.Clock.Now())).
			Exec(ctx); err != nil {
			return err
		}
		r := sessionRow{Token: token, Data: data, ExpiresAt: store.FormatTime(expiry)}
		if read, ok := ctx.Value(foundKey{}).(*found); ok && ctx.Value(onceKey{}) != nil {
			return store.ExactlyOne(tx.NewUpdate().Model(&r).WherePK().Where("data = ?", read.data).Exec(ctx))
		}
		_, err := tx.NewInsert().Model(&r).On("CONFLICT (token) DO UPDATE").Set("data = EXCLUDED.data").Set(
			"expires_at = EXCLUDED.expires_at").Exec(ctx)
		return err
	})
}

// DeleteCtx forgets what is kept.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.NewDelete().Model((*sessionRow)(nil)).Where("token = ?", token).Exec(ctx)
		return err
	})
}

// Find, Commit and Delete are what scs asks for where it has no context, which it does not do.

func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
