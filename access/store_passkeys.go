package access

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type passkeyRow struct {
	bun.BaseModel `bun:"table:passkeys"`
	ID            PasskeyID `bun:",pk"`
	UserID        UserID
	Name          string
	Credential    []byte
	PublicKey     []byte
	Synced        bool
	Uses          int64
	CreatedAt     string
	UsedAt        string
}

func (p Passkey) row() passkeyRow {
	return passkeyRow{ID: p.ID, UserID: p.User, Name: p.Name, Credential: p.Credential, PublicKey: p.Key,
		Synced: p.Synced, Uses: p.Uses, CreatedAt: store.FormatTime(p.CreatedAt)}
}

func (r passkeyRow) passkey() (Passkey, error) {
	p := Passkey{ID: r.ID, User: r.UserID, Name: r.Name, Credential: r.Credential, Key: r.PublicKey, Synced: r.Synced,
		Uses: r.Uses}
	var err error
	if p.CreatedAt, err = store.ParseTime(r.CreatedAt); err == nil {
		p.UsedAt, err = store.ParseSome(r.UsedAt)
	}
	return p, err
}

func insertPasskey(ctx context.Context, tx *store.Tx, row passkeyRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, ErrPasskeyTaken)
}

func readPasskeys(ctx context.Context, tx *store.Tx, user UserID) ([]Passkey, error) {
	var rows []passkeyRow
	if err := tx.NewSelect().Model(&rows).Where("user_id = ?", user).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Passkey, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.passkey(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// FindPasskey finds a passkey by what its device calls it; [ErrUnknownPasskey].
func FindPasskey(ctx context.Context, tx *store.Tx, credential []byte) (Passkey, error) {
	var r passkeyRow
	err := tx.NewSelect().Model(&r).Where("credential = ?", credential).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Passkey{}, ErrUnknownPasskey
	}
	if err != nil {
		return Passkey{}, err
	}
	return r.passkey()
}

func deletePasskey(ctx context.Context, tx *store.Tx, user UserID, id PasskeyID) error {
	ok, err := touched(tx.NewDelete().Model((*passkeyRow)(nil)).Where("id = ?", id).Where("user_id = ?", user).Exec(ctx))
	if err == nil && !ok {
		err = ErrUnknownPasskey
	}
	return err
}

// usePasskey notes a use, and tells whether the device counts on. One that does not count says 0 each time.
func usePasskey(ctx context.Context, tx *store.Tx, id PasskeyID, uses int64) (bool, error) {
	return touched(tx.NewUpdate().Model((*passkeyRow)(nil)).Set("uses = ?", uses).
		Set("used_at = ?", store.FormatTime(tx.At)).
		Where("id = ?", id).Where("uses < ? OR uses = 0 AND ? = 0", uses, uses).Exec(ctx))
}
