package delegations

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type delegationRow struct {
	bun.BaseModel `bun:"table:delegations"`
	ID            ID `bun:",pk"`
	FromUser      access.UserID
	ToUser        access.UserID
	FromOn        ledger.Date
	ToOn          ledger.Date
	Reason        string
	CreatedBy     access.UserID
	CreatedAt     string
	RevokedAt     string
}

func insertDelegation(ctx context.Context, tx *store.Tx, d Delegation) error {
	row := delegationRow{ID: d.ID, FromUser: d.From, ToUser: d.To, FromOn: d.FromOn, ToOn: d.ToOn, Reason: d.Reason,
		CreatedBy: access.UserID(tx.By.User),
		CreatedAt: store.FormatTime(d.CreatedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func revokeDelegation(ctx context.Context, tx *store.Tx, id ID) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*delegationRow)(nil)).Set("revoked_at = ?", store.FormatTime(tx.At)).
		Where("id = ?", id).Where("revoked_at = ''").Exec(ctx))
}

// readDelegations reads a page of those that a user made or was named in; "" is everybody's.
func readDelegations(ctx context.Context, tx *store.Tx, user access.UserID, page store.Keyset) ([]Delegation, error) {
	var rows []struct {
		delegationRow
		FromName, ToName string
	}
	q := tx.NewSelect().TableExpr("delegations AS d").ColumnExpr("d.*").
		ColumnExpr("f.handle AS from_name").ColumnExpr("t.handle AS to_name").
		Join("JOIN users AS f ON f.id = d.from_user").Join("JOIN users AS t ON t.id = d.to_user")
	if user != "" {
		q = q.Where("d.from_user = ? OR d.to_user = ?", user, user)
	}
	if err := page.Ascending(q, "d.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Delegation, len(rows))
	for i, r := range rows {
		found[i] = Delegation{ID: r.ID, From: r.FromUser, To: r.ToUser, FromName: r.FromName, ToName: r.ToName,
			FromOn: r.FromOn, ToOn: r.ToOn, Reason: r.Reason}
		var err error
		if found[i].CreatedAt, err = store.ParseTime(r.CreatedAt); err != nil {
			return nil, err
		}
		if found[i].RevokedAt, err = store.ParseSome(r.RevokedAt); err != nil {
			return nil, err
		}
	}
	return found, nil
}
