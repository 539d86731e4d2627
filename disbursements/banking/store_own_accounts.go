package banking

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type ownRow struct {
	bun.BaseModel `bun:"table:own_accounts"`
	Account       ledger.AccountNo `bun:",pk"`
	Version       int              `bun:",pk"`
	Name          string
	IBAN          string `bun:"iban"`
	BIC           string `bun:"bic"`
	EnteredBy     access.UserID
	EnteredAt     string
}

func insertOwn(ctx context.Context, tx *store.Tx, a *OwnAccount) error {
	last, err := tx.NewSelect().Model((*ownRow)(nil)).Where("account = ?", a.Account).Count(ctx)
	if err != nil {
		return err
	}
	a.Version = int(last) + 1
	row := ownRow{Account: a.Account, Version: a.Version, Name: a.Name, IBAN: a.IBAN, BIC: a.BIC, EnteredBy: a.By,
		EnteredAt: store.FormatTime(a.At)}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, store.ErrStale)
}

func (r ownRow) own() (OwnAccount, error) {
	at, err := store.ParseTime(r.EnteredAt)
	return OwnAccount{Account: r.Account, Version: r.Version, Name: r.Name, IBAN: r.IBAN, BIC: r.BIC, By: r.EnteredBy,
		At: at}, err
}

// FindOwnAccount finds a version of an account of ours; 0 is the newest. [ErrUnknownOwnAccount].
func FindOwnAccount(ctx context.Context, tx *store.Tx, account ledger.AccountNo, version int) (OwnAccount, error) {
	var row ownRow
	q := tx.NewSelect().Model(&row).Where("account = ?", account).Order("version DESC").Limit(1)
	if version > 0 {
		q = q.Where("version = ?", version)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return OwnAccount{}, ErrUnknownOwnAccount
	} else if err != nil {
		return OwnAccount{}, err
	}
	return row.own()
}

func readOwns(ctx context.Context, tx *store.Tx) ([]OwnAccount, error) {
	var rows []ownRow
	err := tx.NewSelect().Model(&rows).Where("version = (SELECT MAX(version) FROM own_accounts AS o WHERE o.account = " +
		"own_row.account)").Order("account").Scan(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]OwnAccount, len(rows))
	for i, r := range rows {
		if out[i], err = r.own(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
